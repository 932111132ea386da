import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.jobs.extent import Extent
from audiopost.jobs.measure import measure, measure_samples
from audiopost.layouts import default_layout, layout_named
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.joined_files import ChannelFiles
from tests.recordings import recordings
from tests.signals import tones, white_noise

DOCUMENT = (
    "path", "sample_rate_hz", "channels", "layout", "renderer", "duration_s", "integrated_lufs", "loudness_range_lu",
    "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "true_peak_per_channel_dbtp", "sample_peak_dbfs",
    "plr_lu", "psr_min_lu", "relative_threshold_lufs", "rms_dbfs", "noise_floor_dbfs", "leq_m_db", "leq_m_convention",
    "replaygain", "dialogue", "labels", "start_s", "parts", "non_finite", "notes", "error",
)  # fmt: skip


def sound(path: Path, block: AudioBlock, rate: int = 48_000, layout: str | None = None) -> Path:
    chosen = layout_named(layout) if layout else default_layout(block.shape[0])
    with AudioWriter(path, rate, chosen, "32f") as writer:
        writer.write(block)
    return path


def test_a_file_measures_as_its_samples_do(tmp_path: Path) -> None:
    block = tones((-20.0, 3.0), (-30.0, 2.0))
    measured = measure(sound(tmp_path / "a.wav", block))
    assert measured.loudness == measure_samples(block, 48_000)
    assert measured.loudness.integrated_lufs is not None
    assert (measured.sample_rate_hz, measured.channels, measured.layout, measured.duration_s) == (
        48_000,
        2,
        "stereo",
        5.0,
    )
    assert (measured.bits, measured.container, measured.notes) == ("32f", "wav", ())


