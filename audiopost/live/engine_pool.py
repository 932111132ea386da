"""The engine processes that stay resident, so that neither a swap nor a restart waits for one to start."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping

from audiopost.errors import AudiopostError, DeviceError
from audiopost.graph.parameter import Parameter
from audiopost.live import messages as say
from audiopost.live.crew import Child, Crew
from audiopost.live.session import SessionMemory
from audiopost.units import seconds_to_frames

__all__ = ["EnginePool", "Knobs"]

LOAD_PATIENCE_S = 60.0
"""Plug-ins may take this long to load; meanwhile the old sound plays."""

WARM_S = 0.05
LONGEST_WARM_S = 0.2
"""A chain with a long tail runs in shadow for this long before it is heard."""


Knobs = Mapping[str, tuple[Parameter, ...]]
"""Node -> its parameters."""


class EnginePool:
    """Engines by slot. A slot is in use (heard or coming), free, or empty while its process is being renewed."""

    def __init__(self, crew: Crew, memory: SessionMemory) -> None:
        self._crew = crew
        self._memory = memory
        self._children: dict[int, Child] = {}
        self._free: list[int] = []
        self._knobs: dict[int, Knobs] = {}
        self._notes: dict[int, tuple[str, ...]] = {}
        self._change = threading.Condition()
        self._closed = False

    def close(self) -> None:
        """The session ends: who waits for an engine waits no more."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    @property
    def pids(self) -> list[int]:
        """Of the living engines, by slot."""
        return [child.pid for _, child in sorted(self._children.items()) if not child.dead]

    def child(self, slot: int) -> Child:
        """The process of a slot, dead or alive."""
        return self._children[slot]

    def knobs(self, slot: int) -> Knobs:
        """Of each plug-in file that the slot has loaded last: what can be turned, and where it stood then."""
        return self._knobs.get(slot, {})

    def notes(self, slot: int) -> tuple[str, ...]:
        """What a person should know about the nodes of the chain that the slot has loaded last."""
        return self._notes.get(slot, ())

    def adopt(self, child: Child) -> None:
        """Make a started engine a member, in use."""
        self._crew.wait_ready(child)
        self._crew.ask(child, say.Setup(0, self._memory.plan, tuple(sys.path)))
        self._children[child.slot] = child

    def take(self, patience_s: float) -> int:
        """A free slot. Raises DeviceError if none becomes free in time, or the session ends."""
        limit = time.monotonic() + patience_s
        with self._change:
            while True:
                if self._closed:
                    raise DeviceError("engine", "the session ends")
                self._free = [slot for slot in self._free if not self._children[slot].dead]
                if self._free:
                    return self._free.pop(0)
                if not self._change.wait(max(0.0, limit - time.monotonic())):
                    raise DeviceError("engine", f"no engine became free within {patience_s:g} s")

    def give_back(self, slot: int) -> None:
        """The slot is free again, if its process lives."""
        with self._change:
            child = self._children.get(slot)
            if child is not None and not child.dead and slot not in self._free:
                self._free.append(slot)
                self._change.notify_all()

    def load(
        self, slot: int, drawing: bytes, side: str = "a", watched: tuple[str, ...] = (), *, held: bool = False
    ) -> say.Voice:
        """Build the machine of a drawing there. Raises AudiopostError; the slot is then still the caller's."""
        request = say.Load(0, drawing, watched, held)
        loaded: say.Loaded = self._crew.ask(self._children[slot], request, LOAD_PATIENCE_S)
        assert loaded.layout is not None
        self._knobs[slot], self._notes[slot] = dict(loaded.knobs), loaded.notes
        rate = self._memory.plan.sample_rate
        longest = seconds_to_frames(LONGEST_WARM_S, rate)
        tail = longest if loaded.tail_frames < 0 else min(loaded.tail_frames, longest)
        warm = loaded.latency_frames + max(tail, seconds_to_frames(WARM_S, rate))
        return say.Voice(
            slot, loaded.layout, loaded.latency_frames, loaded.tail_frames, warm, side, loaded.buses, held
        )  # fmt: skip

    def renew(self, slot: int, rehearsal: bytes | None = None) -> None:
        """Start a process in an empty slot and make it free. The device must have dropped the dead one before.

        With a drawing to rehearse it has loaded all that such a chain needs (compiled kernels take a second) before
        anybody waits for it. Raises AudiopostError if the process cannot be started or dies of the rehearsal.
        """
        self._memory.renew_exchange(slot)
        self.adopt(self._crew.start("engine", slot))
        if rehearsal is not None:
            try:
                self.load(slot, rehearsal)
            except AudiopostError:
                if self._children[slot].dead:
                    raise
        self.give_back(slot)
