"""``bank``: the sounds of a game, looked at together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiopost.cli.each_file import for_each_file
from audiopost.cli.exit_codes import DONE, FAILED, first_of
from audiopost.cli.options import Jobs, Json
from audiopost.cli.output import Progress, print_json, print_table, print_text, quantity
from audiopost.jobs.bank_limits import BankLimits

if TYPE_CHECKING:
    from audiopost.jobs.asset_bank import Asset

__all__ = ["add_commands"]

_LIMITS = BankLimits()


def add_commands(app: typer.Typer) -> None:
    """Give the program the command of this family."""
    app.command()(bank)


def bank(
    places: Annotated[
        list[Path], typer.Argument(metavar="FOLDER|FILE...", help="Folders of sounds, or files.", show_default=False)
    ],
    tolerance: Annotated[
        float, typer.Option(metavar="LU", min=0.0, help="How far a variation may lie from the median of its group.")
    ] = _LIMITS.tolerance_lu,
    ceiling: Annotated[float, typer.Option(metavar="DBTP", help="True peak at most.")] = _LIMITS.ceiling_dbtp,
    head: Annotated[float, typer.Option(metavar="MS", min=0.0, help="Silence before a sound.")] = _LIMITS.head_ms,
    tail: Annotated[float, typer.Option(metavar="MS", min=0.0, help="Silence behind a sound.")] = _LIMITS.tail_ms,
    loops: Annotated[bool, typer.Option("--loops", help="All are loops; else those that say so.")] = False,
    jobs: Jobs = None,
    as_json: Json = False,
) -> int:
    """Check the sounds of a game: variations that stand out, peaks, heads, tails, seams of loops.

    Files whose names differ in a number at the end alone (step_01, step_02 ...) are variations of one sound. A loop is
    what states one (chunk smpl) or is called one. The exit code is 1 if anything is wrong.
    """
    from audiopost.jobs.asset_bank import assets_in, examine_asset, judged_together

    limits = BankLimits(tolerance, ceiling, head, tail)

    def work(path: Path, _progress: Progress | None) -> Asset:
        return examine_asset(path, limits, loops=loops)

    outcomes = for_each_file(assets_in(places), work, jobs=jobs)
    assets = judged_together([each.result for each in outcomes if each.result is not None], limits)
    unreadable = [each for each in outcomes if each.result is None]
    if as_json:
        failed: list[dict[str, object]] = [
            {"path": str(each.path), "faults": [], "error": each.error} for each in unreadable
        ]
        print_json({"schema": 1, "files": [*(asset.to_json() for asset in assets), *failed]})
    else:
        _show(assets)
    verdicts = (FAILED if asset.faults else DONE for asset in assets)
    return first_of((*(each.code for each in unreadable), *verdicts))


def _show(assets: list[Asset]) -> None:
    headings = ("sound", "s", "I LUFS", "M max", "of group", "TP dBTP", "head ms", "tail ms", "seam dB")
    rows = [
        [
            str(each.path), quantity(each.duration_s, 2), quantity(each.integrated_lufs),
            quantity(each.momentary_max_lufs), quantity(each.deviation_lu), quantity(each.true_peak_dbtp),
            quantity(each.head_ms, 0), quantity(each.tail_ms, 0),
            "" if each.seam is None else quantity(each.seam.step_db, 0),
        ]
        for each in assets
    ]  # fmt: skip
    print_table(headings, rows, numbers=range(1, len(headings)))
    for each in assets:
        for fault in each.faults:
            print_text(f"{each.path}: {fault}")
    wrong = sum(bool(each.faults) for each in assets)
    print_text(f"{len(assets)} sounds, {wrong} with faults" if wrong else f"{len(assets)} sounds, nothing wrong")
