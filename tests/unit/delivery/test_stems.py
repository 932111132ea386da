import math

import numpy as np
import pytest

from audiopost.delivery.stems import Null, require_one_rate, require_room, sum_of_stems
from audiopost.errors import TargetUnreachableError, UsageError
from tests.signals import white_noise


def test_the_sum_of_24_bit_stems_is_exact_in_any_order() -> None:
    stems = [np.round(white_noise(2, 1000, seed=seed) * 2**23).astype(np.float32) / 2**23 for seed in range(5)]
    stems = [stem.astype(np.float32) for stem in stems]
    assert np.array_equal(sum_of_stems(stems), sum_of_stems(stems[::-1]))


def test_the_null_is_the_largest_difference_of_all_blocks() -> None:
    null = Null()
    null.add(np.full((2, 4), 0.5), np.full((2, 4), 0.5))
    assert null.dbfs == -math.inf
    null.add(np.full((2, 4), 0.5), np.array([[0.5, 0.5, 0.49, 0.5], [0.5, 0.5, 0.5, 0.5]]))
    null.add(np.zeros((2, 0)), np.zeros((2, 0)))
    assert null.dbfs == pytest.approx(-40.0)


def test_stems_of_two_rates_do_not_add_up() -> None:
    require_one_rate({"d.wav": 48_000, "m.wav": 48_000})
    with pytest.raises(UsageError, match=r"m\.wav has 44100 Hz and d\.wav 48000 Hz"):
        require_one_rate({"d.wav": 48_000, "m.wav": 44_100})


def test_a_stem_above_full_scale_is_named() -> None:
    require_room("t", {"d.wav": 0.0, "m.wav": -math.inf})
    with pytest.raises(TargetUnreachableError, match=r"m\.wav would exceed full scale by 1\.50 dB") as caught:
        require_room("t", {"d.wav": 0.5, "m.wav": 1.5})
    assert caught.value.shortfall_db == 1.5
