"""Notes and controllers that are played to a chain live, and rendered from what was kept: the same samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.recorded_notes import with_notes
from audiopost.errors import UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.offline import render
from audiopost.layouts import layout_named
from audiopost.library.chains import load_chain, save_chain
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.plugins.midi_file import write_midi_file
from tests.live.sessions import until
from tests.plugin_builds import built_instrument, built_keyed_lv2
from tests.signals import white_noise

RATE_HZ = 48_000
FRAMES = 10 * RATE_HZ
SCORE = [(700, b"\x90\x24\x40"), (9_000, b"\x80\x24\x00")]


@pytest.mark.parametrize("form", ["CLAP instrument", "LV2 effect"])
def test_played_notes_replay_to_the_same_samples(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    instrument = form == "CLAP instrument"
    plugin = built_instrument(tmp_path) if instrument else built_keyed_lv2(tmp_path)
    settings = {"path": str(plugin), "midi": str(tmp_path / "score.mid")} if instrument else {"path": str(plugin)}
    write_midi_file(tmp_path / "score.mid", SCORE, RATE_HZ)
    spec = Graph.of("plugin", {}, settings) >> fx.lowpass(frequency_hz=3_000)
    source, samples = tmp_path / "ten.wav", white_noise(2, FRAMES)
    with AudioWriter(source, RATE_HZ, layout_named("stereo"), bits="32f") as writer:
        writer.write(samples)
    host = LiveHost(spec, source=source, device="null", loop=False, speed=0.0)
    host.record(tmp_path / "engine.wav", tap="engine")
    with host:
        for key in range(60, 66):
            for message in ((0x90, key, 100), (0xB0, 7, key), (0x80, key, 0)):
                already = len(host.note_log)
                host.play_midi(bytes(message))
                until(lambda: len(host.note_log) > already)  # noqa: B023 - called at once
        with pytest.raises(UsageError, match="f8 is no MIDI message of a channel"):
            host.play_midi(b"\xf8")
        assert host.wait(60.0)
    played = host.note_log
    assert [each.message for each in played[:3]] == [b"\x90\x3c\x64", b"\xb0\x07\x3c", b"\x80\x3c\x00"]
    assert len(played) == 18
    assert any(0 < each.frame < FRAMES for each in played), "no note fell into the programme"
    recorded, _ = read_audio(tmp_path / "engine.wav")
    latency = round(host.statistics()["latency_ms"]["graph"] * RATE_HZ / 1000.0)
    live = recorded[:, latency : latency + FRAMES]
    np.testing.assert_array_equal(render(spec, samples, RATE_HZ, events=played), live)
    assert not np.array_equal(render(spec, samples, RATE_HZ), live)
    saved = tmp_path / "take.toml"
    save_chain(with_notes(spec, played, RATE_HZ, saved), saved)
    assert (tmp_path / "take-plugin.mid").exists()
    np.testing.assert_array_equal(render(load_chain(saved), samples, RATE_HZ), live)
