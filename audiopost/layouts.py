"""Channel layouts by name: which loudspeaker each channel feeds, and how much it counts in loudness.

Conventions
-----------
- Azimuth in degrees, positive to the left; elevation in degrees, positive upwards (ITU-R BS.2051).
- The order of channels is part of a layout's name: ``7.1`` is the film and BS.2051 order (sides before rears),
  ``7.1-wave`` is the order of the WAVE channel mask (rears before sides).
- The loudness weight of a channel follows from its direction: 1.41 between 60 and 120 degrees of azimuth below
  30 degrees of elevation, else 1.00; LFE is left out (ITU-R BS.1770-5, Annex 1 table 3 and Annex 3 table 4).

Sources: ITU-R BS.2051 (positions), ITU-R BS.1770-5 (weights), the channel mask of WAVE_FORMAT_EXTENSIBLE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from audiopost.errors import UnknownNameError

__all__ = [
    "CARRIERS",
    "HEAD_LOCKED",
    "LAYOUTS",
    "Layout",
    "Speaker",
    "ambisonic_layout",
    "ambisonic_order",
    "default_layout",
    "discrete_layout",
    "layout_from_wave_mask",
    "layout_named",
    "scene_within",
    "wave_mask",
]

SURROUND_WEIGHT = 1.41
"""Power weight of a channel at the side: ITU-R BS.1770-5, Annex 1 table 3."""


@dataclass(frozen=True)
class Speaker:
    """One loudspeaker of a layout. `azimuth_deg` and `elevation_deg` as in BS.2051; `lfe` for low-frequency effects."""

    label: str
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    lfe: bool = False
    silent: bool = False
    """True for a channel that no loudness sum counts: the higher orders of Ambisonics, unknown channels."""

    @property
    def loudness_weight(self) -> float:
        """Power weight in the loudness sum (BS.1770-5); 0 for LFE."""
        if self.lfe or self.silent:
            return 0.0
        at_the_side = 60.0 <= abs(self.azimuth_deg) <= 120.0 and abs(self.elevation_deg) < 30.0
        return SURROUND_WEIGHT if at_the_side else 1.0


@dataclass(frozen=True)
class Layout:
    """A named order of loudspeakers.

    >>> layout_named("5.1").labels
    ('L', 'R', 'C', 'LFE', 'Ls', 'Rs')
    >>> layout_named("5.1").loudness_weights
    (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)
    """

    name: str
    speakers: tuple[Speaker, ...]
    weight_scale: float = 1.0
    """Multiplies every loudness weight: 2 for dual mono, where one channel will feed two loudspeakers."""

    @property
    def channels(self) -> int:
        """Number of channels."""
        return len(self.speakers)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels of the channels, in order."""
        return tuple(speaker.label for speaker in self.speakers)

    @cached_property
    def loudness_weights(self) -> tuple[float, ...]:
        """Power weight of each channel in the loudness sum (BS.1770-5)."""
        return tuple(self.weight_scale * speaker.loudness_weight for speaker in self.speakers)

    def __str__(self) -> str:
        return self.name


# Label -> direction. Side and rear pairs of a layout with four surrounds differ from the single pair of 5.1.
_DIRECTIONS: dict[str, tuple[float, float]] = {
    "M": (0, 0), "L": (30, 0), "R": (-30, 0), "C": (0, 0),
    "Ls": (110, 0), "Rs": (-110, 0), "Cs": (180, 0),
    "Lss": (90, 0), "Rss": (-90, 0), "Lrs": (135, 0), "Rrs": (-135, 0),
    "Lc": (15, 0), "Rc": (-15, 0), "Lw": (60, 0), "Rw": (-60, 0),
    "Ltf": (45, 30), "Rtf": (-45, 30), "Ltm": (90, 30), "Rtm": (-90, 30), "Ltr": (135, 30), "Rtr": (-135, 30),
    "Tc": (0, 90), "Ctf": (0, 30), "Ctr": (180, 30), "Lb": (45, -30), "Rb": (-45, -30), "Cb": (0, -30),
    "LFE": (0, -30), "LFE2": (-45, -30),
}  # fmt: skip


def _layout(name: str, labels: str, weight_scale: float = 1.0) -> Layout:
    return Layout(name, tuple(_speaker(label) for label in labels.split()), weight_scale)


