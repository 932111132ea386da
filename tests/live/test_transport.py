"""The source while it plays: every move is heard without a click, at the frame that is logged, and nothing is lost."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.errors import DeviceError, FileError, UnknownNameError, UsageError
from audiopost.layouts import default_layout
from audiopost.live.host import LiveHost
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import open_rendering
from audiopost.media.adm.write import Bed, Mover, Point, adm_writer
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_HZ, TONE_PEAK, play_on, until, write_tone
from tests.signals import white_noise

BLOCK = 128
STEEPEST = 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK
CROSSFADED = np.sqrt(2) * 1.05
"""Two unrelated phases of the same tone, equal power: their slopes may add so much, besides the fade's own."""


def write(path: Path, samples: AudioBlock, rate: int = RATE_HZ) -> Path:
    with AudioWriter(path, rate, default_layout(samples.shape[0]), bits="32f") as writer:
        writer.write(np.ascontiguousarray(samples, np.float32))
    return path


def ramp(seconds: float) -> AudioBlock:
    """Each sample says where it lies: from -0.5 to 0.5 over the file."""
    line = np.linspace(-0.5, 0.5, round(seconds * RATE_HZ), dtype=np.float32)
    return np.tile(line, (2, 1))


def session(source: Path | list[Path], output: Path, **options: object) -> LiveHost:
    host = LiveHost(fx.gain(), source=source, device="null", speed=0.0, duration_s=3600.0, engines=2, block_frames=BLOCK, **options)  # type: ignore[arg-type]  # fmt: skip  # noqa: E501
    host.record(output, tap="input")
    return host


def test_every_move_is_heard_at_its_frame_and_without_a_click(tmp_path: Path) -> None:
    """On a tone whose phase jumps with every move, the slope stays that of a crossfade of tones."""
    output = tmp_path / "input.wav"
    with session(write_tone(tmp_path / "tone.wav", seconds=2), output) as host:
        for move in (
            lambda: host.locate(0.5003),
            lambda: host.seek(0.3001),
            lambda: host.set_loop((0.2, 1.2)),
            lambda: host.set_speed(0.5),
            lambda: host.set_speed(-1.0),
            lambda: host.set_speed(1.0),
            host.pause,
            host.play,
        ):
            play_on(host, 4800)
            move()
        play_on(host, 4800)
        state = host.transport()
        host.stop_recording("input")
    kinds = [move.kind for move in host.transport_log]
    assert kinds == ["locate", "locate", "loop", "speed", "speed", "speed", "pause", "play"]
    frames = [move.frame for move in host.transport_log]
    assert frames == sorted(frames)
    assert state.region == (0.2, 1.2)
    assert 0.2 <= state.position_s < 1.2
    samples, _ = read_audio(output)
    assert np.max(np.abs(np.diff(samples))) < STEEPEST * CROSSFADED + TONE_PEAK / (0.01 * RATE_HZ)
    paused, played = frames[-2:]
    assert np.all(samples[:, paused + 1024 : played] == 0.0)
    assert np.max(np.abs(samples[:, played : played + 2048])) > 0.99 * TONE_PEAK


def test_a_locate_plays_from_there_and_the_position_is_told(tmp_path: Path) -> None:
    output, line = tmp_path / "input.wav", ramp(8.0)
    with session(write(tmp_path / "ramp.wav", line), output, loop=False) as host:
        play_on(host, 4800)
        host.locate(4.0)
        frame = host.transport_log[-1].frame
        host.pause()
        state = host.transport()
        paused = host.transport_log[-1].frame
        play_on(host, 4800)
        assert host.transport().position_s == state.position_s, "a pause holds the place"
        host.stop_recording("input")
    samples, _ = read_audio(output)
    after = np.arange(frame + 1024, paused)
    np.testing.assert_array_equal(samples[:, after], line[:, 4 * RATE_HZ + after - frame])
    assert state.position_s == pytest.approx(4.0 + (paused - frame) / RATE_HZ, abs=0.05)
    assert state.length_s == 8.0