def test_the_document_has_the_fields_of_the_contract_and_is_json(tmp_path: Path) -> None:
    document = measure(sound(tmp_path / "a.wav", tones((-23.0, 4.0)))).to_json()
    assert tuple(document) == DOCUMENT
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["path"] == str(tmp_path / "a.wav")
    assert document["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)
    assert len(document["true_peak_per_channel_dbtp"]) == 2
    assert (document["dialogue"], document["error"]) == (None, None)


def test_silence_has_no_numbers(tmp_path: Path) -> None:
    document = measure(sound(tmp_path / "a.wav", np.zeros((2, 48_000 * 4), np.float32))).to_json()
    assert document["true_peak_per_channel_dbtp"] == [None, None]
    assert [key for key in DOCUMENT[6:22] if document[key] not in (None, [None, None])] == [
        "replaygain",
    ]
    assert document["replaygain"] == {
        "track_gain_db": None,
        "track_peak_linear": 0.0,
        "album_gain_db": None,
        "album_peak_linear": None,
    }


def test_a_clip_of_100_ms_has_a_peak_and_no_loudness(tmp_path: Path) -> None:
    document = measure(sound(tmp_path / "a.wav", tones((-6.0, 0.1)))).to_json()
    assert document["sample_peak_dbfs"] == pytest.approx(-6.0, abs=0.1)
    assert document["integrated_lufs"] is None
    assert document["momentary_max_lufs"] is None


@pytest.mark.parametrize(("rate", "channels", "frames"), [(8_000, 1, 1), (192_000, 2, 192_000), (48_000, 64, 30_000)])
def test_odd_files_are_measured(tmp_path: Path, rate: int, channels: int, frames: int) -> None:
    measured = measure(sound(tmp_path / "a.wav", white_noise(channels, frames), rate))
    assert (measured.channels, measured.loudness.frames) == (channels, frames)
    assert math.isfinite(measured.loudness.true_peak_dbtp)


def test_samples_that_are_no_numbers_are_counted_with_the_time_of_the_first(tmp_path: Path) -> None:
    block = tones((-20.0, 2.0))
    path = sound(tmp_path / "a.wav", block)
    raw = bytearray(path.read_bytes())
    for frame in (24_000, 24_001, 70_000):
        raw[-block.nbytes + 8 * frame : -block.nbytes + 8 * frame + 4] = np.float32(np.nan).tobytes()
    path.write_bytes(raw)
    measured = measure(path)
    assert measured.notes == ("3 samples are no numbers, the first at 0.500 s: taken as 0",)
    assert measured.loudness.non_finite_samples == 3
    assert measured.to_json()["non_finite"] == {"samples": 3, "first_s": 0.5}
    later = measure(path, extent=Extent(Fraction(1)))
    assert later.notes == ("1 samples are no numbers, the first at 1.458 s: taken as 0",)
    assert later.to_json()["non_finite"]["first_s"] == 70_000 / 48_000


def test_dual_mono_is_twice_the_power(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", tones((-20.0, 2.0), channels=1))
    once, twice = measure(path).loudness.integrated_lufs, measure(path, dual_mono=True).loudness.integrated_lufs
    assert twice - once == pytest.approx(10 * math.log10(2), abs=1e-9)
    assert measure(path, dual_mono=True).layout == "dual-mono"


def test_a_named_layout_changes_the_weights(tmp_path: Path) -> None:
    block = np.zeros((6, 96_000), np.float32)
    block[3] = tones((-20.0, 2.0), channels=1)
    path = sound(tmp_path / "a.wav", block, layout="5.1")
    assert measure(path).loudness.integrated_lufs is None
    assert measure(path, layout="5.1-film").loudness.integrated_lufs is not None
    with pytest.raises(UsageError, match="stereo has 2 channels, the file has 6"):
        measure(path, layout="stereo")


def test_progress_ends_at_one_and_can_give_up(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 300_000))
    seen: list[tuple[float, str]] = []
    measure(path, progress=lambda *report: seen.append(report))
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert seen[-1] == (1.0, "measuring a.wav")

    def give_up(fraction: float, _: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(path, progress=give_up, history=tmp_path / "h.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_the_history_is_a_table(tmp_path: Path) -> None:
    measure(sound(tmp_path / "a.wav", tones((-23.0, 4.0))), history=tmp_path / "h.csv")
    lines = (tmp_path / "h.csv").read_text().splitlines()
    assert lines[0] == "time_s,momentary_lufs,short_term_lufs,true_peak_dbtp"
    assert len(lines) == 41
    cells = [line.split(",") for line in lines[1:]]
    assert [cells[2][1:3], cells[28][2]] == [["", ""], ""]
    assert [float(cell) for cell in cells[-1]] == pytest.approx([4.0, -23.0, -23.0, -23.0], abs=0.1)


def test_the_history_never_overwrites_the_input(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 1000))
    before = path.read_bytes()
    with pytest.raises(FileError, match="never overwritten"):
        measure(path, history=path)
    assert path.read_bytes() == before


def test_an_array_of_other_channels_than_its_layout_is_refused() -> None:
    with pytest.raises(UsageError, match=r"5\.1 has 6 channels, the array has 2"):
        measure_samples(white_noise(2, 100), 48_000, "5.1")


def test_real_recordings_have_a_loudness() -> None:
    for path in recordings():
        loudness = measure(path).loudness
        assert loudness.integrated_lufs is not None
        assert -40.0 < loudness.integrated_lufs < -10.0
        assert loudness.true_peak_dbtp >= loudness.sample_peak_dbfs


def test_a_part_of_a_file_measures_as_if_it_were_all(tmp_path: Path) -> None:
    block = white_noise(2, 200_001)
    path = sound(tmp_path / "a.wav", block)
    part = measure(path, extent=Extent(Fraction(1, 2), Fraction(3)), history=tmp_path / "h.csv")
    assert part.loudness == measure_samples(block[:, 24_000:144_000], 48_000)
    assert (part.start_s, part.duration_s) == (0.5, 2.5)
    assert (tmp_path / "h.csv").read_text().splitlines()[1].startswith("0.600,")


def test_a_file_that_ends_before_the_part_does_is_told_of(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 96_000))
    measured = measure(path, extent=Extent(Fraction(1), Fraction(5)))
    assert (measured.duration_s, measured.notes) == (1.0, ("the file ends 3.000 s before the end that was asked for",))
    with pytest.raises(UsageError, match=r"nothing from 2.000 s on, the file lasts 2.000 s"):
        measure(path, extent=Extent(Fraction(2)))
    with pytest.raises(UsageError, match=r"nothing between 1.000 s and 1.000 s"):
        measure(path, extent=Extent(Fraction(1), Fraction(1_000_001, 1_000_000)))


def test_a_denormal_file_is_silent(tmp_path: Path) -> None:
    measured = measure(sound(tmp_path / "a.wav", np.full((2, 200_000), 1e-41, np.float32)))
    assert measured.loudness.integrated_lufs is None
    assert measured.loudness.true_peak_dbtp < -300.0


def test_channels_in_files_of_their_own_measure_as_one_file(tmp_path: Path) -> None:
    block = white_noise(6, 150_000)
    labels = layout_named("5.1").labels
    parts = tuple(
        sound(tmp_path / f"mix_{label}.wav", row[np.newaxis]) for label, row in zip(labels, block, strict=True)
    )
    joined = measure(ChannelFiles(parts, layout_named("5.1")))
    assert joined.loudness == measure(sound(tmp_path / "whole.wav", block)).loudness
    assert (joined.layout, joined.channels, joined.parts) == ("5.1", 6, parts)
