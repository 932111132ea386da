"""Functions of machine code that a plug-in calls, and the guard around calls into one."""

from __future__ import annotations

import ctypes

import numpy as np

from audiopost.dsp.foreign_calls import GuardedCall, foreign_calls


def test_a_list_is_read_as_it_was_written() -> None:
    calls = foreign_calls()
    memory = np.array([2, 111, 222], dtype=np.uint64)
    events = np.array([memory.ctypes.data], dtype=np.uint64)
    count_of = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p)(calls.count_of)
    item_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)(calls.item_of)
    assert count_of(events.ctypes.data) == 2
    assert [item_of(events.ctypes.data, index) for index in (0, 1)] == [111, 222]


def test_what_a_plugin_tells_is_taken() -> None:
    take = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)(foreign_calls().take_nothing)
    assert take(0, 0) is True


def test_a_guarded_call_passes_both_addresses_and_gives_back_the_result() -> None:
    heard = []
    wanted = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)

    @wanted
    def played(first: int, second: int) -> int:
        heard.append((first, second))
        return -7

    address = ctypes.cast(played, ctypes.c_void_p).value
    assert address is not None
    call = GuardedCall(address, 4096, 8192)
    guarded = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(foreign_calls().call_guarded)
    assert guarded(call.address) == -7
    assert heard == [(4096, 8192)]


def test_floating_point_settings_that_a_call_changes_are_put_back() -> None:
    """The C library's own ``fesetround`` is called as if it were a plug-in: it would round everything down."""
    library = ctypes.CDLL(None)
    downwards = 0x400 if hasattr(library, "fesetround") else 0
    before = library.fegetround()
    address = ctypes.cast(library.fesetround, ctypes.c_void_p).value
    assert address is not None
    call = GuardedCall(address, downwards, 0)
    ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(foreign_calls().call_guarded)(call.address)
    assert library.fegetround() == before
    library.fesetround(downwards)
    changed = library.fegetround()
    library.fesetround(before)
    assert changed != before, "the call does change them where nothing guards"
