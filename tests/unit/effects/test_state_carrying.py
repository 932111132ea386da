from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.effects.effect_files import load_effects, redrawn, reload_effects
from audiopost.effects.state_carrying import carry_state, carry_states, fresh_like
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import NodeSpec
from audiopost.layouts import layout_named
from audiopost.media.audio_writer import AudioWriter
from tests.running import prepared, run, taken_layout
from tests.signals import white_noise

STREAM = StreamFormat(48_000, layout_named("stereo"), 512)

ECHO = """\
import numpy as np
from audiopost.effects.python_effect import effect, kernel
from audiopost.graph.node import Node
from audiopost.graph.parameter import Parameter

class Line:
    def __init__(self, frames):
        self.samples = np.zeros((2, frames), dtype=np.float32)
        self.place = 0

@effect
class Echo(Node):
    "An echo of 100 frames."
    parameters = (Parameter("feedback", 0.5, 0.0, 0.9),)

    def prepare(self, stream):
        self._level = 1.0
        self._lines = [Line(100)]
        self._heard = 0

    def process(self, block, out, *side):
        line = self._lines[0]
        for n in range(block.shape[1]):
            old = line.samples[:, line.place].copy()
            line.samples[:, line.place] = block[:, n] + self.values["feedback"] * old
            out[:, n] = block[:, n] + self._level * old
            line.place = (line.place + 1) % 100
        self._heard += block.shape[1]

    def reset(self):
        self.prepare(None)

@kernel(state=1)
def follow(x, state, speed=0.1):
    state[0] += speed * (x - state[0])
    return state[0]
"""


@pytest.fixture(autouse=True)
def _catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE, "_entries", dict(CATALOGUE._entries))


def made(effect: str, **parameters: float) -> Node:
    node = CATALOGUE.make(effect, NodeSpec.of(effect, parameters))
    node.prepare(STREAM)
    node.reset()
    return node


def play(node: Node, block: AudioBlock) -> AudioBlock:
    out = np.empty_like(block)
    node.process(block, out)
    return out


