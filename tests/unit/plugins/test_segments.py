"""Plug-ins that must be given whole sounds, played in overlapping segments."""

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.plugins.segments import SegmentedPlugin
from audiopost.plugins.streams import FixedBlockStream
from tests.signals import white_noise
from tests.tolerances import CROSS_FADE_SUM


class Whole:
    """Takes whole sounds; what it does near an end of one is wrong, as with codecs and stretchers."""

    name = "Whole"

    def __init__(self, unsure: int) -> None:
        self.unsure = unsure
        self.gain = 1.0
        self.lengths: list[int] = []

    def set_parameter(self, name: str, value: float) -> None:
        self.gain = value

    def play_whole(self, samples: AudioBlock) -> AudioBlock:
        self.lengths.append(samples.shape[1])
        out = self.gain * samples
        out[:, : self.unsure] = 9.0
        out[:, -self.unsure :] = 9.0
        return out


def stream(sound: Whole, fade: int) -> FixedBlockStream:
    return FixedBlockStream(SegmentedPlugin(sound, 2, 400, 150, 100, fade), 2, 400, 100)


def test_segments_join_without_a_seam_where_they_agree() -> None:
    samples, made = white_noise(2, 3000), stream(Whole(unsure=40), fade=60)
    out = np.empty_like(samples)
    made.process(samples, out)
    lag = made.latency_frames
    assert lag == 499
    np.testing.assert_allclose(out[:, lag:], samples[:, : 3000 - lag], atol=CROSS_FADE_SUM)
    assert np.all(out[:, :lag] == 0.0)


def test_without_a_fade_the_samples_are_those_of_the_segments() -> None:
    samples, made = white_noise(2, 3000), stream(Whole(unsure=40), fade=0)
    out = np.empty_like(samples)
    made.process(samples, out)
    np.testing.assert_array_equal(out[:, 499:], samples[:, : 3000 - 499])


def test_silence_is_not_played() -> None:
    sound = Whole(unsure=1)
    made = stream(sound, fade=0)
    made.process(np.zeros((2, 4000), np.float32), np.empty((2, 4000), np.float32))
    assert sound.lengths == []


def test_a_new_value_is_heard_from_the_next_segment_on() -> None:
    sound = Whole(unsure=10)
    made, out = stream(sound, fade=0), np.empty((2, 1200), np.float32)
    ones = np.ones((2, 1200), np.float32)
    made.process(ones, out)
    made.set_parameter("gain", 0.5)
    made.process(ones, out)
    assert sorted(set(out[0].tolist())) == [0.5, 1.0]
