"""The loudness of one file, from its first frame to its last."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from numpy.typing import ArrayLike

from audiopost.blocks import as_block
from audiopost.errors import UsageError
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.further_measures import NOTHING_FURTHER, NOTHING_MEASURED, Further, FurtherMeasures, FurtherMeters
from audiopost.jobs.job import Progress, Stage, settle_layout
from audiopost.jobs.read_ahead import read_ahead
from audiopost.layouts import Layout, ambisonic_order, default_layout, discrete_layout, layout_named, scene_within
from audiopost.loudness.labelled import REPRESENTATIVE_S, LabelLoudness, by_label
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.replay_gain import replay_gain
from audiopost.loudness.result import Loudness, LoudnessHistory, Programme
from audiopost.loudness.segments import can_measure_segments, measure_segments
from audiopost.media.adm_choice import as_heard
from audiopost.media.audio_file import AudioReader, open_audio
from audiopost.media.file_faults import fault
from audiopost.media.joined_files import ChannelFiles, open_programme
from audiopost.media.new_file import NewFile, writing_text

__all__ = ["FileMeasurement", "measure", "measure_samples", "measurement_of", "track_true_peak_dbtp"]

OF_A_SCENE = (
    "of a scene W alone counts: what is heard is told by measuring what loudspeakers play of it (ambisonic_decode)"
)

_JSON_MEASURES = (
    "integrated_lufs", "loudness_range_lu", "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp",
    "true_peak_per_channel_dbtp", "sample_peak_dbfs", "plr_lu", "psr_min_lu", "relative_threshold_lufs",
)  # fmt: skip


@dataclass(frozen=True)
class FileMeasurement:
    """What was measured on a file, and what the file is."""

    path: Path
    sample_rate_hz: int
    channels: int
    layout: str
    """Name of the layout that the channels were weighted by."""
    duration_s: float
    loudness: Loudness
    notes: tuple[str, ...] = ()
    """What a careful person would want to know: an assumed layout, a wrong header, samples that were no numbers."""
    bits: str = ""
    """Word length in the file: ``8``, ``16``, ``24``, ``32``, ``32f``, ``64f`` or ``lossy``."""
    container: str = ""
    """``wav``, ``rf64``, ``bw64``, ``flac`` ..."""
    bit_rate_kbps: float | None = None
    """Mean bit rate of a lossy file."""
    further: FurtherMeasures = NOTHING_MEASURED
    """What was asked besides loudness."""
    start_s: float = 0.0
    """Where in the file the measured part begins; `duration_s` is its length."""
    parts: tuple[Path, ...] = ()
    """The files of a programme that lies in one file per channel."""
    renderer: str = ""
    """What made the measured channels of a programme of objects: its loudness is that of this rendering."""
    labels: tuple[LabelLoudness, ...] = ()
    """What was measured under each label."""
    programme: Programme | None = field(default=None, repr=False, compare=False)
    """The blocks behind the loudness, to pool it with that of other files."""

    def at(self, path: Path, files: Sequence[Path]) -> FileMeasurement:
        """The same of files that have got their names."""
        return replace(self, path=path, parts=tuple(files) if len(files) > 1 else ())

    def with_notes(self, notes: tuple[str, ...]) -> FileMeasurement:
        """The same with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def to_json(self, album: Loudness | None = None) -> dict[str, Any]:
        """The file's object in the document of ``audiopost measure --json``; what is undefined is None.

        `album` is the loudness of the album that the file belongs to, for the ReplayGain values.
        """
        document: dict[str, Any] = {
            "path": str(self.path),
            "sample_rate_hz": self.sample_rate_hz,
            "channels": self.channels,
            "layout": self.layout,
            "renderer": self.renderer or None,
            "duration_s": self.duration_s,
        }
        for name in _JSON_MEASURES:
            document[name] = _defined(getattr(self.loudness, name))
        further = self.further
        first = self.loudness.non_finite_first_frame
        return document | {
            "rms_dbfs": _defined(further.rms_dbfs),
            "noise_floor_dbfs": _defined(further.noise_floor_dbfs),
            "leq_m_db": None if further.leq_m is None else _defined(further.leq_m.level_db),
            "leq_m_convention": None if further.leq_m is None else further.leq_m.convention_in_words,
            "replaygain": replay_gain(self.loudness, album).to_json(),
            "dialogue": None if further.dialogue is None else further.dialogue.to_json(),
            "labels": [label.to_json() for label in self.labels],
            "start_s": self.start_s,
            "parts": [str(part) for part in self.parts],
            "non_finite": {
                "samples": self.loudness.non_finite_samples,
                "first_s": None if first is None else self.start_s + first / self.sample_rate_hz,
            },
            "notes": list(self.notes),
            "error": None,
        }


