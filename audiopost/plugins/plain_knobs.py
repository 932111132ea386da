"""A plug-in's parameter, whose format knows its value and can write it out, as a knob in its own unit.

Formats with plain values (CLAP, LV2) give a range and a default. Whether these are what a person reads is told by
their texts: ``-20`` written as ``-20.0 dB`` is, ``0.62`` written as ``-20.0 dB`` is not; then the way from reading to
value is found by asking for the texts of many values. Pure: `text_of` is all that is needed of a plug-in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from audiopost.plugins.knobs import MOST_CHOICES, Knob, knob_of
from audiopost.plugins.plugin import PluginParameter

__all__ = ["PlainParameter", "knob_from_texts", "name_of", "with_own_names"]

SAMPLED_VALUES = 1001
"""Texts asked for along a range whose values are not what a person reads."""

SILENT_DB = -100.0
"""What ``-inf dB`` counts as."""

_NUMBER = re.compile(r"\s*([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?|-?inf|-∞)\s*(.*?)\s*$")
_SCALES = {"khz": ("Hz", 1000.0), "hz": ("Hz", 1.0)}
"""Units of one family, by which a text changes along its range."""


@dataclass(frozen=True)
class PlainParameter:
    """What a format tells of a parameter. `value` is where it stands; `native` is the format's own key."""

    title: str
    minimum: float
    maximum: float
    value: float
    stepped: bool = False
    unit: str = ""
    native: str = ""


def knob_from_texts(plain: PlainParameter, text_of: Callable[[float], str]) -> Knob | None:
    """The knob of a parameter; None where it cannot be turned.

    >>> plain = PlainParameter("Threshold", -80.0, 0.0, -20.0)
    >>> knob_from_texts(plain, lambda value: f"{value:.1f} dB").parameter.name
    'threshold_db'
    """
    if not (math.isfinite(plain.minimum) and math.isfinite(plain.maximum) and plain.minimum < plain.maximum):
        return None
    now = min(max(plain.value if math.isfinite(plain.value) else plain.minimum, plain.minimum), plain.maximum)
    plain = replace(plain, minimum=_short(plain.minimum), maximum=_short(plain.maximum), value=_short(now))
    steps = plain.maximum - plain.minimum
    if plain.stepped and steps < MOST_CHOICES:
        return _switch(plain, [text_of(plain.minimum + step) for step in range(int(steps) + 1)])
    readings = [_reading(text_of(value)) for value in (plain.minimum, plain.value, plain.maximum)]
    if all(reading is None for reading in readings):
        return _in_words(plain, text_of)
    if any(reading is None or not _shows(reading[0], value) for reading, value in zip(
        readings, (plain.minimum, plain.value, plain.maximum), strict=True
    )):  # fmt: skip
        return _read_along(plain, text_of) or _plain(plain)
    units = {reading[1] for reading in readings if reading is not None}
    return _plain(replace(plain, unit=plain.unit or (units.pop() if len(units) == 1 else "")))


def name_of(title: str, unit: str = "") -> str:
    """As presets write a parameter: ``"Dry/Wet", "%"`` -> ``dry_wet_percent``.

    >>> name_of("Hi Cut", "kHz")
    'hi_cut_khz'
    """
    words = f"{title} {unit.replace('%', 'percent')}".lower().replace("#", " sharp ")
    return "_".join(re.findall(r"[a-z0-9]+", words)) or "parameter"


def with_own_names(knobs: Iterable[Knob]) -> tuple[Knob, ...]:
    """The knobs, those that share a name numbered: ``gain_db``, ``gain_db_2``."""
    met: dict[str, int] = {}
    named = []
    for knob in knobs:
        name = knob.parameter.name
        met[name] = met.get(name, 0) + 1
        own = name if met[name] == 1 else f"{name}_{met[name]}"
        named.append(replace(knob, parameter=replace(knob.parameter, name=own)))
    return tuple(named)


def _short(value: float) -> float:
    """0.10000000149011612, which a plug-in made of 0.1 in 32 bits, as 0.1."""
    single = np.float32(value)
    return float(str(single)) if float(single) == value else value


