"""Gains of a DirectSpeakers channel: which loudspeakers play it.

::

    a bed of the common definitions     rules from its loudspeaker to those that are there
    a label that is there               that loudspeaker
    a place with bounds                 the nearest loudspeaker within them
    anything else                       panned as a point; LFE goes to LFE1, or nowhere

Source: ITU-R BS.2127-1, section 7 (tables 15 and 16).
"""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import unit_vectors
from audiopost.media.adm.cartesian import balance
from audiopost.media.adm.model import ChannelFormat, SpeakerBlock
from audiopost.media.adm.systems import System

__all__ = ["is_lfe", "nominal_label", "speaker_gains"]

Values = NDArray[np.float64]

_URN = re.compile(r"urn:itu:bs:2051:[0-9]+:speaker:(.*)")
_NAMES = {
    "LFE": "LFE1", "LFEL": "LFE1", "LFER": "LFE2", "RC_L": "M+030", "RC_R": "M-030", "RC_C": "M+000",
    "RC_LFE": "LFE1", "RC_Ls": "M+110", "RC_Rs": "M-110", "RC_Lss": "M+090", "RC_Rss": "M-090", "RC_Lrs": "M+135",
    "RC_Rrs": "M-135", "RC_Lts": "U+090", "RC_Rts": "U-090",
}  # fmt: skip
"""Other names of loudspeakers: those of BS.2094, and of Dolby's profile for its masters."""

_LFE_HIGHEST_HZ = 200.0
_NEAR = 1e-5

PACK_SYSTEMS = {
    "AP_00010001": "0+1+0", "AP_00010002": "0+2+0", "AP_0001000c": "0+5+0", "AP_00010003": "0+5+0",
    "AP_00010004": "2+5+0", "AP_00010005": "4+5+0", "AP_00010010": "4+5+1", "AP_00010007": "3+7+0",
    "AP_00010008": "4+9+0", "AP_00010009": "9+10+3", "AP_0001000f": "0+7+0", "AP_00010017": "4+7+0",
}  # fmt: skip

_WITH_TWO_LFE = ("9+10+3", "3+7+0")
_RULES = """
M+000: M+000 | M+030/2 M-030/2
M+060: M+060 | M+030*2/3 M+110/3 | M+030/2 M+090/2 | M+030
M+090: M+090 | 9+10+3 M+030/3 M+110*2/3 | M+030/2 M+110/2 | M+030/2
M+110: M+110 | M+135 | M+030/2
M+135: M+135 | M+110 | M+030/2
M+180: M+180 | M+135/2 M-135/2 | M+110/2 M-110/2 | M+030/4 M-030/4
U+000: U+000 | U+030/2 U-030/2 | U+045/2 U-045/2 | M+000 | M+030/2 M-030/2
U+030: U+030 | U+045 | M+030
U+045: U+045 | U+030 | M+030
U+090: U+090 | 9+10+3 U+045*2/3 UH+180/3 | U+030/2 U+110/2 | U+045/2 U+135/2 | M+090 | U+030/2 M+110/2 | M+030/2 M+110/2 | M+030/2
U+110: U+110 | U+135 | U+045/2 UH+180/2 | M+110 | M+135 | M+030/2
U+135: U+135 | U+110 | 9+10+3 U+045/3 UH+180*2/3 | U+045/2 UH+180/2 | M+135 | M+110 | M+030/2
U+180: U+180 | UH+180 | U+135/2 U-135/2 | U+110/2 U-110/2 | M+135/2 M-135/2 | M+110/2 M-110/2 | M+030/4 M-030/4
UH+180: UH+180 | U+180 | U+135/2 U-135/2 | U+110/2 U-110/2 | M+135/2 M-135/2 | M+110/2 M-110/2 | M+030/4 M-030/4
T+000: T+000 | U+045/4 U-045/4 U+135/4 U-135/4 | U+030/4 U-030/4 U+110/4 U-110/4 | U+045/3 U-045/3 UH+180/3 | U+045/4 U-045/4 M+135/4 M-135/4 | U+030/4 U-030/4 M+110/4 M-110/4 | M+030/4 M-030/4 M+135/4 M-135/4 | M+030/4 M-030/4 M+110/4 M-110/4 | M+030/4 M-030/4
B+000: B+000 | M+000 | M+030/2 M-030/2
B+045: B+045 | M+030
"""  # noqa: E501 - a row of the table is a line
"""What plays a loudspeaker that is not there: the first choice of which all are there, with shares of the power."""


@cache
def _rules() -> dict[str, tuple[tuple[str, tuple[tuple[str, float], ...]], ...]]:
    """Choices by label: of which input system alone, and loudspeakers with gains."""
    found = {}
    for line in _RULES.strip().splitlines():
        label, _, choices = line.partition(":")
        read = []
        for choice in choices.split("|"):
            words = choice.split()
            only = words.pop(0) if words[0] == "9+10+3" else ""
            read.append((only, tuple(_share(word) for word in words)))
        found[label] = tuple(read)
        found[_opposite(label)] = tuple(
            (only, tuple((_opposite(speaker), gain) for speaker, gain in shares)) for only, shares in read
        )
    return found


