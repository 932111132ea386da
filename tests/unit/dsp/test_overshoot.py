import numpy as np
import pytest

from audiopost.dsp.oversampling import oversampling_filter
from audiopost.dsp.overshoot import bend_bounds


@pytest.mark.parametrize("factor", [1, 2, 4, 8, 32])
@pytest.mark.parametrize("kind", ["noise", "clicks", "steps", "alternating", "tone"])
def test_no_waveform_exceeds_the_bound(factor: int, kind: str) -> None:
    source = np.random.default_rng(factor)
    time = np.arange(4_000)
    signal = {
        "noise": source.uniform(-1.0, 1.0, 4_000),
        "clicks": (source.uniform(size=4_000) > 0.99) * source.choice([-1.0, 1.0], 4_000),
        "steps": np.repeat(source.uniform(-1.0, 1.0, 100), 40),
        "alternating": np.where(time % 2, -1.0, 1.0) * np.repeat(source.choice([-1.0, 1.0], 400), 10),
        "tone": np.sin(time * 0.131),
    }[kind]
    coefficients = oversampling_filter(factor)
    near, far = bend_bounds(coefficients, 16)
    bends = np.abs(np.diff(signal, 2))  # bends[k] is centred on sample k + 1
    for frame in range(40, 3_900):
        value = np.abs(coefficients @ signal[frame - 23 : frame + 25]).max()
        beside = max(abs(signal[frame]), abs(signal[frame + 1]))
        around = bends[frame - 24 : frame + 24]
        nearby = bends[frame - 17 : frame + 15]
        assert value <= beside + near * nearby.max() + far * around.max() + 1e-12


def test_the_worst_signal_reaches_the_bound() -> None:
    # Second differences of one size, with the signs of the weights: nothing smaller would be a bound.
    coefficients = oversampling_filter(8)
    near, far = bend_bounds(coefficients, 48)
    assert far == 0.0
    phase = coefficients[4] - np.eye(1, 48, 23)[0] / 2 - np.eye(1, 48, 24)[0] / 2
    weights = np.cumsum(np.cumsum(phase))
    signal = np.concatenate(([0.0, 0.0], np.cumsum(np.cumsum(np.sign(weights[:46])))))
    slope_free = phase @ signal
    assert abs(slope_free) == pytest.approx(near, rel=1e-9)


def test_a_phase_outside_its_two_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="between two samples"):
        bend_bounds(np.array([[0.0, 0.0, 0.0, 1.0]]), 16)