def test_a_move_in_place_leaves_nothing_out(tmp_path: Path) -> None:
    """A loop that begins while the sound is within it: every sample before its end is where it would have been."""
    output, line = tmp_path / "input.wav", ramp(60.0)
    with session(write(tmp_path / "ramp.wav", line), output, loop=False) as host:
        play_on(host, 4800)
        host.set_loop((0.0, 59.0))
        host.set_loop(None)
        play_on(host, 9600)
        host.stop_recording("input")
    samples, _ = read_audio(output)
    np.testing.assert_allclose(samples, line[:, : samples.shape[1]], atol=tolerances.FLOAT32_TONE)


def test_stems_play_together_with_their_levels_and_solo(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / f"{name}.wav", np.full((2, RATE_HZ), value)) for name, value in (("dx", 0.1), ("mx", 0.2))
    ]
    output = tmp_path / "input.wav"
    levels: list[tuple[int, float]] = []
    with session(list(paths), output) as host:
        assert [stem.name for stem in host.stems] == ["dx", "mx"]
        for turn, level in (
            ({"solo": True}, 0.1), ({"solo": False, "mute": True}, 0.2), ({"mute": False, "level_db": -20.0}, 0.21),
        ):  # fmt: skip
            play_on(host, 4800)
            host.set_stem("dx", **turn)  # type: ignore[arg-type]
            levels.append((host.transport_log[-1].frame, level))
        play_on(host, 4800)
        with pytest.raises(UnknownNameError, match="known: dx, mx"):
            host.set_stem("dy", mute=True)
        host.stop_recording("input")
    samples, _ = read_audio(output)
    np.testing.assert_allclose(samples[:, : levels[0][0]], 0.3, atol=tolerances.FLOAT32_TONE)
    for frame, level in levels:
        np.testing.assert_allclose(samples[:, frame + 1024 : frame + 3072], level, atol=tolerances.FLOAT32_TONE)
    assert np.max(np.abs(np.diff(samples))) < 0.2 / (0.01 * RATE_HZ) * 1.01


def test_another_file_of_another_rate_and_width_is_opened_while_the_chain_runs(tmp_path: Path) -> None:
    output = tmp_path / "input.wav"
    other = write(tmp_path / "other.wav", np.full((1, 44_100), 0.25), 44_100)
    with session(write(tmp_path / "first.wav", np.full((2, RATE_HZ), -0.25)), output) as host:
        play_on(host, 4800)
        with pytest.raises(FileError, match=r"nowhere\.wav"):
            host.open(tmp_path / "nowhere.wav")
        assert host.open(other, position_s=0.5) == ()
        frame = host.transport_log[-1].frame
        play_on(host, 4800)
        assert [stem.path for stem in host.stems] == [other]
        assert len(host.chain_log) == 1
        host.stop_recording("input")
    samples, _ = read_audio(output)
    assert np.all(samples[:, :frame] == np.float32(-0.25))
    np.testing.assert_allclose(samples[:, frame + 1024 : frame + 4096], 0.25, atol=1e-4)


def test_a_master_of_objects_is_rendered_as_it_plays(tmp_path: Path) -> None:
    """Its loudspeakers reach the chain; a place and another speed are no other than those of a plain file."""
    master, output = tmp_path / "master.wav", tmp_path / "input.wav"
    way = [Point(0.0, 90.0), Point(1.9, -90.0, 45.0)]
    with adm_writer(master, RATE_HZ, [Bed("Music", "5.1"), Mover("Fly", way)], 2 * RATE_HZ, bits="32f") as writer:
        writer.write(0.5 * white_noise(7, 2 * RATE_HZ))
    with open_rendering(AdmFile(master, "5.1.4")) as reader:
        rendered = reader.read(2 * RATE_HZ)
    with session(master, output, layout="5.1.4", output_channels=10) as host:
        play_on(host, 4800)
        host.locate(1.0)
        frame = host.transport_log[-1].frame
        play_on(host, 9600)
        host.stop_recording("input")
    samples, _ = read_audio(output)
    assert samples.shape[0] == 10
    np.testing.assert_allclose(samples[:, 4096:frame], rendered[:, 4096:frame], atol=1e-6)
    after = slice(frame + 2048, frame + 8192)
    np.testing.assert_allclose(samples[:, after], rendered[:, RATE_HZ + 2048 : RATE_HZ + 8192], atol=1e-6)


