"""What is known of a programme besides its loudness, and the reading of any measure from both.

A reading that is missing says why: a measure that was not made is another thing than one that is undefined (silence, a
clip shorter than the measure's window). Neither becomes a number.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from audiopost.delivery.measures import MEASURES
from audiopost.loudness.result import Loudness

__all__ = ["ProgrammeFacts", "Reading", "read_measure"]


@dataclass(frozen=True)
class ProgrammeFacts:
    """The form of a programme, and measures that the loudness meter does not make. None is "not known"."""

    sample_rate_hz: int | None = None
    channels: int | None = None
    layout: str | None = None
    duration_s: float | None = None
    bits: str | None = None
    """``16``, ``24``, ``32``, ``32f``, ``64f`` or ``lossy``."""
    container: str | None = None
    """``wav``, ``rf64``, ``flac`` ... in lower case."""
    speech_share: float | None = None
    """Part of the duration that holds speech, 0 to 1."""
    dialogue_lkfs: float | None = None
    dialogue_range_lu: float | None = None
    loudness_to_dialogue_lu: float | None = None
    """EBU R 128 s4: programme loudness less dialogue loudness."""
    ungated_lkfs: float | None = None
    """Loudness without any gate, as ITU-R BS.1770-1 has it."""
    leq_m_db: float | None = None
    over_programme_lu: float | None = None
    """How much louder an advert or a break is than the programme that it interrupts: no single file tells."""
    rms_dbfs: float | None = None
    noise_floor_dbfs: float | None = None


@dataclass(frozen=True)
class Reading:
    """A measured value, or the reason why there is none."""

    value: float | None
    reason: str = ""


_LOUDNESS_MEASURES = frozenset(field.name for field in fields(Loudness)) & MEASURES.keys()


def read_measure(name: str, loudness: Loudness, facts: ProgrammeFacts) -> Reading:
    """The value of a measure, from the meter's result or from the facts."""
    words = MEASURES[name].words
    if name in _LOUDNESS_MEASURES:
        value = getattr(loudness, name)
        return Reading(value) if value is not None else Reading(None, f"{words} is undefined: silent or too short")
    value = getattr(facts, name)
    return Reading(value) if value is not None else Reading(None, f"{words} was not measured")
