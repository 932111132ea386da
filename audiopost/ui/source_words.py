"""The words of the console for the source: what plays, from where, what is marked and recorded.

No place on the disk is ever in a word: files are those of the folders given at the start, by number.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path

from audiopost.errors import UsageError
from audiopost.graph.schedule import order_nodes
from audiopost.live.desk import Desk
from audiopost.live.host import LiveHost
from audiopost.live.transport_state import Stem
from audiopost.ui.pre_roll import LONGEST_PRE_ROLL_S, PreRoll
from audiopost.ui.word import Word, flag_in, name_in, number_in, numbers_in, region_in, whole_in

__all__ = ["GENERATORS", "SourceWords"]

GENERATORS = ("noise", "tone", "sweep")
"""Effects that make a sound of their own, whatever comes in."""

NEAR_S = 0.02
"""A marker so near is the one that is here."""

BEHIND_S = 0.5
"""While it plays, the marker just passed is not the one before."""


class SourceWords(ABC):
    """Each raises AudiopostError, and then has changed nothing."""

    host: LiveHost
    desk: Desk
    files: tuple[Path, ...]
    recordings: Path
    markers: list[float]
    recording: Path | None
    pre_roll: PreRoll
    structure: int
    material: int

    @property
    @abstractmethod
    def stems(self) -> tuple[Stem, ...]:
        """The files that play."""

    @abstractmethod
    def say(self, word: Word) -> None:
        """Have a word carried out after those before it."""

    @abstractmethod
    def tell(self, sentence: str) -> None:
        """Show a sentence to everybody who looks."""

    def _file(self, number: int) -> Path:
        if not 0 <= number < len(self.files):
            raise UsageError(f"there is no file {number}")
        return self.files[number]

    def do_open(self, word: Word) -> None:
        """Open a file of the folders, by its number, or several that play together."""
        numbers = numbers_in(word) if "files" in word else [whole_in(word, "file")]
        paths = [self._file(number) for number in numbers]
        for note in self.host.take_input(paths):
            self.tell(f"{paths[0].name}: {note}")
        self.markers.clear()
        self.structure += 1
        self.material += 1

    def do_input(self, word: Word) -> None:
        """Play what comes in, from the usual device or from one by its number; or nothing but what the chain makes."""
        live = flag_in(word, "live")
        device = whole_in(word, "device") if word.get("device") is not None else None
        self.host.take_input(live_input=live, input_device=device)
        self.markers.clear()
        self.structure += 1
        self.material += 1

    def do_generate(self, word: Word) -> None:
        """Have a test signal in the place of the input: the first effect of the chain makes it."""
        effect = name_in(word, "effect")
        if effect not in GENERATORS:
            raise UsageError(f"{effect!r} is no test signal", mend=f"known: {', '.join(GENERATORS)}")
        first = next(iter(order_nodes(self.desk.drawing)), "")
        self.desk.insert(effect, before=first)

    def _step_file(self, by: int) -> None:
        stems = self.stems
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
        self.host.set_loop(region_in(word), loop=flag_in(word, "on"))

    def do_stem(self, word: Word) -> None:
        """Turn one of several files."""
        level_db = number_in(word, "level_db") if "level_db" in word else None
        mute, solo = (flag_in(word, key) if key in word else None for key in ("mute", "solo"))
        self.host.set_stem(name_in(word, "name"), level_db=level_db, mute=mute, solo=solo)
        if level_db is None:
            self.structure += 1

    def do_mark(self, word: Word) -> None:
        """Set a marker here, or take the one that is here away."""
        markers = self.markers
        position = number_in(word, "position") if "position" in word else self.host.transport().position_s
        near = [each for each in markers if abs(each - position) < NEAR_S]
        if near:
            markers.remove(near[0])
        else:
            markers.append(round(position, 3))
            markers.sort()

    def do_to_marker(self, word: Word) -> None:
        """Go to the next marker, or to the one before."""
        forward = number_in(word, "by") > 0.0
        here = self.host.transport().position_s
        ahead = [each for each in self.markers if (each > here + NEAR_S if forward else each < here - BEHIND_S)]
        if not ahead:
            raise UsageError(f"there is no marker {'after' if forward else 'before'} this place")
        self.host.locate(ahead[0] if forward else ahead[-1])

    def do_record(self, _: Word) -> None:
        """Record, or complete the recording; with a pre-roll the source goes back and recording begins where it was."""
        if self.recording is not None:
            path, frames = self.host.stop_recording()
            self.recording = None
            self.tell(f"recorded: {path.name}, {frames / self.host.statistics()['sample_rate_hz']:.1f} s")
        elif self.pre_roll.waits:
            self.pre_roll.give_up()
        elif self.pre_roll.seconds > 0.0 and self.stems:
            state = self.host.transport()
            self.host.seek(-self.pre_roll.seconds * abs(state.speed))
            self.host.play()
            lead_s = (state.position_s - self.host.transport().position_s) / abs(state.speed)
            self.pre_roll.begin(max(0.0, lead_s), lambda: self.say({"do": "punch_in"}))
        else:
            self.do_punch_in({})

    def do_punch_in(self, _: Word) -> None:
        """Record from here on."""
        self.pre_roll.give_up()
        if self.recording is None:
            path = self.recordings / f"take-{time.strftime('%H%M%S')}.wav"
            self.host.record(path, exists="number")
            self.recording = path

    def do_pre_roll(self, word: Word) -> None:
        """So many seconds are heard before a recording begins."""
        seconds = number_in(word, "seconds")
        if not 0.0 <= seconds <= LONGEST_PRE_ROLL_S:
            raise UsageError(f"a pre-roll of {seconds:g} s", mend=f"allowed: 0 to {LONGEST_PRE_ROLL_S:g}")
        self.pre_roll.seconds = seconds

    def do_keep(self, word: Word) -> None:
        """Write what was just heard."""
        path, seconds = self.host.keep(
            self.recordings / f"kept-{time.strftime('%H%M%S')}.wav", number_in(word, "seconds", 30.0)
        )
        self.tell(f"kept: {path.name}, {seconds:.1f} s")

    def do_locate(self, word: Word) -> None:
        """Go to a place, in s."""
        self.host.locate(number_in(word, "position"))

    def do_seek(self, word: Word) -> None:
        """Go on by so many seconds."""
        self.host.seek(number_in(word, "by"))

    def do_speed(self, word: Word) -> None:
        """Another speed."""
        self.host.set_speed(number_in(word, "speed"))

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
