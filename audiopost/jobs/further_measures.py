"""What can be measured of a programme besides loudness and peaks, where somebody asks for it.

Each of these costs a pass of its own over the sound while it is read, so none is made unasked; nor is its module
imported, for a short file is measured in less time than it takes to start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audiopost.blocks import AudioBlock
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.job import Stage
from audiopost.layouts import Layout
from audiopost.media.joined_files import open_programme

if TYPE_CHECKING:
    from audiopost.loudness.dialogue import DialogueLoudness, DialogueMeter
    from audiopost.loudness.leq_m import LeqM, LeqMConvention, LeqMMeter
    from audiopost.loudness.rms import RmsMeter

__all__ = ["NOTHING_FURTHER", "NOTHING_MEASURED", "Further", "FurtherMeasures", "FurtherMeters"]


@dataclass(frozen=True)
class Further:
    """What to measure besides loudness.

    Attributes
    ----------
    rms
        RMS level and noise floor, as audiobook publishers ask for them.
    leq_m
        Leq(m) in one of its conventions; None for no Leq(m).
    dialogue
        Loudness under speech, found by the open detector.
    dialogue_stem
        A file whose activity says where speech is, in place of the detector; it begins when the programme does.
    """

    rms: bool = False
    leq_m: LeqMConvention | None = None
    dialogue: bool = False
    dialogue_stem: str | os.PathLike[str] | None = None

    @property
    def measures_dialogue(self) -> bool:
        """Whether dialogue is asked for, in either way."""
        return self.dialogue or self.dialogue_stem is not None


NOTHING_FURTHER = Further()


@dataclass(frozen=True)
class FurtherMeasures:
    """What was measured of that; None for what was not, or is undefined.

    `notes` are sentences for the person who asked.
    """

    rms_dbfs: float | None = None
    noise_floor_dbfs: float | None = None
    leq_m: LeqM | None = None
    dialogue: DialogueLoudness | None = None
    notes: tuple[str, ...] = field(default=())


NOTHING_MEASURED = FurtherMeasures()


class FurtherMeters:
    """The meters for one programme.

    Parameters
    ----------
    further
        What is asked.
    sample_rate, layout
        Of the programme.
    extent
        The part of the stem that runs beside what is measured.

    Raises
    ------
    UsageError
        If the speech detector is not installed, or the layout has no Leq(m).
    FileError
        If the stem cannot be read.
    """

    def __init__(self, further: Further, sample_rate: int, layout: Layout, extent: Extent = WHOLE) -> None:
        self._rms: RmsMeter | None = None
        self._leq_m: LeqMMeter | None = None
        self._dialogue: DialogueMeter | None = None
        if further.rms:
            from audiopost.loudness.rms import RmsMeter

            self._rms = RmsMeter(sample_rate, layout.channels)
        if further.leq_m is not None:
            from audiopost.loudness.leq_m import LeqMMeter

            self._leq_m = LeqMMeter(sample_rate, layout, further.leq_m)
        if further.measures_dialogue:
            self._dialogue = _dialogue_meter(further, sample_rate, layout, extent)

    def process(self, block: AudioBlock) -> None:
        """Take in a block of the programme."""
        for meter in (self._rms, self._leq_m, self._dialogue):
            if meter is not None:
                meter.process(block)

    def finish(self) -> FurtherMeasures:
        """What they found; the meters are then spent."""
        dialogue = None if self._dialogue is None else self._dialogue.finish()
        silent = dialogue is not None and dialogue.share == 0.0
        return FurtherMeasures(
            rms_dbfs=None if self._rms is None else self._rms.rms_dbfs,
            noise_floor_dbfs=None if self._rms is None else self._rms.noise_floor_dbfs,
            leq_m=None if self._leq_m is None else self._leq_m.result(),
            dialogue=dialogue,
            notes=("dialogue loudness is undefined: nobody speaks",) if silent else (),
        )


def _dialogue_meter(further: Further, sample_rate: int, layout: Layout, extent: Extent) -> DialogueMeter:
    from audiopost.loudness.dialogue import DialogueMeter, StemActivity

    if further.dialogue_stem is None:
        from audiopost.loudness.speech_detector import DetectedSpeech

        return DialogueMeter(sample_rate, layout, DetectedSpeech(sample_rate, layout))
    with open_programme(further.dialogue_stem) as stem:
        gate = StemActivity(stem.sample_rate, stem.layout)
        for block in blocks_within(stem, extent, Stage(None, "")):
            gate.take_in(block)
    return DialogueMeter(sample_rate, layout, gate)
