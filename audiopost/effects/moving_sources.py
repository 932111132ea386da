"""Sources in air: how far away, and passing by.

Notes
-----
Realtime: one compiled pass; the filters of the air are designed in `prepare`, minimum phase, so nothing is late that
does not travel. What the air takes is that of ISO 9613-1 at one atmosphere, within 0.6 dB down to -40 dB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.air import NEAREST_M, air_filters, speed_of_sound
from audiopost.dsp.propagation import run_distance, run_fly_by
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting, SettingValue
from audiopost.layouts import Layout, layout_named
from audiopost.units import linear_to_db

__all__ = ["AIR", "DOUBLING_DB", "Distance", "FlyBy", "number_within"]

AIR = (
    Setting("temperature_c", "number", 20.0, summary="of the air, -20 to 50 degrees Celsius"),
    Setting("humidity_percent", "number", 50.0, summary="relative humidity of the air, 10 to 100"),
)
DOUBLING_DB = linear_to_db(2.0)
FARTHEST_M = 1_000.0


def number_within(values: dict[str, SettingValue], name: str, lowest: float, highest: float, where: str) -> float:
    """A setting within its range; raises UsageError."""
    number = float(values[name])
    if not lowest <= number <= highest:
        raise UsageError(
            f"{name} = {number:g} is out of range", where=where, mend=f"give a number from {lowest:g} to {highest:g}"
        )
    return number


class _InAir(Node):
    """What both need to know of the air."""

    settings: ClassVar[tuple[Setting, ...]] = AIR

    def prepare_air(self, stream: StreamFormat, lines: int, farthest_m: float) -> None:
        """Design the filters and make memory for the longest way."""
        temperature_c = number_within(self.setting_values, "temperature_c", -20.0, 50.0, self.name)
        humidity_percent = number_within(self.setting_values, "humidity_percent", 10.0, 100.0, self.name)
        self._sample_rate = float(stream.sample_rate)
        self._speed_of_sound = speed_of_sound(temperature_c)
        self._filters = air_filters(self._sample_rate, temperature_c, humidity_percent)
        taps = self._filters.shape[1]
        self._mixed = np.zeros(taps)
        self._lines = np.zeros((lines, 2 * taps))
        longest = math.ceil(farthest_m / self._speed_of_sound * self._sample_rate) + 8
        self._ring = np.zeros((lines, longest), dtype=np.float32)
        self._cursors = np.zeros(3, dtype=np.int64)
        self.tail_frames = longest + taps

    def forget(self) -> None:
        """Silence."""
        for memory in (self._lines, self._ring, self._cursors):
            memory.fill(0)


class Distance(SmoothedNode, _InAir):
    """A source that stands far away: its level falls, and the air takes its highs.

    At `reference_m` and nearer the level is untouched; it falls by `falloff_db` with every doubling beyond (6 dB in the
    open air). With `travel` the sound comes as late as it travels, and a change of distance bends its pitch (doppler);
    the source then moves at half the speed of sound at most.
    """

    name = "distance"
    summary = "Sets a sound back by up to 1 km: level, highs lost in air, and with travel its delay and doppler."
    parameters = (
        Parameter(
            "distance_m", 20.0, NEAREST_M, FARTHEST_M, unit="m", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="from the source to the ear",
        ),
        Parameter(
            "falloff_db", 6.0, 0.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="loss with every doubling"
        ),
    )  # fmt: skip
    settings = (
        *AIR,
        Setting("reference_m", "number", 1.0, summary="distance at which the level is untouched, 0.5 to 100 m"),
        Setting("travel", "flag", False, summary="come as late as sound travels"),
    )

    def targets(self) -> tuple[float, ...]:
        """Logarithm of the distance, power of the falloff."""
        return (math.log(self.values["distance_m"]), self.values["falloff_db"] / DOUBLING_DB)

    def prepare(self, stream: StreamFormat) -> None:
        """Design the air.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        """
        super().prepare(stream)
        self._travels = bool(self.setting_values["travel"])
        self._reference_m = number_within(self.setting_values, "reference_m", NEAREST_M, 100.0, self.name)
        self.prepare_air(stream, stream.layout.channels, FARTHEST_M if self._travels else 0.0)
        self._place = np.zeros(2)
        self._run = run_distance.ready()
        self._stand()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Sound from there."""
        self._run(
            block, out, self._filters, self._mixed, self._lines, self._ring, self._cursors, self._place,
            self._reference_m, self._sample_rate / self._speed_of_sound, int(self._travels), self.ramp_state,
        )  # fmt: skip

    def reset(self) -> None:
        """Silence; the source is where it is wanted."""
        super().reset()
        if self._ramps is not None:
            self.forget()
            self._stand()

    def _stand(self) -> None:
        self._place[:] = (math.exp(self.ramp_state[0, 0]), -1.0)


class FlyBy(_InAir):
    """A source that passes in front on a straight line: doppler, level, highs and place between two loudspeakers.

    It begins `pass_s` before it passes, at ``speed_m_s * pass_s``, and stands still as long after. At its closest the
    level is untouched, and falls by 6 dB with every doubling of the distance. What is heard at a moment was sent
    earlier, so the pitch falls while it passes, and the first sound comes after the travel from its beginning.

    Source: P. M. Morse, K. U. Ingard, "Theoretical Acoustics" (1968), section 11.2.
    """

    name = "fly_by"
    summary = "A source that passes by: doppler, distance, air, from one side to the other."
    settings = (
        Setting("speed_m_s", "number", 30.0, summary="speed of the source, 0 to 300 m/s"),
        Setting("closest_m", "number", 8.0, summary="distance where it passes, 1 to 200 m"),
        Setting("pass_s", "number", 2.5, summary="time from the beginning until it passes, 0.1 to 30 s"),
        Setting("direction", "text", "left to right", choices=("left to right", "right to left"), summary="its way"),
        *AIR,
    )
    exceptions: ClassVar[Mapping[str, str]] = {
        "latency": "sound arrives after its travel through the air, which is the effect"
    }

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError unless the input is mono or stereo."""
        if layout.channels > 2:
            raise LayoutError(f"{layout.name} cannot fly by", where=self.name, mend="give it mono or stereo")
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        """Design the air and the way.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        """
        self.output_layout(stream.layout)
        given = self.setting_values
        speed = number_within(given, "speed_m_s", 0.0, 300.0, self.name)
        closest_m = number_within(given, "closest_m", 1.0, 200.0, self.name)
        pass_s = number_within(given, "pass_s", 0.1, 30.0, self.name)
        sound_speed = speed_of_sound(number_within(given, "temperature_c", -20.0, 50.0, self.name))
        # The longest way: sent when the source was farthest before it passed.
        longest_s = (
            speed**2 * pass_s
            + math.sqrt((sound_speed * speed * pass_s) ** 2 + (sound_speed**2 - speed**2) * closest_m**2)
        ) / (sound_speed**2 - speed**2)
        self.prepare_air(stream, 1, longest_s * sound_speed)
        side = 1.0 if given["direction"] == "left to right" else -1.0
        self._way = (speed, closest_m, pass_s, side)
        self._run = run_fly_by.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Pass by."""
        self._run(
            block, out, self._filters, self._mixed, self._lines, self._ring, self._cursors, self._sample_rate,
            self._speed_of_sound, *self._way,
        )  # fmt: skip

    def reset(self) -> None:
        """Begin the way anew."""
        if hasattr(self, "_run"):
            self.forget()
