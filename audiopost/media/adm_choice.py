"""Whether a file is taken as its channels or as the programme that its metadata describe."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from audiopost.layouts import Layout
from audiopost.media.adm.adm_file import AdmFile, has_adm
from audiopost.media.programme_files import ProgrammePath, as_programme

__all__ = ["as_heard"]


def as_heard(path: str | os.PathLike[str], layout: str | Layout | None = None, usual: str = "") -> ProgrammePath:
    """A file of the Audio Definition Model as its first programme, rendered to `layout`; any other path as it is.

    `usual` is what it is rendered to where neither the path nor `layout` say. Raises FileError if the disk fails.
    """
    programme = as_programme(path)
    if isinstance(programme, Path) and has_adm(programme):
        programme = AdmFile(programme)
    if isinstance(programme, AdmFile) and programme.layout is None:
        name = layout.name if isinstance(layout, Layout) else layout
        return replace(programme, layout=name or usual or None)
    return programme
