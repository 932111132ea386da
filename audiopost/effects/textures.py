"""Weather and earth, made of noise and steered by macros: wind, rain, rumble.

Each sounds for ever, differs from channel to channel, and is the same for the same seed, at any block sizes. Gusts
and swells are one weather for all channels.

Notes
-----
Latency: none. Realtime: one compiled pass. Level: `level_dbfs` is that of the noise over half a minute (AES17) at the
default macros, within 2 dB; a gust lies up to 12 dB above it.

Source: A. Farnell, "Designing Sound" (MIT Press, 2010).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.noise import channel_keys
from audiopost.dsp.textures import DROPS, run_rain, run_rumble, run_wind
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["Rain", "Rumble", "Wind"]

GLIDE_MS = 100.0
SEED = Setting("seed", "integer", 1, summary="another seed is another sound of the same kind")


def level(default_dbfs: float) -> Parameter:
    """The level of a texture."""
    return Parameter("level_dbfs", default_dbfs, -80.0, 0.0, unit="dBFS", smoothing_ms=GLIDE_MS, summary="level, AES17")


def macro(name: str, default: float, summary: str) -> Parameter:
    """A macro in percent."""
    return Parameter(f"{name}_percent", default, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary=summary)


class _Texture(SmoothedNode):
    generates = True
    settings = (SEED,)
    glide_ms = GLIDE_MS
    unit_level: ClassVar[float] = 1.0
    """Makes the texture, at its default macros, as loud as a full-scale sine."""

    _state: NDArray[np.float64]

    def share(self, name: str) -> float:
        """A macro from 0 to 1."""
        return self.values[f"{name}_percent"] / 100.0

    def amplitude(self) -> float:
        """What a kernel multiplies by."""
        return db_to_linear(self.values["level_dbfs"]) * self.unit_level

    def prepare(self, stream: StreamFormat) -> None:
        """Seed."""
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        keys = channel_keys(int(self.setting_values["seed"]), stream.layout.channels + 1)
        self._weather, self._keys = keys[0], np.ascontiguousarray(keys[1:])
        self._frame = np.zeros(1, dtype=np.int64)
        self.furnish(stream.layout.channels)
        self.tail_frames = INFINITE_TAIL

    @abstractmethod
    def furnish(self, channels: int) -> None:
        """Make the memory and load the kernel."""

    @abstractmethod
    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Fill `out`; the input is ignored."""

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._frame.fill(0)
            self._state.fill(0.0)


class Wind(_Texture):
    """Wind: a band of noise that follows gusts, and howling around edges.

    `strength_percent` makes it louder and brighter, `gusts_percent` less even, `howl_percent` lets it whistle.
    """

    name = "wind"
    summary = "Wind, from a breath to a storm, with gusts and howling."
    parameters = (
        macro("strength", 50.0, "from a breeze to a storm"),
        macro("gusts", 60.0, "how uneven it blows"),
        macro("howl", 25.0, "whistling around edges"),
        level(-24.0),
    )
    unit_level = 4.38

    def targets(self) -> tuple[float, ...]:
        """Level, strength, gusts, howl."""
        return (self.amplitude(), self.share("strength"), self.share("gusts"), self.share("howl"))

    def furnish(self, channels: int) -> None:
        """Make the filters."""
        self._state = np.zeros((channels, 4, 2))
        self._run = run_wind.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Blow."""
        self._run(out, self._keys, self._weather, self._frame, self._state, self._sample_rate, self.ramp_state)


class Rain(_Texture):
    """Rain: single drops at random times over the hiss of those too many to hear apart.

    `size_percent` goes from drizzle on leaves to heavy drops on a roof.
    """

    name = "rain"
    summary = "Rain, from single drops to a downpour."
    parameters = (
        Parameter(
            "density_hz", 120.0, 0.2, 2_000.0, unit="Hz", taper="log", smoothing_ms=GLIDE_MS, summary="drops a second"
        ),
        macro("size", 35.0, "from drizzle to heavy drops"),
        macro("hiss", 40.0, "the many drops far away"),
        level(-24.0),
    )
    unit_level = 4.41

    exceptions: ClassVar[Mapping[str, str]] = {"smoothing": "drops begin at random times, each with an edge"}

    def targets(self) -> tuple[float, ...]:
        """Level, drops a second, size, hiss."""
        return (self.amplitude(), self.values["density_hz"], self.share("size"), self.share("hiss"))

    def furnish(self, channels: int) -> None:
        """Make room for drops."""
        self._state = np.zeros((channels, 2, 2))
        self._drops = np.zeros((channels, DROPS, 4))
        self._newest = np.zeros(channels, dtype=np.int64)
        self._run = run_rain.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Rain."""
        self._run(
            out, self._keys, self._frame, self._newest, self._drops, self._state, self._sample_rate, self.ramp_state
        )

    def reset(self) -> None:
        """Begin again, dry."""
        super().reset()
        if self._ramps is not None:
            self._drops.fill(0.0)
            self._newest.fill(0)


class Rumble(_Texture):
    """Rumble: earth, engines far below, thunder that does not end.

    The noise keeps its level at every corner; `motion_percent` lets it swell and shake, `grit_percent` adds stones.
    """

    name = "rumble"
    summary = "A deep rumble that swells and shakes: earth, machines, far thunder."
    parameters = (
        Parameter(
            "frequency_hz",
            60.0,
            20.0,
            300.0,
            unit="Hz",
            taper="log",
            smoothing_ms=GLIDE_MS,
            summary="it lies below this",
        ),
        macro("motion", 50.0, "swelling and shaking"),
        macro("grit", 20.0, "stones in it"),
        level(-20.0),
    )
    unit_level = 1.0

    def targets(self) -> tuple[float, ...]:
        """Level, logarithm of the corner, motion, grit."""
        return (self.amplitude(), math.log(self.values["frequency_hz"]), self.share("motion"), self.share("grit"))

    def furnish(self, channels: int) -> None:
        """Make the filters."""
        self._state = np.zeros((channels, 3, 2))
        self._run = run_rumble.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Rumble."""
        self._run(out, self._keys, self._weather, self._frame, self._state, self._sample_rate, self.ramp_state)
