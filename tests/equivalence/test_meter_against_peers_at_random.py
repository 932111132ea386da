"""Random sound, measured by others too: what differs by more than 0.01 LU must be a deviation of theirs that is known.

- libebur128 and FFmpeg keep the high-pass's numerator 1, -2, 1 at every rate, so that their pass band is that of 48 kHz
  only there: they read up to 0.03 LU low at 192 kHz (`highpass_deviation_lu`).
- FFmpeg counts blocks in a histogram whose bins are 0.01 LU wide, at the lower end of the bin: it reads up to that low.
- loudgain prints two decimals, FFmpeg three.
- pyloudnorm counts an unfinished last block as a whole one: it is given whole tenths of a second.
- A block as near to a gate as that may lie on either side of it: `possible_readings`.
"""

import math
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from audiopost.loudness import LoudnessMeter
from audiopost.loudness.gating import LOUDNESS_OFFSET_DB
from audiopost.loudness.k_weighting import k_weighting_sections
from tests.system import require_system
from tests.tolerances import SAME_FILTERS_LU

RATES = (48_000, 44_100, 96_000, 192_000)
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
HISTOGRAM_LU = 0.01
NEAR_A_GATE_LU = 0.05

Words = NDArray[np.int16]
"""``(frames, channels)``: 16 bits, for loudgain hands no more to libebur128."""


@some.composite
def sounds(draw: some.DrawFn, *, rates: tuple[int, ...] = RATES, whole_tenths: bool = False) -> tuple[Words, int]:
    """Noise whose level jumps, and its sample rate; it shrinks to half a second of mono at 48 kHz."""
    rate = draw(some.sampled_from(rates))
    channels = draw(some.sampled_from(sorted(LAYOUTS)))
    step = rate // 10 if whole_tenths else 1
    lengths = draw(some.lists(some.integers(rate // 2 // step, 2 * rate // step), min_size=1, max_size=5))
    source = np.random.default_rng(draw(some.integers(0, 99)))
    parts = []
    for length in lengths:
        level_db = draw(some.integers(-50, 0))
        parts.append(10.0 ** (level_db / 20.0) * source.uniform(-1.0, 1.0, (length * step, channels)))
    return np.round(32_767 * np.concatenate(parts)).astype(np.int16), rate


def gating_powers(sound: Words, rate: int) -> NDArray[np.float64]:
    meter = LoudnessMeter(rate, LAYOUTS[sound.shape[1]])
    meter.process((sound.T / np.float32(32_768)).astype(np.float32))
    return meter.programme().gating_powers


def possible_readings(powers: NDArray[np.float64]) -> list[float]:
    """Integrated loudness, and what it were with the gates moved past the blocks that lie next to them."""
    readings = []
    levels = LOUDNESS_OFFSET_DB + 10.0 * np.log10(np.maximum(powers, 1e-30))
    for absolute in _gates(-70.0, levels):
        counted = powers[levels > absolute]
        relative = LOUDNESS_OFFSET_DB + 10.0 * math.log10(counted.mean()) - 10.0
        for gate in _gates(relative, levels):
            kept = powers[levels > max(absolute, gate)]
            readings.append(LOUDNESS_OFFSET_DB + 10.0 * math.log10(kept.mean()))
    return readings


def _gates(gate: float, levels: NDArray[np.float64]) -> list[float]:
    near = levels[np.abs(levels - gate) < NEAR_A_GATE_LU]
    return [gate, *(level + side for level in near for side in (-1e-9, 1e-9))]


def highpass_deviation_lu(rate: int) -> float:
    """How far 1, -2, 1 at this rate reads below the filter that keeps the pass band of 48 kHz."""
    return 20.0 * math.log10(k_weighting_sections(rate)[1][0])


def read_by(program: Callable[[Path], float], sound: Words, rate: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        soundfile.write(path, sound, rate, subtype="PCM_16")
        return program(path)


def loudgain(path: Path) -> float:
    command = [require_system("loudgain", package="loudgain"), "-q", "-O", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(run.stdout.strip().splitlines()[-1].split("\t")[1].split()[0])


def ffmpeg(path: Path) -> float:
    measure = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    program = require_system("ffmpeg", package="ffmpeg")
    command = [program, "-v", "quiet", "-i", str(path), "-af", measure, "-f", "null", "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(re.findall(r"r128\.I=(\S+)", run.stdout)[-1])


def assert_explained(peer: float, powers: NDArray[np.float64], below: tuple[float, float], printed: float) -> None:
    """The peer reads between `below` less than one of ours, and rounds to `printed`."""
    half = printed / 2 + 1e-6
    assert any(below[0] - half <= ours - peer <= below[1] + half for ours in possible_readings(powers))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sounds())
def test_what_libebur128_reads_is_explained(found: tuple[Words, int]) -> None:
    sound, rate = found
    deviation = highpass_deviation_lu(rate)
    assert_explained(read_by(loudgain, sound, rate), gating_powers(sound, rate), (deviation, deviation), 0.01)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sounds())
def test_what_ffmpeg_reads_is_explained(found: tuple[Words, int]) -> None:
    sound, rate = found
    deviation = highpass_deviation_lu(rate)
    below = (deviation, deviation + HISTOGRAM_LU)
    assert_explained(read_by(ffmpeg, sound, rate), gating_powers(sound, rate), below, 0.001)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sounds(rates=(48_000,), whole_tenths=True))
def test_what_pyloudnorm_reads_is_explained(found: tuple[Words, int]) -> None:
    sound = found[0][:, :2]  # it knows five channels, and no LFE among them
    peer = pyloudnorm.Meter(48_000, filter_class="DeMan").integrated_loudness(sound / 32_768)
    nearest = min(possible_readings(gating_powers(sound, 48_000)), key=lambda ours: abs(ours - peer))
    assert nearest == pytest.approx(peer, abs=SAME_FILTERS_LU)


def test_a_deviation_that_is_not_known_is_found() -> None:
    powers = gating_powers(np.full((48_000, 1), 8_000, np.int16) * (-1) ** np.arange(48_000)[:, np.newaxis], 48_000)
    (ours, *_) = possible_readings(powers)
    with pytest.raises(AssertionError):
        assert_explained(ours - 0.02, powers, (0.0, HISTOGRAM_LU), 0.001)
