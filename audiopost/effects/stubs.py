"""What an editor knows of ``fx``: ``python -m audiopost.effects.stubs`` writes it into ``__init__.pyi``.

One typed function for every effect of audiopost's own catalogue, with its parameters and settings as keywords and
their ranges in the docstring; a type checker refuses a keyword that is not there. Packs are left out: what is
installed differs from place to place, and a pack's own module tells an editor about its effects.

Why a file and no plug-in of one type checker: every editor and every checker reads ``.pyi`` files. A test holds the
file equal to what this module makes of the catalogue.
"""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Iterator
from pathlib import Path

from audiopost.effects import EFFECT_MODULES
from audiopost.effects.packs import entries_of
from audiopost.graph.bus import Bus
from audiopost.graph.catalogue import EffectEntry
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["STUBS", "stub_text"]

STUBS = Path(__file__).with_name("__init__.pyi")
"""Where the stubs stand."""

WIDTH = 120
INDENT = "    "
LONGEST_LITERAL = 72
"""What leaves room in a line for the name and the default; a longer one is written a choice to a line."""

_HEAD = '''\
# ruff: noqa: N802
# Written by `python -m audiopost.effects.stubs` from the catalogue.
"""The words that draw effects, for editors and type checkers: see ``__init__.py``."""

from typing import Literal as Literal

from audiopost.effects.splits import on_channels as on_channels
from audiopost.effects.splits import on_mid_side as on_mid_side
from audiopost.effects.words import draw as draw
from audiopost.graph.algebra import Graph
from audiopost.graph.algebra import through as through

EFFECT_MODULES: tuple[str, ...]
'''

_PLUGIN = "plugin"
_BUILT_INS = "pedalboard."
_TYPES = {"text": "str", "path": "str", "integer": "int", "number": "float", "flag": "bool"}


def stub_text() -> str:
    """The whole file."""
    entries = {entry.name: entry for entry in _own_entries()}
    words = [entries[name] for name in sorted(entries) if "." not in name and name != _PLUGIN]
    built_ins = [entries[name] for name in sorted(entries) if name.startswith(_BUILT_INS)]
    parts = [_HEAD, *(_function(entry, entry.name) for entry in words), _plugin(entries[_PLUGIN])]
    methods = [_function(entry, entry.name.removeprefix(_BUILT_INS), "self") for entry in built_ins]
    names = "class _Pedalboard:\n" + textwrap.indent('"""pedalboard\'s built-ins under their own names."""\n\n', INDENT)
    parts.append(names + textwrap.indent("\n".join(methods), INDENT))
    return "\n".join([*parts, "pedalboard: _Pedalboard\n"])


def _own_entries() -> Iterator[EffectEntry]:
    yield EffectEntry.of(Bus)
    for name in EFFECT_MODULES:
        yield from entries_of(importlib.import_module(f"audiopost.effects.{name}"))


def _function(entry: EffectEntry, name: str, first: str = "") -> str:
    keywords = [*(_keyword(each) for each in entry.settings), *(_keyword(each) for each in entry.parameters)]
    given = [first] if first else []
    if keywords:
        given += ["*", *keywords]
        return _defined(name, given, entry)
    return f"def {name}({first}) -> Graph:\n" + textwrap.indent(_docstring(entry), INDENT)


def _plugin(entry: EffectEntry) -> str:
    settings = [each for each in entry.settings if each.name != "path"]
    given = ["path: str", "/", "*", *(_keyword(each) for each in settings), "**parameters: float | str | bool"]
    return _defined(_PLUGIN, given, entry)


def _defined(name: str, given: list[str], entry: EffectEntry) -> str:
    arguments = textwrap.indent("".join(f"{each},\n" for each in given), INDENT)
    return f"def {name}(\n{arguments}) -> Graph:\n" + textwrap.indent(_docstring(entry), INDENT)


def _keyword(each: Parameter | Setting) -> str:
    default = each.default
    if isinstance(each, Parameter):
        kind = f"float | {_literal(each.choices)}" if each.choices else "float"
    elif each.choices:
        kind = _literal(each.choices, quoted=each.kind in ("text", "path"))
    else:
        kind = _TYPES[each.kind]
    if default is None:
        return f"{each.name}: {kind}"
    return f"{each.name}: {kind} = {_quoted(default) if isinstance(default, str) else repr(default)}"


def _literal(choices: tuple[str, ...], *, quoted: bool = True) -> str:
    written = [_quoted(each) if quoted else each for each in choices]
    line = f"Literal[{', '.join(written)}]"
    if len(line) <= LONGEST_LITERAL:
        return line
    return "Literal[\n" + "".join(f"{INDENT}{each},\n" for each in written) + "]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _docstring(entry: EffectEntry) -> str:
    lines = [f"{entry.summary.rstrip('.')}."]
    if entry.settings or entry.parameters:
        lines += ["", "Parameters", "----------"]
        told = [(each.name, _told(each)) for each in entry.settings]
        told += [(each.name, _told(each)) for each in entry.parameters]
        for name, said in told:
            lines.append(name)
            lines += textwrap.wrap(said, WIDTH - 3 * len(INDENT), initial_indent=INDENT, subsequent_indent=INDENT)
    remarks = _remarks(entry)
    if remarks:
        lines += ["", "Notes", "-----"]
        for remark in remarks:
            lines += textwrap.wrap(f"- {remark}", WIDTH - 2 * len(INDENT), subsequent_indent="  ")
    if len(lines) == 1:
        return f'"""{lines[0]}"""\n'
    return '"""' + "\n".join(lines).replace("\\", "\\\\") + '\n"""\n'


def _told(each: Parameter | Setting) -> str:
    if isinstance(each, Parameter):
        span = " or ".join(each.choices) or f"{each.minimum:g} to {each.maximum:g} {each.unit}".rstrip()
    else:
        span = "required" if each.default is None else ""
    said = "; ".join(part for part in (each.summary.rstrip("."), span) if part) or each.name.replace("_", " ")
    return f"{said}."


def _remarks(entry: EffectEntry) -> list[str]:
    remarks = [f"Side input: {port}." for port in entry.side_inputs]
    if not entry.live:
        remarks.append("Not for live.")
    return remarks + [f"Exception ({law}): {reason}." for law, reason in entry.exceptions.items()]


if __name__ == "__main__":
    STUBS.write_text(stub_text(), encoding="utf-8", newline="\n")
