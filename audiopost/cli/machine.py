"""``devices`` and ``doctor``: what this machine can do."""

from __future__ import annotations

from typing import Annotated

import typer

from audiopost.cli.options import Json
from audiopost.cli.output import print_json, print_table, print_text, quantity

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(devices)
    app.command()(doctor)


def devices(as_json: Json = False) -> None:
    """List the sound devices."""
    from audiopost.live.device_list import list_devices

    found = list_devices()
    if as_json:
        print_json({"devices": found})
        return
    rows = [
        [
            str(each["index"]),
            each["name"],
            each["host_api"],
            str(each["input_channels"]),
            str(each["output_channels"]),
            quantity(each["default_sample_rate_hz"], 0),
            quantity(each["output_latency_ms"]),
            " and ".join(kind for kind in ("input", "output") if each[f"default_{kind}"]),
        ]
        for each in found
    ]
    rows.append(
        ["null", "no hardware, always there", "audiopost", "any", "any", "any", "0.0", "" if found else "output"]
    )
    headings = ("", "device", "through", "in", "out", "Hz", "latency ms", "default for")
    print_table(headings, rows, numbers=(3, 4, 5, 6))


def doctor(
    as_json: Json = False,
    loopback: Annotated[
        bool, typer.Option("--loopback", help="Measure the round trip from the output back to the input, by cable.")
    ] = False,
    output_device: Annotated[
        str | None, typer.Option(metavar="D", help="Of --loopback: number or part of a name.")
    ] = None,
    input_device: Annotated[str | None, typer.Option(metavar="D", help="Likewise.")] = None,
    block: Annotated[int, typer.Option(metavar="N", help="Of --loopback: frames in a block.")] = 128,
    rate: Annotated[int, typer.Option(metavar="HZ", help="Of --loopback: sample rate.")] = 48_000,
) -> None:
    """Say what works here, and how to mend what does not."""
    if loopback:
        _loopback(output_device, input_device, rate, block, as_json=as_json)
        return
    from importlib.metadata import version

    from audiopost.cli.machine_checks import examine_machine, python_in_words

    findings = list(examine_machine())
    if as_json:
        print_json(
            {
                "schema": 1,
                "audiopost": version("audiopost"),
                "python": python_in_words(),
                "checks": [vars(each) for each in findings],
            }
        )
        return
    print_text(f"audiopost {version('audiopost')}, {python_in_words()}")
    print_table(("", "part", "found"), [[each.state, each.name, each.found] for each in findings])
    to_mend = [each for each in findings if each.mend]
    if to_mend:
        print_text()
    for each in to_mend:
        print_text(f"{each.name}: {each.mend}")


def _loopback(output: str | None, entry: str | None, rate: int, block: int, *, as_json: bool) -> None:
    from audiopost.live.loopback import measure_loopback

    measured = measure_loopback(output, entry, rate, block)
    if as_json:
        print_json({"schema": 1, **vars(measured)})
        return
    rows = [
        ["device", measured.device],
        ["round trip, measured", f"{measured.round_trip_frames} frames, {measured.round_trip_ms:.2f} ms"],
        ["round trip, claimed by the driver", quantity(measured.claimed_ms, 2, "ms")],
        ["level of what came back", quantity(measured.level_db, 1, "dB")],
    ]
    print_table(("loop", ""), rows)
