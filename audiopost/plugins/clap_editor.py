"""The window of a CLAP plug-in, on X11: embedded in one of ours, or floating where it wants its own.

All of it happens on the main thread of the plug-in, between two of its other duties: nothing here waits for a person.
What a person turns in the window is found by looking at the knobs, so the thread that plays has nothing to do with it.

Source: CLAP ``ext/gui.h``, ``ext/timer-support.h``.
"""

from __future__ import annotations

from typing import Any

from audiopost.errors import PluginError
from audiopost.plugins.clap_abi import ffi
from audiopost.plugins.clap_callbacks import HostSide
from audiopost.plugins.x11_window import X11Window

__all__ = ["ClapEditor"]

API = ffi.new("char[]", b"x11")


class ClapEditor:
    """An open window of a plug-in.

    Parameters
    ----------
    plugin, gui
        The plug-in, and its extension for windows.
    host
        The host as it sees it.
    title
        Of the window.
    name
        What a person calls the plug-in.

    Raises
    ------
    PluginError
        If the plug-in has no window for X11, or does not open it.
    DeviceError
        If there is no display.
    """

    def __init__(self, plugin: Any, gui: Any, host: HostSide, title: str, name: str) -> None:
        self._plugin, self._gui, self._host = plugin, gui, host
        self._window: X11Window | None = None
        embedded = bool(gui.is_api_supported(plugin, API, False))
        if not embedded and not gui.is_api_supported(plugin, API, True):
            raise PluginError(name, "has no window for X11", "turn its knobs here")
        if embedded:
            self._window = X11Window(title, 400, 300)
        host.window_closed, host.size_wanted = False, None
        if not gui.create(plugin, API, not embedded):
            self._drop_window()
            raise PluginError(name, "does not open its window", "turn its knobs here")
        if not self._put_up(title):
            self.close()
            raise PluginError(name, "does not show its window", "turn its knobs here")

    def look_after(self) -> bool:
        """Follow what the plug-in and the person want of the window; False once it is closed."""
        host = self._host
        if host.size_wanted is not None and self._window is not None:
            width, height = host.size_wanted
            host.size_wanted = None
            self._window.resize(width, height)
        if host.window_closed or (self._window is not None and self._window.was_closed()):
            self.close()
            return False
        return True

    def close(self) -> None:
        """Take it away."""
        self._gui.destroy(self._plugin)
        self._drop_window()

    def _put_up(self, title: str) -> bool:
        plugin, gui = self._plugin, self._gui
        if self._window is None:
            text = ffi.new("char[]", title.encode())
            gui.suggest_title(plugin, text)
            return bool(gui.show(plugin))
        self._fit(self._window)
        parent = ffi.new("clap_window *", (API, ffi.cast("void *", self._window.number)))
        if not gui.set_parent(plugin, parent):
            return False
        self._fit(self._window)
        self._window.show()
        gui.show(plugin)  # some say no to it, though their window is there
        return True

    def _fit(self, window: X11Window) -> None:
        width, height = ffi.new("uint32_t *"), ffi.new("uint32_t *")
        if self._gui.get_size(self._plugin, width, height):
            window.resize(int(width[0]), int(height[0]))

    def _drop_window(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None
