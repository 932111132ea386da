"""Chance that can be repeated: numbers that depend on a seed alone, and one seed for all that a drawing leaves to it.

What is left to chance in a drawing has a seed of its own there: a setting ``seed`` of an effect (`noise`, or one that
a user wrote), the seed of a random oscillator. `with_seed` mixes one more seed into each of them. Two that are alike
in the drawing stay alike: noise that is drawn in two places to be the same noise remains the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from audiopost.dsp.noise import FIRST_MIX, GOLDEN, SECOND_MIX
from audiopost.errors import UsageError
from audiopost.graph.catalogue import CATALOGUE, Catalogue, EffectEntry
from audiopost.graph.modulation import LfoSpec
from audiopost.graph.spec import GraphSpec, NodeSpec

__all__ = ["SEED", "mixed", "share", "with_seed"]

SEED = "seed"
"""Name of the whole-number setting by which an effect says that it plays with chance."""

Drawing = TypeVar("Drawing", bound=GraphSpec)

_MASK = (1 << 64) - 1


def mixed(number: int, seed: int) -> int:
    """64 well-mixed bits of two whole numbers (SplitMix64).

    Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    bits = (number * int(GOLDEN) + (seed + 1) * 0xD1B54A32D192ED03) & _MASK
    bits = ((bits ^ bits >> 30) * int(FIRST_MIX)) & _MASK
    bits = ((bits ^ bits >> 27) * int(SECOND_MIX)) & _MASK
    return bits ^ bits >> 31


def share(number: int, seed: int) -> float:
    """A number from 0 to 1 that depends on the two alone, so that any of them may be asked first."""
    return (mixed(number, seed) >> 11) / (1 << 53)


def with_seed(spec: Drawing, seed: int | None, catalogue: Catalogue = CATALOGUE) -> Drawing:
    """The drawing with `seed` mixed into everything that it leaves to chance; None leaves it as drawn.

    Raises
    ------
    UsageError
        If the seed is no whole number.
    UnknownNameError
        If the catalogue has no such effect.
    """
    if seed is None:
        return spec
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError(f"seed = {seed!r} is not allowed", mend="give a whole number")
    return replace(
        spec,
        nodes=tuple((name, _seeded_node(name, node, seed, catalogue)) for name, node in spec.nodes),
        modulation=tuple(
            replace(each, seed=_seeded(each.seed, seed)) if isinstance(each, LfoSpec) else each
            for each in spec.modulation
        ),
    )


def _seeded_node(name: str, node: NodeSpec, seed: int, catalogue: Catalogue) -> NodeSpec:
    entry = EffectEntry.of(node.definition) if node.definition else catalogue.entry(node.effect, name)
    for setting in entry.settings:
        if setting.name == SEED and setting.kind == "integer":
            drawn = dict(node.settings).get(SEED, setting.default)
            settings = {**dict(node.settings), SEED: _seeded(int(drawn or 0), seed)}
            return replace(node, settings=tuple(sorted(settings.items())))
    return node


def _seeded(drawn: int, seed: int) -> int:
    # 31 bits: what every way to write a number down, and every generator that is given one, can hold.
    return mixed(drawn, seed) >> 33
