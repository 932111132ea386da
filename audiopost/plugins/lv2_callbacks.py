"""What an LV2 plug-in may use of its host: numbers for names, facts about blocks, work done beside the sound, paths.

Work that a plug-in schedules is done right after the block in which it was scheduled, on the thread that played it: the
samples are then the same live and offline, and do not depend on how busy the machine is.

Source: LV2 ``urid``, ``uri-map``, ``options``, ``buf-size``, ``worker``, ``log``, ``state``, ``resize-port``.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from audiopost.dsp.foreign_calls import foreign_calls
from audiopost.plugins.lv2_abi import Uri, ffi

__all__ = ["SUPPORTED", "URID_MAP", "Features", "name_of_number", "number_of"]

SUPPORTED = frozenset(
    {
        Uri.URID_MAP, Uri.URID_UNMAP, Uri.URI_MAP, Uri.OPTIONS, Uri.SCHEDULE, Uri.LOG, Uri.RESIZE,
        f"{Uri.BLOCKS}boundedBlockLength", f"{Uri.STATE}makePath", f"{Uri.STATE}mapPath", f"{Uri.STATE}freePath",
        f"{Uri.STATE}loadDefaultState", f"{Uri.CORE}isLive", f"{Uri.CORE}inPlaceBroken", f"{Uri.CORE}hardRTCapable",
    }
)  # fmt: skip
"""Features that a plug-in may require."""

MOST_WORK = 256
"""Pieces of work and answers that may wait at a time."""

_names: list[bytes] = [b""]
_numbers: dict[bytes, int] = {}
_kept: list[Any] = [ffi.new("char[]", b"")]


def number_of(uri: str) -> int:
    """The number of a name, the same for the whole process."""
    return _number(uri.encode())


def name_of_number(number: int) -> str:
    """The name behind a number; empty for one that was never given."""
    return _names[number].decode() if 0 < number < len(_names) else ""


def _number(name: bytes) -> int:
    number = _numbers.get(name)
    if number is None:
        number = len(_names)
        _names.append(name)
        _kept.append(ffi.new("char[]", name))
        _numbers[name] = number
    return number


@ffi.callback("uint32_t(void *, const char *)")  # type: ignore[untyped-decorator]
def _map(_handle: Any, uri: Any) -> int:
    return _number(ffi.string(uri))


@ffi.callback("uint32_t(void *, const char *, const char *)")  # type: ignore[untyped-decorator]
def _uri_to_id(_data: Any, _map: Any, uri: Any) -> int:
    return _number(ffi.string(uri))


@ffi.callback("const char *(void *, uint32_t)")  # type: ignore[untyped-decorator]
def _unmap(_handle: Any, number: int) -> Any:
    return _kept[number] if 0 < number < len(_kept) else ffi.NULL


@ffi.callback("int(void *, uint32_t, const void *)", error=1)  # type: ignore[untyped-decorator]
def _schedule(handle: Any, size: int, data: Any) -> int:
    return ffi.from_handle(handle).note_work(size, data)  # type: ignore[no-any-return]


@ffi.callback("int(void *, uint32_t, const void *)", error=1)  # type: ignore[untyped-decorator]
def _respond(handle: Any, size: int, data: Any) -> int:
    return ffi.from_handle(handle).note_answer(size, data)  # type: ignore[no-any-return]


@ffi.callback("char *(void *, const char *)")  # type: ignore[untyped-decorator]
def _same_path(_handle: Any, path: Any) -> Any:
    """Paths stay what they are; the copy is the plug-in's to give back, so it is C's own."""
    return _c.strdup(path)


@ffi.callback("void(void *, char *)")  # type: ignore[untyped-decorator]
def _free_path(_handle: Any, path: Any) -> None:
    _c.free(path)


@ffi.callback("int(void *, uint32_t, size_t)")  # type: ignore[untyped-decorator]
def _no_resize(_data: Any, _index: int, _size: int) -> int:
    return 1


class _C:
    """Two functions of C's own memory, looked up late."""

    def __init__(self) -> None:
        calls = foreign_calls()
        self.strdup = ffi.cast("char *(*)(const char *)", calls.duplicate)
        self.free = ffi.cast("void (*)(void *)", calls.free)


