"""The log of moves: like a list to whoever reads it, small in memory however long it gets."""

from __future__ import annotations

import threading
import tracemalloc

import pytest

from audiopost.graph.offline import ParameterEvent
from audiopost.live.host_log import SessionLog
from audiopost.live.move_log import MoveLog
from tests.tolerances import MOVE_LOG_BYTES

MOVES = [ParameterEvent(128 * index, f"node{index % 3}.gain_db", index / 7.0) for index in range(70_000)]
"""20 bytes each: beyond what is kept in memory, and no whole number of the pieces that are read."""


def filled(count: int) -> MoveLog:
    log = MoveLog()
    for move in MOVES[:count]:
        log.append(move)
    return log


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_it_reads_like_a_list(count: int) -> None:
    log, moves = filled(count), MOVES[:count]
    assert log == moves
    assert list(log) == moves
    assert log[-3:] == moves[-3:]
    assert log[10:2:-3] == moves[10:2:-3]
    assert bool(log) is bool(moves)
    if count:
        assert (log[0], log[-1]) == (moves[0], moves[-1])
    with pytest.raises(IndexError):
        log[count]


def test_it_stays_small_and_whole_however_long_it_gets() -> None:
    tracemalloc.start()
    log = filled(len(MOVES))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log == MOVES
    assert taken < MOVE_LOG_BYTES


def test_it_is_read_while_it_grows() -> None:
    log = filled(20_000)
    others = threading.Thread(target=lambda: [log.append(move) for move in MOVES[20_000:60_000]])
    others.start()
    seen = list(log)
    others.join()
    assert seen == MOVES[: len(seen)]
    assert log == MOVES[:60_000]


def test_a_full_disk_is_told_once_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = SessionLog.__new__(SessionLog)
    session.problems, session._on_problem = [], None
    session.parameter_log = log = filled(1)

    def full(_move: ParameterEvent) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log, "append", full)
    for frame in (0, 128):
        session.parameter_moved(frame, "gain.gain_db", -6.0, "a")
    assert session.problems == [
        "gain.gain_db was turned, but the log of moves cannot grow (No space left on device): free some disk space"
    ]
    assert log == MOVES[:1]
