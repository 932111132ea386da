"""The words of the console: one method for each, named ``do_`` and the word.

A word is a small piece of data from a page, so each says what it needs and takes nothing else. No place on the disk is
ever in it: files are those of the folders given at the start, by number, and chains those that are shipped, by name.
"""

from __future__ import annotations

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
    """What can be done from a page. Each raises AudiopostError, or what a wrong word makes Python raise."""

    host: LiveHost
    desk: Desk
    files: tuple[Path, ...]
    recordings: Path
    target: DeliveryTarget | None
    markers: list[float]
    recording: Path | None
    structure: int
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
        path = self._file(int(word["file"]))
        for note in self.host.open(path):
            self.tell(f"{path.name}: {note}")
        self.markers.clear()
        self.structure += 1

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
        region = word.get("region")
        self.host.set_loop(None if region is None else (float(region[0]), float(region[1])), loop=bool(word["on"]))

    def do_stem(self, word: Word) -> None:
        """Turn one of several files."""
        level = word.get("level_db")
        self.host.set_stem(
            str(word["name"]), level_db=None if level is None else float(level), mute=word.get("mute"),
            solo=word.get("solo"),
        )  # fmt: skip
        self.structure += 1

    def do_mark(self, word: Word) -> None:
        """Set a marker here, or take the one that is here away."""
        markers = self.markers
        position = float(word["position"]) if "position" in word else self.host.transport().position_s
        near = [each for each in markers if abs(each - position) < 0.02]
        if near:
            markers.remove(near[0])
        else:
            markers.append(round(position, 3))
            markers.sort()

    def do_insert(self, word: Word) -> None:
        """Put an effect of the catalogue in."""
        effect = str(word["effect"])
        if CATALOGUE.entry(effect).open_parameters:
            raise UsageError("plug-in files are not added from a page", mend="name them in the chain's file")
        self.desk.insert(effect, after=str(word.get("after", "")))

    def do_preset(self, word: Word) -> None:
        """Play a shipped chain."""
        name = str(word["name"])
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
        if before is not None and not word["keep"]:
            self.desk.change_to(before, "back from listening")

    def do_second(self, word: Word) -> None:
        """Have a shipped chain as side b."""
        name = str(word["name"])
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
            self.recordings / f"kept-{time.strftime('%H%M%S')}.wav", float(word.get("seconds", 30.0))
        )
        self.tell(f"kept: {path.name}, {seconds:.1f} s")

    def do_target(self, word: Word) -> None:
        """Hold the meters against a target; an empty name: against none."""
        name = str(word["target"])
        self.target = load_target(name) if name else None
        self.structure += 1

    def do_lift(self, word: Word) -> None:
        """Hear a quarantined effect again."""
        self.desk.bypass(str(word["name"]), on=False)

    def do_randomise(self, word: Word) -> None:
        """Turn every knob by chance."""
        seed = int(word.get("seed", time.monotonic_ns() % 1_000_000))
        self.desk.randomise(seed=seed, amount=float(word.get("amount", 0.3)))

    def do_turn(self, word: Word) -> None:
        """Turn a knob to a position, 0 to 1."""
        self.desk.turn_to(str(word["path"]), _share(word["position"]))

    def do_set(self, word: Word) -> None:
        """Turn a knob to a value, or a switch to a choice."""
        value = word["value"]
        self.desk.turn(str(word["path"]), value if isinstance(value, str) else float(value))

    def do_locate(self, word: Word) -> None:
        """Go to a place, in s."""
        self.host.locate(float(word["position"]))

    def do_seek(self, word: Word) -> None:
        """Go on by so many seconds."""
        self.host.seek(float(word["by"]))

    def do_speed(self, word: Word) -> None:
        """Another speed."""
        self.host.set_speed(float(word["speed"]))

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
        self.desk.bypass(str(word["name"]))

    def do_remove(self, word: Word) -> None:
        """Take an effect out."""
        self.desk.remove(str(word["name"]))

    def do_move(self, word: Word) -> None:
        """Put an effect elsewhere."""
        self.desk.move(str(word["name"]), after=str(word.get("after", "")), before=str(word.get("before", "")))

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
        self.desk.take(str(word.get("name", "")))

    def do_recall(self, word: Word) -> None:
        """Go back to a snapshot."""
        self.desk.recall(str(word["name"]))

    def do_forget(self, word: Word) -> None:
        """Drop a snapshot."""
        self.desk.forget(str(word["name"]))

    def do_morph(self, word: Word) -> None:
        """Stand between two snapshots."""
        self.desk.morph(str(word["first"]), str(word["second"]), _share(word["position"]))

    def do_switch(self, word: Word) -> None:
        """Hear side a, b or x."""
        side = word.get("side")
        self.host.switch(None if side is None else str(side))

    def do_match(self, word: Word) -> None:
        """Match the loudness of both sides, or not."""
        self.host.match_loudness(matched=bool(word["on"]))

    def do_vote(self, word: Word) -> None:
        """Say what x is."""
        self.host.vote("a" if word["side"] == "a" else "b")

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
        if word["on"]:
            self.host.begin_blind_test()
            return
        result = self.host.end_blind_test()
        self.tell(f"blind test: {result.right} of {len(result.votes)} right")


def _share(value: Any) -> float:
    return min(max(float(value), 0.0), 1.0)
