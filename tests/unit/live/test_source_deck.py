"""The device's side of the source, block by block: turns, alignment, pause, the end."""

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.live.commands import Roll, TurnTo
from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing
from audiopost.live.source_deck import MOVE_FADE_S, SourceDeck
from audiopost.live.statistics import STATISTICS_INTEGERS, Count, Statistics

BLOCK, RATE_HZ = 64, 48_000
FADE_FRAMES = -(-round(MOVE_FADE_S * RATE_HZ) // BLOCK) * BLOCK


def ring(samples: AudioBlock) -> AudioRing:
    made = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(20_000, np.float32), 1)
    made.write(samples.astype(np.float32))
    return made


def line(frames: int, start: int = 0) -> AudioBlock:
    return (np.arange(start, start + frames, dtype=np.float32) / 20_000)[np.newaxis]


class Played:
    """A deck and what came out of it."""

    def __init__(self, *reels: AudioBlock) -> None:
        self.statistics = Statistics(np.zeros(STATISTICS_INTEGERS, np.int64))
        self.reels = [ring(each) for each in reels]
        self.deck = SourceDeck(self.reels, 0, BLOCK, RATE_HZ, self.statistics, None)
        self.frame = 0
        self.blocks: list[AudioBlock] = []

    def play(self, blocks: int) -> AudioBlock:
        for _ in range(blocks):
            out = np.full((1, BLOCK), np.nan, np.float32)
            self.deck.read(out, self.frame)
            self.blocks.append(out)
            self.frame += BLOCK
        return np.concatenate(self.blocks, axis=1)


@pytest.mark.parametrize("late_blocks", [0, 3])
def test_an_aligned_turn_goes_on_at_the_same_moment_however_late_the_reel_was_wound(late_blocks: int) -> None:
    """Both reels carry the same line; the other one begins at frame 640 of it."""
    played = Played(line(8000), line(0))
    played.play(4)
    played.deck.obey(TurnTo(1, at_taken=640), played.frame)
    played.play(6 + late_blocks)
    assert played.deck.events == [], "it waits for its reel"
    played.reels[1].write(line(4000, start=640))
    heard = played.play(20)
    np.testing.assert_allclose(heard, line(heard.shape[1]), atol=1e-6)
    (event,) = played.deck.events
    assert (event.kind, event.slot, event.frame) == ("turned", 1, (10 + late_blocks) * BLOCK)
    assert played.statistics[Count.REEL] == 1
    assert played.statistics[Count.SOURCE_UNDERRUNS] == 0


def test_a_turn_elsewhere_is_an_equal_power_fade_and_the_old_reel_stands_still_after_it() -> None:
    played = Played(np.full((1, 8000), 0.5), np.full((1, 8000), -0.25))
    played.play(2)
    played.deck.obey(TurnTo(1), played.frame)
    heard = played.play(20)[0]
    start, end = 2 * BLOCK, 2 * BLOCK + FADE_FRAMES
    assert np.all(heard[:start] == 0.5)
    assert np.all(heard[end:] == -0.25)
    angle = np.arange(1, FADE_FRAMES + 1) / FADE_FRAMES * np.pi / 2
    np.testing.assert_allclose(heard[start:end], 0.5 * np.cos(angle) - 0.25 * np.sin(angle), atol=1e-6)
    taken = played.reels[0].taken
    played.play(4)
    assert played.reels[0].taken == taken == end


def test_a_pause_fades_and_holds_the_place_and_a_turn_during_it_is_silent() -> None:
    played = Played(np.full((1, 8000), 0.5), np.full((1, 8000), 0.25))
    played.deck.obey(Roll(rolling=False), 0)
    heard = played.play(20)[0]
    np.testing.assert_allclose(heard[:FADE_FRAMES], 0.5 * (1 - np.arange(1, FADE_FRAMES + 1) / FADE_FRAMES), atol=1e-6)
    assert np.all(heard[FADE_FRAMES:] == 0.0)
    assert played.reels[0].taken == FADE_FRAMES
    played.deck.obey(TurnTo(1), played.frame)
    assert np.all(played.play(2)[0][-BLOCK:] == 0.0)
    played.deck.obey(Roll(rolling=True), played.frame)
    heard = played.play(20)[0]
    np.testing.assert_allclose(heard[-BLOCK:], 0.25)
    assert [event.kind for event in played.deck.events] == ["rolled", "turned", "rolled"]


def test_the_end_is_told_at_its_frame_and_a_turn_after_it_plays_on() -> None:
    played = Played(np.full((1, 100), 0.5), np.full((1, 8000), 0.25))
    played.reels[0].end()
    heard = played.play(4)[0]
    assert np.all(heard[100:] == 0.0)
    assert played.deck.end_frame == 100
    played.deck.obey(TurnTo(1), played.frame)
    assert np.all(played.play(1)[0][-BLOCK:] == 0.25)
    assert played.deck.end_frame is None
    assert played.statistics[Count.SOURCE_UNDERRUNS] == 0


def test_a_ring_that_runs_dry_is_counted_and_heard_as_silence() -> None:
    played = Played(np.full((1, 100), 0.5), line(0))
    heard = played.play(2)[0]
    assert np.all(heard[100:] == 0.0)
    assert played.statistics[Count.SOURCE_UNDERRUNS] == 1
    assert played.deck.end_frame is None
