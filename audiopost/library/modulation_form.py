"""Modulation in a chain file: its tables turned into the drawing's data, and back."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from audiopost.graph.modulation import FollowerSpec, LfoSpec, LinkSpec, ModulationSpec, StepsSpec
from audiopost.library.chain_form import ModulationTable
from audiopost.library.toml_file import TomlFile

__all__ = ["modulation_data", "modulation_spec"]

_KINDS: dict[str, type[LfoSpec] | type[StepsSpec] | type[FollowerSpec] | type[LinkSpec]] = {
    "lfo": LfoSpec,
    "steps": StepsSpec,
    "follow": FollowerSpec,
    "link": LinkSpec,
}


def modulation_spec(file: TomlFile, index: int, table: ModulationTable) -> ModulationSpec:
    """One ``[[modulation]]``; raises PresetError unless it holds exactly one of its kinds."""
    given = {kind: getattr(table, kind) for kind in _KINDS if getattr(table, kind) is not None}
    if len(given) != 1:
        what = f"{' and '.join(given)} are given" if given else "nothing turns the parameter"
        raise file.error(what, ("modulation", index), f"give one of {', '.join(_KINDS)}")
    ((kind, values),) = given.items()
    data = values.model_dump()
    if kind == "steps":
        data["values"] = tuple(data["values"])
    return _KINDS[kind](parameter=table.parameter, **data)


def modulation_data(spec: ModulationSpec) -> dict[str, Any]:
    """What a chain file holds for it: only what differs from the defaults."""
    kind = next(kind for kind, made in _KINDS.items() if isinstance(spec, made))
    values: dict[str, Any] = {}
    for field in fields(spec):
        value = getattr(spec, field.name)
        if field.name != "parameter" and (field.default is MISSING or value != field.default):
            values[field.name] = list(value) if isinstance(value, tuple) else value
    return {"parameter": spec.parameter, kind: values}
