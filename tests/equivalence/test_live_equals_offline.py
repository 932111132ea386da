"""One chain on a 10 s file: played live, rendered at once, and rendered in split blocks: the same samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import ParameterEvent, render
from audiopost.graph.recorded import with_moves
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import layout_named
from audiopost.library.chains import load_chain, save_chain
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.live.sessions import until
from tests.signals import white_noise

RATE_HZ = 48_000
FRAMES = 10 * RATE_HZ


@pytest.fixture(scope="module")
def ten_seconds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AudioBlock]:
    path = tmp_path_factory.mktemp("live") / "ten.wav"
    samples = white_noise(2, FRAMES, peak_linear=0.4)
    with AudioWriter(path, RATE_HZ, layout_named("stereo"), bits="32f") as writer:
        writer.write(samples)
    return path, samples


def chain() -> GraphSpec:
    wet = fx.lowpass(frequency_hz=3000) >> fx.gain(gain_db=-9)
    bands = fx.highpass(frequency_hz=90) >> (fx.peak(frequency_hz=1500, gain_db=4) & wet)
    return bands >> fx.compressor(threshold_db=-24) >> fx.reverb(mix_percent=20) >> fx.limiter(ceiling_dbtp=-1)


def split_render(
    spec: GraphSpec, samples: AudioBlock, moves: tuple[ParameterEvent, ...] = (), seed: int = 3
) -> AudioBlock:
    """The machine fed by blocks of any length, one of which ends at each move; its latency cut off."""
    renderer = GraphRenderer(spec, StreamFormat(RATE_HZ, layout_named("stereo"), 700))
    latency = renderer.latency_frames
    assert latency > 0
    samples = np.concatenate((samples, np.zeros((2, latency), np.float32)), axis=1)
    random = np.random.default_rng(seed)
    waiting = list(moves)
    pieces = []
    start = 0
    while start < samples.shape[1]:
        while waiting and waiting[0].frame == start:
            move = waiting.pop(0)
            renderer.set_parameter(move.parameter, move.value)
        end = min(start + int(random.integers(1, 700)), samples.shape[1], *(move.frame for move in waiting[:1]))
        out = np.empty((2, end - start), np.float32)
        renderer.process(np.ascontiguousarray(samples[:, start:end]), out)
        pieces.append(out)
        start = end
    return np.concatenate(pieces, axis=1)[:, latency:]


def play(path: Path, spec: GraphSpec, folder: Path, moves: int = 0) -> tuple[AudioBlock, LiveHost]:
    """What the engine answered for the file's frames, on a device that keeps no time."""
    recording = folder / "engine.wav"
    host = LiveHost(spec, source=path, device="null", loop=False, speed=0.0)
    host.record(recording, tap="engine")
    with host:
        for move in range(moves):
            host.set_parameter("gain.gain_db", -9.0 - move)
            host.set_parameter("peak.frequency_hz", 1500.0 + 100.0 * move)
        assert host.wait(60.0)
    samples, sample_rate = read_audio(recording)
    assert sample_rate == RATE_HZ
    latency = round(host.statistics()["latency_ms"]["graph"] * RATE_HZ / 1000.0)
    assert samples.shape[1] >= latency + FRAMES
    return samples[:, latency : latency + FRAMES], host


def test_live_offline_and_split_blocks_give_the_same_samples(
    ten_seconds: tuple[Path, AudioBlock], tmp_path: Path
) -> None:
    path, samples = ten_seconds
    spec = chain()
    live, host = play(path, spec, tmp_path)
    offline = render(spec, samples, RATE_HZ)
    assert host.statistics()["deadline_misses"] == 0
    np.testing.assert_array_equal(live, offline)
    np.testing.assert_array_equal(split_render(spec, samples), offline)


def test_the_logged_parameter_moves_replay_to_the_same_samples(
    ten_seconds: tuple[Path, AudioBlock], tmp_path: Path
) -> None:
    path, samples = ten_seconds
    spec = chain()
    live, host = play(path, spec, tmp_path, moves=12)
    moves = tuple(host.parameter_log)
    assert len(moves) == 24
    assert any(0 < move.frame < FRAMES for move in moves), "no move fell into the programme"
    within = tuple(move for move in moves if move.frame < FRAMES)
    offline = render(spec, samples, RATE_HZ, events=within)
    np.testing.assert_array_equal(live, offline)
    np.testing.assert_array_equal(split_render(spec, samples, within), offline)
    assert not np.array_equal(offline, render(spec, samples, RATE_HZ))
    saved = tmp_path / "moved.toml"
    save_chain(with_moves(spec, within, RATE_HZ), saved)
    np.testing.assert_array_equal(render(load_chain(saved), samples, RATE_HZ), offline)


def test_what_was_played_with_moves_of_the_source_renders_to_the_same_samples(
    ten_seconds: tuple[Path, AudioBlock], tmp_path: Path
) -> None:
    """What the engine got is recorded beside what it answered: the source may have moved as it liked."""
    path, _ = ten_seconds
    spec = chain()
    host = LiveHost(spec, source=path, device="null", speed=0.0, duration_s=3600.0)
    for tap in ("input", "engine"):
        host.record(tmp_path / f"{tap}.wav", tap=tap)
    with host:
        until(lambda: host.statistics()["frames"] > FRAMES // 10)
        host.locate(2.0)
        host.set_parameter("gain.gain_db", -3.0)
        host.set_loop((2.5, 3.1))
        host.set_speed(-0.7)
        host.set_parameter("peak.frequency_hz", 700.0)
        host.pause()
        host.set_parameter("reverb.mix_percent", 60.0)
        host.play()
        frames = host.statistics()["frames"]
        until(lambda: host.statistics()["frames"] > frames + FRAMES // 2)
        for tap in ("engine", "input"):
            host.stop_recording(tap)
        latency = round(host.statistics()["latency_ms"]["graph"] * RATE_HZ / 1000.0)
        assert host.statistics()["deadline_misses"] == 0
    assert len(host.transport_log) == 5
    (given, _), (answered, _) = (read_audio(tmp_path / f"{tap}.wav") for tap in ("input", "engine"))
    length = answered.shape[1] - latency
    offline = render(spec, given[:, :length], RATE_HZ, events=tuple(host.parameter_log))
    np.testing.assert_array_equal(answered[:, latency:], offline)
