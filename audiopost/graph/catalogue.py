"""The catalogue: effect names and what makes a node of each.

`graph` knows no effect. The room ``effects`` fills the default `CATALOGUE` when it is imported; a machine is
built from names alone, so a drawing can travel to another process and find the same effects there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from audiopost.errors import UnknownNameError, UsageError
from audiopost.graph.bus import Bus
from audiopost.graph.node import Node
from audiopost.graph.parameter import Parameter, Setting, SettingValue, parameter_named
from audiopost.graph.spec import NodeSpec

__all__ = ["CATALOGUE", "Catalogue", "EffectEntry"]


@dataclass(frozen=True)
class EffectEntry:
    """One effect of the catalogue: what a person and a preset must know, and how to make it."""

    name: str
    summary: str
    make: Callable[[Mapping[str, SettingValue]], Node]
    parameters: tuple[Parameter, ...] = ()
    settings: tuple[Setting, ...] = ()
    side_inputs: tuple[str, ...] = ()
    live: bool = True
    generates: bool = False
    exceptions: Mapping[str, str] = field(default_factory=dict)
    open_parameters: bool = False
    """True where the parameters are known only once the node is made (a plug-in file)."""

    @classmethod
    def of(cls, node: type[Node]) -> EffectEntry:
        """The entry of a node class."""
        return cls(
            node.name, node.summary, node, node.parameters, node.settings, node.side_inputs, node.live,
            node.generates, node.exceptions,
        )  # fmt: skip


class Catalogue:
    """Effects by name. Entries are added once; a name added again replaces the entry (hot reload)."""

    def __init__(self) -> None:
        self._entries: dict[str, EffectEntry] = {Bus.name: EffectEntry.of(Bus)}

    def add(self, entry: EffectEntry) -> None:
        """Add or replace an entry."""
        self._entries[entry.name] = entry

    def names(self) -> tuple[str, ...]:
        """Every name, sorted."""
        return tuple(sorted(self._entries))

    def entry(self, name: str, where: str = "") -> EffectEntry:
        """The entry of that name; raises UnknownNameError with near misses."""
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownNameError(kind="effect", name=name, known=self.names(), where=where) from None

    def check(self, name: str, node: NodeSpec) -> None:
        """Check a drawn node's effect, parameters and settings without making it.

        Raises
        ------
        UnknownNameError, ParameterRangeError, UsageError
            Naming the node.
        """
        entry = EffectEntry.of(node.definition) if node.definition else self.entry(node.effect, name)
        known_settings = {setting.name: setting for setting in entry.settings}
        for setting_name, value in node.settings:
            if setting_name not in known_settings:
                raise UnknownNameError(kind="setting", name=setting_name, known=tuple(known_settings), where=name)
            known_settings[setting_name].checked(value, name)
        for setting in entry.settings:
            if setting.default is None and setting.name not in dict(node.settings):
                raise UsageError(f"{entry.name} needs {setting.name}", where=name, mend=setting.summary)
        if not entry.open_parameters:
            _check_parameters(entry.parameters, node, name)

    def make(self, name: str, node: NodeSpec) -> Node:
        """Make the machine part of a drawn node: checked, its parameters set, not yet prepared."""
        self.check(name, node)
        entry = EffectEntry.of(node.definition) if node.definition else self.entry(node.effect, name)
        made = entry.make(dict(node.settings))
        _check_parameters(made.parameters, node, name)
        for parameter, value in node.parameters:
            made.values[parameter] = value
        return made


def _check_parameters(parameters: tuple[Parameter, ...], node: NodeSpec, where: str) -> None:
    for name, value in node.parameters:
        parameter = parameter_named(parameters, name)
        if parameter is None:
            known = tuple(each.name for each in parameters)
            raise UnknownNameError(kind="parameter", name=name, known=known, where=f"{where} ({node.effect})")
        parameter.checked(value, where)


CATALOGUE = Catalogue()
"""The default catalogue, filled by ``audiopost.effects``."""
