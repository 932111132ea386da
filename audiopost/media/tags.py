"""The door to tags (package mutagen): ID3 in MP3, AIFF and WAVE, Vorbis comments in FLAC, Ogg Vorbis and Opus.

Conventions
-----------
- Between files of one kind tags go over whole, frame by frame and block by block. Between kinds go the texts that both
  know, under Vorbis' names (``TITLE``, ``ARTIST`` ...), texts under names of their own, and pictures.
- What tells a player by how much to turn (ReplayGain, R128, Sound Check) is never copied: the sound has changed.

Sources: id3.org ID3v2.4 (frames), xiph.org "Ogg Vorbis I format specification: comment field", RFC 9639 section 8
(blocks of FLAC), RFC 7845 section 5.2 (R128 gains in Opus).
"""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mutagen
from mutagen import id3
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from audiopost.errors import FileError

__all__ = [
    "TAGGED",
    "Tags",
    "copy_tags",
    "id3_chunk",
    "info_chunk",
    "only_in_id3",
    "read_tags",
    "tags_of_wave",
    "write_tags",
]

TAGGED: Mapping[str, Any] = {"flac": FLAC, "ogg": OggVorbis, "opus": OggOpus, "mp3": MP3, "aiff": AIFF}
"""Containers whose tags are written here, besides the chunks of WAVE."""

_PLAYER_GAIN = ("REPLAYGAIN_", "R128_", "ITUNNORM")
_FRAMES = {
    "TITLE": "TIT2", "ARTIST": "TPE1", "ALBUM": "TALB", "ALBUMARTIST": "TPE2", "DATE": "TDRC", "TRACKNUMBER": "TRCK",
    "DISCNUMBER": "TPOS", "GENRE": "TCON", "COMPOSER": "TCOM", "CONDUCTOR": "TPE3", "LYRICIST": "TEXT",
    "COPYRIGHT": "TCOP", "ISRC": "TSRC", "ORGANIZATION": "TPUB", "BPM": "TBPM", "LANGUAGE": "TLAN",
}  # fmt: skip
_INFO = {
    "TITLE": "INAM", "ARTIST": "IART", "ALBUM": "IPRD", "DATE": "ICRD", "TRACKNUMBER": "ITRK", "GENRE": "IGNR",
    "COMMENT": "ICMT", "COPYRIGHT": "ICOP", "COMPOSER": "IMUS", "ENGINEER": "IENG",
}  # fmt: skip
_NAMES = {frame: name for name, frame in _FRAMES.items()}
_NAMES_IN_INFO = {letters: name for name, letters in _INFO.items()}
_DAMAGED = (mutagen.MutagenError, ValueError, struct.error, EOFError)
_PICTURE_COMMENT = "METADATA_BLOCK_PICTURE"


@dataclass(frozen=True)
class Tags:
    """What a file says of itself: texts by upper-case name, and pictures."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()

    def lasting(self) -> Tags:
        """The tags without those that tell a player by how much to turn."""
        return Tags({name: text for name, text in self.texts.items() if not _is_gain(name)}, self.pictures)


def tags_of_wave(info: bytes, id3_body: bytes) -> Tags:
    """The tags in a WAVE file's chunks ``LIST INFO`` and ``id3``, either may be empty; damaged ones say nothing."""
    known = {name: (text,) for name, text in _texts_of_info(info)}
    if not id3_body:
        return Tags(known)
    try:
        tags = id3.ID3(io.BytesIO(id3_body))
        return Tags(known | _texts_of_id3(tags), tuple(_picture_of(frame) for frame in tags.getall("APIC")))
    except _DAMAGED:
        return Tags(known)


def read_tags(path: Path) -> Tags:
    """The tags of a file; none where it has none or its kind is unknown.

    Raises
    ------
    FileError
        If the tags are damaged.
    """
    try:
        file = mutagen.File(path)
        tags = None if file is None else file.tags
        if tags is None:
            return Tags()
        if isinstance(tags, id3.ID3):
            return Tags(_texts_of_id3(tags), tuple(_picture_of(frame) for frame in tags.getall("APIC")))
        texts = {name.upper(): tuple(str(text) for text in tags[name]) for name in tags.keys()}  # noqa: SIM118
        pictures = tuple(Picture(base64.b64decode(text)) for text in texts.pop(_PICTURE_COMMENT, ()))
        return Tags(texts, (*getattr(file, "pictures", ()), *pictures))
    except _DAMAGED as error:
        raise FileError(str(path), "its tags are damaged", "write them again") from error


def copy_tags(source: Path, target: Path, container: str) -> None:
    """Give a written file of the `TAGGED` the tags of the file that it was made from, save those of a player's gain.

    Raises
    ------
    FileError
        If tags are damaged or cannot be written.
    """
    try:
        old, new = mutagen.File(source), TAGGED[container](target)
        if isinstance(old, FLAC) and isinstance(new, FLAC):
            _copy_flac(old, new)
        elif isinstance(getattr(old, "tags", None), id3.ID3) and container in ("mp3", "aiff"):
            _copy_id3(old.tags, new)
        else:
            tags = read_tags(source).lasting()
            if not tags.texts and not tags.pictures:
                return
            _write(new, tags)
        new.save()
    except _DAMAGED as error:
        raise FileError(str(source), "its tags are damaged", "write them again") from error


