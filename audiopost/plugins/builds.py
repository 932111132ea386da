"""One plug-in in several formats: told by its name and maker, shown as one with its choices.

No format knows of another. Names are compared without case, spaces and signs; makers too, where both tell one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from audiopost.plugins.locate import FORMATS
from audiopost.plugins.plugin import PluginInfo

__all__ = ["Builds", "grouped", "identity", "siblings"]

_ORDER = {name: place for place, name in enumerate(FORMATS.values())}


@dataclass(frozen=True)
class Builds:
    """A plug-in: its builds in the order in which a bare name prefers them."""

    builds: tuple[PluginInfo, ...]

    @property
    def first(self) -> PluginInfo:
        """The build that plays where nothing else is asked for: the first that works, else the first."""
        return next((each for each in self.builds if each.status == "ok"), self.builds[0])

    @property
    def vendor(self) -> str:
        """Its maker, where any build tells."""
        return next((each.vendor for each in self.builds if each.vendor), "")

    @property
    def formats(self) -> str:
        """``CLAP, LV2, VST3 (timeout)``: every format, with what is wrong with it."""
        return ", ".join(
            each.format if each.status == "ok" else f"{each.format} ({each.status})" for each in self.builds
        )


def identity(name: str) -> str:
    """A name as all formats share it.

    >>> identity("Zam-Comp X2") == identity("ZamCompX2")
    True
    """
    return re.sub(r"[^0-9a-z]+", "", name.casefold()) or name.casefold()


def grouped(plugins: Iterable[PluginInfo]) -> tuple[Builds, ...]:
    """The plug-ins, each once, in order of their names."""
    groups: list[list[PluginInfo]] = []
    for plugin in plugins:
        group = next((each for each in groups if _same(each[0], plugin) and not _has_format(each, plugin)), None)
        if group is None:
            groups.append([plugin])
        else:
            group.append(plugin)
    made = (Builds(tuple(sorted(group, key=lambda each: _ORDER.get(each.format, 99)))) for group in groups)
    return tuple(sorted(made, key=lambda each: (each.first.name.casefold(), each.vendor.casefold())))


def siblings(plugin: PluginInfo, plugins: Iterable[PluginInfo]) -> tuple[PluginInfo, ...]:
    """The other formats of a plug-in among these."""
    return tuple(each for each in plugins if each.path != plugin.path and _same(each, plugin))


def _same(one: PluginInfo, other: PluginInfo) -> bool:
    if identity(one.name) != identity(other.name):
        return False
    makers = {identity(each.vendor) for each in (one, other) if each.vendor}
    return len(makers) < 2


def _has_format(group: list[PluginInfo], plugin: PluginInfo) -> bool:
    return any(each.format == plugin.format for each in group)
