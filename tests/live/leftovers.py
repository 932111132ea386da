"""What sessions of this process have left behind: threads, child processes, shared memory."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from pathlib import Path

__all__ = ["children_left", "descriptors_of", "segments_left", "threads_left"]

SEGMENT = "audiopost-live"


def threads_left() -> list[str]:
    """Names of threads that belong to a session."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("audiopost live")]


def children_left() -> list[str]:
    """Command lines of child processes of sessions; one that has ended and was not waited for counts too."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text(encoding="ascii").split():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "audiopost.live.child" in words or not words:
                found.append(f"{pid} {words or 'ended'}")
    return found


def descriptors_of(pid: int) -> list[str]:
    """Where each descriptor of a process leads."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists the others is among them
            found.append(os.readlink(link))
    return found


def segments_left() -> list[str]:
    """Shared memory of sessions that this process maps or holds open."""
    gc.collect()  # the last views of a mapping may hang in a cycle with an exception that the test looked at
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return [line for line in [*maps, *descriptors_of(os.getpid())] if SEGMENT in line]
