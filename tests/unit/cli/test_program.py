"""A command line read plainly says what typer makes of it, value for value and word for word."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from audiopost.cli.program import Program


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark-blue"


def answer(program: typer.Typer, arguments: list[str]) -> Any:
    """What the command was given, or what typer says is wrong."""

    def paint(
        files: Annotated[list[Path], typer.Argument()],
        word: Annotated[str | None, typer.Option()] = None,
        count: Annotated[int, typer.Option(min=1, max=20)] = 3,
        level: Annotated[float | None, typer.Option(max=0.5)] = None,
        colour: Annotated[Colour, typer.Option()] = Colour.RED,
        tags: Annotated[list[str] | None, typer.Option("--tag")] = None,
        there: Annotated[Path | None, typer.Option(exists=True)] = None,
        into: Annotated[Path | None, typer.Option()] = None,
        share: Annotated[float, typer.Option(clamp=True, min=0.0, max=1.0)] = 0.25,
        loud: Annotated[bool, typer.Option("--loud/--quiet")] = False,
    ) -> dict[str, Any]:
        return dict(locals())

    program.command()(paint)
    try:
        found = program(args=arguments, standalone_mode=False, prog_name="paint")
    except typer.TyperException as fault:
        return fault.format_message()
    return {name: (type(value), value) for name, value in found.items() if name != "program"}


@pytest.mark.parametrize(
    "options",
    [
        [], ["--word", "two words"], ["--word", ""], ["--count", "7"], ["--count", "+7"], ["--count", "007"],
        ["--count", " 7"], ["--count", "1_0"], ["--count", "0"], ["--count", "21"], ["--count", "seven"],
        ["--count", "7.0"], ["--count", "7.5"], ["--level", "-3"], ["--level", "-3.25"], ["--level", "1e-3"],
        ["--level", ".5"], ["--level", "5."], ["--level", "0.75"], ["--level", "nan"], ["--level", "-inf"],
        ["--level", "loud"], ["--level", ""], ["--colour", "dark-blue"], ["--colour", "DARK_BLUE"],
        ["--colour", "green"], ["--tag", "a", "--tag", "b"], ["--there", "."], ["--there", "nowhere"],
        ["--into", "nowhere"], ["--into", ""], ["--share", "2"], ["--share", "0.5"], ["--share", "x"], ["--loud"],
        ["--nothing"], ["--count"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_values_are_read_as_typer_reads_them(options: list[str], tmp_path: Path) -> None:
    arguments = ["one.wav", str(tmp_path), *options]
    plain = answer(Program(add_completion=False), arguments)
    assert plain == answer(typer.Typer(add_completion=False), arguments)


def test_a_missing_argument_is_told_as_typer_tells_it() -> None:
    assert answer(Program(add_completion=False), []) == answer(typer.Typer(add_completion=False), [])


def test_a_file_that_may_not_be_read_is_told_as_typer_tells_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    told = answer(Program(add_completion=False), [str(tmp_path)])
    assert "not readable" in told
    assert told == answer(typer.Typer(add_completion=False), [str(tmp_path)])
