"""Delay, reverb, convolution.

Notes
-----
Latency: none in any of them: what is late here is wanted. `mix_percent` is the share of the effect in amplitude: at
100 % nothing of the dry sound remains, as on a send.
"""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import gain as gains
from audiopost.dsp.convolution import PartitionedConvolution
from audiopost.dsp.delay_line import CrossfadingDelay
from audiopost.dsp.feedback_network import GLIDE_MS, FeedbackNetwork
from audiopost.dsp.resampling import resample
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear, linear_to_db, ms_to_frames

__all__ = ["Convolution", "Delay", "Reverb", "read_response"]

CROSSFADE_MS = 50.0
"""A new delay time fades in for this long."""

TAIL_DB = 120.0
SOUND_DB = -60.0
END_DB = -80.0


def _percent(name: str, default: float, maximum: float, summary: str, smoothing_ms: float = SMOOTHING_MS) -> Parameter:
    return Parameter(name, default, 0.0, maximum, unit="%", smoothing_ms=smoothing_ms, summary=summary)


class Delay(SmoothedNode):
    """Echoes: each is `feedback_percent` of the one before it. A new time fades in over 50 ms, in pitch."""

    name = "delay"
    summary = "Echoes, up to 5 s apart."
    parameters = (
        Parameter(
            "delay_ms",
            350.0,
            1.0,
            5_000.0,
            unit="ms",
            taper="log",
            smoothing_ms=CROSSFADE_MS,
            summary="time between echoes",
        ),
        _percent("feedback_percent", 30.0, 98.0, "each echo's share of the one before"),
        _percent("mix_percent", 30.0, 100.0, "share of the echoes"),
    )

    def targets(self) -> tuple[float, ...]:
        """Feedback, dry, wet."""
        mix = self.values["mix_percent"] / 100.0
        return (self.values["feedback_percent"] / 100.0, 1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the memory for the longest delay."""
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        longest = ms_to_frames(self.parameters[0].maximum, stream.sample_rate)
        fade = ms_to_frames(CROSSFADE_MS, stream.sample_rate)
        self._line = CrossfadingDelay(stream.layout.channels, longest, fade, self._delay_frames())
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Echo."""
        self._line.process(block, out, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Fade to the new time."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._line.aim(self._delay_frames())
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget all echoes."""
        super().reset()
        if self._ramps is not None:
            self._line.reset()

    def _delay_frames(self) -> int:
        return max(1, ms_to_frames(self.values["delay_ms"], self._sample_rate))

    def _tail(self) -> int:
        feedback = self.values["feedback_percent"] / 100.0
        repeats = math.ceil(TAIL_DB / -linear_to_db(feedback)) if feedback > 1e-6 else 0
        return self._delay_frames() * (1 + repeats)


class _Wet(SmoothedNode):
    """A node that adds to the dry sound what it makes of it."""

    def targets(self) -> tuple[float, ...]:
        """Dry, wet."""
        mix = self.values["mix_percent"] / 100.0
        return (1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Make room for the wet sound."""
        super().prepare(stream)
        self._wet = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._mix = gains.mix.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Make the wet sound and mix it with the dry."""
        wet = self._wet.block(block.shape[1])
        self.make_wet(block, wet)
        self._mix(block, wet, out, self.ramp_state)

    @abstractmethod
    def make_wet(self, block: AudioBlock, wet: AudioBlock) -> None:
        """Fill `wet`, of the shape of `block`."""


class Reverb(_Wet):
    """A room: a feedback delay network of 16 lines for any layout, decorrelated in every channel.

    `decay_s` is the time in which the sound of the room decays by 60 dB at middle frequencies; `damping_percent`
    shortens it above 4 kHz, down to a tenth. An LFE channel neither feeds the room nor hears it.
    """

    name = "reverb"
    summary = "A room, from a booth to a hall, in any layout."
    parameters = (
        _percent("room_size_percent", 50.0, 100.0, "distance of the walls", smoothing_ms=GLIDE_MS),
        Parameter(
            "decay_s", 1.5, 0.1, 20.0, unit="s", taper="log", smoothing_ms=GLIDE_MS, summary="time of decay by 60 dB"
        ),
        _percent("damping_percent", 30.0, 100.0, "how much faster the highs decay", smoothing_ms=GLIDE_MS),
        Parameter(
            "predelay_ms",
            10.0,
            0.0,
            500.0,
            unit="ms",
            smoothing_ms=CROSSFADE_MS,
            summary="silence before the room answers",
        ),
        _percent("mix_percent", 25.0, 100.0, "share of the room"),
    )

    def prepare(self, stream: StreamFormat) -> None:
        """Build the room."""
        super().prepare(stream)
        channels = stream.layout.channels
        self._sample_rate = stream.sample_rate
        longest = ms_to_frames(self.parameters[3].maximum, stream.sample_rate)
        fade = ms_to_frames(CROSSFADE_MS, stream.sample_rate)
        self._predelay = CrossfadingDelay(channels, longest, fade, self._predelay_frames())
        self._delayed_only = Ramps(3, 1)
        self._delayed_only.jump(2, 1.0)
        self._delayed = BlockMemory(channels, stream.maximum_frames)
        self._network = FeedbackNetwork(
            tuple(not speaker.lfe for speaker in stream.layout.speakers), stream.sample_rate
        )
        self._furnish(at_once=True)
        self._network.reset()

    def make_wet(self, block: AudioBlock, wet: AudioBlock) -> None:
        """Wait, then reverberate."""
        delayed = self._delayed.block(block.shape[1])
        self._predelay.process(block, delayed, self._delayed_only.state)
        self._network.process(delayed, wet)

    def parameter_changed(self, name: str) -> None:
        """Glide to the new room."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._predelay.aim(self._predelay_frames())
            if name != "mix_percent":
                self._furnish(at_once=False)

    def reset(self) -> None:
        """Empty the room."""
        super().reset()
        if self._ramps is not None:
            self._predelay.reset()
            self._network.reset()

    def _predelay_frames(self) -> int:
        return ms_to_frames(self.values["predelay_ms"], self._sample_rate)

    def _furnish(self, *, at_once: bool) -> None:
        value = self.values
        self._network.set_room(
            value["room_size_percent"] / 100.0, value["decay_s"], value["damping_percent"] / 100.0, at_once=at_once
        )
        self.tail_frames = self._predelay_frames() + self._network.tail_frames


class Convolution(_Wet):
    """The sound of a measured room or device: convolution with an impulse response from a file.

    The file is converted to the stream's sample rate. A mono response serves every channel; otherwise it needs as
    many channels as the stream. Responses come at any level, so it is set to unit energy (white noise keeps its
    level) unless `normalize` is false. With `trim` the silence before its direct sound goes (what lies 60 dB under its
    peak), so that nothing is late, and so does the end that holds less than -80 dB of its energy: noise of the
    recording, which costs as much as sound.
    """

    name = "convolution"
    summary = "Convolves with an impulse response from a file, without latency."
    parameters = (
        _percent("mix_percent", 100.0, 100.0, "share of the convolved sound"),
        Parameter(
            "gain_db", 0.0, -60.0, 24.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level of the convolved sound"
        ),
    )
    settings = (
        Setting("impulse_response", "path", summary="an audio file with the impulse response"),
        Setting("normalize", "flag", True, summary="set the response to unit energy"),
        Setting("trim", "flag", False, summary="leave out the silence before and the noise behind the response"),
    )

    def targets(self) -> tuple[float, ...]:
        """Dry, wet with its gain."""
        dry, wet = super().targets()
        return (dry, wet * db_to_linear(self.values["gain_db"]))

    def prepare(self, stream: StreamFormat) -> None:
        """Read and transform the response.

        Raises
        ------
        FileError
            If the file cannot be read.
        LayoutError
            If it has neither one channel nor as many as the stream.
        UsageError
            If it is empty or silent.
        """
        super().prepare(stream)
        path = str(self.setting_values["impulse_response"])
        response = read_response(
            path, stream, normalize=bool(self.setting_values["normalize"]), trim=bool(self.setting_values["trim"])
        )
        self._convolution = PartitionedConvolution(response, stream.layout.channels)
        self.tail_frames = self._convolution.taps

    def make_wet(self, block: AudioBlock, wet: AudioBlock) -> None:
        """Convolve."""
        self._convolution.process(block, wet)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._convolution.reset()


def read_response(path: str, stream: StreamFormat, *, normalize: bool, trim: bool) -> AudioBlock:
    """An impulse response from a file, at the stream's rate, (1 or its channels, frames); see `Convolution`.

    Raises
    ------
    FileError, LayoutError, UsageError
        As `Convolution.prepare`.
    """
    response, sample_rate = read_audio(path)
    channels = stream.layout.channels
    if response.shape[0] not in (1, channels):
        raise LayoutError(
            f"the impulse response has {response.shape[0]} channels, the stream is {stream.layout.name}",
            where=path,
            mend=f"give a response of 1 or {channels} channels",
        )
    response = resample(response, sample_rate, stream.sample_rate)
    energy = float((response.astype("float64") ** 2).sum(axis=1).max()) if response.size else 0.0
    if not energy > 0.0:
        raise UsageError("the impulse response is empty or silent", where=path, mend="give another file")
    if trim:
        response = _trimmed(response)
    if normalize:
        response = response / math.sqrt(energy)
    return response.astype("float32")


def _trimmed(response: AudioBlock) -> AudioBlock:
    """From the first sound to where next to none of the energy is left, the same span in all channels."""
    size = np.abs(response).max(axis=0)
    start = int(np.argmax(size > db_to_linear(SOUND_DB) * size.max()))
    energy = np.cumsum((response.astype(np.float64) ** 2).sum(axis=0)[::-1])[::-1]
    end = int(np.flatnonzero(energy > db_to_linear(2.0 * END_DB) * energy[0])[-1]) + 1
    return np.ascontiguousarray(response[:, start:end])
