"""A source that stands or moves in air: level by distance, highs that the air takes, travel time and its doppler.

The filter of the air is mixed from the two nearest of a table (`air.air_filters`), anew in every frame in which the
distance changes. Sums run in four lanes of a fixed order, so a frame is the same sample on any road.

Source of the moving source: P. M. Morse, K. U. Ingard, "Theoretical Acoustics" (1968), section 11.2 (what is heard at
a time was sent when the source was somewhere else).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.air import DISTANCES, NEAREST_M, STEP
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.modulated_delay import NEAREST_FRAMES, read_between
from audiopost.dsp.smoothing import advance

__all__ = ["FASTEST", "run_distance", "run_fly_by"]

FASTEST = 0.5
"""Of the speed of sound: a source that is told to be elsewhere moves there no faster, when its sound travels."""

STEP_LOG = math.log(STEP)


@inlined
def mix_filters(filters: NDArray[np.float64], distance_m: float, mixed: NDArray[np.float64]) -> None:
    """The filter of a distance, from the two rows around it (kernel)."""
    place = min(max(math.log(distance_m / NEAREST_M) / STEP_LOG, 0.0), DISTANCES - 1.001)
    row = int(place)
    part = place - row
    for tap in range(mixed.shape[0]):
        mixed[tap] = filters[row, tap] + part * (filters[row + 1, tap] - filters[row, tap])


@inlined
def filtered(line: NDArray[np.float64], taps: NDArray[np.float64]) -> float:
    """The sum of products of one line with the taps, the newest sample first (kernel)."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for tap in range(0, taps.shape[0], 4):
        a += line[tap] * taps[tap]
        b += line[tap + 1] * taps[tap + 1]
        c += line[tap + 2] * taps[tap + 2]
        d += line[tap + 3] * taps[tap + 3]
    return (a + b) + (c + d)


@inlined
def push(line: NDArray[np.float64], at: int, x: float) -> NDArray[np.float64]:
    """Put a sample into a line that is written twice, so that its last half lies together; newest first (kernel)."""
    half = line.shape[0] // 2
    line[at] = x
    line[at + half] = x
    return line[at : at + half]


DISTANCE, POWER, TRAVELS = range(3)
PLACE_M, FILTERED_M = range(2)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float32[:, ::1],"
    " int64[::1], float64[::1], float64, float64, int64, float64[:, ::1])"
)
def run_distance(
    block: AudioBlock,
    out: AudioBlock,
    filters: NDArray[np.float64],
    mixed: NDArray[np.float64],
    lines: NDArray[np.float64],
    ring: NDArray[np.float32],
    cursors: NDArray[np.int64],
    place: NDArray[np.float64],
    reference_m: float,
    frames_a_metre: float,
    travels: int,
    ramps: NDArray[np.float64],
) -> None:
    """A source at a distance, every channel alike.

    Ramps: logarithm of the distance in m, power of the fall of level (1: 6 dB a doubling). Place: where the source is,
    and the distance for which `mixed` was made. With `travels` the sound comes as late as it travels, so that a move
    bends its pitch.
    """
    length = ring.shape[1]
    for n in range(block.shape[1]):
        wanted_m, power = math.exp(advance(ramps, DISTANCE)), advance(ramps, POWER)
        if travels:
            farthest = FASTEST / frames_a_metre
            place[PLACE_M] += min(max(wanted_m - place[PLACE_M], -farthest), farthest)
        else:
            place[PLACE_M] = wanted_m
        distance_m = place[PLACE_M]
        if distance_m != place[FILTERED_M]:
            mix_filters(filters, distance_m, mixed)
            place[FILTERED_M] = distance_m
        gain = (reference_m / max(distance_m, reference_m)) ** power
        at = cursors[0] - 1 if cursors[0] > 0 else mixed.shape[0] - 1
        write = cursors[1]
        for channel in range(block.shape[0]):
            heard = float(block[channel, n])
            if travels:
                ring[channel, write] = heard
                heard = read_between(ring[channel], write, max(NEAREST_FRAMES, distance_m * frames_a_metre))
            out[channel, n] = gain * filtered(push(lines[channel], at, heard), mixed)
        cursors[0] = at
        cursors[1] = write + 1 if write + 1 < length else 0


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float32[:, ::1],"
    " int64[::1], float64, float64, float64, float64, float64, float64)"
)
def run_fly_by(
    block: AudioBlock,
    out: AudioBlock,
    filters: NDArray[np.float64],
    mixed: NDArray[np.float64],
    lines: NDArray[np.float64],
    ring: NDArray[np.float32],
    cursors: NDArray[np.int64],
    sample_rate: float,
    sound_speed: float,
    speed: float,
    closest_m: float,
    pass_s: float,
    side: float,
) -> None:
    """A source that passes on a straight line: mono sum in, stereo out.

    At frame n its sound was sent ``delay`` before, where ``c delay`` is its distance then. `side` 1: left to right.
    Cursors: of the filter, of the ring, and the frame. After twice `pass_s` it stands still.
    """
    length = ring.shape[1]
    inputs = block.shape[0]
    for n in range(block.shape[1]):
        time_s = min(cursors[2] / sample_rate, 2.0 * pass_s) - pass_s
        slower = sound_speed**2 - speed**2
        root = math.sqrt((sound_speed * speed * time_s) ** 2 + slower * closest_m**2)
        delay_s = (root - speed**2 * time_s) / slower
        distance_m = max(delay_s * sound_speed, NEAREST_M)
        mix_filters(filters, distance_m, mixed)
        total = 0.0
        for channel in range(inputs):
            total += block[channel, n]
        write = cursors[1]
        ring[0, write] = total / inputs
        heard = read_between(ring[0], write, max(NEAREST_FRAMES, delay_s * sample_rate))
        at = cursors[0] - 1 if cursors[0] > 0 else mixed.shape[0] - 1
        heard = filtered(push(lines[0], at, heard), mixed) * closest_m / distance_m
        across = min(max(side * speed * (time_s - delay_s) / distance_m, -1.0), 1.0)
        angle = (across + 1.0) * math.pi / 4.0
        out[0, n], out[1, n] = heard * math.cos(angle), heard * math.sin(angle)
        cursors[0] = at
        cursors[1] = write + 1 if write + 1 < length else 0
        cursors[2] += 1
