"""Who outlives a process reads in which effect it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost import effect
from audiopost import effects as fx
from audiopost.graph.spec import NodeSpec
from audiopost.graph.witness import Witness, appoint, words_of
from tests.signals import white_noise


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Witness]:
    """The end of the one that reads, while this process writes."""
    path = tmp_path / "place"
    path.touch()
    written, read = Witness(path), Witness(path)
    appoint(written)
    yield read
    appoint(None)
    written.close()
    read.close()
    assert not path.exists()


def test_it_says_where_foreign_code_runs_and_nothing_after(reader: Witness) -> None:
    seen = []

    @effect(name="looks")
    def looks(block: np.ndarray) -> np.ndarray:
        seen.append(reader.last)
        return block

    chain = fx.gain() >> looks().named("first") >> looks().named("second")
    chain.render(white_noise(1, 480), 48_000)
    assert set(seen) == {"first", "second"}
    assert reader.last == ""


def test_an_effect_that_raises_has_come_back(reader: Witness) -> None:
    @effect(name="raises")
    def raises(block: np.ndarray) -> np.ndarray:
        raise ValueError(reader.last)

    with pytest.raises(Exception, match="broken"):
        (fx.gain() >> raises().named("broken")).render(white_noise(1, 480), 48_000)
    assert reader.last == ""


def test_words_are_cut_and_replaced(reader: Witness, tmp_path: Path) -> None:
    other = Witness(tmp_path / "place")
    other.enter("é" * 400)
    assert reader.last.startswith("é" * 127)
    other.enter("verb")
    assert reader.last == "verb"
    other.leave()
    assert reader.last == ""


def test_a_node_is_named_with_the_file_that_it_plays() -> None:
    assert words_of("eq", NodeSpec("highpass")) == "eq"
    assert words_of("verb", NodeSpec.of("plugin", {}, {"path": "/lib/verb.clap"})) == "verb (/lib/verb.clap)"
