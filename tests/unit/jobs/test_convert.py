"""Files in another form, read back by others."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from audiopost.errors import FileError, UsageError
from audiopost.jobs.convert import convert
from audiopost.jobs.extent import Extent
from audiopost.layouts import layout_named
from audiopost.media.joined_files import join_channel_files, open_programme
from audiopost.media.video_tracks import VideoTracks
from tests.broadcast_waves import TIME_REFERENCE, broadcast_wave
from tests.films import film, packet_hashes
from tests.programmes import write_sound
from tests.signals import tones, white_noise


@pytest.fixture
def six(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "six.wav", white_noise(6, 20_000, peak_linear=0.2), layout="5.1")


def test_poly_to_monos_and_back_is_the_same_file(tmp_path: Path, six: Path) -> None:
    monos = convert(six, tmp_path / "monos", kind="monos").outputs
    assert [path.name for path in monos] == [f"six.{label}.wav" for label in layout_named("5.1").labels]
    assert [soundfile.info(path).channels for path in monos] == [1] * 6
    (joined,) = join_channel_files(monos).programmes
    (poly,) = convert(joined, tmp_path / "poly", kind="poly").outputs
    assert poly.read_bytes() == six.read_bytes()


def test_monos_stay_monos_with_what_each_carries(tmp_path: Path) -> None:
    parts = [broadcast_wave(tmp_path / f"mix.{label}.wav", white_noise(1, 9_600)) for label in ("L", "R")]
    (joined,) = join_channel_files(parts).programmes
    outputs = convert(joined, tmp_path / "out", sample_rate=96_000).outputs
    assert [path.name for path in outputs] == ["mix.L.wav", "mix.R.wav"]
    for path in outputs:
        assert wavinfo.WavInfoReader(str(path)).bext.time_reference == 2 * TIME_REFERENCE


def test_a_part_moves_time_reference_and_markers(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 96_000))
    extent = Extent(Fraction(1, 2), Fraction(3, 2))
    result = convert(source, tmp_path / "out", extent=extent)
    assert (result.frames, result.notes) == (48_000, ("levl is left out: its peak envelope is that of the input",))
    found = wavinfo.WavInfoReader(str(result.outputs[0]))
    assert found.bext.time_reference == TIME_REFERENCE + 24_000
    assert [cue["frame"] for cue in found.cues.to_dict().values()] == [24_000]
    part = soundfile.read(result.outputs[0])[0]
    assert np.array_equal(part, soundfile.read(source)[0][24_000:72_000])


@pytest.mark.parametrize("rate", [44_100, 96_000, 32_000])
def test_another_rate_has_the_exact_length_and_no_delay(tmp_path: Path, rate: int) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 1.0), channels=1), bits="32f")
    (output,) = convert(source, tmp_path / "out", sample_rate=rate).outputs
    samples, found = soundfile.read(output)
    assert (found, len(samples)) == (rate, rate)
    exact = 0.1 * np.sin(2 * np.pi * 1_000 / rate * np.arange(rate))
    middle = slice(rate // 10, -rate // 10)
    assert np.abs(samples - exact)[middle].max() < 1e-6


@pytest.mark.parametrize(
    ("form", "suffix", "kept"),
    [("rf64", ".wav", "RF64"), ("w64", ".w64", "W64"), ("caf", ".caf", "CAF"), ("aiff", ".aiff", "AIFF"),
     ("flac", ".flac", "FLAC")],
)  # fmt: skip
def test_every_lossless_format_holds_the_same_words(tmp_path: Path, form: str, suffix: str, kept: str) -> None:
    source = write_sound(tmp_path / "a.wav", white_noise(2, 5_000))
    (output,) = convert(source, tmp_path / "out", format=form).outputs
    assert (output.suffix, soundfile.info(output).format) == (suffix, kept)
    assert np.array_equal(soundfile.read(output)[0], soundfile.read(source)[0])


def test_opus_is_written_at_a_rate_that_it_takes(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 1.0), sample_rate=44_100), rate=44_100)
    result = convert(source, tmp_path / "out", format="opus")
    assert (result.sample_rate_hz, result.frames) == (48_000, 48_000)


def test_clipping_is_counted(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", np.full((6, 1_000), 0.6, np.float32), layout="5.1")
    assert convert(source, tmp_path / "out", channels="stereo").clipped_samples == 2_000


def test_a_film_gets_its_sound_at_another_rate_and_word_length(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mov", tones((-20.0, 1.0)))
    (output,) = convert(source, tmp_path / "out", sample_rate=96_000, bits="16").outputs
    assert packet_hashes(output, "0:v") == packet_hashes(source, "0:v")
    with open_programme(output) as reader:
        assert (reader.sample_rate, reader.stored_bits, reader.frames) == (96_000, "16", 96_000)
    (alone,) = convert(VideoTracks(source, (1,)), tmp_path / "alone", format="wav").outputs
    assert soundfile.info(alone).frames == 48_000
    with pytest.raises(UsageError, match="a film keeps its length"):
        convert(source, tmp_path / "part", extent=Extent(Fraction(1, 2)))


def test_an_input_is_never_overwritten(tmp_path: Path, six: Path) -> None:
    before = six.read_bytes()
    with pytest.raises(FileError, match="never overwritten"):
        convert(six, tmp_path, exists="replace")
    assert six.read_bytes() == before


def test_tags_that_a_format_cannot_hold_are_told(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 4_800))
    flac = convert(source, tmp_path / "flac", format="flac").outputs[0]
    assert convert(flac, tmp_path / "caf", format="caf").notes == ("caf does not hold tags: left out",)
    assert convert(flac, tmp_path / "ogg", format="ogg").notes == ()
