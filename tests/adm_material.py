"""Files of the Audio Definition Model for tests: beds, objects with everything that blocks can say, a scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from audiopost.layouts import discrete_layout
from audiopost.media.adm.chna import TrackOfFile, chna_body
from audiopost.media.adm.write import Bed, Part, Point, SceneBed, adm_writer
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Carried, CarriedChunk

SAMPLE_RATE = 48_000
FRAMES = 4_800
EAR_SYSTEMS = {"stereo": "0+2+0", "5.1": "0+5+0", "7.1": "0+7+0", "5.1.4": "4+5+0", "7.1.4": "4+7+0", "22.2": "9+10+3"}
"""Our layouts, and what EBU's renderer calls them."""

KINDS = ("beds", "objects", "scene")
EVERY = 97
"""Which frames of a rendering are stored."""

_ZONE = "<zoneExclusion><zone {}/></zoneExclusion>"
_BLOCKS = (
    # Around, above and below.
    [f"{_az} {_el} 1" for _az, _el in ((0, 0), (45, 15), (100, 40), (170, 80), (-150, 20), (-95, -10), (-40, -60))],
    # Sizes and distances.
    ["20 0 1 <width>30</width>", "20 10 1 <width>120</width><height>20</height>", "-70 30 0.6 <height>90</height>",
     "180 0 1 <width>360</width><depth>0.5</depth>", "90 -20 2 <width>5</width>", "0 90 1 <width>40</width>"],
    # Divergence, lock, zones, gain.
    ["10 5 1 <objectDivergence azimuthRange='30'>0.5</objectDivergence>",
     "-80 20 1 <objectDivergence>1</objectDivergence><gain>0.5</gain>",
     "50 10 1 <channelLock>1</channelLock>", "140 20 1 <channelLock maxDistance='0.2'>1</channelLock>",
     "100 0 1 " + _ZONE.format("minAzimuth='60' maxAzimuth='180' minElevation='-90' maxElevation='90'"),
     "-30 40 1 " + _ZONE.format("minX='-1' maxX='1' minY='-1' maxY='1' minZ='0.1' maxZ='1'")],
    # Diffuse, jumps.
    ["30 0 1 <diffuse>0.5</diffuse>", "-110 30 1 <diffuse>1</diffuse>",
     "70 0 1 <jumpPosition>1</jumpPosition>", "-70 0 1 <jumpPosition interpolationLength='0.004'>1</jumpPosition>"],
)  # fmt: skip
_SIZE = "<width>{0}</width><height>{0}</height><depth>{0}</depth>"
_CUBE = (
    "0 1 0", "-1 1 0", "0.3 0.2 0.5", "-0.6 -0.8 1", "1 -0.2 -0.5",
    "0.3 0.2 0.5 " + _SIZE.format(0.1), "-1 0.4 0 " + _SIZE.format(0.35), "0.2 -0.1 0.3 " + _SIZE.format(0.7),
    "0 0 1 " + _SIZE.format(1), "0.5 0.5 0 <channelLock>1</channelLock>",
    "0 1 0 <objectDivergence positionRange='0.5'>0.7</objectDivergence>",
    "-0.8 0.1 0.2 " + _ZONE.format("minX='-1' maxX='-0.5' minY='-0.3' maxY='0.3' minZ='-1' maxZ='1'"),
)  # fmt: skip


def noise(channels: int, frames: int = FRAMES) -> np.ndarray:
    """The samples of a file: noise at -26 dB, always the same."""
    return (0.05 * np.random.default_rng(11).standard_normal((channels, frames))).astype(np.float32)


def write_tracks(path: Path, axml: bytes, tracks: Sequence[TrackOfFile], samples: np.ndarray, **more: bytes) -> Path:
    """A BW64 file with these metadata, and chunks besides."""
    bodies = {"chna": chna_body(tracks), "axml": axml, **more}
    chunks = tuple(
        CarriedChunk(name, len(body), Path(), 0, after_sound=True, body=body) for name, body in bodies.items()
    )
    layout = discrete_layout(len(samples))
    with AudioWriter(
        path, SAMPLE_RATE, layout, "24", "bw64", "replace", dither="none", carried=Carried(chunks)
    ) as writer:
        writer.write(samples)
    return path


def write_parts(path: Path, parts: Sequence[Part], frames: int = FRAMES) -> Path:
    """A file by the product's own writer."""
    with adm_writer(path, SAMPLE_RATE, parts, frames, exists="replace") as writer:
        writer.write(noise(sum(part.tracks for part in parts), frames))
    return path


def write_kind(kind: str, path: Path) -> Path:
    """One of `KINDS`."""
    if kind == "beds":
        return write_parts(path, [Bed("Five", "5.1"), Bed("All", "22.2"), Bed("Two", "stereo"), Bed("High", "7.1.4")])
    if kind == "scene":
        return write_parts(path, [SceneBed("Third", 3), SceneBed("First", 1)])
    rows = [_polar_blocks(words, index) for index, words in enumerate(_BLOCKS)]
    rows.append([_position(words, "XYZ", "<cartesian>1</cartesian>") for words in _CUBE])
    return write_objects(path, rows)


