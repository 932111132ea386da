"""A session on the device without hardware: what people do with it, and what it says."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.errors import AudiopostError, FileError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import open_audio, read_audio
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_HZ, TONE_PEAK, alive, level_db, play_on, until, write_tone
from tests.recordings import recording


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


def tail(path: Path, seconds: float = 0.1) -> AudioBlock:
    """The end of a recording, where everything has settled."""
    samples, _ = read_audio(path)
    return samples[:, -int(seconds * RATE_HZ) :]


def test_a_session_plays_changes_swaps_records_and_leaves_nothing(tone: Path, tmp_path: Path) -> None:
    output, statistics = tmp_path / "heard.wav", tmp_path / "live.json"
    host = LiveHost(
        fx.gain(gain_db=-6), source=tone, device="null", speed=0.0, duration_s=3600.0, statistics_path=statistics
    )
    host.record(output, bits="32f")
    with host:
        frame = host.set_parameter("gain.gain_db", -12.0)
        assert host.parameter_log == [(frame, "gain.gain_db", -12.0)]
        host.swap(fx.gain(gain_db=-3) >> fx.gain(gain_db=-1))
        play_on(host, RATE_HZ)
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        path, frames = host.stop_recording()
        document = host.statistics()
    assert path == output
    with open_audio(output) as reader:
        assert reader.frames == frames
    np.testing.assert_allclose(level_db(tail(output)), -4.0, atol=tolerances.CROSSFADE_LEVEL_DB)
    assert document["swaps"] == 1
    assert document["quarantined"] == []
    assert len(host.chain_log) == 2
    written = json.loads(statistics.read_text(encoding="utf-8"))
    assert written.keys() == document.keys()
    pids = (document["pids"]["device"], document["pids"]["media"], *document["pids"]["engines"])
    assert len(pids) == 5
    until(lambda: not any(map(alive, pids)), tolerances.LIVE_STOP_S)


def test_a_swap_is_aligned_and_crossfades_without_a_step_or_a_hole(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    late = fx.limiter(ceiling_dbtp=-1.0, lookahead_ms=5.0)
    host = LiveHost(late, source=tone, device="null", speed=0.0, duration_s=3600.0)
    host.record(output, bits="32f")
    with host:
        host.swap(fx.gain(gain_db=0))
        play_on(host, 4800)
        host.stop_recording()
        latency_ms = host.statistics()["latency_ms"]["graph"]
    samples, _ = read_audio(output)
    # Equal sound on both sides is the worst case of equal power: 3 dB more in the middle, and never a hole.
    steepest = 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK
    assert np.max(np.abs(np.diff(samples))) < np.sqrt(2) * steepest * 1.05
    period = int(RATE_HZ / TONE_HZ)
    settled = samples[0, RATE_HZ // 10 : samples.shape[1] // period * period]
    peaks = settled.reshape(-1, period).max(axis=1)
    assert peaks.min() > TONE_PEAK * 0.99
    assert peaks.max() > TONE_PEAK * 1.3, "no crossfade was heard"
    delay = round(latency_ms * RATE_HZ / 1000.0)
    assert delay > 0, "the limiter's latency is kept, so that going back to it is aligned too"
    wanted = TONE_PEAK * np.sin(2 * np.pi * TONE_HZ * (np.arange(samples.shape[1]) - delay) / RATE_HZ)
    np.testing.assert_allclose(samples[0, -960:], wanted[-960:], atol=tolerances.FLOAT32_TONE)


def test_a_generator_needs_no_source(tmp_path: Path) -> None:
    output = tmp_path / "noise.flac"
    host = LiveHost(fx.noise(level_dbfs=-20) >> fx.gain(gain_db=-6), device="null", speed=0.0, duration_s=0.5)
    host.record(output)
    with host:
        assert host.wait(tolerances.LIVE_PATIENCE_S)
    with open_audio(output) as reader:
        assert reader.format == "FLAC"
        assert reader.frames >= RATE_HZ // 2
        assert np.max(np.abs(reader.read(reader.frames))) > 0.01


def test_speech_of_another_rate_is_played_once_to_its_end(tmp_path: Path) -> None:
    speech = recording()
    output = tmp_path / "engine.wav"
    host = LiveHost(fx.gain(gain_db=0), source=speech, device="null", sample_rate=44_100, loop=False, speed=0.0)
    host.record(output, tap="engine")
    with host:
        assert host.wait(tolerances.LIVE_PATIENCE_S)
    played, rate = read_audio(output)
    original, original_rate = read_audio(speech)
    assert rate == 44_100
    assert played.shape[0] == original.shape[0]
    length_s = original.shape[1] / original_rate
    assert length_s <= played.shape[1] / rate < length_s + 0.01


BROKEN: tuple[tuple[GraphSpec | str, type[AudiopostError]], ...] = (
    (GraphSpec.series(("x", NodeSpec("no_such_effect"))), UnknownNameError),
    (GraphSpec.series(("x", NodeSpec.of("gain", {"gain_db": 999.0}))), ParameterRangeError),
    ("no-such-chain", UnknownNameError),
)


def test_broken_swaps_and_turns_keep_the_old_sound(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    with LiveHost(fx.gain(gain_db=-6), source=tone, device="null", speed=0.0, duration_s=3600.0) as host:
        for chain, error in BROKEN:
            with pytest.raises(error):
                host.swap(chain)
        with pytest.raises(ParameterRangeError):
            host.set_parameter("gain.gain_db", 999.0)
        with pytest.raises(UnknownNameError):
            host.set_parameter("gain.nothing", 1.0)
        with pytest.raises(UnknownNameError):
            host.set_parameter("nowhere.gain_db", 1.0)
        assert host.problems == []
        host.set_parameter("gain.nothing", 1.0, wait=False)
        until(lambda: any("unknown parameter 'nothing'" in sentence for sentence in host.problems))
        host.record(output, bits="32f")
        blocks = host.statistics()["blocks"]
        until(lambda: host.statistics()["blocks"] > blocks + 100)
        host.stop_recording()
        host.swap(fx.gain(gain_db=-20))
    assert len(host.chain_log) == 2
    assert host.parameter_log == []
    np.testing.assert_allclose(level_db(tail(output)), -6.0, atol=tolerances.CROSSFADE_LEVEL_DB)


def test_what_is_wrong_is_said_before_anything_plays(tone: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.wav"
    empty.touch()
    with pytest.raises(FileError, match=r"empty\.wav"):
        LiveHost(fx.gain(), source=empty, device="null").start()
    with pytest.raises(UsageError, match="block_frames"):
        LiveHost(fx.gain(), device="null", block_frames=3)
    host = LiveHost(GraphSpec.series(("x", NodeSpec("no_such_effect"))), source=tone, device="null")
    with pytest.raises(UnknownNameError):
        host.start()
    assert not host.playing


def test_on_the_clock_many_turns_take_effect_in_order_and_the_host_starts_again(tone: Path) -> None:
    host = LiveHost(fx.gain(), source=tone, device="null")
    with host:
        for step in range(300):
            host.set_parameter("gain.gain_db", -step / 100.0, wait=False)
        host.set_parameter("gain.gain_db", -6.0)
        log = list(host.parameter_log)
    assert [move.value for move in log] == [-step / 100.0 for step in range(300)] + [-6.0]
    assert [move.frame for move in log] == sorted(move.frame for move in log)
    assert not host.playing
    with host:
        until(lambda: host.statistics()["blocks"] > 5)
        assert host.device_name == "null"


def test_safe_mode_is_one_block_later_and_the_same_sound(tone: Path, tmp_path: Path) -> None:
    """Direct mode adds no block; safe mode adds one, which is stated, to the chain and to the dry source alike."""
    for safe in (False, True):
        output = tmp_path / f"heard-{safe}.wav"
        host = LiveHost(
            fx.gain(gain_db=-6), source=tone, device="null", speed=0.0, duration_s=3600.0, block_frames=128, safe=safe
        )
        host.record(output, bits="32f")
        with host:
            play_on(host, 9600)
            frame = host.bypass()
            play_on(host, 9600)
            host.stop_recording()
            latency_ms = host.statistics()["latency_ms"]["graph"]
            assert host.statistics()["deadline_misses"] == 0
        samples = read_audio(output)[0]
        assert latency_ms == (128 / 48.0 if safe else 0.0)
        for level, start in ((10 ** (-6 / 20), 4800), (1.0, frame + 4800)):
            frames = np.arange(start, start + 480)
            wanted = level * TONE_PEAK * np.sin(2 * np.pi * TONE_HZ * (frames - 128 * safe) / RATE_HZ)
            np.testing.assert_allclose(samples[0, frames], wanted, atol=tolerances.FLOAT32_TONE)


def test_a_generator_that_dies_fades_to_silence(tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    host = LiveHost(fx.tone(frequency_hz=1000, level_dbfs=-12), device="null")
    host.record(output, bits="32f")
    with host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        os.kill(host.statistics()["pids"]["playing"], signal.SIGKILL)
        until(lambda: host.statistics()["swaps"] == 1)
        play_on(host, 9600)
        host.stop_recording()
    samples, _ = read_audio(output)
    silent = np.flatnonzero(np.all(samples[:, 38 * 128 :].reshape(2, -1, 128) == 0.0, axis=(0, 2)))
    assert silent.size > 0
    assert level_db(samples[:, -4800:]) == pytest.approx(0.0, abs=0.05)
    # The tone begins anew at whatever phase: what counts is that nothing is steeper than a tone and its fade.
    assert np.max(np.abs(np.diff(samples))) < 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK * 1.05