def write_tags(path: Path, container: str, tags: Tags) -> None:
    """Add to the tags of a file, in the place of those of the same name.

    Raises FileError if the file has no room for tags or they cannot be written.
    """
    if container not in TAGGED:
        raise FileError(str(path), f"{container} holds no tags", "choose wav, flac, ogg, opus, mp3 or aiff")
    try:
        file = TAGGED[container](path)
        _write(file, tags)
        file.save()
    except mutagen.MutagenError as error:
        raise FileError(str(path), "the tags cannot be written", "write it again") from error


def only_in_id3(tags: Tags) -> bool:
    """Whether INFO cannot hold all of the tags."""
    return bool(tags.pictures) or any(name not in _INFO or len(texts) > 1 for name, texts in tags.texts.items())


def id3_chunk(before: bytes, tags: Tags) -> bytes:
    """The body of a WAVE file's ``id3`` chunk: what it held before, with further tags.

    A body that is no ID3 is replaced.
    """
    try:
        frames = id3.ID3(io.BytesIO(before)) if before else id3.ID3()
    except _DAMAGED:
        frames = id3.ID3()
    _write_id3(frames, tags)
    body = io.BytesIO()
    frames.save(body, padding=lambda _: 0)
    return body.getvalue()


def info_chunk(tags: Tags) -> bytes:
    """The body of a ``LIST`` chunk of kind INFO with the texts that it has names for; empty without any."""
    entries = [(_INFO[name], "; ".join(texts)) for name, texts in tags.texts.items() if name in _INFO]
    body = b""
    for letters, text in entries:
        raw = text.encode("utf-8") + b"\0"
        body += struct.pack("<4sI", letters.encode(), len(raw)) + raw + b"\0" * (len(raw) % 2)
    return b"INFO" + body if body else b""


def _texts_of_info(body: bytes) -> Iterable[tuple[str, str]]:
    position = 4
    while body[:4] == b"INFO" and position + 8 <= len(body):
        letters, size = struct.unpack_from("<4sI", body, position)
        raw = body[position + 8 : position + 8 + size].split(b"\0", 1)[0]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        name = _NAMES_IN_INFO.get(letters.decode("latin-1"))
        if name and text:
            yield name, text
        position += 8 + size + size % 2


def _texts_of_id3(tags: id3.ID3) -> dict[str, tuple[str, ...]]:
    texts = {}
    for frame in tags.values():
        name = _NAMES.get(frame.FrameID)
        if frame.FrameID == "TXXX":
            name = frame.desc.upper()
        elif frame.FrameID == "COMM" and not frame.desc:
            name = "COMMENT"
        elif frame.FrameID == "COMM" and frame.desc == "iTunNORM":
            name = "ITUNNORM"
        if name:
            texts[name] = tuple(str(text) for text in frame.text)
    return texts


def _picture_of(frame: Any) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.desc, picture.data = frame.type, frame.mime, frame.desc, frame.data
    return picture


def _copy_flac(old: FLAC, new: FLAC) -> None:
    """Every block but those that describe the coded stream, in order."""
    own = [block for block in new.metadata_blocks if block.code in (0, 3)]
    kept = [block for block in old.metadata_blocks if block.code not in (0, 1, 3)]
    new.metadata_blocks[:] = [own[0], *kept, *own[1:]]
    new.tags = old.tags
    if new.tags is not None:
        comments: Any = new.tags
        for name in [name for name in comments.keys() if _is_gain(name)]:  # noqa: SIM118
            del comments[name]


def _copy_id3(old: id3.ID3, new: Any) -> None:
    if new.tags is None:
        new.add_tags()
    for frame in old.values():
        if not _is_gain(getattr(frame, "desc", "")) and frame.FrameID not in ("RVA2", "TLEN"):
            new.tags.add(frame)


def _write(file: Any, tags: Tags) -> None:
    if file.tags is None:
        file.add_tags()
    if isinstance(file.tags, id3.ID3):
        _write_id3(file.tags, tags)
        return
    for name, texts in tags.texts.items():
        file.tags[name] = list(texts)
    for picture in tags.pictures:
        if isinstance(file, FLAC):
            file.add_picture(picture)
        else:
            file.tags[_PICTURE_COMMENT] = [base64.b64encode(picture.write()).decode("ascii")]


def _write_id3(frames: id3.ID3, tags: Tags) -> None:
    for name, texts in tags.texts.items():
        _set_id3(frames, name, texts)
    for picture in tags.pictures:
        frames.add(id3.APIC(encoding=3, mime=picture.mime, type=picture.type, desc=picture.desc, data=picture.data))


def _set_id3(tags: id3.ID3, name: str, texts: tuple[str, ...]) -> None:
    if name in _FRAMES:
        tags.add(getattr(id3, _FRAMES[name])(encoding=3, text=list(texts)))
    elif name == "COMMENT":
        tags.add(id3.COMM(encoding=3, lang="XXX", desc="", text=list(texts)))
    else:
        tags.add(id3.TXXX(encoding=3, desc=name, text=list(texts)))


def _is_gain(name: str) -> bool:
    return name.upper().startswith(_PLAYER_GAIN)
