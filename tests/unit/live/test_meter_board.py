"""Readings in shared memory: never torn, whoever writes and however often."""

import threading

import numpy as np

from audiopost.live.meter_board import BAND_CENTRES_HZ, BOARD_BYTES, GAUGES_BYTES, METER_POINTS, Gauges, MeterBoard

BANDS = len(BAND_CENTRES_HZ)


def test_a_point_appears_with_its_first_reading_and_goes_when_it_is_cleared() -> None:
    board = MeterBoard(np.zeros(BOARD_BYTES // 8, np.int64))
    assert board.read() == {}
    for number in range(METER_POINTS):
        board.write(number, f"point {number}", {"frames": 1.0, "channels": 1.0}, np.ones(1), np.ones(BANDS))
    assert list(board.read()) == [f"point {number}" for number in range(METER_POINTS)]
    board.clear(3)
    assert "point 3" not in board.read()
    assert board.read()["point 4"].peaks_dbfs == (0.0,)
    assert board.read()["point 4"].spectrum_dbfs == (0.0,) * BANDS


def test_a_long_name_is_cut_and_undefined_values_are_none() -> None:
    board = MeterBoard(np.zeros(BOARD_BYTES // 8, np.int64))
    board.write(0, "n" * 100, {"frames": 1.0, "channels": 2.0, "momentary_lufs": None}, np.zeros(2), np.zeros(BANDS))
    (reading,) = board.read().values()
    assert reading.point == "n" * 64
    assert reading.momentary_lufs is None
    assert reading.loudness_range_lu is None


def test_readers_never_see_two_readings_at_once() -> None:
    """The writer writes one number everywhere; every reader finds one number everywhere."""
    words = np.zeros(BOARD_BYTES // 8, np.int64)
    board, over, seen = MeterBoard(words), threading.Event(), [0, 0, 0, 0]
    torn: list[object] = []

    def read(number: int) -> None:
        reader = MeterBoard(words)
        while not over.is_set():
            for reading in reader.read().values():
                seen[number] += 1
                if reading.momentary_lufs != reading.frames or len(set(reading.spectrum_dbfs)) != 1:
                    torn.append(reading)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1_000_000):
        if min(seen) > 100:
            break
        value = float(number)
        board.write(
            0, "x", {"frames": value, "momentary_lufs": value, "channels": 1.0}, np.ones(1), np.full(BANDS, value)
        )
    over.set()
    for thread in threads:
        thread.join()
    assert torn == []
    assert min(seen) > 100


def test_gauges_keep_the_order_of_the_nodes() -> None:
    gauges = Gauges(np.zeros(GAUGES_BYTES // 8, np.int64))
    assert gauges.read() == ([], [])
    gauges.write(np.array([0.1, 0.2]), np.array([np.nan, 3.0]))
    assert gauges.read() == ([0.1, 0.2], [None, 3.0])
    gauges.write(np.zeros(100), np.zeros(100))
    assert len(gauges.read()[0]) == 64
