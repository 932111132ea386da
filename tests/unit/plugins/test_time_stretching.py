from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.plugins.time_stretching import refuse_too_long, time_stretched
from tests.signals import tones


@pytest.mark.parametrize("speed", [Fraction(25, 24), Fraction(1001, 1000), Fraction(1, 2)])
def test_the_length_is_exact_and_the_pitch_and_the_picture_stay(speed: Fraction) -> None:
    sound = tones((-12.0, 2.0), frequency_hz=440.0) * np.array([[1.0], [0.5]], np.float32)
    out = time_stretched(sound, 48_000, speed)
    assert out.shape == (2, round(96_000 / speed))
    middle = out[:, out.shape[1] // 4 : 3 * out.shape[1] // 4]
    spectrum = np.abs(np.fft.rfft(middle[0] * np.hanning(middle.shape[1])))
    assert np.argmax(spectrum) * 48_000 / middle.shape[1] == pytest.approx(440.0, abs=1.0)
    np.testing.assert_allclose(middle[1], 0.5 * middle[0], atol=0.002)


def test_what_does_not_fit_into_memory_is_refused_before_it_is_read() -> None:
    refuse_too_long(90 * 60 * 48_000, 2, 48_000)
    with pytest.raises(UsageError, match="120 min are too long to be stretched at once; take parts of up to 31 min"):
        refuse_too_long(120 * 60 * 48_000, 6, 48_000)
