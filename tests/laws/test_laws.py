"""The laws of every node (audiopost/graph/node.py), over the whole catalogue: a new effect joins by being in it.

What an effect cannot keep it states in its catalogue entry's `exceptions`, under the name of the law: ``split``,
``reset``, ``latency``, ``tail``, ``smoothing``, ``allocation``. A stated exception loosens the law, where a looser
one can be said, else leaves it out.
"""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted_node import STEP_FRAMES
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import INFINITE_TAIL, Node
from audiopost.graph.parameter import Parameter, SettingValue
from audiopost.layouts import default_layout
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.running import LARGEST_BLOCK, SAMPLE_RATE, prepared, run, sine, taken_layout
from tests.signals import white_noise
from tests.system import require_path
from tests.tolerances import (
    ALLOCATION_BYTES,
    BLURRED_ONSET_FRAMES,
    EXCUSED_SPLIT_DBFS,
    JUMP_STEPS,
    SILENCE_DBFS,
)

NAMES = CATALOGUE.names()
OWN = tuple(name for name in NAMES if name != "plugin" and "." not in name)
SPLITS = {
    "ones and twos": [0, 1, 2, 1, 0, 2] * 40,
    "powers of two": [64] * 40,
    "odd": [0, 333, 17, 1, 0, 509, 64, 2, 1021, 3] * 3,
}
TURN = 3001
"""Where all parameters change in the test of splits: in the middle of whatever block is going on."""


@pytest.fixture(scope="session")
def response(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An impulse response of 30 ms, mono: longer than any partition."""
    path = tmp_path_factory.mktemp("laws") / "response.wav"
    decay = np.exp(-np.arange(1440) / 200.0)
    with AudioWriter(path, SAMPLE_RATE, default_layout(1), bits="32f") as writer:
        writer.write((white_noise(1, 1440, seed=9) * decay).astype(np.float32))
    assert read_audio(path)[0].shape == (1, 1440)
    return path


@pytest.fixture
def settings(name: str, response: Path) -> dict[str, SettingValue]:
    """What the effect must be given to be made at all."""
    wanted = {setting.name for setting in CATALOGUE.entry(name).settings if setting.default is None}
    if name == "plugin":
        return {"path": str(require_path("/usr/lib/vst3/ZamGateX2.vst3", package="zam-plugins"))}
    assert wanted <= {"impulse_response"}, f"give {name} an example of {wanted} here"
    return {setting: str(response) for setting in wanted}


def fresh(name: str, settings: dict[str, SettingValue], **parameters: float) -> Node:
    return prepared(name, taken_layout(name, settings), settings=settings, parameters=parameters)


def noise_for(node_layout_channels: int, frames: int, seed: int = 1) -> AudioBlock:
    return white_noise(node_layout_channels, frames, seed=seed)


def channels_of(name: str, settings: dict[str, SettingValue]) -> int:
    return taken_layout(name, settings).channels


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
    again = fresh(name, settings)
    np.testing.assert_array_equal(first, run(again, samples))


@pytest.mark.parametrize("name", NAMES)
def test_sound_arrives_after_the_declared_latency(name: str, settings: dict[str, SettingValue]) -> None:
    entry = CATALOGUE.entry(name)
    node = fresh(name, settings)
    if entry.generates:
        assert node.latency_frames == 0
        return
    if "latency" in entry.exceptions:
        pytest.skip(entry.exceptions["latency"])
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


@pytest.mark.parametrize("name", NAMES)
def test_silence_comes_after_the_declared_tail(name: str, settings: dict[str, SettingValue]) -> None:
    node = fresh(name, settings)
    if node.tail_frames == INFINITE_TAIL or "tail" in CATALOGUE.entry(name).exceptions:
        pytest.skip("it may ring for ever, or says why its tail is not known")
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
    out = np.empty((node.output_layout(default_layout(samples.shape[0])).channels, 1000), dtype=np.float32)
    node.process(given[0], out, *given[1:])
    for each in given:
        np.testing.assert_array_equal(each, samples)


UP, DOWN = 28_932, 52_932
"""Where a parameter jumps: near a crest of the sine (and of a tone of 1 kHz), for at a zero crossing none is heard."""


def _jumps() -> list[tuple[str, str]]:
    return [(name, each.name) for name in NAMES for each in CATALOGUE.entry(name).parameters]


@pytest.mark.parametrize(("name", "parameter"), _jumps())
def test_a_jump_of_a_parameter_makes_no_step(name: str, parameter: str, settings: dict[str, SettingValue]) -> None:
    """A sine of 100 Hz plays while the parameter jumps from one end to the other and back.

    Allowed from one sample to the next: the largest step of the steady sound before, between and after, and
    `JUMP_STEPS` times the largest value heard, divided by the steps in 20 ms: one a frame, or one in 16 for hosted
    plug-ins. A hard switch would be 56 times that (3 times for hosted ones).
    """
    entry = CATALOGUE.entry(name)
    knob = next(each for each in entry.parameters if each.name == parameter)
    if "smoothing" in entry.exceptions or knob.choices:
        pytest.skip(entry.exceptions.get("smoothing", "a switch"))
    node = fresh(name, settings)
    samples = sine(100.0, 1.6, channels=channels_of(name, settings))
    turns = {0: {parameter: knob.minimum}, UP: {parameter: knob.maximum}, DOWN: {parameter: knob.minimum}}
    out = run(node, samples, turns=turns)
    steps = np.abs(np.diff(out, axis=1)).max(axis=0)
    late = node.latency_frames
    settled = [slice(22_800, 28_700), slice(46_800, 52_700), slice(70_800, 76_700)]
    steady = max(float(steps[each].max()) for each in settled)
    jumping = max(float(steps[at + late : at + late + 18_000].max()) for at in (UP - 100, DOWN - 100))
    loudest = float(np.abs(out[:, 22_800:]).max())
    frames_a_step = 1 if name in OWN else STEP_FRAMES
    assert jumping <= 1.05 * steady + JUMP_STEPS * loudest * frames_a_step / (0.020 * SAMPLE_RATE)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_channels_plays_or_is_refused_by_name(name: str, settings: dict[str, SettingValue]) -> None:
    played = 0
    messages: list[str] = []
    for channels in range(1, 13):
        layout = default_layout(channels)
        try:
            node = prepared(name, layout, settings=settings)
        except LayoutError as refused:
            messages.append(refused.mend)
            continue
        played += 1
        out = run(node, noise_for(channels, 700), [64, 1, 0, 200])
        assert out.shape[0] == node.output_layout(layout).channels
        assert np.isfinite(out).all()
    assert played
    assert all(messages)


@pytest.mark.parametrize("name", NAMES)
def test_processing_allocates_no_sound(name: str, settings: dict[str, SettingValue]) -> None:
    """numpy reports its buffers to tracemalloc; a block here is 32 kB and more, the allowance is far below."""
    entry = CATALOGUE.entry(name)
    if "allocation" in entry.exceptions or name not in OWN:
        pytest.skip("stated, or a hosted plug-in, whose library returns a new array")
    node = fresh(name, settings)
    samples = noise_for(channels_of(name, settings), LARGEST_BLOCK)
    side = [samples for _ in node.side_inputs]
    out = np.empty((node.output_layout(default_layout(samples.shape[0])).channels, LARGEST_BLOCK), dtype=np.float32)
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
