"""The laws of a node, held by CLAP plug-ins: one whose samples are known, and all of Debian's zam-plugins.

ZamVerb, whose VST3 build hangs while it is loaded, is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import PluginNode
from audiopost.errors import UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.modulation import StepsSpec
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import AutomationSpec, EdgeSpec, GraphSpec, NodeSpec
from audiopost.layouts import layout_named
from tests.plugin_builds import built_clap
from tests.signals import white_noise
from tests.system import require_path
from tests.tolerances import HOSTED_SILENCE

FOLDER = Path("/usr/lib/clap")
TESTED = ("ZamEQ2", "ZamCompX2", "ZaMaximX2", "ZamTube", "ZamVerb")
"""Mono, side-chain, latency, one that keeps something across a reset, one whose samples depend on the block size."""
OTHERS = (
    "ZaMultiComp", "ZaMultiCompX2", "ZamAutoSat", "ZamComp", "ZamDelay", "ZamDynamicEQ", "ZamGEQ31", "ZamGate",
    "ZamGateX2", "ZamGrains", "ZamHeadX2", "ZamPhono",
)  # fmt: skip
ZAM = (*TESTED, *(pytest.param(name, marks=pytest.mark.soak) for name in OTHERS))
RATE = 48_000
SPLIT = (1, 0, 2, 37, 64, 511, 3, 16)
TURN_AT = 2_000


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    require_path(FOLDER / "ZamEQ2.clap", package="zam-plugins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def gain(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(built_clap(tmp_path_factory.mktemp("clap")))


def made(path: str, layout: str = "stereo", frames: int = 4096, side: str = "stereo", **settings: str) -> PluginNode:
    node = PluginNode({"path": path, **settings})
    sides = (layout_named(side),) * len(node.side_inputs)
    node.prepare(StreamFormat(RATE, layout_named(layout), frames, sides))
    return node


def played(node: PluginNode, samples: AudioBlock, side: AudioBlock, sizes: tuple[int, ...] = (4096,)) -> AudioBlock:
    """In blocks of the given sizes, knobs turned aside on the way."""
    out = np.full_like(samples, np.nan)
    start = turn = 0
    while start < samples.shape[1]:
        stop = min(samples.shape[1], start + sizes[turn % len(sizes)])
        stop = min(stop, TURN_AT) if start < TURN_AT else stop
        if start == TURN_AT:
            for each in node.parameters:
                if not each.choices:
                    node.set_parameter(
                        each.name, min(each.default + 0.05 * (each.maximum - each.minimum), each.maximum)
                    )
        piece = np.empty((samples.shape[0], stop - start), dtype=np.float32)
        sides = (np.ascontiguousarray(side[:, start:stop]),) * len(node.side_inputs)
        node.process(np.ascontiguousarray(samples[:, start:stop]), piece, *sides)
        out[:, start:stop] = piece
        start, turn = stop, turn + 1
    return out


@pytest.mark.parametrize("name", ZAM)
def test_any_split_gives_the_same_samples_and_a_reset_brings_them_back(name: str) -> None:
    node, samples, side = made(str(FOLDER / f"{name}.clap")), white_noise(2, 5_000), white_noise(2, 5_000, seed=2)
    values = dict(node.values)
    whole = played(node, samples, side)
    assert np.any(whole)
    assert np.isfinite(whole).all()
    for turned, value in values.items():
        node.set_parameter(turned, value)
    node.reset()
    np.testing.assert_array_equal(played(node, samples, side, SPLIT), whole)


@pytest.mark.parametrize("name", ["ZamEQ2", "ZaMaximX2"])
def test_after_the_declared_tail_there_is_silence(name: str) -> None:
    node = made(str(FOLDER / f"{name}.clap"))
    sound = np.concatenate([white_noise(2, 1_900), np.zeros((2, node.tail_frames + 1_000), np.float32)], axis=1)
    rest = played(node, sound, sound)[:, 1_900 + node.tail_frames :]
    assert float(np.abs(rest).max()) <= HOSTED_SILENCE


def test_a_tail_that_the_plugin_states_is_declared_as_its_knobs_stand(gain: str) -> None:
    node = made(gain)
    assert node.tail_frames == 0
    node.set_parameter("mode", 1.0)
    node.process(*(np.zeros((2, 64), dtype=np.float32) for _ in range(3)))
    node.set_parameter("gain_x", 0.5)
    assert node.tail_frames == 1000


def test_sound_comes_as_late_as_declared() -> None:
    node = made(str(FOLDER / "ZaMaximX2.clap"))
    click = np.zeros((2, 1_900), dtype=np.float32)
    click[:, 100] = 0.25
    assert node.latency_frames == 480
    assert int(np.argmax(np.abs(played(node, click, click)[0]))) == 580


@pytest.mark.parametrize(("layout", "instances"), [("mono", 1), ("stereo", 1), ("5.1", 1), ("3.0", 2)])
def test_layouts_are_shared_out(gain: str, layout: str, instances: int) -> None:
    samples = white_noise(layout_named(layout).channels, 500)
    node = made(gain, layout)
    out = np.empty_like(samples)
    node.process(samples, out, white_noise(2, 500))
    np.testing.assert_array_equal(out, samples)


def keyed(path: str) -> GraphSpec:
    """The input through the plug-in, keyed by itself 6 dB down: ``out = in * |mean of in / 2|``."""
    nodes = (
        ("key", NodeSpec.of("gain", {"gain_db": -6.0})),
        ("plug", NodeSpec.of("plugin", {"key": 1.0}, {"path": path})),
    )
    wires = (
        EdgeSpec("input", "key"),
        EdgeSpec("input", "plug"),
        EdgeSpec("key", "plug", "sidechain"),
        EdgeSpec("plug", "output"),
    )
    return GraphSpec(nodes, wires)


def test_a_side_chain_is_drawn_as_a_wire(gain: str) -> None:
    samples = white_noise(2, 3_000)
    key = np.abs(np.mean(samples * np.float32(10 ** (-6.0 / 20)), axis=0))
    np.testing.assert_allclose(render(keyed(gain), samples, RATE), samples * key, rtol=1e-6, atol=1e-7)


def test_an_input_that_it_has_not_is_an_error_of_the_drawing(gain: str) -> None:
    spec = keyed(gain)
    wrong = GraphSpec(spec.nodes, (*spec.edges[:2], EdgeSpec("key", "plug", "trigger"), spec.edges[3]))
    with pytest.raises(UnknownNameError, match=r"unknown input 'trigger'.*sidechain"):
        render(wrong, white_noise(2, 100), RATE)


def test_automation_every_16_frames_is_heard_at_its_frame(gain: str) -> None:
    points = tuple((frame / RATE, 0.25 * (index % 7)) for index, frame in enumerate(range(0, 4_800, 16)))
    spec = GraphSpec(
        (("plug", NodeSpec.of("plugin", {}, {"path": gain})),),
        (EdgeSpec("input", "plug"), EdgeSpec("plug", "output")),
        (AutomationSpec("plug.gain_x", points, "step"),),
    )
    samples = white_noise(2, 4_800)
    expected = samples * np.repeat(np.array([value for _, value in points], dtype=np.float32), 16)
    np.testing.assert_array_equal(render(spec, samples, RATE), expected)


def test_what_modulates_leaves_the_knob_and_the_state_as_they_stand(gain: str) -> None:
    drawn = Graph.of("plugin", {"gain_x": 1.5}, {"path": gain}).modulate(StepsSpec("plugin.gain_x", (0.25, 0.5), 0.01))
    samples = white_noise(2, 2_400)
    heard = np.tile(np.repeat(np.float32([0.25, 0.5]), 480), 3)[:2_400]
    renderer = GraphRenderer(drawn, StreamFormat(RATE, layout_named("stereo"), 512))
    out = np.empty_like(samples)
    for start in range(0, 2_400, 300):
        renderer.process(samples[:, start : start + 300].copy(), out[:, start : start + 300])
    np.testing.assert_array_equal(out, samples * heard)
    node = renderer.nodes["plugin"]
    assert isinstance(node, PluginNode)
    assert node.values["gain_x"] == 1.5
    restored = Graph.of("plugin", {}, {"path": gain, "state": node.state()})
    np.testing.assert_array_equal(render(restored, samples, RATE), samples * np.float32(1.5))


def test_a_knob_that_changes_the_latency_is_made_good_by_the_graph(gain: str) -> None:
    late = Graph.of("plugin", {"mode": 2.0}, {"path": gain})
    samples = white_noise(2, 2_000)
    np.testing.assert_array_equal(render(late, samples, RATE), samples)
    assert made(gain).latency_frames == 0


def test_a_state_comes_back_through_the_drawing(gain: str) -> None:
    node = made(gain)
    node.set_parameter("gain_x", 0.375)
    spec = Graph.of("plugin", {}, {"path": gain, "state": node.state()})
    samples = white_noise(2, 200)
    np.testing.assert_array_equal(render(spec, samples, RATE), samples * np.float32(0.375))


def test_a_plugin_without_a_state_of_its_own_is_restored_from_its_knobs() -> None:
    node = made(str(FOLDER / "ZamEQ2.clap"))
    node.set_parameter("master_gain", -6.0)
    again = PluginNode({"path": str(FOLDER / "ZamEQ2.clap"), "state": node.state()})
    assert again.values["master_gain"] == pytest.approx(-6.0)
