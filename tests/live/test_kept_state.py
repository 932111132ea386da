"""A chain edited while it plays: what both chains have goes on from where it is, to the frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.graph.algebra import Graph
from audiopost.graph.offline import render
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import layout_named
from audiopost.live.desk import Desk
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests import tolerances
from tests.live.sessions import RATE_HZ, until
from tests.signals import white_noise


def echoes() -> Graph:
    """A long memory: feedback echoes, a reverb, and dynamics in front of them."""
    wet = fx.delay(delay_ms=300, feedback_percent=70) >> fx.reverb(decay_s=4)
    return fx.highpass(frequency_hz=200) >> fx.compressor() >> wet


def played(folder: Path, spec: GraphSpec, source: Path, *, edits: bool) -> tuple[AudioBlock, LiveHost]:
    """Bursts through the chain on a device that keeps no time, with or without edits that add nothing to the sound."""
    recording = folder / f"{edits}.wav"
    host = LiveHost(spec, source, "null", speed=0.0, duration_s=3600.0, cap_dbfs=None)
    host.record(recording, tap="output", bits="32f")
    with host:
        desk = Desk(host, spec)
        frames = 2 * RATE_HZ
        until(lambda: host.statistics()["frames"] > frames)
        if edits:
            desk.insert("gain", after="compressor")
            desk.remove("gain")
        frames = host.statistics()["frames"] + 2 * RATE_HZ
        until(lambda: host.statistics()["frames"] > frames)
    heard, _ = read_audio(recording)
    return heard, host


def test_echo_and_reverb_ring_on_through_an_edit(tmp_path: Path) -> None:
    source = tmp_path / "burst.wav"
    samples = np.zeros((2, 3 * RATE_HZ), np.float32)
    samples[:, : RATE_HZ // 4] = white_noise(2, RATE_HZ // 4, peak_linear=0.4)
    with AudioWriter(source, RATE_HZ, layout_named("stereo"), bits="32f") as writer:
        writer.write(samples)
    edited, after = played(tmp_path, echoes(), source, edits=True)
    swaps = [start.frame for start in after.chain_log[1:]]
    assert len(swaps) == after.statistics()["swaps"] == 2
    whole = render(echoes(), np.tile(samples, (1, edited.shape[1] // samples.shape[1] + 1)), RATE_HZ)
    frames = swaps[-1] + 2 * RATE_HZ
    assert edited.shape[1] >= frames
    assert np.abs(whole[:, swaps[0] : frames]).max() > 0.01, "nothing rings"
    first = RATE_HZ  # the session fades in
    # The fade between two equal sounds is rounded once more than either of them.
    np.testing.assert_allclose(edited[:, first:frames], whole[:, first:frames], rtol=0, atol=tolerances.FADE_OF_EQUALS)


def test_a_tone_keeps_its_phase(tmp_path: Path) -> None:
    spec = fx.tone(frequency_hz=997.0, level_dbfs=-12.0) >> fx.gain(gain_db=-6)
    host = LiveHost(spec, device="null", speed=0.0, duration_s=3600.0, cap_dbfs=None)
    host.record(tmp_path / "tone.wav", bits="32f")
    with host:
        desk = Desk(host, spec)
        desk.insert("gain", "another", after="gain")
        desk.remove("another")
        frames = host.statistics()["frames"] + RATE_HZ
        until(lambda: host.statistics()["frames"] > frames)
    heard, _ = read_audio(tmp_path / "tone.wav")
    settled = heard[0, RATE_HZ // 2 :]
    steepest = 2 * np.pi * 997.0 / RATE_HZ * settled.max()
    assert np.abs(np.diff(settled)).max() <= steepest * 1.0001
    peaks = settled[: settled.shape[0] // 480 * 480].reshape(-1, 480).max(axis=1)
    assert peaks.min() > 0.999 * peaks.max()
