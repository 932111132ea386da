from __future__ import annotations

import numpy as np
import pytest

from audiopost.effects.resonance import BODIES
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise
from tests.tolerances import DECAY_TIME, HELD_LEVEL_DB, TUNING_CENTS


def struck(effect: str, **parameters: float) -> np.ndarray:
    block = np.zeros((1, 3 * SAMPLE_RATE), dtype=np.float32)
    block[0, 0] = 1.0
    return run(prepared(effect, "mono", parameters={"mix_percent": 100.0, **parameters}), block)[0].astype(np.float64)


def loudest_hz(sound: np.ndarray, near_hz: float) -> float:
    """The peak of the spectrum within 6 % of a pitch, by a parabola through its logarithm."""
    size = 1 << 18
    levels = np.log(np.abs(np.fft.rfft(sound * np.hanning(sound.size), size)) + 1e-30)
    low, high = (round(near_hz * share / SAMPLE_RATE * size) for share in (0.94, 1.06))
    k = low + int(np.argmax(levels[low:high]))
    before, here, after = levels[k - 1 : k + 2]
    return float((k + 0.5 * (before - after) / (before - 2.0 * here + after)) * SAMPLE_RATE / size)


def cents(found_hz: float, wanted_hz: float) -> float:
    return float(1200.0 * np.log2(found_hz / wanted_hz))


def decay_s(sound: np.ndarray) -> float:
    energy = np.cumsum(sound[::-1] ** 2)[::-1]
    level = 10.0 * np.log10(energy / energy[0] + 1e-30)
    first, last = int(np.argmax(level < -10.0)), int(np.argmax(level < -40.0))
    return 2.0 * (last - first) / SAMPLE_RATE


@pytest.mark.parametrize("damping_percent", [0.0, 60.0])
@pytest.mark.parametrize("frequency_hz", [82.41, 440.0, 1318.5])
def test_a_string_rings_at_its_pitch(frequency_hz: float, damping_percent: float) -> None:
    sound = struck("comb", frequency_hz=frequency_hz, damping_percent=damping_percent, decay_s=2.0)
    assert abs(cents(loudest_hz(sound, frequency_hz), frequency_hz)) < TUNING_CENTS


@pytest.mark.parametrize("wanted_s", [0.3, 1.0])
def test_a_string_without_damping_decays_in_its_time(wanted_s: float) -> None:
    sound = struck("comb", frequency_hz=100.0, damping_percent=0.0, decay_s=wanted_s)
    assert decay_s(sound) == pytest.approx(wanted_s, rel=DECAY_TIME)


@pytest.mark.parametrize("body", BODIES)
def test_a_body_rings_at_its_modes(body: str) -> None:
    number = float(list(BODIES).index(body))
    sound = struck("resonator", body=number, frequency_hz=300.0, decay_s=2.0, damping_percent=0.0)
    for ratio in BODIES[body][:4]:
        assert abs(cents(loudest_hz(sound, 300.0 * ratio), 300.0 * ratio)) < TUNING_CENTS


@pytest.mark.parametrize("wanted_s", [0.3, 1.0])
def test_a_body_without_damping_decays_in_its_time(wanted_s: float) -> None:
    sound = struck("resonator", damping_percent=0.0, decay_s=wanted_s)
    assert decay_s(sound) == pytest.approx(wanted_s, rel=DECAY_TIME)


@pytest.mark.parametrize("effect", ["comb", "resonator"])
def test_white_noise_keeps_its_level(effect: str) -> None:
    noise = white_noise(1, 4 * SAMPLE_RATE)
    node = prepared(effect, "mono", parameters={"mix_percent": 100.0, "damping_percent": 0.0, "decay_s": 0.2})
    gain_db = 20.0 * np.log10(run(node, noise)[0, SAMPLE_RATE:].std() / noise.std())
    assert gain_db == pytest.approx(0.0, abs=HELD_LEVEL_DB)
