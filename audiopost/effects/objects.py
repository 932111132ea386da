"""Sounds as objects: one node says where a source is, how large, in which room, and on what it is heard.

Notes
-----
Latency: none; with `travel` sound comes as late as it travels, which is the effect. Accuracy: direction and level
arrive 20 to 40 ms after the place. Realtime: one compiled pass. Source: `audiopost.dsp.object_paths`.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp import object_paths
from audiopost.dsp.air import air_filters, speed_of_sound
from audiopost.dsp.amplitude_panning import AmplitudePanning
from audiopost.dsp.image_sources import RATIOS
from audiopost.dsp.object_paths import image_cells, run_object
from audiopost.effects.ambisonics import loudspeakers
from audiopost.effects.moving_sources import AIR, DOUBLING_DB, number_within
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.layouts import Layout, ambisonic_order, layout_named
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["ObjectPanner"]

FARTHEST_M = 200.0
SILENT_DB = -60.0


def _metres(name: str, default: float, summary: str) -> Parameter:
    return Parameter(name, default, -FARTHEST_M, FARTHEST_M, unit="m", smoothing_ms=SMOOTHING_MS, summary=summary)


class ObjectPanner(SmoothedNode):
    """A mono source at a place in metres around the listener, on loudspeakers or in a scene.

    From its place follow its direction (amplitude panning, or the harmonics of a scene), its level, what the air takes
    of its highs, and with `travel` its delay and doppler. `size_m` is the radius of what sounds: near, it is wide. With
    `reflections` it stands in a shoebox room around the listener, whose walls are heard as mirror images, each from its
    own direction, at its own time, duller and softer. A place is where the source is heard to be. Automate the three
    coordinates: a path through them has no seam behind the listener as angles have.
    """

    name = "object_panner"
    summary = "Places a mono sound in metres: direction, distance, air, doppler, size and the walls of a room."
    parameters = (
        _metres("ahead_m", 3.0, "in front of the listener; below 0 behind"),
        _metres("left_m", 0.0, "to the left; below 0 to the right"),
        _metres("up_m", 0.0, "above the ears"),
        Parameter("size_m", 0.0, 0.0, 50.0, unit="m", smoothing_ms=SMOOTHING_MS, summary="radius of the source"),
        Parameter(
            "falloff_db", 6.0, 0.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="loss with every doubling"
        ),
        Parameter(
            "room_size_m", 12.0, 2.0, 60.0, unit="m", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="length of the room",
        ),
        Parameter(
            "absorption_percent", 40.0, 1.0, 99.0, unit="%", smoothing_ms=SMOOTHING_MS,
            summary="energy that a wall takes",
        ),
        Parameter(
            "room_db", 0.0, SILENT_DB, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="of the walls; -60: silent"
        ),
    )  # fmt: skip
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("to", "text", "5.1", summary="stereo, 5.1, 7.1.4, 22.2 ..., or a scene: ambisonics-1 to -5"),
        Setting("travel", "flag", False, summary="come as late as sound travels, with doppler"),
        Setting("reflections", "integer", 0, summary="walls that a sound meets at most: 0, 1 (6 images) or 2 (24)"),
        Setting("reference_m", "number", 1.0, summary="distance at which the level is untouched, 0.5 to 100 m"),
        *AIR,
    )

    def targets(self) -> tuple[float, ...]:
        """As `object_paths.RAMPS` names them."""
        value = self.values
        level = db_to_linear(value["room_db"]) if value["room_db"] > SILENT_DB else 0.0
        return (
            value["ahead_m"], value["left_m"], value["up_m"], value["size_m"], value["falloff_db"] / DOUBLING_DB,
            math.log(value["room_size_m"]), value["absorption_percent"] / 100.0, level,
        )  # fmt: skip

    def output_layout(self, layout: Layout) -> Layout:
        """What it is heard on; raises LayoutError for more than one channel, or for what are no loudspeakers."""
        if layout.channels != 1:
            raise LayoutError(
                f"{layout.name} is not one source",
                where=self.name,
                mend="take channels out with `channel`, or `downmix`",
            )
        name = str(self.setting_values["to"])
        target = layout_named(name)
        return target if ambisonic_order(target) is not None else loudspeakers(name, self.name)

    def prepare(self, stream: StreamFormat) -> None:
        """Build the room, design the air.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        """
        super().prepare(stream)
        given, rate = self.setting_values, float(stream.sample_rate)
        temperature_c = number_within(given, "temperature_c", -20.0, 50.0, self.name)
        self._reference_m = number_within(given, "reference_m", 0.5, 100.0, self.name)
        reflections = int(number_within(given, "reflections", 0, object_paths.STAGES, self.name))
        self._frames_a_metre = rate / speed_of_sound(temperature_c)
        self._travels = int(bool(given["travel"]))
        self._filters = air_filters(
            rate, temperature_c, number_within(given, "humidity_percent", 10.0, 100.0, self.name)
        )
        target = self.output_layout(stream.layout)
        order = ambisonic_order(target)
        self._order = -1 if order is None else order
        self._heard = np.array([index for index, each in enumerate(target.speakers) if not each.lfe], dtype=np.int64)
        places = [(target.speakers[index].azimuth_deg, target.speakers[index].elevation_deg) for index in self._heard]
        if order is None:
            self._tables = AmplitudePanning(*np.array(places, dtype=np.float64).T).tables
        else:
            self._heard = np.arange(target.channels, dtype=np.int64)
            self._tables = (np.zeros((1, 3), np.int64), np.zeros((1, 3, 3)), np.zeros((1, 1)))
        self._cells = image_cells(reflections)
        paths, taps = len(self._cells), self._filters.shape[1]
        self._angles = np.zeros((2, 1))
        self._work, self._played = np.zeros(len(self._heard)), np.zeros((len(self._heard), 1))
        self._delays = np.zeros((2, paths))
        self._gains = np.zeros((2, paths, target.channels))
        self._mixed, self._line = np.zeros(taps), np.zeros(2 * taps)
        self._made_for = np.zeros(1)
        self._now = np.zeros(object_paths.RAMPS)
        self._walls = np.zeros((paths, object_paths.STAGES))
        self._cursors = np.zeros(4, dtype=np.int64)
        self._segment_frames = max(1, ms_to_frames(object_paths.SEGMENT_MS, rate))
        self._ring = np.zeros(math.ceil(self._farthest_m(reflections) * self._frames_a_metre) + 8, dtype=np.float32)
        self._run = run_object.ready()
        self.tail_frames = len(self._ring) + taps
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Sound from there."""
        self._run(
            block, out, self._cells, self._now, self._reference_m, self._frames_a_metre, self._travels, self._order,
            *self._tables, self._heard, self._angles, self._work, self._played, self._delays, self._gains,
            self._filters, self._mixed, self._made_for, self._line, self._ring, self._walls, self._cursors,
            self._segment_frames, self.ramp_state,
        )  # fmt: skip

    def reset(self) -> None:
        """Silence; the source is where it is wanted."""
        super().reset()
        if hasattr(self, "_run"):
            for memory in (self._line, self._ring, self._walls, self._cursors):
                memory.fill(0)
            self._made_for.fill(-1.0)

    def _farthest_m(self, reflections: int) -> float:
        """The longest way that a sound may have: that of the source, or of an image across all rooms."""
        longest_room_m = self.parameters[5].maximum * math.hypot(*RATIOS)
        across_m = (reflections + 1) * longest_room_m if reflections else 0.0
        return max(across_m, math.sqrt(3.0) * FARTHEST_M if self._travels else 0.0)
