"""A plug-in file that plays: its knobs are known by name and range, and its state can be taken into the chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import ParameterRangeError, UnknownNameError, UsageError
from audiopost.library.chains import load_chain
from audiopost.live.host import LiveHost
from audiopost.live.osc_map import OscMap
from audiopost.live.words import Words
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.live.sessions import TONE_PEAK, level_db, play_on, write_tone
from tests.plugin_builds import built_clap


@pytest.fixture
def clap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    return built_clap(tmp_path)


def test_knobs_of_a_plugin_are_known_before_they_are_turned_and_kept_in_snapshots_and_files(
    tmp_path: Path, clap: Path
) -> None:
    chain, tone = fx.gain() >> fx.plugin(str(clap)), write_tone(tmp_path / "tone.wav")
    saved, heard = tmp_path / "chain.toml", tmp_path / "heard.wav"
    with LiveHost(chain, tone, "null", speed=0.0, duration_s=3600.0) as host:
        words = Words(host, chain)
        desk = words.desk
        gain = desk.knobs["plugin.gain_x"]
        assert (gain.minimum, gain.maximum, desk.values["plugin.gain_x"]) == (0.0, 2.0, 1.0)
        assert "/audiopost/chain/plugin/gain_x" in dict(OscMap(desk.drawing, desk.knobs).told(desk.values))
        words.obey("take full")
        words.obey("plugin.gain_x=0.5")
        with pytest.raises(ParameterRangeError):
            words.obey("plugin.gain_x=3")
        with pytest.raises(UnknownNameError, match="gian_x"):
            words.obey("plugin.gian_x=1")
        words.obey("nudge plugin.gain_x -10")
        assert desk.values["plugin.gain_x"] == pytest.approx(0.3)
        words.obey("take low")
        words.obey("recall full")
        assert desk.values["plugin.gain_x"] == 1.0
        words.obey("morph full low 0.5")
        assert desk.values["plugin.gain_x"] == pytest.approx(0.65)
        words.obey("recall low")
        # The state goes into the chain, and the sound stays as it is.
        assert words.obey("state plugin").startswith("state of plugin: ")
        assert desk.values["plugin.gain_x"] == pytest.approx(0.3)
        words.obey("undo")
        # `save` writes the state too, and what plays is not touched.
        swaps = host.statistics()["swaps"]
        assert words.obey(f"save '{saved}'").startswith("saved")
        assert host.statistics()["swaps"] == swaps
        assert "state" not in dict(desk.drawing.node("plugin").settings)
        with pytest.raises(UsageError, match="no plug-in that plays"):
            words.obey("state gain")
    again = load_chain(saved)
    node = again.node("plugin")
    assert dict(node.settings)["state"]
    # What was saved begins as it stood, also where only the state says so.
    bare = again.with_node("plugin", replace(node, parameters=()))
    with LiveHost(bare, tone, "null", speed=0.0, duration_s=3600.0) as host:
        assert host.plugin_knobs()["plugin"][0].default == pytest.approx(0.3)
        host.record(heard, bits="32f")
        play_on(host, 9600)
        host.stop_recording()
    wanted_db = 20 * np.log10(0.3)
    assert level_db(read_audio(heard)[0][:, -4800:]) == pytest.approx(wanted_db, abs=tolerances.CROSSFADE_LEVEL_DB)
    assert np.max(np.abs(read_audio(heard)[0])) < TONE_PEAK
