"""Chains by name: the shipped ones and anybody's own, read, listed and saved.

A chain is the TOML form of a drawing (`audiopost.library.chain_file`). ``load_chain("dialogue-clear")`` reads a
shipped one, ``load_chain("mine.toml")`` a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import audiopost.effects as _catalogue_is_filled  # noqa: F401 - a chain is checked against every effect there is
from audiopost.errors import UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.spec import GraphSpec, Material
from audiopost.library.chain_data import chain_data
from audiopost.library.chain_file import chain_graph
from audiopost.library.chain_form import ChainTable
from audiopost.library.presets import is_path, list_presets, packed_presets, read_preset, read_toml, updated_text
from audiopost.library.schema import validated
from audiopost.media.new_file import Exists, NewFile, writing_text

__all__ = ["ChainInfo", "find_chains", "list_chains", "load_chain", "save_chain"]


@dataclass(frozen=True)
class ChainInfo:
    """What a list of chains shows. `id` is what ``--chain`` takes, `path` where the file lies."""

    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    path: str
    macros: tuple[str, ...] = ()
    made_for: tuple[Material, ...] = ()
    """The sounds that it is made for; empty: any."""
    level_change: str = ""
    """Why its output is not as loud as its input; empty: it is."""


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
    return tuple(
        _info(name, str(entry), validated(ChainTable, read_toml(entry, shown_as=f"chains/{name}.toml")))
        for name, entry in list_presets("chains")
    )


def find_chains(words: Sequence[str] = (), tags: Sequence[str] = ()) -> tuple[ChainInfo, ...]:
    """The chains that are meant: one by its id or its path, else every shipped one with all the words and tags.

    A word is looked for in id, name, description, tags and macros, in any case of letters. Sorted by id.

    Raises
    ------
    UnknownNameError
        If nothing is found; with near misses.
    PresetError
        If the one word is a path, and no chain file lies there.

    >>> [each.id for each in find_chains(["radio", "presenter"])]
    ['radio-voice']
    """
    if len(words) == 1 and is_path(words[0]) and not tags:
        file = read_preset("chains", words[0])
        return (_info(Path(words[0]).stem, words[0], validated(ChainTable, file)),)
    chains = list_chains()
    known = tuple(sorted({tag for each in chains for tag in each.tags}))
    for tag in tags:
        if tag not in known:
            raise UnknownNameError(kind="tag", name=tag, known=known, mend=f"known: {', '.join(known)}")
    tagged = tuple(each for each in chains if set(tags) <= set(each.tags))
    named = tuple(each for each in tagged if [each.id] == list(words))
    found = named or tuple(each for each in tagged if all(word.casefold() in _text_of(each) for word in words))
    if not found:
        mend = "`audiopost chains` lists them; a file of your own is given by its path"
        raise UnknownNameError(
            kind="chain", name=" ".join((*words, *tags)), known=tuple(each.id for each in chains), mend=mend
        )
    return found


def _text_of(chain: ChainInfo) -> str:
    return "\n".join((chain.id, chain.name, chain.description, *chain.tags, *chain.macros)).casefold()


def _info(name: str, path: str, table: ChainTable) -> ChainInfo:
    return ChainInfo(
        id=name,
        name=table.name,
        description=table.description,
        tags=tuple(table.tags),
        path=path,
        macros=tuple(macro.name for macro in table.macros),
        made_for=tuple(table.made_for),
        level_change=table.level_change,
    )


def save_chain(spec: GraphSpec, path: str | Path, *, exists: Exists = "replace") -> Path:
    """Write a drawing as a chain file. Over an older chain file, its comments and order stay.

    Parameters
    ----------
    exists
        What to do where the name is taken: refuse, write over it, or add a number to the name.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    FileError
        If the file cannot be written or the name is taken; then the older one is untouched.
    PresetError
        If an older file is there that is not TOML.
    GraphError
        If the drawing holds an effect that a file cannot name.
    """
    path = Path(path)
    older = read_toml(path).text if exists == "replace" and path.exists() else ""
    text = updated_text(older, chain_data(spec, path.parent))
    # Beside the file and then in its place: a reader sees the older file or the new one, never half of either.
    new = NewFile(path, exists)
    with writing_text(new) as file:
        file.write(text)
    return new.path
