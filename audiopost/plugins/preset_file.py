"""Preset files of plug-ins: ``.vstpreset`` and ``.fxp`` are looked through before any plug-in sees a byte of them.

A plug-in that is handed broken data may take the process down, so what can be told from outside is told here: that
the file is a preset at all, that it is whole, and whose it is.

::

    "VST3" · version int32 · class id 32 letters · place of the list int64 │ chunks ... │ "List" · count · entries
                                                                                          entry: id · place · size

An ``.fxp`` of VST2 holds either the values of all knobs, from 0 to 1 in their order, which the same plug-in in another
format can be given where it has as many; or a chunk in the VST2 plug-in's own words, which only that one reads::

    "CcnK" · size · "FxCk" · version · plug-in · its version · count │ name, 28 letters │ values float32, big-endian
                    "FPCh"                                                                size · chunk

Sources: Steinberg, VST 3 SDK documentation, "Preset & Program Lists", preset file format; VST 2.4 SDK, vstfxstore.h.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import unescape

from audiopost.errors import FileError, PresetError
from audiopost.plugins.plugin import sentence

__all__ = ["PresetFile", "class_id_of", "read_preset"]

HEADER = struct.Struct("<4si32sq")
LIST_HEADER = struct.Struct("<4si")
ENTRY = struct.Struct("<4sqq")
MAGIC = b"VST3"
OLD_MAGIC = b"CcnK"
"""The beginning of VST2 presets (.fxp) and banks (.fxb)."""

OLD_HEADER = struct.Struct(">4si4siiii28s")
VALUES_MAGIC = b"FxCk"

STATE_CHUNK = b"Comp"
INFORMATION_CHUNK = b"Info"
MOST_CHUNKS = 128
LARGEST_BYTES = 256 * 2**20
"""Larger is no preset: samplers that keep sounds inside stay below."""


@dataclass(frozen=True)
class PresetFile:
    """A whole preset: whose it is, and its bytes.

    `plugin_name` is what the file itself says, often nothing. `values` are those of an ``.fxp``, each from 0 to 1.
    """

    path: str
    class_id: str
    data: bytes
    plugin_name: str = ""
    values: tuple[float, ...] = ()

    @property
    def owner(self) -> str:
        """The plug-in that it belongs to, in words."""
        return self.plugin_name or f"the plug-in with the class id {self.class_id}"


def read_preset(path: str) -> PresetFile:
    """Read a ``.vstpreset`` file, or an ``.fxp`` that holds the values of knobs.

    Raises
    ------
    FileError
        If the file cannot be read.
    PresetError
        If it is neither, or not whole.
    """
    file = Path(path)
    try:
        if file.is_file() and file.stat().st_size > LARGEST_BYTES:
            raise _wrong(path, f"is larger than any preset ({LARGEST_BYTES >> 20} MiB)")
        data = file.read_bytes()
    except OSError as error:
        raise FileError(path, error.strerror or sentence(error), "give the path of a .vstpreset file") from error
    if data[:4] == OLD_MAGIC:
        return PresetFile(path, "", data, values=_old_values(path, data))
    chunks = _chunks(path, data)
    if STATE_CHUNK not in chunks:
        raise _wrong(path, "holds no state of a plug-in")
    return PresetFile(path, class_id_of(data), data, _plugin_name(chunks.get(INFORMATION_CHUNK, b"")))


def class_id_of(data: bytes) -> str:
    """The class id in the header of a preset: 32 hexadecimal digits.

    >>> class_id_of(HEADER.pack(MAGIC, 1, b"2046504473616c633251455a00000000", 48))
    '2046504473616C633251455A00000000'
    """
    return data[8:40].decode("ascii", errors="replace").upper()


def _chunks(path: str, data: bytes) -> dict[bytes, bytes]:
    """The chunks by their ids; every one lies inside the file."""
    if len(data) < HEADER.size or data[:4] != MAGIC or not re.fullmatch(r"[0-9A-F]{32}", class_id_of(data)):
        raise _wrong(path, "is no VST3 preset")
    place = HEADER.unpack_from(data)[3]
    if not HEADER.size <= place <= len(data) - LIST_HEADER.size:
        raise _wrong(path, "is a VST3 preset that is cut short")
    name, count = LIST_HEADER.unpack_from(data, place)
    first = place + LIST_HEADER.size
    if name != b"List" or not 0 <= count <= MOST_CHUNKS or first + count * ENTRY.size > len(data):
        raise _wrong(path, "is a VST3 preset that is cut short or damaged")
    chunks: dict[bytes, bytes] = {}
    for index in range(count):
        chunk, start, size = ENTRY.unpack_from(data, first + index * ENTRY.size)
        if start < HEADER.size or size < 0 or start + size > len(data):
            raise _wrong(path, "is a VST3 preset that is cut short or damaged")
        chunks[chunk] = data[start : start + size]
    return chunks


def _old_values(path: str, data: bytes) -> tuple[float, ...]:
    """The values of the knobs in an ``.fxp``."""
    if data[8:12] != VALUES_MAGIC:
        raise PresetError(
            "is a VST2 preset (.fxp or .fxb) in the plug-in's own words, which no other format can be given",
            path=path,
            mend="load it in a program that plays the VST2 plug-in, and save the same sound as .vstpreset",
        )
    if len(data) < OLD_HEADER.size:
        raise _wrong(path, "is a VST2 preset that is cut short")
    count = OLD_HEADER.unpack_from(data)[6]
    if not 0 < count <= (len(data) - OLD_HEADER.size) // 4:
        raise _wrong(path, "is a VST2 preset that is cut short or damaged")
    values = struct.unpack_from(f">{count}f", data, OLD_HEADER.size)
    if not all(0.0 <= value <= 1.0 for value in values):
        raise _wrong(path, "is a VST2 preset with values beyond 0 to 1")
    return values


def _plugin_name(information: bytes) -> str:
    found = re.search(r'id="PlugInName"[^>]*?value="([^"]*)"', information.decode("utf-8", errors="replace"))
    return unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""


def _wrong(path: str, what: str) -> PresetError:
    return PresetError(what, path=path, mend="give a .vstpreset file that was saved by this plug-in")
