"""A gain curve that keeps the true peak of a signal under a ceiling, known before the peak arrives.

::

    key ─▶ true peak ─▶ reduction ─▶ hold the ─▶ release ─▶ two moving ─▶ gain, `latency_frames` late
           16 x,         needed, dB    largest                averages
           all channels                (L frames)             (L frames)

Why the ceiling holds: at the frame of a peak, every value that the averages still see was held by that peak, so it
asks for at least the reduction that the peak needs; an average of such gains does too. Between the samples the gain
bends so little within the reach of the interpolator that the true peak follows (measured in tests/unit/dsp).

Why the averages are sums of integers: a sum that is updated by adding the new and taking the old away drifts in
floating point; in integers it is exact for ever, and a programme under the ceiling passes at a gain of exactly 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.oversampling import oversampling_filter
from audiopost.dsp.sliding import MaximumQueue, push_maximum
from audiopost.dsp.smoothing import Ramps, advance
from audiopost.dsp.vector_code import FLOAT, FLOATS, INDEX, LANES, POINTER, Code, Symbol, vector_program
from audiopost.units import db_to_linear, linear_to_db, ms_to_frames

__all__ = ["LimiterGain"]

OVERSAMPLING = 16
"""The key is seen 16 times as finely: a peak between those places is missed by at most 0.03 dB at 0.42 of the sample
rate (20 kHz at 48 kHz) and by 0.04 dB at one half of it."""

MARGIN_DB = 0.02
"""The curve aims this much below the ceiling, for what lies between the places that are looked at."""

CEILING_SMOOTHING_MS = 20.0

ONE = 1 << 40
"""Gain 1 as an integer. Both averages together multiply it by at most 2**22 (10 ms at 384 kHz): below 2**63."""

FORGOTTEN_DB = 1e-7
"""A reduction below this is none."""


class LimiterGain:
    """Turns a key signal into the gain, one value a frame, that keeps it under a true-peak ceiling.

    Several signals may be limited alike by one curve: give the sum of all stems as the key, delay every stem by
    `latency_frames`, multiply each by the curve, and they still sum to the limited mix.

    Parameters
    ----------
    channels
        Channels of the key; the loudest channel decides for all.
    sample_rate
        In Hz.
    maximum_frames
        Largest block.
    lookahead_ms
        Time in which the gain may move to a peak, 0.1 to 10 ms: short is louder and rougher.
    ceiling_dbtp
        Highest true peak of key times gain.
    release_ms
        Time in which a reduction in dB falls to 37 % (1/e) after its peak has passed.

    Attributes
    ----------
    latency_frames : int
        ``gain[n]`` belongs to the key of `latency_frames` frames ago.
    tail_frames : int
        Frames until a reduction of 60 dB has gone, and the gain is 1.

    Notes
    -----
    Accuracy: for brick-walled noise, overdriven speech and sines between samples up to 0.42 of the sample rate (20 kHz
    at 48 kHz) an independent meter at 16 times the rate finds the product at most 0.05 dB above the ceiling, and as a
    rule below it. Closer to one half of the sample rate the answer depends on the meter's filter: by the 48-tap
    filter of this house nothing is above, a much longer one may find up to 0.4 dB more in white noise.
    Realtime: two compiled passes; the interpolation is left out where no interpolated value could reach the ceiling
    (exact: the L1 norm of the filter bounds it).
    """

    def __init__(
        self,
        channels: int,
        sample_rate: float,
        maximum_frames: int,
        *,
        lookahead_ms: float = 2.0,
        ceiling_dbtp: float = -1.0,
        release_ms: float = 100.0,
    ) -> None:
        self._sample_rate = float(sample_rate)
        phases = oversampling_filter(OVERSAMPLING)[1:].astype(np.float32)
        self._bound = float(max(1.0, np.abs(phases).sum(axis=1).max())) * 1.0001
        half = phases.shape[1] // 2
        lookahead = max(2, ms_to_frames(lookahead_ms, sample_rate))
        self.latency_frames = half + lookahead
        self._history = np.zeros((channels, 2 * half), dtype=np.float32)
        self._taps = np.zeros((2 * half, OVERSAMPLING), dtype=np.float32)
        self._taps[:, :-1] = phases.T
        self._row = np.zeros(2 * half + maximum_frames + LANES, dtype=np.float32)
        self._peaks = np.zeros(maximum_frames + 1 + LANES, dtype=np.float32)
        self._queue = MaximumQueue.over(lookahead + 1)
        # Two averages whose lengths sum to lookahead + 2 reach back exactly `lookahead` frames.
        first = (lookahead + 2) // 2
        self._first = np.zeros(first, dtype=np.int64)
        self._second = np.zeros(lookahead + 2 - first, dtype=np.int64)
        self._sums = np.zeros(4, dtype=np.int64)
        self._state = np.zeros(3, dtype=np.float64)
        self._ceiling = Ramps.lasting(1, CEILING_SMOOTHING_MS, sample_rate)
        self._find, self._curve = find_true_peaks.ready(), follow_peaks.ready()
        self.set_release(release_ms)
        self.set_ceiling(ceiling_dbtp, at_once=True)
        self.reset()

    def set_ceiling(self, ceiling_dbtp: float, *, at_once: bool = False) -> None:
        """Another ceiling, reached in 20 ms (or at once)."""
        move = self._ceiling.jump if at_once else self._ceiling.aim
        move(0, db_to_linear(ceiling_dbtp - MARGIN_DB))

    def set_release(self, release_ms: float) -> None:
        """Another release time, from the next frame on."""
        frames = release_ms / 1000.0 * self._sample_rate
        self._state[1] = math.exp(-1.0 / frames)
        self.tail_frames = self.latency_frames + math.ceil(frames * math.log(60.0 / FORGOTTEN_DB))

    def process(self, key: AudioBlock, gain_linear: NDArray[np.float64]) -> None:
        """Fill `gain_linear`, (frames,), from `key`, (channels, frames)."""
        frames = key.shape[1]
        peaks = self._peaks[: frames + 1]
        ceiling = self._ceiling.state
        threshold = float(min(ceiling[0, 0], ceiling[0, 1])) / self._bound
        self._find(key, self._taps, self._history, self._row, self._peaks, threshold)
        self._curve(
            peaks, ceiling, *self._queue, self._first, self._second, self._sums, self._state, gain_linear
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; the gain is 1."""
        self._ceiling.finish()
        self._history.fill(0.0)
        self._peaks.fill(0.0)
        self._queue.clear()
        self._first.fill(ONE)
        self._second.fill(ONE * self._first.size)
        self._sums[:] = (ONE * self._first.size, ONE * self._first.size * self._second.size, 0, 0)
        self._state[0] = 0.0
        self._state[2] = 1.0

    @property
    def reduction_db(self) -> float:
        """The largest reduction in the last block, in dB, 0 or more."""
        return -linear_to_db(float(self._state[2]))


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[::1], float32[::1], float64)")
def find_true_peaks(
    key: AudioBlock,
    taps: NDArray[np.float32],
    history: NDArray[np.float32],
    row: NDArray[np.float32],
    peaks: NDArray[np.float32],
    threshold: float,
) -> None:
    """``peaks[n + 1]``: largest value of any channel from one sample to the next, `half` frames ago.

    ``peaks[0]`` keeps the last of the block before. `history` holds the last ``2 * half`` samples of each channel.
    Nothing is sought in a channel that stays below `threshold`: none of its interpolated values can reach the
    ceiling. `row` and `peaks` have room for `LANES` more than they need.
    """
    channels, frames = key.shape
    span = taps.shape[0]
    for n in range(frames):
        peaks[n + 1] = 0.0
    for channel in range(channels):
        highest = np.float32(0.0)
        for n in range(span):
            row[n] = history[channel, n]
            highest = max(highest, abs(row[n]))
        for n in range(frames):
            row[span + n] = key[channel, n]
            highest = max(highest, abs(row[span + n]))
        for n in range(span):
            history[channel, n] = row[frames + n]
        if highest <= threshold:
            continue
        # Frame n sees row[n + 1] to row[n + span]; the two samples in the middle enclose the interpolated places.
        for n in range(frames):
            middle = max(abs(row[n + span // 2]), abs(row[n + span // 2 + 1]))
            peaks[n + 1] = max(peaks[n + 1], middle)
        raise_peaks(row[1:], taps, span, (frames + LANES - 1) // LANES, peaks[1:])


@vector_program(POINTER, POINTER, INDEX, INDEX, POINTER)
def raise_peaks(code: Code, row: Symbol, taps: Symbol, span: Symbol, vectors: Symbol, peaks: Symbol) -> None:
    """Raise the peak of each frame by what lies between its samples: all phases of eight frames at once.

    `taps` are a row of `OVERSAMPLING` numbers for each of the `span` samples that a frame sees, the last without use.
    """
    zero = code.constant(FLOATS, 0.0)
    with code.loop(0, vectors) as vector:
        first = vector * LANES
        sums = [code.variable(FLOATS, zero) for _ in range(OVERSAMPLING - 1)]
        with code.loop(0, span) as tap:
            samples = code.load(FLOATS, code.place(FLOAT, row, first + tap), 0)
            for phase, total in enumerate(sums):
                weight = code.spread(code.load(FLOAT, taps, tap * OVERSAMPLING + phase))
                total.value = weight.times_plus(samples, total.value)
        largest = code.load(FLOATS, peaks, vector)
        for total in sums:
            largest = largest.larger(total.value.magnitude())
        code.store(peaks, vector, largest)


@compiled(
    "void(float32[::1], float64[:, ::1], float64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " float64[::1], float64[::1])"
)
def follow_peaks(
    peaks: NDArray[np.float32],
    ceiling: NDArray[np.float64],
    values: NDArray[np.float64],
    born: NDArray[np.int64],
    cursor: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    sums: NDArray[np.int64],
    state: NDArray[np.float64],
    gain_linear: NDArray[np.float64],
) -> None:
    """From peaks to the smooth gain.

    `sums`: both running sums and their places; `state`: reduction in dB, release factor, lowest gain of this block.
    """
    frames = gain_linear.shape[0]
    reduction_db, release = state[0], state[1]
    lowest = 1.0
    full = ONE * float(first.shape[0] * second.shape[0])
    for n in range(frames):
        limit = advance(ceiling, 0)
        peak = max(peaks[n], peaks[n + 1])
        needed_db = linear_to_db(peak / limit) if peak > limit else 0.0
        held_db = push_maximum(values, born, cursor, needed_db)
        released_db = reduction_db * release
        reduction_db = held_db if held_db >= released_db else released_db
        if reduction_db < FORGOTTEN_DB:
            reduction_db = 0.0
        gain = np.int64(ONE * db_to_linear(-reduction_db)) if reduction_db > 0.0 else ONE
        sums[0] += gain - first[sums[2]]
        first[sums[2]] = gain
        sums[2] = sums[2] + 1 if sums[2] + 1 < first.shape[0] else 0
        sums[1] += sums[0] - second[sums[3]]
        second[sums[3]] = sums[0]
        sums[3] = sums[3] + 1 if sums[3] + 1 < second.shape[0] else 0
        gain_linear[n] = sums[1] / full
        lowest = min(lowest, gain_linear[n])
    if frames > 0:
        peaks[0] = peaks[frames]
    state[0] = reduction_db
    state[2] = lowest
