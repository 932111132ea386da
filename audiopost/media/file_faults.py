"""What the operating system says about a file, in the words of a FileError: what happened, how to mend it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from audiopost.errors import FileError

__all__ = ["fault"]

_WORDS = {
    errno.ENOENT: ("no such file", "check the path"),
    errno.ENOTDIR: ("a part of the path is not a folder", "check the path"),
    errno.EISDIR: ("this is a folder, not a file", "name a file"),
    errno.EACCES: ("permission denied", "change the permissions, or choose another place"),
    errno.EPERM: ("permission denied", "change the permissions, or choose another place"),
    errno.EROFS: ("the disk can only be read", "choose another place"),
    errno.ENOSPC: ("the disk is full", "free some space, or choose another disk"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, or choose another disk"),
    errno.EFBIG: ("the file grew larger than this disk or process may hold", "choose another disk or a smaller format"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
    errno.EMFILE: ("too many files are open", "close some, or work on fewer files at once"),
    errno.EIO: ("the disk failed while it was used", "copy the file to another disk and try again"),
}


def fault(path: str | os.PathLike[str], error: OSError) -> FileError:
    """The FileError for what the system reported about `path`.

    >>> str(fault("mix.wav", OSError(errno.ENOSPC, "No space left on device")))
    'mix.wav: the disk is full; free some space, or choose another disk'
    """
    unknown = (error.strerror or str(error) or type(error).__name__, "")
    what, mend = _WORDS.get(error.errno or 0, unknown)
    return FileError(str(Path(path)), what, mend)
