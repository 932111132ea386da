"""The parameters of a CLAP plug-in as knobs, and its state as bytes.

Source: CLAP ``ext/params.h``, ``ext/state.h``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audiopost.plugins.clap_abi import ParameterFlag, ffi
from audiopost.plugins.clap_library import text_at
from audiopost.plugins.knobs import Knob
from audiopost.plugins.plain_knobs import PlainParameter, knob_from_texts, with_own_names

__all__ = ["Handle", "load_state", "read_knobs", "save_state", "value_now"]

MOST_PARAMETERS = 20_000
TEXT_BYTES = 256
LARGEST_STATE_BYTES = 256 * 2**20
"""What a plug-in may write; samplers that keep sounds inside stay below."""


@dataclass(frozen=True)
class Handle:
    """How a plug-in knows a parameter: its number, and a shortcut of its own."""

    id: int
    cookie: Any
    automatable: bool
    modulatable: bool = False


def read_knobs(plugin: Any, params: Any) -> tuple[tuple[Knob, ...], dict[str, Handle]]:
    """The knobs of a plug-in in its own order, and how it knows each, by the knob's ``native`` key.

    Parameters that only show, or that their maker hides, are left out.
    """
    knobs, handles = [], {}
    info = ffi.new("clap_param_info *")
    for index in range(min(params.count(plugin), MOST_PARAMETERS)):
        if not params.get_info(plugin, index, info):
            continue
        if info.flags & (ParameterFlag.READONLY | ParameterFlag.HIDDEN):
            continue
        number = int(info.id)
        plain = PlainParameter(
            text_at(info.name), info.minimum, info.maximum, value_now(plugin, params, number, info.default_value),
            stepped=bool(info.flags & ParameterFlag.STEPPED), native=str(number),
        )  # fmt: skip
        knob = knob_from_texts(plain, _Texts(plugin, params, number))
        if knob is not None:
            knobs.append(knob)
            turned, moved = (bool(info.flags & f) for f in (ParameterFlag.AUTOMATABLE, ParameterFlag.MODULATABLE))
            handles[plain.native] = Handle(number, info.cookie, turned, moved)
    return with_own_names(knobs), handles


def value_now(plugin: Any, params: Any, number: int, otherwise: float = 0.0) -> float:
    """Where a parameter stands."""
    value = ffi.new("double *", otherwise)
    return float(value[0]) if params.get_value(plugin, number, value) else otherwise


class _Texts:
    """How a plug-in writes the values of one parameter."""

    def __init__(self, plugin: Any, params: Any, number: int) -> None:
        self._plugin, self._params, self._number = plugin, params, number
        self._text = ffi.new("char[]", TEXT_BYTES)

    def __call__(self, value: float) -> str:
        if not self._params.value_to_text(self._plugin, self._number, value, self._text, TEXT_BYTES):
            return ""
        self._text[TEXT_BYTES - 1] = b"\0"
        return text_at(self._text)


def save_state(plugin: Any, extension: Any) -> bytes | None:
    """What the plug-in saves; None where it says that it failed."""
    written = bytearray()

    @ffi.callback("int64_t(const clap_writer *, const void *, uint64_t)", error=-1)  # type: ignore[untyped-decorator]
    def write(_writer: Any, data: Any, size: int) -> int:
        if len(written) + size > LARGEST_STATE_BYTES:
            return -1
        written.extend(ffi.buffer(data, size))
        return size

    writer = ffi.new("clap_writer *", (ffi.NULL, write))
    return bytes(written) if extension.save(plugin, writer) else None


def load_state(plugin: Any, extension: Any, state: bytes) -> bool:
    """Give a plug-in what it saved; False where it refuses."""
    rest = memoryview(state)

    @ffi.callback("int64_t(const clap_reader *, void *, uint64_t)", error=-1)  # type: ignore[untyped-decorator]
    def read(_reader: Any, memory: Any, size: int) -> int:
        nonlocal rest
        taken = rest[:size]
        ffi.memmove(memory, taken, len(taken))
        rest = rest[len(taken) :]
        return len(taken)

    reader = ffi.new("clap_reader *", (ffi.NULL, read))
    return bool(extension.load(plugin, reader))