def _defined(value: float | tuple[float, ...] | None) -> float | list[float | None] | None:
    if isinstance(value, tuple):
        return [each if math.isfinite(each) else None for each in value]
    return value if value is not None and math.isfinite(value) else None


def measure(
    path: str | os.PathLike[str],
    *,
    layout: str | Layout | None = None,
    dual_mono: bool = False,
    progress: Progress | None = None,
    history: str | os.PathLike[str] | None = None,
    extent: Extent = WHOLE,
    further: Further = NOTHING_FURTHER,
    labels: Sequence[tuple[float, str]] = (),
) -> FileMeasurement:
    """Measure the loudness of a file.

    Parameters
    ----------
    path
        Any file that `open_audio` reads, or the `ChannelFiles` of one programme. A file of the Audio Definition Model
        is rendered first; `audiopost.media.adm.adm_file.AdmFile` says which programme, or that it is not to be.
    layout
        Overrides what the file says of its channels; where it is rendered, what it is rendered to.
    dual_mono
        Measures a mono file as the two equal loudspeakers that it will be played on: 3.01 LU louder.
    progress
        See `audiopost.jobs.job`.
    history
        A CSV file to be made or replaced: momentary and short-term loudness and true peak every 100 ms.
    extent
        The part of the file to measure, as if it were all.
    further
        What to measure besides loudness.
    labels
        From which second of the file on which label holds, in order: the loudness under each is measured too.

    Raises
    ------
    FileError
        If the file cannot be read, or the history not written.
    UnknownNameError, UsageError
        If the layout does not exist or does not fit, nothing lies in the extent, or a further measure cannot be made.
    """
    path = as_heard(path, layout)
    with open_programme(path) as reader, ExitStack() as stack:
        chosen = settle_layout(reader, layout, dual_mono=dual_mono)
        if ambisonic_order(scene_within(chosen)) is not None:
            reader.note(OF_A_SCENE)
        text = None
        if history is not None:
            inputs = path.parts if isinstance(path, ChannelFiles) else (reader.path,)
            text = stack.enter_context(writing_text(NewFile(history, "replace", inputs)))
        stage = Stage(progress, f"measuring {reader.path.name}")
        programme, measured = None, NOTHING_MEASURED
        labelled: tuple[LabelLoudness, ...] = ()
        if text is None and further == NOTHING_FURTHER and not labels:
            programme = _in_segments(reader, chosen, extent, stage)
        if programme is None:
            meter = LoudnessMeter(reader.sample_rate, chosen)
            meters = FurtherMeters(further, reader.sample_rate, chosen, extent)
            for block in read_ahead(blocks_within(reader, extent, stage)):
                meter.process(block)
                meters.process(block)
            if text is not None:
                _write_history(text, meter.history(), float(extent.start_s))
            if labels:
                labelled = _labelled(reader, meter, labels, float(extent.start_s))
            programme, measured = meter.programme(), meters.finish()
        found = measurement_of(reader, chosen, programme.loudness, float(extent.start_s))
        if further.tracks:
            measured = replace(measured, track_true_peak_dbtp=track_true_peak_dbtp(reader, extent, stage))
        return replace(
            found,
            duration_s=programme.loudness.frames / reader.sample_rate,
            notes=found.notes + measured.notes,
            further=measured,
            labels=labelled,
            parts=path.parts if isinstance(path, ChannelFiles) else (),
            programme=programme,
        )


def track_true_peak_dbtp(reader: AudioReader, extent: Extent, stage: Stage) -> float | None:
    """The highest true peak of the tracks behind a rendering, beds and objects alike; None for what is not rendered."""
    if not reader.renderer:
        return None
    with open_audio(reader.path) as tracks:
        layout = discrete_layout(tracks.channels)
        programme = _in_segments(tracks, layout, extent, stage)
        if programme is not None:
            return programme.loudness.true_peak_dbtp
        meter = LoudnessMeter(tracks.sample_rate, layout)
        for block in read_ahead(blocks_within(tracks, extent, stage)):
            meter.process(block)
        return meter.true_peak_dbtp


