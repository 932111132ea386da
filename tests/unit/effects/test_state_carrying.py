from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.effect_files import load_effects, reload_effects
from audiopost.effects.state_carrying import carry_state, fresh_like
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.spec import NodeSpec
from audiopost.layouts import layout_named
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
