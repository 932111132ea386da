"""A recursive filter as matrix products: a cascade of biquads run over whole blocks, in numpy alone.

A cascade is a linear system with a state `s` (two numbers a biquad). Over a block of `BLOCK_FRAMES` samples `u`
its output is ``y = T u + C s`` and its next state ``s' = A s + B u``: four small matrices. What remains in order,
the state from block to block, is itself such a product over a group of blocks, and again over a tile of groups::

    frame ──48──> block ──10──> group ──1..10──> tile ──one after another──> stream

Every product has one shape, whatever the number of tiles given at once, so a stream cut into batches at other
places gives the same bits. The products stay below OpenBLAS's threading threshold on purpose: a filter that
wakes other threads disturbs the audio beside it.

Why not a loop: Python is too slow, a compiled kernel costs a second to arrive in a fresh process, and
``scipy.signal`` costs nearly as much to import.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK_FRAMES", "GROUP_FRAMES", "BiquadCoefficients", "BlockFilter", "state_space"]

BLOCK_FRAMES = 48
_BLOCKS_PER_GROUP = 10
GROUP_FRAMES = BLOCK_FRAMES * _BLOCKS_PER_GROUP
"""A tile is a whole number of groups."""

_SILENT_STATE = 1e-30
"""A state below this (-600 dB) becomes zero, for denormal numbers slow a processor down a hundredfold."""

BiquadCoefficients = tuple[float, float, float, float, float]
"""``(b0, b1, b2, a1, a2)`` with ``a0 = 1``."""

Matrix = NDArray[np.float64]


def state_space(sections: Sequence[BiquadCoefficients]) -> tuple[Matrix, Matrix, Matrix, float]:
    """The cascade as ``s' = A s + B u``, ``y = C s + D u``, one frame at a time.

    Parameters
    ----------
    sections
        Biquads in the order in which the signal passes them.

    Returns
    -------
    tuple
        `A` of shape ``(n, n)``, `B` and `C` of shape ``(n,)``, and the number `D`; ``n`` is twice the sections.
    """
    size = 2 * len(sections)
    a_matrix = np.zeros((size, size))
    b_vector = np.zeros(size)
    c_vector = np.zeros(size)  # output of the sections so far, as a function of the state ...
    direct = 1.0  # ... and of the input
    for index, (b0, b1, b2, a1, a2) in enumerate(sections):
        first, second = 2 * index, 2 * index + 1
        # Transposed direct form II: s1' = s2 + b1 u - a1 y, s2' = b2 u - a2 y, y = b0 u + s1.
        a_matrix[first] = (b1 - a1 * b0) * c_vector
        a_matrix[second] = (b2 - a2 * b0) * c_vector
        a_matrix[first, first] = -a1
        a_matrix[first, second] = 1.0
        a_matrix[second, first] = -a2
        b_vector[first] = (b1 - a1 * b0) * direct
        b_vector[second] = (b2 - a2 * b0) * direct
        c_vector = b0 * c_vector
        c_vector[first] = 1.0
        direct *= b0
    return a_matrix, b_vector, c_vector, direct


class BlockFilter:
    """A cascade of biquads for several channels, fed in whole tiles.

    Parameters
    ----------
    sections
        Biquads ``(b0, b1, b2, a1, a2)``, the same for every channel.
    channels
        Number of channels, 1 or more.
    tile_frames
        Frames of a tile: a multiple of `GROUP_FRAMES`.
    maximum_tiles
        Largest number of tiles in one call.

    Notes
    -----
    - Accuracy: float64; equal to the sample-by-sample recursion within rounding (K-weighting: 1e-10 of full scale).
    - Latency: 0 frames, once a tile is full.
    - Realtime: no locks; memory is taken when made, save for small matrices of states.

    Between calls `state`, shape ``(channels, 2 * sections)``, is the state of the recursion at the end of the last
    tile. Nothing else is remembered.
    """

    def __init__(
        self, sections: Sequence[BiquadCoefficients], channels: int, tile_frames: int, maximum_tiles: int
    ) -> None:
        groups, rest = divmod(tile_frames, GROUP_FRAMES)
        if groups < 1 or rest:
            raise ValueError(f"tile_frames = {tile_frames} is not a multiple of {GROUP_FRAMES}")
        a_matrix, b_vector, c_vector, direct = state_space(sections)
        order = len(b_vector)
        self.tile_frames = tile_frames
        self.state = np.zeros((channels, order))
        self._groups = groups
        self._blocks = groups * _BLOCKS_PER_GROUP
        self._output_of = _output_matrix(a_matrix, b_vector, c_vector, direct)
        self._drive = _drive_matrix(a_matrix, b_vector)
        over_block = np.linalg.matrix_power(a_matrix, BLOCK_FRAMES)
        over_group = np.linalg.matrix_power(a_matrix, GROUP_FRAMES)
        self._over_tile = np.linalg.matrix_power(a_matrix, tile_frames).T.copy()
        self._within_group = _accumulation_matrix(over_block, _BLOCKS_PER_GROUP)
        self._within_tile = _accumulation_matrix(over_group, groups)
        self._group_decay = _decay_matrix(over_block, _BLOCKS_PER_GROUP)
        self._tile_decay = _decay_matrix(over_group, groups)
        # A row is the 48 samples of a block and, behind them, the state at its start: one product makes the output.
        self._rows = np.zeros((channels, maximum_tiles, self._blocks, BLOCK_FRAMES + order))

    def reset(self) -> None:
        """Forget all sound."""
        self.state.fill(0.0)

    def process(self, samples: NDArray[np.floating], out: Matrix) -> None:
        """Filter whole tiles.

        Parameters
        ----------
        samples
            ``(channels, tiles * tile_frames)``, float32 or float64, finite; rows need not lie together in memory.
        out
            The same shape, float64.
        """
        channels = samples.shape[0]
        tiles = samples.shape[1] // self.tile_frames
        blocked = (channels, tiles, self._blocks, BLOCK_FRAMES)
        rows = self._rows[:, :tiles]
        rows[..., :BLOCK_FRAMES] = samples.reshape(blocked)
        rows[..., BLOCK_FRAMES:] = self._states_at_blocks(rows[..., :BLOCK_FRAMES])
        np.matmul(rows, self._output_of, out=out.reshape(blocked))

    def _states_at_blocks(self, blocks: Matrix) -> Matrix:
        """The state at the start of each block, ``(channels, tiles, blocks, order)``; `state` moves to the end."""
        channels, tiles = blocks.shape[:2]
        order = self.state.shape[1]
        driven = blocks @ self._drive
        grouped = driven.reshape(channels, tiles, self._groups, _BLOCKS_PER_GROUP * order)
        in_group = grouped @ self._within_group
        group_sums = np.ascontiguousarray(in_group[..., -order:]).reshape(channels, tiles, 1, self._groups * order)
        in_tile = group_sums @ self._within_tile
        at_tile = np.empty((channels, tiles, 1, order))
        for tile in range(tiles):
            at_tile[:, tile, 0] = self.state
            self.state = self._next_state(self.state, in_tile[:, tile, 0, -order:])
        at_group = in_tile[..., :-order] + at_tile @ self._tile_decay
        at_group = at_group.reshape(channels, tiles, self._groups, order)
        at_block: Matrix = in_group[..., :-order] + at_group @ self._group_decay
        return at_block.reshape(channels, tiles, self._blocks, order)

    def _next_state(self, state: Matrix, driven: Matrix) -> Matrix:
        following: Matrix = state @ self._over_tile
        following += driven
        following[np.abs(following) < _SILENT_STATE] = 0.0
        return following


def _output_matrix(a_matrix: Matrix, b_vector: Matrix, c_vector: Matrix, direct: float) -> Matrix:
    """``(48 + n, 48)``: a row of samples and start state, times this, is the output of the block."""
    order = len(b_vector)
    matrix = np.zeros((BLOCK_FRAMES + order, BLOCK_FRAMES))
    impulse = np.empty(BLOCK_FRAMES)
    impulse[0] = direct
    state = b_vector
    observed = c_vector
    for frame in range(BLOCK_FRAMES):
        matrix[BLOCK_FRAMES:, frame] = observed
        observed = observed @ a_matrix
        if frame + 1 < BLOCK_FRAMES:
            impulse[frame + 1] = c_vector @ state
            state = a_matrix @ state
    for frame in range(BLOCK_FRAMES):
        matrix[frame, frame:] = impulse[: BLOCK_FRAMES - frame]
    return matrix


def _drive_matrix(a_matrix: Matrix, b_vector: Matrix) -> Matrix:
    """``(48, n)``: what a block's samples add to the state at its end."""
    matrix = np.empty((BLOCK_FRAMES, len(b_vector)))
    drive = b_vector
    for frame in reversed(range(BLOCK_FRAMES)):
        matrix[frame] = drive
        drive = a_matrix @ drive
    return matrix


def _accumulation_matrix(step: Matrix, count: int) -> Matrix:
    """``(count * n, (count + 1) * n)``: from what each step adds, the state before every step and after the last."""
    order = len(step)
    matrix = np.zeros((count * order, (count + 1) * order))
    for source in range(count):
        passed = np.eye(order)
        for place in range(source + 1, count + 1):
            matrix[source * order : (source + 1) * order, place * order : (place + 1) * order] = passed.T
            passed = step @ passed
    return matrix


def _decay_matrix(step: Matrix, count: int) -> Matrix:
    """``(n, count * n)``: from the state before the first step, what is left of it before every step."""
    order = len(step)
    powers = [np.eye(order)]
    for _ in range(count - 1):
        powers.append(step @ powers[-1])
    return np.concatenate([power.T for power in powers], axis=1)
