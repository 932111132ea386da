"""The words of the console: one method for each, named ``do_`` and the word.

A word is a small piece of data from a page, so each says what it needs and takes nothing else. No place on the disk is
ever in it: files are those of the folders given at the start, by number, and chains those that are shipped, by name.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.spec import GraphSpec
from audiopost.library.chains import list_chains, load_chain
from audiopost.library.targets import load_target
from audiopost.live.desk import Desk
from audiopost.live.host import LiveHost

__all__ = ["ConsoleWords", "Word"]

Word = Mapping[str, Any]


class ConsoleWords(ABC):
    """What can be done from a page. Each raises AudiopostError, and then has changed nothing."""

    host: LiveHost
    desk: Desk
    files: tuple[Path, ...]
    recordings: Path
    target: DeliveryTarget | None
    markers: list[float]
    recording: Path | None
    structure: int
    material: int
    before_audition: GraphSpec | None

    @abstractmethod
    def tell(self, sentence: str) -> None:
        """Show a sentence to everybody who looks."""

    def _file(self, number: int) -> Path:
        if not 0 <= number < len(self.files):
            raise UsageError(f"there is no file {number}")
        return self.files[number]

    def do_open(self, word: Word) -> None:
        """Open a file of the folders, by its number."""
        path = self._file(_whole(word, "file"))
        for note in self.host.open(path):
            self.tell(f"{path.name}: {note}")
        self.markers.clear()
        self.structure += 1
        self.material += 1

    def _step_file(self, by: int) -> None:
        stems = self.host.stems
        here = next((at for at, path in enumerate(self.files) if stems and path == stems[0].path), -by)
        if self.files:
            self.do_open({"file": (here + by) % len(self.files)})

    def do_play(self, _: Word) -> None:
        """Play, or pause."""
        if self.host.transport().rolling:
            self.host.pause()
        else:
            self.host.play()

    def do_loop(self, word: Word) -> None:
        """Loop a region or all, or play on."""
        self.host.set_loop(_region(word), loop=_flag(word, "on"))

    def do_stem(self, word: Word) -> None:
        """Turn one of several files."""
        level_db = _number(word, "level_db") if "level_db" in word else None
        mute, solo = (_flag(word, key) if key in word else None for key in ("mute", "solo"))
        self.host.set_stem(_name(word, "name"), level_db=level_db, mute=mute, solo=solo)
        if level_db is None:
            self.structure += 1

    def do_mark(self, word: Word) -> None:
        """Set a marker here, or take the one that is here away."""
        markers = self.markers
        position = _number(word, "position") if "position" in word else self.host.transport().position_s
        near = [each for each in markers if abs(each - position) < 0.02]
        if near:
            markers.remove(near[0])
        else:
            markers.append(round(position, 3))
            markers.sort()

    def do_insert(self, word: Word) -> None:
        """Put an effect of the catalogue in."""
        effect = _name(word, "effect")
        if CATALOGUE.entry(effect).open_parameters:
            raise UsageError("plug-in files are not added from a page", mend="name them in the chain's file")
        self.desk.insert(effect, after=_name(word, "after", ""))

    def do_preset(self, word: Word) -> None:
        """Play a shipped chain."""
        name = _name(word, "name")
        if name not in {each.id for each in list_chains()}:
            raise UsageError(f"there is no chain {name!r}")
        self.desk.change_to(load_chain(name), f"the chain {name}")

    def do_audition(self, word: Word) -> None:
        """Listen to a shipped chain; `do_auditioned` says whether it stays."""
        if self.before_audition is None:
            self.before_audition = self.desk.drawing
        self.do_preset(word)

    def do_auditioned(self, word: Word) -> None:
        """Keep the chain that was listened to, or go back to what was there before."""
        before, self.before_audition = self.before_audition, None
        if before is not None and not _flag(word, "keep"):
            self.desk.change_to(before, "back from listening")

    def do_second(self, word: Word) -> None:
        """Have a shipped chain as side b."""
        name = _name(word, "name")
        if name not in {each.id for each in list_chains()}:
            raise UsageError(f"there is no chain {name!r}")
        self.host.load_b(load_chain(name))
        self.structure += 1

    def do_record(self, _: Word) -> None:
        """Record, or complete the recording."""
        if self.recording is not None:
            path, frames = self.host.stop_recording()
            self.recording = None
            self.tell(f"recorded: {path.name}, {frames / self.host.statistics()['sample_rate_hz']:.1f} s")
            return
        path = self.recordings / f"take-{time.strftime('%H%M%S')}.wav"
        self.host.record(path, exists="number")
        self.recording = path

    def do_keep(self, word: Word) -> None:
        """Write what was just heard."""
        path, seconds = self.host.keep(
            self.recordings / f"kept-{time.strftime('%H%M%S')}.wav", _number(word, "seconds", 30.0)
        )
        self.tell(f"kept: {path.name}, {seconds:.1f} s")

    def do_target(self, word: Word) -> None:
        """Hold the meters against a target; an empty name: against none."""
        name = _name(word, "target")
        self.target = load_target(name) if name else None
        self.structure += 1

    def do_lift(self, word: Word) -> None:
        """Hear a quarantined effect again."""
        self.desk.bypass(_name(word, "name"), on=False)

    def do_randomise(self, word: Word) -> None:
        """Turn every knob by chance."""
        seed = _whole(word, "seed", time.monotonic_ns() % 1_000_000)
        self.desk.randomise(seed=seed, amount=_number(word, "amount", 0.3))

    def do_turn(self, word: Word) -> None:
        """Turn a knob to a position, 0 to 1."""
        self.desk.turn_to(_name(word, "path"), _share(word))

    def do_set(self, word: Word) -> None:
        """Turn a knob to a value, or a switch to a choice."""
        value = word.get("value")
        self.desk.turn(_name(word, "path"), value if isinstance(value, str) else _number(word, "value"))

    def do_locate(self, word: Word) -> None:
        """Go to a place, in s."""
        self.host.locate(_number(word, "position"))

    def do_seek(self, word: Word) -> None:
        """Go on by so many seconds."""
        self.host.seek(_number(word, "by"))

    def do_speed(self, word: Word) -> None:
        """Another speed."""
        self.host.set_speed(_number(word, "speed"))

    def do_next(self, word: Word) -> None:
        """The next file of the folders."""
        del word
        self._step_file(1)

    def do_previous(self, word: Word) -> None:
        """The file before."""
        del word
        self._step_file(-1)

    def do_bypass(self, word: Word) -> None:
        """The source as it came, or the chain again."""
        del word
        self.host.bypass(bypassed=not self.host.bypassed)

    def do_bypass_node(self, word: Word) -> None:
        """Bypass an effect, or hear it again."""
        self.desk.bypass(_name(word, "name"))

    def do_remove(self, word: Word) -> None:
        """Take an effect out."""
        self.desk.remove(_name(word, "name"))

    def do_move(self, word: Word) -> None:
        """Put an effect elsewhere."""
        self.desk.move(_name(word, "name"), after=_name(word, "after", ""), before=_name(word, "before", ""))

    def do_undo(self, word: Word) -> None:
        """Take the last step back."""
        del word
        self.desk.undo()

    def do_redo(self, word: Word) -> None:
        """Bring it back."""
        del word
        self.desk.redo()

    def do_take(self, word: Word) -> None:
        """Keep a snapshot."""
        self.desk.take(_name(word, "name", ""))

    def do_recall(self, word: Word) -> None:
        """Go back to a snapshot."""
        self.desk.recall(_name(word, "name"))

    def do_forget(self, word: Word) -> None:
        """Drop a snapshot."""
        self.desk.forget(_name(word, "name"))

    def do_morph(self, word: Word) -> None:
        """Stand between two snapshots."""
        self.desk.morph(_name(word, "first"), _name(word, "second"), _share(word))

    def do_switch(self, word: Word) -> None:
        """Hear side a, b or x."""
        self.host.switch(_name(word, "side") if word.get("side") is not None else None)

    def do_match(self, word: Word) -> None:
        """Match the loudness of both sides, or not."""
        self.host.match_loudness(matched=_flag(word, "on"))

    def do_vote(self, word: Word) -> None:
        """Say what x is."""
        self.host.vote("a" if _name(word, "side") == "a" else "b")

    def do_reset_meters(self, word: Word) -> None:
        """Measure anew."""
        del word
        self.host.reset_meters()

    def do_save(self, word: Word) -> None:
        """Write the chain into its file."""
        del word
        self.tell(f"saved: {self.desk.save().name}")

    def do_blind(self, word: Word) -> None:
        """Begin or end a blind test."""
        if _flag(word, "on"):
            self.host.begin_blind_test()
            return
        result = self.host.end_blind_test()
        self.tell(f"blind test: {result.right} of {len(result.votes)} right")


# -- what a word holds -------------------------------------------------------------------------------------------------


def _name(word: Word, key: str, usual: str | None = None) -> str:
    value = word.get(key, usual)
    if not isinstance(value, str):
        raise UsageError(f"{key} = {value!r} is no name")
    return value


def _number(word: Word, key: str, usual: float | None = None) -> float:
    value = word.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{key} = {value!r} is no number")
    return float(value)


def _whole(word: Word, key: str, usual: int | None = None) -> int:
    value = word.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{key} = {value!r} is no whole number")
    return value


def _flag(word: Word, key: str) -> bool:
    value = word.get(key)
    if not isinstance(value, bool):
        raise UsageError(f"{key} = {value!r} is neither true nor false")
    return value


def _region(word: Word) -> tuple[float, float] | None:
    """Start and end in s; None where all is meant."""
    region = word.get("region")
    if region is None:
        return None
    if not isinstance(region, list) or len(region) != 2:
        raise UsageError(f"region = {region!r} is no start and end")
    start_s, end_s = (_number({"region": each}, "region") for each in region)
    return start_s, end_s


def _share(word: Word) -> float:
    """Where a knob or a fader stands, 0 to 1."""
    return min(max(_number(word, "position"), 0.0), 1.0)
