"""What every command has in common: help, versions, usage errors, and exit codes."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from audiopost.cli.exit_codes import exit_code_of, first_of
from audiopost.errors import (
    AudiopostError,
    CycleError,
    DeviceError,
    EffectError,
    FileError,
    PluginTimeoutError,
    PresetError,
    TargetUnreachableError,
    UnknownNameError,
)
from tests.surface.conftest import Run

COMMANDS = (
    "measure", "check", "normalize", "render", "live", "targets", "chains", "effects", "plugins", "devices", "doctor",
    "demo",
)  # fmt: skip


def test_help_names_every_command(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    assert all(f"  {command} " in answer.out for command in COMMANDS)
    assert run().out == answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, run: Run) -> None:
    answer = run(command, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: audiopost {command}")


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"audiopost {version('audiopost')}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mesure", "a.wav"], "no such command 'mesure'. Did you mean 'measure'?"),
        (["measure"], "missing argument 'FILE...'"),
        (["measure", "--nope", "a.wav"], "no such option: --nope"),
        (["check", "a.wav"], "missing option '--target'"),
        (["normalize", "a.wav", "--target", "ebu-r128", "--output", "out", "--mode", "loud"], "'loud' is not one of"),
        (["measure", "a.wav", "--jobs", "0"], "invalid value for '--jobs'"),
        (["measure", "a.wav", "--json", "--csv"], "--json and --csv exclude each other; choose one"),
        (["measure", "a.wav", "b.wav", "--history", "h.csv"], "--history holds the course of one file"),
        (["render", "a.wav", "b.wav", "--chain", "film-room", "--set", "room"], "--set 'room' sets nothing"),
        (["live", "a.wav", "--chain", "film-room", "--loop", "4:1"], "--loop '4:1' is no part of a file"),
        (["live", "a.wav", "--chain", "film-room", "--loop", "0:04-0:01"], "--loop '0:04-0:01' is no part of a file"),
        (["live", "a.wav", "--chain", "film-room", "--loop", "00:00:01:00-00:00:02:00"], "--fps"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments: list[str], words: str, run: Run) -> None:
    answer = run(*arguments)
    assert answer.code == 2
    assert words in answer.message
    assert answer.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownNameError(kind="target", name="x"), 2),
        (PresetError("is not TOML"), 2),
        (CycleError("a circle"), 2),
        (FileError("a.wav", "no such file"), 3),
        (PermissionError(13, "Permission denied"), 3),
        (DeviceError("null", "lost"), 4),
        (PluginTimeoutError("Zam", "no answer"), 5),
        (EffectError("mine", "raised"), 5),
        (TargetUnreachableError("ebu-r128", "too loud"), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda each: type(each).__name__,
)
def test_every_failure_has_its_exit_code(error: BaseException, code: int) -> None:
    assert exit_code_of(error) == code


def test_every_error_of_the_family_has_an_exit_code() -> None:
    def family(root: type) -> set[type]:
        return {root}.union(*(family(each) for each in root.__subclasses__()))

    unmapped = {kind for kind in family(AudiopostError) if exit_code_of(kind.__new__(kind)) == 1}
    assert unmapped == {AudiopostError, TargetUnreachableError}


def test_of_many_codes_the_gravest_counts() -> None:
    assert [first_of(codes) for codes in ([], [0, 1], [1, 3], [3, 4], [4, 5], [5, 2], [2, 130])] == [
        0,
        1,
        3,
        4,
        5,
        2,
        130,
    ]


def test_the_module_runs_as_the_command_does() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "audiopost", "--version"], capture_output=True, text=True, check=False
    )
    assert (asked.returncode, asked.stdout) == (0, f"audiopost {version('audiopost')}\n")


def test_a_reader_that_goes_away_is_not_told_about_it(tmp_path: Path) -> None:
    command = f"{sys.executable} -m audiopost targets; echo code $? >&2"
    piped = subprocess.run(
        ["bash", "-c", f"( {command} ) | true"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert piped.stderr == "code 1\n"
