"""The programmes that the files of a command line come to: single files, joined channels, tracks of films, objects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiopost.cli.output import message

if TYPE_CHECKING:
    from audiopost.media.programme_files import ProgrammePath

__all__ = ["programmes_of"]


def programmes_of(
    files: Sequence[Path],
    no_join: bool = False,
    tracks: Sequence[str] | None = None,
    adm: str | None = None,
    layout: str | None = None,
) -> list[ProgrammePath]:
    """The programmes in the order of their first mention; a file that is named twice is two of them.

    `adm` is the word of ``--adm``, `layout` what programmes of objects are rendered to.

    Raises
    ------
    UsageError
        If a word for tracks is none.
    """
    if adm is not None:
        from audiopost.media.adm.adm_file import AdmFile

        off = adm.lower() == "off"
        return [AdmFile(path, layout, None if off else adm, rendered=not off) for path in files]
    from audiopost.media.joined_files import Joining, join_channel_files
    from audiopost.media.video_tracks import VideoTracks, tracks_in_words

    if tracks:
        chosen = tracks_in_words(tracks)
        return [VideoTracks(path, chosen) for path in files]
    joining = Joining(tuple(files)) if no_join else join_channel_files(files)
    for sentence in joining.left_apart:
        message(sentence)
    return list(joining.programmes)
