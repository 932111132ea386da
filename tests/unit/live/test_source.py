from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import resample
from audiopost.errors import FileError, UsageError
from audiopost.layouts import layout_named
from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing
from audiopost.live.source import FileSource
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise

RATE_HZ = 48_000


@pytest.fixture
def noise(tmp_path: Path) -> tuple[Path, AudioBlock]:
    samples = white_noise(2, 30_000)
    with AudioWriter(tmp_path / "noise.wav", RATE_HZ, layout_named("stereo"), bits="32f") as writer:
        writer.write(samples)
    return tmp_path / "noise.wav", samples


def stream(source: FileSource, frames: int) -> AudioBlock:
    """Pull through a small ring until it ends or there is enough."""
    ring = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(2 * 10_000, np.float32), 2)
    pieces = []
    got = 0
    while got < frames and not (ring.ended and ring.readable == 0):
        source.advance(ring)
        out = np.empty((2, min(997, frames - got)), np.float32)
        count = ring.read(out)
        pieces.append(out[:, :count])
        got += count
    source.close()
    return np.concatenate(pieces, axis=1)


def test_once_plays_the_file_and_ends(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    np.testing.assert_array_equal(stream(FileSource(path, RATE_HZ, loop=False), 10**6), samples)


def test_a_loop_begins_again_without_a_gap(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    wanted = np.concatenate((samples, samples, samples), axis=1)[:, :70_000]
    np.testing.assert_array_equal(stream(FileSource(path, RATE_HZ), 70_000), wanted)


def test_a_region_is_looped_on_its_own(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    region = samples[:, 4800:9600]
    wanted = np.concatenate((region, region, region), axis=1)
    np.testing.assert_array_equal(stream(FileSource(path, RATE_HZ, region=(0.1, 0.2)), 3 * 4800), wanted)


def test_another_rate_is_resampled_as_one_stream(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    streamed = stream(FileSource(path, 44_100, loop=False), 10**6)
    np.testing.assert_array_equal(streamed, resample(samples, RATE_HZ, 44_100))


@pytest.mark.parametrize("region", [(0.2, 0.1), (5.0, 6.0), (0.1, 0.1)])
def test_a_region_outside_the_file_is_refused(noise: tuple[Path, AudioBlock], region: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match=r"it lasts 0\.625 s"):
        FileSource(noise[0], RATE_HZ, region=region)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.wav"):
        FileSource(tmp_path / "nowhere.wav", RATE_HZ)
