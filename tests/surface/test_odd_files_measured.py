"""What is read on files whose header lies, that end within a frame, or whose samples are no numbers."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.surface.conftest import Run
from tests.surface.odd_files import no_numbers, with_length, within_a_frame


@pytest.mark.parametrize(("declared", "notes"), [(24_000, 1), (960_000, 1), (0, 1), (0xFFFF_FFFF, 1), (96_000, 0)])
def test_a_header_that_lies_does_not_change_what_is_measured(
    declared: int, notes: int, run: Run, tmp_path: Path
) -> None:
    with_length(declared)(tmp_path / "in.wav")
    with_length(96_000)(tmp_path / "true.wav")
    lying, true = (run("measure", name, "--json").document["files"][0] for name in ("in.wav", "true.wav"))
    assert len(lying["notes"]) == notes
    assert {**lying, "path": "", "notes": []} == {**true, "path": "", "notes": []}


def test_an_end_within_a_frame_costs_that_frame(run: Run, tmp_path: Path) -> None:
    within_a_frame(tmp_path / "in.wav")
    (entry,) = run("measure", "in.wav", "--json").document["files"]
    assert entry["duration_s"] == 47_999 / 48_000


def test_samples_that_are_no_numbers_are_told_with_their_time(run: Run, tmp_path: Path) -> None:
    no_numbers(tmp_path / "in.wav")
    answer = run("measure", "in.wav", "--json", "--rms", "--leq-m")
    (entry,) = answer.document["files"]
    assert entry["non_finite"] == {"samples": 11, "first_s": 100 / 48_000}
    assert entry["notes"] == ["11 samples are no numbers, the first at 0.002 s: taken as 0"]
    assert None not in (entry["integrated_lufs"], entry["rms_dbfs"], entry["leq_m_db"])
    assert "the first at 0.002 s" in run("measure", "in.wav").message


def test_denormals_are_silence(run: Run, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", np.full((200_000, 2), 1e-41, np.float32), 48_000, subtype="FLOAT")
    (entry,) = run("measure", "in.wav", "--json", "--leq-m").document["files"]
    assert entry["integrated_lufs"] is None
    assert entry["momentary_max_lufs"] is None
