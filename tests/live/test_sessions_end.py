"""A session that is opened and closed again and again, at any moment, leaves nothing; one that cannot begin neither."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import DeviceError
from audiopost.live.host import LiveHost
from tests import tolerances
from tests.live.leftovers import children_left, descriptors_of, segments_left, threads_left
from tests.live.sessions import play_on, until, write_tone

SESSIONS = 3


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


def test_sessions_one_after_another_leave_nothing(tone: Path, tmp_path: Path) -> None:
    """Everything a session may begin is begun: meters, a second chain, recordings, the file of statistics."""
    held = []
    for number in range(SESSIONS):
        host = LiveHost(fx.gain(), source=tone, device="null", statistics_path=tmp_path / "live.json")
        host.record(tmp_path / f"{number}.wav")
        with host:
            host.meters()
            host.load_b(fx.gain(gain_db=-6))
            host.record(tmp_path / f"{number} in.wav", tap="input")
        held.append((len(threads_left()), len(children_left()), len(segments_left()), len(descriptors_of(os.getpid()))))
    assert held == [(0, 0, *held[0][2:])] * SESSIONS


@pytest.mark.parametrize("victim", ["device", "media", "engine"])
def test_a_session_that_is_ended_while_something_is_mended_ends(tone: Path, victim: str) -> None:
    """Killed and stopped at once: repairs are under way, and whoever waits for them is told that it is over."""
    host = LiveHost(fx.gain(), source=tone, device="null")
    host.start()
    pids = host.statistics()["pids"]
    errors: list[BaseException] = []
    loading = threading.Thread(target=swap_until_it_ends, args=(host, errors))
    loading.start()
    os.kill(pids["playing"] if victim == "engine" else pids[victim], signal.SIGKILL)
    stopping = threading.Thread(target=host.stop)
    stopping.start()
    stopping.join(tolerances.LIVE_STOP_S)
    loading.join(tolerances.LIVE_STOP_S)
    assert not stopping.is_alive()
    assert not loading.is_alive()
    assert isinstance(errors[0], DeviceError)
    assert threads_left() == children_left() == []


def swap_until_it_ends(host: LiveHost, errors: list[BaseException]) -> None:
    chains = host._running.chains
    while True:
        try:
            chains.swap(fx.gain())
        except DeviceError as error:
            if not host.playing:
                errors.append(error)
                return


def test_a_session_goes_on_at_another_rate_and_may_be_ended_at_any_moment_of_that(tone: Path, tmp_path: Path) -> None:
    """As when a sound card comes back at the rate of another program."""
    statistics = tmp_path / "live.json"
    for played_frames in (0, 4410):
        host = LiveHost(fx.gain(), source=tone, device="null", statistics_path=statistics)
        host.start()
        host.set_parameter("gain.gain_db", -6.0)
        host.rate_changed(44_100)
        if played_frames:
            until(lambda of=host: of.statistics()["sample_rate_hz"] == 44_100)
            play_on(host, played_frames)
            assert host.spec.node("gain").parameters == (("gain_db", -6.0),)
        host.stop()
        assert not host.playing
        assert threads_left() == children_left() == []
        written = json.loads(statistics.read_text(encoding="utf-8"))
        assert written["sample_rate_hz"] == host.statistics()["sample_rate_hz"]


def test_dead_children_are_given_back_while_the_session_goes_on(tone: Path) -> None:
    """A device that is away for hours is tried thousands of times."""
    with LiveHost(fx.gain(), source=tone, device="null") as host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        held = len(descriptors_of(os.getpid()))
        for number in range(1, 4):
            os.kill(host.statistics()["pids"]["device"], signal.SIGKILL)
            until(lambda restarts=number: host.statistics()["device_restarts"] == restarts)
        assert len(descriptors_of(os.getpid())) == held


def test_a_listener_that_raises_stops_nothing(tone: Path) -> None:
    def refuse(sentence: str) -> None:
        raise BrokenPipeError(sentence)

    with LiveHost(fx.gain(), source=tone, device="null", on_problem=refuse) as host:
        os.kill(host.statistics()["pids"]["device"], signal.SIGKILL)
        until(lambda: host.statistics()["device_restarts"] == 1)
        until(lambda: any("plays again" in sentence for sentence in host.problems))
    assert any("on_problem raised BrokenPipeError" in sentence for sentence in host.problems)
