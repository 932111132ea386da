"""Drawings changed as a person changes a chain."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import CycleError, GraphError, UnknownNameError
from audiopost.graph.algebra import Graph, through
from audiopost.graph.edits import blend_of, blended, bypassed, free_name, inserted, moved, removed, replaced
from audiopost.graph.modulation import FollowerSpec, LinkSpec
from audiopost.graph.recall import ControllerSpec, SnapshotSpec
from audiopost.graph.spec import GraphSpec, NodeSpec

ROW = Graph.of("gain").named("a") >> Graph.of("gain").named("b") >> Graph.of("gain").named("c")


def row(spec: GraphSpec) -> list[str]:
    """The nodes from input to output, where they stand in a row."""
    following = {edge.source: edge.target for edge in spec.edges}
    assert len(following) == len(spec.edges)
    names = ["input"]
    while names[-1] in following:
        names.append(following[names[-1]])
    return names[1:-1]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ({"after": "input"}, "xabc"),
        ({"after": "a"}, "axbc"),
        ({"before": "c"}, "abxc"),
        ({"before": "output"}, "abcx"),
        ({}, "abcx"),
    ],
)
def test_a_node_is_put_where_it_is_told(place: dict[str, str], wanted: str) -> None:
    assert "".join(row(inserted(ROW, "x", NodeSpec("gain"), **place))) == wanted


@pytest.mark.parametrize(("name", "wanted"), [("a", "bc"), ("b", "ac"), ("c", "ab")])
def test_a_removed_node_leaves_a_wire(name: str, wanted: str) -> None:
    assert "".join(row(removed(ROW, name))) == wanted


@pytest.mark.parametrize(
    ("name", "place", "wanted"),
    [("a", {"after": "c"}, "bca"), ("c", {"after": "input"}, "cab"), ("b", {"before": "a"}, "bac"), ("a", {}, "bca")],
)
def test_a_node_is_moved_with_its_knobs(name: str, place: dict[str, str], wanted: str) -> None:
    turned = ROW.with_parameter(f"{name}.gain_db", -3.0)
    there = moved(turned, name, **place)
    assert "".join(row(there)) == wanted
    assert there.node(name) == turned.node(name)
    assert isinstance(there, Graph)


def test_there_and_back_is_where_it_was() -> None:
    assert removed(inserted(ROW, "x", NodeSpec("gain"), after="b"), "x").edges == ROW.edges
    assert set(moved(moved(ROW, "a", after="c"), "a", before="b").edges) == set(ROW.edges)


def test_gains_and_delays_of_the_joined_wires_add_up() -> None:
    send = (
        Graph()
        .add("a", Graph.of("gain"))
        .connect("input", "a", gain_db=-6.0, delay_s=0.1)
        .connect("a", "output", gain_db=-3.0)
        .connect("input", "output")
    )
    wires = removed(send, "a").edges
    assert [(edge.gain_db, edge.delay_s) for edge in wires] == [(-9.0, 0.1), (0.0, None)]


def test_beside_a_dry_path_only_the_branch_is_changed() -> None:
    branch = inserted(through() & Graph.of("gain").named("wet"), "x", NodeSpec("gain"), after="wet")
    assert {str(edge) for edge in branch.edges} == {"input -> output", "input -> wet", "wet -> x", "x -> output"}


def test_what_named_a_removed_node_goes_with_it_and_nothing_else() -> None:
    full = ROW.automate("b.gain_db", [(0, 0)]).automate("a.gain_db", [(0, 0)])
    full = full.macro("Both", a__gain_db=(0, 1), b__gain_db=(0, 1)).macro("One", b__gain_db=(0, 1))
    full = full.modulate(FollowerSpec("a.gain_db", "b", 0, 1), LinkSpec("c.gain_db", "b.gain_db", 0, 1))
    recall = {
        "snapshots": (SnapshotSpec("A", (("a.gain_db", 1.0), ("b.gain_db", 2.0)), ("b", "c")),),
        "controllers": (ControllerSpec("b.gain_db", "control", 1), ControllerSpec("macro.Both", "control", 2)),
    }
    left = removed(Graph.from_spec(GraphSpec(**{**vars(full), **recall})), "b")
    assert [lane.parameter for lane in left.automation] == ["a.gain_db"]
    assert [(macro.name, len(macro.targets)) for macro in left.macros] == [("Both", 1)]
    assert left.modulation == ()
    assert left.snapshots == (SnapshotSpec("A", (("a.gain_db", 1.0),), ("c",)),)
    assert [each.parameter for each in left.controllers] == ["macro.Both"]


def test_another_effect_takes_the_name_and_the_wires_but_not_what_it_lacks() -> None:
    key = Graph().add("duck", fx.compressor()).connect("input", "duck").connect("duck", "output")
    key = key.connect("input", "duck", input="sidechain").automate("duck.ratio", [(0, 2)])
    there = replaced(key, "duck", NodeSpec.of("gain", {"gain_db": -3}))
    assert row(there) == ["duck"]
    assert there.automation == ()
    back = replaced(key, "duck", NodeSpec.of("compressor", {"ratio": 4}))
    assert len(back.edges) == 3
    assert len(back.automation) == 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(GraphError, match="two nodes are called 'a'"):
        inserted(ROW, "a", NodeSpec("gain"))
    with pytest.raises(GraphError, match="both a place before and one after"):
        inserted(ROW, "x", NodeSpec("gain"), after="a", before="c")
    with pytest.raises(UnknownNameError, match="unknown node 'aa'"):
        inserted(ROW, "x", NodeSpec("gain"), after="aa")
    with pytest.raises(GraphError, match="beside itself"):
        moved(ROW, "a", after="a")
    with pytest.raises(GraphError, match="nothing is connected"):
        removed(Graph().add("tone", fx.tone()).connect("tone", "output"), "tone")
    ducked = Graph().add("a", fx.gain()).add("duck", fx.compressor()).connect("input", "a").connect("a", "duck")
    ducked = ducked.connect("duck", "output").connect("a", "duck", input="sidechain")
    with pytest.raises(CycleError):
        moved(ducked, "duck", before="a")


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name(ROW, "x") == "x"
    assert free_name(ROW, "a") == "a_2"
    assert free_name(inserted(ROW, "a_2", NodeSpec("gain")), "a") == "a_3"


def test_an_edited_drawing_sounds_as_one_drawn_so() -> None:
    samples = np.random.default_rng(1).standard_normal((2, 480)).astype(np.float32) * 0.1
    drawn = fx.highpass(frequency_hz=200) >> fx.gain(gain_db=-6)
    edited = inserted(fx.gain(gain_db=-6), "highpass", NodeSpec.of("highpass", {"frequency_hz": 200}), before="gain")
    np.testing.assert_array_equal(edited.render(samples, 48_000), drawn.render(samples, 48_000))
    off = bypassed(edited, "highpass")
    np.testing.assert_array_equal(off.render(samples, 48_000), fx.gain(gain_db=-6).render(samples, 48_000))
    assert bypassed(off, "highpass", False) == edited


def wires(spec: GraphSpec) -> set[str]:
    return {str(edge) for edge in spec.edges}


def test_a_blend_has_the_dry_side_of_its_node_and_stays_with_it() -> None:
    pair = blended(ROW, "b")
    assert blend_of(pair, "b") == "b_blend"
    assert wires(pair) == {
        "input -> a", "a -> b", "b -> b_blend", "a -> b_blend.dry", "b_blend -> c", "c -> output"
    }  # fmt: skip
    assert wires(moved(pair, "b", after="c")) == {
        "input -> a", "a -> c", "c -> b", "b -> b_blend", "c -> b_blend.dry", "b_blend -> output"
    }  # fmt: skip
    assert wires(moved(pair, "c", before="b")) == {
        "input -> a", "a -> c", "c -> b", "b -> b_blend", "c -> b_blend.dry", "b_blend -> output"
    }  # fmt: skip
    assert wires(moved(pair, "a", after="b")) == {
        "input -> b", "b -> b_blend", "input -> b_blend.dry", "b_blend -> a", "a -> c", "c -> output"
    }  # fmt: skip
    for gone in (removed(pair, "b"), removed(removed(pair, "b_blend"), "b")):
        assert gone.node_names == ("a", "c")
        assert wires(gone) == {"input -> a", "a -> c", "c -> output"}
    assert set(removed(pair, "b_blend").edges) == set(ROW.edges)
    assert [blend_of(pair, name) for name in ("a", "b_blend", "c")] == ["", "", ""]


def test_what_cannot_be_blended_is_refused() -> None:
    with pytest.raises(GraphError, match="already"):
        blended(blended(ROW, "b"), "b")
    with pytest.raises(GraphError, match="nothing enters"):
        blended(Graph().add("rain", fx.noise()).connect("rain", "output"), "rain")
    with pytest.raises(UnknownNameError):
        blended(ROW, "x")
