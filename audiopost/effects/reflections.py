"""Where a sound is in a room and between loudspeakers: first reflections, width, precedence.

Notes
-----
Latency: none. Realtime: one compiled pass.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.image_sources import FADE_MS, ImageSources
from audiopost.dsp.stereo import run_haas, run_width
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.layouts import Layout, Speaker, layout_named
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["EarlyReflections", "Haas", "StereoWidth"]

STEREO_DEG = 55.0
"""Half the angle of the two microphones of a stereo pair (ORTF: 110 degrees), instead of that of the loudspeakers."""


class EarlyReflections(SmoothedNode):
    """The first reflections of a shoebox room, up to the third order, 62 images of the source.

    Give it before a reverb's late part, or alone for a small room. The direct sound passes at its own time and level;
    reflections come as much later, and as much softer, as their way is longer. Every channel is a microphone that looks
    to its loudspeaker. An LFE channel neither feeds the room nor hears it.

    Source: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65 (1979).
    """

    name = "early_reflections"
    summary = "The first reflections of a room, by its size and the distance of the source, in any layout."
    parameters = (
        Parameter(
            "room_size_m", 8.0, 2.0, 60.0, unit="m", taper="log", smoothing_ms=FADE_MS, summary="length of the room"
        ),
        Parameter(
            "distance_m", 2.0, 0.3, 20.0, unit="m", taper="log", smoothing_ms=FADE_MS,
            summary="from source to listener; at most to the wall",
        ),
        Parameter(
            "absorption_percent", 40.0, 1.0, 99.0, unit="%", smoothing_ms=FADE_MS, summary="energy that a wall takes"
        ),
        Parameter("dry_db", 0.0, -120.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="of the direct sound"),
        Parameter("wet_db", -6.0, -120.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="of the reflections"),
    )  # fmt: skip

    def targets(self) -> tuple[float, ...]:
        """Dry, wet; -120 dB is silence."""
        return tuple(
            db_to_linear(self.values[name]) if self.values[name] > -120.0 else 0.0 for name in ("dry_db", "wet_db")
        )

    def prepare(self, stream: StreamFormat) -> None:
        """Build the room."""
        super().prepare(stream)
        speakers = stream.layout.speakers
        directions = np.array([_direction(each, len(speakers)) for each in speakers])
        fed = max(1, sum(not each.lfe for each in speakers))
        self._images = ImageSources(directions, fed, stream.sample_rate, self.parameters[0].maximum)
        self._furnish()
        self._images.reset()
        self.tail_frames = self._images.longest_frames

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Reflect."""
        self._images.process(block, out, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Fade to the new room."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._furnish()

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._images.reset()

    def _furnish(self) -> None:
        value = self.values
        self._images.set_room(value["room_size_m"], value["distance_m"], value["absorption_percent"] / 100.0)


def _direction(speaker: Speaker, channels: int) -> tuple[float, float, float]:
    """Where a channel's microphone looks (ahead, left, up); zeros for one that hears nothing."""
    if speaker.lfe:
        return (0.0, 0.0, 0.0)
    azimuth_deg = math.copysign(STEREO_DEG, speaker.azimuth_deg) if channels == 2 else speaker.azimuth_deg
    azimuth, elevation = math.radians(azimuth_deg), math.radians(speaker.elevation_deg)
    return (math.cos(azimuth) * math.cos(elevation), math.sin(azimuth) * math.cos(elevation), math.sin(elevation))


def _stereo(layout: Layout, effect: str, *, mono: bool = False) -> Layout:
    if layout.channels != 2 and not (mono and layout.channels == 1):
        allowed = "mono or stereo" if mono else "stereo"
        raise LayoutError(f"{layout.name} does not fit {effect}", where=effect, mend=f"give it {allowed}")
    return layout_named("stereo")


class StereoWidth(SmoothedNode):
    """Width of a stereo sound: the difference of its channels at another level, and none of it in the bass.

    At 0 % it is mono, at 100 % and a bass limit of 0 Hz it is untouched. Below `bass_mono_hz` the difference is taken
    away by a second-order high pass (Butterworth), so that the bass stands in the middle; the sum never changes.

    Source: A. D. Blumlein, British patent 394 325 (1931), for sum and difference.
    """

    name = "stereo_width"
    summary = "Narrows or widens a stereo sound, and keeps its bass in the middle."
    parameters = (
        Parameter(
            "width_percent", 140.0, 0.0, 200.0, unit="%", smoothing_ms=SMOOTHING_MS, summary="0 mono, 100 as it is"
        ),
        Parameter(
            "bass_mono_hz",
            0.0,
            0.0,
            500.0,
            unit="Hz",
            smoothing_ms=SMOOTHING_MS,
            summary="below this all is mono; 0: off",
        ),
    )
    _sample_rate = 48_000.0

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError for anything else."""
        return _stereo(layout, self.name)

    def targets(self) -> tuple[float, ...]:
        """Level of the difference; corner of its high pass, as the tangent of half its angle."""
        value = self.values
        return (value["width_percent"] / 100.0, math.tan(math.pi * value["bass_mono_hz"] / self._sample_rate))

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel."""
        self.output_layout(stream.layout)
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._state = np.zeros(2)
        self._run = run_width.ready()
        self.tail_frames = math.ceil(self._sample_rate * 0.5)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Widen."""
        self._run(block, out, self._state, self.ramp_state)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._state.fill(0.0)


class Haas(SmoothedNode):
    """A sound that comes from one side because the other is later: precedence, at equal level.

    Up to about 1 ms the sound wanders to the earlier side; up to 35 ms it stays there and grows wide; beyond, an echo
    is heard. In a mono sum the two are a comb. A new time fades in.

    Source: H. Haas, "The influence of a single echo on the audibility of speech", Acustica 1 (1951), 49-58.
    """

    name = "haas"
    summary = "Places and widens a sound by delaying one side."
    parameters = (
        Parameter(
            "delay_ms", 12.0, -40.0, 40.0, unit="ms", smoothing_ms=FADE_MS, summary="above 0 right is late, below left"
        ),
        Parameter(
            "late_side_db", 0.0, -24.0, 6.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level of the late side"
        ),
    )

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError unless the input is mono or stereo."""
        return _stereo(layout, self.name, mono=True)

    def targets(self) -> tuple[float, ...]:
        """Level of left and of right."""
        late = db_to_linear(self.values["late_side_db"])
        return (late, 1.0) if self.values["delay_ms"] < 0.0 else (1.0, late)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the lines."""
        self.output_layout(stream.layout)
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        longest = ms_to_frames(self.parameters[0].maximum, self._sample_rate)
        self._fade_frames = max(1, ms_to_frames(FADE_MS, self._sample_rate))
        self._ring = np.zeros((2, longest + 1), dtype=np.float32)
        self._state = np.zeros(5, dtype=np.int64)
        self._run = run_haas.ready()
        self._state[3] = self._delay_frames()
        self.reset()
        self.tail_frames = longest

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Delay one side."""
        self._run(block, out, self._ring, self._state, self._fade_frames, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Fade to the new time."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._state[3] = self._delay_frames()

    def reset(self) -> None:
        """Forget all sound; the time is the wanted one."""
        super().reset()
        if self._ramps is not None:
            self._ring.fill(0.0)
            wanted = self._state[3]
            self._state[:] = (0, wanted, wanted, wanted, 0)

    def _delay_frames(self) -> int:
        return round(self.values["delay_ms"] / 1000.0 * self._sample_rate)
