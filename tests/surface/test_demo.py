"""The demo: the main job from beginning to end, on real speech, and without any."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.jobs import demo_material
from audiopost.jobs.demo import run_demo
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear
from tests.surface.conftest import Run
from tests.system import require_system
from tests.tolerances import PEER_LOUDNESS_LU, PEER_TRUE_PEAK_DB, THREE_STEMS_24_BIT


def test_the_demo_delivers_what_it_promises(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_system("loudgain", package="loudgain")
    require_system("ffmpeg", package="ffmpeg")
    monkeypatch.setattr("audiopost.jobs.demo.PLAY_S", 1.0)
    answer = run("demo", "here", "--json")
    result = answer.document
    assert answer.code == 0
    assert result["passed"] is True
    assert result["played"]["frames"] >= 48_000
    assert all((tmp_path / path).is_file() for path in result["files"])
    assert {delivery["target"] for delivery in result["deliveries"]} == {"ebu-r128", "apple-podcasts"}
    for delivery in result["deliveries"]:
        assert {other["meter"] for other in delivery["other_meters"]} == {"loudgain", "ffmpeg"}
        for other in delivery["other_meters"]:
            assert abs(other["integrated_lufs"] - delivery["integrated_lufs"]) <= PEER_LOUDNESS_LU
            assert abs(other["true_peak_dbtp"] - delivery["true_peak_dbtp"]) <= PEER_TRUE_PEAK_DB


@pytest.fixture(scope="module")
def stems() -> dict[str, AudioBlock]:
    """The material, with a synthesised voice."""
    return {
        "dialogue": demo_material.dialogue_stem(()),
        "music": demo_material.music_stem(),
        "effects": demo_material.effects_stem(),
    }


def test_it_works_without_speech_and_can_be_run_again(
    stems: dict[str, AudioBlock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiopost.jobs.demo.dialogue_stem", lambda recordings: stems["dialogue"])
    monkeypatch.setattr("audiopost.jobs.demo.music_stem", lambda: stems["music"])
    monkeypatch.setattr("audiopost.jobs.demo.effects_stem", lambda: stems["effects"])
    result = run_demo(tmp_path, lambda chain, path, duration_s: {}, recordings=())
    assert (result.passed, result.speech) == (True, "synthesised")
    first = {path: path.read_bytes() for path in result.files}
    mix, _ = read_audio(tmp_path / "mix.wav")
    np.testing.assert_allclose(mix, sum(stems.values()), rtol=0, atol=THREE_STEMS_24_BIT)
    again = run_demo(tmp_path, lambda chain, path, duration_s: {}, recordings=())
    assert {path: path.read_bytes() for path in again.files} == first


@pytest.mark.parametrize("name", ["music", "effects", "dialogue"])
def test_a_stem_sounds_all_through_and_never_clips(name: str, stems: dict[str, AudioBlock]) -> None:
    stem = stems[name]
    assert stem.shape == (2, 24 * 48_000)
    assert np.abs(stem).max() < db_to_linear(-3.0)
    quarters = stem.reshape(2, 4, -1)
    assert (np.abs(quarters).max(axis=2) > db_to_linear(-50.0)).all()
