"""Two roads to the samples of a file: ours, and libsndfile's own as python-soundfile gives it in one read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiopost.layouts import LAYOUTS
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.recordings import recordings
from tests.signals import white_noise

NOT_WRITTEN = {
    "G721_32", "G723_24", "G723_40", "NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32", "MPEG_LAYER_I", "MPEG_LAYER_II",
}  # fmt: skip
"""Codecs that libsndfile does not write at this rate, if at all."""
NOT_READ = {"DWVW_12", "DWVW_16", "DWVW_24"}
"""Codecs that soundfile itself fails to read back."""
FORMATS = [
    (form, subtype)
    for form in (
        "WAV",
        "WAVEX",
        "RF64",
        "W64",
        "AIFF",
        "AU",
        "CAF",
        "FLAC",
        "OGG",
        "MP3",
        "VOC",
        "NIST",
        "IRCAM",
        "PVF",
    )
    for subtype in soundfile.available_subtypes(form)
    if subtype not in NOT_WRITTEN | NOT_READ and (form, subtype) != ("WAV", "MPEG_LAYER_III")
]
MONO = ("GSM610", "IMA_ADPCM")
FRAMES = 30_011


def made(folder: Path, form: str, subtype: str) -> tuple[Path, np.ndarray]:
    channels = 1 if subtype in MONO else 2
    path = folder / f"a.{form.lower()}"
    with soundfile.SoundFile(path, "w", 48_000, channels, subtype, format=form) as file:
        file.write(white_noise(channels, FRAMES).T)
    with soundfile.SoundFile(path) as file:
        return path, file.read(file.frames, dtype="float32", always_2d=True).T


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_a_whole_read_is_that_of_libsndfile(tmp_path: Path, form: str, subtype: str) -> None:
    path, theirs = made(tmp_path, form, subtype)
    ours, rate = read_audio(path)
    assert rate == soundfile.info(path).samplerate
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
@pytest.mark.parametrize("size", [997, 16_384])
def test_blocks_joined_are_the_whole_read(tmp_path: Path, form: str, subtype: str, size: int) -> None:
    path, theirs = made(tmp_path, form, subtype)
    with open_audio(path) as reader:
        assert np.array_equal(np.concatenate(list(reader.blocks(size)), axis=1), theirs)


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_a_frame_is_the_same_however_one_came_there(tmp_path: Path, form: str, subtype: str) -> None:
    path, theirs = made(tmp_path, form, subtype)
    with open_audio(path) as reader:
        for frame in (20_000, 4095, 29_000, 1, 0):
            reader.seek(frame)
            assert np.array_equal(reader.read(1000), theirs[:, frame : frame + 1000])


@pytest.mark.parametrize("channels", [1, 3, 7, 64])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_many_channels(tmp_path: Path, channels: int, subtype: str) -> None:
    noise = white_noise(channels, 1000)
    soundfile.write(tmp_path / "a.wav", noise.T, 96_000, subtype)
    theirs, _ = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)
    assert np.array_equal(read_audio(tmp_path / "a.wav")[0], theirs.T)


@pytest.mark.parametrize("bits", ["16", "24", "32f"])
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1", "7.1.4", "22.2"])
def test_what_we_write_libsndfile_reads(tmp_path: Path, bits: str, layout: str) -> None:
    chosen = LAYOUTS[layout]
    with AudioWriter(tmp_path / "a.wav", 44_100, chosen, bits) as writer:
        writer.write(white_noise(chosen.channels, 1000))
    theirs, rate = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)
    info = soundfile.info(tmp_path / "a.wav", verbose=True)
    assert (rate, info.subtype) == (44_100, {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}[bits])
    assert "***" not in info.extra_info
    assert "should be" not in info.extra_info
    assert np.array_equal(theirs.T, read_audio(tmp_path / "a.wav")[0])


def test_real_recordings() -> None:
    for path in recordings():
        theirs, rate = soundfile.read(path, dtype="float32", always_2d=True)
        ours, our_rate = read_audio(path)
        assert our_rate == rate
        assert np.array_equal(ours, theirs.T)
