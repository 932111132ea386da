"""One TOML file: its data, the line of every key, and writing back without losing a comment. The door to tomlkit.

Reading goes through the standard library (fast, no import to wait for); tomlkit is asked only when a file is written.

Why the lines are found by a scan of our own: neither library tells where a key stands. The scan looks at headers and at
keys that begin a line; a key inside an inline table is given the line of the table, which is where a person looks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from audiopost.errors import PresetError, near_misses

__all__ = ["KeyPath", "TomlFile", "key_in_words", "parse_toml", "read_toml", "updated_text"]

KeyPath = tuple[str | int, ...]
"""Where a value stands: names of tables and positions in arrays, from the outside in."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"^\s*({_DOTTED})\s*=")
_ERROR_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """A file that was read: `data` as plain values, `lines` from each key path to its line (counted from 1)."""

    path: str
    text: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line_of(self, key: KeyPath) -> int | None:
        r"""The line of a key, or of the nearest table around it; None for the document as a whole.

        >>> file = parse_toml('name = "a"\n[nodes.hp]\neffect = "highpass"\n', "chain.toml")
        >>> file.line_of(("nodes", "hp", "effect")), file.line_of(("nodes", "hp", "missing")), file.line_of(("tags",))
        (3, 2, None)
        """
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def error(self, what: str, key: KeyPath = (), mend: str = "") -> PresetError:
        """What is wrong with this file, at a key: ready to raise."""
        return PresetError(what, mend=mend, path=self.path, key=key_in_words(key), line=self.line_of(key))

    def unknown_key(self, key: KeyPath, known: tuple[str, ...]) -> PresetError:
        """A key that means nothing here, with the known ones that resemble it: ready to raise."""
        close = near_misses(str(key[-1]), known)
        mend = "did you mean " + " or ".join(close) + "?" if close else "known here: " + ", ".join(sorted(known))
        return self.error(f"unknown key {key[-1]!r}", key, mend)


def key_in_words(key: KeyPath) -> str:
    """A key path as a person writes it.

    >>> key_in_words(("rules", 1, "tolerance"))
    'rules[1].tolerance'
    """
    words = ""
    for part in key:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            words += f".{part}" if words else part
    return words


def read_toml(source: Path | Traversable, shown_as: str | None = None) -> TomlFile:
    """Read a file (or a packed resource); `shown_as` names it in messages.

    Raises
    ------
    PresetError
        If the file cannot be read, is not UTF-8 text, or is not TOML; with the line where that is known.
    """
    path = shown_as or str(source)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError("is not UTF-8 text", path=path) from error
    except OSError as error:
        raise PresetError(f"cannot be read: {error.strerror or error}", path=path) from error
    return parse_toml(text, path)


def parse_toml(text: str, path: str) -> TomlFile:
    """TOML text as a `TomlFile`; `path` is what messages call it.

    Raises
    ------
    PresetError
        If the text is not TOML.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _ERROR_PLACE.search(message)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise PresetError(f"is not TOML: {_ERROR_PLACE.sub('', message)}", path=path, line=line) from error
    return TomlFile(path, text, data, _lines_of_keys(text))


def updated_text(text: str, data: Mapping[str, Any]) -> str:
    r"""The TOML text with its values brought to `data`; comments, order and spacing of what stays are kept.

    Keys that `data` lacks are removed. An empty `text` gives a new document.

    >>> print(updated_text('gain_db = 1.0  # to taste\n', {"gain_db": 2.0}), end="")
    gain_db = 2.0  # to taste
    """
    import tomlkit

    document = tomlkit.parse(text)
    _update(document, data)
    return tomlkit.dumps(document)


def _update(table: Any, data: Mapping[str, Any]) -> None:
    import tomlkit

    for gone in [key for key in table if key not in data]:
        del table[gone]
    for key, value in data.items():
        old = table.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            _update(old, value)
        elif isinstance(old, tomlkit.items.AoT) and _are_tables(value):
            _update_tables(old, value)
        elif old is None or _plain(old) != value:
            table[key] = value


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _update_tables(tables: Any, data: list[Mapping[str, Any]]) -> None:
    """Bring ``[[tables]]`` to `data`, one by one, so that the comments of those that stay are kept."""
    import tomlkit

    for table, values in zip(tables, data, strict=False):
        _update(table, values)
    while len(tables) > len(data):
        del tables[len(tables) - 1]
    for values in data[len(tables) :]:
        tables.append(tomlkit.item(values))


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _lines_of_keys(text: str) -> dict[KeyPath, int]:
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:  # inside a string of many lines, where nothing is a key
            fence = "" if fence in line else fence
            continue
        if header := _HEADER.match(line):
            table = _place(_split(header[2]), counts, new_item=header[1] == "[[")
            lines.setdefault(table, number)
            lines.setdefault(table[:1], number)
        elif assignment := _ASSIGNMENT.match(line):
            key = table + _split(assignment[1])
            lines.setdefault(key, number)
        fence = _opened_fence(line)
    return lines


def _place(names: KeyPath, counts: dict[KeyPath, int], *, new_item: bool) -> KeyPath:
    """The path of a table header: names that stand for arrays of tables get the position of their latest item."""
    path: KeyPath = ()
    for index, name in enumerate(names):
        path += (name,)
        last = index == len(names) - 1
        if last and new_item:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _split(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _opened_fence(line: str) -> str:
    for fence in ('"""', "'''"):
        if line.count(fence) % 2:
            return fence
    return ""
