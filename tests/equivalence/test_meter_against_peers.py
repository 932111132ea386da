"""Our meter against others: libebur128 (through loudgain), FFmpeg's ebur128, pyloudnorm with the exact filters.

The sound is speech and noise that nobody here made: single words, and a programme of all of them with pauses.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyloudnorm
import pytest
import soundfile

from audiopost.blocks import AudioBlock
from audiopost.loudness import Loudness, LoudnessMeter
from tests.recordings import SPEECH, recording, recordings
from tests.system import require_system
from tests.tolerances import COARSE_PEER_RANGE_LU, PEER_LOUDNESS_LU, PEER_RANGE_LU, PEER_TRUE_PEAK_DB, SAME_FILTERS_LU

RATES = pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
"""The programme is written with another rate in its header: the same recordings, at another pitch."""


class Reading(NamedTuple):
    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


def loudgain(path: Path) -> Reading:
    program = require_system("loudgain", package="loudgain")
    run = subprocess.run([program, "-q", "-O", str(path)], capture_output=True, text=True, check=True)
    fields = run.stdout.strip().splitlines()[-1].split("\t")
    return Reading(*(float(fields[column].split()[0]) for column in (1, 2, 4)))


def ffmpeg(path: Path) -> Reading:
    program = require_system("ffmpeg", package="ffmpeg")
    command = [program, "-nostats", "-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    summary = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary:")[2]
    found = (re.search(rf"\b{name}:\s+(-?[\d.]+)", summary) for name in ("I", "LRA", "Peak"))
    return Reading(*(float(match[1]) for match in found if match))


def ours(path: Path) -> Loudness:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    meter = LoudnessMeter(rate, {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[1]])
    meter.process(samples.T)
    return meter.result()


def assert_agree(loudness: Loudness, peer: Reading) -> None:
    assert loudness.integrated_lufs == pytest.approx(peer.integrated_lufs, abs=PEER_LOUDNESS_LU)
    assert loudness.true_peak_dbtp == pytest.approx(peer.true_peak_dbtp, abs=PEER_TRUE_PEAK_DB)


def word(name: str) -> np.ndarray:
    return np.asarray(soundfile.read(recording(name), dtype="float32")[0])


def programme(channels: int) -> AudioBlock:
    """About a minute: every word three times, farther and nearer, wandering through the channels, over soft noise."""
    parts = []
    for turn, gain in enumerate((0.3, 1.0, 0.6)):
        for index, name in enumerate(SPEECH):
            speech = np.pad(gain * word(name), (0, 24_000))
            part = np.tile(0.25 * speech, (channels, 1))
            part[(index + turn) % channels] = speech
            parts.append(part)
    block = np.concatenate(parts, axis=1)
    noise = np.resize(word("Noise"), block.shape[1] + channels * 1_000)
    for channel in range(channels):
        block[channel] += 0.05 * noise[channel * 1_000 : channel * 1_000 + block.shape[1]]
    return np.ascontiguousarray(block, dtype=np.float32)


def written(folder: Path, block: AudioBlock, rate: int) -> Path:
    path = folder / "programme.wav"
    soundfile.write(path, block.T, rate, subtype="PCM_24")
    return path


def test_single_words_agree_with_libebur128() -> None:
    for path in recordings():
        assert_agree(ours(path), loudgain(path))


def test_single_words_agree_with_ffmpeg() -> None:
    for path in recordings():
        assert_agree(ours(path), ffmpeg(path))


@RATES
def test_a_programme_agrees_with_libebur128(tmp_path: Path, rate: int) -> None:
    path = written(tmp_path, programme(2), rate)
    loudness, peer = ours(path), loudgain(path)
    assert_agree(loudness, peer)
    assert loudness.loudness_range_lu == pytest.approx(peer.range_lu, abs=COARSE_PEER_RANGE_LU)


@RATES
def test_a_programme_agrees_with_ffmpeg(tmp_path: Path, rate: int) -> None:
    path = written(tmp_path, programme(2), rate)
    loudness, peer = ours(path), ffmpeg(path)
    assert_agree(loudness, peer)
    assert loudness.loudness_range_lu == pytest.approx(peer.range_lu, abs=PEER_RANGE_LU)


def test_six_channels_agree_with_both(tmp_path: Path) -> None:
    path = written(tmp_path, programme(6), 48_000)
    loudness = ours(path)
    assert_agree(loudness, loudgain(path))
    assert_agree(loudness, ffmpeg(path))


@pytest.mark.parametrize("channels", [1, 2])
def test_integrated_loudness_agrees_with_pyloudnorm(channels: int) -> None:
    block = programme(channels)
    block = block[:, : block.shape[1] // 4_800 * 4_800]  # pyloudnorm counts an unfinished block as a whole one
    meter = LoudnessMeter(48_000, "mono" if channels == 1 else "stereo")
    meter.process(block)
    peer = pyloudnorm.Meter(48_000, filter_class="DeMan").integrated_loudness(block.T.astype(np.float64))
    assert meter.result().integrated_lufs == pytest.approx(peer, abs=SAME_FILTERS_LU)
