"""The laws of shipped chains, on speech, music and effects: no jump in level, no peak over the ceiling."""

from __future__ import annotations

from functools import cache

import pytest

from audiopost.graph.spec import Material
from audiopost.jobs.chain_check import ChainCheck, check_chain
from audiopost.jobs.measure import measure_samples
from audiopost.library.chains import list_chains, load_chain
from audiopost.loudness.result import Loudness
from tests.materials import RATE, material

CHAINS = {each.id: each for each in list_chains()}
MATERIALS: tuple[Material, ...] = ("speech", "music", "effects")

LONGEST_LIVE_LATENCY_MS = 100.0
"""Beyond this a performer hears an echo of what he does; a chain that is later says so with the tag ``offline``."""


@cache
def loudness_of(kind: Material) -> Loudness:
    return measure_samples(material(kind), RATE)


@cache
def check(chain: str, kind: Material) -> ChainCheck:
    return check_chain(load_chain(chain), material(kind), RATE, before=loudness_of(kind))


@pytest.mark.parametrize("kind", MATERIALS)
@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_keeps_its_level_and_its_ceiling(chain: str, kind: Material) -> None:
    checked = check(chain, kind)
    made_for = CHAINS[chain].made_for or MATERIALS
    level_matters = kind in made_for
    assert [fault for fault in checked.faults() if level_matters or "changes the loudness" not in fault] == []
    assert checked.after.true_peak_dbtp > -60.0
    assert checked.after.frames == checked.before.frames


@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_is_not_late_unless_it_says_so(chain: str) -> None:
    late = check(chain, "speech").latency_ms > LONGEST_LIVE_LATENCY_MS
    assert late == ("offline" in CHAINS[chain].tags)
