"""What a CLAP plug-in may ask of its host.

Every answer is short and none waits: a plug-in may ask from any thread, also from the one that plays. What it wants
done is noted, and done by whoever may: calls of the main thread by `ClapPlugin` on the thread that made it.

Source: CLAP ``host.h``; ``ext/log.h``, ``thread-check.h``, ``params.h``, ``latency.h``, ``tail.h``, ``state.h``,
``audio-ports.h``, ``note-ports.h``, ``gui.h``, ``timer-support.h``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from importlib import metadata
from threading import get_ident
from typing import Any

from audiopost.plugins.clap_abi import NoteDialect, ffi
from audiopost.plugins.clap_library import text_at

__all__ = ["HostSide"]

KEPT_LOG_LINES = 20
LOG_WARNING = 2
"""``clap_log_severity``: lower ones are for the plug-in's makers."""

NOTE_DIALECTS = NoteDialect.CLAP | NoteDialect.MIDI


class HostSide:
    """The host as one plug-in sees it.

    Attributes
    ----------
    native
        Pointer to the ``clap_host`` that the plug-in is given.
    home_thread, audio_thread : int
        The thread that made the plug-in, and the one that played it last.
    callback_wanted, restart_wanted, flush_wanted : bool
        What the plug-in asked for since it was last done.
    wishes : bool
        Whether any of these is to be done.
    latency_changed : bool
        Whether it said so since it was last activated.
    log
        Its last warnings and errors.
    window_closed : bool
        Whether it said that its window is gone.
    size_wanted : tuple of int, or None
        Width and height in pixels that its window shall have.
    """

    def __init__(self) -> None:
        self.home_thread = get_ident()
        self.audio_thread = 0
        self.callback_wanted = self.restart_wanted = self.flush_wanted = self.latency_changed = False
        self.wishes = False
        self.log: deque[str] = deque(maxlen=KEPT_LOG_LINES)
        self.window_closed = False
        self.size_wanted: tuple[int, int] | None = None
        self._timers: dict[int, _Timer] = {}
        self._next_timer = 0
        self._handle = ffi.new_handle(self)
        self.native: Any = ffi.new("clap_host *")
        self.native.version = (1, 2, 0)
        self.native.host_data = self._handle
        self.native.name = self.native.vendor = _NAME
        self.native.url, self.native.host_version = _NOWHERE, _VERSION
        self.native.get_extension = _get_extension
        self.native.request_restart = _request_restart
        self.native.request_process = _request_process
        self.native.request_callback = _request_callback

    def due_timers(self, now_s: float) -> list[int]:
        """Numbers of the timers whose time has come; each is due again after its period."""
        due = [number for number, timer in self._timers.items() if now_s >= timer.due_s]
        for number in due:
            self._timers[number].due_s = now_s + self._timers[number].period_s
        return due

    def add_timer(self, period_s: float) -> int:
        """A new timer; its number."""
        number, self._next_timer = self._next_timer, self._next_timer + 1
        self._timers[number] = _Timer(period_s)
        return number

    def drop_timer(self, number: int) -> bool:
        """No more of it; False where there is none."""
        return self._timers.pop(number, None) is not None


@dataclass
class _Timer:
    period_s: float
    due_s: float = 0.0


_NAME = ffi.new("char[]", b"audiopost")
_NOWHERE = ffi.new("char[]", b"")
_VERSION = ffi.new("char[]", metadata.version("audiopost").encode())


def _side(host: Any) -> HostSide:
    side: HostSide = ffi.from_handle(host.host_data)
    return side


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _request_restart(host: Any) -> None:
    side = _side(host)
    side.restart_wanted = side.wishes = True


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _request_process(host: Any) -> None:
    """Nothing: a plug-in here is always played."""


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _request_callback(host: Any) -> None:
    side = _side(host)
    side.callback_wanted = side.wishes = True


@ffi.callback("void(const clap_host *, int32_t, const char *)")  # type: ignore[untyped-decorator]
def _log(host: Any, severity: int, message: Any) -> None:
    if severity >= LOG_WARNING:
        _side(host).log.append(text_at(message))


