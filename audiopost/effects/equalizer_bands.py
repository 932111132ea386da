"""The eight bands that an equaliser is turned by: their kinds, their knobs, and the sections that they stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from audiopost.dsp.biquad import Section, butterworth_qs
from audiopost.dsp.matched_sections import (
    BAND_PASS,
    HIGH_CUT,
    HIGH_CUT_6,
    LOW_CUT,
    LOW_CUT_6,
    MATCHED_BELL,
    MATCHED_HIGH_SHELF,
    MATCHED_LOW_SHELF,
    NOTCH,
)
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.graph.parameter import Parameter, Setting, SettingValue

__all__ = ["BAND_PARAMETERS", "BAND_SETTINGS", "sections_of_bands", "sections_of_cut"]

SHAPES = {
    "bell": MATCHED_BELL, "low_shelf": MATCHED_LOW_SHELF, "high_shelf": MATCHED_HIGH_SHELF, "notch": NOTCH,
    "band_pass": BAND_PASS,
}  # fmt: skip
CUTS = {"low_cut": (LOW_CUT, LOW_CUT_6), "high_cut": (HIGH_CUT, HIGH_CUT_6)}
KINDS = ("off", "bell", "low_shelf", "high_shelf", "low_cut", "high_cut", "notch", "band_pass")
SLOPES_DB = ("6", "12", "18", "24", "36", "48", "72", "96")

DEFAULTS = (
    ("low_shelf", 80.0), ("bell", 160.0), ("bell", 400.0), ("bell", 1_000.0), ("bell", 2_500.0), ("bell", 5_000.0),
    ("bell", 9_000.0), ("high_shelf", 12_000.0),
)  # fmt: skip


def _settings_of(band: int, kind: str) -> tuple[Setting, ...]:
    return (
        Setting(f"band{band}_kind", "text", kind, choices=KINDS, summary="what the band does"),
        Setting(
            f"band{band}_slope_db_per_octave", "integer", 24, choices=SLOPES_DB,
            summary="steepness of a cut (Butterworth); other kinds have none",
        ),
    )  # fmt: skip


def _parameters_of(band: int, frequency_hz: float) -> tuple[Parameter, ...]:
    return (
        Parameter(
            f"band{band}_frequency_hz", frequency_hz, 10.0, 20_000.0, unit="Hz", taper="log",
            smoothing_ms=SMOOTHING_MS, summary="centre, corner, or frequency of half the gain",
        ),
        Parameter(
            f"band{band}_gain_db", 0.0, -30.0, 30.0, unit="dB", smoothing_ms=SMOOTHING_MS,
            summary="boost or cut of a bell or a shelf",
        ),
        Parameter(
            f"band{band}_q", 1.0 if 1 < band < len(DEFAULTS) else math.sqrt(0.5), 0.1, 20.0, taper="log",
            smoothing_ms=SMOOTHING_MS, summary="width: higher is narrower; a shelf takes up to 1, a cut has none",
        ),
    )  # fmt: skip


BAND_SETTINGS = tuple(each for band, (kind, _) in enumerate(DEFAULTS, 1) for each in _settings_of(band, kind))
BAND_PARAMETERS = tuple(each for band, (_, hz) in enumerate(DEFAULTS, 1) for each in _parameters_of(band, hz))


def sections_of_bands(settings: Mapping[str, SettingValue], values: Mapping[str, float]) -> tuple[Section, ...]:
    """The sections of all bands that are not off, in order; how many depends on the settings alone."""
    sections: list[Section] = []
    for band in range(1, len(DEFAULTS) + 1):
        kind = str(settings[f"band{band}_kind"])
        frequency_hz = values[f"band{band}_frequency_hz"]
        if kind in CUTS:
            sections += sections_of_cut(kind, frequency_hz, int(settings[f"band{band}_slope_db_per_octave"]))
        elif kind in SHAPES:
            sections.append(Section(SHAPES[kind], frequency_hz, values[f"band{band}_gain_db"], values[f"band{band}_q"]))
    return tuple(sections)


def sections_of_cut(kind: str, frequency_hz: float, slope_db_per_octave: int) -> tuple[Section, ...]:
    """A Butterworth filter, -3.01 dB at its corner: a section for each 12 dB per octave, one of 6 dB for an odd rest.

    >>> [round(section.q, 4) for section in sections_of_cut("low_cut", 80.0, 24)]
    [0.5412, 1.3066]
    """
    second, first = CUTS[kind]
    order = slope_db_per_octave // 6
    if order % 2 == 0:
        return tuple(Section(second, frequency_hz, q=q) for q in butterworth_qs(order))
    qs = tuple(0.5 / math.cos(math.pi * k / order) for k in range(1, order // 2 + 1))
    return (Section(first, frequency_hz), *(Section(second, frequency_hz, q=q) for q in qs))
