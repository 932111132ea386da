"""Where meters are read: in shared memory, by any number of readers, without a lock.

Each reading lies there twice, behind the number of its turns: the writer fills one copy while the other is read.
Readers never hold up the writer, nor the writer them, however many they are.

::

    point: | turns | name | figures | peak of each channel | spectrum | energy map | the same again |    by the meters
    gauge: | turns | nodes | load and gain reduction of each node | the same again |         by the engine
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.energy_map import MAP_SIZE
from audiopost.live.ring import fence
from audiopost.units import powers_to_db

__all__ = [
    "BAND_CENTRES_HZ",
    "BOARD_BYTES",
    "GAUGED_NODES",
    "GAUGES_BYTES",
    "METERED_CHANNELS",
    "METER_POINTS",
    "Gauges",
    "MeterBoard",
    "Reading",
]  # fmt: skip

METER_POINTS = 8
METERED_CHANNELS = 16
GAUGED_NODES = 64

BAND_CENTRES_HZ = tuple(float(1000.0 * 2.0 ** (band / 3.0)) for band in range(-17, 14))
"""Of the spectrum: third-octave bands from 20 Hz to 20 kHz (IEC 61260-1, base two), 31 of them."""

_NAME_WORDS = 8
_FIGURES = (
    "frames", "momentary_lufs", "short_term_lufs", "integrated_lufs", "loudness_range_lu", "momentary_max_lufs",
    "short_term_max_lufs", "true_peak_dbtp", "sample_peak_dbfs", "correlation", "channels", "lost_frames",
)  # fmt: skip
_PAYLOAD = len(_FIGURES) + METERED_CHANNELS + len(BAND_CENTRES_HZ) + MAP_SIZE
_POINT_WORDS = 8 + 2 * 8 * -(-(_NAME_WORDS + _PAYLOAD) // 8)
BOARD_BYTES = METER_POINTS * _POINT_WORDS * 8
_GAUGE_WORDS = 8 + 2 * (8 + 2 * GAUGED_NODES)
GAUGES_BYTES = _GAUGE_WORDS * 8


@dataclass(frozen=True)
class Reading:
    """What a meter says of one point; None where a value is not defined (silence, too short).

    Loudness after ITU-R BS.1770-5 and EBU Tech 3341/3342, counted from the last reset.
    """

    point: str
    frames: int
    """Measured since the reset."""
    momentary_lufs: float | None
    short_term_lufs: float | None
    integrated_lufs: float | None
    loudness_range_lu: float | None
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None
    true_peak_dbtp: float | None
    """The largest since the reset."""
    sample_peak_dbfs: float | None
    """The largest since the reset."""
    correlation: float | None
    """Of the first two channels over some 0.3 s: 1 is mono, 0 unrelated, -1 cancels in mono."""
    lost_frames: int
    """That the meter process came too late for."""
    peaks_dbfs: tuple[float, ...]
    """Of each channel in the newest thirtieth of a second; ``-inf`` for silence."""
    spectrum_dbfs: tuple[float, ...]
    """Level in the bands of `BAND_CENTRES_HZ`, of the mean of the channels' powers; a full-scale sine reads -3."""
    energy_dbfs: tuple[float, ...] = ()
    """Of a scene, the level from each direction, as `audiopost.dsp.energy_map` orders them; nothing for other sound."""


class _Turned:
    """Two copies of some words: the writer fills the one that is not read and then turns to it.

    A reader's copy is whole if the writer has not turned meanwhile; a writer that is put aside in the middle of its
    work holds up nobody.
    """

    def __init__(self, words: NDArray[np.int64]) -> None:
        self._turns = words[:1]
        half = (words.size - 8) // 2
        self._copies = tuple(words[8 + half * copy : 8 + half * (copy + 1)].view(np.float64) for copy in range(2))

    def write(self, values: NDArray[np.float64]) -> None:
        """The writer alone: put the values there, whole."""
        turn = int(self._turns[0]) + 1
        self._copies[turn % 2][: values.size] = values
        fence()
        self._turns[0] = turn

    def read(self) -> NDArray[np.float64] | None:
        """Any reader: a whole copy; None where nothing is written."""
        while turn := int(self._turns[0]):
            fence()
            copy = self._copies[turn % 2].copy()
            fence()
            if int(self._turns[0]) == turn:
                return copy
        return None

    def clear(self) -> None:
        """The writer alone: nothing is here any more."""
        self._turns[0] = 0


