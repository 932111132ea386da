"""One plug-in in several formats, told by its name and maker; a preset that names it plays in the one that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost.effects.hosted import PluginNode
from audiopost.effects.probe import probe_plugin
from audiopost.errors import GraphError, PluginCrashError
from audiopost.graph.offline import render
from audiopost.graph.spec import EdgeSpec, GraphSpec, NodeSpec
from audiopost.plugins.builds import grouped, siblings
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan import plugin_info
from tests.plugin_builds import built_clap, built_instrument
from tests.signals import white_noise
from tests.system import require_path

VST3 = PluginInfo("v", "Zam-Comp", "/x/ZamComp.vst3", "timeout", "Damien Zammit", format="VST3")
CLAP = PluginInfo("c", "ZamComp", "/y/ZamComp.clap", "ok", "Damien Zammit", format="CLAP")
LV2 = PluginInfo("l", "ZamComp", "/z/ZamComp.lv2", "not scanned", format="LV2")
STRANGER = PluginInfo("s", "ZamComp", "/z/Other.lv2", "ok", "Somebody", format="LV2")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOPOST_PLUGIN_PATH", f"{tmp_path / 'first'}:{tmp_path / 'second'}")


def test_formats_of_one_plugin_are_shown_as_one() -> None:
    zam, stranger = grouped([LV2, CLAP, VST3, STRANGER])
    assert zam.builds == (VST3, CLAP, LV2)
    assert zam.first == CLAP, "the first that works"
    assert zam.formats == "VST3 (timeout), CLAP, LV2 (not scanned)"
    assert zam.vendor == "Damien Zammit"
    assert stranger.builds == (STRANGER,), "another maker's"
    assert siblings(CLAP, [VST3, CLAP, LV2, STRANGER]) == (VST3, LV2)


def written(folder: Path, behaviour: str, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    return built_clap(folder, behaviour, name)


def test_a_bare_name_plays_in_the_format_that_is_there_and_says_so(tmp_path: Path) -> None:
    written(tmp_path / "first", "well", "Known")
    assert PluginNode({"path": "Known"}).notes == ()
    node = PluginNode({"path": "Known.vst3"})
    assert node.notes == ("Known Gain plays in its CLAP build: there is no VST3 build here",)


def test_a_bare_name_plays_in_the_build_that_works_and_says_so(tmp_path: Path) -> None:
    broken = written(tmp_path / "first", "crash in init", "Known")
    works = written(tmp_path / "second", "well", "Known")
    node = PluginNode({"path": "Known"})
    assert node.notes == ("Known Gain plays in its CLAP build: ended by SIGSEGV while loading Known Gain",)
    assert plugin_info(str(works)).status == "ok"
    with pytest.raises(PluginCrashError, match="ended by SIGSEGV"):
        PluginNode({"path": str(broken)})


def test_a_side_chain_that_another_format_has_is_named() -> None:
    """pedalboard shuts off all buses of a VST3 but the main ones."""
    path = str(require_path("/usr/lib/vst3/ZamGateX2.vst3", package="zam-plugins"))
    nodes = (("gate", NodeSpec.of("plugin", {}, {"path": path})),)
    wires = (EdgeSpec("input", "gate"), EdgeSpec("input", "gate", "sidechain"), EdgeSpec("gate", "output"))
    sentence = "as VST3 it plays its main bus only; its CLAP build has sidechain: /usr/lib/clap/ZamGateX2.clap"
    with pytest.raises(GraphError, match=sentence):
        render(GraphSpec(nodes, wires), white_noise(2, 100), 48_000)


def test_the_laws_are_tried_on_an_instrument_with_a_chord(tmp_path: Path) -> None:
    info, laws = probe_plugin(str(built_instrument(tmp_path)))
    assert info.status == "instrument"
    assert {law.name for law in laws if law.kept is None} == {"latency as declared"}
    assert not [law for law in laws if law.kept is False]
    assert sum(law.kept is True for law in laws) == 7
