"""The door to numba: loops per sample, written in Python, compiled before they play.

Conventions
-----------
- A kernel has exactly one signature, stated where it is defined. An array of another type or memory order is
  refused; it never starts the compiler while sound plays.
- `compiled` and `inlined` only mark functions. numba is imported by the first `Kernel.ready`, which belongs in
  `prepare`: importing audiopost costs nothing.
- No ``fastmath`` (its sums depend on the machine, its ``isnan`` counts nothing), no vector maths library (its sine
  differs from the scalar one, so a sample would depend on where a block begins), no bounds checks, no GIL.
- Compiled code is cached in a folder whose name is a hash of every source file of this room and of `units`: numba
  itself would not notice an edit in a helper that lives in another file.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast, runtime_checkable

from audiopost.errors import EffectError

__all__ = [
    "Kernel",
    "compile_foreign",
    "compile_function",
    "compiled",
    "inlined",
    "kernel_cache_folder",
    "tuple_maker",
]

P = ParamSpec("P")
R = TypeVar("R")

_DOOR = threading.RLock()
_INLINED = "__audiopost_inlined__"
_OPTIONS = {"nogil": True, "fastmath": False, "error_model": "numpy", "boundscheck": False}


class Kernel(Generic[P, R]):
    """A Python function with the one signature that it will be compiled for.

    Attributes
    ----------
    python
        The function itself, uncompiled: what a test may step through.
    signature
        numba's notation, ``"void(float32[:, ::1], float64)"``.
    """

    def __init__(self, python: Callable[P, R], signature: str) -> None:
        self.python = python
        self.signature = signature
        self.__doc__ = python.__doc__
        self._ready: Callable[P, R] | None = None

    def ready(self) -> Callable[P, R]:
        """The compiled function. Loads it from the cache or compiles it at the first call (0.1 s to seconds)."""
        if self._ready is None:
            with _DOOR:
                if self._ready is None:
                    self._ready = compile_function(self.python, self.signature, cached=True)
        return self._ready


def compiled(signature: str) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Decorator: make a `Kernel` of a function written in the subset of Python that numba compiles."""
    return lambda python: Kernel(python, signature)


def inlined(python: Callable[P, R]) -> Callable[P, R]:
    """Decorator: a function that kernels may call. It stays a plain Python function elsewhere."""
    setattr(python, _INLINED, True)
    return python


def compile_function(python: Callable[P, R], signature: str, *, cached: bool = False) -> Callable[P, R]:
    """A function compiled now for one signature.

    Raises
    ------
    EffectError
        If numba cannot compile it: why, and where the function stands. Own kernels never do.
    """
    with _DOOR:
        numba = _numba()
        resolved = _with_compiled_callees(cast(FunctionType, python), _may_be_inlined)
        folder = kernel_cache_folder() if cached else None
        try:
            if folder is None:
                return cast("Callable[P, R]", numba.njit(signature, **_OPTIONS)(resolved))
            with _cache_at(numba, folder):
                return cast("Callable[P, R]", numba.njit(signature, cache=True, **_OPTIONS)(resolved))
        except numba.core.errors.NumbaError as error:
            raise _not_compilable(cast(FunctionType, python), error) from error


def compile_foreign(python: Callable[P, R]) -> Callable[P, R]:
    """A user's function, to be called by a compiled one; the Python functions that it calls by name go with it.

    It is compiled with its caller, where an error in it then surfaces.
    """
    with _DOOR:
        resolved = _with_compiled_callees(cast(FunctionType, python), _any_function)
        return cast("Callable[P, R]", _numba().njit(**_OPTIONS)(resolved))


def tuple_maker() -> Any:
    """What turns an array into a tuple of fixed length inside a kernel: ``make(array, length)``."""
    _numba()
    from numba.np.unsafe.ndarray import to_fixed_tuple

    return to_fixed_tuple


def _not_compilable(python: FunctionType, error: Exception) -> EffectError:
    told = [line.strip() for line in str(error).splitlines()]
    reasons = [line for line in told if line and not line.startswith(("Failed in", "During", "- ", "File"))]
    place = f"{python.__code__.co_filename}:{python.__code__.co_firstlineno}"
    return EffectError(python.__name__, f"cannot be compiled: {reasons[0] if reasons else error}", place)


@cache
def kernel_cache_folder() -> Path | None:
    """Where compiled kernels of exactly this source are kept; None where the user has no writable cache folder.

    ``NUMBA_CACHE_DIR`` is honoured. No shared temporary folder is ever used: code is loaded from it.
    """
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for source in (room.parent / "units.py", *sorted(room.glob("*.py"))):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    folder = _user_cache() / "audiopost" / f"kernels-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _user_cache() -> Path:
    if chosen := os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home()))
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


@cache
def _numba() -> ModuleType:
    """numba, imported without its vector maths library (which must be switched off before the import)."""
    switch = "NUMBA_DISABLE_INTEL_SVML"
    before = os.environ.get(switch)
    os.environ[switch] = "1"
    try:
        import numba
    finally:
        if before is None:
            del os.environ[switch]
        else:
            os.environ[switch] = before
    return numba


@contextmanager
def _cache_at(numba: Any, folder: Path) -> Iterator[None]:
    """Point numba, which looks for its cache folder when a function is decorated, to ours."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


_helpers: dict[Any, Any] = {}


@runtime_checkable
class Embeddable(Protocol):
    """Code that a kernel may call although it is no Python function."""

    def for_kernels(self, numba: Any) -> Any:
        """What stands for it in a kernel."""


def _with_compiled_callees(python: FunctionType, wanted: Callable[[FunctionType], bool]) -> FunctionType:
    """The same code, looking up compiled helpers where its module holds plain functions that are `wanted`.

    Programs of `vector_code` are always wanted.
    """
    names = frozenset(python.__code__.co_names)
    found = {
        name: value
        for name, value in python.__globals__.items()
        if name in names
        and value is not python
        and (isinstance(value, Embeddable) or (isinstance(value, FunctionType) and wanted(value)))
    }
    if not found:
        return python
    for helper in found.values():
        if helper not in _helpers:
            _helpers[helper] = (
                helper.for_kernels(_numba())
                if isinstance(helper, Embeddable)
                else _numba().njit(**_OPTIONS)(_with_compiled_callees(helper, wanted))
            )
    scope = {**python.__globals__, **{name: _helpers[helper] for name, helper in found.items()}}
    made = FunctionType(python.__code__, scope, python.__name__, python.__defaults__, python.__closure__)
    made.__module__ = python.__module__
    return made


def _may_be_inlined(python: FunctionType) -> bool:
    # The decibels of `units` lie on a floor below this one and cannot carry its mark.
    return hasattr(python, _INLINED) or python.__module__ == "audiopost.units"


def _any_function(_python: FunctionType) -> bool:
    return True
