"""Files of Python effects: ``audiopost render ... --effects my_effects.py``, loaded and loaded again after an edit.

A file is run as a whole or not at all: one that fails leaves the catalogue, and the module that ran before, as they
were. What the sound of its nodes remembers is carried over by `audiopost.effects.state_carrying`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import os
import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from audiopost.effects.python_effect import PythonEffect
from audiopost.errors import FileError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.node import Node
from audiopost.graph.spec import GraphSpec, NodeSpec

__all__ = ["load_effects", "redrawn", "reload_effects"]

_loaded: dict[Path, dict[str, EffectEntry | None]] = {}
"""Files that were loaded: the names that each brought, with the entry that each name had before."""


def load_effects(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Run a Python file and add the effects that it decorates to the catalogue.

    Loading it again replaces them.

    Returns
    -------
    tuple of str
        The names of its effects, in order of definition.

    Raises
    ------
    FileError
        If there is no such file.
    UsageError
        If the file fails (with its line) or decorates nothing; then the catalogue is as it was.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise FileError(str(path), "there is no such file", mend="give a Python file with decorated effects")
    name = _module_name(file)
    before = sys.modules.get(name)
    try:
        with CATALOGUE.tentatively() as added:
            effects = _effects_of(_run(file, name), path)
    except (FileError, UsageError):
        if before is not None:
            sys.modules[name] = before
        raise
    covered = _loaded.setdefault(file, {})
    for entry in added.values():
        covered.setdefault(entry.name, CATALOGUE.entry(entry.name) if entry.name in CATALOGUE.names() else None)
        CATALOGUE.add(entry)
    return effects


def reload_effects(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Run an edited file again: its effects replace the old ones, and those that it no longer has go.

    A name that had covered another effect gives it back. Nodes that play keep their old class until their drawing is
    `redrawn` and run; `audiopost.effects.state_carrying.carry_state` then keeps their sound.

    Returns
    -------
    tuple of str
        As `load_effects`.

    Raises
    ------
    FileError, UsageError
        As `load_effects`; then the old effects stay.
    """
    effects = load_effects(path)
    covered = _loaded[Path(path).resolve()]
    for name in [name for name in covered if name not in effects]:
        original = covered.pop(name)
        if original is None:
            CATALOGUE.remove(name)
        else:
            CATALOGUE.add(original)
    return effects


def redrawn(drawing: GraphSpec) -> Graph:
    """The drawing with the classes that the names of its effects have in the catalogue now.

    A drawing that was made in Python holds the class of each Python effect; after `reload_effects` that is the old one.
    An effect that is no longer there keeps its class.
    """
    nodes = ((name, replace(node, definition=_class_now(node))) for name, node in drawing.nodes)
    return replace(Graph.from_spec(drawing), nodes=tuple(nodes))


def _class_now(node: NodeSpec) -> type[Node] | None:
    if node.definition is None or node.effect not in CATALOGUE.names():
        return node.definition
    made = CATALOGUE.entry(node.effect).make
    return made if isinstance(made, type) and issubclass(made, Node) else node.definition


class _Source(SourceFileLoader):
    """Reads the source itself: a compiled file is told from an older one by its second and size only."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _module_name(file: Path) -> str:
    # The folder is in the name, so that two files of one name are two modules.
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:8]
    return f"audiopost_effects_{file.stem}_{digest}"


def _effects_of(module: ModuleType, path: str | os.PathLike[str]) -> tuple[str, ...]:
    effects = tuple(each.name for each in vars(module).values() if isinstance(each, PythonEffect))
    if not effects:
        raise UsageError(
            "the file decorates no effect", where=str(path), mend="put @effect or @kernel above a function"
        )
    return effects


def _run(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_loader(name, _Source(name, str(file)))
    assert spec is not None, "a loader that reads files always has a specification"
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    linecache.checkcache(str(file))
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError(f"{type(error).__name__}: {error}", where=f"{file}:{_line_of(error, file)}") from error
    return module


def _line_of(error: Exception, file: Path) -> int:
    """The last line of the file that was running, or that could not be read."""
    line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
