from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, LayoutError, UsageError
from audiopost.layouts import default_layout
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise
from tests.tolerances import CONVOLUTION_DBFS, DECAY_TIME, DECORRELATION, REVERB_LEVEL_DB


def impulse(seconds: float, channels: int = 1) -> AudioBlock:
    block = np.zeros((channels, round(seconds * SAMPLE_RATE)), dtype=np.float32)
    block[:, 0] = 1.0
    return block


def decay_s(response: np.ndarray, centre_hz: float) -> float:
    """T60 of an octave band by backward integration, from the fall between -5 and -35 dB (ISO 3382-1: T30)."""
    band = butter(4, [centre_hz / 2**0.5, centre_hz * 2**0.5], "bandpass", fs=SAMPLE_RATE, output="sos")
    energy = np.cumsum(sosfiltfilt(band, response.astype(np.float64))[::-1] ** 2)[::-1]
    level_db = 10.0 * np.log10(energy / energy[0] + 1e-30)
    span = slice(int(np.argmax(level_db < -5.0)), int(np.argmax(level_db < -35.0)))
    slope = np.polyfit(np.arange(span.start, span.stop) / SAMPLE_RATE, level_db[span], 1)[0]
    return float(-60.0 / slope)


def test_echoes_come_in_time_each_a_share_of_the_one_before() -> None:
    node = prepared("delay", "mono", parameters={"delay_ms": 100.0, "feedback_percent": 50.0, "mix_percent": 40.0})
    out = run(node, impulse(0.5))[0]
    assert np.flatnonzero(out).tolist() == [0, 4800, 9600, 14_400, 19_200]
    np.testing.assert_allclose(out[[0, 4800, 9600, 14_400]], [0.6, 0.4, 0.2, 0.1], rtol=1e-6)


def test_a_changed_delay_keeps_the_pitch() -> None:
    time_s = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sin(2.0 * np.pi * 480.0 * time_s).astype(np.float32)[np.newaxis]
    node = prepared("delay", "mono", parameters={"delay_ms": 100.0, "feedback_percent": 0.0, "mix_percent": 100.0})
    out = run(node, tone, turns={40_000: {"delay_ms": 350.0}})[0]
    # 100 and 350 ms are whole periods of 480 Hz: old and new tap agree, and the crossfade cannot be heard at all.
    np.testing.assert_allclose(out[20_000:], tone[0, 20_000:], atol=2e-4)


@pytest.mark.parametrize("room_size_percent", [20.0, 80.0])
@pytest.mark.parametrize("wanted_s", [0.6, 2.0, 5.0])
def test_a_room_decays_by_60_db_in_its_time(wanted_s: float, room_size_percent: float) -> None:
    node = prepared(
        "reverb", "mono", parameters={"decay_s": wanted_s, "room_size_percent": room_size_percent, "mix_percent": 100.0}
    )
    out = run(node, impulse(1.0 + wanted_s))[0]
    for centre_hz in (500.0, 1000.0):
        assert decay_s(out, centre_hz) == pytest.approx(wanted_s, rel=DECAY_TIME)


def test_damping_shortens_the_highs_only() -> None:
    node = prepared("reverb", "mono", parameters={"decay_s": 2.0, "damping_percent": 60.0, "mix_percent": 100.0})
    out = run(node, impulse(3.0))[0]
    assert decay_s(out, 8000.0) < 0.7 * decay_s(out, 500.0)
    assert decay_s(out, 250.0) == pytest.approx(2.0, rel=DECAY_TIME)


def test_the_channels_of_a_room_are_decorrelated_and_equally_loud() -> None:
    node = prepared("reverb", "5.1", parameters={"mix_percent": 100.0, "decay_s": 2.0})
    block = impulse(2.0, 6)
    block[1:] = 0.0
    out = run(node, block).astype(np.float64)
    assert not out[3].any()  # LFE
    heard = out[[0, 1, 2, 4, 5]]
    correlation = np.corrcoef(heard) - np.eye(5)
    assert np.abs(correlation).max() < DECORRELATION
    levels = 10.0 * np.log10(np.mean(heard**2, axis=1))
    assert np.ptp(levels) < 1.5


