"""What is known of a programme besides its loudness, and the reading of any measure from both.

A reading that is missing says why: a measure that was not made is another thing than one that is undefined (silence, a
clip shorter than the measure's window). Neither becomes a number.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from audiopost.delivery.measures import MEASURES
from audiopost.loudness.result import Loudness
from audiopost.units import power_to_db

__all__ = ["Evidence", "Extent", "ProgrammeFacts", "Reading", "evidence_of", "read_measure"]

Evidence = Literal["measured", "approximate"]
"""``approximate``: an open detector decided where speech is, and other meters' detectors may decide otherwise."""

Extent = Literal["whole", "audible"]
"""What a rule is about: the file from end to end, or from the first to the last audible sound."""

_MEANS = frozenset({"leq_m_db", "ungated_lkfs", "rms_dbfs"})
"""Means over the whole duration, gated by nothing: silence at the ends lowers them."""

_SPEECH_MEASURES = frozenset(
    {"dialogue_lkfs", "dialogue_range_lu", "dialogue_deviation_lu", "short_term_from_dialogue_lu",
     "loudness_to_dialogue_lu"}
)  # fmt: skip
"""Measures that no better than the finding of speech can be."""


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
    files: str | None = None
    """``discrete-mono`` where every channel lies in a file of its own, else ``interleaved``."""
    objects: bool = False
    """Whether it is a master of beds, objects and scenes: what is measured is its rendering."""
    bit_rate_kbps: float | None = None
    """Mean bit rate of a lossy file."""
    speech_evidence: Evidence = "measured"
    """How it is known where speech is: from a stem, or from a detector."""
    speech_share: float | None = None
    """Part of the duration that holds speech, 0 to 1."""
    dialogue_lkfs: float | None = None
    dialogue_range_lu: float | None = None
    dialogue_deviation_lu: float | None = None
    short_term_deviation_lu: float | None = None
    short_term_from_dialogue_lu: float | None = None
    downmix_lufs: float | None = None
    track_true_peak_dbtp: float | None = None
    """Of a master of objects: the highest of its tracks, as they lie in the file."""
    loudness_to_dialogue_lu: float | None = None
    """EBU R 128 s4: programme loudness less dialogue loudness."""
    ungated_lkfs: float | None = None
    """Loudness without any gate, as ITU-R BS.1770-1 has it."""
    leq_m_db: float | None = None
    over_programme_lu: float | None = None
    """How much louder an advert or a break is than the programme that it interrupts: no single file tells."""
    rms_dbfs: float | None = None
    noise_floor_dbfs: float | None = None
    head_silence_s: float | None = None
    tail_silence_s: float | None = None

    @property
    def audible_s(self) -> float | None:
        """Time from the first to the last audible sound; None where that is not known, or nothing is."""
        if self.duration_s is None or self.head_silence_s is None or self.tail_silence_s is None:
            return None
        return max(0.0, self.duration_s - self.head_silence_s - self.tail_silence_s) or None


@dataclass(frozen=True)
class Reading:
    """A measured value, or the reason why there is none."""

    value: float | None
    reason: str = ""


_LOUDNESS_MEASURES = frozenset(field.name for field in fields(Loudness)) & MEASURES.keys()


def read_measure(name: str, loudness: Loudness, facts: ProgrammeFacts, extent: Extent = "whole") -> Reading:
    """The value of a measure, from the meter's result or from the facts.

    Between the first and the last audible sound a mean is that of the whole, raised by the silence that is left out;
    what is gated, or is a maximum, is the same in both.
    """
    if extent == "audible" and name in {*_MEANS, "duration_s"}:
        return _within_audible(name, read_measure(name, loudness, facts), facts)
    words = MEASURES[name].words
    if name in _LOUDNESS_MEASURES:
        value = getattr(loudness, name)
        return Reading(value) if value is not None else Reading(None, f"{words} is undefined: silent or too short")
    value = getattr(facts, name)
    return Reading(value) if value is not None else Reading(None, f"{words} was not measured")


def evidence_of(measure: str, facts: ProgrammeFacts) -> Evidence:
    """How sure the reading of a measure is."""
    return facts.speech_evidence if measure in _SPEECH_MEASURES else "measured"


def _within_audible(name: str, whole: Reading, facts: ProgrammeFacts) -> Reading:
    if whole.value is None:
        return whole
    if facts.audible_s is None or facts.duration_s is None:
        return Reading(None, f"{MEASURES[name].words}: where sound begins and ends was not measured")
    if name == "duration_s":
        return Reading(facts.audible_s)
    return Reading(whole.value + power_to_db(facts.duration_s / facts.audible_s))
