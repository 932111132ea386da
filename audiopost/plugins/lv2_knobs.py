"""The control and CV inputs of an LV2 plug-in as knobs in their own units.

Source: LV2 ``lv2core`` (toggled, integer, enumeration, sampleRate, designation), ``units``, ``port-props``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from audiopost.plugins.knobs import Knob
from audiopost.plugins.lv2_world import PortDescription
from audiopost.plugins.plain_knobs import PlainParameter, knob_from_texts, name_of, with_own_names
from audiopost.plugins.plugin import PluginParameter

__all__ = ["knobs_of"]

BEYOND_USE = 1e20
"""A range this wide is none: some plug-ins declare the largest number there is."""


def knobs_of(ports: Iterable[PortDescription], sample_rate: int, values: Any) -> tuple[Knob, ...]:
    """The knobs, each at the value that its port holds in `values`; what the host looks after is left out."""
    wanted = (port for port in ports if port.is_knob and not port.role)
    found = (_knob(port, sample_rate, float(values[port.index])) for port in wanted)
    return with_own_names(knob for knob in found if knob is not None)


def _knob(port: PortDescription, sample_rate: int, value: float) -> Knob | None:
    scale = float(sample_rate) if port.by_rate else 1.0
    minimum, maximum = port.minimum * scale, port.maximum * scale
    if maximum - minimum > BEYOND_USE:
        minimum, maximum = -BEYOND_USE / 2.0, BEYOND_USE / 2.0
    if port.enumeration and len(port.choices) > 1:
        return _choice(port, value)
    plain = PlainParameter(
        port.name or port.symbol, minimum, maximum, value, stepped=port.toggled or port.integer,
        unit=port.unit, native=str(port.index),
    )  # fmt: skip
    if port.toggled:
        plain = replace(plain, minimum=0.0, maximum=1.0, value=1.0 if value > 0.0 else 0.0, unit="")
    made = knob_from_texts(plain, lambda each: f"{each:.9g}")
    if made is not None and port.logarithmic and minimum > 0.0:
        return replace(made, parameter=replace(made.parameter, taper="log"))
    return made


def _choice(port: PortDescription, value: float) -> Knob:
    places = tuple(place for place, _ in port.choices)
    words: dict[str, None] = {}
    for place, label in port.choices:
        words[label if label not in words else f"{label} ({place:g})"] = None
    now = float(min(range(len(places)), key=lambda index: abs(places[index] - value)))
    parameter = PluginParameter(
        name_of(port.name or port.symbol), now, 0.0, float(len(places) - 1), choices=tuple(words), summary=port.name,
        native=str(port.index),
    )  # fmt: skip
    return Knob(parameter, tuple(map(float, range(len(places)))), places, stepped=True)
