"""Calls between this program and code in C that must not pass through Python.

A plug-in asks its host for events by calling functions that the host gives it, in every block. A function in Python
would cost a microsecond and the interpreter's lock each time; these are machine code over plain memory.

::

    list   │ context ─▶ │ count │ event 0 │ event 1 │ ...        what `count_of` and `item_of` read
    work   │ read │ write │ settings │ function │ 1st │ 2nd │    what `call_guarded` carries out

Source: C11 7.6.4, ``fegetenv`` and ``fesetenv``: the floating-point settings of the thread.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import NamedTuple

import numpy as np

from audiopost.dsp.machine_code import emitted
from audiopost.dsp.vector_code import BYTE, INDEX, POINTER, WORD, Code, Symbol, vector_program

__all__ = ["ForeignCalls", "GuardedCall", "foreign_calls"]

SETTINGS_BYTES = 256
"""More than any C library's ``fenv_t`` (32 bytes on x86-64 Linux)."""


@vector_program(POINTER, gives=WORD)
def count_of(code: Code, events: Symbol) -> Symbol:
    """How many events a list holds."""
    return code.load(WORD, code.load(POINTER, events, 0), 0)


@vector_program(POINTER, WORD, gives=POINTER)
def item_of(code: Code, events: Symbol, index: Symbol) -> Symbol:
    """The address of an event; the caller asks for one that is there."""
    return code.load(POINTER, code.load(POINTER, events, 0), index.cast(INDEX) + 1)


@vector_program(POINTER, POINTER, gives=BYTE)
def take_nothing(code: Code, events: Symbol, event: Symbol) -> Symbol:  # noqa: ARG001 - the plug-in's call
    """Says that an event was taken, and forgets it."""
    return code.constant(BYTE, 1)


@vector_program(POINTER, gives=WORD)
def call_guarded(code: Code, work: Symbol) -> Symbol:
    """Call a function with two addresses, and put the floating-point settings back that it may have changed."""
    read, write, function = (code.load(INDEX, work, index) for index in (0, 1, 3))
    settings, first, second = (code.load(POINTER, work, index) for index in (2, 4, 5))
    code.call_at(read, settings, gives=WORD)
    result = code.call_at(function, first, second, gives=WORD)
    code.call_at(write, settings, gives=WORD)
    return result


class ForeignCalls(NamedTuple):
    """Addresses of the functions above, as a plug-in is given them, and of some of C's own library.

    `read_settings` and `write_settings` are its ``fegetenv`` and ``fesetenv``, `duplicate` copies a text into memory
    that `free` gives back.
    """

    count_of: int
    item_of: int
    take_nothing: int
    call_guarded: int
    read_settings: int
    write_settings: int
    duplicate: int
    free: int


@cache
def foreign_calls() -> ForeignCalls:
    """The functions, emitted once a process (from the user's cache: 0.1 s, most of it the import of llvmlite)."""
    made = emitted(count_of, item_of, take_nothing, call_guarded)
    # Windows has the two in its universal C run-time.
    library = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
    return ForeignCalls(
        **{program.name: _address(made[program.name]) for program in (count_of, item_of, take_nothing, call_guarded)},
        read_settings=_address(library.fegetenv),
        write_settings=_address(library.fesetenv),
        duplicate=_address(library._strdup if sys.platform == "win32" else library.strdup),  # noqa: SLF001 - its name there
        free=_address(library.free),
    )


class GuardedCall:
    """The memory that ``call_guarded`` works on: a function of C and its two addresses.

    Attributes
    ----------
    address : int
        Of the memory; what ``call_guarded`` is given. Valid as long as the object lives.
    """

    def __init__(self, function: int, first: int, second: int) -> None:
        calls = foreign_calls()
        self._settings = np.zeros(SETTINGS_BYTES, dtype=np.uint8)
        self._work = np.array(
            [calls.read_settings, calls.write_settings, self._settings.ctypes.data, function, first, second],
            dtype=np.uint64,
        )
        self.address = int(self._work.ctypes.data)

    def pass_second(self, second: int) -> None:
        """Another second argument from the next call on: an address, or a whole number."""
        self._work[5] = second


def _address(function: object) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address is not None, "a function has an address"
    return address
