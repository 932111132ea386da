"""While sound plays nothing is compiled, loaded, imported or opened: over the whole catalogue of own effects."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numba
import numpy as np
import pytest

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.compiled import compiled
from audiopost.effects.python_effect import effect, kernel
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import SettingValue
from audiopost.layouts import Layout, default_layout, layout_named
from audiopost.media.audio_writer import AudioWriter
from tests.audio_thread import watched
from tests.running import LARGEST_BLOCK, SAMPLE_RATE
from tests.signals import white_noise

OWN = tuple(name for name in CATALOGUE.names() if name != "plugin" and "." not in name)
LAYOUTS = ("mono", "stereo", "5.1", "ambisonics-1")
LIKE_THE_FIRST = re.compile(r"band[2-9]_")
"""Settings of bands that are made like band 1: its choices stand for theirs."""

LENGTHS = (512, 0, 1, 2, 333, 512, LARGEST_BLOCK, 64, 7)


@pytest.fixture(scope="session")
def response(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio_thread") / "response.wav"
    with AudioWriter(path, SAMPLE_RATE, default_layout(1), bits="32f") as writer:
        writer.write(white_noise(1, 1440) * np.float32(0.1))
    return path


def ways_to_make(entry: EffectEntry, response: Path) -> Iterator[dict[str, SettingValue]]:
    """Its default settings, and every choice of every setting, one at a time."""
    needed: dict[str, SettingValue] = {
        each.name: str(response) for each in entry.settings if each.default is None and each.kind == "path"
    }
    yield needed
    for each in entry.settings:
        if LIKE_THE_FIRST.match(each.name):
            continue
        for choice in each.choices:
            yield needed | {each.name: int(choice) if each.kind == "integer" else choice}
        if each.kind == "flag":
            yield needed | {each.name: not each.default}


def prepared_nodes(entry: EffectEntry, response: Path) -> Iterator[tuple[Node, Layout, tuple[Layout, ...]]]:
    """Every way to make it, on every layout that it takes, keyed by its own layout and by mono."""
    for settings in ways_to_make(entry, response):
        for name in LAYOUTS:
            layout = layout_named(name)
            for key in {layout, layout_named("mono")} if entry.side_inputs else {layout}:
                node = entry.make(settings)
                sides = (key,) * len(entry.side_inputs)
                try:
                    node.output_layout(layout)
                    node.prepare(StreamFormat(SAMPLE_RATE, layout, LARGEST_BLOCK, sides))
                except LayoutError:
                    continue
                yield node, layout, sides


def play(node: Node, layout: Layout, sides: tuple[Layout, ...]) -> list[str]:
    """Blocks of all lengths, all knobs turned on the way, a reset: what an audio thread does."""
    memories = [BlockMemory(each.channels, LARGEST_BLOCK) for each in (layout, *sides)]
    noise = [white_noise(memory.channels, LARGEST_BLOCK) for memory in memories]
    out_memory = BlockMemory(node.output_layout(layout).channels, LARGEST_BLOCK)
    with watched() as seen:
        for frames in LENGTHS:
            blocks = [memory.block(frames) for memory in memories]
            for block, samples in zip(blocks, noise, strict=True):
                block[:] = samples[:, :frames]
            node.process(blocks[0], out_memory.block(frames), *blocks[1:])
            for each in node.parameters:
                node.set_parameter(each.name, each.maximum if frames % 2 else each.minimum)
            if frames == LARGEST_BLOCK:
                node.reset()
    return seen


@pytest.mark.parametrize("name", OWN)
def test_an_effect_that_plays_does_nothing_but_play(name: str, response: Path) -> None:
    played = 0
    for node, layout, sides in prepared_nodes(CATALOGUE.entry(name), response):
        assert play(node, layout, sides) == [], (layout.name, node.setting_values)
        played += 1
    assert played


def test_effects_written_in_python_are_compiled_before_they_play(
    response: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CATALOGUE, "_entries", dict(CATALOGUE._entries))

    @kernel(state=2)
    def state_variable(x, state, cutoff_hz=1000.0, sample_rate=48_000.0):  # type: ignore[no-untyped-def]
        f = 2.0 * math.sin(math.pi * cutoff_hz / sample_rate / 2.0)
        state[0] += f * state[1]
        state[1] += f * (x - state[0] - state[1])
        return state[0]

    @effect
    def drive(block: AudioBlock, *, drive_db: float = 6.0) -> AudioBlock:
        return np.tanh(block * np.float32(10.0 ** (drive_db / 20.0)))

    for each in (state_variable, drive):
        for node, layout, sides in prepared_nodes(EffectEntry.of(each.definition), response):
            assert play(node, layout, sides) == []


# --- What the watch would find ---------------------------------------------------------------------------------------


class Misbehaving(Node):
    def prepare(self, stream: StreamFormat) -> None:
        self._kernel = compiled("float64(float64)")(lambda x: x + 1.0)
        self._lazy = numba.njit(lambda block: block * 2.0)


class CompilesLate(Misbehaving):
    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        self._lazy(block)


class LoadsKernelLate(Misbehaving):
    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        self._kernel.ready()


class CompilesASecondVersion(Misbehaving):
    """A view with gaps is of another type than a block."""

    def prepare(self, stream: StreamFormat) -> None:
        super().prepare(stream)
        self._lazy(np.zeros((stream.layout.channels, 8), dtype=np.float32))

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        self._lazy(block[:, ::2])


class ImportsLate(Misbehaving):
    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        import colorsys  # noqa: F401


class OpensAFile(Misbehaving):
    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        Path(__file__).read_bytes()


@pytest.mark.parametrize(
    ("misbehaving", "told"),
    [
        (CompilesLate, "numba:compile "),
        (LoadsKernelLate, "numba:compiler_lock"),
        (CompilesASecondVersion, "numba:compile "),
        (ImportsLate, "import ('colorsys',)"),
        (OpensAFile, "open "),
    ],
)
def test_it_is_found(misbehaving: type[Node], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    node = misbehaving()
    stereo = layout_named("stereo")
    node.prepare(StreamFormat(SAMPLE_RATE, stereo, LARGEST_BLOCK))
    assert any(each.startswith(told) for each in play(node, stereo, ())), told
