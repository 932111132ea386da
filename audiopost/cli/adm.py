"""``adm``: files of beds, objects and scenes: what is in them, and what they sound like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.each_file import Outcome, for_each_file
from audiopost.cli.exit_codes import DONE, first_of
from audiopost.cli.options import Exists, FileFormat, Files, Jobs, Json, OutputBits, WhereItExists
from audiopost.cli.output import Progress, message, print_json, print_table, print_text, tell_notes
from audiopost.cli.program import Program

if TYPE_CHECKING:
    from audiopost.jobs.adm_info import AdmInfo
    from audiopost.jobs.adm_render import AdmRendered

__all__ = ["add_commands"]

_family = Program(rich_markup_mode=None)


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.add_typer(_family, name="adm", help="Read, render and make files of beds, objects and scenes.")


@_family.command()
def info(files: Files, as_json: Json = False) -> int:
    """Show programmes, contents, objects and tracks; what is not supported is named."""
    from audiopost.jobs.adm_info import adm_info

    outcomes = for_each_file(files, lambda path, _progress: adm_info(path))
    for outcome in outcomes:
        if outcome.result is not None:
            tell_notes(outcome.path, outcome.result.notes)
    if as_json:
        print_json({"schema": 1, "files": [_info_entry(outcome) for outcome in outcomes]})
    else:
        for result in (outcome.result for outcome in outcomes if outcome.result is not None):
            _print_info(result)
    return first_of(outcome.code for outcome in outcomes)


def _info_entry(outcome: Outcome[AdmInfo]) -> dict[str, Any]:
    if outcome.result is None:
        return {"path": str(outcome.path), "error": outcome.error}
    return outcome.result.to_json()


def _print_info(found: AdmInfo) -> None:
    adm = found.adm
    kind = "" if found.dolby is None else ", a Dolby Atmos master"
    print_text(f"{found.path}: {found.channels} tracks, {len(adm.objects)} objects, rendered to {found.layout}{kind}")
    for programme in adm.programmes.values():
        print_text(f"{programme.id} {programme.name}: {', '.join(programme.contents)}")
    rows = []
    for each in adm.objects.values():
        words = found.object_words(each)
        end = "to the end" if words["duration_s"] is None else f"{words['start_s'] + words['duration_s']:.3f}"
        rows.append(
            [
                each.id, each.name, words["type"] or "group", _numbers(words["tracks"]), ", ".join(each.packs),
                f"{words['start_s']:.3f}", end, str(words["blocks"]),
            ]
        )  # fmt: skip
    print_table(("object", "name", "type", "tracks", "packs", "from s", "to s", "blocks"), rows, numbers=(5, 7))


def _numbers(tracks: list[int]) -> str:
    """Numbers in a row as a range: ``1-6``."""
    if len(tracks) > 2 and tracks == list(range(tracks[0], tracks[0] + len(tracks))):
        return f"{tracks[0]}-{tracks[-1]}"
    return ", ".join(str(track) for track in tracks)


@_family.command()
def render(
    files: Files,
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Folder for the results; made if missing.")],
    layout: Annotated[
        str | None,
        typer.Option("--layout", metavar="NAME", help="stereo, 5.1, 7.1.4, 22.2 ..., or binaural; by the content."),
    ] = None,
    hrtf: Annotated[
        Path | None,
        typer.Option("--hrtf", metavar="FILE.sofa", help="The head that wears the headphones; a sphere otherwise."),
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", metavar="NAME", help="audioProgramme, by id or name; the first.")
    ] = None,
    file_format: FileFormat = None,
    bits: OutputBits = None,
    exists: WhereItExists = Exists.FAIL,
    jobs: Jobs = None,
    as_json: Json = False,
) -> int:
    """Render programmes to the loudspeakers of a layout, or to headphones.

    After ITU-R BS.2127; binaural through the loudspeakers of 22.2.
    """
    from audiopost.jobs.adm_render import render_adm

    def work(path: Path, progress: Progress | None) -> AdmRendered:
        return render_adm(
            path, output, layout=layout, hrtf=hrtf, programme=programme, format=file_format,
            bits=None if bits is None else bits.value, exists=exists.value, progress=progress,
        )  # fmt: skip

    outcomes = for_each_file(files, work, jobs=jobs)
    for result in (outcome.result for outcome in outcomes if outcome.result is not None):
        tell_notes(result.path, result.notes)
        if result.clipped_samples:
            message(f"{result.output}: {result.clipped_samples} samples beyond full scale are clipped")
    if as_json:
        print_json({"schema": 1, "files": [_rendered_entry(outcome) for outcome in outcomes]})
    else:
        for result in (outcome.result for outcome in outcomes if outcome.result is not None):
            print_text(f"{result.output}: {result.layout}, {result.frames} frames")
    return first_of(outcome.code for outcome in outcomes)


@_family.command()
def make(
    scene: Annotated[Path, typer.Argument(metavar="SCENE.toml", help="Which files are beds, objects and scenes.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.wav", help="The master to be made.")],
    bits: OutputBits = None,
    exists: WhereItExists = Exists.FAIL,
    as_json: Json = False,
) -> int:
    """Make a master of beds, objects and scenes from files (BW64 with ADM metadata, ITU-R BS.2076)."""
    from audiopost.cli.output import progress_bar
    from audiopost.jobs.adm_make import make_adm

    with progress_bar(quiet=as_json) as progress:
        made = make_adm(
            scene, output, bits="24" if bits is None else bits.value, exists=exists.value, progress=progress
        )
    tell_notes(made.output, made.notes)
    if made.clipped_samples:
        message(f"{made.output}: {made.clipped_samples} samples beyond full scale are clipped")
    if as_json:
        print_json({"schema": 1, "files": [made.to_json()]})
    else:
        seconds = made.frames / made.sample_rate_hz
        print_text(f"{made.output}: {made.programme}, {made.parts} parts, {made.tracks} tracks, {seconds:.3f} s")
    return DONE


def _rendered_entry(outcome: Outcome[AdmRendered]) -> dict[str, Any]:
    if outcome.result is None:
        return {"path": str(outcome.path), "output": None, "error": outcome.error}
    return outcome.result.to_json()
