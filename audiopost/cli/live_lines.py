"""Lines of standard input while a chain plays, for pipes and plain terminals."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from audiopost.cli.output import in_words
from audiopost.errors import AudiopostError
from audiopost.live.word_table import WORDS
from audiopost.live.words import Words

__all__ = ["Lines"]


class Lines:
    """Carries lines out on a thread of its own; the sound does not wait for them. `tell` says what came of each."""

    def __init__(self, words: Words, ended: threading.Event, tell: Callable[[str], None]) -> None:
        self._words = words
        self._ended = ended
        self._tell = tell

    def listen(self) -> None:
        """Begin."""
        # A daemon: it hangs in a read that nothing can end but the terminal.
        threading.Thread(target=self._listen, name="lines", daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in sys.stdin:
                if line.strip():
                    self._carry_out(line.strip())
                if self._ended.is_set():
                    return
        except OSError:
            return  # a standard input that cannot be read gives no orders

    def _carry_out(self, line: str) -> None:
        if line == "help":
            for word in WORDS:
                self._tell(f"{word.usage:28} {word.summary}")
            return
        try:
            said = self._words.obey(line)
        except AudiopostError as error:
            said = in_words(error)
        if said:
            self._tell(said)
