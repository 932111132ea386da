"""Drawings on their way to an engine: found, packed, and kept up to date with what was turned."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cloudpickle

from audiopost.errors import GraphError
from audiopost.graph.spec import OUTPUT, EdgeSpec, GraphSpec

__all__ = ["as_spec", "bypassed", "pickled", "turned", "with_watched"]


def as_spec(chain: GraphSpec | str | Path) -> GraphSpec:
    """The drawing itself, or the preset of that id or path. Raises PresetError, UnknownNameError, FileError."""
    if isinstance(chain, GraphSpec):
        return chain
    # Engines come by here too: they read no chain files, and start in four fifths of the time without what reads them.
    from audiopost.library.chains import load_chain

    return load_chain(chain)


def pickled(spec: GraphSpec) -> bytes:
    """The drawing for another process, with the classes of effects that are not ours packed into it whole.

    Packed by value an effect of a script, a notebook cell or an edited module is the one that control sees now,
    and the engine imports nothing that might start playing once more.

    Raises
    ------
    GraphError
        If an effect holds something that cannot travel.
    """
    foreign = {node.definition.__module__ for _, node in spec.nodes if node.definition is not None}
    modules = [
        sys.modules[name]
        for name in foreign
        if name in sys.modules and name != "__main__" and name.partition(".")[0] != "audiopost"
    ]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(spec)  # type: ignore[no-any-return]
    except (TypeError, AttributeError, ValueError) as error:
        raise GraphError(f"an effect cannot travel to the engine: {error}", where=spec.name) from error
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def turned(spec: GraphSpec, path: str, value: float) -> GraphSpec:
    """The drawing with a knob (``node.parameter``) or a macro (``macro.name``) turned, so that a restart keeps it."""
    name, _, parameter = path.partition(".")
    if name != "macro":
        return spec.with_parameter(path, value)
    for macro in spec.macros:
        if macro.name == parameter:
            for target, low, high in macro.targets:
                spec = spec.with_parameter(target, low + value * (high - low))
    return spec


def bypassed(spec: GraphSpec, name: str) -> GraphSpec:
    """The drawing with one node bypassed."""
    return spec.with_node(name, replace(spec.node(name), bypass=True))


def with_watched(spec: GraphSpec, names: Sequence[str]) -> GraphSpec:
    """The drawing with a named output at each of these nodes, as far as it has them; the main output is the same.

    >>> from audiopost.graph.spec import NodeSpec
    >>> with_watched(GraphSpec.series(("hp", NodeSpec("highpass"))), ["hp", "gone"]).output_names
    ('hp',)
    """
    found = [name for name in names if name in spec.node_names and name not in spec.output_names]
    wires = tuple(EdgeSpec(name, f"{OUTPUT}.{name}") for name in found)
    return replace(spec, edges=(*spec.edges, *wires)) if wires else spec
