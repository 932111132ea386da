"""Two chains side by side: warm, aligned, matched, switched without a click; a blind test; bypass; the cap for ears."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import UsageError
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_HZ, TONE_PEAK, level_db, play_on, until, write_tone

STEEPEST = 2 * np.pi * TONE_HZ / RATE_HZ * TONE_PEAK


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


def endless(chain: object, source: Path | None, **options: object) -> LiveHost:
    return LiveHost(chain, source=source, device="null", speed=0.0, duration_s=3600.0, **options)  # type: ignore[arg-type]


def test_the_other_side_is_warm_aligned_and_comes_without_a_click(tone: Path, tmp_path: Path) -> None:
    """B is later than A by its look-ahead: A is moved back to it, and the tone's phase stays through every switch."""
    output = tmp_path / "heard.wav"
    with endless(fx.gain(gain_db=0), tone) as host:
        host.load_b(fx.limiter(ceiling_dbtp=-1.0, lookahead_ms=5.0))
        play_on(host, 9600)
        start = host.statistics()["frames"]
        host.record(output, bits="32f")
        assert host.switch() == "b"
        play_on(host, 4800)
        host.set_parameter("gain.gain_db", -0.0, side="a")
        assert host.switch("a") == "a"
        play_on(host, 4800)
        host.stop_recording()
        latency_ms = host.statistics()["latency_ms"]["graph"]
        assert host.comparison().sides == ("a", "b")
        assert len(host.chain_log_b) == 1
        assert [move.parameter for move in host.parameter_log] == ["gain.gain_db"]
    assert latency_ms > 4.0
    assert start > 0
    samples, _ = read_audio(output)
    # In phase the equal-power crossfade swells by 3 dB at most; out of phase it would dip.
    assert np.max(np.abs(np.diff(samples))) < np.sqrt(2) * STEEPEST * 1.05
    period = int(RATE_HZ / TONE_HZ)
    peaks = np.abs(samples[0, : samples.shape[1] // period * period]).reshape(-1, period).max(axis=1)
    assert peaks.min() > 0.99 * TONE_PEAK


def test_the_louder_side_is_turned_down_and_the_difference_told(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    with endless(fx.gain(gain_db=-12), tone) as host:
        host.match_loudness()
        host.load_b(fx.gain(gain_db=-2))
        until(lambda: host.comparison().difference_lu == pytest.approx(10.0, abs=0.1))
        until(lambda: host.comparison().trims_db.get("b") == pytest.approx(-10.0, abs=0.1))
        host.switch("b")
        host.record(output, bits="32f")
        play_on(host, RATE_HZ)
        host.stop_recording()
    samples, _ = read_audio(output)
    assert level_db(samples[:, -4800:]) == pytest.approx(-12.0, abs=0.1)


def test_nobody_is_surprised_by_a_louder_side_until_the_cap_is_lifted(tone: Path, tmp_path: Path) -> None:
    with endless(fx.gain(gain_db=-24), tone) as host:
        host.load_b(fx.gain(gain_db=0))
        until(lambda: host.comparison().trims_db.get("b") == pytest.approx(-18.0, abs=0.1))
        host.switch("b")
        host.record(tmp_path / "guarded.wav", bits="32f")
        play_on(host, RATE_HZ)
        host.stop_recording()
        host.set_cap(None)
        until(lambda: host.comparison().trims_db["b"] == 0.0)
        play_on(host, RATE_HZ)
        host.record(tmp_path / "lifted.wav", bits="32f")
        play_on(host, RATE_HZ)
        host.stop_recording()
    guarded, lifted = (read_audio(tmp_path / f"{name}.wav")[0] for name in ("guarded", "lifted"))
    assert level_db(guarded[:, -4800:]) == pytest.approx(-18.0, abs=0.1)
    assert level_db(lifted[:, -4800:]) == pytest.approx(0.0, abs=0.1)


def test_a_blind_test_hides_what_x_is_and_logs_the_votes(tone: Path) -> None:
    with endless(fx.gain(gain_db=-6), tone) as host:
        with pytest.raises(UsageError, match="no side 'b'"):
            host.begin_blind_test()
        host.load_b(fx.gain(gain_db=-3))
        with pytest.raises(UsageError, match="no x"):
            host.switch("x")
        host.begin_blind_test(seed=4)
        state = host.comparison()
        assert (state.heard, state.blind, state.difference_lu, state.trims_db) == ("x", True, None, {})
        for said in ("a", "b", "a", "b"):
            host.switch("a")
            host.switch("x")
            vote = host.vote(said)  # type: ignore[arg-type]
            assert vote.said == said
        result = host.end_blind_test()
        assert host.votes == list(result.votes)
        assert {vote.x for vote in result.votes} == {"a", "b"}
        assert result.right == sum(vote.x == vote.said for vote in result.votes)
        with pytest.raises(UsageError, match="no blind test"):
            host.vote("a")


def test_bypass_is_the_source_later_by_the_latency_and_back(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    host = endless(fx.limiter(ceiling_dbtp=-1.0, lookahead_ms=5.0) >> fx.gain(gain_db=-6), tone)
    host.record(output, bits="32f")
    with host:
        play_on(host, 4800)
        frame = host.bypass()
        assert host.bypassed
        play_on(host, 9600)
        back = host.bypass(bypassed=False)
        play_on(host, 9600)
        host.stop_recording()
    samples, _ = read_audio(output)
    faded = round(0.03 * RATE_HZ) + 128
    assert level_db(samples[:, frame + faded : frame + faded + 4800]) == pytest.approx(
        0.0, abs=tolerances.CROSSFADE_LEVEL_DB
    )
    assert level_db(samples[:, back + faded : back + faded + 4800]) == pytest.approx(
        -6.0, abs=tolerances.CROSSFADE_LEVEL_DB
    )
    # In phase with the chain: on the way between them the level never leaves what lies between.
    period = int(RATE_HZ / TONE_HZ)
    peaks = np.abs(samples[0, 4800 : samples.shape[1] // period * period]).reshape(-1, period).max(axis=1)
    assert peaks.min() > 0.49 * TONE_PEAK


def test_a_howl_is_capped_until_the_cap_is_lifted(tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    with endless(fx.tone(frequency_hz=1000, level_dbfs=0), None) as host:
        play_on(host, RATE_HZ)
        host.record(output, bits="32f")
        play_on(host, RATE_HZ)
        host.stop_recording()
        capped = host.statistics()["capped_blocks"]
        assert capped > 0
        host.set_cap(None)
        play_on(host, 4 * RATE_HZ)
        host.record(tmp_path / "lifted.wav", bits="32f")
        play_on(host, 4800)
        host.stop_recording()
    capped_sound, lifted = read_audio(output)[0], read_audio(tmp_path / "lifted.wav")[0]
    rms_db = 10 * np.log10(np.mean(capped_sound[0, -4800:].astype(np.float64) ** 2))
    assert rms_db == pytest.approx(-6.0, abs=0.2)
    assert np.max(np.abs(lifted)) > 0.99


def test_the_side_beside_comes_back_when_its_engine_dies(tone: Path, tmp_path: Path) -> None:
    output = tmp_path / "heard.wav"
    with LiveHost(fx.gain(gain_db=-6), source=tone, device="null") as host:
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        host.load_b(fx.gain(gain_db=0))
        host.set_parameter("gain.gain_db", -9.0, side="b")
        host.record(output, bits="32f")
        pids = host.statistics()["pids"]
        for pid in set(pids["engines"]) - {pids["playing"]}:
            os.kill(pid, signal.SIGKILL)
        until(lambda: host.statistics()["engine_restarts"] == 2)
        until(lambda: len(host.chain_log_b) == 2)
        host.switch("b")
        play_on(host, 9600)
        host.stop_recording()
    samples, _ = read_audio(output)
    assert level_db(samples[:, :4800]) == pytest.approx(-6.0, abs=tolerances.CROSSFADE_LEVEL_DB)
    assert level_db(samples[:, -4800:]) == pytest.approx(-9.0, abs=tolerances.CROSSFADE_LEVEL_DB)
