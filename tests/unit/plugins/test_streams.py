"""Any plug-in as a stream that returns as many frames as it was given, whatever the blocks."""

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import PluginError
from audiopost.plugins.streams import PRIMING_FRAMES, FixedBlockStream, SteadyStream, Stream, held_back
from tests.signals import white_noise
from tests.unit.plugins.imitations import BlockMean, Imitation

SPLITS = ((5000,), (1,), (2, 0, 1), (7, 64, 511, 3), (63, 65))


def played(stream: Stream, samples: AudioBlock, sizes: tuple[int, ...]) -> AudioBlock:
    out = np.full_like(samples, np.nan)
    start = turn = 0
    while start < samples.shape[1]:
        stop = min(samples.shape[1], start + sizes[turn % len(sizes)])
        piece = np.full((samples.shape[0], stop - start), np.nan, dtype=np.float32)
        stream.process(np.ascontiguousarray(samples[:, start:stop]), piece)
        out[:, start:stop] = piece
        start, turn = stop, turn + 1
    return out


def late(samples: AudioBlock, frames: int) -> AudioBlock:
    return np.concatenate([np.zeros((samples.shape[0], frames), np.float32), samples], axis=1)[:, : samples.shape[1]]


@pytest.mark.parametrize("sizes", SPLITS)
@pytest.mark.parametrize(("held", "packet"), [(0, 1), (100, 1), (240, 1), (100, 64), (33, 48)])
def test_a_fixed_block_stream_is_a_pure_delay_by_its_latency(held: int, packet: int, sizes: tuple[int, ...]) -> None:
    samples = white_noise(2, 5000)
    missing = held_back(Imitation(held, packet), 2, 48, 4800)
    stream = FixedBlockStream(Imitation(held, packet), 2, 48, missing)
    assert stream.latency_frames == missing + 47
    np.testing.assert_array_equal(played(stream, samples, sizes), late(samples, stream.latency_frames))


@pytest.mark.parametrize("sizes", SPLITS)
def test_samples_that_depend_on_the_blocks_no_longer_do(sizes: tuple[int, ...]) -> None:
    samples = white_noise(2, 5000)
    whole = played(FixedBlockStream(BlockMean(), 2, 64, 0), samples, (5000,))
    np.testing.assert_array_equal(played(FixedBlockStream(BlockMean(), 2, 64, 0), samples, sizes), whole)


def test_only_blocks_of_the_fixed_size_are_fed() -> None:
    plugin = Imitation()
    played(FixedBlockStream(plugin, 1, 32, 0), white_noise(1, 1000), (7, 100))
    assert set(plugin.blocks) == {32}


def test_after_a_reset_a_fixed_block_stream_is_as_new() -> None:
    samples = white_noise(2, 3000)
    stream = FixedBlockStream(Imitation(100), 2, 64, 100)
    first = played(stream, samples, (333,))
    stream.reset()
    np.testing.assert_array_equal(played(stream, samples, (1, 64)), first)


def test_a_plugin_that_holds_back_more_than_it_did_is_named() -> None:
    stream = FixedBlockStream(Imitation(300), 1, 32, held_back_frames=100)
    with pytest.raises(PluginError, match="Imitation: held back more sound than it declared"):
        played(stream, white_noise(1, 2000), (64,))


@pytest.mark.parametrize("held", [0, 1, 480, PRIMING_FRAMES, 3 * PRIMING_FRAMES + 5])
def test_the_latency_of_a_steady_stream_is_what_the_silence_lost(held: int) -> None:
    assert SteadyStream(Imitation(held), 2).latency_frames == held


def test_a_steady_stream_returns_every_frame_of_any_split() -> None:
    samples = white_noise(3, 1000)
    np.testing.assert_array_equal(played(SteadyStream(Imitation(), 3), samples, (1, 2, 0, 97)), samples)


def test_a_plugin_is_never_given_an_empty_block() -> None:
    plugin = Imitation()
    SteadyStream(plugin, 2).process(np.empty((2, 0), np.float32), np.empty((2, 0), np.float32))
    assert 0 not in plugin.blocks


def test_a_plugin_that_swallows_everything_is_named() -> None:
    with pytest.raises(PluginError, match="returns no sound"):
        SteadyStream(Imitation(held_back=1 << 30), 1)


def test_a_plugin_that_changes_its_latency_while_playing_is_named() -> None:
    plugin = Imitation()
    stream = SteadyStream(plugin, 1)
    plugin.held_back = 50
    with pytest.raises(PluginError, match="changed its latency while playing"):
        played(stream, white_noise(1, 512), (64,))


def test_priming_does_not_depend_on_the_blocks_that_follow() -> None:
    plugin = Imitation()
    SteadyStream(plugin, 2)
    assert plugin.blocks == [PRIMING_FRAMES]
