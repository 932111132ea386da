"""The programmes that the files of a command line come to: single files, channels joined, tracks of films."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiopost.cli.output import message

if TYPE_CHECKING:
    from audiopost.media.programme_files import ProgrammePath

__all__ = ["programmes_of"]


def programmes_of(
    files: Sequence[Path], no_join: bool = False, tracks: Sequence[str] | None = None
) -> list[ProgrammePath]:
    """The programmes in the order of their first mention; a file that is named twice is two of them.

    Raises
    ------
    UsageError
        If a word for tracks is none.
    """
    from audiopost.media.joined_files import Joining, join_channel_files
    from audiopost.media.video_tracks import VideoTracks, tracks_in_words

    if tracks:
        chosen = tracks_in_words(tracks)
        return [VideoTracks(path, chosen) for path in files]
    joining = Joining(tuple(files)) if no_join else join_channel_files(files)
    for sentence in joining.left_apart:
        message(sentence)
    return list(joining.programmes)
