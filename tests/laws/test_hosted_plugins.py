"""The laws of a node, held by real plug-ins that nobody here made: the VST3 files of Debian's zam-plugins.

Each has a habit of its own: mono only (ZamEQ2, ZamGate), stereo only (ZamCompX2), latency (ZaMaximX2), smoothing by
the block (ZamDelay), silent about any block but its largest (ZamHeadX2), never loaded (ZamVerb).
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import PluginNode
from audiopost.errors import PluginError, PluginTimeoutError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.layouts import layout_named
from audiopost.plugins.formats import LoadedPlugin, load_plugin
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan import plugin_info, require_ok, scan_file
from tests.signals import white_noise
from tests.system import require_path
from tests.tolerances import HOSTED_SILENCE, SCAN_PATIENCE_S

FOLDER = Path("/usr/lib/vst3")
TESTED = ("ZamEQ2", "ZamCompX2", "ZaMaximX2", "ZamDelay", "ZamHeadX2")
SLOW_TO_LOAD = ("ZamDelay",)
RATE = 48_000
SPLIT = (1, 0, 2, 37, 64, 511, 3, 16)
TURN_AT = 6_000


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    require_path(FOLDER / "ZamEQ2.vst3", package="zam-plugins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def info(name: str) -> PluginInfo:
    return require_ok(plugin_info(str(FOLDER / f"{name}.vst3"), timeout_s=SCAN_PATIENCE_S))


def made(name: str, layout: str = "stereo", frames: int = 4096, **settings: str | float) -> PluginNode:
    info(name)
    node = PluginNode({"path": str(FOLDER / f"{name}.vst3"), **settings})
    node.prepare(StreamFormat(RATE, layout_named(layout), frames))
    return node


def turned(node: PluginNode) -> dict[str, float]:
    """Every knob that is no switch, a little aside."""
    knobs = [each for each in node.parameters if not each.choices]
    aside = {each.name: each.default + 0.05 * (each.maximum - each.minimum) for each in knobs}
    return {each.name: min(aside[each.name], each.maximum) for each in knobs}


def played(node: PluginNode, samples: AudioBlock, sizes: tuple[int, ...] = (4096,)) -> AudioBlock:
    """In blocks of the given sizes, the knobs turned aside on the way."""
    out = np.full_like(samples, np.nan)
    start = turn = 0
    while start < samples.shape[1]:
        stop = min(samples.shape[1], start + sizes[turn % len(sizes)])
        stop = min(stop, TURN_AT) if start < TURN_AT else stop
        if start == TURN_AT:
            for name, value in turned(node).items():
                node.set_parameter(name, value)
        piece = np.empty((samples.shape[0], stop - start), dtype=np.float32)
        node.process(np.ascontiguousarray(samples[:, start:stop]), piece)
        out[:, start:stop] = piece
        start, turn = stop, turn + 1
    return out


@pytest.mark.parametrize("name", TESTED)
def test_any_split_and_any_largest_block_give_the_same_samples(name: str) -> None:
    layout = "mono" if name in SLOW_TO_LOAD else "stereo"
    samples = white_noise(layout_named(layout).channels, 16_000)
    whole = played(made(name, layout), samples)
    np.testing.assert_array_equal(played(made(name, layout, frames=511), samples, SPLIT), whole)
    assert np.any(whole)


@pytest.mark.parametrize("name", TESTED)
def test_after_a_reset_a_plugin_is_as_new(name: str) -> None:
    layout = "mono" if name in SLOW_TO_LOAD else "stereo"
    samples, node = white_noise(layout_named(layout).channels, 5_000), made(name, layout)
    first = played(node, samples)
    node.reset()
    np.testing.assert_array_equal(played(node, samples), first)


@pytest.mark.parametrize("layout", ["mono", "3.0"])
@pytest.mark.parametrize("name", ["ZamGate", "ZamCompX2"])
def test_a_plugin_plays_layouts_that_it_refuses(name: str, layout: str) -> None:
    samples = white_noise(layout_named(layout).channels, 5_000)
    out = played(made(name, layout), samples)
    centre = np.ascontiguousarray(samples[-1:])
    np.testing.assert_array_equal(out[-1:], played(made(name, "mono"), centre))


@pytest.mark.parametrize(("name", "latency"), [("ZamEQ2", 0), ("ZaMaximX2", 480)])
def test_sound_comes_as_late_as_declared(name: str, latency: int) -> None:
    node = made(name)
    click = np.zeros((2, 4_096), dtype=np.float32)
    click[:, 100] = 0.25
    assert node.latency_frames == latency
    assert int(np.argmax(np.abs(played(node, click)[0]))) == 100 + latency


def test_a_latency_is_made_good_by_the_graph() -> None:
    path = str(FOLDER / "ZaMaximX2.vst3")
    info("ZaMaximX2")
    spec = GraphSpec.series(("maximizer", NodeSpec.of("plugin", {}, {"path": path})))
    samples = 0.1 * white_noise(2, 10_000)
    out = render(spec, samples, RATE)
    np.testing.assert_allclose(out, samples, atol=HOSTED_SILENCE)


@pytest.mark.parametrize("name", ["ZamEQ2", "ZaMaximX2", "ZamHeadX2"])
def test_after_the_declared_tail_there_is_silence(name: str) -> None:
    node = made(name)
    sound = np.concatenate([white_noise(2, 4_000), np.zeros((2, node.tail_frames + 1_000), np.float32)], axis=1)
    rest = played(node, sound)[:, 4_000 + node.tail_frames :]
    assert float(np.abs(rest).max()) <= HOSTED_SILENCE


def test_a_plugin_that_plays_only_its_largest_block_is_given_it() -> None:
    node = made("ZamHeadX2")
    node.set_parameter("azimuth", 90.0)
    node.reset()
    samples = np.tile(white_noise(1, 8_192), (2, 1))
    left, right = played(node, samples)
    assert np.std(left) != pytest.approx(np.std(right), rel=0.1), "a voice from the side is louder on one ear"
    assert any("fed blocks of 64 frames" in note for note in node.notes)


def test_blocks_are_fixed_where_the_scan_found_that_they_matter() -> None:
    assert {name for name in TESTED if info(name).block_dependent} >= {"ZamDelay", "ZamHeadX2"}
    assert made("ZamDelay", "mono").latency_frames == 63
    assert made("ZamGate").latency_frames == 0
    assert made("ZamGate", block_frames=256).latency_frames == 255


def test_knobs_have_names_units_and_choices_and_meters_are_left_out() -> None:
    knobs = {each.name: each for each in info("ZamCompX2").parameters}
    assert (knobs["threshold_db"].minimum, knobs["threshold_db"].maximum) == (-80.0, 0.0)
    assert knobs["stereo_detection"].choices == ("off", "on")
    assert "gain_reduction_db" not in knobs
    assert "buffer_size_frames" not in knobs
    assert "azimuth" in {each.name for each in info("ZamHeadX2").parameters}


def test_a_knob_is_heard_in_its_unit() -> None:
    node = made("ZamEQ2")
    node.values["master_gain_db"] = -6.0
    node.prepare(StreamFormat(RATE, layout_named("stereo"), 4096))
    samples = white_noise(2, 4_096)
    out = np.empty_like(samples)
    node.process(samples, out)
    assert np.std(out) / np.std(samples) == pytest.approx(10 ** (-6.0 / 20), rel=1e-3)


def test_a_state_brings_the_knobs_and_the_samples_back() -> None:
    samples, node = white_noise(2, 4_096), made("ZamEQ2")
    played(node, white_noise(2, 8_192))
    saved = node.state()
    restored = made("ZamEQ2", state=saved)
    wanted = turned(node)["master_gain_db"]
    assert restored.values["master_gain_db"] == pytest.approx(wanted, abs=0.05)
    node.reset()
    np.testing.assert_array_equal(played(restored, samples), played(node, samples))


def test_an_older_preset_turns_the_knobs_by_their_places(tmp_path: Path) -> None:
    node = made("ZamEQ2")
    knobs = list(node.parameters)
    values = [(each.default - each.minimum) / (each.maximum - each.minimum) for each in knobs]
    gain = next(index for index, each in enumerate(knobs) if each.name == "master_gain_db")
    values[gain] = 0.75
    path = tmp_path / "old.fxp"
    head = struct.pack(">4si4siiii28s", b"CcnK", 0, b"FxCk", 1, 0, 1, len(values), b"")
    path.write_bytes(head + struct.pack(f">{len(values)}f", *values))
    wanted = knobs[gain].minimum + 0.75 * (knobs[gain].maximum - knobs[gain].minimum)
    assert made("ZamEQ2", preset=str(path)).values["master_gain_db"] == pytest.approx(wanted, abs=0.05)
    path.write_bytes(head[:24] + struct.pack(">i28s", 2, b"") + struct.pack(">2f", 0.5, 0.5))
    with pytest.raises(PluginError, match="holds 2 values"):
        made("ZamEQ2", preset=str(path))


def test_a_drawing_with_a_plugin_renders_as_the_node_plays() -> None:
    path = str(FOLDER / "ZamGate.vst3")
    info("ZamGate")
    spec = GraphSpec.series(("gate", NodeSpec.of("plugin", {"threshold_db": -20.0}, {"path": path})))
    renderer = GraphRenderer(spec, StreamFormat(RATE, layout_named("stereo"), 512), CATALOGUE)
    samples, out = white_noise(2, 4_096), np.empty((2, 4_096), dtype=np.float32)
    for start in range(0, 4_096, 512):
        piece = np.empty((2, 512), dtype=np.float32)
        renderer.process(np.ascontiguousarray(samples[:, start : start + 512]), piece)
        out[:, start : start + 512] = piece
    np.testing.assert_array_equal(render(spec, samples, RATE), out)


def test_a_plugin_that_hangs_is_ended_and_not_loaded() -> None:
    path = require_path(FOLDER / "ZamVerb.vst3", package="zam-plugins")
    (found,) = scan_file(path, timeout_s=4.0)
    assert found.status in ("ok", "timeout"), "some builds load"
    if found.status == "ok":
        return
    with pytest.raises(PluginTimeoutError, match="ZamVerb: no answer within 4 s while "):
        PluginNode({"path": str(path)})


FIRST_LOAD = """
import sys
import numpy as np
from audiopost.effects.hosted import PluginNode
from audiopost.graph.node import StreamFormat
from audiopost.layouts import layout_named
tiny = np.full(8, 1e-40, dtype=np.float32)
node = PluginNode({"path": sys.argv[1]})
node.prepare(StreamFormat(48_000, layout_named("stereo"), 512))
node.process(np.zeros((2, 512), dtype=np.float32), np.empty((2, 512), dtype=np.float32))
print(np.count_nonzero(tiny * np.float32(0.5)))
"""


def test_the_first_plugin_of_a_process_leaves_denormal_numbers_as_they_are() -> None:
    """Its library was linked with fast mathematics: loading it would make the whole process flush them to zero."""
    info("ZamEQ2")
    command = [sys.executable, "-c", FIRST_LOAD, str(FOLDER / "ZamEQ2.vst3")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SCAN_PATIENCE_S)
    assert done.stdout.split() == ["8"]


def test_a_state_is_taken_at_the_rate_at_which_it_plays() -> None:
    """ZamHeadX2 as VST3 was deaf to its knobs for good where it was given a state at another rate."""
    path = str(FOLDER / "ZamHeadX2.vst3")
    samples, played = white_noise(2, 4_096), []
    turned = load_plugin(path, RATE, largest_frames=64)
    turned.set_parameter("azimuth", 81.0)
    turned.reset()
    as_it_was = in_blocks(turned, samples)
    for _ in range(2):
        restored = load_plugin(path, RATE, "", turned.state(), largest_frames=64)
        restored.reset()
        played.append(in_blocks(restored, samples))
    np.testing.assert_array_equal(played[0], as_it_was)
    np.testing.assert_array_equal(played[1], as_it_was)
    default = load_plugin(path, RATE, largest_frames=64)
    default.reset()
    assert not np.array_equal(in_blocks(default, samples), as_it_was)


def in_blocks(plugin: LoadedPlugin, samples: AudioBlock) -> AudioBlock:
    pieces = (samples[:, at : at + 64] for at in range(0, samples.shape[1], 64))
    return np.concatenate([plugin.run(np.ascontiguousarray(piece)).copy() for piece in pieces], axis=1)
