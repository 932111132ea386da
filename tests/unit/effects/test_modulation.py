from __future__ import annotations

import numpy as np
import pytest

from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.signals import white_noise
from tests.spectra import lines_db, pitch_hz
from tests.tolerances import COMB_DB, HELD_LEVEL_DB, MODULATED_PITCH, NOTCH_DB, SIDE_BAND_DB


def impulse(seconds: float, channels: int = 1) -> np.ndarray:
    block = np.zeros((channels, round(seconds * SAMPLE_RATE)), dtype=np.float32)
    block[:, 0] = 1.0
    return block


def test_a_chorus_answers_an_impulse_once_a_voice_and_keeps_its_power() -> None:
    still = {"depth_ms": 0.0, "delay_ms": 10.0, "mix_percent": 100.0}
    out = run(prepared("chorus", "mono", parameters=still, settings={"voices": 4}), impulse(0.1))[0]
    assert np.flatnonzero(np.abs(out) > 1e-6).tolist() == [480]
    assert out[480] == pytest.approx(2.0)  # four voices in one place, each at half
    moving = {"rate_hz": 2.0, "depth_ms": 8.0, "delay_ms": 10.0, "mix_percent": 100.0}
    noise = white_noise(1, 2 * SAMPLE_RATE)
    wet = run(prepared("chorus", "mono", parameters=moving, settings={"voices": 4}), noise)
    assert 20.0 * np.log10(wet[0, 4800:].std() / noise.std()) == pytest.approx(0.0, abs=HELD_LEVEL_DB)


def test_the_channels_of_a_chorus_swing_apart() -> None:
    turned = {"mix_percent": 100.0, "spread_deg": 180.0, "rate_hz": 2.0}
    out = run(prepared("chorus", parameters=turned), np.tile(white_noise(1, SAMPLE_RATE), (2, 1)))
    assert abs(np.corrcoef(out[:, 4800:])[0, 1]) < 0.5


@pytest.mark.parametrize("feedback_percent", [0.0, 60.0, -60.0])
def test_a_flanger_that_stands_still_is_a_comb(feedback_percent: float) -> None:
    settings = {"depth_ms": 0.0, "delay_ms": 1.0, "feedback_percent": feedback_percent, "mix_percent": 50.0}
    node = prepared("flanger", "mono", parameters=settings)
    frequencies = [500.0, 1000.0, 1750.0, 4250.0]
    turn = np.exp(-2j * np.pi * np.array(frequencies) * 0.001)
    expected = 20.0 * np.log10(np.abs(0.5 + 0.5 * turn / (1.0 - feedback_percent / 100.0 * turn)) + 1e-15)
    measured = magnitude_db(node, frequencies)
    for wanted, found in zip(expected, measured, strict=True):
        assert found == pytest.approx(wanted, abs=COMB_DB) or max(found, wanted) < NOTCH_DB


@pytest.mark.parametrize("depth_cents", [10.0, 50.0, 100.0])
def test_a_vibrato_bends_the_pitch_by_its_depth(depth_cents: float) -> None:
    node = prepared("vibrato", "mono", parameters={"depth_cents": depth_cents, "rate_hz": 5.0})
    pitch = pitch_hz(run(node, sine(2000.0, 1.5))[0, 9600:].astype(np.float64))
    assert 1200.0 * np.log2(pitch.max() / 2000.0) == pytest.approx(depth_cents, rel=MODULATED_PITCH)
    assert pitch.min() / 2000.0 == pytest.approx(2.0 - 2.0 ** (depth_cents / 1200.0), rel=MODULATED_PITCH)


