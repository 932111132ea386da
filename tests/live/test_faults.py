"""An engine is killed, hangs, crashes again and again, or its effect raises: the sound goes on and comes back."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.errors import PluginCrashError
from audiopost.graph.algebra import Graph
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_HZ, TONE_PEAK, alive, level_db, longest_run, play_on, until, write_tone

LOUDER_DB = 6.0
BLOCK = 128


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


class Trigger(Node):
    """Passes its input on until its knob is turned up."""

    name = "trigger"
    parameters = (Parameter("armed", 0.0, 0.0, 1.0),)

    def prepare(self, stream: StreamFormat) -> None:
        del stream

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        if self.values["armed"] > 0.5:
            self.fail()
        np.copyto(out, block)

    def fail(self) -> None:
        raise ZeroDivisionError("armed")


class Crash(Trigger):
    """Writes to address 0."""

    name = "crash"

    def fail(self) -> None:
        ctypes.memset(0, 1, 1)


def crash_once(mark: Path) -> type[Node]:
    """Writes to address 0 unless it has done so before, which the file tells."""

    class CrashOnce(Crash):
        def fail(self) -> None:
            if not mark.exists():
                mark.touch()
                super().fail()

    return CrashOnce


def drawn(effect: type[Node]) -> Graph:
    return Graph.of(effect.name, definition=effect)


@pytest.mark.parametrize("fault", ["SIGKILL", "SIGSTOP", "segfault"])
def test_a_lost_engine_is_faded_to_the_aligned_dry_source_and_comes_back_as_it_was(
    tone: Path, tmp_path: Path, fault: str
) -> None:
    """Every block of the recording is the chain's, the dry source's, or one of few that lead from one to the other."""
    output = tmp_path / "heard.wav"
    chain = (
        fx.limiter(ceiling_dbtp=-1.0, lookahead_ms=5.0) >> fx.gain(gain_db=0) >> drawn(crash_once(tmp_path / "mark"))
    )
    host = LiveHost(chain, source=tone, device="null", block_frames=BLOCK)
    host.record(output, bits="32f")
    with host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        turned = host.set_parameter("gain.gain_db", -LOUDER_DB)
        assert turned is not None
        play_on(host, 9600)
        victim = host.statistics()["pids"]["engines"][0]
        if fault == "segfault":
            host.set_parameter("crash.armed", 1.0, wait=False)
        else:
            os.kill(victim, getattr(signal, fault))
        until(lambda: host.statistics()["engine_restarts"] >= 1)
        until(lambda: host.statistics()["swaps"] >= 1)
        play_on(host, 9600)
        host.stop_recording()
        assert host.chain_log[-1].spec.node("gain").parameters == (("gain_db", -LOUDER_DB),)
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        assert victim not in host.statistics()["pids"]["engines"]
        cause = {"SIGKILL": "killed by SIGKILL", "SIGSTOP": "did not answer", "segfault": "SIGSEGV"}[fault]
        assert any(cause in sentence for sentence in host.problems)
        # The new engine takes turns like the old one.
        assert host.set_parameter("gain.gain_db", -LOUDER_DB - 1.0) is not None
        latency = round(host.statistics()["latency_ms"]["graph"] * RATE_HZ / 1000.0)
    samples, _ = read_audio(output)
    steepest = 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK
    assert np.max(np.abs(np.diff(samples))) <= steepest * 1.001, "no step is larger than the programme's own"
    start = turned + 4800 // BLOCK * BLOCK
    settled = samples[0, start : samples.shape[1] // BLOCK * BLOCK]
    frames = start + np.arange(settled.size)
    dry = TONE_PEAK * np.sin(2 * np.pi * TONE_HZ * (frames - latency) / RATE_HZ)
    blocks = settled.reshape(-1, BLOCK), dry.reshape(-1, BLOCK)
    is_dry = np.max(np.abs(blocks[0] - blocks[1]), axis=1) < 1e-4
    is_wet = np.max(np.abs(blocks[0] - blocks[1] * 10 ** (-LOUDER_DB / 20)), axis=1) < 1e-4
    assert is_wet[0]
    assert is_wet[-1]
    lost, back = longest_run(~is_wet)
    assert is_dry[lost + 1], "one block of fade, then the dry source, at the chain's latency"
    assert (back - lost) * BLOCK <= tolerances.LIVE_ENGINE_BACK_S * RATE_HZ


def test_stop_returns_when_every_process_hangs(tone: Path, tmp_path: Path) -> None:
    host = LiveHost(fx.gain(), source=tone, device="null")
    host.record(tmp_path / "heard.wav")
    host.start()
    until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
    pids = host.statistics()["pids"]
    children = [pids["device"], pids["media"], *pids["engines"]]
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    stopping = threading.Thread(target=host.stop)
    stopping.start()
    stopping.join(tolerances.LIVE_STOP_S)
    assert not stopping.is_alive()
    assert not any(map(alive, children))
    assert any("heard.wav may be incomplete" in sentence for sentence in host.problems)


def test_a_session_ends_while_its_engine_is_brought_back(tone: Path) -> None:
    """The engine that took over dies too, and the session ends before there is another: so does the repair."""
    with LiveHost(fx.gain(), source=tone, device="null", engines=2) as host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 2)
        os.kill(host.statistics()["pids"]["engines"][0], signal.SIGKILL)
        until(lambda: host.statistics()["engine_restarts"] == 1 and len(host.statistics()["pids"]["engines"]) == 2)
        for pid in host.statistics()["pids"]["engines"]:
            os.kill(pid, signal.SIGKILL)
        until(lambda: sum("another engine takes over" in sentence for sentence in host.problems) == 2)
    threads = [thread for thread in threading.enumerate() if thread.name == "audiopost live repairs"]
    for thread in threads:
        thread.join(tolerances.LIVE_STOP_S)
    assert not any(thread.is_alive() for thread in threads)


def test_an_effect_that_raises_is_cut_out_named_and_the_rest_plays(tone: Path, tmp_path: Path) -> None:
    """It raises within a block, and not a sample of that block is another than without it."""
    output, heard = tmp_path / "engine.wav", tmp_path / "heard.wav"
    chain = fx.gain(gain_db=-6) >> drawn(Trigger)
    host = LiveHost(chain, source=tone, device="null", speed=0.0, duration_s=3600.0)
    host.record(heard, bits="32f")
    with host:
        play_on(host, 9600)
        host.set_parameter("trigger.armed", 1.0)
        until(lambda: host.statistics()["quarantined"] == ["trigger"])
        host.record(output, tap="engine")
        start = host.statistics()["frames"]
        until(lambda: host.statistics()["frames"] > start + RATE_HZ)
        host.stop_recording("engine")
        host.stop_recording()
        assert host.statistics()["engine_restarts"] == 0
    assert any("ZeroDivisionError: armed" in sentence for sentence in host.problems)
    everything = read_audio(heard)[0][0, 4800:]
    tone_there = TONE_PEAK * np.sin(2 * np.pi * TONE_HZ * (4800 + np.arange(everything.size)) / RATE_HZ)
    np.testing.assert_allclose(everything, 10 ** (-6 / 20) * tone_there, atol=1e-4)
    samples, _ = read_audio(output)
    np.testing.assert_allclose(level_db(samples[:, -4800:]), -6.0, atol=tolerances.CROSSFADE_LEVEL_DB)


def test_a_node_that_crashes_three_times_is_bypassed_and_named(tone: Path) -> None:
    chain = fx.gain(gain_db=-6) >> drawn(Crash)
    with LiveHost(chain, source=tone, device="null") as host:
        host.set_parameter("crash.armed", 1.0)
        until(lambda: host.statistics()["quarantined"] == ["crash"], 3 * tolerances.LIVE_PATIENCE_S)
        until(lambda: host.chain_log[-1].spec.node("crash").bypass)
        until(lambda: host.statistics()["swaps"] > 0)
        until(lambda: host.statistics()["engine_restarts"] == 3)
        assert any("'crash'" in sentence and "SIGSEGV" in sentence for sentence in host.problems)
        host.set_parameter("gain.gain_db", -3.0)


def test_a_crash_while_a_chain_comes_in_keeps_the_old_sound(tone: Path) -> None:
    class CrashAtOnce(Crash):
        parameters = (Parameter("armed", 1.0, 0.0, 1.0),)

    with LiveHost(fx.gain(gain_db=-6), source=tone, device="null") as host:
        with pytest.raises(PluginCrashError, match="SIGSEGV"):
            host.swap(Graph.of("crash", definition=CrashAtOnce))
        assert len(host.chain_log) == 1
        assert host.set_parameter("gain.gain_db", -3.0) is not None
        host.swap(fx.gain(gain_db=-1))
