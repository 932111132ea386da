from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.feedback_network import FeedbackNetwork, _diffuser_delays, _hadamard
from audiopost.dsp.machine_code import emitted
from audiopost.dsp.network_kernel import PIECE, diffuse
from tests.signals import white_noise


def mixed(lines: np.ndarray) -> np.ndarray:
    """Sixteen lines of at most 8 frames through one step of the diffuser, all delays 0 and no sign flipped."""
    given = np.zeros((16, 8), dtype=np.float32)
    given[:, : lines.shape[1]] = lines
    rows = np.zeros((16, PIECE), dtype=np.float32)
    delays, flips = np.zeros(16, dtype=np.int64), np.ones(16, dtype=np.float32)
    places = [each.ctypes.data for each in (given, delays, flips, rows)]
    emitted(diffuse)["diffuse"](places[0], 8, 0, *places[1:], 1)
    return rows[:, : lines.shape[1]]


def test_the_fast_mix_neither_gains_nor_loses_and_spreads_every_line_into_all() -> None:
    for line in range(16):
        np.testing.assert_allclose(np.abs(mixed(np.eye(16)[:, line : line + 1])), 0.25)
    noise = white_noise(16, 5)
    assert np.sum(mixed(noise) ** 2) == pytest.approx(np.sum(noise**2))


def test_the_fast_mix_is_the_matrix() -> None:
    noise = white_noise(16, 8)
    np.testing.assert_allclose(mixed(noise), _hadamard(16) @ noise, atol=1e-6)


def test_rows_of_signs_are_orthogonal() -> None:
    np.testing.assert_allclose(_hadamard(16) @ _hadamard(16).T, np.eye(16), atol=1e-12)


@pytest.mark.parametrize("sample_rate", [8_000, 48_000, 192_000])
def test_the_delays_of_a_step_all_differ(sample_rate: int) -> None:
    for step in _diffuser_delays(sample_rate):
        assert len(set(step.tolist())) == 16
        assert step.min() >= 1


def test_a_channel_that_is_not_fed_hears_nothing_and_is_not_heard() -> None:
    network = FeedbackNetwork((True, False), 48_000)
    network.set_room(0.5, 1.0, 0.3, at_once=True)
    block = white_noise(2, 20_000)
    both, out = np.empty_like(block), np.empty_like(block)
    network.process(block, both)
    network.reset()
    network.process(block * np.array([[1.0], [0.0]], dtype=np.float32), out)
    np.testing.assert_array_equal(both, out)
    assert not out[1].any()


def test_a_network_is_silent_after_a_change_of_room_as_well() -> None:
    network = FeedbackNetwork((True,), 48_000)
    network.set_room(0.0, 0.2, 0.0, at_once=True)
    block = white_noise(1, 10_000)
    out = np.empty_like(block)
    network.process(block, out)
    network.set_room(1.0, 0.3, 1.0)
    for _ in range(6):
        network.process(np.zeros_like(block), out)
    assert np.abs(out).max() < 1e-5
