"""Values given beside a chain (``--set NODE.PARAM=VALUE``), put into its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import audiopost.effects as _catalogue_is_filled  # noqa: F401 - values are checked against every effect there is
from audiopost.errors import GraphError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.parameter import Setting, SettingValue, parameter_named
from audiopost.graph.spec import GraphSpec

__all__ = ["with_values"]

_MACRO = "macro"


def with_values(spec: GraphSpec, values: Mapping[str, float | str]) -> GraphSpec:
    """The drawing with parameters, settings and macros set.

    Parameters
    ----------
    spec
        The drawing.
    values
        ``node.parameter``, ``node.setting`` or ``macro.name`` to a number, a number in words, or the name of a choice.

    Raises
    ------
    UnknownNameError, ParameterRangeError, UsageError, GraphError
        If there is nothing of that name, or it does not take the value.
    """
    for path, value in values.items():
        spec = _with_value(spec, path, value)
    return spec


def _with_value(spec: GraphSpec, path: str, value: float | str) -> GraphSpec:
    name, _, knob = path.partition(".")
    if not knob:
        raise GraphError(f"{path!r} names no parameter", where=spec.name, mend="write NODE.PARAMETER")
    if name == _MACRO:
        return _with_macro(spec, knob, value)
    node = spec.node(name)
    entry = EffectEntry.of(node.definition) if node.definition else CATALOGUE.entry(node.effect, name)
    for setting in entry.settings:
        if setting.name == knob:
            settings = {**dict(node.settings), knob: setting.checked(_read(setting, value), name)}
            return spec.with_node(name, replace(node, settings=tuple(sorted(settings.items()))))
    parameter = parameter_named(entry.parameters, knob)
    if parameter is not None:
        return spec.with_parameter(path, parameter.checked(value, name))
    if not entry.open_parameters:
        known = (*(each.name for each in entry.parameters), *(each.name for each in entry.settings))
        raise UnknownNameError(kind="parameter", name=knob, known=known, where=f"{name} ({node.effect})")
    return spec.with_parameter(path, _number(path, value))


def _with_macro(spec: GraphSpec, name: str, value: float | str) -> GraphSpec:
    for macro in spec.macros:
        if macro.name == name:
            turn = _number(f"{_MACRO}.{name}", value)
            if not 0.0 <= turn <= 1.0:
                raise ParameterRangeError(parameter=f"{_MACRO}.{name}", value=turn, minimum=0.0, maximum=1.0)
            return with_values(spec, {path: low + turn * (high - low) for path, low, high in macro.targets})
    raise UnknownNameError(kind=_MACRO, name=name, known=tuple(macro.name for macro in spec.macros), where=spec.name)


def _read(setting: Setting, value: float | str) -> SettingValue:
    """A setting's value out of words: ``24`` for an integer, ``true`` for a flag."""
    if not isinstance(value, str):
        return int(value) if setting.kind == "integer" and float(value).is_integer() else value
    if setting.kind == "flag":
        return {"true": True, "false": False}.get(value.lower(), value)
    if setting.kind not in ("integer", "number"):
        return value
    try:
        return int(value) if setting.kind == "integer" else float(value)
    except ValueError:
        return value  # `Setting.checked` refuses it in words


def _number(path: str, value: float | str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"{path} = {value!r} is not a number", mend="give a number") from None
