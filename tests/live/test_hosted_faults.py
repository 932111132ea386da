"""A plug-in that passed its scan crashes or hangs while it plays live: the sound goes on and its name is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import PluginCrashError
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


RUDE = {
    "wrong latency": ["plugin: reports 0 frames of latency, but the peak of its impulse response comes after 100"],
    "latency changes": ["plugin: changed its latency while it played, from 0 to 333 frames"],
    "nan": [
        "plugin: gives NaN or infinity, which is replaced by silence",
        "plugin: 128 samples were not finite, from frame",
    ],
    "process changed": [
        "plugin: changed the working folder while it was loaded; it was put back",
        "plugin: changed the locale while it was loaded; it was put back",
    ],
    "flood": ["plugin: printed 1.5 MB while it was loaded, which is left out"],
    "denormals": ["plugin: gives denormal numbers, with which processors are slow"],
    "threads left": ["plugin: leaves 8 threads running when it goes"],
    "huge memory": ["plugin: takes 4.0 GiB of memory when it is loaded"],
    "wants restart": [],
}


def test_what_is_only_rude_plays_on_and_is_told_and_what_crashes_never_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One session, and all of them after each other in it."""
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    with LiveHost(fx.gain(), source=write_tone(tmp_path / "tone.wav"), device="null") as host:
        for behaviour, sentences in RUDE.items():
            told = len(host.problems)
            host.swap(fx.gain() >> fx.plugin(str(built_clap(tmp_path, behaviour))))
            play_on(host, 2400)
            until(lambda told=told, sentences=sentences: len(host.problems) >= told + len(sentences))
            for problem, sentence in zip(sorted(host.problems[told:]), sorted(sentences), strict=True):
                assert problem.startswith(sentence)
        for behaviour in ("out of bounds", "crash in destroy"):
            with pytest.raises(PluginCrashError, match="Known Gain: ended by SIG"):
                host.swap(fx.gain() >> fx.plugin(str(built_clap(tmp_path, behaviour))))
        play_on(host, 2400)
        assert host.statistics()["engine_restarts"] == 0
        assert host.statistics()["quarantined"] == []
