"""``match-eq``: a real recording that was filtered is brought back by the chain file that the command writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import audiopost
from audiopost import effects as fx
from audiopost.dsp.octave_spectrum import OctaveSpectrum
from audiopost.effects.equalizer_drawn import THIRD_OCTAVES_HZ
from audiopost.effects.equalizer_matching import third_octave_levels_db
from audiopost.media.audio_file import read_audio
from tests.recordings import SPEECH, recording
from tests.surface.conftest import Run, write_wave
from tests.tolerances import MATCHED_SPECTRUM_DB

RATE = 48_000


def levels_db(samples: np.ndarray) -> np.ndarray:
    spectrum = OctaveSpectrum(RATE)
    spectrum.process(samples)
    return third_octave_levels_db(spectrum, RATE)


def heard_bands() -> np.ndarray:
    """Where a voice has power, (31,)."""
    centres = np.array(THIRD_OCTAVES_HZ)
    return (centres >= 125.0) & (centres <= 10_000.0)


@pytest.fixture
def close(tmp_path: Path) -> Path:
    """Ten seconds of a real voice."""
    samples = np.concatenate([read_audio(recording(name))[0] for name in SPEECH], axis=1)
    write_wave(tmp_path / "close.wav", samples)
    return tmp_path / "close.wav"


@pytest.fixture
def dull(close: Path, tmp_path: Path) -> Path:
    """The same voice behind a door."""
    samples, _ = read_audio(close)
    chain = fx.tilt(tilt_db=-12.0) >> fx.peak(frequency_hz=400.0, gain_db=6.0)
    write_wave(tmp_path / "dull.wav", chain.render(samples, RATE))
    return tmp_path / "dull.wav"


def test_a_dull_voice_gets_the_spectrum_of_a_close_one(run: Run, close: Path, dull: Path, tmp_path: Path) -> None:
    answer = run("match-eq", close, dull, "--output", "match.toml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("match.toml: graphic_equalizer, -")
    assert run("render", dull, "back.wav", "--chain", "match.toml").code == 0
    wanted, back = (levels_db(read_audio(path)[0]) for path in (close, tmp_path / "back.wav"))
    difference = (back - wanted)[heard_bands()]
    assert np.abs(difference - difference.mean()).max() < MATCHED_SPECTRUM_DB


def test_what_cannot_be_is_told(run: Run, close: Path, dull: Path, tmp_path: Path) -> None:
    (tmp_path / "there.toml").write_text("", encoding="utf-8")
    write_wave(tmp_path / "silent.wav", np.zeros((1, RATE), np.float32))
    for words, code, said in (
        ((close, dull, "--output", "there.toml"), 3, "exists already"),
        ((close, "silent.wav", "--output", "a.toml"), 2, "the sound is silent"),
        ((close, "gone.wav", "--output", "a.toml"), 3, "gone.wav"),
        ((close, dull, "--output", "a.toml", "--strength", "120"), 2, "strength_percent"),
    ):
        answer = run("match-eq", *words)
        assert (answer.code, answer.out) == (code, "")
        assert said in answer.message


def test_the_same_from_a_program_and_as_json(run: Run, close: Path, dull: Path) -> None:
    document = run("match-eq", close, dull, "--output", "half.toml", "--strength", "50", "--json").document
    whole = dict(audiopost.match_eq(close, dull).nodes[0][1].parameters)
    half = document["gains_db"]
    assert document["output"] == "half.toml"
    assert half == pytest.approx({name: gain / 2.0 for name, gain in whole.items()}, abs=0.02)
    assert run("match-eq", close, dull, "--output", "half.toml", "--exists", "replace").code == 0
    assert run("match-eq", close, dull, "--output", "half.toml", "--exists", "number").out.startswith("half-2.toml")
