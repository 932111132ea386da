"""One seed for all that a drawing leaves to chance: the same one, the same samples; none, as drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from audiopost import Graph, effect, kernel
from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.effects.python_effect import PythonEffect
from audiopost.errors import UsageError
from audiopost.graph.chance import with_seed
from audiopost.graph.modulation import LfoSpec
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Setting

SILENCE = np.zeros((2, 4800), dtype=np.float32)


def sparse() -> Graph:
    """Noise whose level moves at random, beside noise that is steady.

    ::

        grains ─┬▶ output
        hiss   ─┘
    """
    graph = Graph().add("grains", fx.noise(seed=7)).add("hiss", fx.noise(colour="pink"))
    graph = graph.connect("grains", "output").connect("hiss", "output")
    return graph.modulate(LfoSpec("grains.level_dbfs", -60.0, -12.0, 40.0, "random", seed=2))


def test_a_seed_makes_another_sound_and_the_same_seed_the_same_samples() -> None:
    drawn, first, again, second = (sparse().render(SILENCE, 48_000, seed=seed) for seed in (None, 1, 1, 2))
    assert np.array_equal(first, again)
    assert len({each.tobytes() for each in (drawn, first, second)}) == 3


def test_no_seed_leaves_the_drawing_as_it_is() -> None:
    assert with_seed(sparse(), None) == sparse()
    assert np.array_equal(sparse().render(SILENCE, 48_000), sparse().render(SILENCE, 48_000, seed=None))


def test_noise_and_random_oscillators_are_seeded_and_nothing_else() -> None:
    seeded = with_seed(sparse() >> fx.gain(gain_db=-6), 3)
    seeds = [dict(node.settings).get("seed") for _, node in seeded.nodes]
    assert all(isinstance(seed, int) and seed not in (1, 7) for seed in seeds[:2])
    assert seeds[2] is None
    assert seeded.modulation[0].seed != 2  # type: ignore[union-attr]


def test_what_is_drawn_alike_stays_alike() -> None:
    twins = Graph().add("one", fx.noise()).add("two", fx.noise()).connect("one", "output")
    twins = twins.connect("two", "output").add("flip", fx.pedalboard.Invert())
    difference = twins.connect("two", "flip").connect("flip", "output.nothing").connect("one", "output.nothing")
    outputs = difference.render_outputs(SILENCE, 48_000, seed=5)
    assert np.any(outputs["main"])
    assert not np.any(outputs["nothing"])


def test_an_effect_of_a_user_is_seeded_by_its_setting() -> None:
    @effect(name="dropouts")
    class Dropouts(Node):
        """Silence, at random."""

        settings = (Setting("seed", "integer", 0),)

        def prepare(self, stream: StreamFormat) -> None:
            self._silent = np.random.default_rng(int(self.setting_values["seed"])).random(48_000) < 0.1
            self._frame = 0

        def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
            out[...] = block
            out[:, self._silent[self._frame : self._frame + block.shape[1]]] = 0.0
            self._frame += block.shape[1]

        def reset(self) -> None:
            self._frame = 0

    rendered = [Dropouts().render(SILENCE + 1.0, 48_000, seed=seed) for seed in (None, 1, 2)]
    assert len({each.tobytes() for each in rendered}) == 3


@pytest.mark.parametrize("seed", [1.5, "7", True])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    with pytest.raises(UsageError, match="seed"):
        with_seed(sparse(), seed)  # type: ignore[arg-type]


@effect(name="seeded_click")
def crackle(block: np.ndarray, *, level: float = 0.5, seed: int = 0) -> np.ndarray:
    """One click at a place that is left to chance."""
    out = block.copy()
    out[:, np.random.default_rng(seed).integers(block.shape[1])] += level
    return out


@kernel(state=1, name="seeded_congruence")
def hiss(x: float, state: np.ndarray, level: float = 0.5, seed: int = 1) -> float:
    """Noise of a linear congruential generator that begins at the seed."""
    if state[0] == 0.0:
        state[0] = seed + 1.0
    state[0] = (state[0] * 16807.0) % 2147483647.0
    return x + level * (state[0] / 2147483647.0 - 0.5)


@pytest.mark.parametrize("made", [crackle, hiss], ids=["function", "kernel"])
def test_a_function_is_seeded_by_its_argument(made: PythonEffect[..., Any]) -> None:
    drawn, first, again, second = (made().render(SILENCE, 48_000, seed=seed) for seed in (None, 1, 1, 2))
    assert np.array_equal(first, again)
    assert len({each.tobytes() for each in (drawn, first, second)}) == 3
    assert np.array_equal(made(seed=5).render(SILENCE, 48_000), made(seed=5).render(SILENCE, 48_000, block_frames=4800))
    assert "seed" not in [parameter.name for parameter in made.definition.parameters]
