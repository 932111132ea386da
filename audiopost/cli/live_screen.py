"""What the terminal shows while a chain plays, as lines. Pure: numbers in, text out.

::

    Dialogue: clear and close      A    null  48000 Hz  128 frames
    ▶ 0:01:23.4 / 0:03:00.0  speech.wav  loop                     xruns 0  missed 0  load 12 %
    out ▕██████████████████████        ▏ -12.3   M -23.1  S -23.4  I -23.0  LRA 4.1  TP -1.2
    in  ▕████████████████              ▏ -20.0
      hp                                                  load 2 %
    ▸   frequency_hz    ▕█████          ▏     80 Hz
      comp (off)
        ...
    undone: turn hp.frequency_hz
    space play  ←→ turn  ↑↓ choose  a b sides  u undo  ? all keys  q end
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from audiopost.cli.live_keys import KEYS
from audiopost.cli.output import quantity
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import MACRO, GraphSpec
from audiopost.live.meter_board import Reading
from audiopost.live.metering import MeterReadings
from audiopost.live.transport_state import TransportState
from audiopost.timecode import timecode_of_seconds

__all__ = ["LOWEST_DBFS", "Shown", "clock", "lines_of"]

LOWEST_DBFS = -60.0
"""At the left end of a meter."""

LOUD_DBFS, HOT_DBFS = -18.0, -6.0
"""From here on a meter is yellow, from there on red."""

NAME_WIDTH = 22
_HINTS = (
    "space play", "↑↓ choose", "←→ turn", "o off", "a b sides", "u undo", "s take", "1-9 recall", "n p file",
    "[ ] seek", "w save", "? keys", "q end",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """Everything that the view shows at a moment."""

    title: str
    side: str
    place: str
    """Device, rate and block."""
    drawing: GraphSpec
    knobs: Mapping[str, Parameter]
    values: Mapping[str, float]
    counted: Mapping[str, int | float | None]
    """``xruns``, ``missed``, ``load`` (share), ``restarts``."""
    transport: TransportState | None = None
    file: str = ""
    meters: MeterReadings | None = None
    comparison: str = ""
    locks: frozenset[str] = frozenset()
    selected: str = ""
    learning: str = ""
    said: str = ""
    typed: str | None = None
    help: bool = False
    ascii: bool = False
    extra: Sequence[str] = field(default=())
    """Short notes beside the side: ``dry``, ``recording``, ``chance 3``."""


def clock(seconds: float) -> str:
    """Hours, minutes, seconds and tenths.

    >>> clock(83.45), clock(-0.5)
    ('0:01:23.4', '-0:00:00.5')
    """
    sign, tenths = ("-" if seconds < 0 else ""), int(abs(seconds) * 10 + 1e-6)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    return f"{sign}{hours}:{minutes:02}:{rest // 10:02}.{rest % 10}"


def lines_of(shown: Shown, width: int, height: int) -> list[Text]:
    """The screen, `height` lines of at most `width` columns."""
    top = [_title(shown, width), _transport(shown, width), *_meters(shown, width)]
    bottom = [_said(shown), _footer(shown, width)]
    room = max(1, height - len(top) - len(bottom))
    middle = _help(width) if shown.help else _chain(shown, width)
    selected = next((number for number, line in enumerate(middle) if line.style == "reverse"), 0)
    start = max(0, min(selected - room // 2, len(middle) - room))
    middle = middle[start : start + room]
    lines = [*top, *middle, *([Text("")] * (room - len(middle))), *bottom][-height:]
    for line in lines:
        line.truncate(width)
    return lines


def _title(shown: Shown, width: int) -> Text:
    sides = f"  [{shown.side.upper()}]" if shown.side else ""
    notes = "".join(f"  {note}" for note in (shown.comparison, *shown.extra) if note)
    left = f"{shown.title or 'audiopost'}{sides}{notes}"
    return Text.assemble((left.ljust(width - len(shown.place)), "bold"), (shown.place, "dim"))


def _transport(shown: Shown, width: int) -> Text:
    counted = shown.counted
    load = counted.get("load")
    right = f"xruns {counted.get('xruns', 0)}  missed {counted.get('missed', 0)}"
    right += f"  load {quantity(None if load is None else 100.0 * load, 0, '%')}"
    state = shown.transport
    if state is None:
        return Text("live input".ljust(width - len(right)) + right)
    mark = (">" if state.rolling else "=") if shown.ascii else ("▶" if state.rolling else "‖")
    loop = ""
    if state.loop:
        loop = "  loop" if state.region is None else f"  loop {state.region[0]:.2f}-{state.region[1]:.2f} s"
    speed = "" if state.speed == 1.0 else f"  x{state.speed:g}"
    left = f"{mark} {_time(state, state.position_s)} / {_time(state, state.length_s)}  {shown.file}{loop}{speed}"
    gap = width - len(right)
    line = Text(left[: gap - 1].ljust(gap))
    wrong = bool(counted.get("xruns") or counted.get("missed"))
    return line.append(right, "red" if wrong else "")


def _time(state: TransportState, seconds: float) -> str:
    return clock(seconds) if state.frames_per_second is None else timecode_of_seconds(seconds, state.frames_per_second)


def _meters(shown: Shown, width: int) -> list[Text]:
    lines = []
    points = shown.meters.points if shown.meters is not None else {}
    for name, label in (("output", "out"), ("input", "in")):
        reading = points.get(name)
        if reading is None:
            lines.append(Text(f"{label:4}"))
            continue
        figures = _figures(reading) if name == "output" else ""
        length = max(8, min(40, width - 16 - len(figures)))
        peak = max(reading.peaks_dbfs, default=-math.inf)
        line = Text(f"{label:4}").append_text(_level_bar(peak, length, plain=shown.ascii))
        lines.append(line.append(f"{quantity(peak):>6}  ").append(figures, "bold"))
    return lines


def _figures(reading: Reading) -> str:
    pairs = (
        ("M", reading.momentary_lufs), ("S", reading.short_term_lufs), ("I", reading.integrated_lufs),
        ("LRA", reading.loudness_range_lu), ("TP", reading.true_peak_dbtp), ("r", reading.correlation),
    )  # fmt: skip
    return " ".join(f"{name} {quantity(value) if value is not None else '--':>5}" for name, value in pairs)


def _level_bar(level_dbfs: float, length: int, *, plain: bool) -> Text:
    """A bar from `LOWEST_DBFS` to full scale, in three colours."""
    lit = round(length * min(max(1.0 - level_dbfs / LOWEST_DBFS, 0.0), 1.0))
    borders = [round(length * (1.0 - border / LOWEST_DBFS)) for border in (LOUD_DBFS, HOT_DBFS)]
    block, rest = ("#", ".") if plain else ("█", "─")
    bar = Text("|" if plain else "▕")
    for start, end, colour in (
        (0, borders[0], "green"),
        (borders[0], borders[1], "yellow"),
        (borders[1], length, "red"),
    ):
        bar.append(block * max(0, min(lit, end) - start), colour)
    return bar.append(rest * (length - lit), "dim").append("|" if plain else "▏")


def _chain(shown: Shown, width: int) -> list[Text]:
    lines: list[Text] = []
    nodes = dict(shown.drawing.nodes)
    before = ""
    for path, parameter in shown.knobs.items():
        name = path.partition(".")[0]
        if name != before:
            lines.append(Text("macros", "cyan") if name == MACRO else _node_line(shown, name, off=nodes[name].bypass))
            before = name
        lines.append(_knob_line(shown, path, parameter, width))
    met = {path.partition(".")[0] for path in shown.knobs}
    lines += [_node_line(shown, name, off=node.bypass) for name, node in shown.drawing.nodes if name not in met]
    return lines


def _node_line(shown: Shown, name: str, *, off: bool) -> Text:
    effect = shown.drawing.node(name).effect
    line = Text("", "dim" if off else "cyan").append(name if name == effect else f"{name}  ({effect})")
    if off:
        line.append("  off")
    if name in shown.locks:
        line.append("  locked")
    gauge = shown.meters.nodes.get(name) if shown.meters is not None else None
    if gauge is not None and not off:
        line.append(f"  load {100 * gauge.load:.0f} %", "dim")
        if gauge.gain_reduction_db is not None:
            line.append(f"  reduction {gauge.gain_reduction_db:.1f} dB", "yellow")
    return line


def _knob_line(shown: Shown, path: str, parameter: Parameter, width: int) -> Text:
    value = shown.values.get(path, parameter.default)
    length = max(8, min(30, width - NAME_WIDTH - 24))
    lit = round(length * parameter.position_of(value))
    block, rest = ("#", ".") if shown.ascii else ("█", "─")
    bar = block * lit + rest * (length - lit)
    said = parameter.choices[round(value)] if parameter.choices else f"{_short(value)} {parameter.unit}".rstrip()
    notes = f"{'  locked' if path in shown.locks else ''}{'  move a MIDI control' if path == shown.learning else ''}"
    label = path.partition(".")[2]
    line = f"  {label[:NAME_WIDTH]:{NAME_WIDTH}} {bar} {said:>12}{notes}"
    return Text(line.ljust(width), "reverse" if path == shown.selected else "")


def _short(value: float) -> str:
    """Four digits that count.

    >>> _short(80.0), _short(12345.6), _short(0.70711)
    ('80', '12346', '0.7071')
    """
    return f"{value:.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"


def _help(width: int) -> list[Text]:
    columns = max(1, width // 39)
    cells = [f"{key.name:>9}  {key.summary}".ljust(39) for key in KEYS]
    rows = math.ceil(len(cells) / columns)
    return [Text("".join(cells[row::rows])) for row in range(rows)]


def _said(shown: Shown) -> Text:
    if shown.typed is not None:
        return Text(f": {shown.typed}").append(" ", "reverse")
    return Text(shown.said, "yellow")


def _footer(shown: Shown, width: int) -> Text:
    if shown.typed is not None:
        return Text("enter carries it out, escape leaves", "dim")
    hints = [hint.replace("↑↓", "up down").replace("←→", "left right") if shown.ascii else hint for hint in _HINTS]
    while len(hints) > 2 and len("  ".join(hints)) > width:
        del hints[-3]  # the last two lead to all the others
    return Text("  ".join(hints), "dim")
