"""``live``: play a file or an input through a chain, and work on it while it plays."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, INTERRUPTED
from audiopost.cli.output import in_words, message, print_table, print_text, quantity
from audiopost.cli.render import Chain, EffectFiles, Settings, load_effect_files, read_settings
from audiopost.errors import AudiopostError, UsageError

if TYPE_CHECKING:
    from audiopost.graph.spec import GraphSpec
    from audiopost.live.host import LiveHost

__all__ = ["add_commands", "read_cap", "read_region"]

LOOK_EVERY_S = 1.0
"""How often the line on the terminal is renewed."""


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(live)


def live(
    chain: Chain,
    source: Annotated[
        Path | None, typer.Argument(metavar="[INPUT]", help="Audio file; without it the sound of the input device.")
    ] = None,
    other_chain: Annotated[
        str | None,
        typer.Option("--b", metavar="PRESET", help="A second chain: a line `b` or `a` crossfades to it and back."),
    ] = None,
    settings: Settings = None,
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
        str | None, typer.Option(metavar="START:END", help="Repeat a part of the file, in seconds; `:` is all of it.")
    ] = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Record what is heard.")] = None,
    moves: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="At the end, write the first chain with every turn as automation."),
    ] = None,
    duration: Annotated[float | None, typer.Option(metavar="S", min=0.0, help="Stop after so many seconds.")] = None,
    stats: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the statistics at the start and once a second.")
    ] = None,
) -> int:
    """Play a file, or what comes in, through a chain.

    While it plays, standard input takes lines: NODE.PARAM=VALUE turns a parameter, `a` and `b` crossfade between the
    two chains, `q` ends.
    """
    from audiopost.jobs.chain_values import with_values
    from audiopost.library.chains import load_chain
    from audiopost.live.host import LiveHost

    load_effect_files(effect_files)
    region = None if loop is None else read_region(loop)
    first = with_values(load_chain(chain), read_settings(settings or []))
    second = None if other_chain is None else load_chain(other_chain)
    host = LiveHost(
        first,
        source,
        _device(output_device),
        sample_rate=rate,
        block_frames=block,
        safe=safe,
        cap_dbfs=read_cap(cap),
        source_speed=speed,
        loop=loop is not None,
        region=region,
        live_input=source is None,
        input_device=_device(input_device),
        duration_s=duration,
        statistics_path=stats,
        on_problem=message,
    )
    if record is not None:
        host.record(record)
    with host, _ended_by_signals() as end:
        if host.device_name != "null":
            message(f"playing on {host.device_name}")
        _Desk(host, {"a": first} if second is None else {"a": first, "b": second}, end).listen()
        _play(host, end)
    if moves is not None:
        _write_moves(host, first, moves)
    _print_end(host.statistics(), record)
    return INTERRUPTED if end.by_signal else DONE


def _write_moves(host: LiveHost, chain: GraphSpec, path: Path) -> None:
    """What was turned, in a chain file: until another chain was swapped in, if one was."""
    from audiopost.graph.recorded import with_moves
    from audiopost.library.chains import save_chain

    swapped = [start.frame for start in host.chain_log[1:]]
    made = [move for move in host.parameter_log if not swapped or move.frame < swapped[0]]
    save_chain(with_moves(chain, made, host.statistics()["sample_rate_hz"]), path)
    message(f"{len(made)} turns written to {path}")


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


class _Desk:
    """Lines of standard input, carried out on a thread of their own; the sound does not wait for them."""

    def __init__(self, host: LiveHost, chains: Mapping[str, GraphSpec], end: _End) -> None:
        self._host = host
        self._chains = chains
        self._end = end

    def listen(self) -> None:
        # A daemon: it hangs in a read that nothing can end but the terminal.
        threading.Thread(target=self._listen, name="desk", daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in sys.stdin:
                word = line.strip()
                if word == "q":
                    self._end.by_desk.set()
                    return
                if word:
                    self._carry_out(word)
        except OSError:
            return  # a standard input that cannot be read gives no orders

    def _carry_out(self, word: str) -> None:
        try:
            self._obey(word)
        except AudiopostError as error:
            message(in_words(error))

    def _obey(self, word: str) -> None:
        if word in self._chains:
            self._host.swap(self._chains[word])
            return
        if "=" not in word:
            raise UsageError(f"{word!r} is no command here", mend="NODE.PARAM=VALUE, a, b or q")
        for path, value in read_settings([word]).items():
            try:
                self._host.set_parameter(path, float(value))
            except ValueError:
                raise UsageError(f"{path} = {value!r} is not a number", mend="give a number") from None


def read_region(words: str) -> tuple[float, float] | None:
    """``START:END`` in seconds; None for all of a file.

    Raises
    ------
    UsageError
        If the words have no such form, or the part has no length.

    >>> read_region("1.5:4"), read_region(":")
    ((1.5, 4.0), None)
    """
    if words == ":":
        return None
    start, colon, end = words.partition(":")
    try:
        region = (float(start or 0.0), float(end))
    except ValueError:
        region = (0.0, 0.0)
    if not colon or not 0.0 <= region[0] < region[1]:
        raise UsageError(f"--loop {words!r} is no part of a file", mend="write START:END in seconds")
    return region


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
    return f"{time_s:8.1f} s   xruns {counted['xruns']}   missed {counted['deadline_misses']}   load {load}"


def _print_end(counted: Mapping[str, Any], record: Path | None) -> None:
    trip = counted["round_trip_us"]
    rows = [
        ["played", quantity(counted["frames"] / counted["sample_rate_hz"], 1, "s")],
        ["latency", quantity(counted["latency_ms"]["total"], 1, "ms")],
        ["xruns", str(counted["xruns"])],
        ["missed deadlines", str(counted["deadline_misses"])],
        ["engine restarts", str(counted["engine_restarts"])],
        ["round trip, median", quantity(trip["p50"], 0, "us")],
        ["round trip, longest", quantity(trip["max"], 0, "us")],
    ]
    print_table(("statistic", "value"), rows, numbers=(1,))
    if record is not None:
        print_text(f"recorded: {record}")
