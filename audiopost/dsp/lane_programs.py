"""Programs on eight lanes of sound: words become lanes, lanes become energies and peaks.

A *lane* is one channel of one stream. Eight lanes lie interleaved, frame by frame, in float32::

    frame 0: lane 0 .. lane 7 | frame 1: lane 0 .. lane 7 | ...

so that a recursive filter, which cannot be hurried along a stream, takes one step of eight at once.
"""

from __future__ import annotations

from enum import IntEnum

from audiopost.dsp.vector_code import (
    BYTE,
    DOUBLES,
    FLOAT,
    FLOATS,
    INDEX,
    LANES,
    POINTER,
    REAL,
    SHORT,
    WORD,
    WORDS,
    Code,
    Symbol,
    VectorProgram,
    vector_program,
)

__all__ = [
    "BEYOND_FRAMES",
    "BLOCK_FRAMES",
    "BOUND_NUMBERS",
    "DECODERS",
    "FULL_SCALES",
    "HISTORY_FRAMES",
    "PEAK_ROWS",
    "SCANS",
    "STATE_ROWS",
    "TAPS",
    "Task",
    "filter_energies",
    "find_peaks",
]

STATE_ROWS = 5
"""Vectors of float64 that `filter_energies` keeps: two states of each filter, and the energy of the unfinished hop."""

BLOCK_FRAMES = 16
BEYOND_FRAMES = 3 * BLOCK_FRAMES
"""Frames before and behind its own that `find_peaks` looks at."""

HISTORY_FRAMES = 2 * (BEYOND_FRAMES + BLOCK_FRAMES)
"""Frames of the past that a scan needs, with peaks looked for one block and `BEYOND_FRAMES` late."""

TAPS = 48
PEAK_ROWS = 2
"""Vectors of float32 that `find_peaks` raises: true peak and sample peak."""

BOUND_NUMBERS = 3
"""What `find_peaks` is given to bound overshoot: by near bends, by far bends, and for rounding."""

_INAUDIBLE = 1e-15
_SILENT_STATE = 1e-30
"""Smaller samples and states become 0: denormal numbers slow a processor down a hundredfold."""


_WORDS = {"u8": BYTE, "s16": SHORT, "s24": WORD, "s32": WORD, "f32": FLOAT, "f64": REAL}

FULL_SCALES = {"u8": 2.0**7, "s16": 2.0**15, "s24": 2.0**31, "s32": 2.0**31, "f32": 1.0, "f64": 1.0}
"""By the name of the word, as in ``media.sample_words``. 24 bits are read as the upper three bytes of 32."""


def _decoder(name: str) -> VectorProgram:
    kind = _WORDS[name]

    def write(
        code: Code, words: Symbol, offsets: Symbol, to_frame: Symbol, frames: Symbol, scales: Symbol,
        samples: Symbol, faults: Symbol, number: Symbol,
    ) -> None:  # fmt: skip
        rows = [code.place(BYTE, words, code.load(INDEX, offsets, lane)) for lane in range(LANES)]
        scale = code.load(FLOATS, scales, 0)
        with code.loop(0, frames) as frame:
            position = frame * to_frame
            stored = code.vector([code.load(kind, code.place(BYTE, row, position), 0) for row in rows])
            if kind in (FLOAT, REAL):
                sample = _clean(code, stored.cast(FLOATS), number + frame, faults)
            elif name == "u8":
                sample = (stored.cast(WORDS) - 128).cast(FLOATS)
            else:
                sample = (stored << 8 if name == "s24" else stored).cast(FLOATS)
            code.store(samples, frame, sample * scale)

    return VectorProgram(f"decode_{name}", (POINTER, POINTER, INDEX, INDEX, POINTER, POINTER, POINTER, INDEX), write)


