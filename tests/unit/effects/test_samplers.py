"""Recorded sounds played by turns, by chance and by notes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.samplers import FADE_FRAMES, Sampler
from audiopost.errors import FileError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import NoteEvent, render
from audiopost.layouts import layout_named
from tests.programmes import write_sound
from tests.running import SAMPLE_RATE, sine

LENGTH = 4_800
STILL = {"stray_percent": 0.0, "pitch_spread_semitones": 0.0, "level_spread_db": 0.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four sounds, told apart by their level: steady at 0.1, 0.2, 0.3, 0.4."""
    for number in range(1, 5):
        write_sound(tmp_path / f"step {number}.wav", np.full((1, LENGTH), 0.1 * number, dtype=np.float32))
    (tmp_path / "notes.txt").write_text("no sound", encoding="utf-8")
    return tmp_path


def heard(folder: Path, seconds: float, **given: object) -> np.ndarray:
    return fx.sampler(sounds=str(folder), **given).render(
        np.zeros((2, round(seconds * SAMPLE_RATE)), np.float32), SAMPLE_RATE
    )


def steps(out: np.ndarray, every_s: float = 0.5) -> list[int]:
    """Which sound plays in the middle of each step."""
    places = np.arange(0.0, out.shape[1] / SAMPLE_RATE, every_s) * SAMPLE_RATE + LENGTH / 2
    return [round(10.0 * float(out[0, int(place)])) for place in places]


def test_sounds_come_in_their_turn_on_both_channels(folder: Path) -> None:
    out = heard(folder, 3.0, order="turns", **STILL)
    assert steps(out) == [1, 2, 3, 4, 1, 2]
    np.testing.assert_array_equal(out[0], out[1])
    assert not out[:, LENGTH : SAMPLE_RATE // 2].any(), "silence between"
    np.testing.assert_allclose(out[0, : LENGTH - FADE_FRAMES], 0.1, atol=1e-4)


def test_by_chance_none_comes_twice_running_and_a_seed_repeats_it(folder: Path) -> None:
    out = heard(folder, 60.0, every_s=0.2, **STILL)
    row = steps(out, 0.2)
    assert all(first != second for first, second in pairwise(row))
    assert {row.count(number) > 50 for number in (1, 2, 3, 4)} == {True}
    np.testing.assert_array_equal(out, heard(folder, 60.0, every_s=0.2, **STILL))
    assert row != steps(heard(folder, 60.0, every_s=0.2, seed=2, **STILL), 0.2)


def test_time_level_and_pitch_stray_within_their_bounds(folder: Path) -> None:
    out = heard(folder, 60.0, every_s=0.5, stray_percent=50.0, pitch_spread_semitones=6.0, level_spread_db=12.0)[0]
    starts = np.flatnonzero((out != 0.0) & (np.concatenate([[0.0], out[:-1]]) == 0.0))
    apart_s = np.diff(starts) / SAMPLE_RATE
    assert 0.375 - 1e-3 <= apart_s.min() < 0.42
    assert 0.58 < apart_s.max() <= 0.625 + 1e-3
    lengths = (
        np.array([np.flatnonzero(out[start : start + SAMPLE_RATE // 3] == 0.0)[0] for start in starts[:-1]]) / LENGTH
    )
    assert 2.0**-0.5 - 0.01 < lengths.min() < 0.8
    assert 1.25 < lengths.max() < 2.0**0.5 + 0.01
    assert 0.02 < out[starts + 100].min() < 0.06


def test_a_sound_is_played_at_other_pitches(tmp_path: Path) -> None:
    write_sound(tmp_path / "tone.wav", sine(1000.0, 2.0))
    out = heard(tmp_path / "tone.wav", 1.0, every_s=60.0, pitch_semitones=7.0, **STILL)[0]
    power = np.abs(np.fft.rfft(out * np.hanning(out.size)))
    assert power.argmax() == pytest.approx(1000.0 * 2.0 ** (7.0 / 12.0), abs=1.0)
    power[power.argmax() - 30 : power.argmax() + 31] = 0.0
    assert power.max() < 1e-3 * 0.5 * out.size / 4.0


def test_notes_play_it_at_their_frame_pitch_and_velocity(folder: Path) -> None:
    chain = fx.sampler(sounds=str(folder), order="turns", every_s=0.0, **STILL)
    notes = [
        NoteEvent(1_000, bytes((0x90, 60, 127))),
        NoteEvent(9_000, bytes((0x90, 72, 64))),
        NoteEvent(9_100, bytes((0x80, 72, 0))),
        NoteEvent(20_000, bytes((0x91, 48, 127))),
    ]
    out = render(chain, np.zeros((2, 40_000), np.float32), SAMPLE_RATE, events=notes)[0]
    assert list(np.flatnonzero((out != 0.0) & (np.concatenate([[0.0], out[:-1]]) == 0.0))) == [1_000, 9_000, 20_000]
    np.testing.assert_allclose(out[[2_000, 10_000, 22_000]], [0.1, 0.2 * (64 / 127) ** 2, 0.3], rtol=1e-3)
    ends = [np.flatnonzero(out[start:] == 0.0)[0] for start in (1_000, 9_000, 20_000)]
    assert ends == pytest.approx([LENGTH, LENGTH / 2, 2 * LENGTH], abs=3)


def test_what_cannot_be_played_is_told(tmp_path: Path) -> None:
    for place, kind, words in ((tmp_path, UsageError, "no sound in it"), (tmp_path / "x.wav", FileError, "x.wav")):
        with pytest.raises(kind, match=words):
            Sampler({"sounds": str(place)}).prepare(StreamFormat(SAMPLE_RATE, layout_named("stereo"), 64))
