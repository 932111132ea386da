"""What the metadata of an ADM file say: programmes, objects, tracks, and what it would be rendered to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiopost.media.adm.adm_file import dolby_of, model_of
from audiopost.media.adm.definitions import defined_channel
from audiopost.media.adm.dolby import DolbyMaster
from audiopost.media.adm.model import Adm, AudioObject, ChannelFormat, Programme
from audiopost.media.adm.rendering import usual_layout
from audiopost.media.adm.selection import Selection, select
from audiopost.media.audio_file import open_audio

__all__ = ["AdmInfo", "adm_info"]


@dataclass(frozen=True)
class AdmInfo:
    """A file's metadata, and what its first programme comes to."""

    path: Path
    adm: Adm
    selection: Selection
    dolby: DolbyMaster | None
    channels: int

    @property
    def layout(self) -> str:
        """What it is rendered to where nobody says."""
        return usual_layout(self.selection)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd, and what is not supported."""
        own = () if self.dolby is None else (self.dolby.note,)
        return (*self.adm.notes, *self.selection.notes, *own)

    def to_json(self) -> dict[str, Any]:
        """The file's object in the document of ``audiopost adm info --json``."""
        return {
            "path": str(self.path),
            "version": self.adm.version,
            "profile": self.adm.profile,
            "dolby_atmos": None
            if self.dolby is None
            else {"version": self.dolby.version, "unsupported": list(self.dolby.unsupported)},
            "tracks": self.channels,
            "usual_layout": self.layout,
            "programmes": [_programme(each) for each in self.adm.programmes.values()],
            "contents": [
                {
                    "id": each.id, "name": each.name, "language": each.language, "dialogue": each.dialogue,
                    "objects": list(each.objects), "loudness": dict(each.loudness),
                }
                for each in self.adm.contents.values()
            ],
            "objects": [self.object_words(each) for each in self.adm.objects.values()],
            "notes": list(self.notes),
            "error": None,
        }  # fmt: skip

    def object_words(self, each: AudioObject) -> dict[str, Any]:
        """One object as plain data."""
        channels = [self._channel(uid) for uid in each.tracks]
        return {
            "id": each.id,
            "name": each.name,
            "type": channels[0].type if channels else None,
            "tracks": [self.adm.tracks[uid].track for uid in each.tracks],
            "packs": list(each.packs),
            "objects": list(each.objects),
            "start_s": float(each.start or 0),
            "duration_s": None if each.duration is None else float(each.duration),
            "blocks": sum(len(channel.blocks) for channel in channels),
            "gain": each.gain,
            "mute": each.mute,
        }

    def _channel(self, uid: str) -> ChannelFormat:
        identifier = self.adm.tracks[uid].channel_id
        found = self.adm.channels.get(identifier) or defined_channel(identifier)
        assert found is not None, "references were looked up when the file was read"
        return found


def adm_info(path: str | os.PathLike[str]) -> AdmInfo:
    """Read the metadata of a file.

    Raises
    ------
    FileError
        If it has none, or they are wrong.
    """
    path = Path(path)
    adm = model_of(path)
    with open_audio(path) as reader:
        return AdmInfo(path, adm, select(adm, reader.channels, str(path)), dolby_of(path, adm), reader.channels)


def _programme(each: Programme) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "language": each.language,
        "contents": list(each.contents),
        "start_s": None if each.start is None else float(each.start),
        "end_s": None if each.end is None else float(each.end),
        "loudness": dict(each.loudness),
    }
