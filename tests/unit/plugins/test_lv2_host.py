"""An LV2 plug-in whose every sample is known (``tests/foreign/gain_lv2.c``): ports, knobs, latency, work, states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import PluginNode
from audiopost.errors import PluginLoadError, UnknownNameError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.offline import render
from audiopost.plugins.lv2_host import Lv2Plugin, load_lv2, plugin_names
from audiopost.plugins.saved_state import SavedState
from audiopost.plugins.scan import list_plugins, plugin_info, scan_file
from audiopost.plugins.streams import SteadyStream
from tests.plugin_builds import built_lv2
from tests.signals import white_noise
from tests.tolerances import SCAN_PATIENCE_S

RATE = 48_000
LARGEST = 512


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_lv2(tmp_path_factory.mktemp("lv2"))


@pytest.fixture
def plugin(bundle: Path) -> Lv2Plugin:
    return load_lv2(str(bundle), RATE, "Known LV2 Gain", largest_frames=LARGEST)


def ran(plugin: Lv2Plugin, block: AudioBlock) -> AudioBlock:
    return plugin.run(np.ascontiguousarray(block)).copy()


def test_what_the_plugin_says_of_itself(bundle: Path, plugin: Lv2Plugin) -> None:
    assert set(plugin_names(str(bundle)).values()) == {"Known LV2 Gain", "Crashing", "Needy"}
    assert plugin.facts == {
        "id": "urn:example:gain", "name": "Known LV2 Gain", "vendor": "Example", "version": "2.4",
        "category": "UtilityPlugin",
    }  # fmt: skip
    assert (plugin.widths, plugin.side_inputs) == ((2,), (("sidechain", 1),))
    knobs = {each.name: each for each in plugin.parameters}
    assert tuple(knobs) == ("gain", "key", "late", "ask", "cut_off", "lift"), "outputs are no knobs"
    assert knobs["cut_off"].choices == ("Low", "High")
    assert knobs["key"].choices == ("off", "on")


def test_it_plays_its_side_chain_and_its_knobs(plugin: Lv2Plugin) -> None:
    samples = white_noise(3, 300)
    np.testing.assert_array_equal(ran(plugin, samples[:2]), samples[:2])
    plugin.set_parameter("gain", 0.25)
    np.testing.assert_array_equal(ran(plugin, samples), samples[:2] * np.float32(0.25))
    plugin.set_parameter("key", 1.0)
    np.testing.assert_array_equal(ran(plugin, samples), samples[:2] * (np.float32(0.25) * np.abs(samples[2])))
    assert not ran(plugin, samples[:2]).any(), "a side that nobody feeds is silent"


def test_a_cv_input_is_a_knob_that_holds_for_the_block(bundle: Path, plugin: Lv2Plugin) -> None:
    samples = white_noise(2, 300)
    plugin.set_parameter("lift", 0.5)
    np.testing.assert_array_equal(ran(plugin, samples), samples + np.float32(0.5))
    plugin.set_parameter("lift", 0.0)
    np.testing.assert_array_equal(ran(plugin, samples), samples)
    plugin.set_parameter("lift", -0.25)
    restored = load_lv2(str(bundle), RATE, "Known LV2 Gain", plugin.state(), largest_frames=LARGEST)
    np.testing.assert_array_equal(ran(restored, samples), samples - np.float32(0.25))


def test_long_blocks_are_cut_and_what_was_never_played_ends_in_order(bundle: Path) -> None:
    plugin = load_lv2(str(bundle), RATE, "Known LV2 Gain", largest_frames=16_384)
    plugin.close()
    plugin = load_lv2(str(bundle), RATE, "Known LV2 Gain", largest_frames=16_384)
    samples = white_noise(2, 12_000)
    np.testing.assert_array_equal(ran(plugin, samples), samples)


def test_latency_is_read_from_its_port_and_held_back(plugin: Lv2Plugin) -> None:
    plugin.set_parameter("late", 1.0)
    stream = SteadyStream(plugin, 2, LARGEST)
    assert stream.latency_frames == 32
    samples, out = white_noise(2, 200), np.empty((2, 200), dtype=np.float32)
    stream.process(samples, out)
    np.testing.assert_array_equal(out[:, 32:], samples[:, :-32])


def test_work_is_done_after_the_block_that_asked_for_it(plugin: Lv2Plugin) -> None:
    samples = white_noise(2, 100)
    plugin.set_parameter("ask", 1.0)
    np.testing.assert_array_equal(ran(plugin, samples), samples)
    np.testing.assert_array_equal(ran(plugin, samples), samples * np.float32(2.0))


def test_a_state_brings_back_knobs_and_properties(bundle: Path, plugin: Lv2Plugin) -> None:
    plugin.set_parameter("gain", 0.5)
    saved = SavedState.from_bytes(plugin.state())
    assert saved.data is not None
    assert saved.values["gain"] == 0.5
    shifted = SavedState(saved.format, saved.id, saved.data.replace(b"AAAAAA==", b"AACAPg=="), saved.values)
    restored = load_lv2(str(bundle), RATE, "urn:example:gain", shifted.to_bytes(), largest_frames=LARGEST)
    samples = white_noise(2, 100)
    np.testing.assert_array_equal(ran(restored, samples), samples * np.float32(0.5) + np.float32(0.25))
    assert {each.name: each.default for each in restored.parameters}["gain"] == 0.5


def saved_preset(folder: Path) -> None:
    """A preset in a bundle of its own, as another host saves it: a knob, and a property of the state."""
    (folder / "mine.preset.lv2").mkdir(exist_ok=True)
    (folder / "mine.preset.lv2/manifest.ttl").write_text("""
        @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
        @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix state: <http://lv2plug.in/ns/ext/state#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <urn:example:half> a pset:Preset ; lv2:appliesTo <urn:example:gain> ; rdfs:label "Half, lifted" ;
            lv2:port [ lv2:symbol "gain" ; pset:value 0.5 ] , [ lv2:symbol "gone" ; pset:value 3 ] ;
            state:state [ <urn:example:offset> "0.25"^^xsd:float ] .
    """)


@pytest.mark.parametrize("name", ["Half, lifted", "urn:example:half"])
def test_a_preset_of_another_bundle_is_listed_and_taken(
    bundle: Path, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path))
    saved_preset(bundle.parent)
    settings = {"path": str(bundle), "plugin_name": "Known LV2 Gain"}
    assert plugin_info(str(bundle), "Known LV2 Gain").presets == ("Half, lifted",)
    samples = white_noise(2, 100)
    played = render(Graph.of("plugin", {}, {**settings, "preset": name}), samples, RATE)
    np.testing.assert_array_equal(played, samples * np.float32(0.5) + np.float32(0.25))
    turned = render(Graph.of("plugin", {"gain": 2.0}, {**settings, "preset": name}), samples, RATE)
    np.testing.assert_array_equal(turned, samples * np.float32(2.0) + np.float32(0.25))
    with pytest.raises(UnknownNameError, match="Half, lifted"):
        PluginNode({**settings, "preset": "Half"})


@pytest.mark.parametrize("state", [b"bytes", b'{"form":"audiopost plug-in state 1"}'])
def test_a_state_of_something_else_is_refused(bundle: Path, state: bytes) -> None:
    with pytest.raises((PluginLoadError, UsageError), match=r"the state (belongs|is not)"):
        load_lv2(str(bundle), RATE, "Known LV2 Gain", state)


def test_a_feature_that_is_missing_is_named(bundle: Path) -> None:
    with pytest.raises(PluginLoadError, match="Needy: needs what this host has not: urn:example:unheard-of"):
        load_lv2(str(bundle), RATE, "Needy")


def test_one_of_a_bundle_that_crashes_takes_no_other_with_it(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(bundle.parent / "cache"))
    found = {each.name: each for each in scan_file(bundle, SCAN_PATIENCE_S)}
    assert {name: each.status for name, each in found.items()} == {
        "Known LV2 Gain": "ok", "Crashing": "crashed", "Needy": "failed",
    }  # fmt: skip
    assert found["Crashing"].error.startswith("ended by SIGSEGV while playing 1 channels")
    with pytest.raises(PluginLoadError, match="holds several plug-ins; name one with plugin_name: "):
        plugin_info(str(bundle))


def test_only_the_plugin_that_is_wanted_is_scanned(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(bundle.parent / "other-cache"))
    node = PluginNode({"path": str(bundle), "plugin_name": "Known LV2 Gain"})
    assert node.side_inputs == ("sidechain",)
    listed = {each.name: each.status for each in list_plugins([bundle.parent])}
    assert listed == {"Known LV2 Gain": "ok", "Crashing": "not scanned", "Needy": "not scanned"}


def test_it_is_drawn_and_rendered(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(bundle.parent / "cache"))
    drawn = Graph.of("plugin", {"gain": 0.5, "late": 1.0}, {"path": str(bundle), "plugin_name": "Known LV2 Gain"})
    samples = white_noise(2, 3_000)
    np.testing.assert_array_equal(render(drawn, samples, RATE), samples * np.float32(0.5))
