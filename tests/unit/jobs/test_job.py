from pathlib import Path

import pytest

from audiopost.errors import UnknownNameError, UsageError
from audiopost.jobs.job import BLOCK_FRAMES, Stage, reported_blocks, settle_layout
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise


def sound(path: Path, channels: int = 2, frames: int = 1000) -> Path:
    with AudioWriter(path, 48_000, discrete_layout(channels)) as writer:
        writer.write(white_noise(channels, frames))
    return path


def test_stages_lie_end_to_end_on_the_scale_of_the_whole() -> None:
    seen: list[tuple[float, str]] = []
    whole = Stage(lambda *report: seen.append(report), "whole")
    whole.part(0.0, 0.5, "first").report(2, 4)
    whole.part(0.5, 1.0).part(0.5, 1.0, "last").report(4, 4)
    assert seen == [(0.25, "first"), (1.0, "last")]


def test_a_stage_serves_as_the_progress_of_another_job() -> None:
    seen: list[tuple[float, str]] = []
    report = Stage(lambda *each: seen.append(each), "outer", 0.5, 1.0).progress()
    assert report is not None
    report(0.5, "inner")
    report(1.0, "")
    assert seen == [(0.75, "inner"), (1.0, "outer")]


def test_without_a_listener_nothing_is_reported() -> None:
    stage = Stage(None, "silent")
    stage.report(1, 2)
    assert stage.progress() is None


def test_a_stage_without_work_is_done() -> None:
    seen: list[float] = []
    Stage(lambda fraction, _: seen.append(fraction), "empty").report(0, 0)
    assert seen == [1.0]


def test_progress_rises_to_one_and_is_not_called_for_every_small_block(tmp_path: Path) -> None:
    seen: list[float] = []
    with open_audio(sound(tmp_path / "a.wav", 1, 4 * BLOCK_FRAMES)) as reader:
        blocks = list(reported_blocks(reader, Stage(lambda fraction, _: seen.append(fraction), "x"), 1024))
    assert sum(block.shape[1] for block in blocks) == 4 * BLOCK_FRAMES
    assert seen == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize("channels", [1, 2])
def test_dual_mono_counts_for_mono_files_alone(tmp_path: Path, channels: int) -> None:
    with open_audio(sound(tmp_path / "a.wav", channels)) as reader:
        settled = settle_layout(reader, None, dual_mono=True)
        assert settled.name == ("dual-mono" if channels == 1 else "stereo")
        assert reader.layout == settled


def test_a_named_layout_ends_the_assumption(tmp_path: Path) -> None:
    with open_audio(sound(tmp_path / "a.wav", 6)) as reader:
        assert reader.notes != ()
        assert settle_layout(reader, "5.1-film") == layout_named("5.1-film")
        assert (reader.layout_assumed, reader.notes) == (False, ())


def test_a_layout_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with open_audio(sound(tmp_path / "a.wav")) as reader:
        with pytest.raises(UsageError, match=r"a\.wav: 5\.1 has 6 channels, the file has 2; name a layout"):
            settle_layout(reader, "5.1")
        with pytest.raises(UnknownNameError, match="did you mean stereo"):
            settle_layout(reader, "sterea")
