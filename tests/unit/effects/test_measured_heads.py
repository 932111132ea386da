"""Heads from SOFA files: a sphere written into a file is heard as the sphere by its formula; bad files are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.dsp import spherical
from audiopost.errors import FileError, LayoutError
from audiopost.layouts import default_layout, layout_named
from tests import tolerances
from tests.running import SAMPLE_RATE, prepared, run
from tests.sofa_files import around, head_tables, write_sofa

POINTS = 8192
FREQUENCIES = np.fft.rfftfreq(POINTS, 1.0 / SAMPLE_RATE)


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_sofa(tmp_path_factory.mktemp("head") / "sphere.sofa", head_tables(around())))


def spectra(chain: Any, sound: np.ndarray, layout: str = "mono") -> np.ndarray:
    heard = chain.render(sound, SAMPLE_RATE, layout=layout)
    return np.fft.rfft(heard.astype(np.float64), POINTS, axis=1)


def click(channels: int = 1, channel: int = 0) -> np.ndarray:
    sound = np.zeros((channels, 1024), np.float32)
    sound[channel, 200] = 1.0
    return sound


def differences(found: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """Of levels from 150 Hz to 12 kHz the largest in dB, and how far apart the leads of one ear are, in us."""
    band = (FREQUENCIES > 150.0) & (FREQUENCIES < 12_000.0)
    ratio = np.abs(found[:, band]) / np.abs(wanted[:, band])
    low = (FREQUENCIES > 150.0) & (FREQUENCIES < 600.0)
    leads = [
        np.polyfit(2e-6 * np.pi * FREQUENCIES[low], np.unwrap(np.angle(each[0, low] * np.conj(each[1, low]))), 1)[0]
        for each in (found, wanted)
    ]
    return float(np.abs(20.0 * np.log10(ratio)).max()), float(abs(leads[0] - leads[1]))


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, -110.0])
def test_a_scene_is_heard_as_with_the_head_itself(head: str, azimuth_deg: float) -> None:
    placed = fx.ambisonic_encode(order=3, azimuth_deg=azimuth_deg)
    found, wanted = (spectra(placed >> each, click()) for each in (fx.binaural(hrtf=head), fx.binaural()))
    level_db, lead_us = differences(found, wanted)
    assert level_db < tolerances.MEASURED_SCENE_DB
    assert lead_us < tolerances.MEASURED_LEAD_US


@pytest.mark.parametrize(
    ("change", "level_db"),
    [
        ({}, tolerances.MEASURED_LOUDSPEAKER_DB),
        ({"between": "nearest"}, tolerances.MEASURED_NEAREST_DB),
        ({"rate_hz": 44_100}, tolerances.MEASURED_LOUDSPEAKER_DB),
        ({"cartesian": True}, tolerances.MEASURED_LOUDSPEAKER_DB),
        ({"swapped": True}, tolerances.MEASURED_LOUDSPEAKER_DB),
        ({"delays": True}, tolerances.MEASURED_LOUDSPEAKER_DB),
    ],
)
def test_loudspeakers_are_heard_as_with_the_head_itself(tmp_path: Path, change: dict, level_db: float) -> None:
    """Whatever the grid, the rate, the coordinates, the order of the ears, and delays that are stated apart."""
    tables = head_tables(around(), change.get("rate_hz", SAMPLE_RATE))
    if change.get("cartesian"):
        tables["SourcePosition"] = 1.2 * around()
    if change.get("swapped"):
        tables["Data.IR"] = tables["Data.IR"][:, ::-1]
        tables["ReceiverPosition"] = tables["ReceiverPosition"][::-1]
    if change.get("delays"):
        tables["Data.Delay"] = np.full((len(around()), 2), 4.0)
        tables["Data.Delay"][::2] = 11.0
        tables["Data.IR"][::2] = np.roll(tables["Data.IR"][::2], -7, axis=2)
    path = write_sofa(tmp_path / "head.sofa", tables, cartesian=bool(change.get("cartesian")))
    measured = fx.binaural(hrtf=str(path), between=change.get("between", "interpolated"))
    for channel in (0, 5):  # left, and right behind
        found, wanted = (spectra(each, click(6, channel), "5.1") for each in (measured, fx.binaural()))
        difference_db, lead_us = differences(found, wanted)
        assert difference_db < level_db
        assert lead_us < (tolerances.NEAREST_LEAD_US if "between" in change else tolerances.MEASURED_LEAD_US)


def test_a_grid_that_does_not_surround_the_head_is_heard_at_its_nearest_direction(tmp_path: Path) -> None:
    ring = spherical.unit_vectors(np.arange(0.0, 360.0, 5.0), np.zeros(72))
    path = write_sofa(tmp_path / "ring.sofa", head_tables(ring))
    found, wanted = (spectra(each, click(), "mono") for each in (fx.binaural(hrtf=str(path)), fx.binaural()))
    assert differences(found, wanted)[0] < tolerances.MEASURED_NEAREST_DB


def test_lfe_is_left_out_and_unknown_channels_are_refused() -> None:
    assert not run(prepared("binaural", "5.1"), click(6, layout_named("5.1").labels.index("LFE"))).any()
    with pytest.raises(LayoutError, match="nobody knows from where"):
        prepared("binaural", default_layout(13))


def bad(tables: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {name: values for name, values in {**tables, **changed}.items() if values is not None}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Data.IR": None}, "damaged: .*Data.IR"),
        ({"Data.IR": np.zeros((8, 1, 64))}, "its Data.IR is 8 x 1 x 64, not measurements x 2 ears x taps"),
        ({"Data.IR": np.full((8, 2, 64), np.nan)}, "a response is silent or holds what is no number"),
        ({"Data.IR": np.zeros((8, 2, 64))}, "a response is silent"),
        ({"SourcePosition": np.zeros((3, 3))}, "it says where 3 of 8 sources are"),
        ({"Data.SamplingRate": np.array([0.0])}, "its sample rate is 0 Hz"),
        ({"Data.Delay": np.zeros((5, 2))}, "its delays do not belong"),
        ({"Data.Delay": np.array([[0.0, 1e9]])}, "its delays differ by 1000000000 frames"),
        ({"ReceiverPosition": np.zeros((100, 3))}, "damaged: ReceiverPosition has 300 numbers"),
        ({"SourcePosition": np.full((8, 3), np.nan)}, "a source is nowhere"),
        ({"SourcePosition": np.full((8, 3), 1e300)}, "a source is nowhere"),
        ({"SourcePosition": np.zeros((8, 3))}, "a source is in the middle of the head"),
        ({"Data.IR": np.zeros((8, 2, 64), complex)}, "Data.IR is no table of numbers"),
        ({"Data.IR": np.zeros(8, dtype=[("large", "f8", (2, 1000))])}, "Data.IR is no table of numbers"),
    ],
)
def test_a_file_that_holds_no_head_is_told_in_a_sentence(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    path = write_sofa(tmp_path / "bad.sofa", bad(head_tables(around(8)), **changed))
    with pytest.raises(FileError, match=words):
        prepared("binaural", "stereo", settings={"hrtf": str(path)})


def test_other_files_are_no_heads(tmp_path: Path) -> None:
    write_sofa(tmp_path / "room.sofa", {}, convention="SingleRoomSRIR")
    (tmp_path / "text.sofa").write_text("no HDF5")
    (tmp_path / "cut.sofa").write_bytes(write_sofa(tmp_path / "whole.sofa", head_tables(around(8))).read_bytes()[:3000])
    for name, words in (
        ("gone.sofa", "there is no such file"),
        ("text.sofa", "it is not HDF5"),
        ("cut.sofa", "damaged"),
        ("room.sofa", "holds SingleRoomSRIR, not the responses of a head"),
    ):
        with pytest.raises(FileError, match=words):
            prepared("binaural", "stereo", settings={"hrtf": str(tmp_path / name)})


def test_a_table_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    """A file of a few kilobytes may say that it holds terabytes."""
    import h5py

    path = write_sofa(tmp_path / "huge.sofa", bad(head_tables(around(8)), **{"Data.IR": None}))
    with h5py.File(path, "a") as file:
        file.create_dataset("Data.IR", shape=(1_000_000, 2, 100_000), dtype="f8", chunks=(1, 2, 1000))
    with pytest.raises(FileError, match=r"Data\.IR has 200000000000 numbers"):
        prepared("binaural", "stereo", settings={"hrtf": str(path)})


@pytest.mark.parametrize("name", ["Data.IR", "Data.Delay", "SourcePosition", "Data.SamplingRate", "ReceiverPosition"])
def test_every_table_is_looked_at_before_it_is_read(tmp_path: Path, name: str) -> None:
    """As large as no memory is; as a folder; in another file."""
    import h5py

    (tmp_path / "elsewhere.h5").write_bytes(write_sofa(tmp_path / "good.sofa", head_tables(around(8))).read_bytes())

    def huge(file: h5py.File) -> None:
        file.create_dataset(name, shape=(10**12, 2, 1), dtype="f8", chunks=(1, 2, 1))

    def folder(file: h5py.File) -> None:
        file.create_group(name)

    def linked(file: h5py.File) -> None:
        file[name] = h5py.ExternalLink(str(tmp_path / "elsewhere.h5"), name)

    for number, spoil in enumerate((huge, folder, linked)):
        path = write_sofa(tmp_path / f"{number}.sofa", bad(head_tables(around(8)), **{name: None}))
        with h5py.File(path, "a") as file:
            spoil(file)
        with pytest.raises(FileError, match=name):
            prepared("binaural", "stereo", settings={"hrtf": str(path)})
