"""Packs: effects that come in packages of their own, installed beside audiopost.

A package joins by naming a module under the entry points ``audiopost.effects``::

    [project.entry-points."audiopost.effects"]
    tape = "tape_effects.effects"

Every named `Node` class of that module (or of its package, where the module imports it), every effect that
``@effect`` or ``@kernel`` decorates there, and every entry of its function ``entries()`` joins the catalogue.

A pack is other people's code, so it is imported late and never trusted to work: one that fails is left out with an
`EffectPackWarning` that says which distribution it is and what went wrong, and everything else plays. No pack can
take a name that is taken: of two that want one, both are named and the first keeps it, audiopost's own before all.
"""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from audiopost.errors import UsageError
from audiopost.graph.catalogue import Catalogue, EffectEntry
from audiopost.graph.node import Node

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "EffectPack", "EffectPackWarning", "entries_of", "load_packs"]

GROUP = "audiopost.effects"
"""The entry points under which packages name their modules."""

OWN = "audiopost"


class EffectPackWarning(UserWarning):
    """A pack, or some of its effects, could not join the catalogue."""


@dataclass(frozen=True)
class EffectPack:
    """What became of one pack: the names that joined, and what went wrong."""

    name: str
    """Of the distribution with its version, and of the module: ``tape-effects 1.2 (tape_effects.effects)``."""
    effects: tuple[str, ...] = ()
    faults: tuple[UsageError, ...] = ()


def load_packs(catalogue: Catalogue) -> tuple[EffectPack, ...]:
    """Import every installed pack and add its effects; warn of each fault.

    Returns
    -------
    tuple of EffectPack
        In order of their names.
    """
    # Late: it takes 25 ms to import, and to draw what is known no pack is needed.
    from importlib.metadata import entry_points

    owners = dict.fromkeys(catalogue.names(), OWN)
    points = sorted(entry_points(group=GROUP), key=_full_name)
    packs = tuple(_load(point, catalogue, owners) for point in points)
    for fault in (fault for pack in packs for fault in pack.faults):
        warnings.warn(str(fault), EffectPackWarning, stacklevel=2)
    return packs


def entries_of(module: ModuleType, package: str = "") -> Iterator[EffectEntry]:
    """What a module brings into the catalogue: named node classes that it (or its `package`) defines, and `entries()`.

    Raises
    ------
    UsageError
        If ``entries()`` gives something that is no EffectEntry.
    """
    for member in list(vars(module).values()):
        if inspect.isclass(member) and issubclass(member, Node) and member.name:
            home = member.__module__
            if home == module.__name__ or (package and home.partition(".")[0] == package):
                yield EffectEntry.of(member)
    listed: Callable[[], Iterable[EffectEntry]] | None = getattr(module, "entries", None)
    for entry in listed() if listed else ():
        if not isinstance(entry, EffectEntry):
            raise UsageError(f"entries() gives {entry!r}", where=module.__name__, mend="give EffectEntry objects")
        yield entry


def _full_name(point: EntryPoint) -> str:
    made_by = f"{point.dist.name} {point.dist.version}" if point.dist else point.name
    return f"{made_by} ({point.value})"


def _load(point: EntryPoint, catalogue: Catalogue, owners: dict[str, str]) -> EffectPack:
    """Add the effects of one pack whose names are free; note in `owners` whose they are."""
    name = _full_name(point)
    try:
        found = _imported(point, catalogue)
    except UsageError as fault:
        return EffectPack(name, faults=(fault,))
    faults: list[UsageError] = []
    joined: list[str] = []
    for entry in found.values():
        owner = owners.setdefault(entry.name, name)
        # A pack that a program imported by itself has added its decorated effects already.
        if owner != name and catalogue.entry(entry.name).make is not entry.make:
            what = f"its effect {entry.name!r} is left out: the name is taken by {owner}"
            faults.append(UsageError(what, where=f"effect pack {name}", mend="rename one of them"))
            continue
        catalogue.add(entry)
        joined.append(entry.name)
    return EffectPack(name, tuple(joined), tuple(faults))


def _imported(point: EntryPoint, catalogue: Catalogue) -> dict[str, EffectEntry]:
    """Every entry of a pack by name, its decorated effects too, with the catalogue as it was.

    Raises
    ------
    UsageError
        If the pack fails in any way, or brings nothing.
    """
    where = f"effect pack {_full_name(point)}"
    try:
        with catalogue.tentatively() as decorated:
            module = importlib.import_module(point.module)
            found = {entry.name: entry for entry in entries_of(module, point.module.partition(".")[0])}
        found |= decorated
    except Exception as error:
        # Foreign code may raise anything.
        what = f"it is left out: {type(error).__name__}: {error}"
        raise UsageError(what, where=where, mend="update it or uninstall it") from error
    found |= _decorated_earlier(module)
    if not found:
        raise UsageError(
            "it brings no effect", where=where, mend="name the module that defines Node classes or @effect"
        )
    return found


def _decorated_earlier(module: ModuleType) -> dict[str, EffectEntry]:
    """Effects that were decorated when a program imported the module before."""
    # Late: it imports the words that `audiopost.effects` is made of.
    from audiopost.effects.python_effect import PythonEffect

    effects = [each for each in vars(module).values() if isinstance(each, PythonEffect)]
    return {each.name: EffectEntry.of(each.definition) for each in effects}