def _share(word: str) -> tuple[str, float]:
    found = re.fullmatch(r"([A-Z]+[+-]\d+)(?:\*(\d))?(?:/(\d))?", word)
    assert found is not None, word
    return found[1], math.sqrt(int(found[2] or 1) / int(found[3] or 1))


def _opposite(label: str) -> str:
    if label.endswith(("000", "180")):
        return label
    return label.translate(str.maketrans("+-", "-+"))


def nominal_label(label: str) -> str:
    """The label of BS.2051 for whatever a file writes.

    >>> nominal_label("urn:itu:bs:2051:0:speaker:LFE"), nominal_label("M+030")
    ('LFE1', 'M+030')
    """
    found = _URN.fullmatch(label)
    word = found[1] if found else label
    return _NAMES.get(word, word)


def is_lfe(channel: ChannelFormat, block: SpeakerBlock) -> bool:
    """Whether a channel is one of low-frequency effects: by its low-pass, or by its label."""
    by_pass = (
        channel.low_pass_hz is not None and channel.low_pass_hz <= _LFE_HIGHEST_HZ and channel.high_pass_hz is None
    )
    return by_pass or any(nominal_label(label) in ("LFE1", "LFE2") for label in block.labels)


def speaker_gains(channel: ChannelFormat, block: SpeakerBlock, pack_id: str, system: System) -> Values:
    """Gains of the loudspeakers, ``(channels,)``, without the block's own.

    Parameters
    ----------
    channel, block
        What is played.
    pack_id
        The pack that it belongs to.
    system
        What plays.
    """
    gains = np.zeros(len(system.labels))
    lfe = is_lfe(channel, block)
    if pack_id in PACK_SYSTEMS and block.labels:
        for speaker, gain in _by_rule(PACK_SYSTEMS[pack_id], nominal_label(block.labels[0]), system):
            gains[system.labels.index(speaker)] = gain
        if gains.any():
            return gains
    for label in map(nominal_label, block.labels):
        if label in system.labels and system.lfe[system.labels.index(label)] == lfe:
            gains[system.labels.index(label)] = 1.0
            return gains
    within = _within(block, system) & (system.lfe == lfe)
    nearest = _nearest(block, system, np.flatnonzero(within))
    if nearest is not None:
        gains[nearest] = 1.0
    elif lfe:
        if "LFE1" in system.labels:
            gains[system.labels.index("LFE1")] = 1.0
    else:
        gains[system.heard] = _panned(block, system)
    return gains


def _by_rule(source: str, label: str, system: System) -> tuple[tuple[str, float], ...]:
    if label in ("LFE1", "LFE2"):
        two = source in _WITH_TWO_LFE
        if two and system.itu in _WITH_TWO_LFE:
            return ((label, 1.0),)
        if "LFE1" in system.labels and (two or label == "LFE1"):
            return (("LFE1", math.sqrt(0.5) if two else 1.0),)
        return ()
    for only, shares in _rules().get(label, ()):
        if only in ("", source) and all(speaker in system.labels for speaker, _ in shares):
            return shares
    return ()


def _within(block: SpeakerBlock, system: System) -> NDArray[np.bool_]:
    """Which loudspeakers lie within the bounds of a position."""
    (low0, high0), (low1, high1), (low2, high2) = (each.range for each in block.position)
    if block.cartesian:
        lows, highs = np.array([low0, low1, low2]), np.array([high0, high1, high2])
        return np.asarray(np.all((system.cubic + _NEAR >= lows) & (system.cubic - _NEAR <= highs), axis=1))
    azimuths, elevations = system.places_deg.T
    width = high0 - low0 if high0 - low0 == 360.0 else (high0 - low0) % 360.0
    around = (azimuths - low0 + _NEAR) % 360.0 <= width + 2.0 * _NEAR
    around |= np.abs(elevations) >= 90.0 - _NEAR
    upright = (elevations > low1 - _NEAR) & (elevations < high1 + _NEAR)
    return np.asarray(around & upright & (low2 - _NEAR < 1.0 < high2 + _NEAR))


def _nearest(block: SpeakerBlock, system: System, among: NDArray[np.int64]) -> int | None:
    """The one that is nearer than all others; None where there is none."""
    if not len(among):
        return None
    place = np.array([bound.value for bound in block.position])
    if block.cartesian:
        distances = np.linalg.norm(system.cubic[among] - place, axis=1)
    else:
        vector = place[2] * unit_vectors(place[0], place[1])
        distances = np.linalg.norm(unit_vectors(*system.places_deg[among].T) - vector, axis=1)
    if np.count_nonzero(distances - distances.min() < _NEAR) > 1:
        return None
    return int(among[np.argmin(distances)])


def _panned(block: SpeakerBlock, system: System) -> Values:
    place = np.array([bound.value for bound in block.position])
    if block.cartesian:
        return np.asarray(balance(place[np.newaxis], system.cubic[system.heard])[0])
    return np.asarray(system.panner.gains(unit_vectors(place[:1], place[1:2]))[0])
