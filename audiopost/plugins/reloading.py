"""Plug-ins that keep something across a reset, or learn their block size from the instance before: loaded anew."""

from __future__ import annotations

from collections.abc import Callable

from audiopost.blocks import AudioBlock
from audiopost.plugins.formats import LoadedPlugin
from audiopost.plugins.plugin import NotePlayer

__all__ = ["ReloadingPlugin"]


class ReloadingPlugin:
    """A `Plugin` whose reset is a new instance with the same knobs.

    Parameters
    ----------
    load
        Makes an instance.

    Notes
    -----
    Realtime: not `reset`, which loads a file (0.1 to 0.5 s).
    """

    def __init__(self, load: Callable[[], LoadedPlugin]) -> None:
        self._load = load
        self._plugin = load()
        self._turned: dict[str, float] = {}
        self._fresh = True
        self.name = self._plugin.name

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block."""
        self._fresh = False
        return self._plugin.run(block)

    def reset(self) -> None:
        """Load anew unless nothing was played yet."""
        if not self._fresh:
            self._plugin = self._load()
            for name, value in self._turned.items():
                self._plugin.set_parameter(name, value)
        self._plugin.reset()
        self._fresh = True

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob of this instance and of those to come."""
        self._turned[name] = value
        self._plugin.set_parameter(name, value)

    def send_midi(self, message: bytes, frame: int) -> None:
        """Send a note to the present instance, where it hears any."""
        if isinstance(self._plugin, NotePlayer):
            self._plugin.send_midi(message, frame)

    def state(self) -> bytes:
        """The state of the present instance."""
        return self._plugin.state()

    def preset(self) -> bytes:
        """The present instance's state as a ``.vstpreset``."""
        return self._plugin.preset()
