"""How one instance of anything of pedalboard's plays: always with the same largest block, never reset by a call.

Rules of the library that are kept here, each found by trial with version 0.9.26:

- 0 frames are never passed (its Convolution divides by them and dies of SIGFPE);
- ``reset=False`` always, and the same largest block in every call: a larger one would reset the effect;
- a float32, C-contiguous block ``(channels, frames)``; priming and the width of blocks are `streams`' part.
"""

from __future__ import annotations

from typing import Any

from audiopost.blocks import AudioBlock
from audiopost.errors import PluginError
from audiopost.plugins.plugin import sentence

__all__ = ["PedalboardInstance"]


class PedalboardInstance:
    """What built-ins and plug-in files have in common."""

    def __init__(self, native: Any, name: str, sample_rate: int, largest_frames: int) -> None:
        self._native = native
        self._rate = float(sample_rate)
        self._largest_frames = largest_frames
        self.name = name

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`."""
        try:
            # Positional: an array with keywords costs a microsecond more.
            played: AudioBlock = self._native.process(block, self._rate, self._largest_frames, False)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        return played

    def reset(self) -> None:
        """Forget all sound."""
        self._native.reset()
