"""Chains by name: the shipped ones and anybody's own, read, listed and saved.

A chain is the TOML form of a drawing (`audiopost.library.chain_file`). ``load_chain("dialogue-clear")`` reads a
shipped one, ``load_chain("mine.toml")`` a file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import audiopost.effects as _catalogue_is_filled  # noqa: F401 - a chain is checked against every effect there is
from audiopost.errors import FileError
from audiopost.graph.algebra import Graph
from audiopost.graph.spec import GraphSpec
from audiopost.library.chain_data import chain_data
from audiopost.library.chain_file import chain_graph
from audiopost.library.chain_form import ChainTable
from audiopost.library.presets import is_path, list_presets, packed_presets, read_preset, read_toml, updated_text
from audiopost.library.schema import validated

__all__ = ["ChainInfo", "list_chains", "load_chain", "save_chain"]


@dataclass(frozen=True)
class ChainInfo:
    """What a list of chains shows. `id` is what ``--chain`` takes, `path` where the file lies."""

    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    path: str


def load_chain(name_or_path: str | Path) -> Graph:
    """The drawing of a shipped chain (by id) or of a file (by path).

    Raises
    ------
    UnknownNameError
        If no shipped chain bears the name; with near misses.
    PresetError
        If the file is missing or anything in it is wrong; with file, key and line.

    >>> load_chain("dialogue-clear").node_names[0]
    'highpass'
    """
    file = read_preset("chains", name_or_path)
    folder = Path(name_or_path).parent if is_path(name_or_path) else Path(str(packed_presets("chains")))
    return chain_graph(file, folder)


def list_chains() -> tuple[ChainInfo, ...]:
    """The shipped chains, sorted by id."""
    chains = []
    for name, entry in list_presets("chains"):
        table = validated(ChainTable, read_toml(entry, shown_as=f"chains/{name}.toml"))
        chains.append(ChainInfo(name, table.name, table.description, tuple(table.tags), str(entry)))
    return tuple(chains)


def save_chain(spec: GraphSpec, path: str | Path) -> None:
    """Write a drawing as a chain file. Over an older chain file, its comments and order stay.

    Raises
    ------
    FileError
        If the file cannot be written; then the older one is untouched.
    PresetError
        If an older file is there that is not TOML.
    GraphError
        If the drawing holds an effect that a file cannot name.
    """
    path = Path(path)
    older = read_toml(path).text if path.exists() else ""
    text = updated_text(older, chain_data(spec, path.parent))
    # Beside the file and then in its place: a reader sees the older file or the new one, never half of either.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise FileError(str(path), f"cannot be written: {error.strerror}") from error
