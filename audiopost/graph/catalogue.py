"""The catalogue: effect names and what makes a node of each.

`graph` knows no effect. The room ``effects`` fills the default `CATALOGUE` when it is imported; a machine is
built from names alone, so a drawing can travel to another process and find the same effects there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from audiopost.errors import UnknownNameError, UsageError
from audiopost.graph.bus import Bus
from audiopost.graph.node import Node
from audiopost.graph.parameter import Parameter, Setting, SettingValue, parameter_named
from audiopost.graph.spec import NodeSpec

__all__ = ["CATALOGUE", "Catalogue", "EffectEntry"]

_LOADING = threading.RLock()
"""Not a catalogue's own: a catalogue may be pickled with a user's function that mentions it."""


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
        self._added: dict[str, EffectEntry] = {}
        self._load_more: Callable[[], object] | None = None

    def add(self, entry: EffectEntry) -> None:
        """Add or replace an entry."""
        self._entries[entry.name] = self._added[entry.name] = entry

    def remove(self, name: str) -> None:
        """Take an entry out; nothing happens if there is none of that name."""
        self._entries.pop(name, None)

    @contextmanager
    def tentatively(self) -> Iterator[Mapping[str, EffectEntry]]:
        """What is added within the block can be drawn there, and is gone after it; the mapping given keeps it."""
        self.load()
        before, outer = dict(self._entries), self._added
        added: dict[str, EffectEntry] = {}
        self._added = added
        try:
            yield added
        finally:
            self._entries, self._added = before, outer

    def load_on_demand(self, load: Callable[[], object]) -> None:
        """Have `load` add more the first time that all names are wanted, or one that is not there."""
        self._load_more = load

    def load(self) -> None:
        """Add what was left for later, if there is any."""
        if self._load_more is not None:
            with _LOADING:
                load, self._load_more = self._load_more, None
                if load is not None:
                    load()

    def names(self) -> tuple[str, ...]:
        """Every name, sorted."""
        self.load()
        return tuple(sorted(self._entries))

    def entry(self, name: str, where: str = "") -> EffectEntry:
        """The entry of that name; raises UnknownNameError with near misses."""
        if name not in self._entries:
            self.load()
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
        if isinstance(made, HasOtherNames):
            own = tuple((made.own_name(parameter, (value,)), value) for parameter, value in node.parameters)
            node = replace(node, parameters=own)
        _check_parameters(made.parameters, node, name)
        for parameter, value in node.parameters:
            made.values[parameter] = value
        return made


@runtime_checkable
class HasOtherNames(Protocol):
    """A node whose parameters may be called otherwise in a drawing: a plug-in, by the names of another build of it."""

    def own_name(self, name: str, values: Iterable[float]) -> str:
        """Its own name for the parameter that shall take these values; `name` where it is not certain which it is."""


def _check_parameters(parameters: tuple[Parameter, ...], node: NodeSpec, where: str) -> None:
    for name, value in node.parameters:
        parameter = parameter_named(parameters, name)
        if parameter is None:
            known = tuple(each.name for each in parameters)
            raise UnknownNameError(kind="parameter", name=name, known=known, where=f"{where} ({node.effect})")
        parameter.checked(value, where)


CATALOGUE = Catalogue()
"""The default catalogue, filled by ``audiopost.effects``."""
