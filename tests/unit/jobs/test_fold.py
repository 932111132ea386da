import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError, UnknownNameError, UsageError
from audiopost.jobs.fold import Fold
from audiopost.layouts import discrete_layout, layout_named
from tests.signals import white_noise

FIVE_ONE = layout_named("5.1")
HALF_POWER = np.sqrt(0.5)


def folded(sound: AudioBlock, source: str, name: str, size: int = 10_000) -> AudioBlock:
    fold = Fold(layout_named(source), name, 48_000)
    pieces = [
        fold.process(np.ascontiguousarray(sound[:, start : start + size])) for start in range(0, sound.shape[1], size)
    ]
    return np.concatenate([*pieces, fold.finish()], axis=1)


def test_another_order_moves_channels_bit_for_bit() -> None:
    noise = white_noise(6, 1_000)
    film = folded(noise, "5.1", "5.1-film")
    assert np.array_equal(film, noise[[0, 2, 1, 4, 5, 3]])
    assert np.array_equal(folded(film, "5.1-film", "5.1"), noise)


@pytest.mark.parametrize("name", ["stereo", "lo-ro", "Lo-Ro"])
def test_lo_ro_is_the_down_mix_of_bs_775(name: str) -> None:
    left, right, centre, _, left_surround, right_surround = noise = white_noise(6, 1_000)
    stereo = folded(noise, "5.1", name)
    assert np.allclose(stereo[0], left + HALF_POWER * (centre + left_surround), atol=1e-6)
    assert np.allclose(stereo[1], right + HALF_POWER * (centre + right_surround), atol=1e-6)


def tone(frequency_hz: float, phase: float = 0.0) -> AudioBlock:
    return np.sin(2 * np.pi * frequency_hz / 48_000 * np.arange(96_000) + phase).astype(np.float32)


@pytest.mark.parametrize("frequency_hz", [50.0, 440.0, 1_000.0, 10_000.0, 20_000.0])
def test_surrounds_are_turned_by_90_degrees_and_opposed_in_lt_rt(frequency_hz: float) -> None:
    five = np.zeros((5, 96_000), np.float32)
    five[3] = tone(frequency_hz)
    left_total, right_total = folded(five, "5.0", "lt-rt")
    middle = slice(10_000, -10_000)
    cosine = HALF_POWER * tone(frequency_hz, np.pi / 2)
    assert np.allclose(left_total, -right_total, atol=1e-6)
    level = np.vdot(left_total[middle], cosine[middle]) / np.vdot(cosine[middle], cosine[middle])
    assert abs(level) == pytest.approx(1.0, abs=0.012)  # 0.1 dB
    assert np.allclose(left_total[middle], level * cosine[middle], atol=1e-4)  # the turn is exact


def test_the_front_of_lt_rt_is_in_its_place_and_as_long() -> None:
    noise = white_noise(6, 20_000)
    noise[4:] = 0.0
    both = folded(noise, "5.1", "lt-rt", size=777)
    assert both.shape == (2, 20_000)
    assert np.allclose(both[0], noise[0] + HALF_POWER * noise[2], atol=1e-6)
    assert np.allclose(both[1], noise[1] + HALF_POWER * noise[2], atol=1e-6)


@pytest.mark.parametrize("name", ["stereo", "lt-rt", "5.1-film"])
def test_any_split_gives_the_same_samples(name: str) -> None:
    noise = white_noise(6, 20_000)
    assert np.array_equal(folded(noise, "5.1", name, 20_000), folded(noise, "5.1", name, 333))


def test_what_cannot_be_folded_is_told() -> None:
    with pytest.raises(UsageError, match=r"stereo cannot be folded to 5\.1"):
        Fold(layout_named("stereo"), "5.1", 48_000)
    with pytest.raises(UnknownNameError):
        Fold(FIVE_ONE, "sterio", 48_000)
    with pytest.raises(LayoutError):
        Fold(discrete_layout(6), "stereo", 48_000)
