"""What the console shows, as plain data: pure, without a browser.

Conventions
-----------
- A knob travels as a position from 0 to 1 in its taper, with the words of its value beside it.
- A level that does not exist is None; pages write ``n/a``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audiopost.delivery.target import DeliveryTarget, Rule
from audiopost.graph.edits import BLEND, blend_of
from audiopost.graph.parameter import Parameter
from audiopost.graph.schedule import order_nodes
from audiopost.graph.spec import MACRO, MAIN, GraphSpec

__all__ = [
    "KnobView",
    "NodeView",
    "TargetBand",
    "energy_data",
    "knob_of",
    "macros_of",
    "meter_data",
    "node_data",
    "nodes_of",
    "target_band",
    "words_of",
]


SILENT_DBFS = -120.0
"""What is quieter is shown as this."""


@dataclass(frozen=True)
class KnobView:
    """One knob."""

    path: str
    label: str
    unit: str
    value: float
    position: float
    default_position: float
    words: str
    choices: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True)
class NodeView:
    """One effect of the strip."""

    name: str
    effect: str
    summary: str
    bypassed: bool
    knobs: tuple[KnobView, ...]
    has_window: bool = False
    """A plug-in file, which may have a window of its own."""
    dry_wet: KnobView | None = None
    """Of the blend that goes with it."""
    may_blend: bool = False
    """It can be given one."""


@dataclass(frozen=True)
class TargetBand:
    """What the meters are held against: where integrated loudness must lie, and the ceiling."""

    id: str
    name: str
    lowest_lufs: float | None
    highest_lufs: float | None
    ceiling_dbtp: float | None


def words_of(parameter: Parameter, value: float) -> str:
    """A value as a person reads it, with as many digits as matter.

    >>> words_of(Parameter("frequency_hz", 1000.0, 20.0, 20_000.0, "Hz"), 12_345.6)
    '12346 Hz'
    >>> words_of(Parameter("gain_db", 0.0, -60.0, 24.0, "dB"), -3.04)
    '-3.0 dB'
    """
    if parameter.choices:
        return parameter.choices[round(value)]
    size = abs(value)
    digits = 0 if size >= 100.0 else 1 if size >= 1.0 or parameter.unit == "dB" else 2
    text = f"{value:.{digits}f}"
    text = text.removeprefix("-") if float(text) == 0.0 else text
    return f"{text} {parameter.unit}".rstrip()


def knob_of(path: str, parameter: Parameter, value: float) -> KnobView:
    """The view of one knob."""
    label = parameter.name
    suffix = f"_{parameter.unit.lower()}" if parameter.unit else ""
    if suffix and label.endswith(suffix):
        label = label.removesuffix(suffix)
    label = label.removesuffix("_percent").removesuffix("_dbtp").removesuffix("_dbfs").replace("_", " ")
    return KnobView(
        path=path,
        label=label,
        unit=parameter.unit,
        value=value,
        position=parameter.position_of(value),
        default_position=parameter.position_of(parameter.default),
        words=words_of(parameter, value),
        choices=parameter.choices,
        summary=parameter.summary,
    )


def nodes_of(
    drawing: GraphSpec,
    knobs: Mapping[str, Parameter],
    values: Mapping[str, float],
    summaries: Mapping[str, str],
    plugin_files: Collection[str] = (),
) -> tuple[NodeView, ...]:
    """The strip, node by node in the order in which sound goes through them; `plugin_files`: effects that are such.

    A blend that is the dry/wet knob of one node has no place of its own.
    """
    names = order_nodes(drawing)
    blends = {name: blend_of(drawing, name) for name in names}
    pairs = {blend for blend in blends.values() if blend}
    fed = {edge.target for edge in drawing.edges if edge.input == MAIN}

    def knobs_at(name: str) -> tuple[KnobView, ...]:
        met = ((path, knob) for path, knob in knobs.items() if path.partition(".")[0] == name)
        return tuple(knob_of(path, parameter, values[path]) for path, parameter in met)

    def view(name: str) -> NodeView:
        node, blend = drawing.node(name), blends[name]
        own = knobs_at(name)
        mixed = any(knob.label == "mix" for knob in own) or node.effect == BLEND
        return NodeView(
            name=name,
            effect=node.effect,
            summary=summaries.get(node.effect, ""),
            bypassed=node.bypass,
            knobs=own,
            has_window=node.effect in plugin_files,
            dry_wet=replace(knobs_at(blend)[0], label="dry/wet") if blend else None,
            may_blend=name in fed and not mixed,
        )

    return tuple(view(name) for name in names if name not in pairs)


def macros_of(knobs: Mapping[str, Parameter], values: Mapping[str, float]) -> tuple[KnobView, ...]:
    """The large knobs that turn several."""
    return tuple(
        knob_of(path, parameter, values[path]) for path, parameter in knobs.items() if path.startswith(f"{MACRO}.")
    )


def target_band(target: DeliveryTarget | None) -> TargetBand | None:
    """What of a target a meter can show."""
    if target is None:
        return None
    loudness = _rule(target, "integrated_lufs") or _rule(target, "dialogue_lkfs")
    peak = _rule(target, "true_peak_dbtp") or _rule(target, "sample_peak_dbfs")
    return TargetBand(
        id=target.id,
        name=target.name,
        lowest_lufs=None if loudness is None else _finite(loudness.lowest),
        highest_lufs=None if loudness is None else _finite(loudness.highest),
        ceiling_dbtp=None if peak is None else _finite(peak.highest),
    )


def meter_data(reading: Any) -> dict[str, Any]:
    """A reading of `audiopost.live.meter_board` as JSON takes it: tenths, and None for what is not defined."""
    if reading is None:
        return {}
    levels = {
        name: _tenth(getattr(reading, f"{field}"))
        for name, field in (
            ("m", "momentary_lufs"), ("s", "short_term_lufs"), ("i", "integrated_lufs"), ("lra", "loudness_range_lu"),
            ("mMax", "momentary_max_lufs"), ("sMax", "short_term_max_lufs"), ("tp", "true_peak_dbtp"),
            ("sp", "sample_peak_dbfs"),
        )
    }  # fmt: skip
    return levels | {
        "corr": None if reading.correlation is None else round(reading.correlation, 2),
        "peaks": [_tenth(peak) for peak in reading.peaks_dbfs],
        "spectrum": [_tenth(level) for level in reading.spectrum_dbfs],
    }


def energy_data(reading: Any) -> list[int]:
    """The level from each direction in whole dB, as JSON takes it; nothing where no scene is measured."""
    return [] if reading is None else [round(max(level, SILENT_DBFS)) for level in reading.energy_dbfs]


def node_data(reading: Any) -> list[float | None]:
    """Load (share of a period) and gain reduction (dB) of a node, as JSON takes it."""
    reduction = reading.gain_reduction_db
    return [round(reading.load, 4), None if reduction is None else round(reduction, 1)]


def _rule(target: DeliveryTarget, measure: str) -> Rule | None:
    return next((rule for rule in target.rules if isinstance(rule, Rule) and rule.measure == measure), None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tenth(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 1)
