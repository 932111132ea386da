"""From one room to another: the ends are the rooms themselves, the middle decays in between, noise stays as loud."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError
from audiopost.layouts import default_layout
from audiopost.media.audio_writer import AudioWriter
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise
from tests.tolerances import CONVOLUTION_DBFS, MORPHED_DECAY, MORPHED_LEVEL_DB
from tests.unit.effects.test_space import decay_s, impulse

DECAYS_S = (0.4, 1.6)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two rooms of noise that decays, as files."""
    folder, found = tmp_path_factory.mktemp("rooms"), {}
    for name, seconds in zip(("impulse_response", "other_response"), DECAYS_S, strict=True):
        time_s = np.arange(int(1.7 * seconds * SAMPLE_RATE)) / SAMPLE_RATE
        decay = white_noise(1, time_s.size, seed=int(10 * seconds)) * 10.0 ** (-3.0 * time_s / seconds)
        with AudioWriter(folder / f"{name}.wav", SAMPLE_RATE, default_layout(1), bits="32f") as writer:
            writer.write(decay.astype(np.float32))
        found[name] = str(folder / f"{name}.wav")
    return found


def answer(rooms: dict[str, str], percent: float, sound: AudioBlock) -> AudioBlock:
    return run(prepared("convolution_morph", "mono", parameters={"morph_percent": percent}, settings=rooms), sound)


def test_at_its_ends_it_is_a_convolution_with_either(rooms: dict[str, str]) -> None:
    sound = white_noise(1, 20_000)
    for percent, path in ((0.0, rooms["impulse_response"]), (100.0, rooms["other_response"])):
        plain = run(prepared("convolution", "mono", settings={"impulse_response": path, "trim": True}), sound)
        np.testing.assert_allclose(answer(rooms, percent, sound), plain, atol=10 ** (CONVOLUTION_DBFS / 20.0))


def test_half_way_it_decays_in_between(rooms: dict[str, str]) -> None:
    """Levels in dB fall at the mean of both slopes: 60 dB in twice the product over the sum of the times."""
    short, long = DECAYS_S
    wanted_s = 2.0 * short * long / (short + long)
    assert decay_s(answer(rooms, 50.0, impulse(2.0))[0], 1000.0) == pytest.approx(wanted_s, rel=MORPHED_DECAY)


def test_noise_stays_as_loud_all_the_way(rooms: dict[str, str]) -> None:
    sound = 0.1 * white_noise(1, 5 * SAMPLE_RATE)
    levels = [np.mean(answer(rooms, percent, sound)[0, 2 * SAMPLE_RATE :] ** 2) for percent in (0, 20, 50, 70, 100)]
    assert np.ptp(10.0 * np.log10(levels)) < MORPHED_LEVEL_DB


def test_a_file_that_is_not_there_is_named(rooms: dict[str, str]) -> None:
    with pytest.raises(FileError, match=r"gone\.wav"):
        prepared("convolution_morph", settings={**rooms, "other_response": "gone.wav"})
