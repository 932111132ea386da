"""What every file may name without describing it: loudspeakers, beds and scenes of the common definitions.

Conventions
-----------
- The last four digits of an id are a number in hexadecimal; track ``AT_0001000a_01``, stream ``AS_0001000a`` and
  channel ``AC_0001000a`` of one number are one sound.
- Scenes stand in ACN order, those with FuMa's normalisation too.

Source: ITU-R BS.2094-1, "Common definitions for the Audio Definition Model". Its pack of 7.1.2 names a side and a top
loudspeaker where the two sides are meant; here it is the two sides.
"""

from __future__ import annotations

from functools import cache

from audiopost.media.adm.model import Bound, ChannelFormat, PackFormat, SceneBlock, SpeakerBlock

__all__ = ["BED_PACKS", "defined_channel", "defined_pack", "loudspeaker_channel"]

_SPEAKERS = {
    0x01: ("FrontLeft", "M+030", 30.0, 0.0), 0x02: ("FrontRight", "M-030", -30.0, 0.0),
    0x03: ("FrontCentre", "M+000", 0.0, 0.0), 0x04: ("LowFrequencyEffects", "LFE", 0.0, -30.0),
    0x05: ("SurroundLeft", "M+110", 110.0, 0.0), 0x06: ("SurroundRight", "M-110", -110.0, 0.0),
    0x07: ("FrontLeftOfCentre", "M+022", 22.5, 0.0), 0x08: ("FrontRightOfCentre", "M-022", -22.5, 0.0),
    0x09: ("BackCentre", "M+180", 180.0, 0.0), 0x0A: ("SideLeft", "M+090", 90.0, 0.0),
    0x0B: ("SideRight", "M-090", -90.0, 0.0), 0x0C: ("TopCentre", "T+000", 0.0, 90.0),
    0x0D: ("TopFrontLeft", "U+030", 30.0, 30.0), 0x0E: ("TopFrontCentre", "U+000", 0.0, 30.0),
    0x0F: ("TopFrontRight", "U-030", -30.0, 30.0), 0x10: ("TopSurroundLeft", "U+110", 110.0, 30.0),
    0x11: ("TopBackCentre", "U+180", 180.0, 30.0), 0x12: ("TopSurroundRight", "U-110", -110.0, 30.0),
    0x13: ("TopSideLeft", "U+090", 90.0, 30.0), 0x14: ("TopSideRight", "U-090", -90.0, 30.0),
    0x15: ("BottomFrontCentre", "B+000", 0.0, -30.0), 0x16: ("BottomFrontLeftMid", "B+045", 45.0, -30.0),
    0x17: ("BottomFrontRightMid", "B-045", -45.0, -30.0), 0x18: ("FrontLeftWide", "M+060", 60.0, 0.0),
    0x19: ("FrontRightWide", "M-060", -60.0, 0.0), 0x1A: ("BackLeftMidDiffuse", "M+135_Diff", 135.0, 0.0),
    0x1B: ("BackRightMidDiffuse", "M-135_Diff", -135.0, 0.0), 0x1C: ("BackLeftMid", "M+135", 135.0, 0.0),
    0x1D: ("BackRightMid", "M-135", -135.0, 0.0), 0x1E: ("TopBackLeftMid", "U+135", 135.0, 30.0),
    0x1F: ("TopBackRightMid", "U-135", -135.0, 30.0), 0x20: ("LowFrequencyEffectsL", "LFEL", 45.0, -30.0),
    0x21: ("LowFrequencyEffectsR", "LFER", -45.0, -30.0), 0x22: ("TopFrontLeftMid", "U+045", 45.0, 30.0),
    0x23: ("TopFrontRightMid", "U-045", -45.0, 30.0), 0x24: ("FrontLeftScreen", "M+SC", 25.0, 0.0),
    0x25: ("FrontRightScreen", "M-SC", -25.0, 0.0), 0x26: ("FrontLeftMid", "M+045", 45.0, 0.0),
    0x27: ("FrontRightMid", "M-045", -45.0, 0.0), 0x28: ("UpperTopBackCentre", "UH+180", 180.0, 45.0),
}  # fmt: skip
_LFE = (0x04, 0x20, 0x21)
_LFE_LOW_PASS_HZ = 120.0

