"""Keys as a terminal sends them."""

from __future__ import annotations

import os
import pty
import termios
import threading

import pytest

from audiopost.cli.live_keys import KEYS, KeyReader, named_keys
from audiopost.live.word_table import WORDS


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("a \r\x7f", ["a", "space", "enter", "backspace"]),
        ("\x1b[A\x1bOB\x1b[5~", ["up", "down", "page up"]),
        ("é:", ["é", ":"]),
        ("\x1b[200~x\x1b[99;5Xy", ["x", "y"]),
        ("\x1bq", ["escape", "q"]),
    ],
)
def test_what_is_sent_has_names(sent: str, keys: list[str]) -> None:
    assert named_keys(sent) == (keys, "")


def test_a_sequence_may_come_in_pieces_and_escape_stands_alone() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    reader = KeyReader(theirs)
    with reader.each_by_itself():
        assert not termios.tcgetattr(theirs)[3] & (termios.ICANON | termios.ECHO)
        os.write(ours, b"\x1b")
        assert reader.read(5.0) == []
        os.write(ours, b"[A\xc3")
        assert reader.read(5.0) == ["up"]
        os.write(ours, b"\xa9\x1b")
        assert reader.read(5.0) == ["é"]
        assert reader.read(5.0) == ["escape"]
        assert reader.read(0.0) == []
    assert termios.tcgetattr(theirs) == before
    os.close(theirs)
    os.close(ours)


def test_a_terminal_that_goes_is_told() -> None:
    reading, writing = os.pipe()
    threading.Thread(target=os.close, args=(writing,)).start()
    with pytest.raises(EOFError):
        KeyReader(reading).read(5.0)
    os.close(reading)


def test_every_key_has_one_meaning_and_says_a_word_that_there_is() -> None:
    names = [key.name for key in KEYS]
    assert len(set(names)) == len(names)
    known = {word.name for word in WORDS}
    for key in KEYS:
        verb, *arguments = key.word.split()
        assert verb.startswith("@") or verb in known
        if not verb.startswith("@"):
            word = next(word for word in WORDS if word.name == verb)
            assert len(arguments) <= len(word.arguments)