def _clean(code: Code, samples: Symbol, frame: Symbol, faults: Symbol) -> Symbol:
    """Samples, 0 where they are inaudible or no numbers; the latter are counted by lane."""
    sizes = samples.magnitude()
    finite = sizes < float("inf")
    mask = code.constant(WORD, 255) - finite.cast(BYTE).cast(WORD)
    with code.when(mask > 0), code.loop(0, LANES) as lane, code.when((mask.cast(INDEX) >> lane & 1) > 0):
        code.store(faults, lane, code.load(INDEX, faults, lane) + 1)
        first = code.load(INDEX, faults, lane + LANES)
        code.store(faults, lane + LANES, (frame < first).choose(frame, first))
    return (sizes > _INAUDIBLE).choose(finite.choose(samples, 0.0), 0.0)


DECODERS = {name: _decoder(name) for name in _WORDS}
"""Words to lanes, by the name of the word.

Arguments: memory of the words, the place in it of each lane's first word in bytes (eight integers), bytes from frame to
frame, frames, what each lane is multiplied by (0 for a lane not in use), memory for the lanes, and sixteen
integers: non-finite samples of each lane so far, and the number of the first one's frame; last, the number of the first
frame. A word of 24 bits is read with the byte behind it.
"""


@vector_program(POINTER, POINTER, INDEX, POINTER, POINTER, POINTER)
def filter_energies(
    code: Code, samples: Symbol, edges: Symbol, hops: Symbol, coefficients: Symbol, state: Symbol, energies: Symbol
) -> None:
    """Two biquads after each other, and the sum of squares of each hop.

    `edges` are ``hops + 2`` frames: where the first hop goes on, the ends of `hops` hops, and the end of the frames
    that are there, which belong to a hop that another call will end. `coefficients` are b0, b1, b2, a1, a2 of either
    biquad, `state` is `STATE_ROWS` vectors of float64, `energies` receives a vector of float64 for each ended hop.
    """
    b0, b1, b2, a1, a2, d0, d1, d2, e1, e2 = (code.spread(code.load(REAL, coefficients, index)) for index in range(10))
    # Transposed direct form II. The recursive coefficients are turned, so that every step is a product and a sum.
    zero = code.constant(DOUBLES, 0.0)
    a1, a2, e1, e2 = zero - a1, zero - a2, zero - e1, zero - e2
    first, second, third, fourth, energy = rows = [
        code.variable(DOUBLES, code.load(DOUBLES, state, row)) for row in range(STATE_ROWS)
    ]
    with code.loop(0, hops + 1) as hop:
        with code.loop(code.load(INDEX, edges, hop), code.load(INDEX, edges, hop + 1)) as frame:
            sample = code.load(FLOATS, samples, frame).cast(DOUBLES)
            shelved = b0.times_plus(sample, first.value)
            first.value = a1.times_plus(shelved, b1.times_plus(sample, second.value))
            second.value = a2.times_plus(shelved, b2 * sample)
            weighted = d0.times_plus(shelved, third.value)
            third.value = e1.times_plus(weighted, d1.times_plus(shelved, fourth.value))
            fourth.value = e2.times_plus(weighted, d2 * shelved)
            energy.value = weighted.times_plus(weighted, energy.value)
        with code.when(hop < hops):
            code.store(energies, hop, energy.value)
            energy.value = 0.0
            for row in rows[:4]:
                row.value = (row.value.magnitude() > _SILENT_STATE).choose(row.value, zero)
    for number, row in enumerate(rows):
        code.store(state, number, row.value)


