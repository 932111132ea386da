"""What normalize and render make of bext, iXML, markers and tags, read back by programs of others."""

import shutil
from pathlib import Path

import mutagen
import pytest
import wavinfo

from audiopost.errors import UsageError
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.jobs.normalize import normalize
from audiopost.jobs.render import render
from audiopost.media.carried import carried_by
from audiopost.media.tags import tags_of_wave
from tests.broadcast_waves import TIME_REFERENCE, bext_body, broadcast_wave
from tests.programmes import write_sound
from tests.signals import tones


def gained(gain_db: float) -> GraphSpec:
    return GraphSpec.series(("gain", NodeSpec.of("gain", {"gain_db": gain_db})))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return broadcast_wave(tmp_path / "a.wav", tones((-26.0, 2.0), (-20.0, 2.0)))


def delivered(source: Path, folder: Path, **options: object) -> tuple[Path, dict[str, float | None]]:
    (result,) = normalize(source, "ebu-r128", folder, **options)  # type: ignore[arg-type]
    assert result.error is None
    assert result.files[0].output is not None
    assert result.files[0].after is not None
    return result.files[0].output, result.files[0].after.to_json()


@pytest.mark.parametrize("rate", [48_000, 96_000, 44_100])
def test_bext_says_the_loudness_of_what_was_written_and_keeps_the_rest(tmp_path: Path, source: Path, rate: int) -> None:
    output, after = delivered(source, tmp_path / "out", rate=rate)
    bext = wavinfo.WavInfoReader(str(output)).bext.to_dict()
    for field, measure in (
        ("loudness_value", "integrated_lufs"), ("loudness_range", "loudness_range_lu"),
        ("max_true_peak", "true_peak_dbtp"), ("max_momentary_loudness", "momentary_max_lufs"),
        ("max_shortterm_loudness", "short_term_max_lufs"),
    ):  # fmt: skip
        assert bext[field] == pytest.approx(after[measure], abs=0.00501)  # half a hundredth
    assert bext["time_reference"] == round(TIME_REFERENCE * rate / 48_000)
    assert (bext["description"], bext["originator_ref"], bext["version"]) == ("A door, slammed", "REF-1", 2)
    first, second = bext["coding_history"].split()[:2]
    assert first == "A=PCM,F=48000,W=24,M=stereo,T=recorder"
    assert second.startswith(f"A=PCM,F={rate},W=24,M=stereo,T=audiopost")


def test_markers_and_ixml_follow_the_rate(tmp_path: Path, source: Path) -> None:
    output, _ = delivered(source, tmp_path / "out", rate=96_000)
    found = wavinfo.WavInfoReader(str(output))
    cues = found.cues.to_dict()
    assert cues == {1: {"frame": 4_800, "label": "slam", "length": 9_600}, 2: {"frame": 96_000}}
    assert (found.ixml.scene, found.ixml.take) == ("42A", "7")
    assert (found.info.title, found.info.artist) == ("A door", "Foley")


def test_silence_has_undefined_loudness(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", tones((-90.0, 1.0)))
    render(source, tmp_path / "b.wav", gained(1.0))
    bext = wavinfo.WavInfoReader(str(tmp_path / "b.wav")).bext
    assert bext.loudness_value == bext.max_true_peak == 327.67  # what 0x7FFF reads as


def test_a_rendered_file_carries_what_its_source_did(tmp_path: Path, source: Path) -> None:
    result = render(source, tmp_path / "b.wav", gained(-3.0), sample_rate=96_000)
    assert result.notes == ("levl is left out: its peak envelope is that of the input",)
    found = wavinfo.WavInfoReader(str(tmp_path / "b.wav"))
    assert found.bext.time_reference == 2 * TIME_REFERENCE
    assert found.cues.to_dict()[2] == {"frame": 96_000}


def test_what_a_format_cannot_hold_is_told(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", format="flac")
    assert result.files[0].before is not None
    notes = result.files[0].before.notes
    assert notes == ("flac does not hold bext, odd, iXML, cue, levl, smpl, cart, zzzz: left out",)


def test_a_copy_is_a_copy_to_the_byte(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", tones((-23.0, 2.0)))
    output, _ = delivered(source, tmp_path / "out")
    assert output.read_bytes() == source.read_bytes()


def test_bext_is_made_on_request_and_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-30.0, 2.0)))
    first, after = delivered(source, tmp_path / "1", tags=["bext"])
    second, _ = delivered(source, tmp_path / "2", tags=["bext"])
    assert first.read_bytes() == second.read_bytes()
    assert wavinfo.WavInfoReader(str(first)).bext.loudness_value == pytest.approx(after["integrated_lufs"], abs=0.00501)
    plain, _ = delivered(source, tmp_path / "3")
    assert wavinfo.WavInfoReader(str(plain)).bext is None