def _speaker(label: str) -> Speaker:
    azimuth_deg, elevation_deg = _DIRECTIONS[label]
    return Speaker(label, azimuth_deg, elevation_deg, lfe=label.startswith("LFE"))


def _ambisonics(order: int) -> Layout:
    """ACN order. Loudness counts W alone; rendering to loudspeakers first is the exact way (BS.1770-5 Annex 4)."""
    directional = (Speaker(f"ACN{index}", silent=True) for index in range(1, (order + 1) ** 2))
    return Layout(f"ambisonics-{order}", (Speaker("W"), *directional))


HIGHEST_AMBISONIC_ORDER = 5

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        _layout("mono", "M"),
        _layout("dual-mono", "M", weight_scale=2.0),
        _layout("stereo", "L R"),
        _layout("3.0", "L R C"),
        _layout("quad", "L R Ls Rs"),
        _layout("5.0", "L R C Ls Rs"),
        _layout("5.1", "L R C LFE Ls Rs"),
        _layout("5.1-film", "L C R Ls Rs LFE"),
        _layout("6.1", "L R C LFE Cs Ls Rs"),
        _layout("7.0", "L R C Lss Rss Lrs Rrs"),
        _layout("7.1", "L R C LFE Lss Rss Lrs Rrs"),
        _layout("7.1-wave", "L R C LFE Lrs Rrs Lss Rss"),
        _layout("5.1.2", "L R C LFE Ls Rs Ltm Rtm"),
        _layout("5.1.4", "L R C LFE Ls Rs Ltf Rtf Ltr Rtr"),
        _layout("7.1.2", "L R C LFE Lss Rss Lrs Rrs Ltm Rtm"),
        _layout("7.1.4", "L R C LFE Lss Rss Lrs Rrs Ltf Rtf Ltr Rtr"),
        _layout("9.1.6", "L R C LFE Lss Rss Lrs Rrs Lw Rw Ltf Rtf Ltm Rtm Ltr Rtr"),
        _layout(
            "22.2", "Lw Rw C LFE Lrs Rrs L R Cs LFE2 Lss Rss Ltf Rtf Ctf Tc Ltr Rtr Ltm Rtm Ctr Cb Lb Rb"
        ),
        *(_ambisonics(order) for order in range(1, HIGHEST_AMBISONIC_ORDER + 1)),
    )
}  # fmt: skip
"""Every layout by its name."""

_DCP_CHANNELS = "L R C LFE Ls Rs HI VI-N Lc Rc Lrs Rrs motion sync sign unused"

CARRIERS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("5.1+ltrt", (*LAYOUTS["5.1"].speakers, Speaker("Lt", silent=True), Speaker("Rt", silent=True))),
        Layout(
            "dcp",
            tuple(
                _speaker(label) if label in _DIRECTIONS else Speaker(label, silent=True)
                for label in _DCP_CHANNELS.split()
            ),
        ),
    )
}
"""Orders of files that carry other things beside one programme, which loudness does not count: the stereo version in
channels 7 and 8; the 16 channels of a digital cinema package (ISDCF Document 4: hearing impaired, narration ...)."""

HEAD_LOCKED: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(f"ambisonics-{order}+stereo", (*LAYOUTS[f"ambisonics-{order}"].speakers, *LAYOUTS["stereo"].speakers))
        for order in range(1, HIGHEST_AMBISONIC_ORDER + 1)
    )
}
"""Scenes with two further channels that do not turn with the head: narration, music. With order 1 the six channels of
players of 360 degree video."""

_DEFAULTS = {
    1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1",
    10: "7.1.2", 12: "7.1.4", 16: "9.1.6", 24: "22.2",
}  # fmt: skip

_MASK_LABELS = (
    "L", "R", "C", "LFE", "BL", "BR", "Lc", "Rc", "BC", "SL", "SR",
    "Tc", "Ltf", "Ctf", "Rtf", "Ltr", "Ctr", "Rtr",
)  # fmt: skip
"""Bits 0 to 17 of the WAVE channel mask: front left ... top back right."""