class MeterBoard:
    """The readings of all points.

    >>> board = MeterBoard(np.zeros(BOARD_BYTES // 8, np.int64))
    >>> board.write(0, "output", {"frames": 4800, "momentary_lufs": -23.0, "channels": 2}, np.zeros(2), np.zeros(31))
    >>> reading = board.read()["output"]
    >>> reading.momentary_lufs, reading.integrated_lufs, reading.peaks_dbfs
    (-23.0, None, (-inf, -inf))
    """

    def __init__(self, words: NDArray[np.int64]) -> None:
        places = words.reshape(METER_POINTS, _POINT_WORDS)
        self._points = tuple(_Turned(place) for place in places)
        self._values = np.zeros(_NAME_WORDS + _PAYLOAD)  # of the writer

    def write(
        self,
        number: int,
        point: str,
        figures: dict[str, float | None],
        peaks_linear: NDArray[np.float64],
        spectrum_power: NDArray[np.float64],
        energy_power: NDArray[np.float64] | None = None,
    ) -> None:
        """The meter process: publish a reading. What `figures` lacks is undefined."""
        values = self._values
        values.fill(math.nan)
        name = point.encode()[: _NAME_WORDS * 8].ljust(_NAME_WORDS * 8, b"\0")
        values[:_NAME_WORDS] = np.frombuffer(name, np.float64)
        for index, figure in enumerate(_FIGURES, _NAME_WORDS):
            value = figures.get(figure)
            values[index] = math.nan if value is None else value
        start = _NAME_WORDS + len(_FIGURES)
        values[start : start + peaks_linear.size] = peaks_linear
        first_band = start + METERED_CHANNELS
        values[first_band : first_band + len(BAND_CENTRES_HZ)] = spectrum_power
        if energy_power is not None:
            values[first_band + len(BAND_CENTRES_HZ) :] = energy_power
        self._points[number].write(values)

    def clear(self, number: int) -> None:
        """The meter process: this point is not measured any more."""
        self._points[number].clear()

    def read(self) -> dict[str, Reading]:
        """Any reader: every point that is measured, by its name."""
        read = (point.read() for point in self._points)
        readings = (_reading(values) for values in read if values is not None)
        return {reading.point: reading for reading in readings}


class Gauges:
    """What an engine says about its nodes, in the order of the drawing."""

    def __init__(self, words: NDArray[np.int64]) -> None:
        self._turned = _Turned(words)
        self._values = np.zeros(1 + 2 * GAUGED_NODES)

    def write(self, loads: NDArray[np.float64], reductions_db: NDArray[np.float64]) -> None:
        """The engine: load (share of a period) and gain reduction (dB, NaN where there is none) of each node."""
        nodes = min(loads.size, GAUGED_NODES)
        self._values[0] = nodes
        self._values[1 : 1 + nodes] = loads[:nodes]
        self._values[1 + GAUGED_NODES : 1 + GAUGED_NODES + nodes] = reductions_db[:nodes]
        self._turned.write(self._values)

    def read(self) -> tuple[list[float], list[float | None]]:
        """Any reader: the same; empty where nothing was said yet."""
        values = self._turned.read()
        if values is None:
            return [], []
        nodes = int(values[0])
        reductions = values[1 + GAUGED_NODES : 1 + GAUGED_NODES + nodes].tolist()
        return values[1 : 1 + nodes].tolist(), [_defined(each) for each in reductions]


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value


def _reading(values: NDArray[np.float64]) -> Reading:
    name = values[:_NAME_WORDS].tobytes().rstrip(b"\0").decode(errors="replace")
    figures = dict(zip(_FIGURES, values[_NAME_WORDS : _NAME_WORDS + len(_FIGURES)].tolist(), strict=True))
    channels = int(figures.pop("channels"))
    frames, lost = int(figures.pop("frames")), figures.pop("lost_frames")
    start = _NAME_WORDS + len(_FIGURES)
    peaks = powers_to_db(values[start : start + min(channels, METERED_CHANNELS)] ** 2).tolist()
    first_band = start + METERED_CHANNELS
    spectrum = powers_to_db(values[first_band : first_band + len(BAND_CENTRES_HZ)]).tolist()
    energy = values[first_band + len(BAND_CENTRES_HZ) :][:MAP_SIZE]
    return Reading(
        point=name,
        frames=frames,
        lost_frames=0 if math.isnan(lost) else int(lost),
        peaks_dbfs=tuple(peaks),
        spectrum_dbfs=tuple(spectrum),
        energy_dbfs=() if math.isnan(energy[0]) else tuple(powers_to_db(np.maximum(energy, 0.0)).tolist()),
        **{figure: _defined(value) for figure, value in figures.items()},
    )
