"""The log of what was turned in a session: as long as the session, in a megabyte of memory.

A controller makes a thousand turns a second, and a session lasts for hours: as Python objects half an hour of that
would take 230 MB. A turn is 20 bytes here, and beyond the first 50 000 they lie in a temporary file that has no name
where the system has such, so nothing is left behind.
"""

from __future__ import annotations

import struct
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

from audiopost.graph.offline import ParameterEvent

__all__ = ["MoveLog"]

_RECORD = struct.Struct("<qdI")
"""Frame, value, number of the path."""

_IN_MEMORY_BYTES = 1 << 20
_READ_RECORDS = 4096


class MoveLog(Sequence[ParameterEvent]):
    """Moves in the order in which they were made; looked at like a list, from any thread, while it grows."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the log
        weakref.finalize(self, self._file.close)
        self._numbers: dict[str, int] = {}
        self._paths: list[str] = []
        self._count = 0
        self._door = threading.Lock()

    def append(self, move: ParameterEvent) -> None:
        """Add a move.

        Raises
        ------
        OSError
            If the folder for temporary files is full; the log is as it was.
        """
        with self._door:
            number = self._numbers.setdefault(move.parameter, len(self._paths))
            if number == len(self._paths):
                self._paths.append(move.parameter)
            self._file.seek(self._count * _RECORD.size)
            self._file.write(_RECORD.pack(move.frame, move.value, number))
            self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[ParameterEvent]:
        place, end = 0, self._count
        while place < end:
            moves = self._read(place, min(end, place + _READ_RECORDS))
            yield from moves
            place += len(moves)

    @overload
    def __getitem__(self, index: int) -> ParameterEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[ParameterEvent]: ...
    def __getitem__(self, index: int | slice) -> ParameterEvent | list[ParameterEvent]:
        places = range(self._count)[index]
        if isinstance(places, int):
            return self._read(places, places + 1)[0]
        if not places:
            return []
        first = min(places)
        near = self._read(first, max(places) + 1)
        return [near[place - first] for place in places]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == yours for mine, yours in zip(self, other, strict=False))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, islice(self, 3)))
        return f"<{len(self)} moves: {shown}{', ...' if len(self) > 3 else ''}>"

    def _read(self, first: int, end: int) -> list[ParameterEvent]:
        with self._door:
            self._file.seek(first * _RECORD.size)
            read = self._file.read((end - first) * _RECORD.size)
        return [ParameterEvent(frame, self._paths[number], value) for frame, value, number in _RECORD.iter_unpack(read)]
