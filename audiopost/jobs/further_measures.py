"""What can be measured of a programme besides loudness and peaks, where somebody asks for it.

Each of these costs a pass of its own over the sound while it is read, so none is made unasked; nor is its module
imported, for a short file is measured in less time than it takes to start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.job import Stage
from audiopost.layouts import Layout
from audiopost.media.joined_files import open_programme

if TYPE_CHECKING:
    from audiopost.jobs.downmix_meter import DownmixMeter
    from audiopost.loudness.audible import AudibleMeter
    from audiopost.loudness.dialogue import DialogueLoudness, DialogueMeter, HopPowers
    from audiopost.loudness.leq_m import LeqM, LeqMConvention, LeqMMeter
    from audiopost.loudness.rms import RmsMeter
    from audiopost.loudness.ungated import ShortTermSpan, UngatedMeter

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
    speech
        Where speech is, found on another version of the programme; in place of both.
    ungated
        Loudness without a gate, and how far short-term loudness strays.
    audible
        Silence at head and tail.
    course
        The power of every 100 ms, to plan slow riding by.
    downmix
        Loudness of the stereo down-mix (Lo/Ro, ITU-R BS.775).
    tracks
        True peak of the tracks of a master of objects, as they lie in the file.
    """

    rms: bool = False
    leq_m: LeqMConvention | None = None
    dialogue: bool = False
    dialogue_stem: str | os.PathLike[str] | None = None
    speech: DialogueLoudness | None = None
    ungated: bool = False
    audible: bool = False
    downmix: bool = False
    course: bool = False
    tracks: bool = False

    @property
    def measures_dialogue(self) -> bool:
        """Whether dialogue is asked for, in either way."""
        return self.dialogue or self.dialogue_stem is not None or self.speech is not None


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
    ungated_lkfs: float | None = None
    short_term: ShortTermSpan | None = None
    head_silence_s: float | None = None
    tail_silence_s: float | None = None
    downmix_lufs: float | None = None
    track_true_peak_dbtp: float | None = None
    course: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    """Weighted mean square of every 100 ms."""
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
        self._ungated: UngatedMeter | None = None
        self._audible: AudibleMeter | None = None
        self._downmix: DownmixMeter | None = None
        self._course: HopPowers | None = None
        if further.rms:
            from audiopost.loudness.rms import RmsMeter

            self._rms = RmsMeter(sample_rate, layout.channels)
        if further.leq_m is not None:
            from audiopost.loudness.leq_m import LeqMMeter

            self._leq_m = LeqMMeter(sample_rate, layout, further.leq_m)
        if further.measures_dialogue:
            self._dialogue = _dialogue_meter(further, sample_rate, layout, extent)
        if further.ungated:
            from audiopost.loudness.ungated import UngatedMeter

            self._ungated = UngatedMeter(sample_rate, layout)
        if further.audible:
            from audiopost.loudness.audible import AudibleMeter

            self._audible = AudibleMeter(sample_rate, layout.channels)
        if further.course:
            from audiopost.loudness.dialogue import HopPowers

            self._course = HopPowers(sample_rate, layout)
        if further.downmix:
            from audiopost.jobs.downmix_meter import DownmixMeter

            self._downmix = DownmixMeter(sample_rate, layout)

    def process(self, block: AudioBlock) -> None:
        """Take in a block of the programme."""
        meters = (self._rms, self._leq_m, self._dialogue, self._ungated, self._audible, self._downmix, self._course)
        for meter in meters:
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
            ungated_lkfs=None if self._ungated is None else self._ungated.loudness_lkfs,
            short_term=None if self._ungated is None else self._ungated.span,
            head_silence_s=None if self._audible is None else self._audible.head_s,
            tail_silence_s=None if self._audible is None else self._audible.tail_s,
            downmix_lufs=None if self._downmix is None else self._downmix.integrated_lufs,
            course=None if self._course is None else self._course.powers_of_marks(),
            notes=("dialogue loudness is undefined: nobody speaks",) if silent else (),
        )


def _dialogue_meter(further: Further, sample_rate: int, layout: Layout, extent: Extent) -> DialogueMeter:
    from audiopost.loudness.dialogue import DialogueMeter, KnownSpeech, StemActivity

    if further.speech is not None:
        return DialogueMeter(sample_rate, layout, KnownSpeech(further.speech))
    if further.dialogue_stem is None:
        from audiopost.loudness.speech_detector import DetectedSpeech

        return DialogueMeter(sample_rate, layout, DetectedSpeech(sample_rate, layout))
    with open_programme(further.dialogue_stem) as stem:
        gate = StemActivity(stem.sample_rate, stem.layout)
        for block in blocks_within(stem, extent, Stage(None, "")):
            gate.take_in(block)
    return DialogueMeter(sample_rate, layout, gate)
