"""What a node remembers goes to another process and on from there: over every effect of ours, to the bit."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects import state_parcel
from audiopost.effects.state_parcel import Memory, put_back
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.spec import NodeSpec
from tests.running import taken_layout

NEEDS_MORE = {"convolution", "convolution_morph", "plugin", "room_tone", "sampler"}
OWN = [name for name in CATALOGUE.names() if "." not in name and name not in NEEDS_MORE]


def prepared(name: str) -> Node:
    node = CATALOGUE.make(name, NodeSpec(name))
    node.prepare(StreamFormat(48_000, taken_layout(name), 128))
    return node


def run(node: Node, blocks: list[AudioBlock]) -> AudioBlock:
    layout, outs = taken_layout(node.name), []
    for block in blocks:
        block = block[: layout.channels]
        out = np.empty((node.output_layout(layout).channels, block.shape[1]), np.float32)
        node.process(block, out, *[block] * len(node.side_inputs))
        outs.append(out)
    return np.concatenate(outs, axis=1)


def noise(seed: int, blocks: int) -> list[AudioBlock]:
    random = np.random.default_rng(seed)
    return [(0.2 * random.standard_normal((4, 128))).astype(np.float32) for _ in range(blocks)]


@pytest.mark.parametrize("name", OWN)
def test_a_node_goes_on_in_another_one_to_the_bit(name: str) -> None:
    old, new = prepared(name), prepared(name)
    memory = Memory(old)
    run(old, noise(1, 300))
    parcel = pickle.loads(pickle.dumps(memory.moved(memory.take())))
    put_back(new, parcel)
    after = noise(2, 40)
    np.testing.assert_array_equal(run(new, after), run(old, after))


def test_a_parcel_holds_only_what_playing_has_changed() -> None:
    node = prepared("delay")
    memory = Memory(node)
    assert memory.moved(memory.take()) == {}
    run(node, noise(1, 2))
    assert memory.moved(memory.take())


def test_what_does_not_fit_or_is_not_finite_is_left_out() -> None:
    old, new = prepared("delay"), prepared("delay")
    memory = Memory(old)
    run(old, noise(1, 2))
    parcel = dict(memory.moved(memory.take()))
    arrays = [path for path, value in parcel.items() if isinstance(value, np.ndarray) and value.dtype.kind == "f"]
    for path in arrays:
        parcel[path] = np.full_like(parcel[path], np.nan)
    put_back(new, {**parcel, ("gone",): 1.0, ("_rate", "deeper"): 2, (*arrays[0], 0): np.ones(3)})
    assert np.isfinite(run(new, noise(2, 4))).all()


def test_a_node_that_remembers_too_much_is_not_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_parcel, "LARGEST_BYTES", 500_000)
    assert Memory(prepared("delay")).take() == {}
    assert Memory(prepared("highpass")).take()
