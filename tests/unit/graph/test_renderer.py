from __future__ import annotations

import threading

import numpy as np
import pytest

from audiopost.errors import EffectError, LayoutError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.algebra import Graph, through
from audiopost.graph.fingerprint import Fingerprint, conditions, fingerprint
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.offline import ParameterEvent, render
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from tests.nodes import catalogue

STEREO = StreamFormat(48_000, layout_named("stereo"), 256)
MONO = StreamFormat(48_000, layout_named("mono"), 256)


def noise(channels: int = 2, frames: int = 1000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def run(graph: Graph, samples: np.ndarray, **options: object) -> np.ndarray:
    return render(graph, samples, 48_000, catalogue=catalogue(), **options)  # type: ignore[arg-type]


def test_series_multiplies():
    samples = noise()
    graph = Graph.of("scale", {"factor": 0.5}) >> Graph.of("scale", {"factor": 4.0})
    assert np.array_equal(run(graph, samples), samples * np.float32(0.5) * np.float32(4.0))


def test_parallel_adds_and_a_gain_scales():
    samples = noise()
    graph = (Graph.of("scale", {"factor": 2.0}) & through()) * 0.5
    assert np.allclose(run(graph, samples), samples * 1.5, atol=0, rtol=1e-6)


def test_the_dry_side_waits_for_the_late_side():
    samples = noise()
    graph = Graph.of("late", settings={"frames": 37}) & (through() * 1.0)
    assert np.array_equal(run(graph, samples), samples * np.float32(2.0))


def test_a_side_chain_waits_too():
    """input ─▶ late ─▶ product ─▶ output
    └──────── key ▲"""
    samples = noise()
    graph = (
        Graph()
        .add("late", Graph.of("late"))
        .add("product", Graph.of("product"))
        .connect("input", "late")
        .connect("late", "product")
        .connect("input", "product", input="sidechain")
        .connect("product", "output")
    )
    assert np.array_equal(run(graph, samples), samples * samples)


def test_an_unconnected_side_input_hears_the_main_input():
    samples = noise()
    assert np.array_equal(run(Graph.of("product"), samples), samples * samples)


def test_feedback_gives_a_row_of_echoes_whatever_the_block_size():
    impulse = np.zeros((1, 1000), dtype=np.float32)
    impulse[0, 0] = 1.0
    graph = (
        Graph()
        .add("a", Graph.of("scale"))
        .connect("input", "a")
        .connect("a", "a", delay_s=100 / 48_000, gain_db=-6.0)
        .connect("a", "output")
    )
    echoes = run(graph, impulse)
    assert np.flatnonzero(echoes[0]).tolist() == list(range(0, 1000, 100))
    assert echoes[0, 100] == np.float32(10 ** (-6 / 20))
    for block_frames in (1, 33, 100, 101):
        assert np.array_equal(run(graph, impulse, block_frames=block_frames), echoes)


def test_mono_meets_stereo_on_both_channels():
    samples = noise(1)
    graph = Graph.of("spread") & through()
    assert np.array_equal(run(graph, samples), np.vstack([samples * 2, samples * 2]))


def test_layouts_that_do_not_fit_are_refused_with_the_name_of_the_node():
    with pytest.raises(LayoutError, match="spread: stereo is not mono"):
        run(Graph.of("spread"), noise(2))
    with pytest.raises(LayoutError, match="3 channels are not stereo"):
        run(through(), noise(3), layout="stereo")


def test_a_bypassed_node_is_a_pure_delay_by_its_latency():
    samples = noise()
    graph = Graph.of("late", settings={"frames": 20}) >> Graph.of("scale", {"factor": 3.0})
    renderer = GraphRenderer(graph.bypassed(), STEREO, catalogue())
    assert renderer.latency_frames == 20
    assert np.array_equal(run(graph.bypassed(), samples), samples)
    with pytest.raises(UnknownNameError, match="unknown node 'scal'"):
        graph.bypassed("scal")


def test_reset_makes_the_machine_as_new():
    samples = noise(2, 200)
    graph = Graph.of("late") >> Graph.of("echo", settings={"frames": 50})
    renderer = GraphRenderer(graph, STEREO, catalogue())
    first, second = np.empty_like(samples), np.empty_like(samples)
    renderer.process(samples, first)
    renderer.reset()
    renderer.process(samples, second)
    assert np.array_equal(first, second)
    assert renderer.frame == 200


def test_the_tail_is_rendered_when_asked_for():
    samples = np.ones((1, 100), dtype=np.float32)
    graph = Graph.of("echo", settings={"frames": 40})
    assert run(graph, samples, tail=True).shape == (1, 140)
    assert run(graph, samples).shape == (1, 100)
    looped = (
        Graph().add("a", Graph.of("scale")).connect("input", "a").connect("a", "a", delay_s=0.1).connect("a", "output")
    )
    assert GraphRenderer(looped, MONO, catalogue()).tail_frames == INFINITE_TAIL


def test_a_generator_ends_with_the_input():
    graph = Graph.of("hum") & Graph.of("echo", settings={"frames": 40})
    assert run(graph, noise(2, 100), tail=True).shape == (2, 140)


def test_progress_rises_to_one_and_what_it_raises_cancels():
    shares: list[float] = []
    run(Graph.of("scale"), noise(2, 1000), block_frames=300, progress=shares.append)
    assert shares == [0.3, 0.6, 0.9, 1.0]

    def stop(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run(Graph.of("scale") & Graph.of("echo"), noise(2, 1000), block_frames=300, progress=stop, threads=3)
    assert threading.active_count() == before


def test_a_fingerprint_is_of_the_samples_and_not_of_their_blocks():
    samples = noise(2, 100)
    made = Fingerprint()
    for start in (0, 1, 40):
        end = {0: 1, 1: 40, 40: 100}[start]
        made.add(np.ascontiguousarray(samples[:, start:end]))
    assert made.hexdigest() == fingerprint(samples)
    changed = samples.copy()
    changed[1, 99] = np.nextafter(changed[1, 99], np.float32(1))
    assert fingerprint(changed) != fingerprint(samples)
    assert {"numpy", "numba", "machine", "vector_extensions"} <= set(conditions())
    assert all(conditions().values())


def test_the_input_is_not_touched_even_where_it_is_not_finite():
    samples = noise()
    samples[0, 10] = np.nan
    samples[1, 20] = np.inf
    before = samples.copy()
    renderer = GraphRenderer(through(), StreamFormat(48_000, layout_named("stereo"), 1000), catalogue())
    out = np.empty_like(samples)
    renderer.process(samples, out)
    assert np.array_equal(samples, before, equal_nan=True)
    assert renderer.non_finite == [("input", 10, 2)]
    assert out[0, 10] == out[1, 20] == 0.0


def test_nan_from_a_foreign_effect_is_cleared_named_and_its_state_renewed():
    samples = noise(1, 100)
    samples[0, 42] = 2.5
    renderer = GraphRenderer(Graph.of("faulty"), MONO, catalogue())
    resets = renderer.nodes["faulty"].resets  # type: ignore[attr-defined]
    out = np.empty_like(samples)
    renderer.process(samples, out)
    assert renderer.non_finite == [("faulty", 42, 1)]
    assert out[0, 42] == 0.0
    assert renderer.nodes["faulty"].resets == resets + 1  # type: ignore[attr-defined]


def test_an_effect_that_raises_ends_the_render_and_names_the_line():
    samples = np.full((1, 100), 3.5, dtype=np.float32)
    with pytest.raises(EffectError, match=r"faulty: ZeroDivisionError: too loud for me; .*nodes\.py:\d+"):
        run(Graph.of("faulty"), samples)


def test_an_effect_error_is_passed_on_under_the_name_of_the_node():
    samples = np.full((1, 100), -3.5, dtype=np.float32)
    with pytest.raises(EffectError) as caught:
        run(Graph.of("faulty").named("mine"), samples)
    assert str(caught.value) == "mine: gave no array; effects.py:7"


def test_an_effect_that_raises_live_is_cut_out_and_the_rest_plays():
    quiet, loud = noise(1, 100), np.full((1, 100), 3.5, dtype=np.float32)
    renderer = GraphRenderer(Graph.of("faulty") >> Graph.of("scale", {"factor": 2.0}), MONO, catalogue(), isolate=True)
    out = np.empty_like(quiet)
    renderer.process(loud, out)
    assert np.array_equal(out, loud * 2)
    renderer.process(quiet, out)
    assert np.array_equal(out, quiet * 2)
    assert [failure.node for failure in renderer.failures] == ["faulty"]


def test_automation_gives_the_same_samples_for_every_split():
    samples = noise(2, 3000)
    graph = Graph.of("scale").automate("scale.factor", [(0.0, 0.0), (0.02, 1.0), (0.05, -1.0)])
    whole = run(graph, samples)
    assert np.array_equal(whole[:, :64], np.zeros((2, 64)))
    assert np.array_equal(whole[:, 2400:], -samples[:, 2400:])
    for block_frames in (1, 7, 64, 100, 2999):
        assert np.array_equal(run(graph, samples, block_frames=block_frames), whole)


def test_automation_waits_for_the_sound_that_arrives_late():
    samples = np.ones((1, 300), dtype=np.float32)
    late = Graph.of("late", settings={"frames": 50}) >> Graph.of("scale")
    graph = late.automate("scale.factor", [(0.0, 1.0), (100 / 48_000, 0.0)], curve="step")
    assert np.flatnonzero(run(graph, samples)[0] == 0.0)[0] == 100


def test_a_logged_move_is_replayed_at_its_frame():
    samples = np.ones((1, 300), dtype=np.float32)
    moves = [ParameterEvent(77, "scale.factor", 0.5), ParameterEvent(200, "scale.factor", 0.25)]
    moved = run(Graph.of("scale"), samples, events=moves)
    assert moved[0, 76] == 1.0
    assert moved[0, 77] == moved[0, 199] == 0.5
    assert moved[0, 200] == 0.25


def test_a_macro_turns_several_knobs():
    graph = Graph.of("scale").named("a") >> Graph.of("scale").named("b")
    renderer = GraphRenderer(graph.macro("Size", a__factor=(1.0, 3.0), b__factor=(0.0, -1.0)), MONO, catalogue())
    renderer.set_parameter("macro.Size", 0.5)
    assert renderer.nodes["a"].values["factor"] == 2.0
    assert renderer.nodes["b"].values["factor"] == -0.5
    with pytest.raises(UnknownNameError, match="unknown macro 'Sise'; did you mean Size"):
        renderer.set_parameter("macro.Sise", 0.5)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (Graph.of("scael"), r"scael: unknown effect 'scael'; did you mean scale\?"),
        (Graph.of("scale", {"facto": 1.0}), r"unknown parameter 'facto'; did you mean factor\?"),
        (Graph.of("scale", {"factor": 11.0}), "scale: factor = 11 is out of range; allowed: -10 to 10"),
        (Graph.of("scale", {"factor": float("nan")}), "factor = nan is out of range"),
        (Graph.of("late", settings={"frames": "ten"}), "frames = 'ten' is not allowed"),
        (Graph.of("scale").connect("scale", "otput"), "unknown node 'otput'; did you mean output"),
        (Graph.of("product").connect("input", "product", input="side"), "unknown input 'side'"),
        (Graph().add("a", Graph.of("scale")).connect("input", "a"), "nothing is connected to the output"),
        (Graph.of("scale").automate("scale.factr", [(0, 1)]), "automation of scale: unknown parameter 'factr'"),
        (Graph.of("scale").automate("scale.factor", [(1, 1), (0, 1)]), "rising times"),
    ],
)
def test_a_wrong_drawing_says_what_where_and_how_to_mend(graph: Graph, words: str):
    with pytest.raises(UsageError, match=words):
        run(graph, noise())


def test_a_refused_move_changes_nothing():
    renderer = GraphRenderer(Graph.of("scale", {"factor": 2.0}), MONO, catalogue())
    for path, value in (("scale.factor", 11.0), ("scale.facto", 1.0), ("scal.factor", 1.0)):
        with pytest.raises((UnknownNameError, ParameterRangeError)):
            renderer.set_parameter(path, value)
    assert renderer.nodes["scale"].values["factor"] == 2.0


def test_what_nothing_hears_does_not_run_and_is_told() -> None:
    graph = Graph.of("scale").add("lost", Graph.of("echo")).connect("input", "lost")
    renderer = GraphRenderer(graph, StreamFormat(48_000, layout_named("mono"), 64), catalogue())
    assert list(renderer.nodes) == ["scale"]
    assert renderer.notes == ("lost: is not heard at any output, so it does not run",)
