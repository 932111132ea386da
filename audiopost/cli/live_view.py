"""The terminal view of ``live``: drawn a few times a second on the main thread, keys taken on a thread of their own.

What a key says is carried out on the thread of the keys, so that neither the picture nor, far less, the sound waits for
it. Drawing reads shared memory and asks no process; its cost is control's alone.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from audiopost.cli.live_keys import KEYS, KeyReader
from audiopost.cli.live_screen import Shown, lines_of
from audiopost.cli.output import in_words
from audiopost.errors import AudiopostError
from audiopost.graph.parameter import Parameter
from audiopost.live.desk import Desk
from audiopost.live.words import Words

__all__ = ["LiveView", "can_show"]

DRAW_EVERY_S = 0.1
KEY_PATIENCE_S = 0.2
REMEMBERED_LINES = 100

_WORD_OF = {key.name: key.word for key in KEYS}


class LiveView:
    """One screen over one session.

    Parameters
    ----------
    words
        What the keys say.
    title, place
        The chain; device, rate and block.
    """

    def __init__(self, words: Words, title: str, place: str, *, console: Console | None = None) -> None:
        self._words = words
        self._title = title
        self._place = place
        self._console = console or Console()
        self._ascii = not _speaks_unicode(self._console)
        self._selected = ""
        self._typed: str | None = None
        self._help = False
        self._said = ""
        self._lines: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self._line_back = 0
        self._closing = threading.Event()

    def say(self, sentence: str) -> None:
        """Show a sentence below, until the next one. From any thread."""
        self._said = " ".join(sentence.split())

    # -- keys ------------------------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """Do what a key says; what goes wrong is shown."""
        try:
            if self._typed is not None:
                self._type(key)
            elif self._help:
                self._help = False
            else:
                self._carry_out(key)
        except AudiopostError as error:
            self.say(in_words(error))

    def _carry_out(self, key: str) -> None:
        if key.isdecimal() and key != "0":
            self.say(self._words.say("recall", key))
            return
        word = _WORD_OF.get(key, "")
        if word.startswith("@"):
            self._own(word)
        elif word:
            verb, *arguments = word.split()
            node = self._selected.partition(".")[0]
            filled = [each.format(path=self._selected, node=node) for each in arguments]
            self._said = ""
            self.say(self._words.say(verb, *filled))

    def _own(self, word: str) -> None:
        """What concerns the view, or depends on how the session stands."""
        if word in ("@up", "@down"):
            self._select(-1 if word == "@up" else 1)
        elif word == "@type":
            self._typed, self._line_back = "", 0
        elif word == "@help":
            self._help = True
        elif word == "@play":
            self._words.say("pause" if self._words.host.transport().rolling else "play")
        elif word == "@loop":
            self._words.say("once" if self._words.host.transport().loop else "loop")

    def _type(self, key: str) -> None:
        assert self._typed is not None
        if key == "escape":
            self._typed = None
        elif key == "enter":
            line, self._typed = self._typed, None
            if line.strip():
                self._lines.append(line)
                self.say(self._words.obey(line))
        elif key == "backspace":
            self._typed = self._typed[:-1]
        elif key in ("up", "down") and self._lines:
            self._line_back = min(max(self._line_back + (1 if key == "up" else -1), 0), len(self._lines))
            self._typed = self._lines[-self._line_back] if self._line_back else ""
        elif key == "space":
            self._typed += " "
        elif len(key) == 1 and key.isprintable():
            self._typed += key

    def _select(self, by: int) -> None:
        paths = list(self._words.desk.knobs)
        if paths:
            place = paths.index(self._selected) if self._selected in paths else 0
            self._selected = paths[min(max(place + by, 0), len(paths) - 1)]

    # -- the picture -----------------------------------------------------------------------------------------------

    def look(self) -> Shown:
        """How everything stands now."""
        words = self._words
        comparison = words.host.comparison()
        desk = None if comparison.blind else words.desks[comparison.heard]
        knobs: Mapping[str, Parameter] = {} if desk is None else desk.knobs
        if self._selected not in knobs:
            self._selected = next(iter(knobs), "")
        state, meters = None, None
        try:
            meters = words.host.meters()
            if words.folder is not None:
                state = words.host.transport()
        except AudiopostError as error:
            self.say(in_words(error))
        return Shown(
            title=self._title if comparison.heard == "a" or desk is None else desk.drawing.name,
            side=comparison.heard if len(comparison.sides) > 1 else "",
            place=self._place,
            drawing=words.desks["a"].drawing if desk is None else desk.drawing,
            knobs=knobs,
            values={} if desk is None else desk.values,
            counted=_counted(words.host.statistics()),
            transport=state,
            file="" if words.folder is None else words.folder.present.name,
            meters=meters,
            comparison=_in_words(comparison),
            locks=frozenset() if desk is None else frozenset(desk.locks),
            selected=self._selected,
            learning="" if words.midi is None else words.midi.learning,
            said=self._said,
            typed=self._typed,
            help=self._help,
            ascii=self._ascii,
            extra=_notes(words, desk),
        )

    def run(self, ended: threading.Event, *, until: Any) -> None:
        """Draw until `ended` is set or ``until(seconds)`` says that it is over; then the terminal is as before."""
        reader = KeyReader()
        with reader.each_by_itself(), Live(console=self._console, screen=True, auto_refresh=False) as live:
            keys = threading.Thread(target=self._take_keys, args=(reader, ended), name="keys", daemon=True)
            keys.start()
            try:
                while not ended.is_set() and not until(DRAW_EVERY_S):
                    size = self._console.size
                    live.update(Group(*lines_of(self.look(), size.width, size.height)), refresh=True)
            finally:
                self._closing.set()
                keys.join(2 * KEY_PATIENCE_S)

    def _take_keys(self, reader: KeyReader, ended: threading.Event) -> None:
        while not self._closing.is_set():
            try:
                keys = reader.read(KEY_PATIENCE_S)
            except (EOFError, OSError):
                ended.set()  # the terminal has gone, and with it who could end this
                return
            for key in keys:
                self.press(key)


def can_show() -> bool:
    """Whether there is a terminal on both sides, and it can do more than lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not Console().is_dumb_terminal and sys.platform != "win32"


def _speaks_unicode(console: Console) -> bool:
    return (console.encoding or "").lower().replace("-", "").startswith("utf")


def _counted(document: Mapping[str, Any]) -> dict[str, int | float | None]:
    return {
        "xruns": document["xruns"],
        "missed": document["deadline_misses"],
        "load": document["load"]["mean"],
        "restarts": document["engine_restarts"],
    }


def _in_words(comparison: Any) -> str:
    if comparison.blind:
        return "blind test: a, b, x, then A or B"
    if comparison.difference_lu is None:
        return ""
    return f"B is {comparison.difference_lu:+.1f} LU{', matched' if comparison.matched else ''}"


def _notes(words: Words, desk: Desk | None) -> tuple[str, ...]:
    notes = ["dry"] if words.host.bypassed else []
    notes += [f"recording {path.name}" for tap, path in words.host.recordings.items() if tap == "output"]
    if desk is not None and desk.drawing.snapshots:
        notes.append("snapshots " + " ".join(each.name for each in desk.drawing.snapshots))
    return tuple(notes)
