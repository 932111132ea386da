"""Two files, and the equaliser that makes one sound like the other."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.octave_spectrum import OctaveSpectrum
from audiopost.effects.equalizer_matching import matching_equalizer, matching_gains_db, third_octave_levels_db
from audiopost.errors import ParameterRangeError
from audiopost.graph.algebra import Graph
from audiopost.media.audio_file import open_audio

__all__ = ["check_amounts", "match_eq"]


def match_eq(
    reference: str | os.PathLike[str],
    sound: str | os.PathLike[str],
    *,
    strength_percent: float = 100.0,
    most_db: float = 12.0,
    phase: str = "minimum",
) -> Graph:
    """A drawing of one graphic equaliser that gives `sound` the long-term spectrum of `reference`, at its own level.

    Parameters
    ----------
    reference, sound
        Audio files of any rate and layout; some seconds of the same kind of thing in each.
    strength_percent
        Part of the difference that is made up, 0 to 100.
    most_db
        Largest boost and cut, 0 to 24 dB.
    phase
        ``"minimum"`` (no latency) or ``"linear"``.

    Raises
    ------
    FileError
        If a file cannot be read.
    UsageError
        If one is silent.
    ParameterRangeError
        If a number is out of its range.

    Notes
    -----
    Accuracy: the third-octave levels of a file of noise that was filtered are brought back within 1 dB from 80 Hz on.
    """
    check_amounts(strength_percent, most_db)
    gains_db = matching_gains_db(
        _levels_db(sound), _levels_db(reference), strength=strength_percent / 100.0, most_db=most_db
    )
    described = f"Gives a sound like {Path(sound).name} the spectrum of {Path(reference).name}."
    drawn = matching_equalizer(gains_db, phase=phase)
    return replace(drawn, name=f"Match: {Path(reference).stem}", description=described)


def check_amounts(strength_percent: float, most_db: float) -> None:
    """Raises ParameterRangeError if a number is out of its range."""
    for name, value, most, unit in (
        ("strength_percent", strength_percent, 100.0, "%"), ("most_db", most_db, 24.0, "dB"),
    ):  # fmt: skip
        if not 0.0 <= value <= most:
            raise ParameterRangeError(parameter=name, value=value, minimum=0.0, maximum=most, unit=unit)


def _levels_db(path: str | os.PathLike[str]) -> NDArray[np.float64]:
    with open_audio(path) as reader:
        spectrum = OctaveSpectrum(reader.sample_rate)
        for block in reader.blocks():
            spectrum.process(block)
        return third_octave_levels_db(spectrum, reader.sample_rate)
