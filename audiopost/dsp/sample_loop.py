"""A user's function of one sample, run over channels and frames by compiled code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from audiopost.dsp.compiled import compile_foreign, compile_function, tuple_maker
from audiopost.dsp.smoothing import advance
from audiopost.errors import EffectError

__all__ = ["compile_sample_loop"]

SIGNATURE = "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1])"


@lru_cache(maxsize=64)
def compile_sample_loop(tick: Callable[..., float], values: int) -> Callable[..., None]:
    """Compile ``tick(x, state, value, ...) -> float`` and the loop around it, once for each function.

    Parameters
    ----------
    tick
        One sample in, one out; `state` is the array of its channel, float64. Functions that it calls by name are
        compiled with it.
    values
        How many values it takes behind the state.

    Returns
    -------
    function
        ``run(block, out, state, ramps, now)``: float32 (channels, frames) twice, float64 (channels, states), the
        `Ramps.state` of the values, and float64 (values,) to work with.

    Raises
    ------
    EffectError
        If numba cannot compile the function; it says why, and where the function stands.
    """
    step, as_tuple = compile_foreign(tick), tuple_maker()

    def run(block: Any, out: Any, state: Any, ramps: Any, now: Any) -> None:
        for n in range(block.shape[1]):
            for index in range(values):
                now[index] = advance(ramps, index)
            given = as_tuple(now, values)
            for channel in range(block.shape[0]):
                out[channel, n] = step(np.float64(block[channel, n]), state[channel], *given)

    try:
        return compile_function(run, SIGNATURE)
    except EffectError as error:
        code = tick.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}"
        raise replace(error, node=tick.__name__, trace=place) from error
