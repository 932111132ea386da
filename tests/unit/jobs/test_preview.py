"""What services will do to a file."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiopost.delivery.playback import Coding
from audiopost.errors import FileError, UnknownNameError
from audiopost.jobs.extent import extent_between
from audiopost.jobs.further_measures import Further
from audiopost.jobs.measure import measure
from audiopost.jobs.preview import PreviewResult, preview
from tests import tolerances
from tests.programmes import speech, write_sound
from tests.signals import plucked_music, tones, white_noise


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("quiet") / "quiet.wav", plucked_music(96_000, peak_linear=0.1))


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clipped = np.clip(3.0 * plucked_music(96_000, peak_linear=1.0), -1.0, 1.0)
    return write_sound(tmp_path_factory.mktemp("loud") / "loud.wav", clipped)


def by_service(result: PreviewResult) -> dict[tuple[str, str], float]:
    return {(each.service, each.coding.codec): each.gain.gain_db for each in result.services}


def test_each_service_turns_by_its_own_rule(quiet: Path, loud: Path) -> None:
    services = ("youtube", "spotify-normal")
    up, down = (preview(path, services) for path in (quiet, loud))
    level = up.source.loudness
    assert level.integrated_lufs is not None
    assert level.integrated_lufs < -20.0
    room = -1.0 - level.true_peak_dbtp
    assert by_service(up)["youtube", "aac"] == by_service(up)["youtube", "opus"] == 0.0
    assert by_service(up)["spotify-normal", "vorbis"] == pytest.approx(min(room, -14.0 - level.integrated_lufs))
    assert down.source.loudness.integrated_lufs is not None
    wanted = -14.0 - down.source.loudness.integrated_lufs
    assert set(by_service(down).values()) == {wanted}


def test_what_is_played_is_what_is_written(loud: Path, tmp_path: Path) -> None:
    result = preview(loud, ["spotify-quiet"], output=tmp_path / "heard", codings=[Coding("mp3", 44_100, 128)])
    (only,) = result.services
    assert only.output == tmp_path / "heard" / "loud.spotify-quiet.mp3.wav"
    again = measure(only.output).loudness
    assert again.true_peak_dbtp == pytest.approx(only.played.true_peak_dbtp, abs=0.001)
    assert again.integrated_lufs == pytest.approx(only.played.integrated_lufs, abs=0.001)
    heard, rate = soundfile.read(only.output)
    assert (rate, heard.shape) == (44_100, (88_200, 2))
    assert only.played.true_peak_dbtp == pytest.approx(only.decoded.true_peak_dbtp + only.gain.gain_db, abs=0.001)


def test_a_codec_raises_peaks_and_that_is_found(loud: Path) -> None:
    result = preview(loud, ["youtube"], codings=[Coding("aac", 44_100, 96)])
    (only,) = result.services
    assert only.decoded.true_peak_dbtp > result.source.loudness.true_peak_dbtp + 0.5
    assert only.clips
    assert only.clipped_samples > 0


def test_nothing_clips_in_a_quiet_file(quiet: Path) -> None:
    assert not any(each.clips or each.clipped_samples for each in preview(quiet).services)


def test_a_limiter_keeps_what_is_turned_up_under_its_ceiling(tmp_path: Path) -> None:
    bursts = 0.02 * white_noise(2, 96_000)
    bursts[:, 20_000:20_400] *= 60.0
    source = write_sound(tmp_path / "bursts.wav", bursts)
    (only,) = preview(source, ["spotify-loud"]).services
    assert only.gain.limited
    assert only.decoded.true_peak_dbtp + only.gain.gain_db > 5.0
    assert only.played.true_peak_dbtp <= -1.0 + tolerances.LIMITER_OVER_DB


def test_surround_is_folded_to_stereo_and_told(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "wide.wav", white_noise(6, 48_000, peak_linear=0.05), layout="5.1")
    result = preview(source, ["youtube"])
    assert result.source.layout == "stereo"
    assert result.source.notes == ("5.1 is folded to stereo by ITU-R BS.775 before it is coded",)


def test_what_lies_beyond_full_scale_is_clipped_as_a_service_would_and_told(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "hot.wav", 1.5 * tones((0.0, 1.0)), bits="32f")
    result = preview(source, ["youtube"], codings=[Coding("mp3", 44_100, 320)])
    assert result.source.loudness.sample_peak_dbfs == 0.0
    (note,) = result.source.notes
    assert note.endswith("samples beyond full scale are clipped before it is coded")


def test_mono_stays_mono(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "mono.wav", tones((-20.0, 1.0), channels=1))
    (only,) = preview(source, ["deezer"], output=tmp_path).services
    assert only.output is not None
    assert soundfile.info(only.output).channels == 1


def test_an_unknown_service_is_told_before_anything_is_done(quiet: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean youtube"):
        preview(quiet, ["yutube"])


def test_without_pyav_the_sentence_says_what_to_install(quiet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "audiopost.media.codec", None)
    with pytest.raises(FileError, match=r"codecs need PyAV; pip install 'audiopost\[video\]'"):
        preview(quiet, ["youtube"])


def test_progress_rises_to_the_end(quiet: Path) -> None:
    seen: list[float] = []
    preview(quiet, ["youtube", "deezer"], progress=lambda fraction, _: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_part_is_previewed_as_if_it_were_the_file(tmp_path: Path) -> None:
    music = plucked_music(144_000, peak_linear=0.5)
    whole = write_sound(tmp_path / "whole.wav", music)
    part = write_sound(tmp_path / "part.wav", music[:, 48_000:96_000])
    codings = [Coding("mp3", 44_100, 128)]
    of_part = preview(whole, ["youtube"], codings=codings, extent=extent_between("1", "2"))
    alone = preview(part, ["youtube"], codings=codings)
    assert of_part.source.loudness == alone.source.loudness
    assert (of_part.source.start_s, of_part.source.duration_s) == (1.0, 1.0)
    assert [each.played for each in of_part.services] == [each.played for each in alone.services]


def test_nothing_depends_on_how_many_codings_are_worked_on_at_a_time(loud: Path) -> None:
    codings = [Coding("mp3", 44_100, 128), Coding("opus", 48_000, 96), Coding("vorbis", 44_100, 160)]
    one, three = (preview(loud, ["youtube", "tidal"], codings=codings, jobs=jobs).to_json() for jobs in (1, 3))
    assert one == three


def test_mono_counts_twice_and_dialogue_is_told_where_it_is_asked(tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "voice.wav", speech())
    codings = [Coding("mp3", 44_100, 128)]
    plain = preview(voice, ["youtube"], codings=codings).source
    twice = preview(voice, ["youtube"], codings=codings, dual_mono=True, further=Further(dialogue_stem=voice)).source
    assert plain.loudness.integrated_lufs is not None
    assert twice.loudness.integrated_lufs == pytest.approx(plain.loudness.integrated_lufs + 10.0 * np.log10(2.0))
    assert twice.further.dialogue is not None
    assert twice.further.dialogue.share > 0.5
