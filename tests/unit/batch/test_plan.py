"""What a job comes to: groups, names, collisions, and files that belong nowhere. Empty files serve: nothing is read."""

from pathlib import Path
from typing import Any

import pytest

from audiopost.batch.name_pattern import NamePattern, filled
from audiopost.batch.plan import Plan, planned
from audiopost.delivery.settings import DeliverySettings
from audiopost.errors import FileError, PresetError, UnknownNameError, UsageError
from audiopost.library.job_file import JobFile


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def plan(folder: Path, *inputs: str, output: str = "out", known: tuple[str, ...] = (), **rest: Any) -> Plan:
    rest.setdefault("target", "ebu-r128")
    return planned(JobFile(folder / "job.toml", inputs or ("in/**/*.wav",), output, **rest), known)


def names(plan: Plan, folder: Path) -> dict[str, str]:
    """Inputs to outputs, as they lie in the folder."""
    files = [file for group in plan.groups for file in group.files]
    return {str(Path(file.place).relative_to(folder)): str(Path(file.output).relative_to(folder)) for file in files}


def test_a_folder_of_outputs_keeps_the_folders_of_the_inputs(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.wav", "in/deep/er/b.wav", "in/c.txt")
    assert names(plan(tmp_path), tmp_path) == {"in/a.wav": "out/a.wav", "in/deep/er/b.wav": "out/deep/er/b.wav"}


def test_stems_are_grouped_by_a_field_and_named_by_the_template(tmp_path: Path) -> None:
    lay(tmp_path, "in/sc1_dx.wav", "in/sc1_mx.wav", "in/sc2_dx.wav", "in/odd.wav")
    found = plan(
        tmp_path,
        pattern="{scene}_{stem}.wav", group_by=("scene",), group="stems", output="out/{scene}/{stem}-{target}",
    )  # fmt: skip
    assert [(group.key, len(group.files)) for group in found.groups] == [("scene=sc1", 2), ("scene=sc2", 1)]
    assert names(found, tmp_path)["in/sc1_mx.wav"] == "out/sc1/mx-ebu-r128.wav"
    assert [(Path(problem.place).name, problem.what) for problem in found.problems] == [
        ("odd.wav", "the name does not fit the pattern '{scene}_{stem}.wav'")
    ]
    assert found.root == str(tmp_path / "out")


def test_albums_by_folder_and_everything_as_one(tmp_path: Path) -> None:
    lay(tmp_path, "in/one/a.wav", "in/one/b.wav", "in/two/a.wav")
    by_folder = plan(tmp_path, group="album", group_by=("folder",))
    assert [len(group.files) for group in by_folder.groups] == [2, 1]
    assert [len(group.files) for group in plan(tmp_path, group="album").groups] == [3]


def test_a_table_names_targets_and_fields(tmp_path: Path) -> None:
    lay(tmp_path, "a.wav", "b.wav")
    (tmp_path / "list.csv").write_text("path,target,client\na.wav,,North\na.wav,spotify,North\nb.wav,spotify,South\n")
    found = plan(tmp_path, "list.csv", output="out/{client}/{target}/{name}")
    assert [Path(file.output).relative_to(tmp_path / "out").as_posix() for g in found.groups for file in g.files] == [
        "North/ebu-r128/a.wav", "North/spotify/a.wav", "South/spotify/b.wav",
    ]  # fmt: skip
    assert [group.target for group in found.groups] == ["ebu-r128", "spotify", "spotify"]
    assert len({group.key for group in found.groups}) == 3


def test_a_list_names_files_from_its_own_folder(tmp_path: Path) -> None:
    lay(tmp_path, "lists/a.wav", "b.wav")
    (tmp_path / "lists" / "night.txt").write_text("# tonight\n\na.wav\n../b.wav\nmissing.wav\n")
    found = plan(tmp_path, "lists/night.txt")
    assert names(found, tmp_path) == {"lists/a.wav": "out/a.wav", "b.wav": "out/b.wav"}
    assert [problem.what for problem in found.problems] == ["no such file"]


def test_a_table_without_a_target_for_a_file_says_so(tmp_path: Path) -> None:
    lay(tmp_path, "a.wav")
    (tmp_path / "list.csv").write_text("path,target\na.wav,\n")
    (problem,) = plan(tmp_path, "list.csv", target=None).problems
    assert "names no target" in problem.what


@pytest.mark.parametrize("text", ["file,target\na.wav,x\n", b"\xff\xfe\x00path"])
def test_a_table_that_is_none(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "list.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileError, match=r"list\.csv"):
        plan(tmp_path, "list.csv")


def test_two_inputs_under_one_name_collide(tmp_path: Path) -> None:
    lay(tmp_path, "in/one/a.wav", "in/two/a.wav", "in/two/a.flac")
    (collision,) = plan(tmp_path, "in/**/*.*", output="out/{name}").collisions
    assert (Path(collision.place), "one/a.wav" in collision.what) == (tmp_path / "in/two/a.wav", True)
    assert (
        len(plan(tmp_path, "in/**/*.*", output="out/{name}", delivery=DeliverySettings(format="flac")).collisions) == 2
    )


def test_an_input_is_never_the_output(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.wav")
    (collision,) = plan(tmp_path, output="in/{tree}/{name}").collisions
    assert "which is an input" in collision.what


def test_outputs_are_no_inputs_the_next_time(tmp_path: Path) -> None:
    lay(tmp_path, "a.wav", "out/a.wav", ".audiopost/job.work/x/out/a.wav", "a-loud.wav")
    found = plan(tmp_path, "**/*.wav", known=(str(tmp_path / "a-loud.wav"),))
    assert list(names(found, tmp_path)) == ["a.wav"]


def test_what_is_excluded_or_named_twice_is_taken_once_or_not_at_all(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.wav", "in/b_old.wav", "in/raw/c.wav")
    found = plan(tmp_path, "in/**/*.wav", "in/a.wav", exclude=("*_old.wav", "in/raw/*"))
    assert list(names(found, tmp_path)) == ["in/a.wav"]


def test_inputs_that_match_nothing_are_told(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.wav")
    found = plan(tmp_path, "in/*.wav", "other/*.wav", "in")
    assert [problem.what for problem in found.problems] == [
        "nothing matches", "this is a folder; write such as folder/**/*.wav"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ({"output": "out/{scen}/{name}", "pattern": "{scene}_{stem}.wav"}, "did you mean scene?"),
        ({"pattern": "{scene}_{stem}.wav", "group_by": ("stemm",), "group": "stems"}, "did you mean stem?"),
        ({"pattern": "nothing.wav"}, "has no field"),
        ({"pattern": "{open"}, "expected '}'"),
        ({"output": "out/{name}/../../../{name}"}, "outside"),
    ],
)
def test_a_wrong_name_names_the_key_of_the_job(tmp_path: Path, rest: dict[str, Any], words: str) -> None:
    lay(tmp_path, "in/sc1_dx.wav")
    with pytest.raises(PresetError, match=r"job\.toml") as caught:
        plan(tmp_path, **rest)
    assert words in str(caught.value)


def test_fields_hold_no_folder_and_agree() -> None:
    assert NamePattern("{a}_{a}.wav").read("x/dx_dx.wav") == {"a": "dx"}
    assert NamePattern("{a}_{a}.wav").read("x/dx_mx.wav") is None
    assert NamePattern("{a}.wav").read("x.y/z.wav") == {"a": "z"}
    assert NamePattern("a+b_{n}.wav").read("a+b_1.wav") == {"n": "1"}
    with pytest.raises(UsageError, match="no name of a field"):
        NamePattern("{1}.wav")
    with pytest.raises(UnknownNameError):
        filled("{x}", {})
