"""Smoothing of parameters: straight ramps that are counted in frames, so that no sample depends on block sizes.

A `Ramps` holds several values that move to their targets in a stated time. Its `state` is handed to kernels,
which call `advance` once a frame for every ramp.

Why straight ramps and not a one-pole glide: a ramp arrives. After it the value is the target to the last bit, the
fast path of a kernel may take over, and the largest step of a jump is known: ``|jump| / frames``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import inlined
from audiopost.units import ms_to_frames

__all__ = ["TARGET", "Ramps", "advance", "ramping"]

VALUE, TARGET, STEP, REMAINING = 0, 1, 2, 3


class Ramps:
    """Values on their way to their targets.

    Attributes
    ----------
    state : array, (ramps, 4), float64
        Value, target, step a frame, frames that remain. While nothing remains, value = target.

    >>> ramps = Ramps(1, frames=4)
    >>> ramps.jump(0, 1.0)
    >>> ramps.aim(0, 2.0)
    >>> [float(advance(ramps.state, 0)) for _ in range(5)]
    [1.25, 1.5, 1.75, 2.0, 2.0]
    """

    def __init__(self, count: int, frames: int) -> None:
        self.frames = max(1, frames)
        self.state: NDArray[np.float64] = np.zeros((count, 4), dtype=np.float64)

    @classmethod
    def lasting(cls, count: int, duration_ms: float, sample_rate: float) -> Ramps:
        """Ramps that take `duration_ms`, at least one frame."""
        return cls(count, ms_to_frames(duration_ms, sample_rate))

    def jump(self, index: int, value: float) -> None:
        """Be there at once."""
        row = self.state[index]
        row[VALUE] = row[TARGET] = value
        row[STEP] = row[REMAINING] = 0.0

    def aim(self, index: int, target: float) -> None:
        """Start from the present value towards `target`; nothing happens if that is the target already."""
        row = self.state[index]
        if row[TARGET] == target:
            return
        row[TARGET] = target
        row[STEP] = (target - row[VALUE]) / self.frames
        row[REMAINING] = self.frames

    def aim_all(self, targets: NDArray[np.float64]) -> None:
        """Start towards one target each, ``(ramps,)``; as `aim` for every ramp, for a matrix of them."""
        value, target, step, remaining = self.state.T
        moves = target != targets
        np.copyto(target, targets, where=moves)
        np.subtract(targets, value, out=step, where=moves)
        np.divide(step, self.frames, out=step, where=moves)
        np.copyto(remaining, float(self.frames), where=moves)

    def finish(self) -> None:
        """Every value arrives now."""
        self.state[:, VALUE] = self.state[:, TARGET]
        self.state[:, STEP:] = 0.0

    def value(self, index: int) -> float:
        """The present value."""
        return float(self.state[index, VALUE])


@inlined
def advance(state: NDArray[np.float64], index: int) -> float:
    """Move one ramp by one frame and return its value (kernel)."""
    if state[index, REMAINING] > 0.0:
        state[index, REMAINING] -= 1.0
        if state[index, REMAINING] == 0.0:
            state[index, VALUE] = state[index, TARGET]
        else:
            state[index, VALUE] += state[index, STEP]
    return state[index, VALUE]  # type: ignore[no-any-return]


@inlined
def ramping(state: NDArray[np.float64]) -> bool:
    """Whether any ramp is still on its way (kernel)."""
    for index in range(state.shape[0]):  # noqa: SIM110 - numba compiles the loop, not any() over a generator
        if state[index, REMAINING] > 0.0:
            return True
    return False