def layout_named(name: str) -> Layout:
    """The layout of that name.

    Raises
    ------
    UnknownNameError
        If no layout bears the name.
    """
    try:
        return (LAYOUTS | CARRIERS | HEAD_LOCKED)[name.strip().lower()]
    except KeyError:
        raise UnknownNameError(kind="layout", name=name, known=(*LAYOUTS, *CARRIERS, *HEAD_LOCKED)) from None


def ambisonic_layout(order: int) -> Layout:
    """The layout of a scene of that order, 1 to 5; raises UnknownNameError.

    >>> ambisonic_layout(3).channels
    16
    """
    return layout_named(f"ambisonics-{order}")


def ambisonic_order(layout: Layout) -> int | None:
    """The order of a scene; None for a layout that is none.

    >>> ambisonic_order(layout_named("ambisonics-2")), ambisonic_order(layout_named("quad"))
    (2, None)
    """
    orders = range(1, HIGHEST_AMBISONIC_ORDER + 1)
    return next((order for order in orders if layout.labels == ambisonic_layout(order).labels), None)


def scene_within(layout: Layout) -> Layout:
    """The scene of a layout of `HEAD_LOCKED`, without its two further channels; any other layout itself."""
    return layout_named(layout.name.removesuffix("+stereo")) if layout.name in HEAD_LOCKED else layout


def default_layout(channels: int) -> Layout:
    """The layout that a bare number of channels most likely means; ``discrete-N`` where nothing is likely.

    >>> default_layout(6).name, default_layout(9).name
    ('5.1', 'discrete-9')
    """
    if channels in _DEFAULTS:
        return LAYOUTS[_DEFAULTS[channels]]
    return discrete_layout(channels)


def discrete_layout(channels: int) -> Layout:
    """Channels without a place: every one counts once in loudness."""
    return Layout(f"discrete-{channels}", tuple(Speaker(f"ch{index + 1}") for index in range(channels)))


def layout_from_wave_mask(mask: int, channels: int) -> Layout | None:
    """The layout that a WAVE channel mask names, or None where the mask is empty or does not fit the channels.

    >>> layout_from_wave_mask(0x3F, 6).name
    '5.1'
    >>> layout_from_wave_mask(0x63F, 8).name
    '7.1-wave'
    """
    labels = [label for bit, label in enumerate(_MASK_LABELS) if mask >> bit & 1]
    if not labels or len(labels) != channels:
        return None
    labels = _name_surrounds(labels)
    wanted = tuple("M" if labels == ["C"] else label for label in labels)
    for layout in LAYOUTS.values():
        if layout.labels == wanted and layout.weight_scale == 1.0:
            return layout
    return Layout("+".join(wanted), tuple(_speaker(label) for label in wanted))


def _name_surrounds(labels: Iterable[str]) -> list[str]:
    """The mask's back and side bits as surround labels: alone either pair is Ls/Rs, together they are rear and side."""
    present = list(labels)
    both = "BL" in present and "SL" in present
    names = {"BC": "Cs"}
    if both:
        names |= {"BL": "Lrs", "BR": "Rrs", "SL": "Lss", "SR": "Rss"}
    else:
        names |= {"BL": "Ls", "BR": "Rs", "SL": "Ls", "SR": "Rs"}
    return [names.get(label, label) for label in present]


def wave_mask(layout: Layout) -> int:
    """The WAVE channel mask of a layout; 0 where the mask cannot say its channels in this order.

    >>> hex(wave_mask(layout_named("5.1"))), wave_mask(layout_named("7.1"))
    ('0x3f', 0)
    """
    if layout.name == "mono" or layout.name == "dual-mono":
        return 0x4
    bits = {label: bit for bit, label in enumerate(_MASK_LABELS)}
    both = "Lrs" in layout.labels and "Lss" in layout.labels
    pairs = {"Cs": "BC", "Lrs": "BL", "Rrs": "BR", "Lss": "SL", "Rss": "SR"}
    # A single pair of surrounds is the mask's back pair, or its side pair where a back centre comes before it.
    for left, right in (("BL", "BR"), ("SL", "SR")):
        if not both:
            pairs |= {"Ls": left, "Rs": right}
        order = [bits.get(pairs.get(label, label), -1) for label in layout.labels]
        if -1 not in order and order == sorted(order):
            return sum(1 << bit for bit in order)
    return 0
