"""A plug-in that passed its scan crashes or hangs while it plays live: the sound goes on and its name is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.live.host import LiveHost
from tests import tolerances
from tests.live.sessions import play_on, until, write_tone
from tests.plugin_builds import built_clap


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [("crash on loud", "SIGABRT"), pytest.param("hang on loud", "did not answer", marks=pytest.mark.soak)],
)
def test_the_sound_goes_on_and_the_plugin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, cause: str
) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    chain = fx.gain() >> fx.plugin(str(built_clap(tmp_path, behaviour)))
    with LiveHost(chain, source=write_tone(tmp_path / "tone.wav"), device="null") as host:
        play_on(host, 4800)
        assert host.statistics()["quarantined"] == []
        host.set_parameter("gain.gain_db", 20.0, wait=False)
        until(lambda: host.statistics()["quarantined"] == ["plugin"], 6 * tolerances.LIVE_PATIENCE_S)
        play_on(host, 9600)
        assert any("'plugin'" in sentence and cause in sentence for sentence in host.problems)
