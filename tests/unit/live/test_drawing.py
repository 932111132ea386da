"""Drawings on their way to an engine: what is packed here is read there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from audiopost.library.chains import list_chains, load_chain
from audiopost.live.drawing import pickled

READ = """
import sys, cloudpickle
for path in sys.argv[1:]:
    with open(path, "rb") as drawing:
        print(cloudpickle.load(drawing).name)
"""


def test_every_shipped_chain_is_read_by_a_fresh_process(tmp_path: Path) -> None:
    chains = list_chains()
    for chain in chains:
        (tmp_path / chain.id).write_bytes(pickled(load_chain(chain.id)))
    paths = [str(tmp_path / chain.id) for chain in chains]
    ran = subprocess.run([sys.executable, "-c", READ, *paths], capture_output=True, text=True, check=False)
    assert (ran.stderr, ran.stdout.splitlines()) == ("", [chain.name for chain in chains])


def test_effects_of_the_house_travel_by_name_alone() -> None:
    for chain in list_chains():
        assert [name for name, node in load_chain(chain.id).nodes if node.definition is not None] == []
