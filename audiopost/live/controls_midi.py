"""A MIDI controller at a desk: what it turns, what it learns, what it is shown.

::

    driver's thread ──▶ queue ──▶ our thread ──▶ Desk.turn
                                                    │
    controller's faders and lights ◀── positions ◀──┘ whoever turned
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from audiopost.errors import AudiopostError, DeviceError
from audiopost.graph.recall import ControllerSpec
from audiopost.live.desk import Desk
from audiopost.live.midi_map import Learning, MidiEvent, MidiMap, event_of
from audiopost.live.midi_ports import MidiPorts
from audiopost.live.service import Service

__all__ = ["MidiControl", "MidiWords"]


class MidiWords(Protocol):
    """What a controller works on."""

    @property
    def desk(self) -> Desk:
        """The desk of the chain that is heard."""

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        """Have `changed` told what was turned; nothing in it: everything may be another."""


class MidiControl(Service):
    """Turns the knobs that the chain's controllers name, and learns new ones.

    Parameters
    ----------
    words
        What is worked on.
    port
        See `MidiPorts`.
    on_problem, on_learned
        Told a sentence; on a thread of ours.

    Raises
    ------
    DeviceError
        If there is no such port.
    """

    def __init__(
        self,
        words: MidiWords,
        port: str,
        *,
        on_problem: Callable[[str], None] = lambda _sentence: None,
        on_learned: Callable[[str], None] = lambda _sentence: None,
        ports: Callable[[str, Callable[[tuple[int, ...]], None]], MidiPorts] = MidiPorts,
    ) -> None:
        self._words = words
        self._on_problem = on_problem
        self._on_learned = on_learned
        self._learning: Learning | None = None
        self._map: MidiMap | None = None
        self._queue: queue.SimpleQueue[MidiEvent | None] = queue.SimpleQueue()
        self._turning = threading.Lock()
        self._ports = ports(port, self._heard)
        self.name = self._ports.name
        words.listen(self._changed)
        self._thread = threading.Thread(target=self._run, name="audiopost MIDI", daemon=True)

    def start(self) -> None:
        """Listen, and show how everything stands."""
        self._thread.start()
        self._changed({})

    def stop(self) -> None:
        """Listen no more."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._ports.close()

    @property
    def learning(self) -> str:
        """The knob that the next control that is moved will turn; empty: none."""
        return self._learning.parameter if self._learning is not None else ""

    def learn(self, path: str) -> None:
        """Have the control that is moved next turn this knob (``node.parameter`` or ``macro.name``). Empty: never mind.

        Raises UnknownNameError if there is no such knob.
        """
        if path:
            self._words.desk.knob(path)
        self._learning = Learning(path) if path else None

    def forget(self, path: str) -> int:
        """Let nothing turn this knob any more; how many controls did."""
        desk = self._words.desk
        kept = tuple(each for each in desk.drawing.controllers if each.parameter != path)
        forgotten = len(desk.drawing.controllers) - len(kept)
        desk.set_controllers(kept)
        return forgotten

    # -- threads ---------------------------------------------------------------------------------------------------

    def _heard(self, message: tuple[int, ...]) -> None:
        event = event_of(message)
        if event is not None:
            self._queue.put(event)

    def _run(self) -> None:
        while (event := self._queue.get()) is not None:
            try:
                self._take(event)
            except AudiopostError as error:
                self._on_problem(f"MIDI: {error}")

    def _take(self, event: MidiEvent) -> None:
        learning = self._learning
        if learning is not None:
            learned = learning.heard(event)
            if learned is not None:
                self._learning = None
                self._keep(learned)
            return
        desk = self._words.desk
        for path, value in self._present_map(desk).heard(event, desk.values):
            desk.turn(path, value)

    def _keep(self, learned: ControllerSpec) -> None:
        desk = self._words.desk
        # One knob, one control; a control may turn several knobs.
        others = tuple(each for each in desk.drawing.controllers if each.parameter != learned.parameter)
        desk.set_controllers((*others, learned))
        what = "pitch wheel" if learned.source == "pitchwheel" else f"{learned.source} {learned.number}"
        self._on_learned(f"{what} on channel {learned.channel} ({learned.kind}) turns {learned.parameter}")

    def _present_map(self, desk: Desk) -> MidiMap:
        controllers = desk.drawing.controllers
        with self._turning:
            if self._map is None or self._map.controllers != controllers:
                self._map = MidiMap(controllers, desk.knobs)
            return self._map

    def _changed(self, turns: Mapping[str, float]) -> None:
        desk = self._words.desk
        shown = self._present_map(desk).told(turns or desk.values)
        if threading.current_thread() is self._thread:
            return  # a fader that is being moved is not moved back
        try:
            self._ports.send(shown)
        except (OSError, RuntimeError) as error:
            self._on_problem(str(DeviceError("MIDI", f"{self.name} cannot be told: {error}")))
