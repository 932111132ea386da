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
    Realtime: one compiled pass; once in 1024 frames it does the work of a window.
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
        self._repaired = np.zeros(1, dtype=np.int64)
        self._run = repair_stream.ready()

    def process(self, block: AudioBlock, out: AudioBlock, level: float) -> None:
        """Fill `out` with the repaired `block` of `latency_frames` ago.

        `level`: for clicks, how many times the spread an error must be; for clipping, the amplitude of the ceiling.
        """
        self._filled = self._run(
            block, out, self._kind, level, self._line, self._done, self._filled, self._window, self._rows, self._band,
            self._missing, self._coefficients, self._short, self._repaired,
        )  # fmt: skip

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


@compiled(
    "int64(float32[:, ::1], float32[:, ::1], int64, float64, float64[:, ::1], float64[:, ::1], int64, float64[::1],"
    " float64[:, ::1], float64[:, ::1], int64[::1], float64[::1], float64[:, ::1], int64[::1])"
)
def repair_stream(
    block: AudioBlock,
    out: AudioBlock,
    kind: int,
    level: float,
    line: NDArray[np.float64],
    done: NDArray[np.float64],
    filled: int,
    window: NDArray[np.float64],
    rows: NDArray[np.float64],
    band: NDArray[np.float64],
    missing: NDArray[np.int64],
    coefficients: NDArray[np.float64],
    short: NDArray[np.float64],
    repaired: NDArray[np.int64],
) -> int:
    """See `DamageRepair`. Returns how many frames of the next window are there."""
    frames, at = block.shape[1], 0
    while at < frames:
        length = min(frames - at, MIDDLE - filled)
        for channel in range(block.shape[0]):
            own = line[channel]
            for n in range(length):
                out[channel, at + n] = done[channel, filled + n]
                own[LINE - MIDDLE + filled + n] = block[channel, at + n]
        filled += length
        at += length
        if filled == MIDDLE:
            filled = 0
            for channel in range(block.shape[0]):
                own = line[channel]
                repair_line(own, kind, level, window, rows, band, missing, coefficients, short, repaired)
                for n in range(MIDDLE):
                    done[channel, n] = own[CONTEXT + n]
                for n in range(LINE - MIDDLE):
                    own[n] = own[n + MIDDLE]
    return filled


@inlined
def repair_line(
    line: NDArray[np.float64],
    kind: int,
    level: float,
    window: NDArray[np.float64],
    rows: NDArray[np.float64],
    band: NDArray[np.float64],
    missing: NDArray[np.int64],
    coefficients: NDArray[np.float64],
    short: NDArray[np.float64],
    repaired: NDArray[np.int64],
) -> None:
    """Repair one channel (kernel)."""
    work, errors, flags, right = rows[0], rows[1], rows[2], rows[3]
    if fit(line, window, coefficients, work, short):
        for n in range(LINE):
            flags[n] = 0.0
        if kind == CLICKS:
            flag_clicks(line, coefficients, level, errors, work, flags)
        else:
            flag_plateaus(line, level, flags)
        count = 0
        # Damage that reaches beyond the middle is repaired with it, and is sound when its own turn comes.
        for n in range(CONTEXT, LINE - CONTEXT // 2):
            if flags[n] > 0.0:
                missing[count] = n
                count += 1
        if count > 0:
            repaired[0] += count
            for index in range(count):
                work[index] = line[missing[index]]
            passes = PASSES if kind == CLIPPING else 1
            for _ in range(passes):
                if interpolate(line, missing, count, coefficients, band, right, short[0]) and passes > 1:
                    keep_over(line, missing, count, work)
                    fit(line, window, coefficients, errors, short)


@inlined
def keep_over(
    line: NDArray[np.float64],
    missing: NDArray[np.int64],
    count: int,
    before: NDArray[np.float64],
) -> None:
    """A clipped sample was at the ceiling or beyond, on its own side (kernel)."""
    for index in range(count):
        place = missing[index]
        if before[index] >= 0.0:
            line[place] = max(line[place], before[index])
        else:
            line[place] = min(line[place], before[index])


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
