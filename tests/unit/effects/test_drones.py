from __future__ import annotations

import numpy as np
import pytest

from audiopost.effects.drones import CHORDS
from tests.running import SAMPLE_RATE, prepared, run
from tests.tolerances import TEXTURE_LEVEL_DB


def heard(
    effect: str, seconds: float, channels: int = 1, settings: dict[str, object] | None = None, **knobs: float
) -> np.ndarray:
    node = prepared(effect, "mono" if channels == 1 else "stereo", parameters=knobs, settings=settings)  # type: ignore[arg-type]
    return run(node, np.zeros((channels, round(seconds * SAMPLE_RATE)), np.float32)).astype(np.float64)


@pytest.mark.parametrize("chord", CHORDS)
def test_a_drone_has_its_level_in_every_chord(chord: str) -> None:
    sound = heard("drone", 20.0, settings={"chord": chord}, level_dbfs=-30.0)
    assert 10.0 * np.log10(2.0 * np.mean(sound**2)) == pytest.approx(-30.0, abs=TEXTURE_LEVEL_DB)


def test_a_drone_sounds_at_its_chord() -> None:
    still = {"frequency_hz": 100.0, "detune_cents": 0.0, "motion_percent": 0.0, "brightness_percent": 100.0}
    spectrum = np.abs(np.fft.rfft(heard("drone", 1.0, settings={"chord": "fifths"}, **still)[0]))
    lines = set(np.flatnonzero(spectrum > 0.01 * spectrum.max()).tolist())
    assert {50, 100, 150, 200, 300, 400} <= lines
    assert all(line % 50 == 0 for line in lines)


def test_the_channels_of_a_drone_drift_apart() -> None:
    assert abs(np.corrcoef(heard("drone", 10.0, 2))[0, 1]) < 0.9


def test_a_shepard_tone_is_after_ten_octaves_where_it_was() -> None:
    """At one octave a second every whole second has the same spectrum: the tone has risen and is no higher."""
    sound = heard("shepard_tone", 4.0, rate_octaves=1.0)[0]
    seconds = [
        np.abs(np.fft.rfft(sound[k * SAMPLE_RATE : (k + 1) * SAMPLE_RATE] * np.hanning(SAMPLE_RATE))) for k in (1, 2, 3)
    ]
    bands = [each[: 1 << 14].reshape(-1, 128).sum(axis=1) for each in seconds]
    for other in bands[1:]:
        np.testing.assert_allclose(other, bands[0], rtol=0.2, atol=0.02 * bands[0].max())


@pytest.mark.parametrize("rate_octaves", [-0.5, 0.5])
def test_within_a_moment_it_rises_or_falls(rate_octaves: float) -> None:
    sound = heard("shepard_tone", 2.0, rate_octaves=rate_octaves, width_octaves=0.5, centre_hz=400.0)[0]
    size = 1 << 17

    def loudest(start_s: float) -> float:
        piece = sound[round(start_s * SAMPLE_RATE) :][:9600] * np.hanning(9600)
        return float(np.argmax(np.abs(np.fft.rfft(piece, size))[:4000])) * SAMPLE_RATE / size

    early, late = loudest(0.45), loudest(0.75)
    rises = (np.log2(late / early) + 0.5) % 1.0 - 0.5
    assert rises == pytest.approx(0.3 * rate_octaves, abs=0.03)


def test_its_level_is_steady() -> None:
    sound = heard("shepard_tone", 10.0, level_dbfs=-20.0)[0]
    assert 10.0 * np.log10(2.0 * np.mean(sound**2)) == pytest.approx(-20.0, abs=0.2)
