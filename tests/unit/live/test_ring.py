import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing


def a_ring(channels: int, capacity: int) -> AudioRing:
    header = np.zeros(RING_HEADER_INTEGERS, np.int64)
    return AudioRing(header, np.zeros(channels * capacity, np.float32), channels)


@given(
    channels=st.integers(1, 3),
    capacity=st.integers(1, 9),
    moves=st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=40),
)
def test_what_is_read_is_what_was_written_in_any_pattern(
    channels: int, capacity: int, moves: list[tuple[bool, int]]
) -> None:
    ring = a_ring(channels, capacity)
    endless = np.arange(1, channels * 600 + 1, dtype=np.float32).reshape(channels, 600)
    written = taken = 0
    for writing, frames in moves:
        if writing:
            room = ring.writable
            put = ring.write(np.ascontiguousarray(endless[:, written : written + frames]))
            assert put == min(frames, room)
            written += put
        else:
            out = np.full((channels, frames), -1.0, np.float32)
            there = ring.readable
            got = ring.read(out)
            assert got == min(frames, there)
            np.testing.assert_array_equal(out[:, :got], endless[:, taken : taken + got])
            np.testing.assert_array_equal(out[:, got:], -1.0)
            taken += got
        assert ring.readable == written - taken
        assert ring.readable + ring.writable == capacity


def test_the_end_is_seen_by_another_view_of_the_same_memory() -> None:
    header = np.zeros(RING_HEADER_INTEGERS, np.int64)
    samples = np.zeros(8, np.float32)
    writer, reader = AudioRing(header, samples, 1), AudioRing(header, samples, 1)
    writer.write(np.ones((1, 3), np.float32))
    writer.end()
    assert reader.ended
    assert reader.readable == 3
