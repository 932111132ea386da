"""Job files: what they say, and what is said about wrong ones."""

from pathlib import Path

import pytest

from audiopost.delivery.settings import DeliverySettings
from audiopost.errors import PresetError
from audiopost.library.job_file import JobFile, load_job

SMALLEST = 'inputs = ["*.wav"]\ntarget = "ebu-r128"\noutput = "out"\n'


def job(tmp_path: Path, text: str) -> JobFile:
    path = tmp_path / "job.toml"
    path.write_text(text, encoding="utf-8")
    return load_job(path)


def test_the_smallest_job(tmp_path: Path) -> None:
    read = job(tmp_path, SMALLEST)
    assert (read.inputs, read.group, read.target, read.delivery.mode) == (("*.wav",), "each", "ebu-r128", "linear")
    assert read.folder == tmp_path


def test_group_by_makes_stems_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    by_scene = 'pattern = "{scene}_{stem}.wav"\ngroup_by = "scene"\n'
    assert job(tmp_path, SMALLEST + by_scene).group == "stems"
    assert job(tmp_path, SMALLEST + 'group = "album"\ngroup_by = "folder"\n').group == "album"


def test_a_preset_that_is_a_path_lies_beside_the_job(tmp_path: Path) -> None:
    read = job(tmp_path, SMALLEST.replace("ebu-r128", "house/mine.toml"))
    assert read.target == str(tmp_path / "house/mine.toml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SMALLEST + "patern = '{a}.wav'", 4, "did you mean pattern"),
        (SMALLEST + "mode = 'loud'", 4, "mode"),
        (SMALLEST + "max_limiting_db = 3.0", 4, 'only with mode = "limit"'),
        (SMALLEST + "mode = 'limit'\nmax_limiting_db = 99.0", 5, "allowed: 0 to 24 dB"),
        (SMALLEST + "max_range_lu = 5.0", 4, 'only with mode = "level"'),
        (SMALLEST + "tags = ['id3']", 4, "tags"),
        (SMALLEST + "\ntrim = true", 5, "give --from, --to, or both"),
        (SMALLEST + "form = '0:10'", 4, "or from"),
        ("inputs = ['*.wav']\nchain = 'x'\noutput = 'out'\ndither = 'none'", 4, "dither belongs to a target"),
        (SMALLEST + "group = 'each'\ngroup_by = 'folder'", None, "that nothing does"),
        (SMALLEST + "group_by = 'scene'", None, "needs a pattern"),
        (SMALLEST + "group = 'stems'\npattern = '{a}_{b}.wav'", None, "needs group_by"),
        (SMALLEST + "effects = ['mine.py']", 4, "no such file"),
        (SMALLEST + "[parameters]\n'hp.frequency_hz' = 80.0", 4, "the job names none"),
        (SMALLEST + "services = ['youtube']", None, "told on a page"),
        (SMALLEST + "report = 'r.html'\nservices = ['youtub']", 5, "did you mean youtube"),
        (SMALLEST + "seed = 7", 4, "a seed belongs to a chain"),
        ("inputs = ['*.wav']\noutput = 'out'", None, "does nothing"),
        ("inputs = []\noutput = 'out'\ntarget = 'ebu-r128'", 1, "inputs"),
        ("target = 'ebu-r128'\noutput = 'out'", None, "'inputs' is missing"),
        ("inputs = [", 1, "job.toml"),
    ],
)
def test_a_wrong_job_names_file_line_and_mend(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    with pytest.raises(PresetError) as caught:
        job(tmp_path, text)
    assert words in str(caught.value)
    assert "job.toml" in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_a_job_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="cannot be read"):
        load_job(tmp_path / "none.toml")


def test_a_job_says_all_that_a_delivery_may_be_asked_for(tmp_path: Path) -> None:
    read = job(
        tmp_path,
        SMALLEST
        + """mode = "level"
max_limiting_db = 3
max_range_lu = 9.0
tags = ["bext", "replaygain"]
dither = "shaped"
gate = "dialogue"
from = "00:00:10:00"
to = "1:00"
fps = 25
trim = true
conform = true
""",
    )
    assert read.delivery == DeliverySettings(
        mode="level", max_limiting_db=3.0, max_range_lu=9.0, tags=("bext", "replaygain"), dither="shaped",
        gate="dialogue", start="00:00:10:00", end="1:00", frames_per_second=25.0, trim=True, conform=True,
    )  # fmt: skip
