"""Watches what is done while sound plays: compiling, and what Python itself reports of files, imports and processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import llvmlite.binding
import pytest
from numba.core import event

FORBIDDEN = ("open", "import", "compile", "exec", "os.", "subprocess.", "socket.", "mmap.", "ctypes.dlopen", "shutil.")
"""Beginnings of the audit events (docs.python.org/3/library/audit_events) that no audio thread may raise."""

COMPILING = ("numba:compile", "numba:compiler_lock")
"""numba's events: it compiles; or it holds the compiler's lock, as it does when it loads from its cache."""

_watching: list[list[str]] = []


def _audit(name: str, arguments: tuple[Any, ...]) -> None:
    if _watching and name.startswith(FORBIDDEN):
        _watching[-1].append(f"{name} {arguments[:1]}")


sys.addaudithook(_audit)  # It stays for the life of the process; it looks away while nobody watches.


class _Compiler(event.Listener):
    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def on_start(self, event: event.Event) -> None:
        self._seen.append(f"{event.kind} {event.data}")

    def on_end(self, event: event.Event) -> None:
        pass


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is done within the block that an audio thread must not do, in words."""
    seen: list[str] = []
    listener = _Compiler(seen)
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (llvmlite.binding, "parse_assembly"),
            (llvmlite.binding.ExecutionEngine, "finalize_object"),
            (llvmlite.binding.ExecutionEngine, "add_object_file"),
        ):
            patch.setattr(owner, name, _reporting(getattr(owner, name), name, seen))
        for kind in COMPILING:
            event.register(kind, listener)
        _watching.append(seen)
        try:
            yield seen
        finally:
            _watching.pop()
            for kind in COMPILING:
                event.unregister(kind, listener)


def _reporting(function: Any, name: str, seen: list[str]) -> Any:
    def reported(*args: Any, **kwargs: Any) -> Any:
        seen.append(f"llvmlite {name}")
        return function(*args, **kwargs)

    return reported
