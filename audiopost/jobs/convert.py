"""Files in another form: format, word length, sample rate, channels, one file or one a channel, a part of it, a speed.

::

    open_programme ─▶ extent ─▶ Fold ─▶ Resampler ─▶ words ─▶ programme_writer
                                 └ speed: resampled, or stretched as a whole where the pitch stays
                                                     └ what the input carries beside its sound, corrected

Nothing is done to the level: what is beyond full scale after folding or resampling is clipped, counted and told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.dsp.dither import Dither
from audiopost.dsp.resampling import Resampler
from audiopost.errors import UsageError
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.fold import Fold
from audiopost.jobs.job import Progress, Stage, layout_to_write, settle_layout
from audiopost.jobs.outputs import OutputPlace, carried_to, kept_apart, output_folder, refuse_collisions
from audiopost.layouts import Layout
from audiopost.media.audio_file import AudioReader
from audiopost.media.carried import Coding
from audiopost.media.containers import Bits, FileKind, container_for
from audiopost.media.joined_files import open_programme
from audiopost.media.new_file import Exists
from audiopost.media.programme_files import ProgrammePath, as_programme, files_of, programme_writer
from audiopost.plugins.time_stretching import refuse_too_long, time_stretched

__all__ = ["ConvertResult", "conversion_folders", "convert", "speed_of"]


UNCHANGED = Fraction(1)
SLOWEST, FASTEST = Fraction(1, 4), Fraction(4)


@dataclass(frozen=True)
class ConvertResult:
    """What was written, and what is worth knowing of it."""

    path: Path
    outputs: tuple[Path, ...]
    sample_rate_hz: int
    layout: str
    frames: int
    bits: str
    container: str
    clipped_samples: int
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the output in seconds."""
        return self.frames / self.sample_rate_hz

    def to_json(self) -> dict[str, Any]:
        """The file's object in the document of ``audiopost convert --json``."""
        return {
            "path": str(self.path),
            "outputs": [str(path) for path in self.outputs],
            "sample_rate_hz": self.sample_rate_hz,
            "layout": self.layout,
            "duration_s": self.duration_s,
            "bits": self.bits,
            "container": self.container,
            "clipped_samples": self.clipped_samples,
            "notes": list(self.notes),
            "error": None,
        }


def conversion_folders(
    sources: Sequence[ProgrammePath],
    output: Path,
    format: str | None = None,  # noqa: A002
    exists: Exists = "fail",
) -> tuple[Path, ...]:
    """The folder for the result of every input: one, or, where two have the same name, those in which they differ.

    Raises UsageError where that does not keep them apart, and they are not to be numbered.
    """
    place = OutputPlace(output, "fail")
    firsts = [files_of(source)[0] for source in sources]
    names = [path.name if format is None else path.stem for path in firsts]
    if len(set(names)) < len(names):
        place = kept_apart(place, firsts)
    folders = tuple(place.folder_of(source) for source in sources)
    if exists != "number":
        refuse_collisions((path, folder / name) for path, folder, name in zip(firsts, folders, names, strict=True))
    return folders


def speed_of(text: str) -> Fraction:
    """A speed as people write it: 25/24, 1.04. Raises UsageError if it is none, or out of range.

    >>> speed_of("25/24")
    Fraction(25, 24)
    """
    try:
        speed = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{text!r} is no speed", mend="write it as 25/24 or 1.04") from None
    if not SLOWEST <= speed <= FASTEST:
        raise UsageError(f"a speed of {text} is out of range", mend=f"give {SLOWEST} to {FASTEST}, as 25/24 or 1.04")
    return speed


