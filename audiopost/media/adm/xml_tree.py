"""The door to XML that nobody vouches for: a tree without document types or entities.

The standard library's expat reads; this door refuses what an attack is made of. A document type declaration is refused
whole, so that no entity can be declared: none that grows (billion laughs, quadratic blow-up), none that fetches files
or addresses. Size, depth, number of elements, attributes and length of a text are limited before memory is taken.

Why expat by itself: what defusedxml adds to it is these handlers, and the limits would still be missing.

Notes
-----
Namespaces are cut off (``{urn:ebu:...}audioFormatExtended`` is ``audioFormatExtended``): files name several, and all
mean one model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from audiopost.errors import FileError

__all__ = ["Element", "Taker", "parse_xml"]

MOST_BYTES = 512 << 20
MOST_ELEMENTS = 20_000_000
MOST_DEPTH = 64
MOST_ATTRIBUTES = 64
MOST_TEXT = 1 << 16
"""Characters of one text: names and numbers are short."""


@dataclass(slots=True)
class Element:
    """One element: name without its namespace, attributes, its own text, and what lies in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)
    line: int = 0

    def all(self, name: str) -> list[Element]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Element | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def texts(self, name: str) -> list[str]:
        """The texts of the children of that name, without space around them."""
        return [child.text.strip() for child in self.all(name)]


Taker = Callable[[Element, Element], None]


class _Short(dict[str, str]):
    """Names without their namespaces: a long document has a few of them a million times."""

    def __missing__(self, name: str) -> str:
        found = self[name] = name.rpartition(" ")[2]
        return found


class _Builder:
    def __init__(self, path: str, taken: Mapping[str, Taker]) -> None:
        self.path = path
        self._taken = taken
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        self._short = _Short()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def fault(self, what: str, mend: str = "export the file again") -> FileError:
        return FileError(self.path, f"axml, line {self.parser.CurrentLineNumber}: {what}", mend)

    def _refuse_doctype(self, *_words: object) -> None:
        raise self.fault("a document type declaration", "metadata need none; it may hide an attack")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise self.fault(f"more than {MOST_ELEMENTS} elements")
        if len(self._open) >= MOST_DEPTH:
            raise self.fault(f"elements are nested more than {MOST_DEPTH} deep")
        if len(attributes) > MOST_ATTRIBUTES:
            raise self.fault(f"an element with more than {MOST_ATTRIBUTES} attributes")
        short = self._short
        own = {short[key]: value for key, value in attributes.items()} if attributes else attributes
        element = Element(short[name], own, line=self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        take = self._taken.get(element.name)
        if take is not None and self._open:
            take(self._open[-1], self._open[-1].children.pop())

    def _text(self, text: str) -> None:
        element = self._open[-1]
        if text.strip():
            element.text += text
            if len(element.text) > MOST_TEXT:
                raise self.fault(f"{element.name}: a text of more than {MOST_TEXT} characters")


def parse_xml(pieces: Iterable[bytes], path: str, taken: Mapping[str, Taker] | None = None) -> Element:
    """The root of an XML document that comes piece by piece.

    Parameters
    ----------
    pieces
        The document.
    path
        Names the file in errors.
    taken
        By an element's name: what gets the element in which it lies, and it itself as soon as it ends. It is not kept
        in the tree: of what is there a million times there need not be a million elements at once.

    Raises
    ------
    FileError
        If it is no well-formed XML, declares a document type or entities, or goes beyond a limit of this module.

    >>> parse_xml([b"<a xmlns='urn:x'><b>1</b></a>"], "x").texts("b")
    ['1']
    """
    builder = _Builder(path, taken or {})
    total, last = 0, b""
    try:
        for piece in pieces:
            total += len(piece)
            if total > MOST_BYTES:
                raise builder.fault(f"more than {MOST_BYTES >> 20} MiB of metadata")
            builder.parser.Parse(last, False)
            last = piece
        builder.parser.Parse(last.rstrip(b"\0"), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) if error.code else str(error)
        raise FileError(
            path, f"axml is no well-formed XML: line {error.lineno}: {what}", "export the file again"
        ) from error
    except (LookupError, ValueError) as error:
        raise FileError(path, f"axml: {error}", "UTF-8 is what readers know") from error
    if builder.root is None:
        raise FileError(path, "axml is empty", "export the file again")
    return builder.root
