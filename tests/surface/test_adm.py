"""Files of beds and objects on the command line: described, rendered, measured; broken ones refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import audiopost
from audiopost.media.adm.write import Bed, Mover
from audiopost.media.audio_file import read_audio
from tests.adm_material import MOVING, at, objects_axml, write_objects, write_parts, write_tracks
from tests.adm_material import noise as samples
from tests.sofa_files import around, head_tables, write_sofa
from tests.surface.conftest import Run, write_wave

FRAMES = 48_000


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 5.1 bed and an object that moves."""
    path = tmp_path_factory.mktemp("adm") / "scene.wav"
    return write_parts(path, [Bed("Music", "5.1"), Mover("Fly", MOVING)], FRAMES)


def test_what_is_in_a_file(scene: Path, run: Run) -> None:
    answer = run("adm", "info", scene)
    lines = answer.out.splitlines()
    assert lines[0] == f"{scene}: 7 tracks, 2 objects, rendered to 7.1.4"
    assert lines[3].split()[:4] == ["AO_1001", "Music", "DirectSpeakers", "1-6"]
    (entry,) = run("adm", "info", scene, "--json").document["files"]
    assert [each["type"] for each in entry["objects"]] == ["DirectSpeakers", "Objects"]
    assert (entry["usual_layout"], entry["dolby_atmos"], entry["error"]) == ("7.1.4", None, None)


def test_measured_as_rendered_on_the_stated_layout(scene: Path, run: Run, tmp_path: Path) -> None:
    (entry,) = run("measure", scene, "--layout", "5.1", "--json").document["files"]
    assert (entry["channels"], entry["layout"], entry["renderer"]) == (6, "5.1", "ITU-R BS.2127-1")
    assert run("adm", "render", scene, "--output", tmp_path, "--layout", "5.1", "--bits", "32f").code == 0
    (rendered,) = run("measure", tmp_path / "scene.wav", "--layout", "5.1", "--json").document["files"]
    assert (rendered["integrated_lufs"], rendered["renderer"]) == (
        pytest.approx(entry["integrated_lufs"], abs=1e-6),
        None,
    )
    assert audiopost.measure(scene, layout="5.1").loudness.integrated_lufs == entry["integrated_lufs"]


def test_the_usual_layout_is_told(scene: Path, run: Run) -> None:
    answer = run("measure", scene)
    assert answer.out.splitlines()[1].split()[1] == "7.1.4"
    assert "rendered to 7.1.4 (ITU-R BS.2127); --layout names another" in answer.err


def test_channels_as_they_lie(scene: Path, run: Run) -> None:
    (entry,) = run("measure", scene, "--adm", "off", "--json").document["files"]
    assert (entry["channels"], entry["renderer"]) == (7, None)


def test_programmes_by_name(scene: Path, run: Run) -> None:
    assert run("measure", scene, "--adm", "Main").code == 0
    answer = run("measure", scene, "--adm", "Mian")
    assert (answer.code, answer.err.strip()) == (
        2,
        "audiopost: --adm: unknown audioProgramme 'Mian'; did you mean Main?",
    )


def test_headphones(run: Run, tmp_path: Path) -> None:
    left = write_objects(tmp_path / "left.wav", [[at(90, 0, 1)]])
    answer = run("adm", "render", left, "--output", tmp_path / "out", "--layout", "binaural", "--bits", "32f", "--json")
    (entry,) = answer.document["files"]
    assert entry["layout"] == "binaural"
    (measured,) = run("measure", tmp_path / "out" / "left.wav", "--json").document["files"]
    near, far = measured["true_peak_per_channel_dbtp"]
    assert near > far + 3.0


def test_a_head_that_is_none_is_exit_code_3_and_one_sentence(run: Run, tmp_path: Path) -> None:
    left = write_objects(tmp_path / "left.wav", [[at(90, 0, 1)]])
    room = write_sofa(tmp_path / "room.sofa", {}, convention="SingleRoomSRIR")
    command = ("adm", "render", left, "--output", tmp_path / "out", "--hrtf", room)
    answer = run(*command, "--layout", "binaural")
    assert (answer.code, answer.err.strip()) == (
        3,
        f"audiopost: {room}: holds SingleRoomSRIR, not the responses of a head; "
        "give one of the convention SimpleFreeFieldHRIR",
    )
    assert not (tmp_path / "out").exists()
    assert run(*command, "--layout", "5.1").code == 2


BAD_HEADS: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("no head"),
    "empty": lambda path: path.touch(),
    "cut off": lambda path: path.write_bytes(write_sofa(path, head_tables(around(20))).read_bytes()[:3000]),
    "no responses": lambda path: write_sofa(path, {"SourcePosition": np.zeros((1, 3))}),
    "not a number": lambda path: write_sofa(path, head_tables(around(20)) | {"Data.IR": np.full((20, 2, 64), np.nan)}),
    "other shapes": lambda path: write_sofa(path, head_tables(around(20)) | {"Data.IR": np.zeros((20, 3, 64))}),
    "huge": lambda path: write_sofa(path, head_tables(around(20)), huge="Data.IR"),
    "another convention": lambda path: write_sofa(path, head_tables(around(20)), convention="SingleRoomSRIR"),
    "not there": lambda path: None,
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", BAD_HEADS)
def test_a_bad_head_is_exit_code_3_and_one_sentence_that_names_it(kind: str, run: Run, tmp_path: Path) -> None:
    """From the command line and in a chain; nothing is written."""
    BAD_HEADS[kind](tmp_path / "bad.sofa")
    left = write_objects(tmp_path / "left.wav", [[at(90, 0, 1)]])
    chain = tmp_path / "ears.toml"
    chain.write_text(
        'schema = 1\nname = "Ears"\nchain = ["ears"]\n[nodes.ears]\neffect = "binaural"\nhrtf = "bad.sofa"\n'
    )
    out = tmp_path / "out"
    for command in (
        ("adm", "render", left, "--output", out, "--layout", "binaural", "--hrtf", tmp_path / "bad.sofa"),
        ("render", left, out / "ears.wav", "--chain", chain, "--layout", "7.1.4"),
    ):
        answer = run(*command)
        assert answer.code == 3, answer.err
        assert len(answer.err.strip().splitlines()) == 1
        assert "bad.sofa" in answer.err
        assert "Traceback" not in answer.err
    assert not list(out.glob("*"))


