"""``plugins``: find, scan and explain plug-in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiopost.cli.options import Json
from audiopost.cli.output import print_json, print_table, print_text, progress_bar
from audiopost.cli.program import Program

if TYPE_CHECKING:
    from audiopost.plugins.plugin import PluginInfo

__all__ = ["add_commands"]

_family = Program(rich_markup_mode=None, no_args_is_help=False)


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.add_typer(_family, name="plugins")


@_family.callback(invoke_without_command=True)
def plugins(context: typer.Context, as_json: Json = False) -> None:
    """List, scan or explain the plug-ins of this machine."""
    if context.invoked_subcommand is None:
        list_known(as_json)


@_family.command("list")
def list_known(as_json: Json = False) -> None:
    """List every plug-in file with what is known of it; nothing is loaded."""
    from audiopost.plugins.scan import list_plugins

    _show(list_plugins(), as_json)


@_family.command()
def scan(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Folder to scan; the standard ones by default.")
    ] = None,
    rescan: Annotated[bool, typer.Option("--rescan", help="Scan again what is known already.")] = False,
    timeout: Annotated[
        float | None, typer.Option(metavar="S", min=1.0, help="Longest time for one file, in seconds.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Load every plug-in once, each in a process of its own, and remember what it is."""
    from audiopost.errors import UsageError
    from audiopost.plugins.scan import SCAN_TIMEOUT_S, scan_folder

    if folder is not None and not folder.is_dir():
        raise UsageError("no such folder", where=str(folder))
    with progress_bar() as progress:
        found = scan_folder(folder, timeout or SCAN_TIMEOUT_S, rescan=rescan, progress=progress)
    _show(found, as_json)


@_family.command()
def info(
    plugin: Annotated[str, typer.Argument(metavar="PATH", help="Path, or name in the plug-in folders.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Which one, where the file holds several.")] = "",
    as_json: Json = False,
) -> None:
    """Explain one plug-in: its parameters, channels and latency, or why it cannot be loaded."""
    from audiopost.plugins.builds import siblings
    from audiopost.plugins.scan import list_plugins, plugin_info

    found = plugin_info(plugin, name)
    if as_json:
        print_json(found.to_json())
        return
    about = [found.name, found.vendor, found.version, found.format]
    print_text(", ".join(each for each in about if each))
    print_text(f"{found.path}: {found.status}" + (f", {found.error}" if found.error else ""))
    if found.status not in ("ok", "instrument"):
        return
    others = siblings(found, list_plugins())
    if others:
        print_text("also here: " + ", ".join(f"{each.format} ({each.status})" for each in others))
    for line in (*_measured(found), *_reachable(found), *found.notes):
        print_text(line)
    if found.parameters:
        print_text()
        rows = [
            [
                each.name,
                each.unit,
                f"{each.minimum:g}",
                f"{each.maximum:g}",
                f"{each.default:g}",
                ", ".join(each.choices),
            ]
            for each in found.parameters
        ]
        print_table(("parameter", "unit", "min", "max", "default", "choices"), rows, numbers=(2, 3, 4))


def _measured(found: PluginInfo) -> list[str]:
    """What the scan heard of it; of an instrument, which was given no notes, its channels alone."""
    if found.status == "instrument":
        return [f"channels: gives {found.output_channels}"]
    width = f", gives {found.output_channels}" if found.output_channels else ""
    lines = ["channels: " + (" or ".join(map(str, found.channels)) or "any") + width]
    for port, channels in zip(found.side_inputs, found.side_channels, strict=True):
        lines.append(f"side input: {port}, {channels} channel{'s' if channels > 1 else ''}")
    lines += [f"latency: {found.latency_frames} frames at 48000 Hz", f"tail: {_tail(found)}"]
    lines.append(f"rendered twice: {_repeats(found)}")
    if found.block_dependent:
        lines.append("blocks: its sound depends on their size, so it is always fed blocks of one size")
    return lines


def _reachable(found: PluginInfo) -> list[str]:
    """What can be given to it beside sound."""
    notes = ["notes: from a file (midi = ...) and live (audiopost live --midi-notes)"] if found.hears_notes else []
    return notes + (["presets: " + ", ".join(found.presets)] if found.presets else [])


def _tail(found: PluginInfo) -> str:
    return "rings for ever" if found.tail_frames < 0 else f"{found.tail_frames} frames at 48000 Hz, its knobs at rest"


def _repeats(found: PluginInfo) -> str:
    if found.deterministic is None:
        return "not tried"
    return "the same samples" if found.deterministic else "other samples each time, so no render can be repeated"


@_family.command()
def probe(
    plugin: Annotated[str, typer.Argument(metavar="PATH", help="Path, or name in the plug-in folders.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Which one, where the file holds several.")] = "",
    as_json: Json = False,
) -> None:
    """Try on one plug-in what every effect here must keep, and say what it keeps; exit code 1 where it does not."""
    from audiopost.effects.probe import probe_plugin

    found, laws = probe_plugin(plugin, name)
    if as_json:
        print_json({"plugin": found.name, "path": found.path, "laws": [law.to_json() for law in laws]})
    else:
        print_text(f"{found.name}, {found.format}: {found.path}")
        rows = [[law.name, {True: "kept", False: "broken", None: "not tried"}[law.kept], law.detail] for law in laws]
        print_table(("law", "", "measured"), rows)
    if any(law.kept is False for law in laws):
        raise typer.Exit(1)


def _show(found: tuple[PluginInfo, ...], as_json: bool) -> None:
    if as_json:
        print_json({"plugins": [each.to_json() for each in found]})
        return
    if not found:
        print_text("no plug-in files in the standard folders; `audiopost doctor` says where they are looked for")
        return
    from audiopost.plugins.builds import grouped

    rows = [
        [
            each.first.name,
            each.vendor,
            each.formats,
            "/".join(map(str, each.first.channels)),
            ", ".join(each.first.side_inputs),
            each.first.error or each.first.path,
        ]
        for each in grouped(found)
    ]
    print_table(("name", "vendor", "formats", "channels", "side inputs", "where"), rows)
    if any(each.status == "not scanned" for each in found):
        print_text("\n`audiopost plugins scan` finds out about those that are not scanned")
