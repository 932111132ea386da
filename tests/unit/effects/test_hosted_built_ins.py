"""pedalboard's built-ins as nodes of the graph."""

from pathlib import Path

import numpy as np
import pedalboard
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import entries
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import EffectEntry
from audiopost.graph.node import INFINITE_TAIL, Node, StreamFormat
from audiopost.layouts import Layout, discrete_layout, layout_named
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise
from tests.tolerances import BUILT_IN_SPLIT, HOSTED_SILENCE, REVERB_RESIDUAL

RATE = 48_000
ENTRIES: dict[str, EffectEntry] = {entry.name: entry for entry in entries() if entry.name != "plugin"}
SPLIT = (1, 2, 0, 37, 64, 6, 511, 512, 3)
AUDIBLE = {
    "threshold_db": -30.0, "ratio": 4.0, "gain_db": 6.0, "feedback": 0.5, "delay_s": 0.1, "semitones": 3.0,
    "resonance": 0.4,
}  # fmt: skip
"""Values with which effects whose defaults do nothing do something."""


@pytest.fixture(scope="module")
def impulse_response(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("impulse") / "room.wav"
    decay = np.exp(-np.arange(4800) / 800).astype(np.float32)
    with AudioWriter(path, RATE, layout_named("mono"), bits="32f") as writer:
        writer.write(0.2 * decay * white_noise(1, 4800))
    return path


def made(
    name: str, impulse_response: Path, layout: str | Layout = "stereo", frames: int = 4096, **values: float
) -> Node:
    node = ENTRIES[name].make({"impulse_response": str(impulse_response)} if name.endswith("Convolution") else {})
    wanted = {**AUDIBLE, **values}
    node.values.update({each.name: wanted[each.name] for each in node.parameters if each.name in wanted})
    where = layout_named(layout) if isinstance(layout, str) else layout
    node.prepare(StreamFormat(RATE, where, frames))
    return node


def played(
    node: Node, samples: AudioBlock, sizes: tuple[int, ...] = (4096,), turn: dict[str, float] | None = None
) -> AudioBlock:
    """In blocks of the given sizes; after 3000 frames the knobs in `turn` are turned."""
    out = np.full_like(samples, np.nan)
    start = index = 0
    while start < samples.shape[1]:
        stop = min(samples.shape[1], start + sizes[index % len(sizes)])
        stop = min(stop, 3000) if start < 3000 else stop
        if start == 3000:
            for name, value in (turn or {}).items():
                node.set_parameter(name, value)
            turn = {}
        given = np.ascontiguousarray(samples[:, start:stop])
        kept, piece = given.copy(), np.empty((samples.shape[0], stop - start), dtype=np.float32)
        node.process(given, piece)
        np.testing.assert_array_equal(given, kept)
        out[:, start:stop] = piece
        start, index = stop, index + 1
    return out


def turned(node: Node) -> dict[str, float]:
    return {each.name: each.default + 0.3 * (each.maximum - each.default) for each in node.parameters}


@pytest.mark.parametrize(
    ("name", "layout"),
    # PitchShift needs half of the sound's time for every six channels, and its first sound comes after 5.5 s.
    [
        (name, layout)
        for name in ENTRIES
        for layout in ("mono", "stereo", "5.1")
        if layout == "mono" or "Pitch" not in name
    ],
)
def test_any_split_and_any_largest_block_give_the_same_samples(name: str, layout: str, impulse_response: Path) -> None:
    node = made(name, impulse_response, layout)
    samples = 0.5 * white_noise(layout_named(layout).channels, 12_000 + node.latency_frames)
    whole = played(node, samples, turn=turned(node))
    pieces = played(made(name, impulse_response, layout, frames=512), samples, SPLIT, turned(node))
    bound = BUILT_IN_SPLIT if "split" in ENTRIES[name].exceptions else 0.0
    assert float(np.abs(whole - pieces).max()) <= bound
    assert np.any(whole)


@pytest.mark.parametrize("name", ENTRIES)
def test_after_a_reset_a_built_in_is_as_new(name: str, impulse_response: Path) -> None:
    node = made(name, impulse_response)
    samples = 0.5 * white_noise(2, 8_000 + node.latency_frames)
    first = played(node, samples)
    node.reset()
    np.testing.assert_array_equal(played(node, samples), first)


@pytest.mark.parametrize("name", ENTRIES)
def test_after_the_declared_tail_there_is_silence(name: str, impulse_response: Path) -> None:
    node = made(name, impulse_response, "mono")
    assert node.tail_frames != INFINITE_TAIL
    sound = 0.5 * white_noise(1, 9_600)
    silence = np.zeros((1, node.tail_frames + 4_096), dtype=np.float32)
    rest = played(node, np.concatenate([sound, silence], axis=1))[:, 9_600 + node.tail_frames :]
    assert float(np.abs(rest).max()) <= (REVERB_RESIDUAL if name.endswith("Reverb") else HOSTED_SILENCE)


@pytest.mark.parametrize("name", ["BrickwallLimiter", "Resample", "MP3Compressor", "GSMFullRateCompressor"])
def test_sound_comes_as_late_as_declared(name: str, impulse_response: Path) -> None:
    node = made(f"pedalboard.{name}", impulse_response, "mono", threshold_db=0.0)
    dull = np.convolve(white_noise(1, 24_000)[0], np.ones(24) / 8.0, "same").astype(np.float32)
    burst = np.concatenate([dull[np.newaxis], np.zeros((1, 30_000), np.float32)], axis=1)
    out = played(node, burst)
    spectrum = np.fft.rfft(out[0], 1 << 17) * np.conj(np.fft.rfft(burst[0], 1 << 17))
    assert int(np.argmax(np.fft.irfft(spectrum)[:40_000])) == node.latency_frames


def test_pitch_shift_by_nothing_is_a_pure_delay(impulse_response: Path) -> None:
    node = made("pedalboard.PitchShift", impulse_response, semitones=0.0)
    samples = np.concatenate([white_noise(2, RATE), np.zeros((2, node.latency_frames), np.float32)], axis=1)
    out = played(node, samples)
    np.testing.assert_allclose(out[:, node.latency_frames :], samples[:, :RATE], atol=HOSTED_SILENCE)


@pytest.mark.parametrize(
    "name", ["Bitcrush", "Chorus", "Compressor", "Distortion", "LadderFilter", "NoiseGate", "PeakFilter", "Phaser"]
)
def test_many_channels_are_each_played_as_one_would_be(name: str, impulse_response: Path) -> None:
    samples = 0.5 * white_noise(12, 6_000)
    together = played(made(f"pedalboard.{name}", impulse_response, "7.1.4"), samples)
    alone = played(made(f"pedalboard.{name}", impulse_response, "mono"), np.ascontiguousarray(samples[7:8]))
    np.testing.assert_array_equal(together[7:8], alone)


def test_a_reverb_takes_mirror_images_together(impulse_response: Path) -> None:
    samples = 0.5 * white_noise(6, 6_000)
    together = played(made("pedalboard.Reverb", impulse_response, "5.1"), samples)
    pair = played(made("pedalboard.Reverb", impulse_response, "stereo"), np.ascontiguousarray(samples[4:6]))
    np.testing.assert_array_equal(together[4:6], pair)


def test_the_limiter_turns_all_channels_down_together(impulse_response: Path) -> None:
    node = made("pedalboard.BrickwallLimiter", impulse_response, "5.1")
    samples = np.full((6, 4_000), 0.1, dtype=np.float32)
    samples[3] = 2.0
    out = played(node, samples)[:, -1]
    np.testing.assert_allclose(out[0] / out[3], 0.05, rtol=1e-5)


def test_what_cannot_be_linked_is_refused(impulse_response: Path) -> None:
    with pytest.raises(LayoutError, match="cannot link 40 channels"):
        made("pedalboard.BrickwallLimiter", impulse_response, discrete_layout(40))


def test_a_chain_of_calls_gives_the_samples_of_the_library(impulse_response: Path) -> None:
    samples = 0.5 * white_noise(2, 16_000)
    node = made("pedalboard.Compressor", impulse_response)
    bare = pedalboard.Compressor(threshold_db=-30.0, ratio=4.0)(samples, RATE)
    np.testing.assert_array_equal(played(node, samples), bare)


def test_a_knob_glides_in_steps_and_arrives(impulse_response: Path) -> None:
    node = made("pedalboard.Gain", impulse_response, "mono", gain_db=0.0)
    ones = np.ones((1, 6_000), dtype=np.float32)
    out = played(node, ones, turn={"gain_db": -12.0})[0]
    steps = np.flatnonzero(np.diff(out))
    assert out[2999] == 1.0
    np.testing.assert_allclose(out[-1], 10 ** (-12 / 20), rtol=1e-6)
    assert set(np.diff(steps).tolist()) == {16}
    assert float(np.abs(np.diff(out)).max()) < 0.03


def test_a_reset_finishes_a_glide(impulse_response: Path) -> None:
    node = made("pedalboard.Gain", impulse_response, "mono", gain_db=0.0)
    node.set_parameter("gain_db", -6.0)
    node.reset()
    out = played(node, np.ones((1, 64), dtype=np.float32))
    np.testing.assert_allclose(out, 10 ** (-6 / 20), rtol=1e-6)


@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_blocks_as_short_as_the_channels_are_read_rightly(layout: str, impulse_response: Path) -> None:
    channels = layout_named(layout).channels
    samples = np.arange(1, 200 * channels + 1, dtype=np.float32).reshape(channels, 200) / 1000
    out = played(made("pedalboard.Invert", impulse_response, layout), samples, (channels, 1))
    np.testing.assert_array_equal(out, -samples)


def test_the_tail_follows_the_knobs(impulse_response: Path) -> None:
    node = made("pedalboard.Delay", impulse_response, feedback=0.0)
    short = node.tail_frames
    node.set_parameter("feedback", 0.9)
    assert node.tail_frames > 100 * short
    node.set_parameter("feedback", 1.0)
    assert node.tail_frames == INFINITE_TAIL


def test_only_what_cannot_be_played_live_says_so() -> None:
    assert {name for name, entry in ENTRIES.items() if not entry.live} == {
        "pedalboard.PitchShift", "pedalboard.GSMFullRateCompressor",
    }  # fmt: skip
