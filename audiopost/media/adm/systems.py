"""The loudspeakers that a programme can be rendered to: this house's layouts under their labels of ITU-R BS.2051.

A label says where a loudspeaker stands: ``M+030`` in the ear's layer (``U`` upper, ``UH`` higher, ``T`` top, ``B``
bottom), 30 degrees to the left. 5.1.4 stands as system D (4+5+0) says, its heights over L, R, Ls and Rs; 5.1.2, 7.1.2
and 9.1.6 are no systems of BS.2051 and stand as this house's layouts say.

Source: ITU-R BS.2051-3; ITU-R BS.2127-1, section 7.3.9 (cubic coordinates of the loudspeakers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.point_source import PointSourcePanner, point_source_panner
from audiopost.errors import UsageError
from audiopost.layouts import Layout, layout_named

__all__ = ["RENDERED_LAYOUTS", "System", "system_of"]

Values = NDArray[np.float64]

_LABELS = {
    "L": "M+030", "R": "M-030", "C": "M+000", "LFE": "LFE1", "LFE2": "LFE2", "Ls": "M+110", "Rs": "M-110",
    "Cs": "M+180", "Lss": "M+090", "Rss": "M-090", "Lrs": "M+135", "Rrs": "M-135", "Lw": "M+060", "Rw": "M-060",
    "Ltf": "U+045", "Rtf": "U-045", "Ltm": "U+090", "Rtm": "U-090", "Ltr": "U+135", "Rtr": "U-135", "Tc": "T+000",
    "Ctf": "U+000", "Ctr": "U+180", "Cb": "B+000", "Lb": "B+045", "Rb": "B-045",
}  # fmt: skip
_LABELS_OF_4_5_0 = {"Ltf": "U+030", "Rtf": "U-030", "Ltr": "U+110", "Rtr": "U-110"}
_ITU = {
    "stereo": "0+2+0", "5.1": "0+5+0", "5.1-film": "0+5+0", "5.0": "0+5+0", "7.1": "0+7+0", "7.1-wave": "0+7+0",
    "7.0": "0+7+0", "5.1.4": "4+5+0", "7.1.4": "4+7+0", "22.2": "9+10+3",
}  # fmt: skip
RENDERED_LAYOUTS = (*_ITU, "5.1.2", "7.1.2", "9.1.6")
_ELEVATIONS_DEG = {"M": 0.0, "U": 30.0, "UH": 45.0, "T": 90.0, "B": -30.0}
_LFE_PLACES_DEG = {"LFE1": (45.0, -30.0), "LFE2": (-45.0, -30.0)}


@dataclass(frozen=True)
class System:
    """A layout to render to, with what the renderer must know of its loudspeakers, channel by channel."""

    layout: Layout
    itu: str
    """Name in BS.2051, such as ``4+7+0``; empty where it has none."""
    labels: tuple[str, ...]

    @cached_property
    def places_deg(self) -> Values:
        """Azimuth and elevation of each channel, ``(channels, 2)``."""
        return np.array([_place_deg(label) for label in self.labels])

    @cached_property
    def lfe(self) -> NDArray[np.bool_]:
        """Which channels are LFE."""
        return np.array([speaker.lfe for speaker in self.layout.speakers])

    @cached_property
    def heard(self) -> NDArray[np.int64]:
        """Which channels are not."""
        return np.flatnonzero(~self.lfe)

    @cached_property
    def panner(self) -> PointSourcePanner:
        """For the channels that are `heard`."""
        return point_source_panner(*self.places_deg[self.heard].T)

    @cached_property
    def cubic(self) -> Values:
        """X (right), Y (ahead) and Z of each channel in the cube of Cartesian positions, ``(channels, 3)``."""
        return np.array([_cubic(azimuth, elevation) for azimuth, elevation in self.places_deg])


def _place_deg(label: str) -> tuple[float, float]:
    if label in _LFE_PLACES_DEG:
        return _LFE_PLACES_DEG[label]
    letters = label.rstrip("+-0123456789")
    return float(label[len(letters) :]), _ELEVATIONS_DEG[letters]


def _cubic(azimuth_deg: float, elevation_deg: float) -> tuple[float, float, float]:
    height = 0.0 if elevation_deg == 0.0 else math.copysign(1.0, elevation_deg)
    away = abs(azimuth_deg)
    if elevation_deg == 90.0:
        return 0.0, 0.0, height
    sideways = 0.0 if away in (0.0, 180.0) else -math.copysign(1.0, azimuth_deg)
    ahead = 1.0 if away <= 45.0 else math.sqrt(2.0) - 1.0 if away == 60.0 else 0.0 if away == 90.0 else -1.0
    return sideways, ahead, height


def system_of(layout: str | Layout) -> System:
    """The system of a layout.

    Raises
    ------
    UnknownNameError
        If no layout bears the name.
    UsageError
        If the layout has no loudspeakers all around, which objects need.

    >>> system_of("5.1").itu, system_of("5.1").labels[:2]
    ('0+5+0', ('M+030', 'M-030'))
    """
    chosen = layout_named(layout) if isinstance(layout, str) else layout
    if chosen.name not in RENDERED_LAYOUTS:
        mend = "known: " + ", ".join(RENDERED_LAYOUTS)
        raise UsageError(f"no programme of objects can be rendered to {chosen.name}", "--layout", mend)
    special = _LABELS_OF_4_5_0 if chosen.name == "5.1.4" else {}
    return System(chosen, _ITU.get(chosen.name, ""), tuple((_LABELS | special)[label] for label in chosen.labels))