@vector_program(POINTER, INDEX, INDEX, POINTER, INDEX, POINTER, POINTER, POINTER, POINTER)
def find_peaks(
    code: Code, samples: Symbol, begin: Symbol, end: Symbol, taps: Symbol, groups: Symbol, bounds: Symbol,
    peaks: Symbol, scratch: Symbol, seen: Symbol,
) -> None:  # fmt: skip
    """Raise peaks by the waveform between the frames `begin` and `end`, and at the former.

    Interpolation is left out where it cannot raise a peak. Between two samples a waveform exceeds the larger one by
    no more than it bends around there: `bounds` tell by how much times the largest second difference of the samples,
    within `BLOCK_FRAMES` and further away, and how far rounding can deceive, times the largest sample.

    `taps` are the interpolator's coefficients: `groups` times `TAPS` vectors of eight phases. `peaks` are
    `PEAK_ROWS` vectors. `scratch` has room for two vectors a block of frames and eight more; `seen` is an integer
    that counts the interpolated frames.
    """
    blocks = (end - begin + (BLOCK_FRAMES - 1)) >> 4
    _measure_blocks(code, samples, begin, blocks, scratch)
    sample_peak = code.variable(FLOATS, 0.0)
    whole = (end - begin) >> 4
    with code.loop(2, whole + 2) as block:
        sample_peak.value = sample_peak.value.larger(code.load(FLOATS, scratch, block * 2))
    with code.loop(begin + (whole << 4), end) as frame:
        sample_peak.value = sample_peak.value.larger(code.load(FLOATS, samples, frame).magnitude())
    for row in range(PEAK_ROWS):
        code.store(peaks, row, sample_peak.value.larger(code.load(FLOATS, peaks, row)))
    near_share, far_share, rounding = (code.spread(code.load(FLOAT, bounds, index)) for index in range(BOUND_NUMBERS))
    with code.loop(0, blocks) as block:
        levels = [code.load(FLOATS, scratch, (block + place) * 2) for place in range(5)]
        bends = [code.load(FLOATS, scratch, (block + place) * 2 + 1) for place in range(5)]
        start = begin + (block << 4)
        last = code.load(FLOATS, samples, start + BLOCK_FRAMES).magnitude()
        near = bends[1].larger(bends[2]).larger(bends[3])
        widest = levels[0].larger(levels[1]).larger(levels[2]).larger(levels[3]).larger(levels[4])
        excess = near_share * near + far_share * bends[0].larger(bends[4]) + rounding * widest
        possible = levels[2].larger(last) + excess > code.load(FLOATS, peaks, 0)
        mask = possible.cast(BYTE).cast(INDEX)
        with (
            code.when(mask > 0),
            code.loop(0, LANES) as lane,
            code.when((mask >> lane & 1) > 0),
        ):
            stop = start + BLOCK_FRAMES
            stop = (stop < end).choose(stop, end)
            _look_closely(
                    code, samples, (start, stop), lane, taps, groups, code.lane(excess, lane), peaks, seen
                )  # fmt: skip


def _measure_blocks(code: Code, samples: Symbol, begin: Symbol, blocks: Symbol, scratch: Symbol) -> None:
    """The largest magnitude and the largest second difference of each block, two blocks before and behind too."""
    with code.loop(0, blocks + 4) as block:
        start = begin + (block << 4) - 2 * BLOCK_FRAMES
        before, now = code.load(FLOATS, samples, start - 2), code.load(FLOATS, samples, start - 1)
        level = bend = code.constant(FLOATS, 0.0)
        step = now - before
        for frame in range(BLOCK_FRAMES):
            after = code.load(FLOATS, samples, start + frame)
            new_step = after - now
            level = level.larger(after.magnitude())
            bend = bend.larger((new_step - step).magnitude())
            now, step = after, new_step
        code.store(scratch, block * 2, level)
        code.store(scratch, block * 2 + 1, bend)


def _look_closely(
    code: Code, samples: Symbol, span: tuple[Symbol, Symbol], lane: Symbol, taps: Symbol, groups: Symbol,
    excess: Symbol, peaks: Symbol, seen: Symbol,
) -> None:  # fmt: skip
    """Interpolate where a single frame of one lane could raise its peak."""
    peak = code.load(FLOAT, peaks, lane)
    own = code.place(FLOAT, samples, lane)
    largest = code.variable(FLOATS, 0.0)
    counted = code.variable(INDEX, code.load(INDEX, seen, 0))
    with code.loop(*span) as frame:
        here = code.load(FLOAT, own, frame * LANES).magnitude()
        there = code.load(FLOAT, own, frame * LANES + LANES).magnitude()
        with code.when(here.larger(there) + excess > peak):
            counted.value = counted.value + 1
            with code.loop(0, groups) as group:
                value = _interpolate(code, own, frame, taps, group * TAPS)
                largest.value = largest.value.larger(value.magnitude())
    code.store(peaks, lane, peak.larger(code.largest(largest.value)))
    code.store(seen, 0, counted.value)


