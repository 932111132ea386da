"""The laws of every node (audiopost/graph/node.py), over the whole catalogue: a new effect joins by being in it.

What an effect cannot keep it states in its catalogue entry's `exceptions`, under the name of the law: ``split``,
``reset``, ``latency``, ``tail``, ``smoothing``, ``allocation``. A stated exception loosens the law, where a looser
one can be said, else leaves it out.
"""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, SettingValue
from audiopost.layouts import ambisonic_layout, default_layout
from tests.running import LARGEST_BLOCK, SAMPLE_RATE, channels_of, fresh, held_by, prepared, run, taken_layout
from tests.signals import white_noise
from tests.tolerances import (
    ALLOCATION_BYTES,
    BLURRED_ONSET_FRAMES,
    EXCUSED_SPLIT_DBFS,
    SILENCE_DBFS,
)

NAMES = CATALOGUE.names()
OWN = tuple(name for name in NAMES if name != "plugin" and "." not in name)
SPLITS = {
    "ones and twos": [0, 1, 2, 1, 0, 2] * 40,
    "powers of two": [64] * 40,
    "odd": [0, 333, 17, 1, 0, 509, 64, 2, 1021, 3] * 3,
}
ENDLESS = ("drone", "noise", "rain", "room_tone", "rumble", "sampler", "shepard_tone", "tone", "wind")
"""Effects that may sound for ever, at their defaults."""

TURN = 3001
"""Where all parameters change in the test of splits: in the middle of whatever block is going on."""


def noise_for(node_layout_channels: int, frames: int, seed: int = 1) -> AudioBlock:
    return white_noise(node_layout_channels, frames, seed=seed)


def elsewhere(parameter: Parameter) -> float:
    """Another value than the default, a third of the range away."""
    span = parameter.maximum - parameter.minimum
    third = parameter.default + span / 3.0
    value = third if third <= parameter.maximum else parameter.default - span / 3.0
    return float(round(value)) if parameter.choices else value


def level_dbfs(samples: AudioBlock) -> float:
    peak = float(np.abs(samples).max(initial=0.0))
    return 20.0 * float(np.log10(peak)) if peak else -np.inf


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", NAMES)
def test_any_split_gives_the_same_samples(name: str, split: str, settings: dict[str, SettingValue]) -> None:
    samples = noise_for(channels_of(name, settings), 9000)
    outputs = []
    for lengths in ([], SPLITS[split]):
        node = fresh(name, settings)
        side = [noise_for(samples.shape[0], 9000, seed=2) for _ in node.side_inputs]
        turns = {TURN: {each.name: elsewhere(each) for each in node.parameters}}
        outputs.append(run(node, samples, lengths, side=side, turns=turns))
    if "split" in CATALOGUE.entry(name).exceptions:
        assert level_dbfs(outputs[0] - outputs[1]) < EXCUSED_SPLIT_DBFS
    else:
        np.testing.assert_array_equal(outputs[0], outputs[1])


@pytest.mark.parametrize("name", NAMES)
def test_after_reset_a_node_is_as_new(name: str, settings: dict[str, SettingValue]) -> None:
    samples = noise_for(channels_of(name, settings), 6000)
    used = fresh(name, settings)
    turned = {each.name: elsewhere(each) for each in used.parameters}
    run(used, noise_for(samples.shape[0], 5000, seed=5), turns={4900: turned})
    used.reset()
    if "reset" not in CATALOGUE.entry(name).exceptions:
        np.testing.assert_array_equal(run(used, samples), run(fresh(name, settings, **turned), samples))


@pytest.mark.parametrize("name", NAMES)
def test_preparing_again_is_a_fresh_start(name: str, settings: dict[str, SettingValue]) -> None:
    samples = noise_for(channels_of(name, settings), 3000)
    node = fresh(name, settings)
    first = run(node, samples)
    layout = taken_layout(name, settings)
    node.prepare(StreamFormat(SAMPLE_RATE, layout, LARGEST_BLOCK, tuple(layout for _ in node.side_inputs)))
    np.testing.assert_array_equal(run(node, samples), first)


@pytest.mark.parametrize("name", held_by("latency"))
def test_sound_arrives_after_the_declared_latency(name: str, settings: dict[str, SettingValue]) -> None:
    entry = CATALOGUE.entry(name)
    node = fresh(name, settings)
    if entry.generates:
        assert node.latency_frames == 0
        return
    onset = 700
    samples = np.zeros((channels_of(name, settings), onset + node.latency_frames + 6000), dtype=np.float32)
    samples[:, onset:] = noise_for(samples.shape[0], samples.shape[1] - onset) + 0.3
    out = run(node, samples)
    heard = np.flatnonzero(np.abs(out).max(axis=0) > 1e-6)
    assert heard.size, "nothing is heard"
    if name in OWN or heard[0] == onset + node.latency_frames:
        assert heard[0] == onset + node.latency_frames
    else:
        # A hosted algorithm may blur an onset; the lag of best agreement tells its latency.
        assert abs(_lag(samples[0], out[0]) - node.latency_frames) <= BLURRED_ONSET_FRAMES


