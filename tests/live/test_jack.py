"""A real clocked device: JACK's dummy driver, spoken to through PortAudio."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import AudiopostError, DeviceError
from audiopost.live.device_list import list_devices
from audiopost.live.host import LiveHost
from audiopost.live.loopback import measure_loopback
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_PEAK, level_db, until, write_tone
from tests.system import absent, require_system

SERVER = f"audiopost-{os.getpid()}"


class Server:
    """A JACK server with the dummy driver, real-time, which can be killed and started again."""

    def __init__(self) -> None:
        self.start()

    def start(self, rate: int = RATE_HZ) -> None:
        command = [
            "jackd",
            "-R",
            "-P",
            "70",
            "-t",
            "5000",
            "-n",
            SERVER,
            "-d",
            "dummy",
            "-r",
            str(rate),
            "-p",
            "128",
        ]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, **quiet)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(tolerances.LIVE_STOP_S)

    def end(self) -> None:
        """In order; one that hangs in its own clean-up is killed."""
        self.process.terminate()
        try:
            self.process.wait(tolerances.LIVE_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture(scope="module")
def jack() -> Iterator[Server]:
    """A JACK server of our own, under a name of its own."""
    require_system("jackd", package="jackd2")
    try:
        list_devices()
    except DeviceError as error:
        absent(f"PortAudio is missing: install the system package libportaudio2 ({error})")
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    server = Server()
    try:
        until(has_jack)
        yield server
    finally:
        server.end()
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before


def has_jack() -> bool:
    try:
        return any("JACK" in device["host_api"] for device in list_devices())
    except DeviceError:
        return False  # the server is not up yet


def test_jack_plays_turns_swaps_and_records(jack: Server, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    tone = write_tone(tmp_path / "tone.wav")
    host = LiveHost(fx.gain(gain_db=-6), source=tone, device="jack", sample_rate=RATE_HZ, block_frames=128)
    host.record(output, bits="32f")
    with host:
        assert "JACK" in host.device_name
        host.set_parameter("gain.gain_db", -3.0)
        host.swap(fx.gain(gain_db=0))
        until(lambda: host.statistics()["blocks"] > 500)
        document = host.statistics()
    assert document["latency_ms"]["device"] > 0.0
    assert document["swaps"] == 1
    samples, _ = read_audio(output)
    assert samples.shape[1] >= 500 * 128
    assert np.max(np.abs(samples)) > 0.9 * TONE_PEAK


def test_live_input_is_processed(jack: Server, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    host = LiveHost(fx.gain() & fx.noise(level_dbfs=-20), device="jack", live_input=True)
    host.record(output, bits="32f")
    with host:
        until(lambda: host.statistics()["blocks"] > 200)
    samples, _ = read_audio(output)
    assert np.max(np.abs(samples)) > 0.01


def test_a_wrong_rate_is_refused_with_the_usual_one(jack: Server) -> None:
    with pytest.raises(AudiopostError, match="48000"):
        LiveHost(fx.tone(), device="jack", sample_rate=44_100).start()


def test_a_busy_control_does_not_reach_the_sound(jack: Server, tmp_path: Path) -> None:
    """A Python thread that spins in control, and garbage: the device goes on block by block."""
    over = threading.Event()

    def spin() -> None:
        garbage: list[list[int]] = []
        while not over.is_set():
            garbage = [[number] for number in range(10_000)]
        garbage.clear()

    with LiveHost(fx.gain(), source=write_tone(tmp_path / "tone.wav"), device="jack") as host:
        thread = threading.Thread(target=spin)
        thread.start()
        try:
            start = host.statistics()["blocks"]
            until(lambda: host.statistics()["blocks"] > start + 300)
        finally:
            over.set()
            thread.join()


def test_a_server_that_is_killed_and_started_again_plays_on(jack: Server, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    host = LiveHost(fx.gain(gain_db=-6), source=write_tone(tmp_path / "tone.wav"), device="jack")
    host.record(output, bits="32f")
    with host:
        host.set_parameter("gain.gain_db", -3.0)
        until(lambda: host.statistics()["blocks"] > 100)
        jack.kill()
        until(lambda: any("was lost" in sentence for sentence in host.problems))
        frames = host.statistics()["frames"]
        jack.start()
        began = time.monotonic()
        until(lambda: host.statistics()["frames"] > frames + 128)
        back_s = time.monotonic() - began
        until(lambda: host.statistics()["frames"] > frames + RATE_HZ // 2)
        until(lambda: len(host.gaps) == 1)
        _, written = host.stop_recording()
        assert host.statistics()["device_restarts"] == 1
        assert host.statistics()["engine_restarts"] == 0
        assert host.statistics()["lost_record_frames"] == 0
    assert back_s < tolerances.LIVE_DEVICE_BACK_S
    samples, _ = read_audio(output)
    assert samples.shape[1] == written >= frames + RATE_HZ // 2
    assert 0 < host.gaps[0].frame <= frames
    np.testing.assert_allclose(level_db(samples[:, -4800:]), -3.0, atol=tolerances.CROSSFADE_LEVEL_DB)


def test_the_round_trip_of_a_connected_loop_is_two_blocks(jack: Server) -> None:
    """JACK's dummy driver with our output connected to our input: one block out, one block in, no converter."""
    require_system("jack_connect", package="jackd2")
    with pytest.raises(DeviceError, match="nothing of what it played came back"):
        measure_loopback("jack", "jack", RATE_HZ, 128)
    over = threading.Event()

    def connect() -> None:
        while not over.wait(0.02):
            subprocess.run(
                ["jack_connect", "PortAudio:out_0", "PortAudio:in_0"],
                env={**os.environ},
                capture_output=True,
                check=False,
            )

    thread = threading.Thread(target=connect)
    thread.start()
    try:
        measured = measure_loopback("jack", "jack", RATE_HZ, 128)
    finally:
        over.set()
        thread.join()
    assert measured.round_trip_frames == 2 * 128
    assert measured.claimed_ms == pytest.approx(measured.round_trip_ms, abs=0.001)
    assert measured.level_db == pytest.approx(0.0, abs=0.1)


