"""Programmes of the Audio Definition Model as files for loudspeakers or headphones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiopost.errors import UsageError
from audiopost.jobs.convert import convert
from audiopost.jobs.job import Progress
from audiopost.jobs.outputs import output_folder
from audiopost.jobs.render import render
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import RENDERER
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists

__all__ = ["BINAURAL", "AdmRendered", "render_adm"]

BINAURAL = "binaural"
"""What is named as a layout to have headphones."""

_VIRTUAL_LOUDSPEAKERS = "22.2"


@dataclass(frozen=True)
class AdmRendered:
    """A programme, rendered."""

    path: Path
    output: Path
    layout: str
    sample_rate_hz: int
    frames: int
    clipped_samples: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **vars(self),
            "path": str(self.path),
            "output": str(self.output),
            "renderer": RENDERER,
            "notes": list(self.notes),
            "error": None,
        }


def render_adm(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    layout: str | None = None,
    hrtf: str | os.PathLike[str] | None = None,
    programme: str | None = None,
    format: str | None = None,  # noqa: A002
    bits: Bits | None = None,
    exists: Exists = "fail",
    progress: Progress | None = None,
) -> AdmRendered:
    """Render a programme into a file of the input's name.

    Parameters
    ----------
    path
        A file with ADM metadata.
    output
        Folder for the result, made if missing.
    layout
        What it is rendered to; ``binaural`` for headphones; by the content unless given.
    hrtf
        A SOFA file with the head that wears the headphones; a sphere unless given.
    programme
        Id or name of an audioProgramme; the first unless given.
    format, bits, exists
        As in `audiopost.jobs.convert.convert`.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    FileError
        If the file, its metadata or the SOFA file are wrong.
    UsageError, UnknownNameError
        If there is no such programme, it cannot be rendered to the layout, or a head has no headphones.
    """
    if layout == BINAURAL:
        return _on_headphones(Path(path), Path(output), hrtf, programme, format, bits, exists, progress)
    if hrtf is not None:
        raise UsageError("a head is for headphones", mend=f"give the layout {BINAURAL}")
    file = AdmFile(Path(path), layout, programme)
    done = convert(file, output, format=format, bits=bits, exists=exists, progress=progress)
    return AdmRendered(
        done.path, done.outputs[0], done.layout, done.sample_rate_hz, done.frames, done.clipped_samples, done.notes
    )


def _on_headphones(
    path: Path,
    folder: Path,
    hrtf: str | os.PathLike[str] | None,
    programme: str | None,
    format: str | None,  # noqa: A002
    bits: Bits | None,
    exists: Exists,
    progress: Progress | None,
) -> AdmRendered:
    from audiopost import effects as fx

    chain = fx.binaural(hrtf=str(hrtf or ""))
    with output_folder(folder):
        done = render(
            AdmFile(path, _VIRTUAL_LOUDSPEAKERS, programme), folder / path.name, chain,
            format=format, bits=bits, exists=exists, progress=progress,
        )  # fmt: skip
    return AdmRendered(
        done.input, done.output, BINAURAL, done.sample_rate_hz, done.frames, done.clipped_samples, done.notes
    )