def _plain(plain: PlainParameter) -> Knob:
    """The value is what a person reads."""
    unit = plain.unit.strip()
    parameter = PluginParameter(
        name_of(plain.title, unit), plain.value, plain.minimum, plain.maximum, unit,
        summary=plain.title, native=plain.native,
    )  # fmt: skip
    ends = (plain.minimum, plain.maximum)
    return Knob(parameter, ends, ends, stepped=False)


def _switch(plain: PlainParameter, texts: list[str]) -> Knob:
    """A parameter in whole steps: with words a choice, with numbers a number."""
    places = tuple(plain.minimum + step for step in range(len(texts)))
    readings = [_reading(text) for text in texts]
    numeric = all(reading is not None and _shows(reading[0], place)
                  for reading, place in zip(readings, places, strict=True))  # fmt: skip
    if numeric and places != (0.0, 1.0):
        return replace(_plain(plain), values=places, places=places, stepped=True)
    words = ("off", "on") if numeric else _different(texts)
    now = float(round(plain.value - plain.minimum))
    parameter = PluginParameter(
        name_of(plain.title), now, 0.0, float(len(words) - 1), choices=words, summary=plain.title, native=plain.native
    )
    return Knob(parameter, tuple(map(float, range(len(words)))), places, stepped=True)


def _different(texts: list[str]) -> tuple[str, ...]:
    """The texts, each once: a preset must say which one it means."""
    met: dict[str, int] = {}
    words = []
    for text in (each.strip() or "-" for each in texts):
        met[text] = met.get(text, 0) + 1
        words.append(text if met[text] == 1 else f"{text} ({met[text]})")
    return tuple(words)


def _in_words(plain: PlainParameter, text_of: Callable[[float], str]) -> Knob:
    """A range whose texts are words: a switch where they are few, a bare number where they are many or none."""
    rows = _rows(plain, text_of)
    made = knob_of(name_of(plain.title), plain.title, "", dict(rows), plain.value) if len(rows) > 1 else None
    if made is None or any(not str(text).strip() for _, text in rows):
        return _plain(plain)
    return replace(made, parameter=replace(made.parameter, native=plain.native))


def _read_along(plain: PlainParameter, text_of: Callable[[float], str]) -> Knob | None:
    """A range whose texts are numbers other than the values; None where that cannot be made out."""
    rows = [(ends, _reading(text)) for ends, text in _rows(plain, text_of)]
    read = [(ends, reading) for ends, reading in rows if reading is not None]
    families = {_SCALES.get(unit.lower(), (unit, 1.0))[0] for _, (number, unit) in read if math.isfinite(number)}
    if len(read) != len(rows) or len(families) != 1:
        return None
    numbers = [(ends, number * _SCALES.get(unit.lower(), ("", 1.0))[1]) for ends, (number, unit) in read]
    lowest = min((number for _, number in numbers if math.isfinite(number)), default=0.0)
    bottom = min(SILENT_DB, lowest - 1.0)
    ranges = {ends: number if math.isfinite(number) else bottom for ends, number in numbers}
    values = list(ranges.values())
    if values != sorted(values) and values != sorted(values, reverse=True):
        return None  # a reading that turns back has no one way to its value
    unit = families.pop()
    made = knob_of(name_of(plain.title, unit), plain.title, unit, ranges, plain.value)
    return None if made is None else replace(made, parameter=replace(made.parameter, native=plain.native))


def _rows(plain: PlainParameter, text_of: Callable[[float], str]) -> list[tuple[tuple[float, float], str]]:
    """Runs of values with one text: ``(first value, last value), text``."""
    span = plain.maximum - plain.minimum
    rows: list[tuple[tuple[float, float], str]] = []
    for index in range(SAMPLED_VALUES):
        value = plain.minimum + span * index / (SAMPLED_VALUES - 1)
        text = text_of(value)
        if rows and rows[-1][1] == text:
            rows[-1] = (rows[-1][0][0], value), text
        else:
            rows.append(((value, value), text))
    return rows


def _reading(text: str) -> tuple[float, str] | None:
    """``"-20.0 dB"`` -> ``(-20.0, "dB")``; None for words."""
    found = _NUMBER.match(text)
    if found is None or len(found[2]) > 8:
        return None
    number = found[1].replace(",", ".").replace("∞", "inf")
    return float(number), found[2]


def _shows(number: float, value: float) -> bool:
    """Whether a text shows the value itself, rounded as people round."""
    return abs(number - value) <= max(0.011, 0.006 * abs(value))