def test_what_plays_goes_on_while_a_long_master_is_read(tmp_path: Path) -> None:
    """Neither the sound nor a move waits for it."""
    tone = write_tone(tmp_path / "tone.wav")
    with LiveHost(fx.gain(), tone, "null", engines=2) as host:
        path = tmp_path / "long.wav"
        way = [Point(0.01 * step, 90.0 * math.sin(0.01 * step)) for step in range(20_000)]
        with adm_writer(path, RATE_HZ, [Mover("Fly", way)], 200 * RATE_HZ) as writer:
            writer.write(np.zeros((1, 200 * RATE_HZ), np.float32))
        opened: list[tuple[str, ...]] = []
        opening = threading.Thread(target=lambda: opened.append(host.open(path)))
        opening.start()
        moves = 0
        while opening.is_alive():
            host.seek(0.01)
            moves += 1
            time.sleep(0.02)
        opening.join()
        assert opened
        assert moves > 3
        assert host.statistics()["source_underruns"] == 0


def test_places_are_told_and_found_by_time_code(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav", seconds=5)
    with LiveHost(fx.gain(), tone, "null", speed=0.0, duration_s=3600.0, engines=2, frames_per_second=25) as host:
        host.pause()
        host.locate("00:00:02:05")
        assert host.transport().position_s == pytest.approx(2.2)
        assert host.transport().timecode == "00:00:02:05"
        told = host.statistics()["transport"]
        assert (told["timecode"], told["playing"]) == ("00:00:02:05", False)
        host.set_loop(("0:01", "00:00:02:00"))
        assert host.transport().region == (1.0, 2.0)
        with pytest.raises(UsageError, match="no time"):
            host.locate("00:00:00:25")
    with pytest.raises(UsageError, match=r"12\.3 frames a second"):
        LiveHost(fx.gain(), tone, "null", frames_per_second=12.3)


def test_a_file_that_ended_can_be_played_again(tmp_path: Path) -> None:
    host = LiveHost(
        fx.gain(), source=write_tone(tmp_path / "tone.wav"), device="null", loop=False, speed=4.0, engines=2
    )
    with host:
        assert host.wait(tolerances.LIVE_PATIENCE_S)
        host.locate(0.0)
        assert not host.wait(0.0)
        assert host.wait(tolerances.LIVE_PATIENCE_S)
        assert host.transport().position_s == pytest.approx(1.0)


def test_what_makes_no_sense_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with LiveHost(fx.gain(), source=write_tone(tmp_path / "tone.wav"), device="null", engines=2) as host:
        before = host.transport()
        for move in (
            lambda: host.set_speed(0.0),
            lambda: host.locate(-1.0),
            lambda: host.set_loop((2.0, 3.0)),
            lambda: host.set_stem("tone", level_db=99.0),
        ):
            with pytest.raises(UsageError):
                move()
        after = host.transport()
        assert (after.speed, after.region, after.stems) == (before.speed, before.region, before.stems)
        assert host.transport_log == []
    with LiveHost(fx.tone(), device="null") as host, pytest.raises(DeviceError, match="no file is played"):
        host.pause()


def test_the_place_goes_on_in_real_time(tmp_path: Path) -> None:
    with LiveHost(fx.gain(), source=write_tone(tmp_path / "tone.wav"), device="null", engines=2) as host:
        start = host.transport()
        until(lambda: host.transport().frame >= start.frame + RATE_HZ // 2)
        now = host.transport()
    moved_s = (now.position_s - start.position_s) % 1.0
    assert moved_s == pytest.approx((now.frame - start.frame) / RATE_HZ, abs=2 * BLOCK / RATE_HZ)