_BEDS: dict[int, tuple[str, tuple[int, ...]]] = {
    0x01: ("mono_(0+1+0)", (3,)),
    0x02: ("stereo_(0+2+0)", (1, 2)),
    0x0A: ("3.0_(0+3+0)", (1, 2, 3)),
    0x0B: ("4.0_(0+4+0)", (1, 2, 3, 9)),
    0x0C: ("5.0_(0+5+0)", (1, 2, 3, 5, 6)),
    0x03: ("5.1_(0+5+0)", (1, 2, 3, 4, 5, 6)),
    0x0D: ("6.1_(0+6+0)", (1, 2, 3, 4, 5, 6, 9)),
    0x0E: ("7.1front_(0+7+0)", (1, 2, 3, 4, 5, 6, 0x26, 0x27)),
    0x0F: ("7.1back_(0+7+0)", (1, 2, 3, 4, 0x0A, 0x0B, 0x1C, 0x1D)),
    0x04: ("7.1top_(2+5+0)", (1, 2, 3, 4, 5, 6, 0x0D, 0x0F)),
    0x12: ("7.1side_5.1+sc_(0+7+0)", (1, 2, 3, 4, 5, 6, 0x24, 0x25)),
    0x13: ("7.1topside_5.1.2_(2+5+0)", (1, 2, 3, 4, 5, 6, 0x13, 0x14)),
    0x14: ("9.1screen_5.1.2+sc_(2+7+0)", (1, 2, 3, 4, 5, 6, 0x13, 0x14, 0x24, 0x25)),
    0x16: ("9.1_7.1.2_(2+7+0)", (1, 2, 3, 4, 0x0A, 0x0B, 0x1C, 0x1D, 0x13, 0x14)),
    0x05: ("9.1_5.1.4_(4+5+0)", (1, 2, 3, 4, 5, 6, 0x0D, 0x0F, 0x10, 0x12)),
    0x10: ("10.1_(4+5+1)", (1, 2, 3, 4, 5, 6, 0x0D, 0x0F, 0x10, 0x12, 0x15)),
    0x07: ("10.2_(3+7+0)", (3, 1, 2, 0x22, 0x23, 0x0A, 0x0B, 0x1C, 0x1D, 0x28, 0x20, 0x21)),
    0x15: ("11.1_5.1.4+sc_(4+7+0)", (1, 2, 3, 4, 5, 6, 0x0D, 0x0F, 0x10, 0x12, 0x24, 0x25)),
    0x17: ("11.1_7.1.4_(4+7+0)", (1, 2, 3, 4, 0x0A, 0x0B, 0x1C, 0x1D, 0x22, 0x23, 0x1E, 0x1F)),
    0x08: ("13.1_(4+9+0)", (1, 2, 3, 4, 0x0A, 0x0B, 0x1C, 0x1D, 0x22, 0x23, 0x1E, 0x1F, 0x24, 0x25)),
    0x09: (
        "22.2_(9+10+3)",
        (0x18, 0x19, 3, 0x20, 0x1C, 0x1D, 1, 2, 9, 0x21, 0x0A, 0x0B, 0x22, 0x23, 0x0E, 0x0C, 0x1E, 0x1F, 0x13, 0x14,
         0x11, 0x15, 0x16, 0x17),
    ),
    0x11: (
        "Auro-3D_(9+9+0)",
        (1, 2, 3, 4, 5, 6, 0x0A, 0x0B, 0x1A, 0x1B, 0x0D, 0x0F, 0x0E, 0x10, 0x12, 0x13, 0x14, 0x1E, 0x1F),
    ),
}  # fmt: skip

