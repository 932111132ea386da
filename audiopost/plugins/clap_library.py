"""CLAP files: opened once a process, their plug-ins listed and made.

A file is never closed again: code of it may still run in threads that a plug-in left behind.

Source: CLAP ``entry.h`` and ``factory/plugin-factory.h``; on macOS a ``.clap`` is a bundle with the code inside.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from audiopost.errors import PluginLoadError
from audiopost.plugins.clap_abi import ffi
from audiopost.plugins.plugin import sentence

__all__ = ["ClapDescriptor", "ClapLibrary", "open_library", "text_at"]

FACTORY = b"clap.plugin-factory"
MOST_PLUGINS = 4096
"""More in one file is no answer."""


@dataclass(frozen=True)
class ClapDescriptor:
    """What a plug-in says about itself."""

    id: str
    name: str
    vendor: str
    version: str
    features: tuple[str, ...]


class ClapLibrary:
    """An open file: `descriptors` in its own order."""

    def __init__(self, path: str) -> None:
        self.path = path
        binary = _binary(Path(path))
        try:
            self._library = ffi.dlopen(str(binary), ffi.RTLD_NOW if sys.platform != "win32" else 0)
            entry = self._library.clap_entry
        except (OSError, AttributeError) as error:
            raise PluginLoadError(Path(path).name, sentence(error)) from error
        if entry.version.major < 1:
            raise PluginLoadError(Path(path).name, "is of a CLAP before 1.0", "use a newer build of it")
        if not entry.init(path.encode()):
            raise PluginLoadError(Path(path).name, "refuses to start")
        factory = entry.get_factory(FACTORY)
        if factory == ffi.NULL:
            raise PluginLoadError(Path(path).name, "holds no plug-ins")
        self._factory = ffi.cast("clap_factory *", factory)
        count = min(self._factory.count(self._factory), MOST_PLUGINS)
        found = (self._factory.descriptor(self._factory, index) for index in range(count))
        self.descriptors = tuple(_descriptor(each) for each in found if each != ffi.NULL)

    def named(self, name: str = "") -> ClapDescriptor:
        """The plug-in of that name or id; the first without one.

        Raises
        ------
        PluginLoadError
            If there is none.
        """
        for each in self.descriptors:
            if name in ("", each.name, each.id):
                return each
        names = ", ".join(each.name for each in self.descriptors) or "no plug-in"
        raise PluginLoadError(name or Path(self.path).name, f"is not in {self.path}", f"it holds {names}")

    def make(self, descriptor: ClapDescriptor, host: Any) -> Any:
        """A ``clap_plugin *``, not yet initialised; raises PluginLoadError."""
        plugin = self._factory.create(self._factory, host, descriptor.id.encode())
        if plugin == ffi.NULL:
            raise PluginLoadError(descriptor.name, "cannot be made")
        return plugin


@cache
def open_library(path: str) -> ClapLibrary:
    """The file, opened at the first call; raises PluginLoadError."""
    return ClapLibrary(path)


def _binary(path: Path) -> Path:
    """The code of a bundle; the file itself elsewhere."""
    folder = path / "Contents/MacOS"
    if not folder.is_dir():
        return path
    return next((each for each in sorted(folder.iterdir()) if each.is_file()), path)


def _descriptor(native: Any) -> ClapDescriptor:
    features = []
    index = 0
    while native.features != ffi.NULL and native.features[index] != ffi.NULL:
        features.append(text_at(native.features[index]))
        index += 1
    return ClapDescriptor(
        text_at(native.id),
        text_at(native.name),
        text_at(native.vendor),
        text_at(native.plugin_version),
        tuple(features),
    )


def text_at(pointer: Any) -> str:
    """A text of C; empty for none."""
    return "" if pointer == ffi.NULL else ffi.string(pointer).decode("utf-8", errors="replace")