_c = _C()
URID_MAP = ffi.new("lv2_urid_map *", (ffi.NULL, _map))
_URID_UNMAP = ffi.new("lv2_urid_unmap *", (ffi.NULL, _unmap))
_URI_MAP = ffi.new("lv2_uri_map *", (ffi.NULL, _uri_to_id))
# A plug-in's messages are formatted by C's rules for any number of arguments, which no callback can follow.
_LOG = ffi.new(
    "lv2_log *", (ffi.NULL, *(ffi.cast("void *", foreign_calls().take_nothing) for _ in ("printf", "vprintf")))
)
_MAKE_PATH = ffi.new("lv2_path *", (ffi.NULL, _same_path))
_MAP_PATH = ffi.new("lv2_map_path *", (ffi.NULL, ffi.cast("void *", _same_path), ffi.cast("void *", _same_path)))
_FREE_PATH = ffi.new("lv2_free_path *", (ffi.NULL, _free_path))
_RESIZE = ffi.new("lv2_resize *", (ffi.NULL, _no_resize))


class Features:
    """The features for one instance.

    Attributes
    ----------
    array
        What an instance is made with: pointers to features, the last one null.
    for_state
        The same for saving and restoring a state.
    """

    def __init__(self, sample_rate: float, largest_frames: int) -> None:
        self._work: deque[bytes] = deque(maxlen=MOST_WORK)
        self._answers: deque[bytes] = deque(maxlen=MOST_WORK)
        self._handle = ffi.new_handle(self)
        self._schedule = ffi.new("lv2_schedule *", (self._handle, _schedule))
        self._values = [ffi.new("int32_t *", 1), ffi.new("int32_t *", largest_frames),
                        ffi.new("int32_t *", largest_frames), ffi.new("float *", sample_rate)]  # fmt: skip
        rows = [
            (f"{Uri.BLOCKS}minBlockLength", "Int", self._values[0]),
            (f"{Uri.BLOCKS}maxBlockLength", "Int", self._values[1]),
            (f"{Uri.BLOCKS}nominalBlockLength", "Int", self._values[2]),
            (f"{Uri.PARAMETERS}sampleRate", "Float", self._values[3]),
        ]
        self._options = ffi.new("lv2_option[]", len(rows) + 1)
        for option, (key, kind, value) in zip(self._options, rows, strict=False):
            option.key, option.size, option.type, option.value = number_of(key), 4, number_of(Uri.ATOM + kind), value
        data = {
            Uri.URID_MAP: URID_MAP, Uri.URID_UNMAP: _URID_UNMAP, Uri.URI_MAP: _URI_MAP, Uri.OPTIONS: self._options,
            Uri.SCHEDULE: self._schedule, Uri.LOG: _LOG, Uri.RESIZE: _RESIZE, f"{Uri.STATE}makePath": _MAKE_PATH,
            f"{Uri.STATE}mapPath": _MAP_PATH, f"{Uri.STATE}freePath": _FREE_PATH,
        }  # fmt: skip
        self.array = self._features({uri: data.get(uri, ffi.NULL) for uri in sorted(SUPPORTED)})
        self.for_state = self._features({uri: data[uri] for uri in data if uri.startswith(Uri.STATE)})

    def note_work(self, size: int, data: Any) -> int:
        """Keep work for later; 1 where too much waits."""
        if len(self._work) == MOST_WORK:
            return 1
        self._work.append(bytes(ffi.buffer(data, size)) if size else b"")
        return 0

    def note_answer(self, size: int, data: Any) -> int:
        """Keep an answer for the plug-in's next call; 1 where too many wait."""
        if len(self._answers) == MOST_WORK:
            return 1
        self._answers.append(bytes(ffi.buffer(data, size)) if size else b"")
        return 0

    def do_work(self, worker: Any, handle: Any) -> None:
        """Do all work that waits, and give the plug-in its answers."""
        while self._work:
            request = self._work.popleft()
            worker.work(handle, _respond, self._handle, len(request), ffi.from_buffer(request))
        while self._answers:
            answer = self._answers.popleft()
            if worker.work_response != ffi.NULL:
                worker.work_response(handle, len(answer), ffi.from_buffer(answer))
        if worker.end_run != ffi.NULL:
            worker.end_run(handle)

    @property
    def work_waits(self) -> bool:
        """Whether there is anything for `do_work`."""
        return bool(self._work or self._answers)

    def _features(self, rows: dict[str, Any]) -> Any:
        natives = []
        for uri, value in rows.items():
            name = ffi.new("char[]", uri.encode())
            natives.append((name, ffi.new("lv2_feature *", (name, ffi.cast("void *", value)))))
        array = ffi.new("lv2_feature *[]", [native for _, native in natives] + [ffi.NULL])
        self.__dict__.setdefault("_kept", []).append(natives)
        return array