def test_broken_metadata_are_one_sentence_that_names_the_element(run: Run, tmp_path: Path) -> None:
    axml, tracks = objects_axml([[at(0, 0, 1)]])
    path = write_tracks(tmp_path / "a.wav", axml.replace(b">AO_1001<", b">AO_8<"), tracks, samples(1))
    for command in (("measure", path), ("adm", "info", path), ("adm", "render", path, "--output", tmp_path / "out")):
        answer = run(*command)
        assert answer.code == 3
        assert answer.err.strip() == (
            f"audiopost: {path}: ADM: ACO_1001: it names AO_8, which is not there; "
            "export the file again, or take its tracks as they lie: --adm off"
        )
    assert run("measure", path, "--adm", "off").code == 0


def test_a_bomb_is_refused(run: Run, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    _, tracks = objects_axml([[at(0, 0, 1)]])
    answer = run("measure", write_tracks(tmp_path / "a.wav", bomb, tracks, samples(1)))
    assert (answer.code, "document type declaration" in answer.err) == (3, True)


def test_a_plain_file_has_no_metadata(run: Run, tone: Path) -> None:
    answer = run("adm", "info", tone)
    assert (answer.code, answer.err.strip()) == (
        3, f"audiopost: {tone}: it has no ADM metadata; it needs the chunks axml and chna"
    )  # fmt: skip


def test_a_master_of_dolby_atmos_is_named(run: Run, tmp_path: Path) -> None:
    dbmd = bytes((6, 0, 0, 1, 9, 1, 0, 0, 0, 0))
    path = write_objects(tmp_path / "a.wav", [[at(0, 0, 1)]], dbmd=dbmd)
    assert ", a Dolby Atmos master" in run("adm", "info", path).out


SCENE = """schema = 1
name = "Film"
[[part]]
name = "Music"
file = "music.wav"
bed = "5.1"
[[part]]
name = "Fly"
file = "fly.wav"
points = [{ time_s = 0.0, azimuth_deg = 90.0 }, { time_s = 0.5, azimuth_deg = -90.0 }]
[[part]]
name = "Air"
file = "air.wav"
scene = 1
"""


def write_parts_of_a_scene(folder: Path) -> None:
    for name, channels, frames in (("music", 6, 24_000), ("fly", 1, 12_000), ("air", 4, 24_000)):
        write_wave(folder / f"{name}.wav", samples(channels, frames))


def test_a_master_is_made_of_files_and_heard_where_they_are(run: Run, tmp_path: Path) -> None:
    write_parts_of_a_scene(tmp_path)
    (tmp_path / "scene.toml").write_text(SCENE)
    answer = run("adm", "make", "scene.toml", "--output", "master.wav")
    assert (answer.code, answer.out) == (0, "master.wav: Film, 3 parts, 11 tracks, 0.500 s\n")
    (found,) = run("adm", "info", "master.wav", "--json").document["files"]
    assert [each["name"] for each in found["objects"]] == ["Music", "Fly", "Air"]
    block, rate_hz = read_audio(tmp_path / "master.wav")
    assert (block.shape, rate_hz) == ((11, 24_000), 48_000)
    np.testing.assert_array_equal(block[6, :12_000], read_audio(tmp_path / "fly.wav")[0][0])
    assert not block[6, 12_000:].any()
    assert run("measure", "master.wav", "--layout", "7.1.4").code == 0
    assert run("adm", "make", "scene.toml", "--output", "master.wav").code == 3, "it is there already"


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('bed = "5.1"', 'bed = "5.2"', 2, "no bed can be written for 5.2"),
        ('bed = "5.1"', "", 2, "'Music' is nothing; give it one of bed, scene, points"),
        ("time_s = 0.5", "time_s = 0.0", 2, "its points are not in order of time"),
        ("azimuth_deg = -90.0", "azimuth_deg = -900.0", 2, "scene.toml"),
        ('"fly.wav"', '"gone.wav"', 3, "gone.wav"),
        ('"fly.wav"', '"air.wav"', 2, "has 4 channels, 'Fly' needs 1"),
    ],
)
def test_a_scene_that_cannot_be_made_is_one_sentence(
    run: Run, tmp_path: Path, old: str, new: str, code: int, words: str
) -> None:
    write_parts_of_a_scene(tmp_path)
    (tmp_path / "scene.toml").write_text(SCENE.replace(old, new))
    answer = run("adm", "make", "scene.toml", "--output", "master.wav")
    assert (answer.code, words in answer.message) == (code, True)
    assert not (tmp_path / "master.wav").exists()
