"""Keys of the terminal while a chain plays: read one by one, and what each of them says.

A key is a letter as typed, or the name of a special one: ``up``, ``page down``, ``escape``. Escape sequences come
in pieces over a slow line; what has begun is waited for a twentieth of a second.
"""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["KEYS", "Key", "KeyReader", "named_keys"]

SEQUENCE_PATIENCE_S = 0.05

_SEQUENCES = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1bOA": "up", "\x1bOB": "down",
    "\x1bOC": "right", "\x1bOD": "left", "\x1b[5~": "page up", "\x1b[6~": "page down", "\x1b[H": "home",
    "\x1b[F": "end", "\x1b[1~": "home", "\x1b[4~": "end", "\x1bOH": "home", "\x1bOF": "end", "\x1b[3~": "delete",
    "\x1b[1;2C": "shift right", "\x1b[1;2D": "shift left",
}  # fmt: skip
_SINGLE = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace", "\t": "tab", " ": "space"}


@dataclass(frozen=True)
class Key:
    """One key of the view: what it says (`audiopost.live.words`), and the same for a person.

    ``{path}`` and ``{node}`` stand for the selected knob and its effect. A word with ``@`` in front is the view's own.
    """

    name: str
    word: str
    summary: str


KEYS = (
    Key("space", "@play", "play, pause"),
    Key("[", "seek -5", "back 5 s"),
    Key("]", "seek 5", "on 5 s"),
    Key("home", "locate 0", "to the beginning"),
    Key("L", "@loop", "loop all, or no loop"),
    Key("n", "next", "next file"),
    Key("p", "previous", "file before"),
    Key("up", "@up", "knob above"),
    Key("down", "@down", "knob below"),
    Key("left", "nudge {path} -1", "turn down"),
    Key("right", "nudge {path} 1", "turn up"),
    Key("page down", "nudge {path} -10", "turn down by a tenth"),
    Key("page up", "nudge {path} 10", "turn up by a tenth"),
    Key("o", "bypass {node}", "effect off, on"),
    Key("d", "dry", "source as it came"),
    Key("a", "a", "chain A"),
    Key("b", "b", "chain B"),
    Key("x", "x", "X of the test"),
    Key("m", "match", "match loudness"),
    Key("t", "blind", "blind test"),
    Key("A", "vote a", "X is A"),
    Key("B", "vote b", "X is B"),
    Key("s", "take", "keep a snapshot"),
    Key("1", "recall 1", "snapshot 1 (to 9)"),
    Key("u", "undo", "undo"),
    Key("r", "redo", "redo"),
    Key("c", "random 0.1", "turn all by chance"),
    Key("k", "lock {path}", "lock the knob"),
    Key("l", "learn {path}", "learn by MIDI"),
    Key("w", "save", "write the chain"),
    Key("R", "record", "record, end the recording"),
    Key("g", "keep 30", "keep what was heard"),
    Key("v", "vary 8 0.2", "bounce 8 variations"),
    Key("z", "reset", "meters anew"),
    Key(":", "@type", "type a word"),
    Key("?", "@help", "all keys"),
    Key("q", "quit", "end"),
)


def named_keys(text: str) -> tuple[list[str], str]:
    r"""Keys in what a terminal sent, and the beginning of a sequence that has not come whole.

    >>> named_keys("a\x1b[A\x1b["), named_keys(" \r")
    ((['a', 'up'], '\x1b['), (['space', 'enter'], ''))
    """
    keys: list[str] = []
    while text:
        if text[0] != "\x1b":
            keys.append(_SINGLE.get(text[0], text[0]))
            text = text[1:]
            continue
        found = next((sequence for sequence in _SEQUENCES if text.startswith(sequence)), "")
        if found:
            keys.append(_SEQUENCES[found])
            text = text[len(found) :]
        elif len(text) < 8 and not _is_over(text):
            return keys, text
        else:
            length = _length_of_unknown(text)
            keys += ["escape"] if length == 1 else []
            text = text[length:]
    return keys, ""


def _is_over(text: str) -> bool:
    """Whether a sequence that nobody knows has come to its end."""
    if len(text) == 1 or (len(text) == 2 and text[1] in "[O"):
        return False
    return text[1] not in "[O" or "@" <= text[-1] <= "~"


def _length_of_unknown(text: str) -> int:
    if len(text) < 2 or text[1] not in "[O":
        return 1
    return next((place + 1 for place in range(2, len(text)) if "@" <= text[place] <= "~"), len(text))


class KeyReader:
    """Reads keys from a terminal without waiting for the end of a line."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        self._left = ""

    @contextmanager
    def each_by_itself(self) -> Iterator[None]:
        """The terminal gives every key at once and shows none; Ctrl-C still ends the program. Then it is as before."""
        import termios

        before = termios.tcgetattr(self._descriptor)
        changed = termios.tcgetattr(self._descriptor)
        changed[3] &= ~(termios.ICANON | termios.ECHO)
        # A suspended view would leave its screen behind.
        changed[6][termios.VSUSP] = b"\0"
        changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, changed)
        try:
            yield
        finally:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)

    def read(self, patience_s: float) -> list[str]:
        """Keys that came within the time; EOFError when the terminal has gone."""
        patience_s = SEQUENCE_PATIENCE_S if self._left else patience_s
        if not select.select([self._descriptor], [], [], patience_s)[0]:
            # Nothing follows: it was the key itself.
            keys, self._left = (["escape"] if self._left else []), ""
            return keys
        sent = os.read(self._descriptor, 1024)
        if not sent:
            raise EOFError
        keys, self._left = named_keys(self._left + self._decoder.decode(sent))
        return keys
