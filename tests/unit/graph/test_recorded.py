from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.offline import ParameterEvent, render
from audiopost.graph.recorded import with_moves
from tests.signals import white_noise

RATE = 48_000
CHAIN = (fx.limiter(ceiling_dbtp=-6.0) >> fx.gain(gain_db=-3.0)).macro("level", gain__gain_db=(-20.0, 0.0))


@pytest.mark.parametrize("first_frame", [0, 1, 17, 4001])
def test_recorded_moves_render_to_the_samples_that_events_give(first_frame: int) -> None:
    samples = white_noise(2, 20_000)
    moves = [
        ParameterEvent(first_frame, "gain.gain_db", -12.0),
        ParameterEvent(first_frame, "limiter.ceiling_dbtp", -20.0),
        ParameterEvent(5_000, "gain.gain_db", -1.0),
        ParameterEvent(5_000, "gain.gain_db", -9.0),
        ParameterEvent(9_999, "macro.level", 0.75),
    ]
    heard = render(CHAIN, samples, RATE, events=moves)
    assert not np.array_equal(heard, render(CHAIN, samples, RATE))
    for block_frames in (64, 4096):
        np.testing.assert_array_equal(
            render(with_moves(CHAIN, moves, RATE), samples, RATE, block_frames=block_frames), heard
        )


def test_a_knob_that_automation_turns_is_not_recorded_over_it() -> None:
    drawn = CHAIN.automate("gain.gain_db", [(0.0, 0.0)])
    with pytest.raises(GraphError, match=r"gain\.gain_db"):
        with_moves(drawn, [ParameterEvent(1, "gain.gain_db", -12.0)], RATE)


@pytest.mark.parametrize("path", ["room.mix_percent", "macro.width"])
def test_moves_of_what_is_not_there_are_named(path: str) -> None:
    with pytest.raises(UnknownNameError, match=path.partition(".")[0]):
        with_moves(CHAIN, [ParameterEvent(1, path, 0.5)], RATE)
