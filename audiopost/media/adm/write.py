"""Beds, moving objects and scenes written as a BW64 file with metadata of the Audio Definition Model.

::

    Bed("Music", "5.1")        tracks 1-6     channels of the common definitions
    Mover("Fly", points)       track 7        blocks: a place at the end of each, reached in a straight line of gains
    SceneBed("Air", 3)         tracks 8-23    SN3D in ACN order, of the common definitions

Long ways between two points are cut into short ones, because gains, not places, move in straight lines between blocks.

Source: ITU-R BS.2076-2; times have five decimals, which every reader knows.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from audiopost.errors import UsageError
from audiopost.layouts import ambisonic_layout, discrete_layout, layout_named
from audiopost.media.adm.chna import TrackOfFile, chna_body
from audiopost.media.adm.definitions import BED_PACKS, defined_pack
from audiopost.media.adm.times import time_in_words
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Carried, CarriedChunk
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists

__all__ = ["Bed", "Mover", "Part", "Point", "SceneBed", "adm_writer", "axml_of"]

_STEP_DEG = 5.0
"""The longest way between two blocks."""

_TICK = Fraction(1, 100_000)
_GAIN_UNIT = 1e-6


@dataclass(frozen=True)
class Point:
    """Where an object is at a time: seconds, degrees (azimuth to the left), distance with 1 at the loudspeakers."""

    time_s: float
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    distance: float = 1.0
    gain: float = 1.0
    width_deg: float = 0.0
    height_deg: float = 0.0
    depth: float = 0.0
    diffuse: float = 0.0


@dataclass(frozen=True)
class Bed:
    """The channels of a layout, in its order; raises UsageError for one that the common definitions lack."""

    name: str
    layout: str

    @property
    def pack_id(self) -> str:
        """Its pack of the common definitions."""
        if self.layout not in BED_PACKS:
            mend = "known: " + ", ".join(BED_PACKS)
            raise UsageError(f"no bed can be written for {self.layout}", self.name, mend)
        return BED_PACKS[self.layout]

    @property
    def tracks(self) -> int:
        """Tracks of the file."""
        return layout_named(self.layout).channels


@dataclass(frozen=True)
class SceneBed:
    """An Ambisonic scene of order 1 to 5, ambiX: SN3D in ACN order."""

    name: str
    order: int

    @property
    def pack_id(self) -> str:
        """Its pack of the common definitions."""
        return f"AP_0004{self.order:04x}"

    @property
    def tracks(self) -> int:
        """Tracks of the file."""
        return ambisonic_layout(self.order).channels


@dataclass(frozen=True)
class Mover:
    """One track that goes from point to point; it stays where the last one is."""

    name: str
    points: Sequence[Point] = field(default_factory=lambda: (Point(0.0),))
    tracks = 1


Part = Bed | SceneBed | Mover


def adm_writer(
    path: str | os.PathLike[str],
    sample_rate: int,
    parts: Sequence[Part],
    frames: int,
    *,
    programme: str = "Main",
    bits: Bits = "24",
    exists: Exists = "fail",
    protected: Iterable[str | os.PathLike[str]] = (),
) -> AudioWriter:
    """A writer for the tracks of all parts, one part after the other.

    Parameters
    ----------
    path
        The file to be made.
    sample_rate
        In Hz.
    parts
        What the tracks are, in their order.
    frames
        How many will be written: the last block of an object ends there.
    programme
        Name of the programme.
    bits, exists, protected
        As in `AudioWriter`.

    Raises
    ------
    UsageError
        If a part cannot be written.
    FileError
        If the file cannot be made there.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> parts = [Bed("Music", "5.1"), Mover("Fly", [Point(0.0, 90.0), Point(0.5, -90.0)])]
    >>> with adm_writer(f"{folder}/scene.wav", 48_000, parts, 48_000) as writer:
    ...     writer.write(np.zeros((7, 48_000), np.float32))
    >>> writer.frames
    48000
    """
    tracks = _tracks(parts)
    bodies = {"chna": chna_body(tracks), "axml": axml_of(parts, Fraction(frames, sample_rate), programme)}
    chunks = tuple(
        CarriedChunk(letters, len(body), Path(), 0, after_sound=letters == "axml", body=body)
        for letters, body in bodies.items()
    )
    layout = discrete_layout(len(tracks))
    return AudioWriter(path, sample_rate, layout, bits, "bw64", exists, protected, carried=Carried(chunks))


def _tracks(parts: Sequence[Part]) -> list[TrackOfFile]:
    found: list[TrackOfFile] = []
    for index, part in enumerate(parts):
        for channel in _channel_ids(part, index):
            number = len(found) + 1
            found.append(TrackOfFile(number, f"ATU_{number:08x}", f"AT_{channel[3:]}_01", _pack_id(part, index)))
    return found


def _pack_id(part: Part, index: int) -> str:
    return f"AP_0003{0x1001 + index:04x}" if isinstance(part, Mover) else part.pack_id


def _channel_ids(part: Part, index: int) -> tuple[str, ...]:
    if isinstance(part, Mover):
        return (f"AC_0003{0x1001 + index:04x}",)
    pack = defined_pack(part.pack_id)
    assert pack is not None, "packs that are written are common ones"
    return pack.channels


def axml_of(parts: Sequence[Part], duration_s: Fraction, programme: str = "Main") -> bytes:
    """The metadata of parts whose tracks follow each other."""
    objects, formats, uids, references = [], [], [], []
    tracks = iter(_tracks(parts))
    for index, part in enumerate(parts):
        own = [next(tracks) for _ in range(part.tracks)]
        object_id, pack_id = f"AO_{0x1001 + index:04x}", _pack_id(part, index)
        references.append(object_id)
        inner = [f"<audioPackFormatIDRef>{pack_id}</audioPackFormatIDRef>"]
        inner += [f"<audioTrackUIDRef>{each.uid}</audioTrackUIDRef>" for each in own]
        name = quoteattr(part.name)
        objects.append(_element("audioObject", f'audioObjectID="{object_id}" audioObjectName={name}', inner))
        if isinstance(part, Mover):
            formats += _formats(part, 0x1001 + index, duration_s)
        for each in own:
            words = (
                f"<audioTrackFormatIDRef>{each.format_id}</audioTrackFormatIDRef>",
                f"<audioPackFormatIDRef>{each.pack_id}</audioPackFormatIDRef>",
            )
            uids.append(_element("audioTrackUID", f'UID="{each.uid}"', words))
    content = _element(
        "audioContent", 'audioContentID="ACO_1001" audioContentName="Main"',
        [f"<audioObjectIDRef>{each}</audioObjectIDRef>" for each in references],
    )  # fmt: skip
    head = _element(
        "audioProgramme", f'audioProgrammeID="APR_1001" audioProgrammeName={quoteattr(programme)}',
        ["<audioContentIDRef>ACO_1001</audioContentIDRef>"],
    )  # fmt: skip
    whole = _element("audioFormatExtended", 'version="ITU-R_BS.2076-2"', [head, content, *objects, *formats, *uids])
    wrapped = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ebuCoreMain xmlns="urn:ebu:metadata-schema:ebuCore_2016">'
        f"<coreMetadata><format>\n{whole}\n</format></coreMetadata></ebuCoreMain>\n"
    )
    return wrapped.encode()


def _element(name: str, attributes: str, inner: Iterable[str]) -> str:
    return "\n".join((f"<{name} {attributes}>", *inner, f"</{name}>"))


def _formats(part: Mover, number: int, duration_s: Fraction) -> list[str]:
    """Pack, channel, stream and track of an object."""
    tail, name = f"0003{number:04x}", quoteattr(part.name)
    kind, coding = 'typeLabel="0003" typeDefinition="Objects"', 'formatLabel="0001" formatDefinition="PCM"'
    channel = f"<audioChannelFormatIDRef>AC_{tail}</audioChannelFormatIDRef>"
    stream = (channel, f"<audioTrackFormatIDRef>AT_{tail}_01</audioTrackFormatIDRef>")
    track = (f"<audioStreamFormatIDRef>AS_{tail}</audioStreamFormatIDRef>",)
    return [
        _element("audioPackFormat", f'audioPackFormatID="AP_{tail}" audioPackFormatName={name} {kind}', [channel]),
        _element(
            "audioChannelFormat",
            f'audioChannelFormatID="AC_{tail}" audioChannelFormatName={name} {kind}',
            _blocks(part.points, tail, duration_s),
        ),
        _element("audioStreamFormat", f'audioStreamFormatID="AS_{tail}" audioStreamFormatName={name} {coding}', stream),
        _element("audioTrackFormat", f'audioTrackFormatID="AT_{tail}_01" audioTrackFormatName={name} {coding}', track),
    ]


def _blocks(points: Sequence[Point], tail: str, duration_s: Fraction) -> list[str]:
    if not points:
        raise UsageError("an object without a point is nowhere", mend="give it one at 0 s")
    way = _short_steps(sorted(points, key=lambda point: point.time_s))
    # The first place is reached before anything moves, the last one is kept to the end.
    ends = [max(_tick(point.time_s), _TICK if index == 0 else Fraction(0)) for index, point in enumerate(way)]
    if ends[-1] < duration_s:
        ends.append(_tick(duration_s))
        way = [*way, way[-1]]
    begin = Fraction(0)
    found: list[str] = []
    for point, end in zip(way, ends, strict=True):
        until = min(end, _tick(duration_s))
        if until > begin:
            found.append(_block(point, f"AB_{tail}_{len(found) + 1:08x}", begin, until - begin))
            begin = until
    return found


def _tick(seconds: float | Fraction) -> Fraction:
    return round(Fraction(seconds) / _TICK) * _TICK


def _short_steps(points: Sequence[Point]) -> list[Point]:
    """The same way with a point at least every `_STEP_DEG`; azimuth goes the shorter way round."""
    found = [points[0]]
    for point in points[1:]:
        before = found[-1]
        turn = (point.azimuth_deg - before.azimuth_deg + 180.0) % 360.0 - 180.0
        rise = point.elevation_deg - before.elevation_deg
        steps = max(1, math.ceil(max(abs(turn), abs(rise)) / _STEP_DEG))
        for step in range(1, steps + 1):
            share = step / steps
            mixed = {
                name: (1.0 - share) * getattr(before, name) + share * getattr(point, name)
                for name in vars(point)
                if name != "azimuth_deg"
            }
            azimuth = (before.azimuth_deg + share * turn + 180.0) % 360.0 - 180.0
            found.append(Point(azimuth_deg=azimuth, **mixed))
    return found


def _block(point: Point, identifier: str, begin: Fraction, duration: Fraction) -> str:
    place = (("azimuth", point.azimuth_deg), ("elevation", point.elevation_deg), ("distance", point.distance))
    inner = [f'<position coordinate="{name}">{value:.6f}</position>' for name, value in place]
    sizes = (
        ("width", point.width_deg), ("height", point.height_deg), ("depth", point.depth), ("diffuse", point.diffuse),
    )  # fmt: skip
    inner += [f"<{name}>{value:.6f}</{name}>" for name, value in sizes if value]
    if abs(point.gain - 1.0) > _GAIN_UNIT:
        inner.append(f"<gain>{point.gain:.6f}</gain>")
    times = f'rtime="{time_in_words(begin)}" duration="{time_in_words(duration)}"'
    return _element("audioBlockFormat", f'audioBlockFormatID="{escape(identifier)}" {times}', inner)
