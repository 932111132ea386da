"""What a delivery rule can ask about: the measures by name, and how each answers to gain.

Conventions
-----------
- A measure's name ends in its unit. `moves_with_gain` holds where 1 dB of gain moves it by 1; a range or a duration
  does not move. `a_limiter_lowers` marks peaks: the only measures that limiting is promised to mend.
- `leads` marks the measures that set the level of a programme: a gain cannot be planned while one of them is unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["JUDGED_DECIMALS", "MEASURES", "Measure", "decimals_needed", "in_words", "span_in_words"]

JUDGED_DECIMALS = 2
"""Levels are judged at 0.01 dB: finer than a meter's tolerance (EBU Tech 3341: 0.1), coarser than a dither's noise."""


@dataclass(frozen=True)
class Measure:
    """One thing that can be measured of a programme."""

    name: str
    words: str
    unit: str
    moves_with_gain: bool = True
    a_limiter_lowers: bool = False
    leads: bool = False
    mend_at_the_source: str = ""
    """What to do about too high a value besides gain; ``{excess}`` stands for the amount."""
    symbol: str = ""
    """What meters write for it, where a line has to be short."""

    @property
    def brief(self) -> str:
        """The symbol, or the words where it has none."""
        return self.symbol or self.words


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("integrated_lufs", "integrated loudness", "LUFS", leads=True, symbol="I"),
        Measure("dialogue_lkfs", "dialogue loudness", "LKFS", leads=True, symbol="dialogue"),
        Measure("ungated_lkfs", "ungated loudness", "LKFS", leads=True, symbol="ungated"),
        Measure("leq_m_db", "Leq(m)", "dB", leads=True),
        Measure(
            "over_programme_lu", "loudness above the programme around it", "LU", leads=True, symbol="above programme"
        ),
        Measure("rms_dbfs", "RMS level", "dBFS", leads=True, symbol="RMS"),
        Measure(
            "short_term_max_lufs",
            "maximum short-term loudness",
            "LUFS",
            mend_at_the_source="tame its loudest 3 s by {excess} dB",
            symbol="S max",
        ),
        Measure(
            "momentary_max_lufs",
            "maximum momentary loudness",
            "LUFS",
            mend_at_the_source="tame its loudest 400 ms by {excess} dB",
            symbol="M max",
        ),
        Measure(
            "true_peak_dbtp",
            "true peak",
            "dBTP",
            a_limiter_lowers=True,
            mend_at_the_source="allow {excess} dB of limiting",
            symbol="TP",
        ),
        Measure(
            "sample_peak_dbfs",
            "sample peak",
            "dBFS",
            a_limiter_lowers=True,
            mend_at_the_source="allow {excess} dB of limiting",
            symbol="SP",
        ),
        Measure(
            "track_true_peak_dbtp",
            "true peak of the loudest bed or object",
            "dBTP",
            mend_at_the_source="lower that track by {excess} dB",
            symbol="track TP",
        ),
        Measure("noise_floor_dbfs", "noise floor", "dBFS", mend_at_the_source="take out {excess} dB of noise"),
        Measure("loudness_range_lu", "loudness range", "LU", moves_with_gain=False, symbol="LRA"),
        Measure("downmix_lufs", "loudness of the stereo down-mix", "LUFS", symbol="down-mix I"),
        Measure("dialogue_range_lu", "dialogue range", "LU", moves_with_gain=False),
        Measure(
            "dialogue_deviation_lu",
            "largest distance of the dialogue's short-term loudness from its mean",
            "LU",
            moves_with_gain=False,
            symbol="dialogue S - mean",
        ),
        Measure(
            "short_term_deviation_lu",
            "largest distance of short-term loudness from that of the whole",
            "LU",
            moves_with_gain=False,
            symbol="|S - I|",
        ),
        Measure(
            "short_term_from_dialogue_lu",
            "largest distance of short-term loudness from the dialogue's",
            "LU",
            moves_with_gain=False,
            symbol="|S - dialogue|",
        ),
        Measure(
            "loudness_to_dialogue_lu",
            "programme loudness above dialogue loudness",
            "LU",
            moves_with_gain=False,
            symbol="I - dialogue",
        ),
        Measure("plr_lu", "peak-to-loudness ratio", "LU", moves_with_gain=False, symbol="PLR"),
        Measure("duration_s", "duration", "s", moves_with_gain=False),
        Measure("head_silence_s", "silence at the head", "s", moves_with_gain=False),
        Measure("tail_silence_s", "silence at the tail", "s", moves_with_gain=False),
    )
}
"""Every measure by its name."""


def decimals_needed(value: float, limit: float) -> int:
    """One decimal where that tells a value from its limit, else as many as the judgement has.

    >>> decimals_needed(-0.4, -1.0), decimals_needed(-0.97, -1.0)
    (1, 2)
    """
    return 1 if round(value, 1) != round(limit, 1) else JUDGED_DECIMALS


def in_words(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """A level as text; minus infinity as ``-inf``, never ``-0.0``.

    >>> in_words(-0.04), in_words(6.25, signed=True), in_words(float("-inf"))
    ('0.0', '+6.2', '-inf')
    """
    rounded = round(value, decimals) + 0.0
    return f"{rounded:+.{decimals}f}" if signed else f"{rounded:.{decimals}f}"


def span_in_words(least: float, most: float) -> str:
    """A span that may be open upwards.

    >>> span_in_words(64, 128), span_in_words(192, math.inf)
    ('64 to 128', '192 or more')
    """
    return f"{least:g} or more" if most == math.inf else f"{least:g} to {most:g}"
