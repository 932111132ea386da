"""``demo``: the main job from beginning to end, on material of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, FAILED
from audiopost.cli.options import Json
from audiopost.cli.output import message, print_json, print_table, print_text, progress_bar, quantity

if TYPE_CHECKING:
    from audiopost.jobs.demo import Delivery, DemoResult

__all__ = ["add_commands"]

PATIENCE_S = 10.0
"""How long beyond its time a session may take to be over."""


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the results go.")] = Path("demo"),
    as_json: Json = False,
) -> int:
    """Make a short film mix, play, render, deliver and check it."""
    from audiopost.jobs.demo import run_demo

    with progress_bar(quiet=as_json) as progress:
        result = run_demo(folder, _play, progress=progress)
    if as_json:
        print_json({"schema": 1, **result.to_json()})
    else:
        _tell(result)
    return DONE if result.passed else FAILED


def _play(chain: str, source: Path, duration_s: float) -> dict[str, Any]:
    """Play on the sound card, or on the null device where there is none."""
    from audiopost.live.host import LiveHost

    host = LiveHost(chain, source, loop=False, duration_s=duration_s, block_frames=256, on_problem=message)
    with host:
        device = host.device_name
        host.wait(duration_s + PATIENCE_S)
    return {"chain": chain, "device": device, **host.statistics()}


def _tell(result: DemoResult) -> None:
    played = result.played
    length = quantity(played["frames"] / played["sample_rate_hz"], 1, "s")
    print_text(f"stems: dialogue ({result.speech} speech), music, effects; their sum is mix.wav")
    print_text(
        f"played: {length} through {played['chain']} on {played['device']}, {played['xruns']} xruns, "
        f"{played['deadline_misses']} missed deadlines"
    )
    print_text()
    rows = [row for delivery in result.deliveries for row in _rows(delivery)]
    print_table(("delivered", "meter", "LUFS", "dBTP", "verdict"), rows, numbers=(2, 3))
    print_text()
    null = result.stems.sum.null_dbfs if result.stems.sum is not None else None
    print_text(f"the delivered stems add up to the delivered mix: null {quantity(null, unit='dBFS')}")
    print_text(f"everything lies in {result.folder.resolve()}:")
    for path in result.files:
        print_text(f"  {path.relative_to(result.folder)}")


def _rows(delivery: Delivery) -> list[list[str]]:
    loudness = delivery.verdict.measurement.loudness
    word = {True: "passes", False: "FAILS", None: "cannot be judged whole:"}[delivery.verdict.passed]
    own = [
        f"{delivery.path.parent.name}/{delivery.path.name}",
        "audiopost",
        quantity(loudness.integrated_lufs, 2),
        quantity(loudness.true_peak_dbtp, 2),
        f"{word} {delivery.verdict.target}",
    ]
    others = [
        ["", other.meter, quantity(other.integrated_lufs, 2), quantity(other.true_peak_dbtp, 2), ""]
        for other in delivery.others
    ]
    return [own, *others]
