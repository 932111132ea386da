"""Programmes as sound: where sources are heard, anywhere in the file alike, and what is left aside is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.dsp.ambisonic_decoding import energy_vectors
from audiopost.dsp.point_source import point_source_panner
from audiopost.dsp.spherical import even_directions, unit_vectors
from audiopost.errors import UsageError
from audiopost.media.adm.adm_file import AdmFile, model_of
from audiopost.media.adm.cartesian import balance
from audiopost.media.adm.dolby import dolby_master
from audiopost.media.adm.rendering import open_rendering
from audiopost.media.adm.systems import RENDERED_LAYOUTS, system_of
from audiopost.media.adm.write import Bed, Mover
from tests.adm_material import MOVING, at, noise, write_kind, write_objects, write_parts
from tests.tolerances import FLOAT64_SUM, PANNED_ENERGY_VECTOR_DEG, QUANTISED_24_BIT

ALL_ROUND = [name for name in RENDERED_LAYOUTS if name != "stereo"]
DBMD = bytes((6, 0, 0, 1)) + bytes((9,)) + (4).to_bytes(2, "little") + bytes(5) + bytes((10, 0, 0, 0, 0))


@pytest.mark.parametrize("layout", ALL_ROUND)
def test_power_is_that_of_the_source_in_every_direction(layout: str) -> None:
    gains = system_of(layout).panner.gains(even_directions(2000))
    assert np.all(gains >= 0.0)
    assert np.allclose(np.sum(np.square(gains), axis=1), 1.0, atol=FLOAT64_SUM)


@pytest.mark.parametrize("layout", RENDERED_LAYOUTS)
def test_at_a_loudspeaker_it_plays_alone(layout: str) -> None:
    system = system_of(layout)
    gains = system.panner.gains(unit_vectors(*system.places_deg[system.heard].T))
    assert np.allclose(gains, np.eye(len(gains)), atol=1e-7)


def test_sources_are_heard_where_they_are() -> None:
    places = system_of("22.2").places_deg[system_of("22.2").heard]
    directions = even_directions(2000)
    directions = directions[directions[:, 2] > 0.0]
    gains = point_source_panner(*places.T).gains(directions)
    _, vectors = energy_vectors(gains, *places.T)
    cosines = np.sum(vectors * directions, axis=1) / np.linalg.norm(vectors, axis=1)
    assert np.mean(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))) < PANNED_ENERGY_VECTOR_DEG


def test_any_part_of_a_file_is_the_same_as_in_the_whole(tmp_path: Path) -> None:
    path = write_kind("objects", tmp_path / "a.wav")
    with open_rendering(AdmFile(path, "7.1.4")) as reader:
        whole = reader.read(reader.frames)
        reader.seek(1_234)
        parts = np.concatenate([reader.read(frames) for frames in (1, 700, 63)], axis=1)
    # The decorrelation is a product of spectra, whose length is that of the part.
    assert np.max(np.abs(parts - whole[:, 1_234 : 1_234 + 764])) < 1e-7


def test_a_bed_alone_is_its_own_layout_bit_for_bit(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "a.wav", [Bed("Mix", "5.1.4")])
    with open_rendering(AdmFile(path)) as reader:
        assert reader.layout.name == "5.1.4"
        assert np.allclose(reader.read(reader.frames), noise(10), atol=QUANTISED_24_BIT)
        assert reader.notes == ()


def test_objects_go_to_the_usual_layout_and_say_so(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "a.wav", [Bed("Mix", "5.1"), Mover("Fly", MOVING)])
    with open_rendering(AdmFile(path)) as reader:
        assert (reader.layout.name, reader.channels) == ("7.1.4", 12)
        assert reader.notes == ("objects and scenes are rendered to 7.1.4 (ITU-R BS.2127); --layout names another",)


def test_the_cube_has_its_corners_where_the_loudspeakers_are() -> None:
    system = system_of("7.1.4")
    cubic = system.cubic[system.heard]
    assert np.allclose(balance(cubic, cubic), np.eye(len(cubic)), atol=1e-12)


def test_a_layout_without_loudspeakers_all_around_is_refused() -> None:
    with pytest.raises(UsageError, match="no programme of objects can be rendered to quad"):
        system_of("quad")


def test_a_dolby_master_is_recognised_and_what_is_left_aside_is_named(tmp_path: Path) -> None:
    path = write_objects(tmp_path / "a.wav", [[at(0, 0, 1)]], dbmd=DBMD)
    with open_rendering(AdmFile(path)) as reader:
        (note,) = (each for each in reader.notes if "Dolby" in each)
    assert note.endswith("not read: down-mix and warp modes, trims and binaural modes")


def test_other_broadcast_metadata_make_no_dolby_master(tmp_path: Path) -> None:
    adm = model_of(write_objects(tmp_path / "a.wav", [[at(0, 0, 1)]]))
    assert dolby_master(adm, bytes((6, 0, 0, 1, 7, 0, 0, 0, 0))) is None
