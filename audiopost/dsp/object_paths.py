"""A source that stands or moves anywhere, and its mirror images in a room: each is heard from its own direction.

::

    in ─▶ ring ─┬─ as late as it travels ─▶ filter of the air ─▶ level ─▶ its direction ─┬─▶ channels
                └─ each image, as late as its way ─▶ walls ───▶ level ─▶ its direction ──┘

Levels, directions and images are reckoned anew every `SEGMENT_MS`, counted on the stream, and go in straight lines
between: what jumps is faded over. The way of the source itself follows its place in every frame, so a sound that comes
nearer sounds higher (doppler). A place is where the source is heard to be at a moment, not where it was when it sent
what is heard: what comes nearer at v is higher by 1 + v / c.

Source: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65 (1979),
943-950.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.amplitude_panning import pan_cap
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.image_sources import EAR, RATIOS, mirrored
from audiopost.dsp.modulated_delay import NEAREST_FRAMES, read_between
from audiopost.dsp.propagation import FASTEST, filtered, mix_filters, push
from audiopost.dsp.smoothing import TARGET, advance
from audiopost.dsp.spherical import place_caps

__all__ = ["RAMPS", "SEGMENT_MS", "STAGES", "image_cells", "run_object"]

SEGMENT_MS = 20.0
"""As long as a knob takes: a jump makes no step."""

RAMPS = 8
AHEAD, LEFT, UP, WIDE, POWER, SIZE, ABSORPTION, LEVEL = range(RAMPS)
"""Place in m, radius of the object in m, power of the fall of level, logarithm of the room's length in m, energy that a
wall takes, amplitude of the reflections."""

STAGES = 2
"""Walls that a sound meets at most."""

NEAREST_M = 1e-3
AT, WRITE, LEFT_OF_SEGMENT, BEGUN = range(4)
NOW, STEP = range(2)
FILTERED_M = 0


def image_cells(reflections: int) -> NDArray[np.int64]:
    """Cells of the mirrored room, ``(paths, 3)``: that of the source itself, then those of its images.

    >>> len(image_cells(0)), len(image_cells(1)), len(image_cells(2))
    (1, 7, 25)
    """
    span = range(-reflections, reflections + 1)
    cells = [(x, y, z) for x in span for y in span for z in span if abs(x) + abs(y) + abs(z) <= reflections]
    return np.array(sorted(cells, key=lambda cell: sum(map(abs, cell))), dtype=np.int64)


@inlined
def aim_paths(
    cells: NDArray[np.int64],
    values: NDArray[np.float64],
    reference_m: float,
    frames_a_metre: float,
    travels: int,
    order: int,
    triangles: NDArray[np.int64],
    inverses: NDArray[np.float64],
    shares: NDArray[np.float64],
    heard: NDArray[np.int64],
    angles: NDArray[np.float64],
    work: NDArray[np.float64],
    played: NDArray[np.float64],
    delays: NDArray[np.float64],
    gains: NDArray[np.float64],
) -> None:
    """Delay and gains at which each path shall have arrived by the end of a segment (kernel)."""
    length_m = math.exp(values[SIZE])
    kept = math.sqrt(1.0 - values[ABSORPTION])
    direct_m = 0.0
    for path in range(cells.shape[0]):
        if path == 0:
            ahead, left, up = values[AHEAD], values[LEFT], values[UP]
        else:
            ahead = mirrored(cells[path, 0], length_m * RATIOS[0], EAR[0], values[AHEAD])
            left = mirrored(cells[path, 1], length_m * RATIOS[1], EAR[1], values[LEFT])
            up = mirrored(cells[path, 2], length_m * RATIOS[2], EAR[2], values[UP])
        flat_m = math.sqrt(ahead * ahead + left * left)
        distance_m = math.sqrt(flat_m * flat_m + up * up)
        if path == 0:
            direct_m = distance_m
        way_m = distance_m if travels else max(0.0, distance_m - direct_m)
        delays[path] = max(NEAREST_FRAMES, way_m * frames_a_metre)
        level = (reference_m / max(distance_m, reference_m)) ** values[POWER]
        if path > 0:
            level *= values[LEVEL] * kept ** (abs(cells[path, 0]) + abs(cells[path, 1]) + abs(cells[path, 2]))
        azimuth = math.atan2(left, ahead) if flat_m > NEAREST_M else 0.0
        elevation = math.atan2(up, flat_m) if distance_m > NEAREST_M else 0.0
        half_angle = math.atan2(values[WIDE], distance_m) if values[WIDE] > 0.0 else 0.0
        if order >= 0:
            angles[0, 0], angles[1, 0] = azimuth, elevation
            place_caps(angles[0], angles[1], half_angle, order, played)
        else:
            pan_cap(azimuth, elevation, half_angle, triangles, inverses, shares, work, played[:, 0])
        for channel in range(heard.shape[0]):
            gains[path, heard[channel]] = level * played[channel, 0]


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[:, ::1], float64[::1], float64, float64, int64, int64, int64[:, ::1],"
    " float64[:, :, ::1], float64[:, ::1], int64[::1], float64[:, ::1], float64[::1], float64[:, ::1],"
    " float64[:, ::1], float64[:, :, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float32[::1],"
    " float64[:, ::1], int64[::1], int64, float64[:, ::1])"
)
def run_object(
    block: AudioBlock,
    out: AudioBlock,
    cells: NDArray[np.int64],
    values: NDArray[np.float64],
    reference_m: float,
    frames_a_metre: float,
    travels: int,
    order: int,
    triangles: NDArray[np.int64],
    inverses: NDArray[np.float64],
    shares: NDArray[np.float64],
    heard: NDArray[np.int64],
    angles: NDArray[np.float64],
    work: NDArray[np.float64],
    played: NDArray[np.float64],
    delays: NDArray[np.float64],
    gains: NDArray[np.float64],
    filters: NDArray[np.float64],
    mixed: NDArray[np.float64],
    made_for: NDArray[np.float64],
    line: NDArray[np.float64],
    ring: NDArray[np.float32],
    walls: NDArray[np.float64],
    cursors: NDArray[np.int64],
    segment: int,
    ramps: NDArray[np.float64],
) -> None:
    """One channel in, all channels out.

    Rows of `delays` and `gains`: now, a step a frame; the source itself takes no steps. Walls: a low pass for each path
    and stage. Cursors: of the filter, of the ring, frames left of the segment, whether it has begun. `order` -1:
    loudspeakers, by the tables.
    """
    length, channels, paths = ring.shape[0], out.shape[0], cells.shape[0]
    for n in range(block.shape[1]):
        ahead, left, up = advance(ramps, AHEAD), advance(ramps, LEFT), advance(ramps, UP)
        if cursors[LEFT_OF_SEGMENT] == 0:
            cursors[LEFT_OF_SEGMENT] = segment
            for index in range(values.shape[0]):
                values[index] = ramps[index, TARGET]
            for path in range(paths):
                for channel in range(channels):
                    gains[STEP, path, channel] = 0.0
            aim_paths(
                cells, values, reference_m, frames_a_metre, travels, order, triangles, inverses, shares, heard, angles,
                work, played, delays[STEP], gains[STEP],
            )  # fmt: skip
            if cursors[BEGUN] == 0:
                cursors[BEGUN] = 1
                delays[NOW, :] = delays[STEP]
                gains[NOW, :, :] = gains[STEP]
            for path in range(paths):
                moved = delays[STEP, path] - delays[NOW, path]
                delays[STEP, path] = min(max(moved / segment, -FASTEST), FASTEST)
                for channel in range(channels):
                    gains[STEP, path, channel] = (gains[STEP, path, channel] - gains[NOW, path, channel]) / segment
        cursors[LEFT_OF_SEGMENT] -= 1
        write = cursors[WRITE]
        x = float(block[0, n])
        ring[write] = x
        for channel in range(channels):
            out[channel, n] = 0.0
        pole = 0.15 + 0.5 * values[ABSORPTION]
        for path in range(paths):
            if path == 0:
                distance_m = max(math.sqrt(ahead * ahead + left * left + up * up), NEAREST_M)
                sound = x
                if travels:
                    moved = max(NEAREST_FRAMES, distance_m * frames_a_metre) - delays[NOW, 0]
                    delays[NOW, 0] += min(max(moved, -FASTEST), FASTEST)
                    sound = read_between(ring, write, delays[NOW, 0])
                if distance_m != made_for[FILTERED_M]:
                    mix_filters(filters, distance_m, mixed)
                    made_for[FILTERED_M] = distance_m
                at = cursors[AT] - 1 if cursors[AT] > 0 else mixed.shape[0] - 1
                sound = filtered(push(line, at, sound), mixed)
                cursors[AT] = at
            else:
                delays[NOW, path] += delays[STEP, path]
                sound = read_between(ring, write, delays[NOW, path])
                met = abs(cells[path, 0]) + abs(cells[path, 1]) + abs(cells[path, 2])
                for stage in range(met):
                    sound += pole * (walls[path, stage] - sound)
                    sound = sound if abs(sound) > SILENCE else 0.0
                    walls[path, stage] = sound
            for channel in range(channels):
                gains[NOW, path, channel] += gains[STEP, path, channel]
                out[channel, n] += gains[NOW, path, channel] * sound
        cursors[WRITE] = write + 1 if write + 1 < length else 0
