"""A file that appears whole or not at all.

Everything is written under a temporary name in the same folder. Only when all is on the disk does the file get its
own name, in one step; until then whatever bears that name is left alone, and after a failure nothing remains.

Conventions
-----------
- The temporary name is short and owes nothing to the final one, so that a name of the greatest length that the
  disk allows can still be written. It begins with a dot and ends in ``.part``.
- Its lock is held while its process lives (on POSIX systems), so that `clear_unfinished` can tell what a killed process
  left behind from what another is still writing.
- An input is never overwritten, whatever `exists` says, also through a link or another spelling of its name.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO

from audiopost.errors import FileError
from audiopost.media.file_faults import fault

__all__ = ["Exists", "NewFile", "clear_unfinished", "locked", "to_disk", "writing_text"]

Exists = Literal["fail", "replace", "number"]
"""What to do when the name is taken: refuse, put the new file in its place, or add ``-2``, ``-3`` ... to the name."""

_HIGHEST_NUMBER = 9999
_UNFINISHED = re.compile(r"\.[0-9a-f]{8}\.part")
_LEAST_AGE_S = 60.0
"""Younger ones are left alone: one may just have been made, and not be locked yet."""


class NewFile:
    """A file to be: written at `temporary`, then `publish` or `discard` it.

    Parameters
    ----------
    path
        The name that the file shall get.
    exists
        See `Exists`. ``"fail"`` is checked now and again when publishing.
    protected
        Files that must not be overwritten.
    lasting
        False where whoever asks moves the file on: then it need not be on the disk when it gets its name.

    Raises
    ------
    FileError
        If the folder is missing or cannot be written to, the name is taken, or it is that of a protected file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        exists: Exists = "fail",
        protected: Iterable[Path] = (),
        *,
        lasting: bool = True,
    ) -> None:
        self.path = Path(path)
        self._lasting = lasting
        self._exists = exists
        self._protected = tuple(protected)
        self._open = True
        self._descriptor = -1
        self.temporary = self.path.parent / f".{secrets.token_hex(4)}.part"
        try:
            self._refuse()
            # O_EXCL: a name that someone else took is not ours. 0o666 leaves the permissions to the user's umask.
            self._descriptor = os.open(self.temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
            locked(self._descriptor)
            if os.name != "posix":  # no lock there, and an open file cannot be renamed
                self._let_go()
        except OSError as error:
            raise self._no_room(error) from error

    def publish(self) -> Path:
        """Bring what was written to the disk and give it its name, in one step; returns the name that it got.

        The writer must have closed the temporary file. Raises FileError; then nothing remains.
        """
        try:
            if self._lasting:
                to_disk(self.temporary)
            self._refuse()
            self._rename()
            if self._lasting and os.name == "posix":
                to_disk(self.path.parent)
        except OSError as error:
            self.discard()
            raise fault(self.path, error) from error
        except FileError:
            self.discard()
            raise
        self._open = False
        self._let_go()
        return self.path

    def discard(self) -> None:
        """Leave nothing behind; may be called again."""
        if self._open:
            self._open = False
            self.temporary.unlink(missing_ok=True)
            self._let_go()

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _refuse(self) -> None:
        path = str(self.path)
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return
        if stat.S_ISDIR(status.st_mode):
            raise FileError(path, "this is a folder, not a file", "name a file")
        if self._exists != "number" and any(_same(self.path, each) for each in self._protected):
            raise FileError(path, "this is an input, which is never overwritten", "choose another output")
        if self._exists == "fail":
            raise FileError(path, "the file exists already", "choose another name, or allow it to be replaced")

    def _rename(self) -> None:
        if self._exists == "replace":
            os.replace(self.temporary, self.path)
            return
        first = self.path
        for number in range(2, _HIGHEST_NUMBER + 2):
            try:
                _rename_without_replacing(self.temporary, self.path)
            except FileExistsError:
                if self._exists == "fail":
                    raise
                self.path = first.with_name(f"{first.stem}-{number}{first.suffix}")
            else:
                return
        raise FileError(str(first), f"{_HIGHEST_NUMBER} files bear this name already", "choose another name")

    def _no_room(self, error: OSError) -> FileError:
        folder = self.path.parent
        if not os.path.isdir(folder):
            return FileError(str(self.path), f"there is no folder {str(folder)!r}", "make it first")
        if isinstance(error, PermissionError):
            mend = "change its permissions, or choose another folder"
            return FileError(str(self.path), f"the folder {str(folder)!r} may not be written to", mend)
        return fault(self.path, error)


def clear_unfinished(folder: Path) -> None:
    """Take away what killed processes left in a folder before it had a name (on POSIX systems; elsewhere it stays).

    Raises
    ------
    FileError
        If the disk fails.
    """
    if os.name != "posix" or not folder.is_dir():
        return
    try:
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if _UNFINISHED.fullmatch(entry.name) and _is_old(entry)]
        for path in left:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                if locked(descriptor):
                    os.unlink(path)
            finally:
                os.close(descriptor)
    except FileNotFoundError:
        return  # another run was faster
    except OSError as error:
        raise fault(folder, error) from error


def locked(descriptor: int) -> bool:
    """Take an open file for this process; False where another holds it. It is free again when the process ends.

    Always True where files are not held (Windows, some network disks).
    """
    if os.name != "posix":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a disk without locks
    return True


def _is_old(entry: os.DirEntry[str]) -> bool:
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEAST_AGE_S


@contextmanager
def writing_text(new: NewFile) -> Iterator[TextIO]:
    """The new file as UTF-8 text to be written; published at the end, discarded on any error.

    Raises FileError if the disk is full or fails.
    """
    try:
        with new.temporary.open("w", encoding="utf-8", newline="") as text:
            yield text
    except OSError as error:
        new.discard()
        raise fault(new.path, error) from error
    except BaseException:
        new.discard()
        raise
    new.publish()


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _rename_without_replacing(old: Path, new: Path) -> None:
    """Rename; raises FileExistsError if the name is taken, without a moment in which another could take it."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:
        # A disk without hard links (FAT, some network disks): look, then rename.
        if new.exists():
            raise FileExistsError(str(new)) from None
        os.rename(old, new)
    else:
        old.unlink()


def to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk. Raises OSError if that fails."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
