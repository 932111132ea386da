"""Plug-ins that crash, hang, lie and leave a mess: the scan survives each and says what happened in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.hosted import PluginNode
from audiopost.errors import PluginCrashError, PluginError
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan import scan_file
from tests.plugin_builds import built_clap
from tests.signals import white_noise
from tests.tolerances import SCAN_PATIENCE_S

HANG_PATIENCE_S = 4.0
STEREO = StreamFormat(48_000, layout_named("stereo"), 512)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))


def scanned(folder: Path, behaviour: str) -> PluginInfo:
    patience = HANG_PATIENCE_S if behaviour.startswith("hang") else SCAN_PATIENCE_S
    (info,) = scan_file(built_clap(folder, behaviour), patience)
    return info


@pytest.mark.parametrize(
    ("behaviour", "status", "sentence"),
    [
        ("crash in init", "crashed", "ended by SIGSEGV while loading Known Gain"),
        ("crash in process", "crashed", "ended by SIGSEGV while playing 1 channels"),
        ("crash in destroy", "crashed", "ended by SIGABRT while measuring"),
        ("hang in init", "timeout", "no answer within 4 s while loading Known Gain"),
        ("hang in process", "timeout", "no answer within 4 s while playing 1 channels"),
        ("out of bounds", "crashed", "ended by SIGSEGV while playing 1 channels"),
        ("fail", "failed", "it takes no number of channels that was tried: failed while it played"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_loaded(
    tmp_path: Path, behaviour: str, status: str, sentence: str
) -> None:
    info = scanned(tmp_path, behaviour)
    assert (info.status, info.error) == (status, sentence)
    with pytest.raises(PluginError, match=sentence):
        PluginNode({"path": info.path})


@pytest.mark.parametrize(
    ("behaviour", "note"),
    [
        (
            "wrong latency",
            "reports 0 frames of latency, but the peak of its impulse response comes after 100: "
            "where that is no wanted delay, set latency_frames = 100",
        ),
        ("latency changes", "changed its latency while it played, from 0 to 333 frames"),
        ("nan", "gives NaN or infinity, which is replaced by silence"),
        ("process changed", "changed the working folder while it was loaded; it was put back"),
        ("process changed", "changed the locale while it was loaded; it was put back"),
        ("flood", "printed 1.5 MB while it was loaded, which is left out"),
        ("denormals", "gives denormal numbers, with which processors are slow"),
        ("threads left", "leaves 8 threads running when it goes"),
        ("huge memory", "takes 4.0 GiB of memory when it is loaded"),
    ],
)
def test_what_plays_with_a_flaw_is_said(tmp_path: Path, behaviour: str, note: str) -> None:
    info = scanned(tmp_path, behaviour)
    assert info.status == "ok"
    assert note in info.notes


def test_a_latency_that_it_conceals_is_told_by_the_graph_and_compensated_where_the_drawing_states_it(
    tmp_path: Path,
) -> None:
    path = str(built_clap(tmp_path, "wrong latency"))
    samples = white_noise(2, 4_000)
    concealed = Graph.of("plugin", {}, {"path": path})
    stated = Graph.of("plugin", {}, {"path": path, "latency_frames": 100})
    late, in_time = (render(fx.through() & each, samples, 48_000) for each in (concealed, stated))
    np.testing.assert_allclose(in_time, 2.0 * samples, atol=1e-6)
    assert np.abs(late - 2.0 * samples).max() > 0.1
    (note,) = GraphRenderer(concealed, STEREO).notes
    assert note.startswith("plugin: reports 0 frames of latency")


@pytest.mark.parametrize(
    ("behaviour", "mode", "stated", "words"),
    [
        ("wrong latency", 2.0, -1, ["plugin: reports 64 frames of latency, but", "set latency_frames = 100"]),
        ("wrong latency", 0.0, 100, []),
        ("wrong latency", 0.0, 80, ["plugin: latency_frames = 80 is stated, but", "comes after 100"]),
        ("well", 2.0, -1, []),
    ],
)
def test_a_doubtful_latency_is_measured_where_it_plays(
    tmp_path: Path, behaviour: str, mode: float, stated: int, words: list[str]
) -> None:
    settings = {"path": str(built_clap(tmp_path, behaviour)), "latency_frames": stated}
    renderer = GraphRenderer(Graph.of("plugin", {"mode": mode}, settings), STEREO)
    assert bool(renderer.notes) == bool(words)
    assert all(word in renderer.notes[0] for word in words)


def test_measuring_the_latency_leaves_no_sound_behind(tmp_path: Path) -> None:
    renderer = GraphRenderer(Graph.of("plugin", {}, {"path": str(built_clap(tmp_path, "wrong latency"))}), STEREO)
    out = np.ones((2, 512), dtype=np.float32)
    renderer.process(np.zeros((2, 512), dtype=np.float32), out)
    assert not np.any(out)


def rendered(path: str) -> tuple[GraphRenderer, np.ndarray]:
    renderer = GraphRenderer(Graph.of("plugin", {}, {"path": path}), STEREO)
    out = np.empty((2, 512), dtype=np.float32)
    renderer.process(white_noise(2, 512), out)
    return renderer, out


def test_nan_never_gets_through(tmp_path: Path) -> None:
    renderer, out = rendered(str(built_clap(tmp_path, "nan")))
    assert np.isfinite(out).all()
    assert renderer.non_finite[0].samples == 512


def test_the_process_is_as_it_was(tmp_path: Path) -> None:
    """Working folder, locale, rounding: changed while the plug-in is loaded, the rounding again while it plays."""
    folder, third = os.getcwd(), np.float32(1.0) / np.float32(3.0)
    rendered(str(built_clap(tmp_path, "process changed")))
    assert os.getcwd() == folder
    values = np.full(8, 1.0, dtype=np.float32) / np.float32(3.0)
    np.testing.assert_array_equal(values, np.full(8, third))


def test_a_file_that_crashed_is_tried_again_when_it_changes(tmp_path: Path) -> None:
    path = built_clap(tmp_path, "crash in init", name="same")
    with pytest.raises(PluginCrashError, match="left alone until its file changes"):
        PluginNode({"path": str(path)})
    assert built_clap(tmp_path, "flood", name="same") == path
    assert PluginNode({"path": str(path)}).parameters