def _interpolate(code: Code, own: Symbol, frame: Symbol, taps: Symbol, first_tap: Symbol) -> Symbol:
    """Eight phases behind a frame. Four sums side by side, for a sum of 48 would wait for itself."""
    sums = [code.constant(FLOATS, 0.0)] * 4
    first_frame = frame - (TAPS // 2 - 1)
    for tap in range(TAPS):
        sample = code.spread(code.load(FLOAT, own, (first_frame + tap) * LANES))
        sums[tap % 4] = code.load(FLOATS, taps, first_tap + tap).times_plus(sample, sums[tap % 4])
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


class Task(IntEnum):
    """Places of the integers that a ``scan_...`` program is given: addresses of memory, and numbers."""

    WORDS = 0
    FRAMES = 1
    NUMBER = 2
    NEW_SAMPLES = 3
    HOPS = 4
    ENERGIES = 5
    BEGIN = 6
    END = 7
    OFFSETS = 8
    TO_FRAME = 9
    SCALES = 10
    FAULTS = 11
    SAMPLES = 12
    EDGES = 13
    COEFFICIENTS = 14
    STATE = 15
    TAPS = 16
    TAP_GROUPS = 17
    BOUNDS = 18
    PEAKS = 19
    SCRATCH = 20
    SEEN = 21
    KEEP = 22
    """The frame from which `HISTORY_FRAMES` are moved to the front of the samples afterwards; 0 for none."""


_NUMBERS = {Task.FRAMES, Task.NUMBER, Task.HOPS, Task.BEGIN, Task.END, Task.TO_FRAME, Task.TAP_GROUPS, Task.KEEP}


def _scan(word: str) -> VectorProgram:
    def write(code: Code, tasks: Symbol, count: Symbol) -> None:
        with code.loop(0, count) as task:
            first = task * len(Task)
            numbers = {place: code.load(INDEX, tasks, first + place.value) for place in Task}
            at = {place: each if place in _NUMBERS else code.address(each) for place, each in numbers.items()}

            def run(program: VectorProgram, *places: Task) -> None:
                code.call(program, *(at[place] for place in places))

            run(
                DECODERS[word], Task.WORDS, Task.OFFSETS, Task.TO_FRAME, Task.FRAMES, Task.SCALES, Task.NEW_SAMPLES,
                Task.FAULTS, Task.NUMBER,
            )  # fmt: skip
            run(filter_energies, Task.SAMPLES, Task.EDGES, Task.HOPS, Task.COEFFICIENTS, Task.STATE, Task.ENERGIES)
            run(
                find_peaks, Task.SAMPLES, Task.BEGIN, Task.END, Task.TAPS, Task.TAP_GROUPS, Task.BOUNDS, Task.PEAKS,
                Task.SCRATCH, Task.SEEN,
            )  # fmt: skip
            with code.when(at[Task.KEEP] > 0), code.loop(0, HISTORY_FRAMES) as frame:
                kept = code.load(FLOATS, at[Task.SAMPLES], at[Task.KEEP] + frame)
                code.store(at[Task.SAMPLES], frame, kept)

    return VectorProgram(f"scan_{word}", (POINTER, INDEX), write)


SCANS = {word: _scan(word) for word in _WORDS}
"""All three for one task after the other, by the name of the word: calls cost a short block most, and each call of a
long one makes threads wait for each other. The arguments are the address of the tasks, and how many there are.
"""
