from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.media.codec import CODEC_SUFFIXES, coded, decoded_blocks
from tests.signals import plucked_music, white_noise

CODINGS = [("aac", 44_100, 256), ("opus", 48_000, 160), ("vorbis", 44_100, 320), ("mp3", 44_100, 320)]


def in_blocks(block: AudioBlock) -> Iterator[AudioBlock]:
    for start in range(0, block.shape[1], 30_011):
        yield np.ascontiguousarray(block[:, start : start + 30_011])


def through(path: Path, sound: AudioBlock, codec: str, rate: int, kbps: int) -> AudioBlock:
    target = path / f"a{CODEC_SUFFIXES[codec]}"
    coded(in_blocks(sound), target, codec, rate, sound.shape[0], kbps)
    return np.concatenate(list(decoded_blocks(target, sound.shape[1])), axis=1)


@pytest.mark.parametrize(("codec", "rate", "kbps"), CODINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_comes_out_lies_under_what_went_in(
    tmp_path: Path, codec: str, rate: int, kbps: int, channels: int
) -> None:
    sound = np.ascontiguousarray(plucked_music(3 * rate + 17, peak_linear=0.5, sample_rate=rate)[:channels])
    heard = through(tmp_path, sound, codec, rate, kbps)
    assert heard.shape == sound.shape
    middle = slice(1_000, -1_000)
    alike = [float(np.vdot(np.roll(heard, lag, axis=1)[:, middle], sound[:, middle])) for lag in range(-30, 31)]
    assert int(np.argmax(alike)) == 30  # no lag
    error = np.sqrt(np.mean((heard - sound) ** 2) / np.mean(sound**2))
    assert error < 0.06  # 24 dB under it: half a sample of lag would be more, at these overtones


@pytest.mark.parametrize(("codec", "rate", "kbps"), CODINGS)
def test_a_lower_rate_costs_more(tmp_path: Path, codec: str, rate: int, kbps: int) -> None:
    sound = white_noise(2, rate, peak_linear=0.25)
    errors = [np.mean((through(tmp_path, sound, codec, rate, each) - sound) ** 2) for each in (kbps, 64)]
    assert errors[1] > errors[0]


def test_what_a_codec_does_not_take_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown codec 'wma'"):
        through_nothing(tmp_path, "wma", 2)
    with pytest.raises(UsageError, match="6 channels are not previewed"):
        through_nothing(tmp_path, "aac", 6)
    with pytest.raises(UsageError, match="opus does not take 2 channels at 44100 Hz"):
        coded(in_blocks(white_noise(2, 4800)), tmp_path / "a.opus", "opus", 44_100, 2, 128)


def through_nothing(folder: Path, codec: str, channels: int) -> None:
    coded(iter(()), folder / "a", codec, 48_000, channels, 128)


def test_a_coded_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.m4a").write_bytes(b"nothing")
    with pytest.raises(FileError):
        list(decoded_blocks(tmp_path / "a.m4a", 100))