@ffi.callback("bool(const clap_host *)")  # type: ignore[untyped-decorator]
def _is_main_thread(host: Any) -> bool:
    return _side(host).home_thread == get_ident()


@ffi.callback("bool(const clap_host *)")  # type: ignore[untyped-decorator]
def _is_audio_thread(host: Any) -> bool:
    return _side(host).audio_thread == get_ident()


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _latency_changed(host: Any) -> None:
    _side(host).latency_changed = True


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _noted(host: Any) -> None:
    """The tail is measured by a scan, and a state is saved when it is asked for: there is nothing to do."""


@ffi.callback("void(const clap_host *, uint32_t)")  # type: ignore[untyped-decorator]
def _rescan(host: Any, flags: int) -> None:
    """What is there is looked at when a plug-in is made, and stays so."""


@ffi.callback("void(const clap_host *, uint32_t, uint32_t)")  # type: ignore[untyped-decorator]
def _clear(host: Any, parameter: int, flags: int) -> None:
    """Nothing here keeps references to a parameter."""


@ffi.callback("void(const clap_host *)")  # type: ignore[untyped-decorator]
def _request_flush(host: Any) -> None:
    side = _side(host)
    side.flush_wanted = side.wishes = True


@ffi.callback("bool(const clap_host *, uint32_t, uint32_t)")  # type: ignore[untyped-decorator]
def _request_resize(host: Any, width: int, height: int) -> bool:
    _side(host).size_wanted = (width, height)
    return True


@ffi.callback("bool(const clap_host *)")  # type: ignore[untyped-decorator]
def _refuse(host: Any) -> bool:
    """Windows are opened and closed by a person."""
    return False


@ffi.callback("void(const clap_host *, bool)")  # type: ignore[untyped-decorator]
def _window_closed(host: Any, was_destroyed: bool) -> None:
    _side(host).window_closed = True


@ffi.callback("bool(const clap_host *, uint32_t, uint32_t *)")  # type: ignore[untyped-decorator]
def _register_timer(host: Any, period_ms: int, number: Any) -> bool:
    number[0] = _side(host).add_timer(period_ms / 1000.0)
    return True


@ffi.callback("bool(const clap_host *, uint32_t)")  # type: ignore[untyped-decorator]
def _unregister_timer(host: Any, number: int) -> bool:
    return _side(host).drop_timer(number)


@ffi.callback("bool(const clap_host *, uint32_t)")  # type: ignore[untyped-decorator]
def _no_rescan(host: Any, flag: int) -> bool:
    return False


@ffi.callback("uint32_t(const clap_host *)")  # type: ignore[untyped-decorator]
def _note_dialects(host: Any) -> int:
    return NOTE_DIALECTS


def _extension(type_name: str, *functions: Any) -> Any:
    return ffi.new(f"{type_name} *", functions)


_EXTENSIONS: dict[bytes, Any] = {
    b"clap.log": _extension("clap_host_log", _log),
    b"clap.thread-check": _extension("clap_host_thread_check", _is_main_thread, _is_audio_thread),
    b"clap.latency": _extension("clap_host_changed", _latency_changed),
    b"clap.tail": _extension("clap_host_changed", _noted),
    b"clap.state": _extension("clap_host_changed", _noted),
    b"clap.params": _extension("clap_host_params", _rescan, _clear, _request_flush),
    b"clap.audio-ports": _extension("clap_host_audio_ports", _no_rescan, _rescan),
    b"clap.gui": _extension("clap_host_gui", _noted, _request_resize, _refuse, _refuse, _window_closed),
    b"clap.timer-support": _extension("clap_host_timer", _register_timer, _unregister_timer),
    b"clap.note-ports": _extension("clap_host_note_ports", _note_dialects, _rescan),
}


@ffi.callback("const void *(const clap_host *, const char *)")  # type: ignore[untyped-decorator]
def _get_extension(host: Any, name: Any) -> Any:
    return ffi.cast("const void *", _EXTENSIONS.get(ffi.string(name), ffi.NULL))
