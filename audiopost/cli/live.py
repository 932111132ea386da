"""``live``: play a file or an input through a chain, and work on it while it plays."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, INTERRUPTED
from audiopost.cli.options import Adm, FramesPerSecond, LayoutName
from audiopost.cli.output import message, print_table, print_text, quantity
from audiopost.cli.render import Chain, EffectFiles, Settings, load_effect_files, read_settings
from audiopost.errors import UsageError
from audiopost.timecode import seconds_of_timecode

if TYPE_CHECKING:
    from audiopost.graph.spec import GraphSpec
    from audiopost.live.host import LiveHost
    from audiopost.loudness.labelled import LabelLoudness

__all__ = ["add_commands", "read_cap", "read_region"]

LOOK_EVERY_S = 1.0
"""How often the line on the terminal is renewed."""

_REGION_FORMS = "write START:END in seconds, or START-END as 1:02-1:08.5 or, with --fps, as time code"


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(live)


def live(
    chain: Chain,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[INPUT]...",
            help="Audio file, folder of them, or several that play together; else the sound of the input device.",
        ),
    ] = None,
    other_chain: Annotated[
        str | None, typer.Option("--b", metavar="PRESET", help="A second chain, warm beside the first: A/B.")
    ] = None,
    settings: Settings = None,
    layout: LayoutName = None,
    adm: Adm = None,
    effect_files: EffectFiles = None,
    input_device: Annotated[
        str | None, typer.Option(metavar="D", help="Input: number or part of a name of `audiopost devices`.")
    ] = None,
    output_device: Annotated[
        str | None, typer.Option(metavar="D|null", help="Output: likewise; null is a clock without hardware.")
    ] = None,
    block: Annotated[int, typer.Option(metavar="N", help="Frames in a block, 16 to 8192.")] = 128,
    rate: Annotated[int, typer.Option(metavar="HZ", help="Sample rate of the device.")] = 48_000,
    safe: Annotated[bool, typer.Option("--safe", help="One block later, for machines unfit for real time.")] = False,
    cap: Annotated[
        str, typer.Option(metavar="DBFS|off", help="Level that may last (RMS); louder is turned down, for your ears.")
    ] = "-6",
    speed: Annotated[float, typer.Option(metavar="X", help="0.1 to 8, backwards below 0; pitch goes with it.")] = 1.0,
    loop: Annotated[
        str | None,
        typer.Option(metavar="START:END", help="Repeat a part: seconds, or times as 1:02-1:08; `:` is all of it."),
    ] = None,
    fps: FramesPerSecond = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Record what is heard.")] = None,
    moves: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="At the end, write the first chain with every turn as automation."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write when `label NAME` was said: by a line, a key, or OSC (/audiopost/do/label)."
        ),
    ] = None,
    duration: Annotated[float | None, typer.Option(metavar="S", min=0.0, help="Stop after so many seconds.")] = None,
    stats: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the statistics at the start and once a second.")
    ] = None,
    osc: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT", help="Be controlled by OSC; from this machine alone unless a host is given."
        ),
    ] = None,
    osc_to: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="An OSC controller that is told everything from the start.")
    ] = None,
    midi: Annotated[
        str | None,
        typer.Option(metavar="PORT", help="MIDI controller: number or part of a name; `virtual` makes a port."),
    ] = None,
    midi_notes: Annotated[
        str | None,
        typer.Option(metavar="PORT", help="MIDI port whose notes play the chain's plug-ins; `virtual` makes one."),
    ] = None,
    head_midi: Annotated[
        str | None,
        typer.Option(metavar="PORT", help="MIDI port of a head tracker, which turns the scene; `virtual` makes one."),
    ] = None,
    watch: Annotated[bool, typer.Option(help="Bring the chain and effect files in whenever they are saved.")] = True,
    with_ui: Annotated[
        bool, typer.Option("--ui", help="Open the console for a browser, on this machine alone.")
    ] = False,
    ui_host: Annotated[
        str, typer.Option("--ui-host", metavar="ADDRESS", help="Open it on another address; visitors need the token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Of the console; 0: a free one.")
    ] = 8080,
    target: Annotated[
        str | None, typer.Option("--target", metavar="ID", help="What the console's meters are held against.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of the view, on a terminal too.")] = False,
) -> int:
    """Play a file, or what comes in, through a chain, and work on it.

    On a terminal there is a view with meters, knobs and keys (`?` shows all). Elsewhere, and with --plain, standard
    input takes lines: NODE.PARAM=VALUE turns a knob, `a` and `b` crossfade between two chains, `bypass`, `undo`,
    `take`, `recall` and more work as they do there, `q` ends.
    """
    from audiopost.cli.findings import print_labels
    from audiopost.cli.live_controls import Bounces, Teller, add_controls, watch_files
    from audiopost.jobs.chain_values import with_values
    from audiopost.jobs.labels import LabelWriter
    from audiopost.library.chains import load_chain
    from audiopost.live.folder import Folder
    from audiopost.live.host import LiveHost
    from audiopost.live.words import Words

    load_effect_files(effect_files)
    region = None if loop is None else read_region(loop, fps)
    given = sources or []
    first_file = Folder(given[0]).present if given else None
    played = [first_file, *given[1:]] if first_file is not None else None

    def load() -> GraphSpec:
        return with_values(load_chain(chain), read_settings(settings or []))

    first = load()
    second = None if other_chain is None else load_chain(other_chain)
    tell = Teller()
    host = LiveHost(
        first,
        played,
        _device(output_device),
        sample_rate=rate,
        block_frames=block,
        layout=layout,
        adm=adm,
        safe=safe,
        cap_dbfs=read_cap(cap),
        source_speed=speed,
        loop=loop is not None,
        region=region,
        live_input=not given,
        input_device=_device(input_device),
        duration_s=duration,
        frames_per_second=fps,
        statistics_path=stats,
        on_problem=tell,
    )
    if record is not None:
        host.record(record)
    labelled: list[LabelLoudness] = []
    with host, _ended_by_signals() as end, ExitStack() as controls:
        words = Words(host, first, path=_own_file(chain), source=first_file, on_quit=end.by_desk.set)
        if second is not None and other_chain is not None:
            words.add_b(second, _own_file(other_chain))
        words.bounce = Bounces(tell)
        controls.callback(lambda: labelled.extend(host.by_label()))  # whatever ends it, while it still plays
        if labels is not None:
            writer = LabelWriter(labels)
            controls.callback(writer.close)
            words.labelled = writer.add
        add_controls(controls, words, tell, osc, osc_to, midi, midi_notes, head_midi)
        if watch:
            watch_files(controls, words, load, effect_files or [], tell)
        if with_ui:
            from audiopost.cli.live_console import serving

            desk = words.desks["a"]
            controls.enter_context(serving(host, desk, given, address=ui_host, port=port, target=target, tell=tell))
        if host.device_name != "null":
            tell(f"playing on {host.device_name}")
        if safe:
            tell(f"safe mode: everything is one block later, {1000.0 * block / rate:.1f} ms")
        if not plain and _on_terminal():
            from audiopost.cli.live_view import LiveView

            view = LiveView(words, first.name or chain, f"{host.device_name}  {rate} Hz  {block} frames")
            tell.to = view.say
            try:
                view.run(end.by_desk, until=host.wait)
            finally:
                tell.to = message
        else:
            from audiopost.cli.live_lines import Lines

            Lines(words, end.by_desk, tell).listen()
            _play(host, end)
    _print_end(host.statistics(), record)
    print_labels(labelled)
    if moves is not None:
        _write_moves(host, first, moves)
    return INTERRUPTED if end.by_signal else DONE


def _write_moves(host: LiveHost, chain: GraphSpec, path: Path) -> None:
    """What was turned and played, in a chain file: until another chain was swapped in, if one was."""
    from audiopost.effects.recorded_notes import with_notes
    from audiopost.graph.recorded import with_moves
    from audiopost.library.chains import save_chain

    end = host.end_of_first_chain
    made = [move for move in host.parameter_log if end is None or move.frame < end]
    notes = [note for note in host.note_log if end is None or note.frame < end]
    later = len(host.parameter_log) + len(host.note_log) - len(made) - len(notes)
    sample_rate = host.statistics()["sample_rate_hz"]
    save_chain(with_notes(with_moves(chain, made, sample_rate), notes, sample_rate, path), path)
    without = f"; {later} that came after another chain was swapped in are not among them" if later else ""
    message(f"{len(made)} turns{f' and {len(notes)} notes' if notes else ''} written to {path}{without}")


def _own_file(chain: str) -> Path | None:
    from audiopost.library.presets import is_path

    return Path(chain) if is_path(chain) else None


def _on_terminal() -> bool:
    """Whether a view can be shown; rich is asked only where there is a terminal at all."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    from audiopost.cli.live_view import can_show

    return can_show()


