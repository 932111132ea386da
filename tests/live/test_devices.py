"""A device that dies or hangs while it plays, and a media process that dies: state is kept, and sound comes back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.described import described
from tests import tolerances
from tests.live.sessions import (
    RATE_HZ,
    TONE_HZ,
    TONE_PEAK,
    alive,
    level_db,
    play_on,
    play_undisturbed,
    until,
    write_tone,
)

STEEPEST = 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_device_is_replaced_with_everything_as_it_stood(
    tone: Path, tmp_path: Path, fault: signal.Signals
) -> None:
    output = tmp_path / "heard.wav"
    host = LiveHost(fx.gain(gain_db=0), source=tone, device="null")
    host.record(output, bits="32f")
    with host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        host.load_b(fx.gain(gain_db=-6))
        host.set_parameter("gain.gain_db", -3.0)
        host.set_loop((0.25, 0.75))
        frame, device = host.statistics()["frames"], host.statistics()["pids"]["device"]
        os.kill(device, fault)
        until(lambda: host.statistics()["device_restarts"] == 1)
        until(lambda: host.statistics()["frames"] > frame + RATE_HZ)
        assert not alive(device)
        assert host.transport().region == (0.25, 0.75)
        assert host.statistics()["engine_restarts"] == 0
        assert any("was lost" in sentence for sentence in host.problems)
        # Both sides are there, and so are turns, swaps and switches.
        assert host.set_parameter("gain.gain_db", 0.0) is not None
        host.switch("b")
        end = play_undisturbed(host, 9600)
        host.stop_recording()
        (gap,) = host.gaps
        assert host.statistics()["lost_record_frames"] == 0
    assert (gap.path, gap.duration_s > 0.0) == (output, True)
    samples, _ = read_audio(output)
    assert np.max(np.abs(samples[:, gap.frame : gap.frame + 64])) < 0.2 * TONE_PEAK, "the fade in begins at the mark"
    settled = samples[:, end - 7200 : end - 2400]
    assert level_db(settled) == pytest.approx(-6.0, abs=tolerances.CROSSFADE_LEVEL_DB)
    with open_audio(output) as reader:
        (marker,) = described(reader, output)["markers"]
    assert marker["frame"] == gap.frame
    assert marker["label"] == f"gap of {gap.duration_s:.2f} s"
    steps = np.abs(np.diff(samples))
    steps[:, gap.frame - 1] = 0.0  # the gap itself: nothing was heard behind it
    assert np.max(steps) < STEEPEST * np.sqrt(2) * 1.05


def test_a_dead_media_process_is_replaced_where_the_ring_ends(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "input.wav"
    with LiveHost(fx.gain(), source=tone, device="null") as host:
        host.set_speed(0.5)
        host.record(output, tap="input")
        media = host.statistics()["pids"]["media"]
        os.kill(media, signal.SIGKILL)
        until(lambda: any("goes on in a numbered file" in sentence for sentence in host.problems))
        frames = host.statistics()["frames"]
        until(lambda: host.statistics()["frames"] > frames + RATE_HZ // 2)
        path, written = host.stop_recording("input")
        assert host.statistics()["source_underruns"] == 0
        assert host.transport().speed == 0.5
    assert written > RATE_HZ // 2
    samples, _ = read_audio(path)
    assert np.max(np.abs(np.diff(samples))) < STEEPEST, "half the speed, half the slope, and no seam"


def test_what_was_just_heard_is_kept_without_the_silence_around_it(tone: Path, tmp_path: Path) -> None:
    with LiveHost(fx.gain(), source=tone, device="null", speed=4.0) as host:
        play_on(host, RATE_HZ)
        host.pause()
        play_on(host, RATE_HZ // 2)
        path, kept_s = host.keep(tmp_path / "take.wav", bits="32f")
        again, _ = host.keep(tmp_path / "take.wav", 60.0)
    assert path != again, "names do not collide"
    samples, _ = read_audio(path)
    assert samples.shape[1] / RATE_HZ == pytest.approx(kept_s)
    assert np.abs(samples[:, [0, -1]]).max(axis=0) == pytest.approx(0.0, abs=0.02)
    assert level_db(samples[:, 4800:24_000]) == pytest.approx(0.0, abs=tolerances.CROSSFADE_LEVEL_DB)
