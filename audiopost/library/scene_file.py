"""A scene from TOML: which files are the beds, objects and Ambisonic scenes of a master, and where objects are when.

::

    schema = 1
    name = "Main"

    [[part]]
    name = "Music"
    file = "music.wav"
    bed = "5.1"

    [[part]]
    name = "Fly"
    file = "fly.wav"
    points = [{ time_s = 0.0, azimuth_deg = 90.0 }, { time_s = 4.0, azimuth_deg = -90.0, elevation_deg = 30.0 }]

    [[part]]
    name = "Air"
    file = "air.wav"
    scene = 3
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audiopost.library.schema import Field, Table, validated
from audiopost.library.toml_file import read_toml
from audiopost.media.adm.definitions import BED_PACKS
from audiopost.media.adm.write import Bed, Mover, Part, Point, SceneBed

__all__ = ["SceneFile", "ScenePart", "load_scene"]


class PointTable(Table):
    """Where an object is at a time; see `audiopost.media.adm.write.Point`."""

    time_s: float = Field(0.0, ge=0.0)
    azimuth_deg: float = Field(0.0, ge=-180.0, le=180.0)
    elevation_deg: float = Field(0.0, ge=-90.0, le=90.0)
    distance: float = Field(1.0, ge=0.0, le=1.0)
    gain: float = Field(1.0, ge=0.0, le=32.0)
    width_deg: float = Field(0.0, ge=0.0, le=360.0)
    height_deg: float = Field(0.0, ge=0.0, le=360.0)
    depth: float = Field(0.0, ge=0.0, le=1.0)
    diffuse: float = Field(0.0, ge=0.0, le=1.0)


class PartTable(Table):
    """A bed, an object or a scene."""

    name: str = Field(min_length=1)
    file: str = Field(min_length=1)
    bed: str | None = None
    scene: int | None = Field(None, ge=1, le=5)
    points: list[PointTable] | None = Field(None, min_length=1)


class SceneTable(Table):
    """The whole file."""

    form: Literal[1] = Field(alias="schema")
    name: str = "Main"
    part: list[PartTable] = Field(min_length=1)


@dataclass(frozen=True)
class ScenePart:
    """What a part is, and the file that holds its sound."""

    part: Part
    path: Path


@dataclass(frozen=True)
class SceneFile:
    """A programme and its parts, in their order."""

    path: Path
    name: str
    parts: tuple[ScenePart, ...]


def load_scene(path: str | Path) -> SceneFile:
    """Read a scene file; its paths are taken from the folder that it lies in.

    Raises
    ------
    PresetError
        If the file is missing or says something that it may not; with file, key and line.
    """
    place = Path(path).absolute()
    file = read_toml(place, shown_as=str(path))
    table = validated(SceneTable, file)
    parts = []
    for index, each in enumerate(table.part):
        key = ("part", index)
        given = [name for name in ("bed", "scene", "points") if getattr(each, name) is not None]
        if len(given) != 1:
            what = "is nothing" if not given else f"is {' and '.join(given)} at once"
            raise file.error(f"{each.name!r} {what}", key, "give it one of bed, scene, points")
        part: Part
        if each.bed is not None:
            if each.bed not in BED_PACKS:
                raise file.error(
                    f"no bed can be written for {each.bed}", (*key, "bed"), f"known: {', '.join(BED_PACKS)}"
                )
            part = Bed(each.name, each.bed)
        elif each.scene is not None:
            part = SceneBed(each.name, each.scene)
        else:
            assert each.points is not None
            times = [point.time_s for point in each.points]
            if any(later <= earlier for earlier, later in itertools.pairwise(times)):
                raise file.error("its points are not in order of time", (*key, "points"), "sort them, each later")
            part = Mover(each.name, [Point(**point.model_dump()) for point in each.points])
        parts.append(ScenePart(part, place.parent / each.file))
    return SceneFile(place, table.name, tuple(parts))
