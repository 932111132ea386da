"""The first reflections of a room with six walls, as mirror images of the source.

::

    in ─▶ sum ─▶ line of order 0 ─(wall)▶ order 1 ─(wall)▶ order 2 ─(wall)▶ order 3
                                            │ taps           │ taps          │ taps
                                            └──────▶ channel 0, 1, ... ◀─────┘

Every image has its distance (time, level 1/r) and its direction; every output channel is a microphone of cardioid
pattern that looks to its loudspeaker and stands `RADIUS_M` from the centre, so each hears it at another time and
level. A wall takes its share of the level and, by a first-order low pass, of the highs. A changed room fades in.

Source: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65 (1979),
943-950.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.smoothing import advance

__all__ = ["ORDERS", "RADIUS_M", "RATIOS", "ImageSources", "images_of"]

ORDERS = 3
RATIOS = (1.0, 0.77, 0.41)
"""Length, width and height of the room as shares of its length: no two in a simple ratio."""

EAR = (0.41, 0.46, 0.44)
"""Where the listener stands, as shares of the room; the source is in front, towards the far end of its length."""

RADIUS_M = 0.15
SPEED_OF_SOUND = 343.2
FADE_MS = 60.0

SIZE, DISTANCE, ABSORPTION = range(3)
WRITE, ACTIVE, FADED = range(3)


def images_of() -> NDArray[np.int64]:
    """Every image up to `ORDERS` reflections: cell of the mirrored room in three directions, shape (images, 3).

    >>> len(images_of())
    62
    """
    span = range(-ORDERS, ORDERS + 1)
    cells = [(x, y, z) for x in span for y in span for z in span if 1 <= abs(x) + abs(y) + abs(z) <= ORDERS]
    return np.array(cells, dtype=np.int64)


class ImageSources:
    """Reflections for any number of channels.

    Parameters
    ----------
    directions
        (channels, 3): unit vectors to the loudspeakers (ahead, left, up); zeros for a channel that hears nothing.
    longest_m
        Length of the largest room.
    """

    def __init__(self, directions: NDArray[np.float64], fed: int, sample_rate: float, longest_m: float) -> None:
        self._directions = np.ascontiguousarray(directions)
        self._cells = images_of()
        self._frames_a_metre = sample_rate / SPEED_OF_SOUND
        longest = math.ceil(longest_m * (ORDERS + 1) * 1.5 * self._frames_a_metre) + 8
        self._lines = np.zeros((ORDERS + 1, longest), dtype=np.float32)
        self._low_passes = np.zeros(ORDERS)
        shape = (2, directions.shape[0], len(self._cells))
        self._delays = np.zeros(shape, dtype=np.int64)
        self._gains = np.zeros(shape)
        self._orders = np.abs(self._cells).sum(axis=1)
        self._rooms = np.zeros((3, 3))
        self._state = np.zeros(3, dtype=np.int64)
        self._fade_frames = max(1, round(FADE_MS / 1000.0 * sample_rate))
        self._fed = fed
        self._run = run_images.ready()
        self._place = place_images.ready()
        self.longest_frames = longest

    def set_room(self, size_m: float, distance_m: float, absorption: float) -> None:
        """Fade to another room: its length, the distance of the source, what walls absorb (0 to 1)."""
        self._rooms[2] = (size_m, distance_m, absorption)

    def process(self, block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """``out = dry * block + wet * reflections``; ramps: dry, wet."""
        self._run(
            block, out, self._lines, self._low_passes, self._cells, self._orders, self._directions, self._delays,
            self._gains, self._rooms, self._state, self._fade_frames, self._fed, self._frames_a_metre, ramps,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; be in the room."""
        self._lines.fill(0.0)
        self._low_passes.fill(0.0)
        self._state.fill(0)
        self._rooms[:2] = self._rooms[2]
        self._place(
            self._rooms[0], self._cells, self._directions, self._frames_a_metre, self._delays[0], self._gains[0]
        )


@inlined
def mirrored(cell: int, side_m: float, ear: float, in_front_m: float) -> float:
    """Where an image lies along one side of the room, from the listener (kernel)."""
    stands = ear * side_m
    source = max(0.05 * side_m, min(stands + in_front_m, 0.95 * side_m))
    return cell * side_m + (source if cell % 2 == 0 else side_m - source) - stands


