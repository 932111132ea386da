"""Two roads through a chain: a file rendered block by block, and the whole array at once."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.graph.offline import render as render_array
from audiopost.jobs.render import render
from audiopost.library.chains import list_chains, load_chain
from audiopost.media.audio_file import read_audio
from tests.recordings import recording


def chains_with_every_effect() -> list[str]:
    """Shipped chains that together use every effect that any uses: each has one more than those before."""
    seen: set[str] = set()
    chosen = []
    for chain in list_chains():
        used = {node.effect for _, node in load_chain(chain.id).nodes}
        if not used <= seen:
            chosen.append(chain.id)
            seen |= used
    return chosen


@pytest.mark.parametrize("chain", chains_with_every_effect())
def test_a_file_renders_as_its_samples_do(tmp_path: Path, chain: str) -> None:
    path = recording("Front_Center")
    samples, rate = read_audio(path)
    result = render(path, tmp_path / "out.wav", chain, bits="32f")
    expected = render_array(load_chain(chain), samples, rate, "mono", tail=True)
    rendered, rendered_rate = read_audio(result.output)
    assert rendered_rate == rate
    assert np.array_equal(rendered, expected)
    assert result.non_finite_samples == 0
    assert np.abs(rendered).max() > 0.001
