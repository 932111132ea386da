"""Names taken apart and put together: ``{scene}_{stem}.wav`` reads fields out of a name, a template makes one of them.

Pure: text in, text out.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from audiopost.errors import UnknownNameError, UsageError

__all__ = ["NamePattern", "fields_of", "filled"]


class NamePattern:
    """A pattern of file names. A field holds whatever stands there, but no ``/``; fields of one name must agree.

    The pattern is compared with as many last parts of a path as it has itself.

    Raises
    ------
    UsageError
        If the pattern has no fields or is not one.

    >>> NamePattern("{scene}_{stem}.wav").read("film/sc12_dx.wav")
    {'scene': 'sc12', 'stem': 'dx'}
    >>> NamePattern("{reel}/{stem}.wav").read("film/reel1/mx.wav")
    {'reel': 'reel1', 'stem': 'mx'}
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.fields = fields_of(pattern)
        if not self.fields:
            raise UsageError(f"the pattern {pattern!r} has no field", mend="write such as {scene}_{stem}.wav")
        expression = ""
        seen: set[str] = set()
        for literal, name, _, _ in string.Formatter().parse(pattern):
            expression += re.escape(literal)
            if name is not None:
                expression += f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)"
                seen.add(name)
        self._expression = re.compile(expression)
        self._parts = pattern.count("/") + 1

    def read(self, path: str) -> dict[str, str] | None:
        """The fields of a path (parts joined by ``/``), or None if it does not match."""
        last = "/".join(path.split("/")[-self._parts :])
        found = self._expression.fullmatch(last)
        return None if found is None else found.groupdict()


def fields_of(template: str) -> tuple[str, ...]:
    """The names in braces, each once, in their order.

    Raises
    ------
    UsageError
        If a brace is left open, or a name is no word.
    """
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise UsageError(f"{template!r}: {error}", mend="close every brace; write {{ for a brace") from error
    for name in names:
        if not name.isidentifier():
            raise UsageError(f"{template!r}: {name!r} is no name of a field", mend="use letters, digits and _")
    return tuple(dict.fromkeys(names))


def filled(template: str, fields: Mapping[str, str]) -> str:
    """The template with its fields.

    Raises
    ------
    UnknownNameError
        If it names a field that there is not; with near misses.

    >>> filled("delivered/{scene}/{name}", {"scene": "sc12", "name": "dx"})
    'delivered/sc12/dx'
    """
    for name in fields_of(template):
        if name not in fields:
            raise UnknownNameError(kind="field", name=name, known=tuple(fields), where=template)
    return template.format_map(fields)