BED_PACKS = {
    "mono": "AP_00010001", "stereo": "AP_00010002", "3.0": "AP_0001000a", "5.0": "AP_0001000c", "5.1": "AP_00010003",
    "7.1": "AP_0001000f", "5.1.2": "AP_00010013", "7.1.2": "AP_00010016", "5.1.4": "AP_00010005",
    "7.1.4": "AP_00010017", "22.2": "AP_00010009",
}  # fmt: skip
"""The pack of each layout of this house whose channels lie in the same order."""

_NORMALIZATIONS = ("SN3D", "N3D", "FuMa")
_MOST_COMPONENTS = (49, 49, 16)


def _number(identifier: str, head: str) -> int | None:
    """The number of an id of that head within the common range; None for any other."""
    digits = identifier[len(head) : len(head) + 4]
    if not identifier.startswith(head) or len(digits) != 4:
        return None
    try:
        return int(digits, 16)
    except ValueError:
        return None


@cache
def defined_channel(channel_id: str) -> ChannelFormat | None:
    """The channel of the common definitions, or None.

    >>> defined_channel("AC_00010004").blocks[0].labels
    ('LFE',)
    """
    number = _number(channel_id, "AC_0001")
    if number in _SPEAKERS:
        name, label, azimuth, elevation = _SPEAKERS[number]
        block = SpeakerBlock(
            f"AB{channel_id[2:]}_00000001", labels=(label,),
            position=(Bound(azimuth), Bound(elevation), Bound(1.0)),
            screen_edges=({"M+SC": ("left",), "M-SC": ("right",)}.get(label, ())),
        )  # fmt: skip
        low_pass_hz = _LFE_LOW_PASS_HZ if number in _LFE else None
        return ChannelFormat(channel_id, name, "DirectSpeakers", (block,), low_pass_hz)
    number = _number(channel_id, "AC_0004")
    if number is None or number >> 8 >= len(_NORMALIZATIONS):
        return None
    normalization, place = _NORMALIZATIONS[number >> 8], (number & 0xFF) - 1
    if not 0 <= place < _MOST_COMPONENTS[number >> 8]:
        return None
    order = int(place**0.5)
    component = SceneBlock(
        f"AB{channel_id[2:]}_00000001", order=order, degree=place - order * (order + 1), normalization=normalization
    )
    return ChannelFormat(channel_id, f"{normalization}_{place}", "HOA", (component,))


@cache
def defined_pack(pack_id: str) -> PackFormat | None:
    """The pack of the common definitions, or None.

    >>> len(defined_pack("AP_00010017").channels), len(defined_pack("AP_00040003").channels)
    (12, 16)
    """
    number = _number(pack_id, "AP_0001")
    if number in _BEDS:
        name, numbers = _BEDS[number]
        return PackFormat(pack_id, name, "DirectSpeakers", tuple(f"AC_0001{each:04x}" for each in numbers))
    number = _number(pack_id, "AP_0004")
    if number is None or not 1 <= number & 0xF <= 6 or number >> 4 >= len(_NORMALIZATIONS):
        return None
    family, order = number >> 4, number & 0xF
    normalization = _NORMALIZATIONS[family]
    channels = tuple(f"AC_0004{family:02x}{place + 1:02x}" for place in range((order + 1) ** 2))
    return PackFormat(pack_id, f"3D_order{order}_{normalization}", "HOA", channels, normalization=normalization)


def loudspeaker_channel(label: str) -> str | None:
    """The common channel of a BS.2051 label; ``LFE1`` is ``LFE``.

    >>> loudspeaker_channel("M+030")
    'AC_00010001'
    """
    wanted = {"LFE1": "LFE", "LFE2": "LFER"}.get(label, label)
    return next((f"AC_0001{number:04x}" for number, each in _SPEAKERS.items() if each[1] == wanted), None)
