"""What a file may say, checked before it means anything. The door to pydantic.

A file's form is drawn as `Table` classes; `validated` turns a `TomlFile` into one or raises the first fault in the
order of the lines, in words, with the file, the key and near misses.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from audiopost.errors import PresetError
from audiopost.library.toml_file import KeyPath, TomlFile

__all__ = ["Field", "Table", "json_schema", "model_validator", "table_with", "validated"]


class Table(BaseModel):
    """A TOML table: unknown keys are errors, numbers are finite, nothing is converted from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


AnyTable = TypeVar("AnyTable", bound=Table)


def validated(table: type[AnyTable], file: TomlFile) -> AnyTable:
    """The file's data as `table`.

    Raises
    ------
    PresetError
        With the first fault by line, and how many more there are.
    """
    try:
        return table.model_validate(file.data)
    except ValidationError as error:
        faults = [_in_words(table, file, fault) for fault in error.errors(include_url=False)]
        faults.sort(key=lambda fault: fault.line or 0)
        first = faults[0]
        if len(faults) > 1:
            more = f"{len(faults) - 1} more {'fault' if len(faults) == 2 else 'faults'} in this file"
            first.mend = f"{first.mend}; {more}" if first.mend else more
        raise first from error


def table_with(base: type[AnyTable], name: str, keys: Mapping[str, Any]) -> type[AnyTable]:
    """A table with further keys: for each its type and its `Field`."""
    return create_model(name, __base__=base, __doc__=base.__doc__, **keys)


def json_schema(table: type[Table], title: str, description: str) -> dict[str, Any]:
    """The form of a file as JSON Schema (draft 2020-12), for editors and for checks by other programs."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **table.model_json_schema(),
        "title": title,
        "description": description,
    }


def _in_words(table: type[Table], file: TomlFile, fault: Any) -> PresetError:
    key: KeyPath = tuple(fault["loc"])
    if fault["type"] == "extra_forbidden":
        return file.unknown_key(key, _known_keys(table, key[:-1]))
    if fault["type"] == "missing":
        return file.error(f"{key[-1]!r} is missing", key)
    if fault["type"] == "value_error":  # raised by a validator of ours: its words are already for people
        return file.error(str(fault["ctx"]["error"]), key)
    message = fault["msg"]
    return file.error(f"{message[:1].lower()}{message[1:]}, not {fault['input']!r}", key)


def _known_keys(table: type[Table], key: KeyPath) -> tuple[str, ...]:
    for part in key:
        if isinstance(part, str) and part in table.model_fields:
            inner = _table_within(table.model_fields[part].annotation)
            table = inner or table
    return tuple(field.alias or name for name, field in table.model_fields.items())


def _table_within(annotation: Any) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    for argument in typing.get_args(annotation):
        if found := _table_within(argument):
            return found
    return None
