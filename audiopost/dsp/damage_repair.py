"""Repair of clicks and of clipped peaks in a stream, window by window.

::

    line:   [ 512 repaired ][ 1024 under repair ][ 512 to come ]

Every 1024 frames an autoregression is fitted to the whole line, damage is sought in the middle, and interpolated from
both sides. Windows are counted on the stream's own frames, never on blocks. Every channel is repaired by itself.

A click is found where both a prediction from the past and one from the future fail: the error of either is compared
with its spread over the line. Voices fail from one side only (a glottal pulse can be foretold from what follows).

Sources: `audiopost.dsp.autoregression`; prediction from both sides: I. Kauppinen, "Methods for detecting impulsive
noise in speech and audio signals", 14th International Conference on Digital Signal Processing (2002), 967-970.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.autoregression import ORDER, fit, interpolate, prediction_errors, spread_of
from audiopost.dsp.compiled import compiled, inlined

__all__ = ["CLICKS", "CLIPPING", "DamageRepair"]

CLICKS, CLIPPING = range(2)

CONTEXT = 512
MIDDLE = 1024
LINE = MIDDLE + 2 * CONTEXT

MARGIN = 2
"""Frames before and behind a click that are taken for damaged too."""

LONGEST_CLICK = 200
"""Frames, 4 ms at 48 kHz. What fails for longer is a sound."""

SHORTEST_PLATEAU = 2
"""Frames at the ceiling that make a clipped peak."""

PASSES = 3
"""Times that clipped peaks are interpolated, each with the autoregression of what the last one gave (Janssen)."""


class DamageRepair:
    """Finds and repairs damage of one kind.

    Attributes
    ----------
    latency_frames : int
        1536.
    repaired_frames : int
        Frames of all channels that were replaced since the last reset.

    Notes
    -----
    Realtime: a compiled pass; once in 1024 frames the work of a window, in a few. In one kernel for all of it the
    compiler would make each helper twice, by itself and in place, and clicks would wait for what only clipping needs.
    """

    latency_frames = MIDDLE + CONTEXT

    def __init__(self, channels: int, kind: int) -> None:
        self._kind = kind
        self._line = np.zeros((channels, LINE), dtype=np.float64)
        self._filled = 0
        self._window = np.sin(np.pi * (np.arange(LINE) + 0.5) / LINE) ** 2
        self._rows = np.zeros((4, LINE), dtype=np.float64)
        self._band = np.zeros((LINE, ORDER + 1), dtype=np.float64)
        self._missing = np.zeros(LINE, dtype=np.int64)
        self._coefficients = np.zeros(ORDER + 1, dtype=np.float64)
        self._short = np.zeros((2, ORDER + 1), dtype=np.float64)
        self._done = np.zeros((channels, MIDDLE), dtype=np.float64)
        self._lines, self._dones = tuple(self._line), tuple(self._done)
        self._repaired = np.zeros(1, dtype=np.int64)
        self._exchange, self._advance = exchange.ready(), advance_line.ready()
        self._fit, self._interpolate = fit_line.ready(), fill_missing.ready()
        self._find = find_clicks.ready() if kind == CLICKS else find_plateaus.ready()
        self._keep_over = keep_over.ready() if kind == CLIPPING else None

    def process(self, block: AudioBlock, out: AudioBlock, level: float) -> None:
        """Fill `out` with the repaired `block` of `latency_frames` ago.

        `level`: for clicks, how many times the spread an error must be; for clipping, the amplitude of the ceiling.
        """
        frames, at = block.shape[1], 0
        while at < frames:
            length = min(frames - at, MIDDLE - self._filled)
            self._exchange(block, out, at, length, self._line, self._done, self._filled)
            self._filled += length
            at += length
            if self._filled == MIDDLE:
                self._filled = 0
                for line, done in zip(self._lines, self._dones, strict=True):
                    self._repair(line, level)
                    self._advance(line, done)

    def _repair(self, line: NDArray[np.float64], level: float) -> None:
        """Repair one channel, (`LINE`,)."""
        if not self._fit(line, self._window, self._coefficients, self._rows, self._short):
            return
        count = self._find(line, level, self._coefficients, self._rows, self._missing)
        if count == 0:
            return
        self._repaired[0] += count
        for _ in range(PASSES if self._kind == CLIPPING else 1):
            solved = self._interpolate(
                line, self._missing, count, self._coefficients, self._band, self._rows, self._short
            )
            if not solved or self._keep_over is None:
                return
            self._keep_over(line, self._missing, count, self._rows)
            self._fit(line, self._window, self._coefficients, self._rows, self._short)

    @property
    def repaired_frames(self) -> int:
        """Frames that were replaced since the last reset."""
        return int(self._repaired[0])

    def reset(self) -> None:
        """Forget all sound."""
        self._line.fill(0.0)
        self._done.fill(0.0)
        self._filled = 0
        self._repaired.fill(0)


@compiled("void(float32[:, ::1], float32[:, ::1], int64, int64, float64[:, ::1], float64[:, ::1], int64)")
def exchange(
    block: AudioBlock,
    out: AudioBlock,
    at: int,
    length: int,
    line: NDArray[np.float64],
    done: NDArray[np.float64],
    filled: int,
) -> None:
    """Frames of the block into the line, repaired ones out."""
    for channel in range(block.shape[0]):
        for n in range(length):
            out[channel, at + n] = done[channel, filled + n]
            line[channel, LINE - MIDDLE + filled + n] = block[channel, at + n]


@compiled("void(float64[::1], float64[::1])")
def advance_line(line: NDArray[np.float64], done: NDArray[np.float64]) -> None:
    """What was repaired is done, and the line moves on."""
    for n in range(MIDDLE):
        done[n] = line[CONTEXT + n]
    for n in range(LINE - MIDDLE):
        line[n] = line[n + MIDDLE]


BEFORE, ERRORS, FLAGS, RIGHT = range(4)
"""Rows of the scratch memory: the missing samples as they were; errors, and what is damaged; the right side."""


@compiled("boolean(float64[::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1])")
def fit_line(
    line: NDArray[np.float64],
    window: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    rows: NDArray[np.float64],
    short: NDArray[np.float64],
) -> bool:
    """See `audiopost.dsp.autoregression.fit`."""
    return fit(line, window, coefficients, rows[ERRORS], short)


@compiled("boolean(float64[::1], int64[::1], int64, float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def fill_missing(
    line: NDArray[np.float64],
    missing: NDArray[np.int64],
    count: int,
    coefficients: NDArray[np.float64],
    band: NDArray[np.float64],
    rows: NDArray[np.float64],
    short: NDArray[np.float64],
) -> bool:
    """See `audiopost.dsp.autoregression.interpolate`."""
    return interpolate(line, missing, count, coefficients, band, rows[RIGHT], short[0])


_FIND = "int64(float64[::1], float64, float64[::1], float64[:, ::1], int64[::1])"


@compiled(_FIND)
def find_clicks(
    line: NDArray[np.float64],
    times: float,
    coefficients: NDArray[np.float64],
    rows: NDArray[np.float64],
    missing: NDArray[np.int64],
) -> int:
    """Fill `missing` with the places of clicks; how many there are."""
    for n in range(LINE):
        rows[FLAGS, n] = 0.0
    flag_clicks(line, coefficients, times, rows[ERRORS], rows[BEFORE], rows[FLAGS])
    return gather(line, rows, missing)


@compiled(_FIND)
def find_plateaus(
    line: NDArray[np.float64],
    ceiling: float,
    _coefficients: NDArray[np.float64],
    rows: NDArray[np.float64],
    missing: NDArray[np.int64],
) -> int:
    """Fill `missing` with the places of clipped peaks; how many there are."""
    for n in range(LINE):
        rows[FLAGS, n] = 0.0
    flag_plateaus(line, ceiling, rows[FLAGS])
    return gather(line, rows, missing)


@inlined
def gather(line: NDArray[np.float64], rows: NDArray[np.float64], missing: NDArray[np.int64]) -> int:
    """Places that are flagged, and what was there before (kernel)."""
    count = 0
    # Damage that reaches beyond the middle is repaired with it, and is sound when its own turn comes.
    for n in range(CONTEXT, LINE - CONTEXT // 2):
        if rows[FLAGS, n] > 0.0:
            missing[count] = n
            rows[BEFORE, count] = line[n]
            count += 1
    return count


@compiled("void(float64[::1], int64[::1], int64, float64[:, ::1])")
def keep_over(line: NDArray[np.float64], missing: NDArray[np.int64], count: int, rows: NDArray[np.float64]) -> None:
    """A clipped sample was at the ceiling or beyond, on its own side."""
    for index in range(count):
        place, before = missing[index], rows[BEFORE, index]
        if before >= 0.0:
            line[place] = max(line[place], before)
        else:
            line[place] = min(line[place], before)


@inlined
def flag_plateaus(line: NDArray[np.float64], ceiling: float, flags: NDArray[np.float64]) -> None:
    """Runs at the ceiling, on one side of zero (kernel)."""
    length = 0
    for n in range(LINE + 1):
        over = n < LINE and abs(line[n]) >= ceiling
        same = over and length > 0 and (line[n] > 0.0) == (line[n - 1] > 0.0)
        if over and (length == 0 or same):
            length += 1
            continue
        if length >= SHORTEST_PLATEAU:
            for place in range(n - length, n):
                flags[place] = 1.0
        length = 1 if over else 0


@inlined
def flag_clicks(
    line: NDArray[np.float64],
    a: NDArray[np.float64],
    times: float,
    errors: NDArray[np.float64],
    backwards: NDArray[np.float64],
    flags: NDArray[np.float64],
) -> None:
    """Where the predictions from both sides fail (kernel)."""
    order = a.shape[0] - 1
    prediction_errors(line, a, errors)
    for n in range(LINE):
        total = 0.0
        if n < LINE - order:
            for index in range(order + 1):
                total += a[index] * line[n + index]
        backwards[n] = total
    limit = times * max(spread_of(errors), 1e-7)
    last = -LINE
    for n in range(order, LINE - order):
        if abs(errors[n]) > limit and abs(backwards[n]) > limit:
            first = n
            # Failures of one click that lie closer together than the order are one gap.
            if n - last <= order // 2:
                first = last + 1
            for place in range(max(0, first - MARGIN), min(LINE, n + MARGIN + 1)):
                flags[place] = 1.0
            last = n
    length = 0
    for n in range(LINE + 1):
        if n < LINE and flags[n] > 0.0:
            length += 1
            continue
        if length > LONGEST_CLICK:
            for place in range(n - length, n):
                flags[place] = 0.0
        length = 0
