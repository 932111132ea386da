"""Files that are odd in a known way."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tests.signals import white_noise
from tests.surface.conftest import write_wave
from tests.wave_bytes import chunk, plain_format, wave

Make = Callable[[Path], object]


def half_of_a_file(path: Path) -> None:
    whole = write_wave(path, white_noise(2, 48_000)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2 + 1])


def no_numbers(path: Path) -> None:
    samples = white_noise(2, 48_000)
    samples[0, 100:110] = np.nan
    samples[1, 200] = np.inf
    soundfile.write(path, samples.T, 48_000, subtype="FLOAT")  # our own writer lets no such sample through


def with_length(declared: int) -> Make:
    """A second of sound whose header says another length."""

    def make(path: Path) -> None:
        sound = (white_noise(1, 48_000)[0] * 32_767).astype("<i2").tobytes()
        path.write_bytes(wave(plain_format(), chunk("data", sound, declared=declared)))

    return make


def within_a_frame(path: Path) -> None:
    whole = write_wave(path, white_noise(2, 48_000)).read_bytes()
    path.write_bytes(whole[:-4])