class _End:
    """Whether it shall end, and whether a signal asked for it."""

    def __init__(self) -> None:
        self.by_desk = threading.Event()
        self.by_signal = False


@contextmanager
def _ended_by_signals() -> Iterator[_End]:
    """Ctrl-C and SIGTERM end the playing in order: faded out, the recording complete, the statistics told."""
    end = _End()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        end.by_signal = True
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield end
    except KeyboardInterrupt:
        end.by_signal = True
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _play(host: LiveHost, end: _End) -> None:
    """Until the session is over, or somebody ends it.

    The flag is looked at besides: Python drops an interruption that falls into a clean-up of its own.
    """
    while not (end.by_desk.is_set() or end.by_signal or host.wait(LOOK_EVERY_S)):
        if sys.stderr.isatty():
            print(f"\r{_state(host):60}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)


def read_region(words: str, frames_per_second: float | None = None) -> tuple[float, float] | None:
    """``START:END`` in seconds, or ``START-END`` as times or time code; None for all of a file.

    Raises
    ------
    UsageError
        If the words have no such form, or the part has no length.

    >>> read_region("1.5:4"), read_region(":"), read_region("0:10-1:02.5"), read_region("00:00:01:12-00:00:02:00", 24)
    ((1.5, 4.0), None, (10.0, 62.5), (1.5, 2.0))
    """
    if words == ":":
        return None
    if "-" in words:
        start, _, end = words.partition("-")
        region = (
            float(seconds_of_timecode(start or "0", frames_per_second)),
            float(seconds_of_timecode(end, frames_per_second)),
        )
    else:
        region = _seconds_of_region(words)
    if not 0.0 <= region[0] < region[1]:
        raise UsageError(f"--loop {words!r} is no part of a file", mend=_REGION_FORMS)
    return region


def _seconds_of_region(words: str) -> tuple[float, float]:
    start, _, end = words.partition(":")
    try:
        return float(start or 0.0), float(end)
    except ValueError:
        raise UsageError(f"--loop {words!r} is no part of a file", mend=_REGION_FORMS) from None


def read_cap(words: str) -> float | None:
    """A level in dBFS; None for ``off``.

    Raises
    ------
    UsageError
        If the words are neither.

    >>> read_cap("-12"), read_cap("off")
    (-12.0, None)
    """
    if words.strip().casefold() == "off":
        return None
    try:
        return float(words)
    except ValueError:
        raise UsageError(f"--cap {words!r} is no level", mend="write a level in dBFS, or off") from None


def _device(words: str | None) -> str | int | None:
    return int(words) if words is not None and words.isdecimal() else words


def _state(host: LiveHost) -> str:
    """What the terminal shows while it plays."""
    counted = host.statistics()
    time_s = counted["frames"] / counted["sample_rate_hz"]
    load = quantity(None if counted["load"]["mean"] is None else 100.0 * counted["load"]["mean"], 0, "%")
    place = counted["transport"]
    played = f"{time_s:8.1f} s" if place is None else f"{place['timecode']:>13}"
    return f"{played}   xruns {counted['xruns']}   missed {counted['deadline_misses']}   load {load}"


def _print_end(counted: Mapping[str, Any], record: Path | None) -> None:
    trip = counted["round_trip_us"]
    rows = [
        ["played", quantity(counted["frames"] / counted["sample_rate_hz"], 1, "s")],
        ["latency", quantity(counted["latency_ms"]["total"], 1, "ms")],
        ["xruns", str(counted["xruns"])],
        ["missed deadlines", str(counted["deadline_misses"])],
        ["engine restarts", str(counted["engine_restarts"])],
        ["latency, chain", quantity(counted["latency_ms"]["graph"], 1, "ms")],
        ["latency, device", quantity(counted["latency_ms"]["device"], 1, "ms")],
        ["round trip, median", quantity(trip["p50"], 0, "us")],
        ["round trip, longest", quantity(trip["max"], 0, "us")],
    ]
    print_table(("statistic", "value"), rows, numbers=(1,))
    if record is not None:
        print_text(f"recorded: {record}")