@inlined
def lay_images(
    room: NDArray[np.float64],
    cells: NDArray[np.int64],
    directions: NDArray[np.float64],
    frames_a_metre: float,
    delays: NDArray[np.int64],
    gains: NDArray[np.float64],
) -> None:
    """Delay in frames and gain of each image in each channel, against the direct sound (kernel)."""
    kept = math.sqrt(1.0 - room[ABSORPTION])
    direct_m = max(room[DISTANCE], RADIUS_M)
    for image in range(cells.shape[0]):
        ahead = mirrored(cells[image, 0], room[SIZE] * RATIOS[0], EAR[0], direct_m)
        left = mirrored(cells[image, 1], room[SIZE] * RATIOS[1], EAR[1], 0.0)
        up = mirrored(cells[image, 2], room[SIZE] * RATIOS[2], EAR[2], 0.0)
        order = abs(cells[image, 0]) + abs(cells[image, 1]) + abs(cells[image, 2])
        distance_m = max(math.sqrt(ahead * ahead + left * left + up * up), RADIUS_M)
        for channel in range(directions.shape[0]):
            a, b, c = directions[channel, 0], directions[channel, 1], directions[channel, 2]
            looks = (a * ahead + b * left + c * up) / distance_m
            size = abs(a) + abs(b) + abs(c)
            later_m = distance_m - direct_m - RADIUS_M * looks
            delays[channel, image] = max(1, int(later_m * frames_a_metre + 0.5))
            pattern = 0.5 + 0.5 * looks if size > 0.0 else 0.0
            gains[channel, image] = pattern * kept**order * direct_m / max(distance_m, direct_m)


@compiled("void(float64[::1], int64[:, ::1], float64[:, ::1], float64, int64[:, ::1], float64[:, ::1])")
def place_images(
    room: NDArray[np.float64],
    cells: NDArray[np.int64],
    directions: NDArray[np.float64],
    frames_a_metre: float,
    delays: NDArray[np.int64],
    gains: NDArray[np.float64],
) -> None:
    """See `lay_images`."""
    lay_images(room, cells, directions, frames_a_metre, delays, gains)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[::1], int64[:, ::1], int64[::1],"
    " float64[:, ::1], int64[:, :, ::1], float64[:, :, ::1], float64[:, ::1], int64[::1], int64, int64, float64,"
    " float64[:, ::1])"
)
def run_images(
    block: AudioBlock,
    out: AudioBlock,
    lines: NDArray[np.float32],
    low_passes: NDArray[np.float64],
    cells: NDArray[np.int64],
    orders: NDArray[np.int64],
    directions: NDArray[np.float64],
    delays: NDArray[np.int64],
    gains: NDArray[np.float64],
    rooms: NDArray[np.float64],
    state: NDArray[np.int64],
    fade_frames: int,
    fed: int,
    frames_a_metre: float,
    ramps: NDArray[np.float64],
) -> None:
    """See `ImageSources`. Rooms: of both sets of taps, and the one wanted; a fade always runs to its end."""
    length = lines.shape[1]
    for n in range(block.shape[1]):
        now = state[ACTIVE]
        if state[FADED] == 0 and (
            rooms[2, 0] != rooms[now, 0] or rooms[2, 1] != rooms[now, 1] or rooms[2, 2] != rooms[now, 2]
        ):
            for k in range(3):
                rooms[1 - now, k] = rooms[2, k]
            lay_images(rooms[1 - now], cells, directions, frames_a_metre, delays[1 - now], gains[1 - now])
            state[FADED] = 1
        dry, wet = advance(ramps, 0), advance(ramps, 1)
        write = state[WRITE]
        total = 0.0
        for channel in range(block.shape[0]):
            if directions[channel, 0] != 0.0 or directions[channel, 1] != 0.0 or directions[channel, 2] != 0.0:
                total += block[channel, n]
        x = total / fed
        lines[0, write] = x
        for order in range(lines.shape[0] - 1):
            pole = 0.15 + 0.5 * rooms[now, ABSORPTION]
            x += pole * (low_passes[order] - x)
            low_passes[order] = x if abs(x) > SILENCE else 0.0
            lines[order + 1, write] = low_passes[order]
        share = state[FADED] / fade_frames
        for channel in range(out.shape[0]):
            heard = 0.0
            for image in range(cells.shape[0]):
                at = write - delays[now, channel, image]
                heard += gains[now, channel, image] * lines[orders[image], at if at >= 0 else at + length]
            if state[FADED] > 0:
                other = 0.0
                for image in range(cells.shape[0]):
                    at = write - delays[1 - now, channel, image]
                    other += gains[1 - now, channel, image] * lines[orders[image], at if at >= 0 else at + length]
                heard += share * (other - heard)
            out[channel, n] = dry * block[channel, n] + wet * heard
        if state[FADED] > 0:
            state[FADED] += 1
            if state[FADED] > fade_frames:
                state[FADED], state[ACTIVE] = 0, 1 - now
        state[WRITE] = write + 1 if write + 1 < length else 0