def _lag(given: np.ndarray, heard: np.ndarray) -> int:
    size = 2 * given.size
    agreement = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(given, size)), size)
    return int(np.argmax(np.abs(agreement[: given.size])))


@pytest.mark.parametrize("name", held_by("tail"))
def test_silence_comes_after_the_declared_tail(name: str, settings: dict[str, SettingValue]) -> None:
    node = fresh(name, settings)
    assert (node.tail_frames == INFINITE_TAIL) == (name in ENDLESS)
    if name in ENDLESS:
        return
    length = 12_000
    samples = np.zeros(
        (channels_of(name, settings), length + node.latency_frames + node.tail_frames + 2000), np.float32
    )
    samples[:, :length] = noise_for(samples.shape[0], length)
    out = run(node, samples)
    assert level_dbfs(out[:, length + node.latency_frames + node.tail_frames :]) < SILENCE_DBFS


@pytest.mark.parametrize("corner", ["lowest", "highest", "mixed", "mixed otherwise"])
@pytest.mark.parametrize("name", NAMES)
def test_finite_in_is_finite_out_at_the_ends_of_all_ranges(
    name: str, corner: str, settings: dict[str, SettingValue]
) -> None:
    node = fresh(name, settings)
    pick = {
        "lowest": lambda _: False, "highest": lambda _: True,
        "mixed": lambda index: index % 2 == 0, "mixed otherwise": lambda index: index % 2 == 1,
    }[corner]  # fmt: skip
    turned = {each.name: each.maximum if pick(i) else each.minimum for i, each in enumerate(node.parameters)}
    samples = noise_for(channels_of(name, settings), 8192)
    samples[:, 2000:2100] = np.sign(samples[:, 2000:2100]) * 1000.0
    samples[:, 4000:5000] = 1e-42
    assert np.isfinite(run(node, samples, turns={0: turned})).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_not_touched(name: str, settings: dict[str, SettingValue]) -> None:
    node = fresh(name, settings)
    samples = noise_for(channels_of(name, settings), 1000)
    given = [samples.copy() for _ in (samples, *node.side_inputs)]
    out = np.empty((node.output_layout(taken_layout(name, settings)).channels, 1000), dtype=np.float32)
    node.process(given[0], out, *given[1:])
    for each in given:
        np.testing.assert_array_equal(each, samples)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_channels_plays_or_is_refused_by_name(name: str, settings: dict[str, SettingValue]) -> None:
    played = 0
    messages: list[str] = []
    for layout in (*map(default_layout, range(1, 13)), *map(ambisonic_layout, (1, 5))):
        try:
            node = prepared(name, layout, settings=settings)
        except LayoutError as refused:
            messages.append(refused.mend)
            continue
        played += 1
        out = run(node, noise_for(layout.channels, 700), [64, 1, 0, 200])
        assert out.shape[0] == node.output_layout(layout).channels
        assert np.isfinite(out).all()
    assert played
    assert all(messages)


@pytest.mark.parametrize("name", [name for name in held_by("allocation") if name in OWN])
def test_processing_allocates_no_sound(name: str, settings: dict[str, SettingValue]) -> None:
    """numpy reports its buffers to tracemalloc; a block here is 32 kB and more, the allowance is far below."""
    node = fresh(name, settings)
    samples = noise_for(channels_of(name, settings), LARGEST_BLOCK)
    side = [samples for _ in node.side_inputs]
    out = np.empty((node.output_layout(taken_layout(name, settings)).channels, LARGEST_BLOCK), dtype=np.float32)
    for each in node.parameters:
        node.set_parameter(each.name, elsewhere(each))
    node.process(samples, out, *side)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        for each in node.parameters:
            node.set_parameter(each.name, each.default)
        for _ in range(5):
            node.process(samples, out, *side)
        taken = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert taken < ALLOCATION_BYTES


UNIT_OF_ENDING = {
    "_db": "dB", "_dbfs": "dBFS", "_dbtp": "dBTP", "_hz": "Hz", "_ms": "ms", "_s": "s", "_percent": "%",
    "_deg": "deg", "_cents": "cents", "_m": "m", "_semitones": "semitones",
    "_lufs": "LUFS", "_lu": "LU",
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_parameter_ends_in_its_unit_and_says_what_it_does(name: str) -> None:
    entry = CATALOGUE.entry(name)
    assert entry.summary.endswith(".")
    for each in entry.parameters:
        endings = [end for end in UNIT_OF_ENDING if each.name.endswith(end)]
        expected = UNIT_OF_ENDING[max(endings, key=len)] if endings else ""
        assert each.unit == expected, each.name
        assert each.summary
