"""The macros of shipped chains: at either end the sound is whole, and touching one does not make it jump."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.graph.knobs import knobs_of, macros_of, values_of
from audiopost.jobs.chain_check import check_chain
from audiopost.jobs.chain_values import with_values
from audiopost.library.chains import list_chains, load_chain
from tests.materials import RATE, material

MACROS = [(chain.id, macro) for chain in list_chains() for macro in chain.macros]


@cache
def medley() -> AudioBlock:
    """A word, a slammed door and a chord: the densest third of a second of each."""
    third = RATE // 3
    parts = (material("speech")[:, third : 2 * third], material("effects")[:, 2 * RATE : 2 * RATE + third],
             material("music")[:, :third])  # fmt: skip
    return np.concatenate([np.broadcast_to(part, (2, third)) for part in parts], axis=1)


@pytest.mark.parametrize("position", [0.0, 1.0])
@pytest.mark.parametrize(("chain", "macro"), MACROS)
def test_a_macro_never_breaks_the_sound(chain: str, macro: str, position: float) -> None:
    checked = check_chain(with_values(load_chain(chain), {f"macro.{macro}": position}), medley(), RATE)
    assert [fault for fault in checked.faults() if "changes the loudness" not in fault] == []
    assert checked.after.true_peak_dbtp > -60.0


@pytest.mark.parametrize("chain", sorted({chain for chain, _ in MACROS}))
def test_a_macro_begins_where_the_chain_stands(chain: str) -> None:
    graph = load_chain(chain)
    knobs = knobs_of(graph)
    standing = values_of(graph, knobs)
    for macro, position in macros_of(graph, knobs):
        turned = values_of(with_values(graph, {f"macro.{macro}": position}), knobs)
        for path, value in turned.items():
            assert value == pytest.approx(standing[path], rel=0.02, abs=0.02), path
