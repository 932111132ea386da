"""The view of ``live`` on a terminal, driven by keys as over SSH."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from audiopost.library.chains import load_chain
from tests.tolerances import LIVE_PATIENCE_S

CHAIN = """schema = 1
name = "Close room"
chain = ["hp", "echo"]
[nodes.hp]
effect = "highpass"  # cut the rumble
[nodes.echo]
effect = "delay"
"""
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal of 100 columns and 30 lines, and the program in it."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self._shown = ""
        self.all = ""
        self.program = subprocess.Popen(
            [sys.executable, "-m", "audiopost", "live", *arguments],
            stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", "LINES": "", "COLUMNS": ""},
        )  # fmt: skip
        os.close(theirs)

    def press(self, keys: str) -> None:
        self._shown = ""
        os.write(self._ours, keys.encode())

    def shows(self, words: str) -> None:
        """Wait until the words stand on the screen, as drawn since the last key."""
        limit = time.monotonic() + LIVE_PATIENCE_S
        while words not in self._shown:
            assert time.monotonic() < limit, f"{words!r} is not shown, but {self._shown[-3000:]}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self._read()

    def ends(self) -> int:
        limit = time.monotonic() + LIVE_PATIENCE_S
        while self.program.poll() is None and time.monotonic() < limit:
            if select.select([self._ours], [], [], 0.1)[0]:
                self._read()
        return self.program.wait(1.0)

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        os.close(self._ours)

    def _read(self) -> None:
        try:
            sent = os.read(self._ours, 65_536).decode("utf-8", "ignore")
        except OSError:  # Linux says so when the program has closed its side
            return
        self.all += sent
        self._shown += _CONTROL.sub("", sent)


def test_keys_work_on_the_chain_and_the_terminal_is_left_as_it_was(tone: Path, tmp_path: Path) -> None:
    (tmp_path / "chain.toml").write_text(CHAIN, encoding="utf-8")
    terminal = Terminal(tone.name, "--chain", "chain.toml", "--output-device", "null", "--loop", ":", folder=tmp_path)
    try:
        terminal.shows("Close room")
        terminal.shows("frequency_hz")
        terminal.shows("out ▕")
        terminal.press("s")
        terminal.shows("snapshot 1")
        terminal.press("\x1b[C\x1b[C")
        terminal.shows("93.13 Hz")
        terminal.press("u")
        terminal.shows("undone: turn hp.frequency_hz")
        terminal.press("o")
        terminal.shows("hp  (highpass)  off")
        terminal.press("1")
        terminal.shows("snapshot 1 recalled")
        terminal.press(":hp.frequency_hz=2\r")
        terminal.shows("out of range; allowed: 10 to 20000 Hz")
        terminal.press(":hp.frequency_hz=200\r")
        terminal.shows("200 Hz")
        terminal.press("w")
        terminal.shows("saved chain.toml")
        terminal.press("?")
        terminal.shows("keep what was heard")
        terminal.press("x ")
        terminal.shows("‖ ")
        terminal.press("q")
        assert terminal.ends() == 0
    finally:
        terminal.close()
    assert terminal.all.index("\x1b[?1049h") < terminal.all.rindex("\x1b[?1049l")
    assert terminal.all.rindex("\x1b[?25h") > terminal.all.rindex("\x1b[?25l")
    assert "played" in terminal.all[terminal.all.rindex("\x1b[?1049l") :]
    saved = load_chain(tmp_path / "chain.toml")
    assert dict(saved.node("hp").parameters)["frequency_hz"] == 200.0
    assert [each.name for each in saved.snapshots] == ["1"]
    assert "# cut the rumble" in (tmp_path / "chain.toml").read_text("utf-8")


@pytest.mark.parametrize("end", ["Ctrl-C", "hang up"])
def test_ctrl_c_and_a_lost_terminal_end_it(end: str, tone: Path, tmp_path: Path) -> None:
    terminal = Terminal(tone.name, "--chain", "film-room", "--output-device", "null", "--loop", ":", folder=tmp_path)
    terminal.shows("out ▕")
    try:
        if end == "Ctrl-C":
            terminal.program.send_signal(signal.SIGINT)  # what a terminal that controls the session makes of it
            assert terminal.ends() == 130
        else:
            os.close(terminal._ours)
            terminal._ours = os.open(os.devnull, os.O_RDONLY)
            terminal.program.wait(LIVE_PATIENCE_S)
    finally:
        terminal.close()
