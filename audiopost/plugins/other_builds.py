"""Knobs of one build of a plug-in by the names of another.

A format that tells no units (CLAP) calls a knob ``attack`` that another one (VST3, LV2) calls ``attack_ms``. Such a
name is taken where there is no doubt: one knob alone has that name but for the unit, one of the two names has no unit,
and the value lies in the knob's range. Two names with different units are never the same knob.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audiopost.plugins.plugin import PluginParameter

__all__ = ["name_here", "values_here"]

UNITS = ("bpm", "cents", "db", "dbfs", "deg", "frames", "hz", "khz", "ms", "oct", "percent", "s", "semitones", "us")


def name_here(name: str, values: Iterable[float], parameters: Iterable[PluginParameter]) -> str | None:
    """What the knob `name` of another build, that takes `values`, is called among these; None where it is not certain.

    >>> knob = PluginParameter("attack", 10.0, 0.1, 100.0)
    >>> [name_here(*asked, [knob]) for asked in (("attack_ms", [20.0]), ("attack_ms", [500.0]), ("release_ms", [20.0]))]
    ['attack', None, None]
    """
    known = tuple(parameters)
    if any(each.name == name for each in known):
        return name
    plain, unit = _taken_apart(name)
    alike = [each for each in known if _taken_apart(each.name)[0] == plain]
    if len(alike) != 1 or (unit and _taken_apart(alike[0].name)[1]):
        return None
    return alike[0].name if all(alike[0].minimum <= value <= alike[0].maximum for value in values) else None


def values_here(
    values: Mapping[str, float], parameters: Iterable[PluginParameter]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """The values of another build by the names of these knobs, and the names that are not certain here."""
    known = tuple(parameters)
    found = {name: name_here(name, (value,), known) for name, value in values.items()}
    here = {place: values[name] for name, place in found.items() if place is not None}
    return here, tuple(name for name, place in found.items() if place is None)


def _taken_apart(name: str) -> tuple[str, str]:
    plain, _, unit = name.rpartition("_")
    return (plain, unit) if plain and unit in UNITS else (name, "")
