"""Where files lie: a disk, or whatever fsspec reaches by URL. Finding them, telling whether they changed, moving them.

Conventions
-----------
- A place is a text: an absolute path, or a URL such as ``s3://bucket/film/dx.wav``. ``file://`` is a path.
- A `FileState` tells whether a file is still the one that was seen: by size, time and inode on a disk, by size and
  the storage's own mark (an ETag, a version) elsewhere. What it holds is told by its SHA-256.
- A file appears under its name whole or not at all.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from audiopost.errors import FileError
from audiopost.media.file_faults import fault
from audiopost.media.new_file import to_disk

__all__ = [
    "FileState",
    "content_hash",
    "expanded",
    "fetched",
    "hash_of",
    "is_url",
    "joined",
    "place_of",
    "published",
    "removed",
    "state_of",
]

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class FileState:
    """One file as it was seen; `mark` changes with its content, `sha256` is empty where nobody has read it."""

    place: str
    size: int
    mark: str
    sha256: str = ""

    def same_as(self, other: FileState | None) -> bool:
        """Whether the other was seen of the same file, unchanged."""
        return other is not None and (self.place, self.size, self.mark) == (other.place, other.size, other.mark)


def is_url(place: str) -> bool:
    """Whether a place is reached by URL rather than by path.

    >>> is_url("s3://bucket/mix.wav"), is_url("C:/mix.wav"), is_url("file:///mix.wav")
    (True, False, False)
    """
    return _URL.match(place) is not None and not place.startswith("file://")


def place_of(word: str, folder: Path | str) -> str:
    """The place that a word means in a job that lies in `folder`.

    >>> place_of("mix.wav", "/film"), place_of("file:///film/mix.wav", "/"), place_of("s3://b/x.wav", "/film")
    ('/film/mix.wav', '/film/mix.wav', 's3://b/x.wav')

    A field without content leaves no empty folder behind:

    >>> place_of("s3://b/out//x.wav", "/film"), place_of("out//x.wav", "/film")
    ('s3://b/out/x.wav', '/film/out/x.wav')
    """
    if word.startswith("file://"):
        word = word.removeprefix("file://")
    if is_url(word):
        scheme, _, rest = word.partition("://")
        return f"{scheme}://{re.sub('/{2,}', '/', rest)}"
    return os.path.normpath(os.path.join(folder, word))


def joined(place: str, name: str) -> str:
    """The place of that name (parts joined by ``/``) within another."""
    return f"{place.rstrip('/')}/{name}" if is_url(place) else os.path.normpath(os.path.join(place, name))


def expanded(pattern: str) -> Iterator[tuple[str, str]]:
    """The files that a glob or a single place means, sorted, each with the folders below the glob's fixed part.

    Nothing is found where nothing matches; a single file is given without looking whether it is there.
    """
    fixed = _fixed_part(pattern)
    if fixed == pattern:
        yield pattern, ""
        return
    if is_url(pattern):
        from audiopost.batch.remote_files import remote_glob

        found = remote_glob(pattern, fixed)
    else:
        # glob passes names over that begin with a dot: what a run keeps beside its outputs is never an input
        found = sorted(each for each in glob.iglob(pattern, recursive=True) if os.path.isfile(each))
    for place in found:
        between = PurePosixPath(place[len(fixed) :].replace(os.sep, "/").lstrip("/")).parent
        yield place, "" if str(between) == "." else str(between)


def _fixed_part(pattern: str) -> str:
    """The folders before the first part that holds a wildcard.

    >>> _fixed_part("/film/stems/**/*.wav"), _fixed_part("/film/mix.wav")
    ('/film/stems', '/film/mix.wav')
    """
    parts = pattern.split("/")
    for index, part in enumerate(parts):
        if glob.has_magic(part):
            return "/".join(parts[:index])
    return pattern


def state_of(place: str) -> FileState | None:
    """The file as it is now; None where there is none."""
    if is_url(place):
        from audiopost.batch.remote_files import remote_state

        seen = remote_state(place)
        return None if seen is None else FileState(place, *seen)
    try:
        status = os.stat(place)
    except OSError:
        return None
    return FileState(place, status.st_size, f"{status.st_mtime_ns}:{status.st_ino}")


def content_hash(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file on a disk.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(_AT_ONCE):
                digest.update(piece)
    except OSError as error:
        raise fault(path, error) from error
    return digest.hexdigest()


def hash_of(place: str) -> str:
    """SHA-256 of a file wherever it lies.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    if is_url(place):
        from audiopost.batch.remote_files import remote_hash

        return remote_hash(place)
    return content_hash(place)


def fetched(place: str, folder: Path) -> Path:
    """A file on a disk of this machine with the content of that place: itself, or a copy in `folder`.

    Raises
    ------
    FileError
        If it cannot be fetched.
    """
    if not is_url(place):
        return Path(place)
    from audiopost.batch.remote_files import remote_fetch

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PurePosixPath(place).name
    remote_fetch(place, path)
    return path


def published(made: Path, place: str, *, replace: bool) -> FileState:
    """Give a file that was made its place, in one step; on a disk `made` is gone then.

    Raises
    ------
    FileError
        If the name is taken and may not be, or the storage fails.
    """
    sha256 = content_hash(made)
    if is_url(place):
        from audiopost.batch.remote_files import remote_publish

        remote_publish(made, place, replace=replace)
    else:
        _move(made, Path(place), replace=replace)
    state = state_of(place)
    if state is None:
        raise FileError(place, "the file is gone again", "see that nothing else works in this folder")
    return FileState(place, state.size, state.mark, sha256)


def removed(place: str) -> None:
    """Take a file away again; nothing happens where there is none."""
    if is_url(place):
        from audiopost.batch.remote_files import remote_remove

        remote_remove(place)
    else:
        Path(place).unlink(missing_ok=True)


def _move(made: Path, path: Path, *, replace: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not replace and path.exists():
            mend = 'move it away, or allow exists = "replace"'
            raise FileError(str(path), "the file exists already and is none of this job's", mend)
        to_disk(made)
        os.replace(made, path)
        if os.name == "posix":
            to_disk(path.parent)  # the name is on the disk before the ledger says so
    except OSError as error:
        raise fault(path, error) from error
