"""The door to fsspec: files that are reached by URL (object stores, servers, memory)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from audiopost.errors import FileError, UsageError

__all__ = ["remote_fetch", "remote_glob", "remote_hash", "remote_publish", "remote_remove", "remote_state"]


_AT_ONCE = 1 << 20


def remote_glob(pattern: str, fixed: str) -> list[str]:
    """The files that match, as URLs, sorted. `fixed` is the part of the pattern before the first wildcard.

    Raises
    ------
    FileError
        If the storage cannot be reached.
    UsageError
        If fsspec, or what it needs for this kind of URL, is not installed.
    """
    system, path = _opened(pattern)
    # A storage's own names lack the host, or write the URL otherwise: only what follows the fixed part is taken over.
    base = _opened(fixed)[1].rstrip("/")
    try:
        found = system.glob(path, detail=True)
        return sorted(fixed + name.removeprefix(base) for name, info in found.items() if info["type"] == "file")
    except OSError as error:
        raise _fault(pattern, error) from error


def remote_state(url: str) -> tuple[int, str] | None:
    """Size in bytes, and the storage's own mark of the content; None where there is no such file."""
    system, path = _opened(url)
    try:
        system.invalidate_cache()
        return int(system.info(path)["size"]), str(system.ukey(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault(url, error) from error


def remote_hash(url: str) -> str:
    """SHA-256 of a remote file."""
    system, path = _opened(url)
    digest = hashlib.sha256()
    try:
        with system.open(path, "rb") as file:
            while piece := file.read(_AT_ONCE):
                digest.update(piece)
    except OSError as error:
        raise _fault(url, error) from error
    return digest.hexdigest()


def remote_fetch(url: str, path: Path) -> None:
    """Copy a remote file to the disk."""
    system, source = _opened(url)
    try:
        system.get_file(source, str(path))
    except OSError as error:
        raise _fault(url, error) from error


def remote_publish(made: Path, url: str, *, replace: bool) -> None:
    """Copy a file to a URL; it appears there when all of it has arrived."""
    system, place = _opened(url)
    try:
        if not replace and system.exists(place):
            mend = 'move it away, or allow exists = "replace"'
            raise FileError(url, "the file exists already and is none of this job's", mend)
        system.makedirs(system._parent(place), exist_ok=True)  # noqa: SLF001 - fsspec has no public word for it
        with system.transaction:
            system.put_file(str(made), place)
    except OSError as error:
        raise _fault(url, error) from error


def remote_remove(url: str) -> None:
    """Take a remote file away."""
    system, path = _opened(url)
    try:
        system.rm_file(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _fault(url, error) from error


def _opened(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        mend = "pip install 'audiopost[cluster]'"
        raise UsageError("files behind a URL need the package fsspec", where=url, mend=mend) from error
    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:  # the package for this kind of URL is missing, or there is no such kind
        raise UsageError(str(error), where=url) from error
    return system, path


def _fault(url: str, error: OSError) -> FileError:
    return FileError(url, str(error) or type(error).__name__)
