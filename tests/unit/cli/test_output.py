"""Tables for people, text for pipes, JSON for programs."""

import io
import json
import math
import re
from pathlib import Path

import pytest

from audiopost.cli.output import in_words, message, print_json, print_table, progress_bar, quantity, tell_notes
from audiopost.errors import FileError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        """What was written, without colours and movements of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.getvalue())


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Both streams from here on: one terminal of 60 columns."""
    stream = Terminal()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    return stream


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-23.04, 1, "-23.0"),
        (-0.04, 1, "0.0"),
        (0.05, 2, "0.05"),
        (None, 1, "n/a"),
        (math.nan, 1, "n/a"),
        (-math.inf, 1, "-inf"),
    ],
)
def test_a_number_for_a_person(value: float | None, digits: int, text: str) -> None:
    assert quantity(value, digits) == text


def test_what_json_does_not_have_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(
        {"silence": -math.inf, "nothing": math.nan, "peaks": (1.0, math.inf), "path": Path("a/b.wav"), "yes": True}
    )
    printed = capsys.readouterr().out
    assert json.loads(printed) == {
        "silence": None,
        "nothing": None,
        "peaks": [1.0, None],
        "path": "a/b.wav",
        "yes": True,
    }
    assert printed.isascii()


def test_a_pipe_gets_aligned_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("file", "LUFS"), [["a.wav", "-9.0"], ["longer.wav", "-23.0"]], numbers=(1,))
    assert capsys.readouterr().out == "file         LUFS\na.wav        -9.0\nlonger.wav  -23.0\n"


def test_a_terminal_gets_folded_words_and_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    print_table(("file", "LUFS"), [["[bold]" + "x" * 80, "-23.0"]], numbers=(1,))
    lines = terminal.text.splitlines()
    assert "-23.0" in lines[1]
    assert "[bold]xxx" in lines[1]
    assert all(len(line) <= 60 for line in lines)


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with progress_bar() as progress:
        assert progress is not None
        progress(0.5, "measuring [odd] name.wav")
    assert "measuring [odd] name.wav" in terminal.text
    assert "50%" in terminal.text


def test_a_pipe_gets_no_bar() -> None:
    with progress_bar() as progress:
        assert progress is None


def test_a_message_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    message("first\nsecond")
    tell_notes(Path("a.wav"), ("one", "two"))
    tell_notes(Path("b.wav"), ())
    assert capsys.readouterr().err == "audiopost: first second\naudiopost: a.wav: one; two\n"


def test_failures_in_words() -> None:
    assert in_words(FileError("a.wav", "no such file", "check the path")) == "a.wav: no such file; check the path"
    assert in_words(PermissionError(13, "Permission denied", "out")) == "out: permission denied"
    assert in_words(OSError("odd")) == "odd"
