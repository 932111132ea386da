"""MIDI files are read as they are written, and an instrument plays every note at its frame."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest

from audiopost.effects.hosted import PluginNode
from audiopost.errors import FileError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import NoteEvent, render
from audiopost.layouts import layout_named
from audiopost.plugins.midi_file import read_midi_file, write_midi_file
from tests.plugin_builds import built_clap, built_instrument, built_keyed_lv2
from tests.signals import white_noise

RATE = 48_000


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))


def written(path: Path, kind: int = 1) -> Path:
    """Two tracks, a change of tempo after a quarter note, running status, names and system exclusive between."""
    first, second = mido.MidiTrack(), mido.MidiTrack()
    first.append(mido.MetaMessage("track_name", name="one"))
    first.append(mido.Message("note_on", note=60, velocity=127, time=0))
    first.append(mido.Message("sysex", data=(1, 2, 3), time=120))
    first.append(mido.Message("note_off", note=60, velocity=0, time=120))
    second.append(mido.MetaMessage("set_tempo", tempo=250_000, time=480))
    second.append(mido.Message("program_change", program=3, time=0))
    second.append(mido.Message("note_on", note=72, velocity=64, time=7))
    second.append(mido.Message("note_on", note=72, velocity=0, time=480))
    file = mido.MidiFile(type=kind, ticks_per_beat=480, tracks=[first, second])
    file.save(path)
    return path


def test_a_file_says_what_another_reader_says(tmp_path: Path) -> None:
    path = written(tmp_path / "song.mid")
    now, expected = 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if not message.is_meta and message.type != "sysex":
            expected.append((pytest.approx(now), bytes(message.bytes())))
    assert [(each.time_s, each.message) for each in read_midi_file(str(path))] == expected
    assert len(expected) == 5


@pytest.mark.parametrize("content", [b"", b"RIFF....", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x20\0\x90"])
def test_what_is_no_whole_midi_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.mid"
    path.write_bytes(content)
    with pytest.raises(FileError, match="is no whole Standard MIDI File"):
        read_midi_file(str(path))
    with pytest.raises(FileError, match="No such file"):
        read_midi_file(str(tmp_path / "absent.mid"))


def song(frames: int) -> np.ndarray:
    """What ``tone.c`` makes of the file: 0.25 s of one key, then, from 0.5 s and 7 ticks on, half a beat of another."""
    out = np.zeros((2, frames), dtype=np.float32)
    start = round((0.5 + 7 / 480 * 0.25) * RATE)
    for begin, end, key, velocity in ((0, RATE // 4, 60, 127), (start, start + RATE // 4, 72, 64)):
        out[:, begin:end] = np.float32([[velocity / 127], [key / 127]])
    return out


@pytest.mark.parametrize("clap_notes", [False, True])
def test_every_note_is_heard_at_its_frame(tmp_path: Path, clap_notes: bool) -> None:
    path, midi = built_instrument(tmp_path, clap_notes=clap_notes), written(tmp_path / "song.mid")
    drawn = Graph.of("plugin", {}, {"path": str(path), "midi": str(midi)})
    np.testing.assert_allclose(render(drawn, white_noise(2, 40_000), RATE), song(40_000), rtol=1e-6)


def test_any_split_and_a_reset_give_the_same_samples(tmp_path: Path) -> None:
    settings = {"path": str(built_instrument(tmp_path)), "midi": str(written(tmp_path / "song.mid"))}
    node = PluginNode(settings)
    node.prepare(StreamFormat(RATE, layout_named("stereo"), 511))
    played = []
    for sizes in ((511,), (1, 0, 2, 37, 64, 511, 3)):
        node.reset()
        pieces, at = [], 0
        while at < 30_000:
            frames = sizes[len(pieces) % len(sizes)]
            pieces.append(np.empty((2, frames), dtype=np.float32))
            node.process(np.zeros((2, frames), dtype=np.float32), pieces[-1])
            at += frames
        played.append(np.concatenate(pieces, axis=1)[:, :30_000])
    np.testing.assert_array_equal(played[0], played[1])
    late = node.latency_frames
    assert late == 63
    np.testing.assert_allclose(played[0][:, late:], song(30_000)[:, :-late], rtol=1e-6)


def test_an_effect_without_a_port_for_notes_is_given_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Known Gain hears no notes; leave midi out"):
        PluginNode({"path": str(built_clap(tmp_path)), "midi": str(written(tmp_path / "song.mid"))})


@pytest.mark.parametrize("sample_rate", [11_025, 44_100, 48_000, 88_200, 96_000, 192_000])
def test_a_written_file_keeps_every_frame(tmp_path: Path, sample_rate: int) -> None:
    path = tmp_path / "played.mid"
    played = [(0, b"\x90\x3c\x7f"), (1, b"\xc0\x05"), (131_071, b"\x80\x3c\x00"), (2**29, b"\xe3\x01\x40")]
    write_midi_file(path, played, sample_rate)
    assert [(round(each.time_s * sample_rate), each.message) for each in read_midi_file(str(path))] == played
    length_s = sum(message.time for message in mido.MidiFile(path))
    assert length_s == pytest.approx(2**29 / sample_rate), "another reader hears it as long"


@pytest.mark.parametrize("form", ["CLAP", "CLAP notes", "LV2"])
def test_an_effect_hears_played_notes_and_a_file_at_their_frames(tmp_path: Path, form: str) -> None:
    lv2 = form == "LV2"
    path = built_keyed_lv2(tmp_path) if lv2 else built_instrument(tmp_path, clap_notes="notes" in form, effect=True)
    samples = white_noise(2, 40_000)
    on, off = bytes([0x92, 60, 100]), bytes([0x82, 60, 0])
    expected = np.zeros_like(samples)
    expected[:, 1_001:20_000] = samples[:, 1_001:20_000] * np.float32(100 / 127)
    live = [NoteEvent(1_001, on), NoteEvent(20_000, off)]
    played = render(Graph.of("plugin", {}, {"path": str(path)}), samples, RATE, events=live)
    np.testing.assert_array_equal(played, expected)
    score = tmp_path / "score.mid"
    write_midi_file(score, live, RATE)
    for channel, heard in ((0, expected), (3, expected), (4, np.zeros_like(samples))):
        settings = {"path": str(path), "midi": str(score), "midi_channel": channel}
        np.testing.assert_array_equal(render(Graph.of("plugin", {}, settings), samples, RATE), heard)