class Edited:
    """An effect file that is loaded, played, edited and loaded again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mine.py"
        self.path.write_text(ECHO, encoding="utf-8")
        load_effects(self.path)

    def carried(self, effect: str, old: Node, before: str, after: str) -> tuple[Node, tuple[str, ...]]:
        assert before in ECHO
        self.path.write_text(ECHO.replace(before, after), encoding="utf-8")
        reload_effects(self.path)
        new = made(effect)
        assert type(new) is not type(old)
        return new, carry_state(old, new, fresh_like(old, STREAM))


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Edited]:
    return Edited(tmp_path)


@pytest.mark.parametrize("effect", ["echo", "follow"])
def test_the_sound_goes_on_as_if_nothing_had_been_loaded(effect: str, edited: Edited) -> None:
    first, second = white_noise(2, 130, seed=1), white_noise(2, 130, seed=2)
    old = made(effect)
    play(old, first)
    new, _ = edited.carried(effect, old, '"An echo of 100 frames."', '"An echo: another summary."')
    np.testing.assert_array_equal(play(new, second), play(old, second))


def test_what_playing_changed_is_carried_and_a_constant_of_the_source_is_not(edited: Edited) -> None:
    old = made("echo")
    play(old, white_noise(2, 130))
    new, names = edited.carried("echo", old, "self._level = 1.0", "self._level = 0.25")
    assert names == ("_lines.0.samples", "_lines.0.place", "_heard")
    silence = np.zeros((2, 50), dtype=np.float32)
    np.testing.assert_array_equal(play(new, silence), np.float32(0.25) * play(old, silence))


def test_knobs_stand_as_they_stood_unless_the_range_forbids_it(edited: Edited) -> None:
    old = made("echo")
    old.set_parameter("feedback", 0.8)
    new, _ = edited.carried("echo", old, "0.5, 0.0, 0.9", "0.5, 0.0, 0.95")
    assert new.values == {"feedback": 0.8}
    new, _ = edited.carried("echo", old, "0.5, 0.0, 0.9", "0.3, 0.0, 0.6")
    assert new.values == {"feedback": 0.3}


def test_what_changed_its_shape_or_its_name_starts_anew(edited: Edited) -> None:
    old = made("echo")
    play(old, white_noise(2, 130))
    new, names = edited.carried("echo", old, "Line(100)", "Line(200)")
    assert names == ("_lines.0.place", "_heard")
    assert not new._lines[0].samples.any()
    _, names = edited.carried("echo", old, "_heard", "_counted")
    assert names == ("_lines.0.samples", "_lines.0.place")


def test_what_is_not_finite_is_left_behind(edited: Edited) -> None:
    old = made("echo")
    play(old, white_noise(2, 10))
    old._lines[0].samples[0, 3] = np.nan
    new, names = edited.carried("echo", old, "self._level = 1.0", "self._level = 0.5")
    assert "_lines.0.samples" not in names
    assert np.isfinite(play(new, np.zeros((2, 200), np.float32))).all()


def test_the_old_node_is_only_read_and_shares_nothing_with_the_new_one(edited: Edited) -> None:
    first, second = white_noise(2, 130, seed=1), white_noise(2, 130, seed=2)
    old, twin = made("echo"), made("echo")
    play(old, first)
    play(twin, first)
    new, _ = edited.carried("echo", old, "self._level = 1.0", "self._level = 0.5")
    play(new, second)
    np.testing.assert_array_equal(play(old, second), play(twin, second))


def test_a_kernel_s_state_is_carried_and_its_knobs_arrive(edited: Edited) -> None:
    old = made("follow", speed=0.01)
    play(old, np.ones((2, 100), np.float32))
    new, names = edited.carried("follow", old, "return state[0]", "return 2 * state[0]")
    assert "_state" in names
    silence = np.zeros((2, 50), dtype=np.float32)
    np.testing.assert_array_equal(play(new, silence), 2 * play(old, silence))


def test_a_whole_drawing_goes_on_through_an_edit(edited: Edited) -> None:
    """echo ─▶ follow ─▶ delay ─▶ highpass, edited where nothing is heard of it; the reload changes no sample."""
    module = sys.modules[CATALOGUE.entry("echo").make.__module__]
    drawing = module.Echo(feedback=0.7) >> module.follow() >> fx.delay(delay_ms=3.0) >> fx.highpass()
    old = GraphRenderer(drawing, STREAM)
    rendered(old, white_noise(2, 400, seed=1))
    edited.path.write_text(ECHO.replace("echo of 100 frames", "echo of some frames"), encoding="utf-8")
    reload_effects(edited.path)
    new = GraphRenderer(redrawn(drawing), STREAM)
    carried = carry_states(old, new)
    assert set(carried) == {"echo", "follow", "delay", "highpass"}
    block = white_noise(2, 400, seed=2)
    np.testing.assert_array_equal(rendered(new, block), rendered(old, block))


def test_another_effect_of_the_same_name_and_another_layout_start_anew() -> None:
    old = GraphRenderer(fx.delay().named("n"), STREAM)
    rendered(old, white_noise(2, 400))
    assert carry_states(old, GraphRenderer(fx.highpass().named("n"), STREAM)) == {}
    mono = StreamFormat(48_000, layout_named("mono"), 512)
    assert carry_states(old, GraphRenderer(fx.delay().named("n"), mono)) == {}
    assert carry_states(old, GraphRenderer(fx.delay().named("n"), STREAM)) == {"n": ("_line._ring", "_line._state")}


def rendered(renderer: GraphRenderer, block: AudioBlock) -> AudioBlock:
    out = np.empty_like(block)
    renderer.process(block, out)
    return out


def test_what_is_tied_to_its_memory_is_left_alone() -> None:
    """A meter's scan hands addresses to its programs: copied, they would point into the memory of the old node."""
    old, new = made("meter"), made("meter")
    play(old, white_noise(2, 512))
    before = new.meter.result()
    assert carry_state(old, new, fresh_like(old, STREAM)) == ()
    assert new.meter.result() == before

    class Tied(Node):
        def prepare(self, stream: StreamFormat) -> None:
            self._memory = np.zeros(4)
            self._memory_at = self._memory.ctypes.data
            self._count = 0

        def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
            self._count += 1

    tied, other = Tied(), Tied()
    for each in (tied, other):
        each.prepare(STREAM)
    play(tied, white_noise(2, 4))
    at = other._memory_at
    assert carry_state(tied, other, fresh_like(tied, STREAM)) == ()
    assert other._memory_at == at


@pytest.mark.parametrize("name", [each for each in CATALOGUE.names() if "." not in each and each != "plugin"])
def test_every_own_effect_goes_on_bit_for_bit(name: str, tmp_path: Path) -> None:
    response = str(tmp_path / "response.wav")
    paths = [each.name for each in CATALOGUE.entry(name).settings if each.kind == "path" and each.name != "hrtf"]
    settings = dict.fromkeys(paths, response)
    if settings:
        with AudioWriter(response, 48_000, layout_named("mono"), bits="32f") as writer:
            writer.write(white_noise(1, 24_000))  # a response, or what a noise profile is learned from
    layout = taken_layout(name, settings)
    old, new = (prepared(name, layout, settings=settings, maximum_frames=512) for _ in range(2))
    stream = StreamFormat(48_000, layout, 512, (layout,) * len(old.side_inputs))
    run(old, white_noise(layout.channels, 3000, seed=1), maximum_frames=512)
    carry_state(old, new, fresh_like(old, stream))
    block = white_noise(layout.channels, 3000, seed=2)
    np.testing.assert_array_equal(run(new, block, maximum_frames=512), run(old, block, maximum_frames=512))
