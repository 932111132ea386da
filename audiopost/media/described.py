"""What a file says of itself besides its sound, as plain data: the metadata that a mixer looks up before handing over.

::

    bext      who, when, where on the clock, coding history, loudness as claimed     EBU Tech 3285
    ixml      scene, take, reel, note, time code rate, names of tracks               iXML specification 2.x
    markers   cue points with their labels and lengths
    cart      title, artist, cut, timers                                             AES46
    adm       programmes, objects and tracks                                         ITU-R BS.2076, BS.2088
    tags      titles and gains for players                                           INFO, ID3, Vorbis comments
    film      tracks, chapters, time code
    chunks    every other chunk, by name and length

What is damaged is left out; what is longer than `_READ_BYTES` is listed by its length alone.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from audiopost.errors import FileError
from audiopost.media.audio_file import AudioReader
from audiopost.media.bext import Bext, text_of
from audiopost.media.carried import CarriedChunk, carried_by
from audiopost.media.file_faults import fault

__all__ = ["described"]

_READ_BYTES = 8 << 20

_IXML = ("PROJECT", "SCENE", "TAKE", "TAPE", "CIRCLED", "NO_GOOD", "FALSE_START", "WILD_TRACK", "FILE_UID", "NOTE")
_CART_TEXTS = {"title": (4, 64), "artist": (68, 64), "cut_id": (132, 64), "client_id": (196, 64), "category": (260, 64)}


def described(reader: AudioReader, path: Path) -> dict[str, Any]:
    """What the file at `path`, which `reader` reads, says of itself.

    Raises FileError if the disk fails.
    """
    chunks = carried_by(path).chunks
    try:
        bodies = {chunk.id: chunk.whole() for chunk in reversed(chunks) if chunk.size <= _READ_BYTES}
        lists = [chunk.whole() for chunk in chunks if chunk.id == "LIST" and chunk.size <= _READ_BYTES]
    except OSError as error:
        raise fault(path, error) from error
    return {
        "bext": Bext(bodies["bext"]).to_json() if "bext" in bodies else None,
        "ixml": _ixml(bodies.get("iXML", b"")),
        "markers": _markers(bodies.get("cue ", b""), lists, reader.sample_rate),
        "cart": _cart(bodies.get("cart", b"")),
        "adm": _adm(bodies),
        "tags": _tags(path, lists, bodies, wave=bool(chunks)),
        "film": None if reader.picture is None else _film(path),
        "chunks": [_length(chunk) for chunk in chunks],
    }


def _length(chunk: CarriedChunk) -> dict[str, Any]:
    return {"id": chunk.id, "bytes": chunk.size, "after_sound": chunk.after_sound}


def _xml(body: bytes) -> ET.Element | None:
    """The root of a document; None where it is none, or defines entities of its own (which can grow without end)."""
    text = body.rstrip(b"\0 \r\n")
    if not text or b"<!" in text.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        return None
    try:
        return ET.fromstring(text)  # noqa: S314 - without entities of its own it is no bigger than it looks
    except (ET.ParseError, ValueError, LookupError):
        return None


def _ixml(body: bytes) -> dict[str, Any] | None:
    root = _xml(body)
    if root is None:
        return None
    texts = {name.lower(): found for name in _IXML if (found := _text(root, name))}
    rate, flag = _text(root, "SPEED/TIMECODE_RATE"), _text(root, "SPEED/TIMECODE_FLAG")
    tracks = [
        {
            "channel": _text(track, "CHANNEL_INDEX"),
            "name": _text(track, "NAME"),
            "function": _text(track, "FUNCTION"),
        }
        for track in root.iterfind("TRACK_LIST/TRACK")
    ]
    return {**texts, "timecode_rate": rate or None, "timecode_flag": flag or None, "tracks": tracks}


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _markers(cue: bytes, lists: list[bytes], sample_rate: int) -> list[dict[str, Any]]:
    labels, lengths = _labels([body for body in lists if body[:4] == b"adtl"])
    count = int.from_bytes(cue[:4], "little")
    markers = []
    for number in range(min(count, max(0, len(cue) - 4) // 24)):
        name, *_, frame = struct.unpack_from("<II4sIII", cue, 4 + 24 * number)
        length = lengths.get(name)
        markers.append(
            {
                "frame": frame,
                "time_s": frame / sample_rate,
                "label": labels.get(name, ""),
                "length_s": None if length is None else length / sample_rate,
            }
        )
    return sorted(markers, key=lambda marker: marker["frame"])


def _labels(bodies: list[bytes]) -> tuple[dict[int, str], dict[int, int]]:
    """Labels and lengths in frames by the number of the cue point."""
    labels: dict[int, str] = {}
    lengths: dict[int, int] = {}
    for body in bodies:
        position = 4
        while position + 12 <= len(body):
            letters, size, name = struct.unpack_from("<4sII", body, position)
            inner = body[position + 12 : position + 8 + size]
            if letters == b"labl":
                labels[name] = text_of(inner)
            elif letters == b"ltxt" and len(inner) >= 4:
                lengths[name] = int.from_bytes(inner[:4], "little")
            position += 8 + size + size % 2
    return labels, lengths


def _cart(body: bytes) -> dict[str, Any] | None:
    if len(body) < 748:
        return None
    timers = (struct.unpack_from("<4sI", body, 684 + 8 * number) for number in range(8))
    return {name: text_of(body[at : at + size]) for name, (at, size) in _CART_TEXTS.items()} | {
        "timers": [{"usage": text_of(usage), "frame": frame} for usage, frame in timers if usage.strip(b"\0 ")]
    }


def _adm(bodies: Mapping[str, bytes]) -> dict[str, Any] | None:
    """Names in the audio definition model, whatever it is wrapped in; how many tracks ``chna`` assigns."""
    chna, root = bodies.get("chna", b""), _xml(bodies.get("axml", b""))
    if root is None and len(chna) < 4:
        return None
    found: dict[str, list[str]] = {"audioProgramme": [], "audioContent": [], "audioObject": []}
    for element in () if root is None else root.iter():
        name = element.tag.rpartition("}")[2]
        if name in found:
            found[name].append(element.get(f"{name}Name", ""))
    tracks, uids = struct.unpack_from("<HH", chna) if len(chna) >= 4 else (0, 0)
    return {
        "programmes": found["audioProgramme"],
        "contents": found["audioContent"],
        "objects": found["audioObject"],
        "tracks": tracks,
        "track_uids": uids,
    }


def _tags(path: Path, lists: list[bytes], bodies: Mapping[str, bytes], *, wave: bool) -> dict[str, str]:
    from audiopost.media.tags import read_tags, tags_of_wave

    info = next((body for body in lists if body[:4] == b"INFO"), b"")
    try:
        tags = tags_of_wave(info, bodies.get("id3 ", b"")) if wave else read_tags(path)
    except FileError:
        return {}
    pictures = {"PICTURE": f"{len(tags.pictures)}"} if tags.pictures else {}
    return {name: "; ".join(texts) for name, texts in sorted(tags.texts.items())} | pictures


def _film(path: Path) -> dict[str, Any]:
    from audiopost.media.video import film_described

    return film_described(path)
