"""Which of two chains is heard, and what control is told of it."""

import numpy as np

from audiopost.layouts import layout_named
from audiopost.live.commands import Event
from audiopost.live.engine_voice import EngineVoice
from audiopost.live.ensemble import Ensemble
from audiopost.live.memory import Segment
from audiopost.live.messages import Voice
from audiopost.live.session import SessionMemory, SessionPlan

BLOCK = 512
STEREO = layout_named("stereo")
PLAN = SessionPlan(48_000, BLOCK, STEREO, 2, 0, 2, has_source=True, live_input=False, speed=0.0)


def test_a_switch_is_told_once_and_the_side_that_was_left_says_nothing() -> None:
    """Or who switches again at once takes the left side's word for the end of the fade, and the next wish is lost."""
    segment = Segment()
    memory = SessionMemory(segment, PLAN, first=True)
    told: list[Event] = []
    ensemble = Ensemble(2, BLOCK, 48_000, memory.statistics, told.append)
    sides = [EngineVoice(Voice(slot, STEREO, 0, 0, 0, side), 0, memory) for slot, side in enumerate("ab")]
    dry, out = np.zeros((2, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    ensemble.attach(sides[0], 0, at_once=True)

    def play(first: int, blocks: int = 20) -> list[tuple[str, int]]:
        told.clear()
        for number in range(first, first + blocks):
            for voice in ensemble:
                voice.ask(dry, number * BLOCK)
                voice.arrived = True
                voice.align()
            ensemble.follow(number * BLOCK)
            ensemble.mix(dry, out, number * BLOCK)
        return [(event.kind, event.slot) for event in told]

    assert play(0) == []
    ensemble.attach(sides[1], 20 * BLOCK, at_once=False)
    assert play(20) == [("heard", 1)], "the one beside is warm"
    for number, (side, slot) in enumerate((("b", 1), ("a", 0), ("b", 1))):
        ensemble.switch(side)
        assert play(40 + 20 * number) == [("heard", slot)]