def convert(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002
    bits: Bits | None = None,
    sample_rate: int | None = None,
    channels: str | None = None,
    kind: FileKind | None = None,
    layout: str | Layout | None = None,
    dither: Dither = "tpdf",
    extent: Extent = WHOLE,
    speed: Fraction = UNCHANGED,
    keep_pitch: bool = False,
    exists: Exists = "fail",
    progress: Progress | None = None,
) -> ConvertResult:
    """Write a file, or a programme of several, in another form.

    Parameters
    ----------
    path
        Any file that `open_audio` reads, the `ChannelFiles` of one programme, or `VideoTracks`.
    output
        Folder for the result, made if missing. It bears the name of the input.
    format, bits, sample_rate
        The input's by default, or the nearest that the format can hold.
    channels
        A layout, ``lo-ro`` or ``lt-rt``: see `audiopost.jobs.fold`.
    kind
        ``poly`` or ``monos``; as the input by default.
    layout
        Overrides what the input says of its channels.
    dither
        ``tpdf``, ``shaped`` or ``none``, where words are shortened.
    extent
        The part to write; time references and markers move with it.
    speed
        How much faster it plays, from 1/4 to 4: 25/24 brings a film from 24 to 25 pictures a second; markers go along.
    keep_pitch
        Whether the pitch stays (Rubber Band; all of the sound is then in memory) or follows the speed, as on a tape.
    exists
        What to do where an output is there already; an input is never overwritten.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    FileError
        If the input cannot be read or the output not written; then nothing of the output remains.
    UsageError, UnknownNameError
        If the form is wrong, or does not fit the sound.
    """
    source = as_programme(path)
    with open_programme(source) as reader, output_folder(Path(output)) as folder:
        own = settle_layout(reader, layout)
        container = reader.container if format is None else container_for(reader.path, format)
        rate = sample_rate or container.nearest_rate(reader.sample_rate)
        words = bits or container.nearest_bits(reader.bits)
        fold = None if channels is None else Fold(own, channels, reader.sample_rate)
        written = layout_to_write(reader, own) if fold is None else fold.layout
        begin, end = extent.frames_of(reader)
        if container.muxer and (extent != WHOLE or speed != UNCHANGED):
            raise UsageError("a film keeps its length", str(reader.path), "take a part of its sound: --format wav")
        if keep_pitch:
            refuse_too_long(end - begin, own.channels if fold is None else fold.layout.channels, reader.sample_rate)
        suffix = reader.path.suffix
        suffix = suffix if suffix.lower() in container.suffixes else container.suffixes[0]
        place = OutputPlace(folder, exists).path_of(source, suffix, own if fold is None else fold.layout, kind)
        coding = Coding(rate, words, written.channels, same_channels=fold is None or fold.moves_only)
        carried = [
            carried_to(reader, container, coding, reader.note, head_frames=begin, speed=speed, path=path)
            for path in reader.files
        ]
        stage = Stage(progress, f"converting {reader.path.name}")
        writer = programme_writer(
            place, rate, written, words, container.name, exists, files_of(source), dither=dither, carried=carried
        )
        with writer:
            for block in _at_speed(_folded(reader, extent, fold, stage), reader.sample_rate, rate, speed, keep_pitch):
                writer.write(block)
        return ConvertResult(
            path=reader.path,
            outputs=files_of(as_programme(writer.path)),
            sample_rate_hz=rate,
            layout=written.name,
            frames=writer.frames,
            bits="lossy" if container.lossy else words,
            container=container.name,
            clipped_samples=writer.clipped_samples,
            notes=tuple(dict.fromkeys(reader.notes)),
        )


def _folded(reader: AudioReader, extent: Extent, fold: Fold | None, stage: Stage) -> Iterator[AudioBlock]:
    non_finite = 0
    for block in blocks_within(reader, extent, stage):
        non_finite += clear_non_finite(block)[0]
        yield block if fold is None else fold.process(block)
    if fold is not None:
        yield fold.finish()
    if non_finite:
        reader.note(f"{non_finite} samples are no numbers: taken as 0")


def _at_speed(
    blocks: Iterator[AudioBlock], from_hz: int, to_hz: int, speed: Fraction, keep_pitch: bool
) -> Iterator[AudioBlock]:
    """At another rate and speed."""
    if keep_pitch and speed != UNCHANGED:
        whole = np.concatenate([block.copy() for block in blocks], axis=1)
        blocks, speed = iter((time_stretched(whole, from_hz, speed),)), UNCHANGED
    resampler: Resampler | None = None
    for block in blocks:
        if resampler is None:
            resampler = Resampler(block.shape[0], float(from_hz * speed), to_hz)
        yield resampler.process(block)
    if resampler is not None:
        yield resampler.finish()
