"""What can be said to a session, said to one that plays."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.cli.live_view import LiveView
from audiopost.errors import AudiopostError, UnknownNameError, UsageError
from audiopost.live.host import LiveHost
from audiopost.live.word_table import WORDS
from audiopost.live.words import Words
from audiopost.media.audio_file import read_audio
from tests.live.sessions import play_on, until, write_tone

CHAIN = (fx.highpass() >> fx.delay() >> fx.compressor()).macro("Far", delay__mix_percent=(0.0, 50.0))


def test_a_session_does_what_it_is_told(tmp_path: Path) -> None:
    first = write_tone(tmp_path / "tone 1.wav", seconds=3)
    write_tone(tmp_path / "tone 2.wav", seconds=2)
    ended = threading.Event()
    with LiveHost(CHAIN, first, "null") as host:
        words = Words(host, CHAIN, source=first, on_quit=ended.set)
        told: list[dict[str, float]] = []
        words.listen(lambda turns: told.append(dict(turns)))

        assert words.obey("highpass.frequency_hz=120") == ""
        assert words.obey("macro.Far = 0.5") == ""
        assert told == [{"highpass.frequency_hz": 120.0}, {"macro.Far": 0.5}]
        assert words.obey("take far away".replace("far away", "'far away'")) == "snapshot far away"
        words.obey("nudge compressor.ratio 10")
        assert words.obey("undo") == "undone: turn compressor.ratio"
        assert words.obey("recall 'far away'") == "snapshot far away recalled"
        assert words.say("take") == "snapshot 1"
        words.say("recall", 1)
        words.obey("morph 'far away' 1 0.5")
        assert words.obey("random 0.1 7") == "chance 7, by 10 %"
        assert words.obey("lock delay") == "delay is locked"

        words.obey("pause")
        until(lambda: not host.transport().rolling)
        words.obey("locate 1.5")
        until(lambda: abs(host.transport().position_s - 1.5) < 0.01)
        words.obey("play")
        words.obey("loop 0.5 1")
        assert host.transport().region == (0.5, 1.0)
        words.obey("once")
        assert not host.transport().loop
        words.obey("loop")
        assert words.obey("next") == "tone 2.wav"
        assert host.transport().length_s == pytest.approx(2.0)
        assert words.obey("previous") == "tone 1.wav"

        until(lambda: "meter/output/momentary_lufs" in words.readings())
        assert {"transport/position_s", "meter/compressor/gain_reduction_db"} <= set(words.readings())
        words.obey("dry")
        assert host.bypassed
        words.obey("dry")
        path = tmp_path / "kept.wav"
        assert words.obey(f"keep 2 '{path}'").startswith("kept ")
        assert path.exists()
        take = tmp_path / "take.wav"
        assert words.obey(f"record '{take}'") == f"recording {take}"
        with pytest.raises(UsageError, match="is being recorded"):
            words.obey("record other.wav")
        assert words.obey("record").startswith("recorded 0.")
        assert take.exists()
        words.obey("quit")
        assert ended.is_set()


def test_a_key_records_and_ends_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with LiveHost(CHAIN, write_tone(tmp_path / "tone.wav"), "null") as host:
        view = LiveView(Words(host, CHAIN), "chain", "null")
        for _ in range(2):
            view.press("R")
            assert host.recordings == {"output": Path("recorded.wav")}
            assert "recording recorded.wav" in view.look().extra
            play_on(host, 4800)
            view.press("R")
            assert host.recordings == {}
        assert view.look().said.startswith("recorded 0.")
    lengths = [read_audio(each)[0].shape[1] for each in tmp_path.glob("recorded*.wav")]
    assert len(lengths) == 2, "names do not collide"
    assert min(lengths) >= 4800


def test_each_side_has_a_desk_and_a_blind_test_hides_them(tmp_path: Path) -> None:
    with LiveHost(CHAIN, write_tone(tmp_path / "tone.wav"), "null") as host:
        words = Words(host, CHAIN)
        with pytest.raises(UsageError, match="no second chain"):
            words.obey("b")
        words.add_b(fx.gain())
        words.obey("b")
        assert words.side == "b"
        words.obey("gain.gain_db=-3")
        words.desks["a"].turn("highpass.frequency_hz", 200.0)
        until(lambda: len(host.parameter_log) == 1 and len(host.parameter_log_b) == 1)
        words.obey("a")
        words.obey("bypass delay")
        assert words.desk.drawing.node("delay").bypass
        assert "loudness of A and B is matched" in words.obey("match")
        words.obey("blind")
        with pytest.raises(UsageError, match="in a blind test nothing is turned"):
            words.obey("highpass.frequency_hz=100")
        words.obey("b")
        assert words.obey("vote a").startswith("vote ")
        assert "of 1 right" in words.obey("blind")


def test_moves_are_those_of_the_first_chain_until_another_takes_its_place(tmp_path: Path) -> None:
    """A node that is watched brings the same chain in again, which ends nothing."""
    with LiveHost(CHAIN, write_tone(tmp_path / "tone.wav"), "null", speed=0.0, duration_s=3600.0) as host:
        host.set_parameter("highpass.frequency_hz", 200.0)
        host.watch("delay")
        host.set_parameter("delay.mix_percent", 20.0)
        host.swap(fx.gain())
        host.set_parameter("gain.gain_db", -3.0)
    end = host.end_of_first_chain
    assert end == host.chain_log[-1].frame
    assert [move.frame < end for move in host.parameter_log] == [True, True, False]


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with LiveHost(CHAIN, write_tone(tmp_path / "tone.wav"), "null") as host:
        words = Words(host, CHAIN)
        for line, said in (
            ("udno", "did you mean undo"),
            ("locate", "write locate TIME"),
            ("locate here", "'here' is no time"),
            ("locate 00:00:01:05", "--fps 25"),
            ("seek far", "'far' is not a number"),
            ("loop 1", "a loop has two ends"),
            ("insert gain beside highpass", "'beside' is no place"),
            ("take 'one", "cannot be read"),
            ("learn highpass.frequency_hz", "begin with --midi"),
            ("lock nothing", "unknown node"),
            ("vote c", "no side"),
            ("next", "no file is played"),
        ):
            with pytest.raises((UsageError, UnknownNameError, AudiopostError), match=said):
                words.obey(line)
        assert words.obey("   ") == ""
        assert all(callable(getattr(words, f"_{word.name}")) for word in WORDS)
