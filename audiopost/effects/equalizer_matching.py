"""The equaliser that gives one sound the spectrum of another: what ADR needs to sit in production sound.

::

    sound ─────▶ level of each third of an octave ─┐
                                                   ├─▶ difference ─▶ smoothed, limited ─▶ graphic_equalizer
    reference ─▶ level of each third of an octave ─┘

Long-term averages are compared, so both must say much the same kind of thing for a few seconds. The level is not
matched: the differences have no mean between 100 Hz and 10 kHz.

Where either of them has next to nothing (40 dB and more under its loudest band), nothing is known of what ought to be
there, and the nearest band that is known is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.octave_spectrum import OctaveSpectrum, band_centres_hz
from audiopost.effects.equalizer_drawn import THIRD_OCTAVES_HZ, GraphicEqualizer, graphic_band
from audiopost.errors import UsageError
from audiopost.graph.algebra import Graph
from audiopost.units import levels_to_linear, powers_to_db

__all__ = ["matching_equalizer", "matching_gains_db", "third_octave_levels_db"]

FAINTEST_DB = -40.0
"""Under the loudest band: a band that is fainter tells nothing."""

LEVEL_BANDS_HZ = (100.0, 10_000.0)
"""Bands whose mean difference is the difference of level."""


def third_octave_levels_db(spectrum: OctaveSpectrum, sample_rate: int) -> NDArray[np.float64]:
    """Level in every band of `THIRD_OCTAVES_HZ`, (31,); ``-inf`` beyond half of the sample rate."""
    sixths, powers = band_centres_hz(sample_rate), levels_to_linear(2.0 * spectrum.levels_db())
    levels = np.zeros(len(THIRD_OCTAVES_HZ))
    for index, hz in enumerate(THIRD_OCTAVES_HZ):
        levels[index] = powers[(sixths > hz / 2.0 ** (1 / 6)) & (sixths < hz * 2.0 ** (1 / 6))].sum()
    return powers_to_db(levels)


def matching_gains_db(
    sound_db: NDArray[np.float64], reference_db: NDArray[np.float64], *, strength: float = 1.0, most_db: float = 12.0
) -> NDArray[np.float64]:
    """Gain of every third of an octave that brings the levels of `sound_db` to those of `reference_db`, all (31,).

    Parameters
    ----------
    strength
        Part of the difference that is made up, 0 to 1.
    most_db
        Largest boost and cut.

    Raises
    ------
    UsageError
        If one of them is silent, so that there is nothing to compare.
    """
    known = np.ones(sound_db.size, dtype=bool)
    for name, levels in (("sound", sound_db), ("reference", reference_db)):
        if not np.isfinite(levels).any():
            raise UsageError(f"the {name} is silent", mend="give some seconds of what is to be compared")
        known &= levels > levels.max() + FAINTEST_DB
    if not known.any():
        raise UsageError("sound and reference have no band in common", mend="give two sounds of one kind")
    places = np.arange(sound_db.size)
    difference = np.interp(places, places[known], (reference_db - sound_db)[known])
    smoothed = np.convolve(np.pad(difference, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    centres = np.array(THIRD_OCTAVES_HZ)
    middle = known & (centres >= LEVEL_BANDS_HZ[0]) & (centres <= LEVEL_BANDS_HZ[1])
    smoothed -= smoothed[middle if middle.any() else known].mean()
    return np.asarray(np.clip(strength * smoothed, -most_db, most_db))


def matching_equalizer(gains_db: NDArray[np.float64], *, phase: str = "minimum") -> Graph:
    """A graphic equaliser with these gains, (31,), rounded to a hundredth of a dB.

    >>> matching_equalizer(np.full(31, 3.0)).nodes[0][1].effect
    'graphic_equalizer'
    """
    gains = {graphic_band(hz): round(float(gain), 2) for hz, gain in zip(THIRD_OCTAVES_HZ, gains_db, strict=True)}
    return Graph.of(GraphicEqualizer.name, gains, {"phase": phase})
