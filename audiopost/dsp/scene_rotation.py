"""An Ambisonic scene that is turned while it plays: angles glide, and the matrix follows them in short steps.

At every sixteenth frame of the stream the angles say where the scene will be sixteen frames later; between, the matrix
goes straight from the one to the other. The steps are counted on the stream's frames, never on blocks.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance, ramping
from audiopost.dsp.spherical import write_rotation

__all__ = ["AFRESH", "STEP_FRAMES", "turn_scene"]

STEP_FRAMES = 16

AFRESH = -1
"""On the clock: the scene stands where its angles are, and the first step begins with the next frame."""


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64, float64[:, ::1], boolean, float64[:, :, ::1], int64[::1], "
    "float64[::1])"
)
def turn_scene(
    block: AudioBlock,
    out: AudioBlock,
    order: int,
    ramps: NDArray[np.float64],
    backwards: bool,
    matrices: NDArray[np.float64],
    clock: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """Turn a block.

    Parameters
    ----------
    ramps
        Of yaw, pitch and roll, in degrees.
    backwards
        The other way, as it must be for a head that turns by these angles.
    matrices
        ``(2, channels, channels)``: where this step began, and where it ends.
    clock
        Frames of this step that have passed, or `AFRESH`; and whether it moves.
    sums
        Memory to work with, one number for each frame of the largest block.
    """
    frames = block.shape[1]
    done = 0
    while done < frames:
        if clock[0] <= 0:
            begin_step(order, ramps, backwards, matrices, clock)
        # At rest one step is like the next; a turn that has been asked for waits for the next one.
        length = frames - done
        if clock[1] == 1 or ramping(ramps):
            length = min(length, STEP_FRAMES - clock[0])
        for degree in range(order + 1):
            for row in range(degree * degree, (degree + 1) * (degree + 1)):
                sums[:length] = 0.0
                for column in range(degree * degree, (degree + 1) * (degree + 1)):
                    end = matrices[1, row, column]
                    if clock[1] == 1:
                        begun = matrices[0, row, column]
                        for frame in range(length):
                            share = (clock[0] + frame + 1) / STEP_FRAMES
                            sums[frame] += (begun + share * (end - begun)) * block[column, done + frame]
                    elif end != 0.0:
                        for frame in range(length):
                            sums[frame] += end * block[column, done + frame]
                for frame in range(length):
                    out[row, done + frame] = sums[frame]
        clock[0] = (clock[0] + length) % STEP_FRAMES
        done += length


@inlined
def begin_step(
    order: int,
    ramps: NDArray[np.float64],
    backwards: bool,
    matrices: NDArray[np.float64],
    clock: NDArray[np.int64],
) -> None:
    """Have the matrix where the angles will be at the end of the step, and afresh also where they are now (kernel)."""
    moves = 1 if ramping(ramps) else 0
    stands = 1 if clock[0] == AFRESH else 0
    # One loop for both, and one place where a matrix is written: the compiler takes its time for each.
    for number in range(stands + moves):
        if number == stands:
            for angle in range(3):
                for _ in range(STEP_FRAMES):
                    advance(ramps, angle)
            matrices[0] = matrices[1]
        write_scene_rotation(order, ramps, backwards, matrices[1])
    clock[0] = 0
    clock[1] = moves


@inlined
def write_scene_rotation(order: int, ramps: NDArray[np.float64], backwards: bool, out: NDArray[np.float64]) -> None:
    """The matrix of the angles as they are now (kernel)."""
    write_rotation(math.radians(ramps[0, 0]), math.radians(ramps[1, 0]), math.radians(ramps[2, 0]), order, out)
    if backwards:
        for row in range(out.shape[0]):
            for column in range(row):
                out[row, column], out[column, row] = out[column, row], out[row, column]
