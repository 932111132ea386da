"""A plug-in's parameter, whose format knows only places from 0 to 1, as a knob in its own unit.

The format can say the text of any place. Asked at 1001 places it gives ranges ``(first place, last place): text``,
and from those follow the kind of knob, its values and the way from a value back to a place. Pure data: no plug-in
is needed to test it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace

from audiopost.plugins.plugin import PluginParameter

__all__ = ["Knob", "Ranges", "knob_of"]

Ranges = Mapping[tuple[float, float], float | bool | str]
"""First and last place of each value, and the value: a number, a truth or a text."""

CONTINUOUS_VALUES = 200
"""With fewer different values over its whole range a numeric parameter goes in steps."""

MOST_CHOICES = 128
"""A parameter in words with more texts than this is a number in disguise; it is left out."""


@dataclass(frozen=True)
class Knob:
    """One parameter and its way from value to place: `values` ascend, `places` belong to them."""

    parameter: PluginParameter
    values: tuple[float, ...]
    places: tuple[float, ...]
    stepped: bool

    def place_of(self, value: float) -> float:
        """The place, 0 to 1, of a value in the parameter's unit: nearest step, or between the two nearest."""
        values, places = self.values, self.places
        if values is places and not self.stepped:
            return min(max(value, values[0]), values[-1])
        above = bisect_left(values, value)
        if above == 0 or above == len(values):
            return places[min(above, len(values) - 1)]
        low, high = values[above - 1], values[above]
        share = (value - low) / (high - low)
        if self.stepped:
            return places[above] if share >= 0.5 else places[above - 1]
        return places[above - 1] + share * (places[above] - places[above - 1])

    def value_of(self, place: float) -> float:
        """The value, in the parameter's unit, that stands at a place: the way back of `place_of`."""
        places, values = self.places, self.values
        if values is places:
            return min(max(place, values[0]), values[-1])
        pairs = sorted(zip(places, values, strict=True))
        above = bisect_left(pairs, (place,))
        if above == 0 or above == len(pairs):
            return pairs[min(above, len(pairs) - 1)][1]
        (low_place, low), (high_place, high) = pairs[above - 1], pairs[above]
        share = (place - low_place) / (high_place - low_place)
        if self.stepped:
            return high if share >= 0.5 else low
        return low + share * (high - low)


def knob_of(name: str, title: str, unit: str, ranges: Ranges, place: float) -> Knob | None:
    """The knob of a parameter that stands at `place`; None where it has fewer than two values.

    Parameters
    ----------
    name
        As presets write it, ending in the unit.
    title
        As the plug-in's own panel writes it.
    unit
        As the plug-in writes it; may be empty.
    ranges
        See `Ranges`.
    place
        Where it stands now: the default.

    >>> knob_of("mode", "Mode", "", {(0.0, 0.5): "Open", (0.5, 1.0): "Shut"}, 0.0).parameter.choices
    ('Open', 'Shut')
    """
    rows = sorted((float(first), float(last), value) for (first, last), value in ranges.items())
    if len(rows) < 2:
        return None
    if not all(isinstance(value, float) for _, _, value in rows):
        return _switch(name, title, rows, place)
    numbers = [(first, last, float(value)) for first, last, value in rows]
    if [value for *_, value in numbers] == [0.0, 1.0]:
        return _switch(name, title, [(first, last, bool(value)) for first, last, value in numbers], place)
    return _number(name, title, unit, numbers, place)


def _switch(name: str, title: str, rows: list[tuple[float, float, float | bool | str]], place: float) -> Knob | None:
    if len(rows) > MOST_CHOICES:
        return None
    words = tuple(_word(value) for *_, value in rows)
    now = float(_row_at(rows, place))
    parameter = PluginParameter(name, now, 0.0, float(len(words) - 1), choices=words, summary=title, native=title)
    return Knob(parameter, tuple(map(float, range(len(words)))), _middles(rows), stepped=True)


def _word(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _number(name: str, title: str, unit: str, rows: list[tuple[float, float, float]], place: float) -> Knob | None:
    stepped = len(rows) < CONTINUOUS_VALUES
    # A continuous value is exact where its text begins; a step is surest in the middle.
    places = _middles(rows) if stepped else tuple(first for first, *_ in rows)
    by_value = sorted(zip((value for *_, value in rows), places, strict=True))
    values = tuple(value for value, _ in by_value)
    if values[0] == values[-1]:
        return None
    now = rows[_row_at(rows, place)][2] if stepped else _tidy(_value_at(rows, place), values[0], values[-1])
    parameter = PluginParameter(name, values[0], values[0], values[-1], unit.strip(), summary=title, native=title)
    return Knob(replace(parameter, default=now), values, tuple(place for _, place in by_value), stepped)


def _tidy(value: float, low: float, high: float) -> float:
    """Without what a place in float32 adds, and inside the range: a plug-in's 0 is not 1.7e-6."""
    grain = (high - low) * 1e-6
    return min(max(round(round(value / grain) * grain, 9), low), high)


def _middles(
    rows: list[tuple[float, float, float]] | list[tuple[float, float, float | bool | str]],
) -> tuple[float, ...]:
    return tuple((first + last) / 2.0 for first, last, _ in rows)


def _row_at(
    rows: list[tuple[float, float, float]] | list[tuple[float, float, float | bool | str]], place: float
) -> int:
    firsts = [first for first, *_ in rows]
    return max(0, bisect_right(firsts, place) - 1)


def _value_at(rows: list[tuple[float, float, float]], place: float) -> float:
    below = _row_at(rows, place)
    if below == len(rows) - 1:
        return rows[below][2]
    (low_place, _, low), (high_place, _, high) = rows[below], rows[below + 1]
    return low + max(0.0, place - low_place) / (high_place - low_place) * (high - low)
