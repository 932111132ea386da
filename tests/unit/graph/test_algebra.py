from __future__ import annotations

import copy
import pickle

import pytest

from audiopost.errors import GraphError
from audiopost.graph.algebra import Graph, through
from audiopost.graph.spec import GraphSpec, NodeSpec


def wires(graph: GraphSpec) -> set[str]:
    return {str(edge) for edge in graph.edges}


def test_series_joins_every_end_with_every_beginning():
    graph = (Graph.of("a") & Graph.of("b")) >> (Graph.of("c") & Graph.of("d"))
    assert wires(graph) == {
        "input -> a", "input -> b", "a -> c", "a -> d", "b -> c", "b -> d", "c -> output", "d -> output",
    }  # fmt: skip


def test_a_bare_wire_joins_to_a_bare_wire():
    assert wires(through() >> through()) == {"input -> output"}
    assert wires(Graph.of("a") >> (Graph.of("b") & through())) == {
        "input -> a", "a -> b", "a -> output", "b -> output",
    }  # fmt: skip


def test_gains_in_series_add_in_decibels():
    graph = (Graph.of("a") * 0.5) >> (through() * 0.5)
    joint = next(edge for edge in graph.edges if edge.source == "a")
    assert joint.gain_db == pytest.approx(-12.0412, abs=1e-4)
    assert (0.5 * Graph.of("a")) == (Graph.of("a") * 0.5)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_a_factor_that_is_no_level_is_refused(factor: float):
    with pytest.raises(GraphError, match="is no level"):
        Graph.of("a") * factor


def test_the_same_effect_twice_is_numbered_with_its_automation_and_macros():
    one = Graph.of("delay").automate("delay.mix", [(0, 1)]).macro("Far", delay__mix=(0.0, 1.0))
    twice = one >> one >> one
    assert twice.node_names == ("delay", "delay_2", "delay_3")
    assert [lane.parameter for lane in twice.automation] == ["delay.mix", "delay_2.mix", "delay_3.mix"]
    assert twice.macros[1].targets == (("delay_2.mix", 0.0, 1.0),)


def test_a_name_that_is_taken_later_is_not_given_twice():
    graph = Graph.of("delay") >> (Graph.of("delay").named("delay_2") >> Graph.of("delay"))
    assert len(set(graph.node_names)) == 3


def test_naming_one_effect_renames_it_and_naming_more_gives_a_title():
    assert Graph.of("highpass").named("hp").node_names == ("hp",)
    assert (Graph.of("a") >> Graph.of("b")).named("Both").name == "Both"


def test_drawings_compare_pickle_and_copy_by_value():
    graph = Graph.of("a", {"x": 1.0, "y": 2.0}) >> Graph.of("b", settings={"path": "x.wav"})
    assert graph == Graph.of("a", {"y": 2.0, "x": 1.0}) >> Graph.of("b", settings={"path": "x.wav"})
    assert pickle.loads(pickle.dumps(graph)) == graph
    assert copy.deepcopy(graph) == graph
    assert hash(graph) == hash(pickle.loads(pickle.dumps(graph)))


def test_drawing_node_by_node_refuses_what_is_ambiguous():
    with pytest.raises(GraphError, match="two nodes are called 'a'"):
        Graph.of("a").add("a", Graph.of("b"))
    with pytest.raises(GraphError, match="two nodes are called 'part'"):
        Graph().add("part", Graph.of("a") >> Graph.of("b")).add("part", Graph.of("a"))
    twins = GraphSpec((("a", NodeSpec("x")), ("a", NodeSpec("y"))))
    with pytest.raises(GraphError, match="two nodes are called 'a'"):
        twins.check()
    with pytest.raises(GraphError, match="may not be called 'input'"):
        GraphSpec((("input", NodeSpec("x")),)).check()


def test_operators_refuse_what_is_no_drawing():
    for operation in (lambda: Graph.of("a") >> 3, lambda: Graph.of("a") & "b", lambda: Graph.of("a") * "loud"):
        with pytest.raises(TypeError):
            operation()
