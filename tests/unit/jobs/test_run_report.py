"""The report of a run, and the run repeated from it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.graph.fingerprint import conditions
from audiopost.jobs.group_files import sha256_of
from audiopost.jobs.normalize import normalize
from audiopost.jobs.repeat import repeat
from audiopost.jobs.run_report import read_report, write_report
from audiopost.library.targets import list_targets
from audiopost.media import wave_chunks
from audiopost.media.audio_file import read_audio
from tests.broadcast_waves import broadcast_wave
from tests.programmes import speech, write_sound
from tests.signals import noise_with_bursts


def run(tmp_path: Path, source: Path, **settings: Any) -> dict[str, Any]:
    words = {"target": "spotify-normal", "mode": "limit", "max_limiting_db": 24.0, "bits": "16"} | settings
    normalize(source, output=tmp_path / "out", report=tmp_path / "run.json", **words)  # type: ignore[arg-type]
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "a.wav", noise_with_bursts(2, 2.0))


def test_a_report_holds_all_that_made_the_output(tmp_path: Path, source: Path) -> None:
    document = run(tmp_path, source)
    assert document["conditions"] == conditions()
    assert document["inputs"] == [{"path": str(source), "sha256": sha256_of(source), "normalized": True}]
    out = tmp_path / "out" / "a.wav"
    assert document["outputs"] == [{"path": str(out), "sha256": sha256_of(out)}]
    assert document["settings"]["max_limiting_db"] == 24.0
    assert document["target"]["rules"][0]["target"] == -14.0
    (group,) = document["groups"]
    assert group["files"][0]["before"]["integrated_lufs"] < group["files"][0]["after"]["integrated_lufs"]
    (limiting,) = group["limiting"]
    assert limiting["trace_hz"] == 10
    assert len(limiting["trace_db"]) == 20
    assert max(limiting["trace_db"]) == pytest.approx(limiting["max_db"], abs=0.001)
    assert 0.0 < limiting["mean_db"] < limiting["max_db"]
    assert 0.0 < limiting["over_1_db_s"] < 2.0


@pytest.mark.parametrize(
    "settings",
    [
        {"format": "wav"},
        {"format": "flac"},
        {"format": "rf64"},
        {"format": "bw64", "bits": "24", "tags": ("bext",)},
        {"conform": True, "target": "ebu-r128", "start": "1", "end": "9", "trim": True},
        {"format": "wav", "rate": 44_100, "dither": "shaped"},
        {"mode": "level", "target": "ebu-r128", "max_range_lu": 2.0, "max_riding_db": 12.0},
    ],
)
def test_a_run_repeated_from_its_report_gives_the_same_bytes(tmp_path: Path, settings: dict[str, Any]) -> None:
    source = write_sound(tmp_path / "a.wav", np.repeat(np.tile(speech(), 1), 2, axis=0))
    run(tmp_path, source, **settings)
    again = repeat(tmp_path / "run.json", tmp_path / "again")
    assert again.differing == ()
    assert again.notes == ()
    (first,) = (path for path in (tmp_path / "out").iterdir() if path.suffix in (".wav", ".flac"))
    assert (tmp_path / "again" / first.name).read_bytes() == first.read_bytes()
    assert read_audio(first)[0].any()


def test_a_run_too_long_for_riff_is_repeated_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The length from which a WAVE file is RF64 is lowered, so that some seconds reach it."""
    monkeypatch.setattr(wave_chunks, "RIFF_LIMIT_BYTES", 100_000)
    source = broadcast_wave(tmp_path / "a.wav", noise_with_bursts(2, 2.0))
    run(tmp_path, source, target="ebu-r128", bits="24")
    assert (tmp_path / "out" / "a.wav").read_bytes()[:4] == b"RF64"
    assert repeat(tmp_path / "run.json", tmp_path / "again").differing == ()
    assert (tmp_path / "again" / "a.wav").read_bytes() == (tmp_path / "out" / "a.wav").read_bytes()


def test_stems_are_repeated_with_all_that_was_listened_to(tmp_path: Path) -> None:
    voice = np.repeat(speech(), 2, axis=0)
    stems = [
        write_sound(tmp_path / f"{name}.wav", voice * np.float32(share)) for name, share in (("d", 0.7), ("m", 0.3))
    ]
    mix = write_sound(tmp_path / "mix.wav", sum(read_audio(path)[0] for path in stems))  # type: ignore[arg-type]
    normalize(
        stems, "peacock", tmp_path / "out", group="stems", dialogue_stem=stems[0], full_mix=mix,
        report=tmp_path / "run.json",
    )  # fmt: skip
    saved = read_report(tmp_path / "run.json")
    assert saved.paths == tuple(stems)
    assert set(saved.inputs) == {str(path) for path in (*stems, mix)}
    assert repeat(tmp_path / "run.json", tmp_path / "again").differing == ()


def test_a_changed_input_is_told(tmp_path: Path, source: Path) -> None:
    run(tmp_path, source)
    write_sound(source, noise_with_bursts(2, 2.0, seed=9))
    with pytest.raises(FileError, match="has changed since the report"):
        repeat(tmp_path / "run.json", tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "another"}', "{"])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(FileError, match="name a report that --report wrote"):
        read_report(tmp_path / "run.json")


def test_other_versions_are_told(tmp_path: Path, source: Path) -> None:
    document = run(tmp_path, source)
    document["conditions"]["numpy"] = "1.0"
    (tmp_path / "run.json").write_text(json.dumps(document), encoding="utf-8")
    assert "numpy was 1.0" in read_report(tmp_path / "run.json").notes[0]


def test_every_packed_target_comes_back_from_a_report_as_it_was(tmp_path: Path, source: Path) -> None:
    document = run(tmp_path, source)
    for target in list_targets():
        write_report(tmp_path / "t.json", target, document["settings"], {source: sha256_of(source)}, {}, ())
        assert read_report(tmp_path / "t.json").target == target


def test_a_report_never_overwrites_an_input_or_output(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", noise_with_bursts(2, 1.0))
    (tmp_path / "run.json").symlink_to(source)
    before = source.read_bytes()
    with pytest.raises(FileError, match="never overwritten"):
        normalize(source, "ebu-r128", tmp_path / "out", report=tmp_path / "run.json")
    assert source.read_bytes() == before
