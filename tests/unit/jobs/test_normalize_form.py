"""In tolerance or refused: the form that a target asks for, what conversion mends, what is written all the same."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import wavinfo

from audiopost.delivery.target import DeliveryTarget, FormatRules, Rule
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.normalize import normalize
from audiopost.library.targets import load_target
from audiopost.media.audio_file import open_audio, read_audio
from tests.broadcast_waves import TIME_REFERENCE, broadcast_wave
from tests.programmes import speech, write_sound
from tests.signals import tones
from tests.tolerances import DITHERED_STEPS

HEAD_S, LENGTH_S = 0.5, 5.0


def asking(**form: object) -> DeliveryTarget:
    return replace(load_target("ebu-r128"), format=FormatRules(**form))  # type: ignore[arg-type]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "a.wav", np.repeat(speech(), 2, axis=0), bits="16")


STRICT = asking(sample_rates_hz=(96_000,), bits=("24",), containers=("flac",))


def test_a_wrong_form_is_refused_and_nothing_is_written(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, STRICT, tmp_path / "out")
    assert isinstance(result.error, TargetUnreachableError)
    for words in (
        "format.sample_rate_hz 48000",
        "format.bits 16",
        "format.container wav",
        "--conform",
        "--write-anyway",
    ):
        assert words in result.reason
    assert not (tmp_path / "out").exists()


def test_the_form_that_a_target_asks_for_is_made_on_request(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, STRICT, tmp_path / "out", conform=True)
    assert result.passed is True
    with open_audio(tmp_path / "out" / "a.flac") as reader:
        assert (reader.sample_rate, reader.bits, reader.container_name) == (96_000, "24", "flac")


def test_what_is_said_goes_before_what_the_target_asks(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, STRICT, tmp_path / "out", conform=True, rate=48_000)
    assert isinstance(result.error, TargetUnreachableError)
    assert "format.sample_rate_hz 48000" in result.reason
    assert "--conform" not in result.reason


def test_channels_are_put_in_order_and_apart(tmp_path: Path) -> None:
    sound = np.stack([np.roll(speech()[0], shift) * np.float32(0.1 * (1 + shift)) for shift in range(6)])
    mix = write_sound(tmp_path / "mix.wav", sound, layout="5.1")
    (result,) = normalize(mix, asking(layouts=("5.1-film",), files="discrete-mono"), tmp_path / "out", conform=True)
    assert result.passed is True
    assert {path.name for path in (tmp_path / "out").glob("*.wav")} == {
        f"mix.{label}.wav" for label in ("L", "C", "R", "Ls", "Rs", "LFE")
    }


def test_channels_are_never_folded_unasked(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, asking(layouts=("mono",)), tmp_path / "out", conform=True)
    assert isinstance(result.error, TargetUnreachableError)
    (asked,) = normalize(source, asking(layouts=("mono",)), tmp_path / "out", channels="mono")
    assert asked.passed is True


def test_what_passes_in_its_own_form_is_copied_byte_for_byte(tmp_path: Path, source: Path) -> None:
    normalize(source, "ebu-r128", tmp_path / "first")
    right = tmp_path / "first" / "a.wav"
    (result,) = normalize(right, asking(bits=("16",)), tmp_path / "out", conform=True)
    assert result.copied
    assert (tmp_path / "out" / "a.wav").read_bytes() == right.read_bytes()


def test_what_no_gain_mends_is_refused_or_written_all_the_same(tmp_path: Path, source: Path) -> None:
    target = replace(load_target("ebu-r128"), rules=(*load_target("ebu-r128").rules, Rule("duration_s", maximum=5.0)))
    (refused,) = normalize(source, target, tmp_path / "out")
    assert isinstance(refused.error, TargetUnreachableError)
    assert "duration_s" in refused.reason
    assert not (tmp_path / "out").exists()
    (written,) = normalize(source, target, tmp_path / "out", write_anyway=True)
    assert written.error is None
    assert written.passed is False
    assert (tmp_path / "out" / "a.wav").exists()


def test_a_narrower_range_is_asked_of_the_mixer_not_of_the_gain(tmp_path: Path) -> None:
    uneven = write_sound(tmp_path / "a.wav", tones((-28.0, 10.0), (-20.0, 10.0)))
    target = replace(
        load_target("ebu-r128"), rules=(*load_target("ebu-r128").rules, Rule("loudness_range_lu", maximum=5.0))
    )
    (refused,) = normalize(uneven, target, tmp_path / "out")
    assert isinstance(refused.error, TargetUnreachableError)
    assert "a gain does not change it" in refused.reason
    (levelled,) = normalize(uneven, target, tmp_path / "out", mode="level")
    assert levelled.passed is True


@pytest.fixture
def broadcast(tmp_path: Path) -> Path:
    return broadcast_wave(tmp_path / "b.wav", tones((-26.0, 4.0), (-20.0, 4.0)))


@pytest.mark.parametrize("rate", [48_000, 96_000])
def test_what_is_trimmed_begins_later_and_says_so(tmp_path: Path, broadcast: Path, rate: int) -> None:
    (result,) = normalize(
        broadcast, "ebu-r128", tmp_path / "out", start=str(HEAD_S), end=str(HEAD_S + LENGTH_S), trim=True, rate=rate
    )
    assert result.passed is True
    assert result.gain_db is not None
    samples, _ = read_audio(tmp_path / "out" / "b.wav")
    assert samples.shape[1] == LENGTH_S * rate
    written = wavinfo.WavInfoReader(str(tmp_path / "out" / "b.wav"))
    head_frames = round(HEAD_S * 48_000)
    assert written.bext.to_dict()["time_reference"] == (TIME_REFERENCE + head_frames) * rate // 48_000
    assert written.cues.to_dict() == {2: {"frame": (48_000 - head_frames) * rate // 48_000}}  # the first is cut off
    if rate == 48_000:
        whole, _ = read_audio(broadcast)
        part = whole[:, head_frames : head_frames + samples.shape[1]] * np.float32(10 ** (result.gain_db / 20.0))
        assert np.max(np.abs(samples - part)) <= DITHERED_STEPS * 2.0**-23 + 1e-9  # float32 reads back what was written


def test_trimmed_stems_still_sum_and_a_run_is_repeated(tmp_path: Path) -> None:
    voice = np.repeat(speech(), 2, axis=0)
    stems = [
        write_sound(tmp_path / f"{name}.wav", voice * np.float32(share)) for name, share in (("d", 0.5), ("m", 0.2))
    ]
    short = write_sound(tmp_path / "short.wav", voice[:, :100_000] * np.float32(0.1))
    report = tmp_path / "run.json"
    (result,) = normalize(
        [*stems, short], "ebu-r128", tmp_path / "out", group="stems", start="1", end="6", trim=True, report=report
    )
    assert result.sum is not None
    assert result.sum.null_dbfs < -100.0
    assert {read_audio(path)[0].shape for path in (tmp_path / "out").glob("*.wav")} == {(2, 5 * 48_000)}
    assert json.loads(report.read_text(encoding="utf-8"))["settings"]["trim"] is True


def test_levelling_follows_the_trimmed_part(tmp_path: Path) -> None:
    uneven = write_sound(tmp_path / "a.wav", tones((-23.0, 4.0), (-32.0, 6.0), (-20.0, 6.0)))
    (result,) = normalize(
        uneven, "ebu-r128", tmp_path / "out", start="4", trim=True, mode="level", max_range_lu=4.0, max_riding_db=12.0
    )
    assert result.passed is True
    assert result.ride is not None
    assert result.ride.start_s == 0.0
    assert len(result.ride.gains_db) == 120
    assert result.files[0].after is not None
    assert result.files[0].before is not None
    assert (result.files[0].before.loudness.loudness_range_lu or 0.0) > 8.0
    assert (result.files[0].after.loudness.loudness_range_lu or 0.0) < 4.05


def test_trimming_needs_a_place(tmp_path: Path, source: Path) -> None:
    with pytest.raises(UsageError, match="nothing says where to trim"):
        normalize(source, "ebu-r128", tmp_path / "out", trim=True)
