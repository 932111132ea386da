"""Programmes in several files, in films, folded down: brought to a target and written back as such."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from audiopost.blocks import AudioBlock
from audiopost.errors import UsageError
from audiopost.jobs.measure import measure
from audiopost.jobs.normalize import normalize
from audiopost.jobs.repeat import repeat
from audiopost.layouts import layout_named
from audiopost.media.audio_file import open_audio
from audiopost.media.joined_files import join_channel_files
from audiopost.media.video_tracks import VideoTracks
from tests import tolerances
from tests.broadcast_waves import broadcast_wave
from tests.films import film, packet_hashes
from tests.programmes import write_sound
from tests.signals import noise_with_bursts, tones, white_noise

FIVE_ONE = layout_named("5.1")


@pytest.fixture
def sound() -> AudioBlock:
    return white_noise(6, 96_000, peak_linear=0.2)


@pytest.fixture
def monos(tmp_path: Path, sound: AudioBlock) -> list[Path]:
    return [
        write_sound(tmp_path / f"mix.{label}.wav", channel[np.newaxis])
        for label, channel in zip(FIVE_ONE.labels, sound, strict=True)
    ]


def test_discrete_monos_are_one_programme_and_are_written_back_as_such(
    tmp_path: Path, monos: list[Path], sound: AudioBlock
) -> None:
    poly = write_sound(tmp_path / "poly.wav", sound, layout="5.1")
    (apart,) = normalize(monos, "ebu-r128", tmp_path / "out", join=True)
    (whole,) = normalize(poly, "ebu-r128", tmp_path / "out")
    assert apart.passed
    assert apart.gain_db == whole.gain_db
    (file,) = apart.files
    assert [path.name for path in file.outputs] == [path.name for path in monos]
    assert file.after is not None
    assert (file.after.layout, file.after.parts) == ("5.1", file.outputs)
    together = np.stack([soundfile.read(path)[0] for path in file.outputs])
    assert np.array_equal(together, soundfile.read(tmp_path / "out" / "poly.wav")[0].T)
    written = {path.name for path in (tmp_path / "out").glob("*.wav")}
    assert written == {path.name for path in monos} | {"poly.wav"}


def test_every_mono_says_the_loudness_of_the_programme(tmp_path: Path) -> None:
    for label in ("L", "R"):
        broadcast_wave(tmp_path / f"mix.{label}.wav", tones((-20.0, 2.0), channels=1))
    (result,) = normalize(sorted(tmp_path.glob("mix.*")), "ebu-r128", tmp_path / "out", join=True)
    assert [wavinfo.WavInfoReader(str(path)).bext.loudness_value for path in result.files[0].outputs] == [-23.0, -23.0]


def test_monos_to_one_file_and_one_file_to_monos(tmp_path: Path, monos: list[Path], sound: AudioBlock) -> None:
    (result,) = normalize(monos, "ebu-r128", tmp_path / "poly", join=True, kind="poly")
    assert [path.name for path in result.files[0].outputs] == ["mix.wav"]
    poly = write_sound(tmp_path / "six.wav", sound, layout="5.1")
    (result,) = normalize(poly, "ebu-r128", tmp_path / "monos", kind="monos")
    assert [path.name for path in result.files[0].outputs] == [f"six.{label}.wav" for label in FIVE_ONE.labels]


def test_a_copy_of_monos_is_a_copy_of_each(tmp_path: Path) -> None:
    sources = [write_sound(tmp_path / f"a_{label}.wav", tones((-23.0, 2.0), channels=1)) for label in ("L", "R")]
    (result,) = normalize(sources, "ebu-r128", tmp_path / "out", join=True)
    assert result.copied
    assert [path.read_bytes() for path in result.files[0].outputs] == [path.read_bytes() for path in sources]


@pytest.mark.parametrize("channels", ["stereo", "lt-rt", "mono", "5.1-film"])
def test_what_is_folded_meets_the_target_as_it_is_folded(tmp_path: Path, sound: AudioBlock, channels: str) -> None:
    source = write_sound(tmp_path / "six.wav", sound, layout="5.1")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", channels=channels)
    assert result.passed
    (output,) = result.files[0].outputs
    layout = {"lt-rt": "stereo"}.get(channels, channels)
    found = measure(output, layout=layout)
    assert found.loudness.integrated_lufs == pytest.approx(-23.0, abs=tolerances.DELIVERED_LOUDNESS_LU)
    assert found.channels == layout_named(layout).channels
    assert result.files[0].before is not None
    assert (result.files[0].before.channels, result.files[0].before.layout) == (6, "5.1")


def test_the_ceiling_holds_behind_rate_and_fold(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "six.wav", noise_with_bursts(6, 3.0), layout="5.1")
    options = {"mode": "limit", "max_limiting_db": 24.0, "rate": 44_100, "bits": "16", "channels": "stereo"}
    (result,) = normalize(source, "spotify-normal", tmp_path / "out", **options)  # type: ignore[arg-type]
    assert result.error is None
    (output,) = result.files[0].outputs
    found = measure(output)
    assert (found.sample_rate_hz, found.bits, found.layout) == (44_100, "16", "stereo")
    assert found.loudness.true_peak_dbtp <= -1.0 + tolerances.CEILING_DB
    assert found.loudness.integrated_lufs == pytest.approx(-14.0, abs=0.1)


@pytest.mark.parametrize("kind", ["mov", "mp4", "mkv", "mxf"])
def test_the_sound_of_a_film_meets_the_target_under_its_untouched_picture(tmp_path: Path, kind: str) -> None:
    channels = 1 if kind == "mxf" else 2
    source = film(tmp_path / f"a.{kind}", *[tones((-20.0, 2.0), channels=channels)] * (2 if kind == "mxf" else 1))
    tracks = (1, 2) if kind == "mxf" else (1,)
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", tracks=tracks)
    assert result.error is None
    assert result.passed
    (output,) = result.files[0].outputs
    assert output == tmp_path / "out" / f"a.{kind}"
    assert packet_hashes(output, "0:v") == packet_hashes(source, "0:v")
    with open_audio(VideoTracks(output, tracks)) as reader, open_audio(VideoTracks(source, tracks)) as before:
        assert (reader.frames, reader.layout) == (before.frames, before.layout)
    assert measure(VideoTracks(output, tracks)).loudness.integrated_lufs == pytest.approx(-23.0, abs=0.05)


def test_the_sound_of_a_film_alone(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mov", tones((-20.0, 1.0)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", format="wav")
    assert soundfile.info(result.files[0].outputs[0]).format == "WAV"


def test_a_run_over_joined_files_can_be_repeated(tmp_path: Path, monos: list[Path]) -> None:
    (joined,) = join_channel_files(monos).programmes
    report = tmp_path / "run.json"
    (first,) = normalize([joined], "ebu-r128", tmp_path / "1", report=report)
    again = repeat(report, tmp_path / "2")
    assert again.differing == ()
    assert [path.name for path in again.results[0].files[0].outputs] == [path.name for path in first.files[0].outputs]


def test_what_cannot_be_written_so_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 1.0)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", channels="5.1")
    assert isinstance(result.error, UsageError)
    with pytest.raises(UsageError, match="unknown kind 'stems'"):
        normalize(source, "ebu-r128", tmp_path / "out", kind="stems")  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
