"""Presets of real plug-ins that nobody here made: Debian's zam-plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost import load_chain, save_chain
from audiopost.effects.hosted import PluginNode
from audiopost.effects.plugin_presets import preset_bytes, save_plugin_preset
from audiopost.errors import FileError, PluginError, PresetError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.plugins.scan import plugin_info, require_ok
from tests.signals import white_noise
from tests.system import require_path
from tests.tolerances import SCAN_PATIENCE_S

RATE = 48_000
EQUALIZER = "/usr/lib/vst3/ZamEQ2.vst3"
COMPRESSOR = "/usr/lib/vst3/ZamCompX2.vst3"
GATE = "/usr/lib/vst3/ZamGate.vst3"


@pytest.fixture(scope="module", autouse=True)
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        for path in (EQUALIZER, COMPRESSOR, GATE):
            require_ok(plugin_info(str(require_path(path, package="zam-plugins")), timeout_s=SCAN_PATIENCE_S))
        yield


def drawn(path: str, **words: float | str) -> Graph:
    knobs = {name: value for name, value in words.items() if not isinstance(value, str)}
    settings = {name: value for name, value in words.items() if isinstance(value, str)}
    return Graph.of("plugin", knobs, {"path": path, **settings})


@pytest.mark.parametrize(
    ("path", "knobs", "channels"),
    [
        (EQUALIZER, {"master_gain_db": -7.0, "boost_cut_1_db": 12.0}, 1),
        (COMPRESSOR, {"threshold_db": -31.0, "makeup_db": 4.0}, 2),
        (GATE, {"threshold_db": -20.0}, 1),
    ],
)
def test_a_saved_preset_brings_knobs_and_samples_back(
    tmp_path: Path, path: str, knobs: dict[str, float], channels: int
) -> None:
    before = drawn(path, **knobs)
    saved = save_plugin_preset(before, tmp_path / "warm")
    assert saved == tmp_path / "warm.vstpreset"
    after = drawn(path, preset=str(saved))
    node = PluginNode({"path": path, "preset": str(saved)})
    for name, value in knobs.items():
        assert node.values[name] == pytest.approx(value, rel=1e-3)
    samples = 0.5 * white_noise(channels, 8_192)
    wanted = before.render(samples, RATE)
    np.testing.assert_array_equal(after.render(samples, RATE), wanted)
    assert not np.array_equal(drawn(path).render(samples, RATE), wanted), "the knobs are heard"
    assert preset_bytes(after) == saved.read_bytes()


def test_knobs_that_are_drawn_stand_above_the_preset(tmp_path: Path) -> None:
    saved = save_plugin_preset(drawn(EQUALIZER, master_gain_db=-7.0), tmp_path / "quiet.vstpreset")
    samples = 0.5 * white_noise(1, 4_096)
    turned = drawn(EQUALIZER, preset=str(saved), master_gain_db=3.0)
    np.testing.assert_array_equal(
        turned.render(samples, RATE), drawn(EQUALIZER, master_gain_db=3.0).render(samples, RATE)
    )


def test_a_chain_finds_the_preset_beside_it(tmp_path: Path) -> None:
    saved = save_plugin_preset(drawn(GATE, threshold_db=-20.0), tmp_path / "tight")
    chain = tmp_path / "voice.toml"
    save_chain(drawn(GATE, preset=str(saved)), chain)
    assert 'preset = "tight.vstpreset"' in chain.read_text()
    samples = 0.5 * white_noise(1, 4_096)
    wanted = drawn(GATE, threshold_db=-20.0).render(samples, RATE)
    np.testing.assert_array_equal(Graph.from_spec(load_chain(chain)).render(samples, RATE), wanted)


def test_a_preset_of_another_plugin_is_refused_naming_both(tmp_path: Path) -> None:
    saved = save_plugin_preset(drawn(GATE), tmp_path / "gate")
    with pytest.raises(PluginError, match=r"ZamEQ2.*gate\.vstpreset belongs to another plug-in") as refused:
        drawn(EQUALIZER, preset=str(saved)).render(np.zeros((1, 64), np.float32), RATE)
    assert "class id" in refused.value.mend


def test_a_file_that_is_no_preset_never_reaches_the_plugin(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.vstpreset"
    wrong.write_text("warm, but not too warm")
    with pytest.raises(PresetError, match=r"notes\.vstpreset"):
        PluginNode({"path": EQUALIZER, "preset": str(wrong)})


def test_a_state_and_a_preset_are_one_too_many(tmp_path: Path) -> None:
    saved = save_plugin_preset(drawn(GATE), tmp_path / "gate")
    with pytest.raises(UsageError, match="a state and a preset"):
        PluginNode({"path": GATE, "preset": str(saved), "state": "AAAA"})


def test_a_preset_that_stands_there_already_is_kept(tmp_path: Path) -> None:
    saved = save_plugin_preset(drawn(GATE), tmp_path / "gate")
    first = saved.read_bytes()
    with pytest.raises(FileError, match="exists"):
        save_plugin_preset(drawn(GATE, threshold_db=-11.0), saved)
    assert saved.read_bytes() == first
    save_plugin_preset(drawn(GATE, threshold_db=-11.0), saved, exists="replace")
    assert saved.read_bytes() != first
    assert [each.name for each in tmp_path.iterdir()] == ["gate.vstpreset"]


def test_the_plugin_that_is_meant_has_to_be_clear() -> None:
    two = drawn(GATE).named("one") >> fx.gain() >> drawn(GATE).named("two")
    with pytest.raises(UsageError, match="which plug-in") as refused:
        preset_bytes(two)
    assert "one, two" in refused.value.mend
    assert preset_bytes(two, "two")[:4] == b"VST3"
    with pytest.raises(UsageError, match="no plug-in file"):
        preset_bytes(fx.gain())
    with pytest.raises(UsageError, match="gain is no plug-in file"):
        preset_bytes(two, "gain")
