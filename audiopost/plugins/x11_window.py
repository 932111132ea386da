"""A plain window of X11 into which a plug-in puts its editor. The door to libX11.

The library is found by the system's loader under the name that it has had since 1987; it is loaded with the first
window. All calls come from one thread, that of the plug-in's maker.

Source: Xlib, "C Language X Interface"; ICCCM 4.1.2.7 (``WM_PROTOCOLS``) and 4.2.8.1 (``WM_DELETE_WINDOW``).
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from functools import cache
from typing import Any

from audiopost.errors import DeviceError

__all__ = ["X11Window"]

LIBRARY = "libX11.so.6"
CLIENT_MESSAGE, DESTROY_NOTIFY = 33, 17
STRUCTURE_NOTIFY = 1 << 17
LARGEST_PIXELS = 16_384


class _Event(ctypes.Union):
    """``XEvent``: of a client's message the kind, the window and the first number are read."""

    class _Message(ctypes.Structure):
        _fields_ = [
            ("kind", c_int), ("serial", c_ulong), ("sent", c_int), ("display", c_void_p), ("window", c_ulong),
            ("atom", c_ulong), ("format", c_int), ("numbers", c_long * 5),
        ]  # fmt: skip

    _fields_ = [("kind", c_int), ("message", _Message), ("room", c_long * 24)]


class X11Window:
    """A window, not shown before `show`.

    Parameters
    ----------
    title
        In its frame.
    width, height
        Of its inside, in pixels.

    Attributes
    ----------
    number : int
        The window, as X11 and the plug-in know it.

    Raises
    ------
    DeviceError
        If there is no X11 here, or no display.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        x11 = _library()
        self._x11 = x11
        self._display = x11.XOpenDisplay(None)
        if not self._display:
            where = os.environ.get("DISPLAY", "")
            raise DeviceError("X11", f"the display {where!r} does not answer" if where else "there is no display")
        root = x11.XDefaultRootWindow(self._display)
        size = (_within(width), _within(height))
        self.number = int(x11.XCreateSimpleWindow(self._display, root, 0, 0, *size, 0, 0, 0))
        x11.XStoreName(self._display, self.number, title.encode())
        x11.XSelectInput(self._display, self.number, STRUCTURE_NOTIFY)
        self._delete = c_ulong(x11.XInternAtom(self._display, b"WM_DELETE_WINDOW", 0))
        x11.XSetWMProtocols(self._display, self.number, byref(self._delete), 1)
        # The plug-in has a connection of its own, which must find the window.
        x11.XSync(self._display, 0)

    def show(self) -> None:
        """Put it on the screen, above the others."""
        self._x11.XMapRaised(self._display, self.number)
        self._x11.XFlush(self._display)

    def resize(self, width: int, height: int) -> None:
        """Give it another size, in pixels."""
        self._x11.XResizeWindow(self._display, self.number, _within(width), _within(height))
        self._x11.XFlush(self._display)

    def was_closed(self) -> bool:
        """Look at what has happened; whether a person, or the server, has closed it."""
        event, closed = _Event(), False
        while self._x11.XPending(self._display):
            self._x11.XNextEvent(self._display, byref(event))
            asked = event.kind == CLIENT_MESSAGE and event.message.numbers[0] == self._delete.value
            closed = closed or asked or event.kind == DESTROY_NOTIFY
        return closed

    def close(self) -> None:
        """Take it off the screen. The object is of no use afterwards."""
        if self._display:
            self._x11.XDestroyWindow(self._display, self.number)
            self._x11.XCloseDisplay(self._display)
            self._display = None


def _within(pixels: int) -> int:
    return max(1, min(pixels, LARGEST_PIXELS))


@ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)  # type: ignore[untyped-decorator]
def _pass_over(_display: Any, _error: Any) -> int:
    """The library's own answer to an error is to end the process: one that plays is worth more than a window."""
    return 0


@cache
def _library() -> Any:
    try:
        x11 = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise DeviceError("X11", f"{LIBRARY} cannot be loaded; Debian and Ubuntu: libx11-6") from error
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [c_char_p], c_void_p
    x11.XDefaultRootWindow.argtypes, x11.XDefaultRootWindow.restype = [c_void_p], c_ulong
    x11.XCreateSimpleWindow.argtypes = [c_void_p, c_ulong, c_int, c_int, c_uint, c_uint, c_uint, c_ulong, c_ulong]
    x11.XCreateSimpleWindow.restype = c_ulong
    x11.XStoreName.argtypes = [c_void_p, c_ulong, c_char_p]
    x11.XSelectInput.argtypes = [c_void_p, c_ulong, c_long]
    x11.XInternAtom.argtypes, x11.XInternAtom.restype = [c_void_p, c_char_p, c_int], c_ulong
    x11.XSetWMProtocols.argtypes = [c_void_p, c_ulong, POINTER(c_ulong), c_int]
    x11.XResizeWindow.argtypes = [c_void_p, c_ulong, c_uint, c_uint]
    for name in ("XMapRaised", "XDestroyWindow"):
        getattr(x11, name).argtypes = [c_void_p, c_ulong]
    for name in ("XFlush", "XPending", "XCloseDisplay"):
        getattr(x11, name).argtypes = [c_void_p]
    x11.XSync.argtypes = [c_void_p, c_int]
    x11.XNextEvent.argtypes = [c_void_p, POINTER(_Event)]
    x11.XSetErrorHandler.argtypes = [c_void_p]
    x11.XSetErrorHandler.restype = c_void_p
    x11.XSetErrorHandler(ctypes.cast(_pass_over, c_void_p))
    return x11
