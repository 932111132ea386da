"""Masters of beds and objects brought to targets: written as their tracks with their metadata, judged as rendered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import audiopost
from audiopost.media.adm.write import Bed, Mover, Point, adm_writer
from audiopost.media.audio_file import read_audio
from audiopost.media.carried import carried_by
from audiopost.units import db_to_linear
from tests.adm_material import MOVING
from tests.surface.conftest import Run
from tests.tolerances import QUANTISED_24_BIT

FRAMES = 2 * 48_000


def write(path: Path, samples: np.ndarray, way: Sequence[Point] = MOVING) -> Path:
    parts = [Bed("Music", "5.1"), Mover("Fly", way)]
    with adm_writer(path, 48_000, parts, samples.shape[1]) as writer:
        writer.write(samples)
    return path


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise at -20 dB in every track."""
    samples = 0.1 * np.random.default_rng(5).standard_normal((7, FRAMES))
    return write(tmp_path_factory.mktemp("adm") / "master.wav", samples.astype(np.float32))


def test_one_gain_on_every_track_brings_what_is_heard_to_the_target(master: Path, run: Run, tmp_path: Path) -> None:
    answer = run("normalize", master, "--target", "apple-atmos-music", "--output", tmp_path, "--json")
    (group,) = answer.document["groups"]
    assert (answer.code, group["passed"]) == (0, True)
    assert "rendered to 5.1 (ITU-R BS.2127-1)" in group["reason"]
    (file,) = group["files"]
    assert file["after"]["integrated_lufs"] == pytest.approx(-18.0, abs=0.05)
    assert (file["after"]["layout"], file["after"]["renderer"]) == ("5.1", "ITU-R BS.2127-1")
    before, _ = read_audio(master)
    after, _ = read_audio(tmp_path / "master.wav")
    assert np.allclose(after, before * db_to_linear(group["gain_db"]), atol=QUANTISED_24_BIT)
    old = {chunk.id: chunk.whole() for chunk in carried_by(master).chunks}
    assert {chunk.id: chunk.whole() for chunk in carried_by(tmp_path / "master.wav").chunks} == old


def test_a_limiter_looks_at_what_is_heard_and_lowers_all_tracks_alike(run: Run, tmp_path: Path) -> None:
    samples = 0.05 * np.random.default_rng(6).standard_normal((7, FRAMES))
    samples[:, 30_000:30_050] *= 12.0
    peaky = write(tmp_path / "peaky.wav", samples.astype(np.float32))
    hot = tmp_path / "hot.toml"
    hot.write_text(HOT)
    words = ("--target", hot, "--mode", "limit", "--max-limiting", "12", "--layout", "7.1.4")
    answer = run("normalize", peaky, *words, "--output", tmp_path / "out", "--json")
    (group,) = answer.document["groups"]
    after = group["files"][0]["after"]
    assert group["limiting_max_db"] > 1.0
    assert after["integrated_lufs"] == pytest.approx(-10.0, abs=0.1)
    assert after["true_peak_dbtp"] <= -0.99
    assert audiopost.measure(tmp_path / "out" / "peaky.wav", layout="7.1.4").loudness.true_peak_dbtp <= -0.99


HOT = """
id = "hot"
name = "Loud, with a ceiling"
[source]
document = "this test"
[[rules]]
measure = "integrated_lufs"
target = -10.0
tolerance = 0.1
[[rules]]
measure = "true_peak_dbtp"
max = -1.0
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--channels", "5.1"), "a programme of objects keeps its tracks and its length"),
        (("--trim", "--from", "1"), "a programme of objects keeps its tracks and its length"),
        (("--group", "stems"), "a programme of objects is no stem"),
    ],
)
def test_what_would_make_the_metadata_untrue_is_refused(
    words: tuple[str, ...], said: str, master: Path, run: Run, tmp_path: Path
) -> None:
    answer = run("normalize", master, "--target", "ebu-r128", "--output", tmp_path / "out", *words)
    assert (answer.code, said in answer.err) == (2, True)


TRACKS = """
id = "tracks"
name = "Each bed and object under a ceiling"
[source]
document = "this test"
[[rules]]
measure = "integrated_lufs"
max = -20.0
[[rules]]
measure = "track_true_peak_dbtp"
max = -2.0
when = { objects = true }
"""


def test_a_ceiling_for_each_bed_and_object_is_judged_and_kept(run: Run, tmp_path: Path) -> None:
    """A quiet object whose track is full: nobody hears its peak, a renderer that turns it up would."""
    samples = 0.001 * np.random.default_rng(8).standard_normal((7, FRAMES))
    samples[6, 1_000] = 0.97
    hot, tracks = write(tmp_path / "hot.wav", samples.astype(np.float32), [Point(0.0, gain=0.1)]), tmp_path / "t.toml"
    tracks.write_text(TRACKS)
    answer = run("check", hot, "--target", tracks, "--layout", "7.1.4")
    assert answer.code == 1
    assert "track_true_peak_dbtp" in answer.out
    assert "lower by 1.8 dB or lower that track by 1.8 dB" in answer.out
    assert run("check", hot, "--target", tracks, "--adm", "off", "--layout", "7.0").code == 0
    words = ("--target", tracks, "--layout", "7.1.4", "--output", tmp_path / "out", "--json")
    (group,) = run("normalize", hot, *words).document["groups"]
    assert group["gain_db"] == pytest.approx(-2.0 - 20 * np.log10(0.97), abs=0.05)
    assert run("check", tmp_path / "out" / "hot.wav", "--target", tracks, "--layout", "7.1.4").code == 0


def test_targets_say_on_which_loudspeakers_they_judge(master: Path, run: Run) -> None:
    (entry,) = run("measure", master, "--target", "umg-atmos", "--json").document["files"]
    assert entry["layout"] == "5.1"
    (entry,) = run("measure", master, "--target", "umg-atmos", "--layout", "stereo", "--json").document["files"]
    assert entry["layout"] == "stereo"
    assert "judged on their 5.1 re-render" in run("targets", "netflix-atmos").out
