"""What the console can do, word by word: every button, key and knob of the page ends here.

A word is a small piece of data (``{"do": "turn", "path": "comp.ratio", "position": 0.4}``). It is checked, carried out
on a thread of its own in the order in which words came, and what goes wrong is told to everybody who looks, in a
sentence. The page never names a place on the disk: files are those of the folders given at the start, by number.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import AudiopostError, DeviceError, UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.live.desk import Desk
from audiopost.live.device_list import list_devices
from audiopost.live.host import LiveHost
from audiopost.live.transport_state import Stem
from audiopost.ui.curves import Curve, curve_of
from audiopost.ui.folders import sound_files
from audiopost.ui.pre_roll import PreRoll
from audiopost.ui.scene_view import scene_point_of
from audiopost.ui.view_model import (
    KnobView,
    NodeView,
    TargetBand,
    energy_data,
    knob_of,
    macros_of,
    meter_data,
    node_data,
    nodes_of,
    target_band,
)
from audiopost.ui.word import Word
from audiopost.ui.words import ConsoleWords

__all__ = ["ConsoleSession"]

MOST_PROBLEMS = 50
STATISTICS_EVERY_S = 0.25


class ConsoleSession(ConsoleWords):
    """One live session as the console sees it.

    Parameters
    ----------
    host, desk
        What plays, and the words to work on it.
    folders
        Where files to open are looked for.
    recordings
        Folder for what is recorded and kept.
    target
        What the meters are held against.
    """

    def __init__(
        self,
        host: LiveHost,
        desk: Desk,
        *,
        folders: Sequence[Path] = (),
        recordings: Path = Path(),
        target: DeliveryTarget | None = None,
    ) -> None:
        self.host = host
        self.desk = desk
        self.folders = tuple(folders)
        self.files = sound_files(self.folders)
        self.recordings = recordings
        self.target = target
        self.problems: list[str] = []
        self.markers: list[float] = []
        self.recording: Path | None = None
        self.pre_roll = PreRoll()
        self.before_audition: GraphSpec | None = None
        self.map_point: str | None = None
        self.structure = 0
        """Rises whenever the strip must be drawn anew."""
        self.values = 0
        """Rises whenever a knob has moved."""
        self.material = 0
        """Rises whenever another file is opened."""
        self._frame: dict[str, Any] = {}
        self._curves: dict[NodeSpec, Curve | None] = {}
        self._forgiven: Counter[str] = Counter()
        self._heard_problems = len(host.problems)
        self._statistics: dict[str, Any] = {}
        self._statistics_at = -math.inf
        self._words: queue.SimpleQueue[tuple[Word, Callable[[], None]] | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="audiopost console", daemon=True)
        self._worker.start()
        desk.listen(self._changed)

    def close(self) -> None:
        """Carry out what was asked for, then end."""
        self.pre_roll.give_up()
        self._words.put(None)
        self._worker.join()

    # -- what is shown -----------------------------------------------------------------------------------------------

    @property
    def band(self) -> TargetBand | None:
        """What the meters are held against."""
        return target_band(self.target)

    def strip(self) -> tuple[NodeView, ...]:
        """Every effect of the chain, in order."""
        drawing = self.desk.drawing
        summaries = {node.effect: self._summary(node) for _, node in drawing.nodes}
        plugin_files = {node.effect for _, node in drawing.nodes if self._is_plugin_file(node)}
        return nodes_of(drawing, self.desk.knobs, self.desk.values, summaries, plugin_files)

    def macros(self) -> tuple[KnobView, ...]:
        """The large knobs."""
        return macros_of(self.desk.knobs, self.desk.values)

    def curve(self, name: str) -> Curve | None:
        """The curve of an effect as it stands now; measured once for each setting of its knobs."""
        node = self.desk.drawing.node(name)
        if node not in self._curves:
            if len(self._curves) > 500:
                self._curves.clear()
            self._curves[node] = curve_of(node)
        return self._curves[node]

    def frame(self) -> dict[str, Any]:
        """All that moves, thirty times a second: meters, place, knobs. Plain data for JSON."""
        try:
            self._frame = self._made_frame()
        except UsageError:  # between one input, or one rate, and the next: what stood last stands a moment longer
            return self._frame
        return self._frame

    def _made_frame(self) -> dict[str, Any]:
        readings = self.host.meters()
        frame: dict[str, Any] = {
            "at": self._place(),
            "chain": round(self.host.chain_age_s, 3),
            "output": meter_data(readings.points.get("output")),
            "nodes": {name: node_data(each) for name, each in readings.nodes.items()},
            "values": self.values,
            "structure": self.structure,
            "material": self.material,
            "problems": len(self.problems),
            "markers": self.markers,
            "recording": None if self.recording is None else self.recording.name,
            "preRoll": self.pre_roll.waits,
            "bypassed": self.host.bypassed,
        }
        if self.map_point is not None:
            frame["map"] = energy_data(readings.points.get(self.map_point))
        self._look_at_statistics()
        return frame | {"statistics": self._statistics}

    @property
    def stems(self) -> tuple[Stem, ...]:
        """The files that play together; none where no file plays."""
        return self.host.stems if self.host.plays_files else ()

    def input_devices(self) -> list[tuple[int, str]]:
        """Number and name of every device that takes sound in; asked for in a process of its own."""
        try:
            return [(int(each["index"]), str(each["name"])) for each in list_devices() if each["input_channels"]]
        except DeviceError as error:
            self.tell(str(error))
            return []

    def _place(self) -> dict[str, Any]:
        """Where the source is; a session without a file has a place without length."""
        if not self.host.plays_files:
            kind = "live input" if self.host.live_input else "no input: the chain makes its own sound"
            nothing = {
                "position": 0.0,
                "timecode": "",
                "length": 0.0,
                "rolling": True,
                "speed": 1.0,
                "loop": False,
                "region": None,
            }
            return nothing | {"input": kind}
        state = self.host.transport()
        return {
            "position": round(state.position_s, 3),
            "timecode": state.timecode,
            "length": round(state.length_s, 3),
            "rolling": state.rolling,
            "speed": state.speed,
            "loop": state.loop,
            "region": state.region,
            "input": ", ".join(stem.name for stem in state.stems),
        }

    def knobs(self) -> dict[str, tuple[float, str]]:
        """Where every knob stands, and the words of its value."""
        values = self.desk.values
        views = (knob_of(path, parameter, values[path]) for path, parameter in self.desk.knobs.items())
        return {view.path: (round(view.position, 5), view.words) for view in views}

    def fallen(self, name: str) -> str:
        """What happened to an effect that was taken out after it failed; empty for one that plays."""
        if Counter(self.host.statistics()["quarantined"])[name] <= self._forgiven[name]:
            return ""
        told = (sentence for sentence in reversed(self.host.problems) if name in sentence)
        return next(told, "it failed, and was taken out")

    def forgive(self, name: str) -> None:
        """See `ConsoleWords`."""
        self._forgiven[name] = self.host.statistics()["quarantined"].count(name)
        self.structure += 1

    def _look_at_statistics(self) -> None:
        now = time.monotonic()
        if now - self._statistics_at < STATISTICS_EVERY_S:
            return
        self._statistics_at = now
        document = self.host.statistics()
        if document["quarantined"] != self._statistics.get("quarantined", []):
            self.structure += 1
        news, self._heard_problems = self.host.problems[self._heard_problems :], len(self.host.problems)
        for sentence in news:
            self.tell(sentence)
        comparison = self.host.comparison()
        self._statistics = {
            "xruns": document["xruns"],
            "missed": document["deadline_misses"],
            "restarts": document["engine_restarts"],
            "load": document["load"]["mean"],
            "latency": document["latency_ms"]["total"],
            "quarantined": document["quarantined"],
            "side": {
                "heard": comparison.heard,
                "sides": comparison.sides,
                "difference": comparison.difference_lu,
                "matched": comparison.matched,
                "blind": comparison.blind,
            },
        }

    @staticmethod
    def _is_plugin_file(node: NodeSpec) -> bool:
        return node.definition is None and CATALOGUE.entry(node.effect).open_parameters

    @staticmethod
    def _summary(node: NodeSpec) -> str:
        return node.definition.summary if node.definition is not None else CATALOGUE.entry(node.effect).summary

    def state(self) -> dict[str, Any]:
        """What a page needs once, to draw itself: the length, the files by name, the target."""
        band = self.band
        return {
            "files": [path.name for path in self.files],
            "target": None if band is None else asdict(band),
            "stems": [
                {"name": each.name, "level": each.level_db, "mute": each.mute, "solo": each.solo} for each in self.stems
            ],
        }

    # -- what is done ------------------------------------------------------------------------------------------------

    def say(self, word: Word, then: Callable[[], None] = lambda: None) -> None:
        """Have a word carried out after those before it; `then` is called when it was, on the thread that did it."""
        self._words.put((word, then))

    def carry_out(self, word: Word) -> None:
        """Carry out one word now.

        Raises
        ------
        AudiopostError
            If it is none, or cannot be carried out; then nothing has changed.
        """
        name = word.get("do")
        action = getattr(self, f"do_{name}", None) if isinstance(name, str) else None
        if action is None:
            raise UsageError(f"{name!r} is no word of the console")
        action(word)

    def _work(self) -> None:
        while (entry := self._words.get()) is not None:
            word, then = entry
            try:
                self.carry_out(word)
            except AudiopostError as error:
                self.tell(str(error))
            then()

    def tell(self, sentence: str) -> None:
        """Show a sentence to everybody who looks."""
        self.problems.append(sentence)
        del self.problems[:-MOST_PROBLEMS]

    def _changed(self, turns: Mapping[str, float]) -> None:
        self.values += 1
        if not turns:
            self.structure += 1
            if self.map_point is not None and self.map_point != scene_point_of(self.desk.drawing):
                self.map_point = None
