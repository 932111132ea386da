"""Today's sound of every own effect is the one that was stored (``python -m tests.golden.make`` stores it)."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tests.golden.material import CASES, material_of, names, played, stored
from tests.tolerances import GOLDEN_DBFS


@pytest.mark.parametrize("name", names())
def test_an_effect_sounds_as_it_did(name: str) -> None:
    path = stored(name)
    assert path.exists(), f"{path} is missing: run `python -m tests.golden.make {name}` and commit it"
    expected = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    heard = played(name)
    assert heard.shape == expected.shape
    assert 20.0 * np.log10(np.abs(heard - expected).max() + 1e-12) < GOLDEN_DBFS


@pytest.mark.parametrize("name", CASES)
def test_an_effect_with_turned_knobs_is_heard_in_what_was_stored(name: str) -> None:
    expected = soundfile.read(stored(name), dtype="float32", always_2d=True)[0].T
    given = material_of(max(2, len(expected)))[: len(expected)]
    assert np.abs(expected - given).max() > 0.01


def test_no_stored_sound_is_without_its_effect() -> None:
    assert {path.stem for path in stored("x").parent.glob("*.flac")} == set(names())
