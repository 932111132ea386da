"""What an editor needs before and after the sound is formed: time, polarity, leader, slate.

Notes
-----
Latency: none; a delay is wanted here. Realtime: one compiled pass. Accuracy: a delayed sample is the sample itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import gain as gains
from audiopost.dsp.delay_line import CrossfadingDelay, DelayedProduct
from audiopost.dsp.leader import lay_slate, run_leader
from audiopost.dsp.resampling import resample
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.layouts import Layout
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear, ms_to_frames, seconds_to_frames

__all__ = ["Polarity", "Slate", "TimeAlign", "TwoPop"]

CROSSFADE_MS = 50.0


class TimeAlign(SmoothedNode):
    """All channels later by one time, to the nearest frame; a new time fades in over 50 ms, in pitch.

    It declares no latency, so the graph does not undo it. `audiopost.dsp.alignment` finds by how much two recordings
    of one sound are apart.
    """

    name = "time_align"
    summary = "Delays a sound to the frame, to bring it in step with another."
    parameters = (
        Parameter("delay_ms", 0.0, 0.0, 2_000.0, unit="ms", smoothing_ms=CROSSFADE_MS, summary="how much later"),
    )

    def targets(self) -> tuple[float, ...]:
        """No feedback, no dry sound, all of the late one."""
        return (0.0, 0.0, 1.0)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the line."""
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        longest = ms_to_frames(self.parameters[0].maximum, stream.sample_rate)
        fade = ms_to_frames(CROSSFADE_MS, stream.sample_rate)
        self._line = CrossfadingDelay(stream.layout.channels, longest, fade, self._frames())
        self.tail_frames = self._frames() + fade

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Delay."""
        self._line.process(block, out, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Fade to the new time."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._line.aim(self._frames())
            self.tail_frames = max(self.tail_frames, self._frames())

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._line.reset()

    def _frames(self) -> int:
        return ms_to_frames(self.values["delay_ms"], self._sample_rate)


class Polarity(SmoothedNode):
    """The sign of all channels; a turn of the switch fades through zero in 20 ms."""

    name = "polarity"
    summary = "Inverts the polarity."
    parameters = (
        Parameter(
            "invert", 1.0, 0.0, 1.0, choices=("off", "on"), smoothing_ms=SMOOTHING_MS, summary="other side of zero"
        ),
    )

    def targets(self) -> tuple[float, ...]:
        """1 or -1."""
        return (-1.0 if self.values["invert"] >= 0.5 else 1.0,)

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel."""
        super().prepare(stream)
        self._scale = gains.scale.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Multiply by the sign."""
        self._scale(block, out, self.ramp_state)


class TwoPop(SmoothedNode):
    """A leader: line-up tone from the beginning, silence, and the 2-pop, one frame of picture long, two seconds before
    the programme. The programme itself is placed behind it by the editor.

    Source: the line-up levels are those of SMPTE RP 155 (-20 dBFS) and EBU R 68 (-18 dBFS: turn `level_dbfs`).
    """

    name = "two_pop"
    summary = "Line-up tone and 2-pop before a programme."
    generates = True
    parameters: tuple[Parameter, ...] = (
        Parameter(
            "level_dbfs", -20.0, -60.0, 0.0, unit="dBFS", smoothing_ms=SMOOTHING_MS, summary="of tone and pop, AES17"
        ),
    )
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("tone_s", "number", 5.0, summary="length of the line-up tone from the beginning; 0: none"),
        Setting("programme_s", "number", 10.0, summary="where the programme begins; the pop is 2 s before"),
        Setting("picture_hz", "number", 25.0, summary="pictures a second: how long the pop is"),
        Setting("frequency_hz", "number", 1_000.0, summary="of tone and pop"),
    )

    def targets(self) -> tuple[float, ...]:
        """Amplitude."""
        return (db_to_linear(self.values["level_dbfs"]),)

    def prepare(self, stream: StreamFormat) -> None:
        """Place tone and pop.

        Raises
        ------
        UsageError
            If the tone reaches into the pop, or a setting is no possible number.
        """
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        tone_s, programme_s, picture_hz, frequency_hz = (
            float(self.setting_values[name]) for name in ("tone_s", "programme_s", "picture_hz", "frequency_hz")
        )
        if not (0.0 <= tone_s <= programme_s - 2.0 and 10.0 <= picture_hz <= 120.0):
            raise UsageError(
                f"no leader has {tone_s:g} s of tone, a pop at {programme_s - 2.0:g} s and {picture_hz:g} pictures/s",
                where=self.name,
                mend="let the tone end 2 s before programme_s or earlier, and give 10 to 120 pictures a second",
            )
        if not 20.0 <= frequency_hz < self._sample_rate / 2.0:
            raise UsageError(
                f"frequency_hz = {frequency_hz:g} is out of range",
                where=self.name,
                mend="give a pitch from 20 Hz to half the sample rate",
            )
        pop = seconds_to_frames(programme_s - 2.0, self._sample_rate)
        length = max(1, seconds_to_frames(1.0 / picture_hz, self._sample_rate))
        tone = seconds_to_frames(tone_s, self._sample_rate)
        fade = max(1, min(ms_to_frames(5.0, self._sample_rate), tone // 2))
        self._places = np.array([tone, pop, length, fade], dtype=np.int64)
        self._frequency_hz = frequency_hz
        self._frame = np.zeros(1, dtype=np.int64)
        self._run = run_leader.ready()
        self.tail_frames = pop + length

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Fill `out`; the input is ignored."""
        self._run(out, self._frame, self._places, self._frequency_hz, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._frame.fill(0)


class Slate(TwoPop):
    """A programme with its leader: line-up tone, somebody who says what it is, silence, the 2-pop, and the programme.

    The recording of the slate is heard from `slate_s` on, from the centre loudspeaker where there is one, else from all
    but LFE; without a recording there is none. The programme comes `programme_s` later than it came in, to the frame.

    Source: as `two_pop`.
    """

    name = "slate"
    summary = "Puts line-up tone, a spoken slate and the 2-pop before a programme."
    generates = False
    parameters = (
        *TwoPop.parameters,
        Parameter(
            "slate_gain_db", 0.0, -60.0, 24.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level of the recording"
        ),
    )
    settings = (
        Setting("recording", "path", "", summary="an audio file in which somebody says what it is; empty: none"),
        Setting("tone_s", "number", 3.0, summary="length of the line-up tone from the beginning; 0: none"),
        Setting("slate_s", "number", 4.0, summary="where the recording begins"),
        *TwoPop.settings[1:],
    )
    exceptions: ClassVar[Mapping[str, str]] = {"latency": "the programme comes behind its leader, which is the effect"}

    def targets(self) -> tuple[float, ...]:
        """Amplitude of tone and pop, gain of the recording."""
        return (*super().targets(), db_to_linear(self.values["slate_gain_db"]))

    def prepare(self, stream: StreamFormat) -> None:
        """Read the recording, place everything.

        Raises
        ------
        FileError
            If the recording cannot be read.
        UsageError
            If tone, recording and pop do not come one after the other.
        """
        super().prepare(stream)
        rate, path = stream.sample_rate, str(self.setting_values["recording"])
        said = np.zeros((1, 0), np.float32)
        if path:
            recording, recorded_hz = read_audio(path)
            said = resample(recording, recorded_hz, rate).mean(axis=0, dtype=np.float32, keepdims=True)
        begin = seconds_to_frames(float(self.setting_values["slate_s"]), rate)
        tone, pop = int(self._places[0]), int(self._places[1])
        if path and not tone <= begin <= begin + said.shape[1] <= pop:
            raise UsageError(
                f"the recording lasts from {begin / rate:g} to {(begin + said.shape[1]) / rate:g} s, "
                f"between a tone until {tone / rate:g} s and a pop at {pop / rate:g} s",
                where=self.name,
                mend="give a shorter one, a later programme_s or another slate_s",
            )
        self._said, self._begin = np.ascontiguousarray(said[0]), begin
        self._heard_from = _slate_channels(stream.layout)
        programme = max(1, seconds_to_frames(float(self.setting_values["programme_s"]), rate))
        self._delay = DelayedProduct(stream.layout.channels, programme)
        self._unity = np.ones(stream.maximum_frames)
        self._leader = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._lay = lay_slate.ready()
        self.tail_frames = programme

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Lay the leader over the programme that was held back: one ends before the other begins."""
        leader, frame = self._leader.block(block.shape[1]), int(self._frame[0])
        super().process(block, leader)
        self._delay.process(block, self._unity, out)
        self._lay(leader, self._said, self._begin - frame, self._heard_from, out, self.ramp_state)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._delay.reset()


def _slate_channels(layout: Layout) -> NDArray[np.float64]:
    """How much of the recording each channel gets."""
    labels = layout.labels
    if "C" in labels:
        return np.array([float(label == "C") for label in labels])
    return np.array([0.0 if speaker.lfe or speaker.silent else 1.0 for speaker in layout.speakers])