@pytest.mark.parametrize("format_name", ["flac", "aiff", "mp3", "ogg", "opus"])
def test_gains_for_players_are_those_of_the_written_file(tmp_path: Path, source: Path, format_name: str) -> None:
    tags = ["replaygain", "r128"] if format_name == "opus" else ["replaygain"]
    output, after = delivered(source, tmp_path / "out", format=format_name, tags=tags, mode="limit")
    loudness = after["integrated_lufs"]
    assert loudness is not None
    texts = {name.upper().removeprefix("TXXX:"): text for name, text in mutagen.File(output).tags.items()}
    if format_name == "opus":
        assert int(texts["R128_TRACK_GAIN"][0]) == round((-23.0 - loudness) * 256)
    gain = str(getattr(texts["REPLAYGAIN_TRACK_GAIN"], "text", texts["REPLAYGAIN_TRACK_GAIN"])[0])
    assert gain == f"{-18.0 - loudness:+.2f} dB"
    assert texts["TITLE" if format_name in ("flac", "ogg", "opus") else "TIT2"][0] == "A door"


def test_gains_of_an_album_and_of_its_tracks_in_wave(tmp_path: Path) -> None:
    sources = [
        write_sound(tmp_path / f"{name}.wav", tones((level, 2.0))) for name, level in (("a", -30.0), ("b", -20.0))
    ]
    (result,) = normalize(sources, "ebu-r128", tmp_path / "out", group="album", tags=["replaygain"])
    texts = []
    for file in result.files:
        assert file.output is not None
        (chunk,) = carried_by(file.output).chunks
        assert mutagen.File(file.output).tags is not None
        texts.append(tags_of_wave(b"", chunk.whole()).texts)
    assert texts[0]["REPLAYGAIN_ALBUM_GAIN"] == texts[1]["REPLAYGAIN_ALBUM_GAIN"]
    gains = [float(text["REPLAYGAIN_TRACK_GAIN"][0].split()[0]) for text in texts]
    assert gains[0] - gains[1] == pytest.approx(10.0, abs=0.02)


def test_opus_gains_belong_to_opus(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", tags=["r128"])
    assert isinstance(result.error, UsageError)
    assert not (tmp_path / "out").exists()


def test_an_older_bext_gets_its_version_with_its_loudness(tmp_path: Path, source: Path) -> None:
    raw = source.read_bytes()
    (tmp_path / "old.wav").write_bytes(raw.replace(bext_body(), bext_body(1)))
    output, _ = delivered(tmp_path / "old.wav", tmp_path / "out")
    bext = wavinfo.WavInfoReader(str(output)).bext
    assert (bext.version, bext.loudness_value) == (2, pytest.approx(-23.0, abs=0.01))


def test_a_read_only_input_is_carried_too(tmp_path: Path, source: Path) -> None:
    locked = shutil.copy(source, tmp_path / "locked.wav")
    locked.chmod(0o400)
    output, _ = delivered(locked, tmp_path / "out")
    assert [chunk.id for chunk in carried_by(output).chunks][:2] == ["bext", "odd "]
