"""The command ``audiopost``: gathers the commands, and turns every foreseen failure into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from audiopost.cli import (
    adm,
    bank,
    batch,
    catalogue,
    chains,
    convert,
    demo,
    live,
    machine,
    match_eq,
    measure,
    normalize,
    plugins,
    preview,
    render,
    report,
    variations,
)
from audiopost.cli.exit_codes import DONE, FAILED, INTERRUPTED, USAGE, exit_code_of
from audiopost.cli.output import in_words, message
from audiopost.cli.program import Program
from audiopost.errors import AudiopostError

__all__ = ["app", "main"]

# Without rich's mark-up: its import would be a third of the time that `--help` takes.
app = Program(name="audiopost", rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"audiopost {version('audiopost')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Sound design and audio post: chains of effects, live and offline, and loudness delivery."""
    if context.invoked_subcommand is None:
        print(context.get_help())


families = (
    measure, normalize, convert, preview, report, render, match_eq, adm, variations, bank, batch, live, catalogue,
    chains, plugins, machine, demo,
)  # fmt: skip
for family in families:
    family.add_commands(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; without `arguments` that of the process. Returns the exit code."""
    _speak_any_name()
    try:
        answer = app(args=arguments, prog_name="audiopost", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as fault:
        message(_usage_in_words(fault))
        return USAGE
    except (BrokenPipeError, SystemExit):
        # The reader has gone (`| head`); typer leaves by SystemExit then. Nobody is told, but it is not 0: a verdict
        # may have got lost. Python must not find the closed pipe again at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    except (AudiopostError, OSError) as error:
        message(in_words(error))
        return exit_code_of(error)
    if answer == INTERRUPTED:
        message("interrupted")
    return answer if isinstance(answer, int) else DONE


def _speak_any_name() -> None:
    """A file name that the terminal's encoding lacks is written with escapes instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _usage_in_words(fault: typer.TyperException) -> str:
    words = getattr(fault, "format_message", fault.__str__)().strip().rstrip(".")
    context = getattr(fault, "ctx", None)
    command = context.command_path if context is not None else "audiopost"
    return f"{words[:1].lower()}{words[1:]}; `{command} --help` tells more"