def _labelled(
    reader: AudioReader, meter: LoudnessMeter, labels: Sequence[tuple[float, str]], start_s: float
) -> tuple[LabelLoudness, ...]:
    """By label, of labels that count from the beginning of the file."""
    duration_s = meter.frames / reader.sample_rate
    if duration_s < REPRESENTATIVE_S:
        reader.note(f"{duration_s / 60.0:.1f} min; what a player hears is told by 30 min and more (ASWG-R001)")
    if labels[0][0] > start_s + duration_s:
        reader.note("it ends before the first label")
    moved = [(max(0.0, begin_s - start_s), label) for begin_s, label in labels]
    return by_label(meter.history(), [each for each in moved if each[0] <= duration_s], duration_s)


def _in_segments(reader: AudioReader, layout: Layout, extent: Extent, stage: Stage) -> Programme | None:
    """The loudness of sound that lies in the file as plain words; None where it must be read from end to end."""
    words = reader.words()
    if words is None or not can_measure_segments(reader.sample_rate):
        return None
    begin, end = extent.frames_of(reader)

    def report(frames: int) -> None:
        stage.report(frames, end - begin)

    try:
        return measure_segments(words.part(begin, end), reader.sample_rate, layout, report=report)
    except OSError as error:
        raise fault(reader.path, error) from error


def measure_samples(samples: ArrayLike, sample_rate: int, layout: str | Layout | None = None) -> Loudness:
    """Measure the loudness of an array.

    Parameters
    ----------
    samples : array, (channels, frames) or (frames,)
        Full scale 1.0.
    sample_rate
        In Hz.
    layout
        A layout or its name; without it, what the number of channels most likely means.

    Raises
    ------
    UnknownNameError, UsageError
        If the layout does not exist or does not fit, or the array is not audio.

    >>> import numpy as np
    >>> measure_samples(np.zeros((2, 48_000), np.float32), 48_000).integrated_lufs is None
    True
    """
    block = as_block(samples)
    chosen = layout_named(layout) if isinstance(layout, str) else layout or default_layout(block.shape[0])
    if chosen.channels != block.shape[0]:
        raise UsageError(f"{chosen.name} has {chosen.channels} channels, the array has {block.shape[0]}")
    meter = LoudnessMeter(sample_rate, chosen)
    meter.process(block)
    return meter.result()


def measurement_of(reader: AudioReader, layout: Layout, loudness: Loudness, start_s: float = 0.0) -> FileMeasurement:
    """What a meter found from `start_s` on, and what the reader knows of the file: for jobs that read it themselves."""
    notes = reader.notes
    if loudness.non_finite_samples:
        first_s = start_s + (loudness.non_finite_first_frame or 0) / reader.sample_rate
        notes += (f"{loudness.non_finite_samples} samples are no numbers, the first at {first_s:.3f} s: taken as 0",)
    return FileMeasurement(
        path=reader.path,
        sample_rate_hz=reader.sample_rate,
        channels=reader.channels,
        layout=layout.name,
        duration_s=reader.duration_s,
        loudness=loudness,
        notes=notes,
        bits=reader.stored_bits,
        container=reader.container_name,
        parts=reader.files if len(reader.files) > 1 else (),
        bit_rate_kbps=_bit_rate_kbps(reader),
        start_s=start_s,
        renderer=reader.renderer,
    )


def _bit_rate_kbps(reader: AudioReader) -> float | None:
    """Of all the file's bytes; tags make it a little high."""
    if reader.stored_bits != "lossy" or not reader.frames:
        return None
    return reader.path.stat().st_size * 8.0 / 1000.0 / reader.duration_s


def _write_history(text: TextIO, history: LoudnessHistory, start_s: float) -> None:
    """One line a reading, at its time in the file; a cell is empty where the window is not yet whole."""
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("time_s", "momentary_lufs", "short_term_lufs", "true_peak_dbtp"))
    levels = (history.momentary_lufs, history.short_term_lufs, history.true_peak_dbtp)
    for time_s, *readings in zip(history.time_s, *levels, strict=True):
        lines.writerow(
            (f"{start_s + time_s:.3f}", *("" if math.isnan(level) else f"{level:.2f}" for level in readings))
        )
