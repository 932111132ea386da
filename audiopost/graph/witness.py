"""In which effect a process is, written where somebody reads it who outlives the process.

A plug-in can end the process that it runs in, and nothing that Python raises says which one did. So a worker appoints a
witness: a few bytes of a file that whoever started it has mapped too. Graphs write there before they call code that is
not ours, and when it has come back.

::

    | inside? | length | words in UTF-8, cut |
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audiopost.graph.spec import NodeSpec

__all__ = ["Witness", "appoint", "inside", "present", "words_of"]

_BYTES = 512
_WORDS = 2
_MOST = 255


class Witness:
    """One place to write to, and to read.

    Parameters
    ----------
    path
        A file; made longer if it is too short.

    Raises
    ------
    OSError
        If it cannot be mapped.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            file.truncate(_BYTES)
            self._memory = mmap.mmap(file.fileno(), _BYTES)
        self._path = path
        self._written = ""

    def enter(self, words: str) -> None:
        """From now on the process is in code that is called so."""
        if words != self._written:
            said = words.encode()[:_MOST]
            self._memory[1] = len(said)
            self._memory[_WORDS : _WORDS + len(said)] = said
            self._written = words
        self._memory[0] = 1

    def leave(self) -> None:
        """It has come back."""
        self._memory[0] = 0

    @property
    def last(self) -> str:
        """In what the process is, or was when it ended; empty: in nothing that is not ours."""
        if not self._memory[0]:
            return ""
        return self._memory[_WORDS : _WORDS + self._memory[1]].decode(errors="replace")

    def close(self) -> None:
        """Let go of the file, which is then gone."""
        self._memory.close()
        self._path.unlink(missing_ok=True)


_present: Witness | None = None


def appoint(witness: Witness | None) -> None:
    """Have every graph of this process say where it is; None: no more."""
    global _present
    _present = witness


def present() -> Witness | None:
    """Whom to tell."""
    return _present


@contextmanager
def inside(words: str) -> Iterator[None]:
    """While code that is called so runs."""
    witness = _present
    if witness is None:
        yield
        return
    witness.enter(words)
    try:
        yield
    finally:
        witness.leave()


def words_of(name: str, node: NodeSpec) -> str:
    """A node with the file that it plays, if it plays one.

    >>> words_of("verb", NodeSpec.of("plugin", {}, {"path": "/lib/verb.clap"}))
    'verb (/lib/verb.clap)'
    """
    path = dict(node.settings).get("path")
    return f"{name} ({path})" if path else name
