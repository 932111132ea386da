"""The words of the console: one method for each, named ``do_`` and the word.

A word is a small piece of data from a page, so each says what it needs and takes nothing else. Chains are those that
are shipped, by name.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping

from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.spec import GraphSpec
from audiopost.library.chains import list_chains, load_chain
from audiopost.library.targets import load_target
from audiopost.live.editor_turns import EditorTurns
from audiopost.ui.scene_path import MOST_POINTS, drawn_lanes
from audiopost.ui.scene_view import PlaceView, places_of, scene_point_of
from audiopost.ui.source_words import SourceWords
from audiopost.ui.word import Word, all_numbers_in, flag_in, name_in, number_in, share_in, whole_in

__all__ = ["ConsoleWords"]


class ConsoleWords(SourceWords):
    """What can be done from a page. Each raises AudiopostError, and then has changed nothing."""

    target: DeliveryTarget | None
    before_audition: GraphSpec | None
    map_point: str | None
    """Where the scene passes whose energy is shown."""

    @abstractmethod
    def forgive(self, name: str) -> None:
        """An effect that had failed is heard again."""

    def do_insert(self, word: Word) -> None:
        """Put an effect of the catalogue in."""
        effect = name_in(word, "effect")
        if CATALOGUE.entry(effect).open_parameters:
            raise UsageError("plug-in files are not added from a page", mend="name them in the chain's file")
        self.desk.insert(effect, after=name_in(word, "after", ""))

    def do_preset(self, word: Word) -> None:
        """Play a shipped chain."""
        name = name_in(word, "name")
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
        if before is not None and not flag_in(word, "keep"):
            self.desk.change_to(before, "back from listening")

    def do_second(self, word: Word) -> None:
        """Have a shipped chain as side b."""
        name = name_in(word, "name")
        if name not in {each.id for each in list_chains()}:
            raise UsageError(f"there is no chain {name!r}")
        self.host.load_b(load_chain(name))
        self.structure += 1

    def do_target(self, word: Word) -> None:
        """Hold the meters against a target; an empty name: against none."""
        name = name_in(word, "target")
        self.target = load_target(name) if name else None
        self.structure += 1

    def do_lift(self, word: Word) -> None:
        """Hear an effect again that was taken out after it failed: a fresh machine of the chain as the desk has it."""
        name = name_in(word, "name")
        self.desk.drawing.node(name)
        self.host.swap(self.desk.drawing)
        self.forgive(name)

    def do_randomise(self, word: Word) -> None:
        """Turn every knob by chance."""
        seed = whole_in(word, "seed", time.monotonic_ns() % 1_000_000)
        self.desk.randomise(seed=seed, amount=number_in(word, "amount", 0.3))

    def do_turn(self, word: Word) -> None:
        """Turn a knob to a position, 0 to 1."""
        self.desk.turn_to(name_in(word, "path"), share_in(word))

    def do_set(self, word: Word) -> None:
        """Turn a knob to a value, or a switch to a choice."""
        value = word.get("value")
        self.desk.turn(name_in(word, "path"), value if isinstance(value, str) else number_in(word, "value"))

    def do_draw(self, word: Word) -> None:
        """Have a source go along a path that was drawn, from now on."""
        place = self._place_of(word)
        coordinates = word.get("coordinates")
        if not isinstance(coordinates, Mapping):
            raise UsageError(f"coordinates = {coordinates!r} are none")
        times = all_numbers_in(word, "times", MOST_POINTS)
        drawn = {str(path): all_numbers_in(coordinates, path, MOST_POINTS) for path in coordinates}
        self.desk.automate(drawn_lanes(place, times, drawn))

    def do_erase(self, word: Word) -> None:
        """Have it stay where it is put."""
        self.desk.automate({axis.path: () for axis in self._place_of(word).axes})

    def do_again(self, word: Word) -> None:
        """Begin paths, and all else that moves by itself, from the beginning."""
        del word
        self.desk.again()

    def do_map(self, word: Word) -> None:
        """Show from which directions the scene sounds, or no longer."""
        if not flag_in(word, "on"):
            self.map_point = None
            return
        point = scene_point_of(self.desk.drawing)
        if point is None:
            raise UsageError("no scene passes in this chain", mend="an energy map is drawn of Ambisonics")
        heard = self.host.comparison().heard
        if heard != "a":
            raise UsageError(f"{heard} is heard, and the scene is that of A", mend="hear A")
        if point != "input":
            self.host.watch(point)
        self.map_point = point

    def _place_of(self, word: Word) -> PlaceView:
        node = name_in(word, "node")
        places = places_of(self.desk.drawing, self.desk.knobs)
        found = next((place for place in places if place.node == node and place.kind != "head"), None)
        if found is None:
            raise UsageError(f"{node} is no source that can be moved in this chain")
        return found

    def do_bypass_node(self, word: Word) -> None:
        """Bypass an effect, or hear it again."""
        self.desk.bypass(name_in(word, "name"))

    def do_blend(self, word: Word) -> None:
        """Give an effect a dry/wet knob, or take it away."""
        self.desk.blend(name_in(word, "name"))

    def do_window(self, word: Word) -> None:
        """Open the own window of a plug-in file, on the machine that plays; what is turned there shows here."""
        if self.host.on_editor_turn is None:
            self.host.on_editor_turn = EditorTurns({"a": self.desk})
        self.host.open_editor(name_in(word, "name"), side="a")

    def do_remove(self, word: Word) -> None:
        """Take an effect out."""
        self.desk.remove(name_in(word, "name"))

    def do_move(self, word: Word) -> None:
        """Put an effect elsewhere."""
        self.desk.move(name_in(word, "name"), after=name_in(word, "after", ""), before=name_in(word, "before", ""))

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
        self.desk.take(name_in(word, "name", ""))

    def do_recall(self, word: Word) -> None:
        """Go back to a snapshot."""
        self.desk.recall(name_in(word, "name"))

    def do_forget(self, word: Word) -> None:
        """Drop a snapshot."""
        self.desk.forget(name_in(word, "name"))

    def do_morph(self, word: Word) -> None:
        """Stand between two snapshots."""
        self.desk.morph(name_in(word, "first"), name_in(word, "second"), share_in(word))

    def do_switch(self, word: Word) -> None:
        """Hear side a, b or x."""
        self.host.switch(name_in(word, "side") if word.get("side") is not None else None)

    def do_match(self, word: Word) -> None:
        """Match the loudness of both sides, or not."""
        self.host.match_loudness(matched=flag_in(word, "on"))

    def do_vote(self, word: Word) -> None:
        """Say what x is."""
        self.host.vote("a" if name_in(word, "side") == "a" else "b")

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
        if flag_in(word, "on"):
            self.host.begin_blind_test()
            return
        result = self.host.end_blind_test()
        self.tell(f"blind test: {result.right} of {len(result.votes)} right")