@pytest.mark.parametrize(("stages", "notches"), [(2, (1,)), (4, (1, 3)), (6, (1, 3, 5))])
def test_a_phaser_that_stands_still_has_a_notch_for_every_two_stages(stages: int, notches: tuple[int, ...]) -> None:
    still = {"depth_octaves": 0.0, "centre_hz": 1000.0, "feedback_percent": 0.0, "mix_percent": 50.0}
    warped = np.tan(np.pi * 1000.0 / SAMPLE_RATE) * np.tan(np.pi * np.array(notches) / (2.0 * stages))
    frequencies = np.arctan(warped) * SAMPLE_RATE / np.pi
    levels = magnitude_db(prepared("phaser", "mono", parameters=still, settings={"stages": stages}), frequencies)
    assert max(levels) < NOTCH_DB
    passed = magnitude_db(prepared("phaser", "mono", parameters=still, settings={"stages": stages}), [20.0, 20_000.0])
    assert min(passed) > -1.0


@pytest.mark.parametrize("shape", ["sine", "triangle", "square"])
def test_a_tremolo_falls_by_its_depth_once_a_period(shape: str) -> None:
    turned = {"rate_hz": 4.0, "depth_percent": 75.0, "shape": float(["sine", "triangle", "square"].index(shape))}
    out = run(prepared("tremolo", "mono", parameters=turned), np.ones((1, SAMPLE_RATE), np.float32))[0]
    assert out.max() == pytest.approx(1.0)
    assert out.min() == pytest.approx(0.25, abs=1e-6)
    np.testing.assert_allclose(out[:12_000], out[12_000:24_000], atol=1e-6)
    assert int(np.argmin(out[:12_000])) in range(3600, 6001)
    assert np.abs(np.diff(out)).max() < 0.75 * np.pi / 2.0 / (0.1 * 12_000) * 1.01


def test_a_tremolo_spread_by_half_a_turn_wanders_from_side_to_side() -> None:
    turned = {"rate_hz": 2.0, "depth_percent": 100.0, "spread_deg": 180.0}
    out = run(prepared("tremolo", parameters=turned), np.ones((2, SAMPLE_RATE), np.float32))
    np.testing.assert_allclose(out.sum(axis=0), 1.0, atol=1e-6)


def test_a_ring_modulator_makes_sum_and_difference_6_db_down() -> None:
    node = prepared("ring_modulator", "mono", parameters={"frequency_hz": 300.0})
    levels = lines_db(run(node, sine(1000.0, 2.0)))
    assert levels[[700, 1300]] == pytest.approx(20.0 * np.log10(0.25), abs=0.01)
    others = np.delete(levels, [700, 1300])
    assert others.max() < SIDE_BAND_DB


@pytest.mark.parametrize("shift_hz", [-1500.0, -7.0, 333.0])
@pytest.mark.parametrize("frequency_hz", [60.0, 1000.0, 9000.0])
def test_a_frequency_shifter_moves_a_tone_and_leaves_no_other(frequency_hz: float, shift_hz: float) -> None:
    node = prepared("frequency_shifter", "mono", parameters={"shift_hz": shift_hz})
    levels = lines_db(run(node, sine(frequency_hz, 2.0)))
    moved = round(abs(frequency_hz + shift_hz))
    assert levels[moved] == pytest.approx(20.0 * np.log10(0.5), abs=0.01)
    assert np.delete(levels, [moved]).max() < SIDE_BAND_DB


@pytest.mark.parametrize("angle_deg", [-90.0, 37.0, 180.0])
def test_a_phase_rotation_turns_all_tones_by_one_angle(angle_deg: float) -> None:
    tones = sine(50.0, 2.0, peak_linear=0.1) + sine(1000.0, 2.0, peak_linear=0.1) + sine(15_000.0, 2.0, peak_linear=0.1)
    out = [
        run(prepared("phase_rotation", "mono", parameters={"angle_deg": angle}), tones)[0, -SAMPLE_RATE:]
        for angle in (0.0, angle_deg)
    ]
    still, turned = (np.fft.rfft(each.astype(np.float64))[[50, 1000, 15_000]] for each in out)
    np.testing.assert_allclose(np.abs(turned), np.abs(still), rtol=1e-3)
    difference = np.angle(turned / still * np.exp(-1j * np.radians(angle_deg)), deg=True)
    assert np.abs(difference).max() < 0.1
