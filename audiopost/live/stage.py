"""What every part of control works with: the processes of a session as they are now, and the memory they share."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from audiopost.errors import DeviceError
from audiopost.live.crew import Child, Crew
from audiopost.live.engine_pool import EnginePool
from audiopost.live.messages import Message
from audiopost.live.order import Listener, Order
from audiopost.live.session import SessionMemory

__all__ = ["LOOK_PATIENCE_S", "PATIENCE_S", "STOP_PATIENCE_S", "Stage"]

PATIENCE_S = 10.0
LOOK_PATIENCE_S = 300.0
"""For what files are: an hour in which many objects never rest takes a minute to be read."""
STOP_PATIENCE_S = 1.0
"""For each of the few things that are asked of children at the end; what does not answer is killed."""


@dataclass(eq=False)
class Stage:
    """`device` and `media` may be exchanged at any time for their successors."""

    order: Order
    listener: Listener
    crew: Crew
    device: Child
    media: Child
    memory: SessionMemory
    pool: EnginePool
    finished: threading.Event = field(default_factory=threading.Event)
    playing: bool = False
    stopping: bool = False

    def __getattr__(self, name: str) -> Any:
        # Only `memory` and `pool` ever go, at the very end: a repair that is still under way then must end too.
        if name in ("memory", "pool"):
            raise DeviceError("session", "it has ended")
        raise AttributeError(name)

    @property
    def sample_rate(self) -> int:
        """Of the session, in Hz."""
        return self.memory.plan.sample_rate

    def ask_device(self, message: Message, patience_s: float = PATIENCE_S) -> Any:
        """Ask the device of now. Raises DeviceError if it dies or does not answer; what else it answers with."""
        return self.crew.ask(self.device, message, patience_s)

    def tell_device(self, message: Message) -> None:
        """Tell the device of now; one that has died is told by its successor's start."""
        self.crew.tell(self.device, message)

    def ask_media(self, message: Message, patience_s: float = PATIENCE_S) -> Any:
        """Ask the media process of now. Raises as `ask_device`, and FileError."""
        return self.crew.ask(self.media, message, patience_s)

    def check_source(self) -> None:
        """Raise DeviceError unless files are played."""
        if not self.memory.plan.has_source:
            raise DeviceError("transport", "no file is played", "give a source")
