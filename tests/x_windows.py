"""What is on an X11 display, and what a person does there: closing a window."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from typing import Any

from audiopost.plugins.x11_window import CLIENT_MESSAGE

__all__ = ["asked_to_close", "windows"]


@contextmanager
def connected() -> Iterator[tuple[Any, Any]]:
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [c_char_p], c_void_p
    x11.XDefaultRootWindow.argtypes, x11.XDefaultRootWindow.restype = [c_void_p], c_ulong
    x11.XQueryTree.argtypes = [
        c_void_p, c_ulong, POINTER(c_ulong), POINTER(c_ulong), POINTER(POINTER(c_ulong)), POINTER(c_uint),
    ]  # fmt: skip
    x11.XFetchName.argtypes = [c_void_p, c_ulong, POINTER(c_char_p)]
    x11.XInternAtom.argtypes, x11.XInternAtom.restype = [c_void_p, c_char_p, c_int], c_ulong
    x11.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, c_void_p]
    x11.XCloseDisplay.argtypes = [c_void_p]
    display = x11.XOpenDisplay(None)
    assert display
    try:
        yield x11, display
    finally:
        x11.XCloseDisplay(display)


def children(x11: Any, display: Any, number: int) -> list[int]:
    root, parent, count = c_ulong(), c_ulong(), c_uint()
    found = POINTER(c_ulong)()
    x11.XQueryTree(display, number, byref(root), byref(parent), byref(found), byref(count))
    return [found[index] for index in range(count.value)]


def windows(title: str) -> dict[int, int]:
    """Number -> how many windows are inside, of all on the screen with this title."""
    with connected() as (x11, display):
        found = {}
        for number in children(x11, display, x11.XDefaultRootWindow(display)):
            name = c_char_p()
            x11.XFetchName(display, number, byref(name))
            if name.value == title.encode():
                found[number] = len(children(x11, display, number))
        return found


def asked_to_close(number: int) -> None:
    """What a window manager sends when a person presses the cross."""
    with connected() as (x11, display):
        protocols, delete = (x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
        event = (c_long * 24)(CLIENT_MESSAGE, 0, 0, 0, number, protocols, 32, delete)
        x11.XSendEvent(display, number, 0, 0, event)
