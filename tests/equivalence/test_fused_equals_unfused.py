"""Rows of built-ins run as one native call give the samples of the effects run one by one."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.graph import assembly
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import ParameterEvent
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from audiopost.media.audio_file import read_audio
from tests.recordings import recording

HP = fx.pedalboard.HighpassFilter(cutoff_frequency_hz=90)
COMP = fx.pedalboard.Compressor(threshold_db=-30, ratio=4)
ROOM = fx.pedalboard.Reverb(room_size=0.3)
ROW = HP >> COMP >> fx.pedalboard.Chorus(depth=0.2) >> ROOM >> fx.pedalboard.Gain(gain_db=-3)


def calls(graph: Graph) -> int:
    renderer = GraphRenderer(graph, StreamFormat(48_000, layout_named("stereo"), 256))
    return len(renderer._assembly.calls)


def both(graph: Graph, monkeypatch: pytest.MonkeyPatch, **options: object) -> tuple[np.ndarray, np.ndarray]:
    samples = np.tile(read_audio(recording())[0][:, :60_000], (2, 1))
    fused = graph.render(samples, 48_000, **options)  # type: ignore[arg-type]
    with monkeypatch.context() as patch:
        patch.setattr(assembly, "fuse_runs", lambda steps, _nodes: list(steps))
        unfused = graph.render(samples, 48_000, **options)  # type: ignore[arg-type]
    return fused, unfused


def test_a_row_is_one_call():
    assert calls(ROW) == 1


@pytest.mark.parametrize("block_frames", [1, 64, 1000])
def test_a_fused_row_gives_the_same_samples(block_frames: int, monkeypatch: pytest.MonkeyPatch):
    fused, unfused = both(ROW, monkeypatch, block_frames=block_frames)
    assert np.abs(fused).max() > 0.01
    assert np.array_equal(fused, unfused)


def test_knobs_that_glide_give_the_same_samples(monkeypatch: pytest.MonkeyPatch):
    moves = [ParameterEvent(10_001, "gain.gain_db", 6.0), ParameterEvent(30_000, "compressor.threshold_db", -10.0)]
    fused, unfused = both(ROW, monkeypatch, block_frames=256, events=moves)
    still, _ = both(ROW, monkeypatch, block_frames=256)
    assert np.array_equal(fused, unfused)
    assert not np.array_equal(fused, still)


def test_what_is_heard_elsewhere_or_bypassed_or_not_a_built_in_ends_the_row():
    """hp ─▶ comp ─┬▶ room ─▶ output
    └▶ output          comp is heard twice: (hp comp) and room"""
    branching = (
        Graph()
        .add("hp", HP)
        .add("comp", COMP)
        .add("room", ROOM)
        .connect("input", "hp")
        .connect("hp", "comp")
        .connect("comp", "room")
        .connect("room", "output")
        .connect("comp", "output")
    )
    assert calls(branching) == 2 + 2
    assert calls(ROW.bypassed("chorus")) == 3
    assert calls(HP >> COMP >> fx.gain() >> ROOM >> HP) == 3


def test_a_branch_off_a_row_gives_the_same_samples(monkeypatch: pytest.MonkeyPatch):
    fused, unfused = both((HP >> COMP) & (HP >> ROOM >> COMP) * 0.5, monkeypatch, block_frames=256)
    assert np.array_equal(fused, unfused)