@pytest.mark.parametrize("channels", [1, 2, 6, 12])
def test_a_steady_noise_keeps_its_level_in_the_room(channels: int) -> None:
    layout = default_layout(channels)
    samples = white_noise(channels, 4 * SAMPLE_RATE)
    out = run(prepared("reverb", layout, parameters={"mix_percent": 100.0}), samples)
    heard = [index for index, speaker in enumerate(layout.speakers) if not speaker.lfe]
    gain_db = 20.0 * np.log10(out[heard, 2 * SAMPLE_RATE :].std() / samples.std())
    assert abs(gain_db) < REVERB_LEVEL_DB


def test_the_room_answers_after_the_predelay() -> None:
    first = [
        np.flatnonzero(
            run(prepared("reverb", "mono", parameters={"mix_percent": 100.0, "predelay_ms": ms}), impulse(0.5))
        )[0]
        for ms in (0.0, 100.0)
    ]
    assert first[1] - first[0] == 4800


def test_the_dry_sound_passes_untouched_without_a_room() -> None:
    samples = white_noise(2, 5000)
    np.testing.assert_array_equal(run(prepared("reverb", parameters={"mix_percent": 0.0}), samples), samples)


def saved(path: Path, block: AudioBlock, sample_rate: int = SAMPLE_RATE) -> Path:
    with AudioWriter(path, sample_rate, default_layout(block.shape[0]), bits="32f") as writer:
        writer.write(block)
    return path


def test_convolution_with_a_file_is_the_sum_of_products(tmp_path: Path) -> None:
    response = white_noise(2, 3000, seed=5)
    path = saved(tmp_path / "response.wav", response)
    speech = np.repeat(read_audio(recording())[0][:, :20_000], 2, axis=0)
    node = prepared("convolution", settings={"impulse_response": str(path), "normalize": False})
    out = run(node, speech)
    for channel in range(2):
        direct = np.convolve(speech[channel].astype(np.float64), response[channel].astype(np.float64))[:20_000]
        assert 20.0 * np.log10(np.abs(out[channel] - direct).max() / np.abs(direct).max()) < CONVOLUTION_DBFS


def test_a_response_is_set_to_unit_energy_so_noise_keeps_its_level(tmp_path: Path) -> None:
    path = saved(tmp_path / "loud.wav", white_noise(1, 4000, peak_linear=0.9, seed=5))
    samples = white_noise(1, 96_000)
    out = run(prepared("convolution", "mono", settings={"impulse_response": str(path)}), samples)
    assert 20.0 * np.log10(out[0, 8000:].std() / samples.std()) == pytest.approx(0.0, abs=0.5)


def test_a_response_at_another_rate_keeps_its_pitch_and_length(tmp_path: Path) -> None:
    block = np.zeros((1, 24_001), dtype=np.float32)
    block[0, 12_000] = 1.0
    path = saved(tmp_path / "half.wav", block, 24_000)
    out = run(prepared("convolution", "mono", settings={"impulse_response": str(path)}), impulse(1.0))
    assert int(np.abs(out).argmax()) == 24_000


def test_silence_before_a_response_and_noise_behind_it_are_left_out(tmp_path: Path) -> None:
    block = np.zeros((1, 48_000), dtype=np.float32)
    block[0, 2400:12_000] = np.exp(-np.arange(9600) / 1000.0) * 0.5
    block += white_noise(1, 48_000, peak_linear=3e-6)
    path = saved(tmp_path / "late.wav", block)
    node = prepared("convolution", "mono", settings={"impulse_response": str(path), "trim": True})
    out = run(node, impulse(1.0))[0]
    assert int(np.abs(out).argmax()) == 0
    assert 9000 < node.tail_frames < 12_000


def test_a_response_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    three = saved(tmp_path / "three.wav", white_noise(3, 100))
    with pytest.raises(LayoutError, match="3 channels"):
        prepared("convolution", settings={"impulse_response": str(three)})
    nothing = saved(tmp_path / "nothing.wav", np.zeros((1, 100), dtype=np.float32))
    with pytest.raises(UsageError, match="silent"):
        prepared("convolution", settings={"impulse_response": str(nothing)})
    with pytest.raises(FileError):
        prepared("convolution", settings={"impulse_response": str(tmp_path / "missing.wav")})
    with pytest.raises(UsageError, match="impulse_response"):
        prepared("convolution")
