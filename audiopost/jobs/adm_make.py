"""A master of beds, objects and scenes, made of the files that a scene names.

Source: `audiopost.media.adm.write`.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.errors import UsageError
from audiopost.jobs.job import BLOCK_FRAMES, Progress, Stage
from audiopost.library.scene_file import ScenePart, load_scene
from audiopost.media.adm.write import adm_writer
from audiopost.media.audio_file import AudioReader, open_audio
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists

__all__ = ["AdmMade", "make_adm"]


@dataclass(frozen=True)
class AdmMade:
    """What was written."""

    output: Path
    programme: str
    parts: int
    tracks: int
    sample_rate_hz: int
    frames: int
    clipped_samples: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**vars(self), "output": str(self.output), "notes": list(self.notes), "error": None}


def make_adm(
    scene: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    bits: Bits = "24",
    exists: Exists = "fail",
    progress: Progress | None = None,
) -> AdmMade:
    """Write the master of a scene file: BW64 with ``chna`` and ``axml``.

    Parameters
    ----------
    scene
        See `audiopost.library.scene_file`.
    output
        The file to be made. Parts that are shorter than the longest end in silence.
    bits
        Word length: ``16``, ``24``, ``32`` or ``32f``.
    exists
        What to do where it is there already; a part is never overwritten.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    PresetError
        If the scene file is wrong.
    FileError
        If a part cannot be read, or the output not written; then nothing of it remains.
    UsageError
        If a part has not as many channels as it says, or another sample rate than the first.
    """
    found = load_scene(Path(scene))
    with ExitStack() as stack:
        readers = [stack.enter_context(open_audio(part.path)) for part in found.parts]
        rate = readers[0].sample_rate
        for part, reader in zip(found.parts, readers, strict=True):
            _refuse_misfits(part, reader, rate)
        frames = max(reader.frames for reader in readers)
        tracks = sum(reader.channels for reader in readers)
        stage = Stage(progress, f"writing {Path(output).name}")
        writer = adm_writer(
            output, rate, [each.part for each in found.parts], frames, programme=found.name, bits=bits, exists=exists,
            protected=[reader.path for reader in readers],
        )  # fmt: skip
        with writer:
            for begin in range(0, frames, BLOCK_FRAMES):
                block = np.zeros((tracks, min(BLOCK_FRAMES, frames - begin)), np.float32)
                track = 0
                for reader in readers:
                    piece = reader.read(block.shape[1])
                    block[track : track + reader.channels, : piece.shape[1]] = piece
                    track += reader.channels
                writer.write(block)
                stage.report(begin + block.shape[1], frames)
        notes = tuple(f"{reader.path.name}: {note}" for reader in readers for note in reader.notes)
        return AdmMade(Path(output), found.name, len(found.parts), tracks, rate, frames, writer.clipped_samples, notes)


def _refuse_misfits(part: ScenePart, reader: AudioReader, rate: int) -> None:
    wanted = part.part.tracks
    if reader.channels != wanted:
        what = f"has {reader.channels} channels, {part.part.name!r} needs {wanted}"
        raise UsageError(what, where=str(reader.path), mend="give another file, or say what it is")
    if reader.sample_rate != rate:
        what = f"has {reader.sample_rate} Hz, the first part {rate}"
        raise UsageError(what, where=str(reader.path), mend=f"`audiopost convert --rate {rate}` brings it there")
