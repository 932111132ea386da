"""Sound of films, read and put back."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.layouts import layout_named
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Carried
from audiopost.media.video_tracks import VideoTracks, tracks_in_words
from tests import tolerances
from tests.films import KINDS, film, packet_hashes, sound_bytes, streams_of
from tests.signals import tones, white_noise

FRAMES = 96_001
"""Not a whole number of pictures, of codec frames, or of milliseconds."""


def clicks() -> AudioBlock:
    """Sound whose every place can be told: two noises of their own, in words of 16 bits."""
    noise = np.rint(white_noise(2, FRAMES, peak_linear=0.25) * 32_768) / 32_768
    return noise.astype(np.float32)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A film of a kind, made once: a stereo track (two mono ones in MXF, whose tracks are mono) and a second one."""
    folder = tmp_path_factory.mktemp("films")

    def made(kind: str) -> Path:
        path = folder / f"film.{kind}"
        if not path.exists():
            sound, other = clicks(), tones((-20.0, FRAMES / 48_000), channels=2)
            pair = (sound[:1], sound[1:]) if kind == "mxf" else (sound, other)
            film(path, *pair)
        return path

    return made


def frames_of(kind: str) -> int:
    """MXF holds the sound of whole pictures: the last one's is filled by silence."""
    return -(-FRAMES // 1920) * 1920 if kind == "mxf" else FRAMES


def tracks_of(kind: str) -> tuple[int, ...]:
    return (1, 2) if kind == "mxf" else (1,)


def put_back(source: Path, target: Path, tracks: tuple[int, ...], change: Callable[[AudioBlock], AudioBlock]) -> Path:
    """The film with the sound of its tracks changed."""
    with open_audio(VideoTracks(source, tracks)) as reader:
        kind = source.suffix[1:]
        carried = Carried(picture=reader.picture)
        with AudioWriter(
            target, reader.sample_rate, reader.layout, reader.bits, kind, dither="none", carried=carried
        ) as writer:
            for block in reader.blocks(10_000):
                writer.write(change(block))
    return target


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_of_a_film_is_read_to_the_sample(films: Callable[[str], Path], kind: str) -> None:
    with open_audio(VideoTracks(films(kind), tracks_of(kind))) as reader:
        assert (reader.sample_rate, reader.channels, reader.frames) == (48_000, 2, frames_of(kind))
        assert reader.container_name == kind
        assert reader.stored_bits == ("lossy" if kind == "mp4" else "24")
        samples = reader.read(reader.frames)
        assert reader.notes == ()
    if kind == "mp4":
        aligned = [float(np.vdot(samples[0, 2000:-2000], clicks()[0, 2000 + lag : lag - 2000])) for lag in range(-3, 4)]
        assert int(np.argmax(aligned)) == 3
    else:
        assert np.array_equal(samples[:, :FRAMES], clicks())
        assert not samples[:, FRAMES:].any()


@pytest.mark.parametrize("kind", ["mov", "mp4", "mxf"])
def test_samples_are_the_same_however_one_came_there(films: Callable[[str], Path], kind: str) -> None:
    with open_audio(VideoTracks(films(kind), tracks_of(kind))) as reader:
        whole = reader.read(FRAMES)
        for frame in (50_000, 1_023, 1_025, 0):
            reader.seek(frame)
            assert np.array_equal(reader.read(5_000), whole[:, frame : frame + 5_000])


@pytest.mark.parametrize("kind", KINDS)
def test_everything_but_the_chosen_sound_is_copied_untouched(
    films: Callable[[str], Path], tmp_path: Path, kind: str
) -> None:
    source, target = films(kind), tmp_path / f"new.{kind}"
    put_back(source, target, tracks_of(kind), lambda block: block * np.float32(0.5))
    others = ("0:v",) if kind == "mxf" else ("0:v", "0:s", *(("0:a:1",) if kind != "mov" else ()))
    assert packet_hashes(target, *others) == packet_hashes(source, *others)
    if kind == "mov":  # words in MOV have no packets of their own: FFmpeg cuts them where other tracks lie between
        assert sound_bytes(target, 1) == sound_bytes(source, 1)
    old, new = streams_of(source), streams_of(target)
    for field in ("codec_name", "codec_type", "start_time", "duration"):
        assert [each.get(field) for each in new["streams"]] == [each.get(field) for each in old["streams"]]
    assert [each.get("disposition") for each in new["streams"]] == [each.get("disposition") for each in old["streams"]]
    for field in ("start_time", "end_time", "tags"):
        assert [each[field] for each in new["chapters"]] == [each[field] for each in old["chapters"]]
    assert new["format"]["duration"] == old["format"]["duration"]
    assert new["format"].get("tags", {}).get("title") == old["format"].get("tags", {}).get("title")
    code = [each.get("tags", {}).get("timecode") for each in (*old["streams"], old["format"])]
    assert [each.get("tags", {}).get("timecode") for each in (*new["streams"], new["format"])] == code
    assert kind == "mkv" or "10:00:00:00" in code


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_sound_lies_where_the_old_one_did(films: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    target = put_back(films(kind), tmp_path / f"new.{kind}", tracks_of(kind), lambda block: block * np.float32(0.5))
    with open_audio(VideoTracks(target, tracks_of(kind))) as reader:
        assert reader.frames == frames_of(kind)
        samples = reader.read(reader.frames)
    with open_audio(VideoTracks(films(kind), tracks_of(kind))) as reader:
        before = reader.read(reader.frames) * np.float32(0.5)
    if kind == "mp4":
        difference = np.sqrt(np.mean((samples - before)[:, 2000:-2000] ** 2) / np.mean(before**2))
        assert difference < tolerances.AAC_ERROR  # a sample off would be 1.4: it is noise
    else:
        assert np.abs(samples - before).max() <= tolerances.ROUNDED_STEPS * 2**-23


def test_a_track_that_begins_later_stays_where_it_is(tmp_path: Path) -> None:
    source = film(tmp_path / "late.mov", clicks(), options=("-af", "adelay=0", "-output_ts_offset", "0.5"))
    start = next(each["start_time"] for each in streams_of(source)["streams"] if each["codec_type"] == "audio")
    target = put_back(source, tmp_path / "new.mov", (1,), lambda block: block)
    new = next(each["start_time"] for each in streams_of(target)["streams"] if each["codec_type"] == "audio")
    assert (float(start), new) == (0.5, start)
    assert sound_bytes(target) == sound_bytes(source)


def test_without_a_choice_the_player_s_track_is_taken_and_that_is_told(films: Callable[[str], Path]) -> None:
    with open_audio(films("mov")) as reader:
        assert reader.layout == layout_named("stereo")
        assert reader.notes == ("the film has 2 sound tracks: number 1 is taken (--track chooses)",)


def test_a_track_that_is_not_there_and_a_track_of_a_sound_file(films: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no track 3: the film has 2 sound tracks; name another --track"):
        open_audio(VideoTracks(films("mov"), (3,)))
    with AudioWriter(tmp_path / "a.wav", 48_000, layout_named("mono")) as writer:
        writer.write(white_noise(1, 100))
    with pytest.raises(UsageError, match="this is no film"):
        open_audio(VideoTracks(tmp_path / "a.wav", (1,)))


def test_a_film_without_sound_is_told(tmp_path: Path) -> None:
    source = film(tmp_path / "mute.mov", clicks(), options=("-an",))
    with pytest.raises(FileError, match="the film holds no sound"):
        open_audio(source)


def test_a_film_needs_a_film_to_be_made_from(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mov is written only from a film; choose wav"):
        AudioWriter(tmp_path / "a.mov", 48_000, layout_named("stereo"))
    assert os.listdir(tmp_path) == []


def test_channels_that_do_not_fit_the_tracks_are_refused(films: Callable[[str], Path], tmp_path: Path) -> None:
    carried = Carried(picture=VideoTracks(films("mov"), (1,)))
    with pytest.raises(UsageError, match="1 channels do not fit the 2 of the chosen tracks"):
        AudioWriter(tmp_path / "a.mov", 48_000, layout_named("mono"), carried=carried)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.2, 0.6, 0.95])
def test_a_film_that_breaks_off_gives_what_is_there_or_one_clear_sentence(
    films: Callable[[str], Path], tmp_path: Path, kind: str, part: float
) -> None:
    whole = films(kind).read_bytes()
    path = tmp_path / f"half.{kind}"
    path.write_bytes(whole[: int(len(whole) * part)])
    told = ""
    try:
        with open_audio(path) as reader:
            frames = sum(block.shape[1] for block in reader.blocks())
    except FileError as error:
        told = str(error)
        frames = 1
    assert 0 < frames <= frames_of(kind)
    assert "\n" not in told


def test_without_pyav_the_sentence_says_what_to_install(
    films: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "audiopost.media.video", None)
    with pytest.raises(FileError, match=r"without PyAV; pip install 'audiopost\[video\]'"):
        open_audio(films("mov"))


@pytest.mark.parametrize(
    ("words", "tracks"), [(["2"], (2,)), (["1,3"], (1, 3)), (["1-3", "8"], (1, 2, 3, 8)), ([], ())]
)
def test_tracks_are_numbers_and_ranges(words: list[str], tracks: tuple[int, ...]) -> None:
    assert tracks_in_words(words) == tracks


@pytest.mark.parametrize("word", ["0", "-1", "a", "1-", "2,2", "1-999999999999", ""])
def test_what_is_no_track_is_told(word: str) -> None:
    with pytest.raises(UsageError, match="track"):
        tracks_in_words([word])
