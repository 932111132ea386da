"""The law of smoothing, over the whole catalogue: a jump of a parameter makes no step larger than it allows."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.effects.hosted_node import STEP_FRAMES
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.parameter import SettingValue
from tests.running import SAMPLE_RATE, channels_of, fresh, held_by, run, sine
from tests.tolerances import JUMP_STEPS

UP, DOWN = 28_932, 52_932
"""Where a parameter jumps: near a crest of the sine (and of a tone of 1 kHz), for at a zero crossing none is heard."""


def _jumps() -> list[tuple[str, str]]:
    """Every knob that glides; a switch may jump, and so may what an effect states."""
    return [
        (name, each.name)
        for name in held_by("smoothing")
        for each in CATALOGUE.entry(name).parameters
        if not each.choices
    ]


@pytest.mark.parametrize(("name", "parameter"), _jumps())
def test_a_jump_of_a_parameter_makes_no_step(name: str, parameter: str, settings: dict[str, SettingValue]) -> None:
    """A sine of 100 Hz plays while the parameter jumps from one end to the other and back.

    Allowed from one sample to the next: the largest step of the steady sound before, between and after, and
    `JUMP_STEPS` times the largest value heard, divided by the steps in 20 ms: one a frame, or one in 16 for hosted
    plug-ins. A hard switch would be 56 times that (3 times for hosted ones).
    """
    entry = CATALOGUE.entry(name)
    knob = next(each for each in entry.parameters if each.name == parameter)
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
    frames_a_step = 1 if name != "plugin" and "." not in name else STEP_FRAMES
    assert jumping <= 1.05 * steady + JUMP_STEPS * loudest * frames_a_step / (0.020 * SAMPLE_RATE)
