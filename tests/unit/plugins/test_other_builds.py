"""A knob by the name that another build has for it: taken where there is no doubt, told where there is."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from audiopost.effects.hosted import PluginNode
from audiopost.errors import UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.modulation import StepsSpec
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from audiopost.plugins.other_builds import name_here, values_here
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.saved_state import SavedState
from tests.plugin_builds import built_clap
from tests.signals import white_noise

RATE = 48_000
KNOBS = (
    PluginParameter("attack", 10.0, 0.1, 100.0),
    PluginParameter("release_s", 0.1, 0.01, 2.0),
    PluginParameter("level_db", 0.0, -60.0, 0.0),
    PluginParameter("level_percent", 50.0, 0.0, 100.0),
)


@pytest.mark.parametrize(
    ("name", "value", "here"),
    [
        ("attack", 20.0, "attack"),
        ("attack_ms", 20.0, "attack"),
        ("attack_ms", 200.0, None),
        ("release", 0.5, "release_s"),
        ("release_ms", 0.5, None),
        ("level", -3.0, None),
        ("knee", 1.0, None),
    ],
)
def test_a_name_is_taken_where_there_is_no_doubt(name: str, value: float, here: str | None) -> None:
    assert name_here(name, (value,), KNOBS) == here


def test_values_go_to_their_knobs_and_the_rest_is_named() -> None:
    found = values_here({"attack_ms": 5.0, "knee_db": 3.0, "level_db": -6.0}, KNOBS)
    assert found == ({"attack": 5.0, "level_db": -6.0}, ("knee_db",))


@pytest.fixture
def gain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    return str(built_clap(tmp_path))


def test_a_chain_and_a_state_of_another_build_play_here_and_say_so(gain: str) -> None:
    chain = Graph.of("plugin", {"level": -6.0}, {"path": gain})
    renderer = GraphRenderer(chain, StreamFormat(RATE, layout_named("stereo"), 64))
    assert renderer.nodes["plugin"].values["level_db"] == -6.0
    assert "plugin: level is level_db in the CLAP build of Known Gain" in renderer.notes
    with pytest.raises(UnknownNameError, match="unknown parameter 'levle'; did you mean level_db"):
        render(Graph.of("plugin", {"levle": -6.0}, {"path": gain}), white_noise(2, 64), RATE)
    saved = SavedState("LV2", "urn:example:gain", None, {"level": -12.0, "gain_x": 0.5, "shine": 1.0}).to_bytes()
    settings = {"path": gain, "state": base64.b64encode(saved).decode()}
    samples = white_noise(2, 500)
    np.testing.assert_array_equal(render(Graph.of("plugin", {}, settings), samples, RATE), samples * np.float32(0.5))
    node = PluginNode(settings)
    assert node.values["level_db"] == -12.0
    assert "its state was saved from the LV2 build: shine: the CLAP build of Known Gain has no such knob" in node.notes


def test_what_moves_a_knob_by_the_name_of_another_build_moves_it_here(gain: str) -> None:
    chain = Graph.of("plugin", {}, {"path": gain})
    stereo, note = (
        StreamFormat(RATE, layout_named("stereo"), 64),
        "plugin: level is level_db in the CLAP build of Known Gain",
    )
    for moving in (
        chain.automate("plugin.level", [(0.0, -6.0), (0.01, -12.0)], "step"),
        chain.modulate(StepsSpec("plugin.level", (-6.0, -12.0), 0.01)),
        chain.macro("loud", plugin__level=(-6.0, 0.0)),
    ):
        renderer = GraphRenderer(moving, stereo)
        assert renderer.notes.count(note) == 1
        if moving.macros:
            renderer.set_parameter("macro.loud", 0.0)
        assert renderer.nodes["plugin"].values["level_db"] == -6.0
    with pytest.raises(UnknownNameError, match="unknown parameter 'level'"):
        GraphRenderer(chain.automate("plugin.level", [(0.0, -6.0), (0.01, 30.0)]), stereo)
