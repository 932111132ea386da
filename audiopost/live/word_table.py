"""The table of words: how each is written, what it does, and how what follows it is read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audiopost.errors import UsageError, near_misses

__all__ = ["WORDS", "Argument", "Word", "place_of", "read_arguments", "word_named"]

Argument = float | int | str


@dataclass(frozen=True)
class Word:
    """One word: how it is written (``morph FIRST SECOND POSITION``; ``[X]`` may be left out), and what it does."""

    usage: str
    summary: str

    @property
    def name(self) -> str:
        """The word itself."""
        return self.usage.partition(" ")[0]

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows it."""
        return tuple(self.usage.split()[1:])


WORDS = (
    Word("play", "go on"),
    Word("pause", "stop where it is; tails ring on"),
    Word("locate TIME", "go to a place of the file: seconds, M:SS, or time code"),
    Word("seek SECONDS", "go on by so much, or back"),
    Word("loop [START] [END]", "loop a part of the file; without numbers all of it"),
    Word("once", "loop no more"),
    Word("speed FACTOR", "play at another speed, backwards below 0"),
    Word("next", "the next file of the folder"),
    Word("previous", "the file before in the folder"),
    Word("open FILE", "another file"),
    Word("a", "hear chain A"),
    Word("b", "hear chain B"),
    Word("x", "hear X of the blind test"),
    Word("compare CHAIN", "have another chain beside, as B"),
    Word("match", "match the loudness of A and B, or no longer"),
    Word("blind", "begin a blind test of A and B, or end it"),
    Word("vote SIDE", "say whether X is a or b"),
    Word("dry", "hear the source as it came, or the chain again"),
    Word("bypass NODE", "bypass an effect, or hear it again"),
    Word("blend NODE", "give an effect a dry/wet knob, or take it away"),
    Word("turn PATH VALUE", "turn a knob; NODE.PARAM=VALUE does the same"),
    Word("window NODE", "open the own window of a plug-in (CLAP, where there is X11)"),
    Word("nudge PATH STEPS", "turn a knob by hundredths of its way"),
    Word("insert EFFECT [WHERE] [NODE]", "put an effect in: after NODE, before NODE, or at the end"),
    Word("remove NODE", "take an effect out"),
    Word("move NODE WHERE OTHER", "put an effect after or before another"),
    Word("replace NODE EFFECT", "put another effect in its place"),
    Word("undo", "take the last change back"),
    Word("redo", "bring it back"),
    Word("again", "begin what moves by itself, drawn paths too, from its beginning"),
    Word("take [NAME]", "keep a snapshot"),
    Word("recall NAME", "go back to a snapshot"),
    Word("forget NAME", "drop a snapshot"),
    Word("morph FIRST SECOND POSITION", "stand between two snapshots, 0 to 1"),
    Word("random [AMOUNT] [SEED]", "turn every knob by chance, by at most 0 to 1 of its way"),
    Word("lock PATH", "keep chance away from a knob or an effect, or no longer"),
    Word("state NODE", "take the state of a plug-in into the chain, as it stands"),
    Word("save [FILE]", "write the chain file"),
    Word("record [FILE]", "record what is heard into a file, or end the recording"),
    Word("keep [SECONDS] [FILE]", "write what was just heard into a file"),
    Word("vary [COUNT] [AMOUNT]", "bounce the file through so many variations of the chain"),
    Word("learn PATH", "the MIDI control that is moved next turns this knob"),
    Word("unlearn PATH", "no MIDI control turns it any more"),
    Word("reset", "begin to measure anew"),
    Word("label NAME", "name what is heard from now on, as a game's state: its loudness is told at the end"),
    Word("quit", "end"),
)

_TIMES = frozenset({"TIME", "START", "END"})
_NUMBERS = frozenset({"SECONDS", "FACTOR", "STEPS", "POSITION", "AMOUNT", "SEED", "COUNT"})
_BY_NAME = {word.name: word for word in WORDS}
_SHORT = {"q": "quit", "prev": "previous"}


def word_named(verb: str) -> Word:
    """The word. Raises UsageError, with near misses, if there is none."""
    word = _BY_NAME.get(_SHORT.get(verb, verb))
    if word is None:
        close = near_misses(verb, _BY_NAME)
        mend = f"did you mean {' or '.join(close)}?" if close else "NODE.PARAM=VALUE, a, b, undo, quit ..."
        raise UsageError(f"{verb!r} is no command here", mend=mend)
    return word


def read_arguments(word: Word, given: tuple[Argument, ...]) -> list[Any]:
    """The arguments as the word wants them. Raises UsageError."""
    needed = sum(not each.startswith("[") for each in word.arguments)
    if not needed <= len(given) <= len(word.arguments):
        raise UsageError(f"{word.name} takes {' '.join(word.arguments) or 'nothing'}", mend=f"write {word.usage}")
    read: list[Any] = []
    for name, value in zip(word.arguments, given, strict=False):
        plain = name.strip("[]")
        if plain in _NUMBERS:
            try:
                read.append(float(value))
            except ValueError:
                raise UsageError(f"{word.name}: {value!r} is not a number", mend=f"write {word.usage}") from None
        else:
            read.append(value if plain == "VALUE" or plain in _TIMES else _name(value))
    return read


def _name(value: Argument) -> str:
    """A name as text: a controller may send snapshot 1 as a number."""
    return f"{value:g}" if isinstance(value, float | int) else value


def place_of(where: str, node: str) -> dict[str, str]:
    """``after NODE`` or ``before NODE`` as keywords; nothing: at the end. Raises UsageError."""
    if not where:
        return {}
    if where not in ("after", "before") or not node:
        raise UsageError(f"{where!r} is no place", mend="write after NODE or before NODE")
    return {where: node}
