"""Delivery targets from TOML: the packed ones by id, anybody's by path, each checked before it judges anything.

A file may start from another with ``extends = "ebu-r128"`` (an id, or a path beside the file): keys it gives replace
the other's, a rule replaces the rule about the same measures, other rules are added.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from audiopost.delivery.target import AnyOf, DeliveryTarget, FormatRules, Rule, Source
from audiopost.errors import PresetError, UnknownNameError
from audiopost.library.presets import is_path, list_presets, read_preset
from audiopost.library.schema import json_schema, validated
from audiopost.library.target_form import RuleTable, TargetTable
from audiopost.library.toml_file import TomlFile

__all__ = ["list_targets", "load_target", "target_schema"]


def load_target(id_or_path: str | Path) -> DeliveryTarget:
    """The target of that id, or in that file.

    Raises
    ------
    UnknownNameError
        If no packed target bears the id; with near misses.
    PresetError
        If the file is missing or says something that it may not; with file, key and line.

    >>> load_target("ebu-r128").rules[0].limit_in_words
    '-23.0 ±0.2'
    """
    return _load(read_preset("targets", id_or_path), Path(id_or_path), ())


def list_targets() -> tuple[DeliveryTarget, ...]:
    """Every packed target, sorted by id."""
    return tuple(load_target(name) for name, _ in list_presets("targets"))


def target_schema() -> dict[str, Any]:
    """The form of a target file as JSON Schema.

    What it cannot say (a rule names one measure or several, bounds make sense) is checked when a file is loaded.

    >>> target_schema()["title"]
    'audiopost delivery target'
    """
    words = "A TOML file for --target: what a client, a broadcaster or a service asks for, and where that stands."
    return json_schema(TargetTable, "audiopost delivery target", words)


def _load(file: TomlFile, place: Path, seen: tuple[str, ...]) -> DeliveryTarget:
    if file.path in seen:
        raise file.error("extends itself: " + " -> ".join((*seen, file.path)), ("extends",))
    table = validated(TargetTable, file)
    if table.extends is None:
        return _whole(table, file, place)
    base = _load(_extended(table.extends, file, place), place.parent / table.extends, (*seen, file.path))
    return replace(
        base,
        id=table.id or place.stem,
        name=table.name or f"{base.name}, as in {place.stem}",
        organisation=base.organisation if table.organisation is None else table.organisation,
        medium=base.medium if table.medium is None else table.medium,
        region=base.region if table.region is None else table.region,
        status=table.status or base.status,
        notes=(*base.notes, *(table.notes or ())),
        measured_on=base.measured_on if table.measured_on is None else table.measured_on,
        source=table.source.source() if table.source else _source_of_variant(base),
        format=base.format if table.format is None else table.format.rules(),
        rules=_merged(base.rules, table.rules),
    )


def _extended(extends: str, file: TomlFile, place: Path) -> TomlFile:
    try:
        return read_preset("targets", place.parent / extends if is_path(extends) else extends)
    except UnknownNameError as error:
        raise file.error(f"unknown target {extends!r}", ("extends",), str(error).partition("; ")[2]) from error
    except PresetError as error:
        if error.line is None and error.what == "no such file":
            raise file.error(f"{error.path}: no such file", ("extends",)) from error
        raise


def _whole(table: TargetTable, file: TomlFile, place: Path) -> DeliveryTarget:
    if table.name is None:
        raise file.error("'name' is missing", ("name",))
    if table.source is None:
        raise file.error("'source' is missing", ("source",), "say where the numbers come from: [source] document = ...")
    if not table.rules and table.format is None:
        raise file.error("a target without rules asks for nothing", ("rules",))
    return DeliveryTarget(
        id=table.id or place.stem,
        name=table.name,
        source=table.source.source(),
        rules=tuple(rule.rule() for rule in table.rules),
        format=table.format.rules() if table.format else FormatRules(),
        organisation=table.organisation or "",
        medium=table.medium or "",
        region=table.region or "",
        status=table.status or "current",
        notes=tuple(table.notes or ()),
        measured_on=table.measured_on or "",
    )


def _merged(base: tuple[Rule | AnyOf, ...], rules: list[RuleTable]) -> tuple[Rule | AnyOf, ...]:
    """The base's rules in their places, replaced where the file speaks of the same measures; new ones at the end."""
    replaced = {rule.measures() for rule in rules}
    kept = tuple(rule for rule in base if _measures(rule) not in replaced)
    return (*kept, *(rule.rule() for rule in rules))


def _measures(rule: Rule | AnyOf) -> tuple[frozenset[str], bool]:
    if isinstance(rule, Rule):
        return frozenset({rule.measure}), rule.advice
    return frozenset(one.measure for one in rule.rules), False


def _source_of_variant(base: DeliveryTarget) -> Source:
    """A variant's numbers are its author's own: the base's document must not vouch for them."""
    return Source(f"own variant of {base.id} ({base.source.document})", confidence="own")
