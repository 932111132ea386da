from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from audiopost.effects.python_effect import kernel
from audiopost.errors import EffectError, UsageError
from audiopost.graph.catalogue import CATALOGUE
from tests.running import prepared, run
from tests.signals import white_noise
from tests.tolerances import FLOAT32_TONE


@pytest.fixture(autouse=True)
def _catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE, "_entries", dict(CATALOGUE._entries))


def one_pole(x, state, cutoff_hz=1000.0, sample_rate=48000.0):
    """A low pass of first order."""
    state[0] += (1.0 - math.exp(-2.0 * math.pi * cutoff_hz / sample_rate)) * (x - state[0])
    return state[0]


def test_a_kernel_runs_a_function_of_one_sample() -> None:
    low = kernel(state=1)(one_pole)
    samples = white_noise(2, 2000)
    out = low(cutoff_hz=500.0).render(samples, 48_000)
    state = np.zeros((2, 1))
    expected = [[one_pole(float(x), state[channel], 500.0) for x in samples[channel]] for channel in range(2)]
    np.testing.assert_allclose(out, expected, atol=FLOAT32_TONE)
    assert [each.name for each in low.definition.parameters] == ["cutoff_hz"]


def test_a_kernel_keeps_the_laws_of_splits_and_reset() -> None:
    kernel(state=1)(one_pole)
    samples = white_noise(2, 5000)
    turns = {1001: {"cutoff_hz": 8000.0}}
    whole = run(prepared("one_pole"), samples, turns=turns)
    node = prepared("one_pole")
    np.testing.assert_array_equal(run(node, samples, [0, 1, 2, 100, 7] * 30, turns=turns), whole)
    node.reset()
    node.set_parameter("cutoff_hz", 1000.0)
    node.reset()
    np.testing.assert_array_equal(run(node, samples, turns=turns), whole)


def shaped(x: float) -> float:
    return x - x**3 / 3.0


def test_a_kernel_may_call_functions_of_its_module() -> None:
    @kernel()
    def cubic(x, state, amount=1.0):
        return shaped(x) * amount

    samples = white_noise(1, 500)
    np.testing.assert_allclose(cubic().render(samples, 48_000), shaped(samples), atol=FLOAT32_TONE)


def test_a_kernel_that_cannot_be_compiled_says_why_and_where() -> None:
    @kernel()
    def wrong(x, state):
        return open(x)

    with pytest.raises(EffectError, match=rf"wrong: cannot be compiled.*{Path(__file__).name}"):
        wrong().render(white_noise(1, 10), 48_000)


def test_a_kernel_takes_no_texts() -> None:
    with pytest.raises(UsageError, match="mode is a text"):

        @kernel()
        def spoken(x, state, mode="soft"):
            return x
