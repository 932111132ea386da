"""Whether a piece of memory holds NaN or infinity, asked at every block: the cheapest look there is.

Why not numpy: a sum of squares by `numpy.vdot` takes 0.4 us on a block of live size, nearly all of it the call; and a
huge sample overflows it. This looks at the exponents themselves, and a call costs 0.13 us.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.machine_code import emitted
from audiopost.dsp.vector_code import INDEX, LANES, POINTER, WORD, WORDS, Code, Symbol, vector_program

__all__ = ["Watched", "finite_scan"]

_WITHOUT_SIGN = 0x7FFFFFFF
_LARGEST_NUMBER = 0x7F7FFFFF
"""Bits of the largest float32; infinity and NaN lie above."""


@vector_program(POINTER, gives=WORD, brief=True)
def holds_non_finite(code: Code, watched: Symbol) -> Symbol:
    """1 where one of the float32 that `watched` points to, ``(address, count)``, is no finite number; else 0."""
    values = code.address(code.load(INDEX, watched, 0))
    count = code.load(INDEX, watched, 1)
    vectors = count >> (LANES.bit_length() - 1)
    largest = code.variable(WORDS, 0)
    with code.loop(0, vectors) as index:
        largest.value = largest.value.larger(code.load(WORDS, values, index) & _WITHOUT_SIGN)
    worst = code.variable(WORD, code.largest(largest.value))
    with code.loop(vectors << (LANES.bit_length() - 1), count) as index:
        worst.value = worst.value.larger(code.load(WORD, values, index) & _WITHOUT_SIGN)
    return (worst.value > _LARGEST_NUMBER).choose(code.constant(WORD, 1), 0)


class Watched:
    """Some memory that is looked at again and again.

    Attributes
    ----------
    address : int
        What the function of `finite_scan` is given; good as long as the object lives.
    """

    def __init__(self, values: NDArray[np.float32]) -> None:
        assert values.flags.c_contiguous, "a view with gaps has no one piece of memory"
        self._values = values
        self._place = np.array([_address(values), values.size], dtype=np.int64)
        self.address = _address(self._place)


def _address(memory: NDArray[Any]) -> int:
    # Not by the attribute `ctypes`: renderers that were let go left 56 bytes of it behind.
    address: int = memory.__array_interface__["data"][0]
    return address


@cache
def finite_scan() -> Callable[[int], int]:
    """A function that is given `Watched.address` and gives 1 where NaN or infinity is there, else 0. Loaded once."""
    scan: Callable[[int], int] = emitted(holds_non_finite)[holds_non_finite.name]
    return scan