def test_a_server_that_comes_back_at_another_rate_is_followed_with_everything_as_it_stood(
    jack: Server, tmp_path: Path
) -> None:
    output = tmp_path / "heard.wav"
    tone = write_tone(tmp_path / "tone.wav", seconds=2)
    host = LiveHost(fx.gain(gain_db=-6), source=tone, device="jack")
    host.record(output, bits="32f")
    try:
        with host:
            host.set_parameter("gain.gain_db", -3.0)
            host.load_b(fx.gain(gain_db=-9))
            host.set_loop((0.5, 1.5))
            jack.kill()
            jack.start(44_100)
            until(lambda: host.playing and host.statistics()["sample_rate_hz"] == 44_100)
            until(lambda: host.statistics()["frames"] > 44_100)
            assert host.transport().region == (0.5, 1.5)
            assert host.comparison().sides == ("a", "b")
            assert any("44100 Hz" in sentence for sentence in host.problems)
            path, _ = host.stop_recording()
    finally:
        jack.kill()
        jack.start()
        until(has_jack)
    assert path != output, "what was recorded at the other rate is a file of its own"
    before, rate = read_audio(output)
    assert (rate, np.max(np.abs(before)) > 0.1) == (RATE_HZ, True)
    after, rate = read_audio(path)
    assert rate == 44_100
    # Most of the last half second: a block that a busy machine misses is dry, and 3 dB louder.
    pieces = after[0, -22_050:].astype(np.float64).reshape(-1, 441)
    peaks = np.sqrt(2 * np.mean(pieces**2, axis=1))
    assert np.median(peaks) == pytest.approx(TONE_PEAK * 10 ** (-3 / 20), rel=1e-3)