def write_objects(path: Path, blocks: Sequence[Sequence[str]], **more: bytes) -> Path:
    """A file of objects, one a row of blocks of equal length, each given by what it contains."""
    axml, tracks = objects_axml(blocks)
    return write_tracks(path, axml, tracks, noise(len(blocks)), **more)


def objects_axml(
    blocks: Sequence[Sequence[str]], seconds: float = FRAMES / SAMPLE_RATE
) -> tuple[bytes, list[TrackOfFile]]:
    """Metadata of such a file."""
    parts = dict.fromkeys(("content", "objects", "formats", "uids"), "")
    tracks = []
    for index, row in enumerate(blocks):
        tail, uid = f"0003{0x1001 + index:04x}", f"ATU_{index + 1:08x}"
        tracks.append(TrackOfFile(index + 1, uid, f"AT_{tail}_01", f"AP_{tail}"))
        parts["content"] += f"<audioObjectIDRef>AO_{0x1001 + index:04x}</audioObjectIDRef>"
        parts["objects"] += (
            f'<audioObject audioObjectID="AO_{0x1001 + index:04x}" audioObjectName="Object {index + 1}">'
            f"<audioPackFormatIDRef>AP_{tail}</audioPackFormatIDRef><audioTrackUIDRef>{uid}</audioTrackUIDRef></audioObject>"
        )
        parts["formats"] += _formats(tail, row, seconds)
        parts["uids"] += (
            f'<audioTrackUID UID="{uid}"><audioTrackFormatIDRef>AT_{tail}_01</audioTrackFormatIDRef>'
            f"<audioPackFormatIDRef>AP_{tail}</audioPackFormatIDRef></audioTrackUID>"
        )
    axml = (
        '<?xml version="1.0"?><ebuCoreMain xmlns="urn:ebu:metadata-schema:ebuCore_2016"><coreMetadata><format>'
        '<audioFormatExtended><audioProgramme audioProgrammeID="APR_1001" audioProgrammeName="Main">'
        '<audioContentIDRef>ACO_1001</audioContentIDRef></audioProgramme><audioContent audioContentID="ACO_1001" '
        f'audioContentName="All">{parts["content"]}</audioContent>{parts["objects"]}{parts["formats"]}{parts["uids"]}'
        "</audioFormatExtended></format></coreMetadata></ebuCoreMain>"
    )
    return axml.encode(), tracks


def _formats(tail: str, row: Sequence[str], seconds: float) -> str:
    kind, coding = 'typeLabel="0003" typeDefinition="Objects"', 'formatLabel="0001" formatDefinition="PCM"'
    channel = f'audioChannelFormatID="AC_{tail}" audioChannelFormatName="n"'
    length = round(100_000 * seconds / len(row))
    blocks = "".join(
        f'<audioBlockFormat audioBlockFormatID="AB_{tail}_{number + 1:08x}" '
        f'rtime="00:00:{number * length / 1e5:08.5f}" duration="00:00:{length / 1e5:08.5f}">{inner}</audioBlockFormat>'
        for number, inner in enumerate(row)
    )
    return (
        f'<audioPackFormat audioPackFormatID="AP_{tail}" audioPackFormatName="n" {kind}>'
        f"<audioChannelFormatIDRef>AC_{tail}</audioChannelFormatIDRef></audioPackFormat>"
        f"<audioChannelFormat {channel} {kind}>{blocks}</audioChannelFormat>"
        f'<audioStreamFormat audioStreamFormatID="AS_{tail}" audioStreamFormatName="n" {coding}>'
        f"<audioChannelFormatIDRef>AC_{tail}</audioChannelFormatIDRef>"
        f"<audioTrackFormatIDRef>AT_{tail}_01</audioTrackFormatIDRef></audioStreamFormat>"
        f'<audioTrackFormat audioTrackFormatID="AT_{tail}_01" audioTrackFormatName="n" {coding}>'
        f"<audioStreamFormatIDRef>AS_{tail}</audioStreamFormatIDRef></audioTrackFormat>"
    )


def _polar_blocks(words: Sequence[str], _index: int) -> list[str]:
    return [_position(each, ("azimuth", "elevation", "distance"), "") for each in words]


def _position(words: str, names: Sequence[str], more: str) -> str:
    first, second, third, *rest = words.split(" ", 3)
    places = zip(names, (first, second, third), strict=True)
    return more + "".join(f'<position coordinate="{name}">{value}</position>' for name, value in places) + "".join(rest)


def at(*place: float) -> str:
    """A block at azimuth, elevation and distance."""
    return _position(" ".join(str(each) for each in place), ("azimuth", "elevation", "distance"), "")


MOVING = (Point(0.0, 90.0), Point(0.05, -100.0, 40.0), Point(0.09, 170.0, -10.0, 0.5, gain=0.5, width_deg=40.0))
"""A way for `Mover`."""
