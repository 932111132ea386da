from __future__ import annotations

import numpy as np
import pytest

from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise
from tests.spectra import lines_db
from tests.tolerances import DECAY_TIME, HELD_LEVEL_DB


def test_a_cloud_is_as_loud_as_a_steady_noise() -> None:
    noise = white_noise(1, 3 * SAMPLE_RATE)
    out = run(prepared("blur", "mono", parameters={"mix_percent": 100.0, "decay_s": 1.0}), noise)[0, SAMPLE_RATE:]
    assert 20.0 * np.log10(out.std() / noise.std()) == pytest.approx(0.0, abs=HELD_LEVEL_DB)


@pytest.mark.parametrize("wanted_s", [0.8, 2.0])
def test_a_cloud_decays_in_its_time(wanted_s: float) -> None:
    noise = white_noise(1, 4 * SAMPLE_RATE)
    noise[:, SAMPLE_RATE:] = 0.0
    out = run(prepared("blur", "mono", parameters={"mix_percent": 100.0, "decay_s": wanted_s}), noise)[0]
    levels = 10.0 * np.log10((out.astype(np.float64).reshape(-1, 2400) ** 2).mean(axis=1) + 1e-20)  # 50 ms each
    slope = np.polyfit(np.arange(24, 24 + 14) * 0.05, levels[24:38], 1)[0]
    assert -60.0 / slope == pytest.approx(wanted_s, rel=2.0 * DECAY_TIME)


def test_blur_keeps_the_pitch_and_loses_the_attack() -> None:
    out = run(prepared("blur", "mono", parameters={"mix_percent": 100.0}), sine(1000.0, 3.0))
    levels = lines_db(out)
    assert abs(int(levels.argmax()) - 1000) <= 12  # the width of its window
    click = np.zeros((1, SAMPLE_RATE), np.float32)
    click[0, 9600] = 1.0
    smeared = np.abs(run(prepared("blur", "mono", parameters={"mix_percent": 100.0}), click)[0])
    assert 0.0 < smeared.max() < 0.05


def test_a_freeze_holds_what_sounded_whatever_comes() -> None:
    speech = read_audio(recording())[0][:1, : 2 * SAMPLE_RATE]
    block = np.concatenate((speech, np.zeros((1, 4 * SAMPLE_RATE), np.float32)), axis=1)
    at = int(np.argmax(np.convolve(speech[0] ** 2, np.ones(4800), "same"))) + 2400
    out = run(prepared("freeze", "mono"), block, turns={at: {"freeze": 1.0}}).astype(np.float64)[0]
    np.testing.assert_array_equal(out[:at], block[0, :at])
    held = [out[start : start + SAMPLE_RATE] for start in (at + SAMPLE_RATE, at + 3 * SAMPLE_RATE)]
    assert 20.0 * np.log10(held[0].std() / held[1].std()) == pytest.approx(0.0, abs=HELD_LEVEL_DB)
    assert held[0].std() > 0.2 * speech[0, at - 9600 : at].std()


def test_off_it_is_not_there_and_channels_shimmer_apart() -> None:
    noise = np.tile(white_noise(1, SAMPLE_RATE), (2, 1))
    np.testing.assert_array_equal(run(prepared("freeze"), noise), noise)
    out = run(prepared("freeze", parameters={"freeze": 0.0}), noise, turns={24_000: {"freeze": 1.0}})
    assert abs(np.corrcoef(out[:, 36_000:])[0, 1]) < 0.2
