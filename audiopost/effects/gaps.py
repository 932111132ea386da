"""Gaps of a dialogue edit, filled with the tone of the room.

Notes
-----
Latency: none. Realtime: noise, one convolution of 2048 taps, and a compiled pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.convolution import PartitionedConvolution
from audiopost.dsp.noise import NoiseSource
from audiopost.dsp.resampling import resample
from audiopost.dsp.room_tone import room_filter, run_fill
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["RoomTone"]

FADE_MS = 40.0
HOLD_MS = 20.0
RELEASE_MS = 15.0


class RoomTone(SmoothedNode):
    """Fills the gaps of a dialogue edit with the tone of its room, learnt from a recording.

    The recording may be a take of room tone or the dialogue itself: its quietest tenth counts. Noise of that spectrum
    fades in where the sound lies below `threshold_dbfs` (an edit's digital silence, at the default), or sounds all the
    time. It is new at every moment, so there is no loop to hear, and each channel has its own.
    """

    name = "room_tone"
    summary = "Fills the gaps of an edit with the tone of the room, learnt from a recording."
    parameters = (
        Parameter(
            "threshold_dbfs", -80.0, -120.0, -20.0, unit="dBFS", smoothing_ms=SMOOTHING_MS,
            summary="peaks below this are a gap",
        ),
        Parameter(
            "level_db", 0.0, -24.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="against that of the recording"
        ),
    )  # fmt: skip
    settings = (
        Setting("recording", "path", summary="an audio file in which the room is heard"),
        Setting("where", "text", "gaps", choices=("gaps", "always"), summary="in gaps only, or all the time"),
        Setting("seed", "integer", 1, summary="another seed is another stretch of the same tone"),
    )
    exceptions: ClassVar[Mapping[str, str]] = {"latency": "silence before a sound is filled, which is the effect"}

    def targets(self) -> tuple[float, ...]:
        """Threshold and level as amplitudes."""
        return (db_to_linear(self.values["threshold_dbfs"]), db_to_linear(self.values["level_db"]))

    def prepare(self, stream: StreamFormat) -> None:
        """Learn the room.

        Raises
        ------
        FileError
            If the file cannot be read.
        UsageError
            If it holds nothing but silence.
        """
        super().prepare(stream)
        channels, rate = stream.layout.channels, stream.sample_rate
        path = str(self.setting_values["recording"])
        recording, recorded_hz = read_audio(path)
        taps = room_filter(resample(recording, recorded_hz, rate)) if recording.size else None
        if taps is None:
            raise UsageError("the recording of the room is silent", where=path, mend="give one in which it is heard")
        self._source = NoiseSource(channels, rate, int(self.setting_values["seed"]), pink=False)
        self._unity = Ramps(1, 1)
        self._unity.jump(0, 1.0)
        self._convolution = PartitionedConvolution(taps, channels)
        self._white = BlockMemory(channels, stream.maximum_frames)
        self._tone = BlockMemory(channels, stream.maximum_frames)
        self._always = int(self.setting_values["where"] == "always")
        self._release = math.exp(-1000.0 / (RELEASE_MS * rate))
        self._fade_step = 1000.0 / (FADE_MS * rate)
        self._hold_frames = ms_to_frames(HOLD_MS, rate)
        self._state = np.zeros(3)
        self._run = run_fill.ready()
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Fill."""
        white, tone = self._white.block(block.shape[1]), self._tone.block(block.shape[1])
        self._source.process(white, self._unity.state)
        self._convolution.process(white, tone)
        self._run(
            block, tone, out, self._state, self._release, self._fade_step, self._hold_frames, self._always,
            self.ramp_state,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; the tone begins anew."""
        super().reset()
        if self._ramps is not None:
            self._source.reset()
            self._convolution.reset()
            self._state.fill(0.0)
