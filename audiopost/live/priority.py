"""What makes a process fit for sound: real-time priority, no garbage collection, death with its parent."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys

__all__ = [
    "DEVICE_PRIORITY",
    "ENGINE_PRIORITY",
    "LISTENER_PRIORITY",
    "die_with_parent",
    "hand_over_quickly",
    "hold_memory",
    "run_in_real_time",
    "stop_collecting",
]

DEVICE_PRIORITY = 62
"""SCHED_FIFO priority of the thread that plays: below JACK's server (70). Above the engines: when the one that is heard
has answered, those that only run along must not keep the answer waiting."""

ENGINE_PRIORITY = 60
"""Of an engine's audio thread: above the system's own threads (50)."""

LISTENER_PRIORITY = 10
"""Of an engine's main thread while it plays: it must not be put aside while it holds Python's lock."""

_PR_SET_PDEATHSIG = 1
_MCL_CURRENT, _MCL_ONFAULT = 1, 4


def run_in_real_time(priority: int) -> bool:
    """Put the calling thread under SCHED_FIFO (0: back to the normal schedule); False where that is not allowed.

    Notes
    -----
    Source: sched(7). Linux wants the capability CAP_SYS_NICE or an RLIMIT_RTPRIO at least as high.
    """
    if not hasattr(os, "sched_setscheduler"):
        return False
    policy = os.SCHED_FIFO if priority else os.SCHED_OTHER
    try:
        # Thread 0 is the calling thread, not the process.
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except OSError:
        return False
    return True


def stop_collecting() -> None:
    """No cyclic garbage collection from here on: what exists stays, and audio code makes no cycles."""
    gc.collect()
    gc.freeze()
    gc.disable()


def hold_memory() -> bool:
    """Keep what this process has mapped in memory once it was touched; False where that is not allowed.

    Code and samples that the system has put aside for other programs cost a read from the disk when they are next
    needed, in the middle of a block.

    Notes
    -----
    Source: mlockall(2). Without `MCL_FUTURE`, which would make later allocations fail where the limit is low; with
    `MCL_ONFAULT`, so that rings that nobody fills take no memory.
    """
    if sys.platform != "linux":
        return False
    return int(ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_ONFAULT)) == 0


def hand_over_quickly() -> None:
    """Let a thread that plays have Python's lock within 50 us of asking, where the default is 5 ms."""
    sys.setswitchinterval(5e-5)


def die_with_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    """Have the kernel send `death_signal` when the thread that started this process ends, however it ends."""
    if sys.platform != "linux":
        return  # the end of the channel does it there, a moment later
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent_pid:  # it was over before the kernel knew
        os.kill(os.getpid(), death_signal)
