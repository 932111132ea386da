from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from audiopost.effects import draw
from audiopost.effects.effect_files import load_effects, redrawn, reload_effects
from audiopost.errors import FileError, UsageError
from audiopost.graph.catalogue import CATALOGUE

FILE = """\
import math
import numpy as np
from audiopost.effects.python_effect import effect, kernel

@effect
def fold(block, *, amount: float = 0.5):
    return np.abs(block) * amount

@kernel(state=1)
def follow(x, state, speed=0.1):
    state[0] += speed * (x - state[0])
    return state[0]
"""


@pytest.fixture(autouse=True)
def _catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE, "_entries", dict(CATALOGUE._entries))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_effects_of_a_file_join_the_catalogue(tmp_path: Path) -> None:
    assert load_effects(written(tmp_path / "mine.py", FILE)) == ("fold", "follow")
    assert draw("fold", amount=1.0).render([[-0.5, 0.25]], 48_000).tolist() == [[0.5, 0.25]]


def test_loading_again_replaces_them(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", FILE)
    load_effects(path)
    load_effects(written(path, FILE.replace("np.abs(block) * amount", "np.zeros_like(block) + np.float32(amount) / 2")))
    assert np.all(draw("fold", amount=1.0).render(np.zeros((1, 4)), 48_000) == 0.5)


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = load_effects(written(tmp_path / "mine.py", FILE))
    second = load_effects(written(tmp_path / "other" / "mine.py", FILE.replace("fold", "crease")))
    assert first == ("fold", "follow")
    assert second == ("crease", "follow")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError"),
        ("\n\ndef f(:\n", 3, "SyntaxError"),
        ("import no_such_module_here\n", 1, "ModuleNotFoundError"),
        (FILE + "\n@effect\ndef bad(block, amount):\n    return block\n", 14, "amount has no default"),
    ],
)
def test_a_faulty_file_names_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = written(tmp_path / "mine.py", text)
    with pytest.raises(UsageError, match=words) as caught:
        load_effects(path)
    assert caught.value.where == f"{path}:{line}"


def test_a_file_without_effects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="decorates no effect"):
        load_effects(written(tmp_path / "mine.py", "x = 1\n"))


def test_a_file_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        load_effects(tmp_path / "mine.py")


# --- Loading again after an edit -------------------------------------------------------------------------------------

HALF_EDITED = (
    FILE.replace("* amount", "* amount * 0") + "\n@effect\ndef bad(block):\n    return missing\n\nraise KeyError(1)\n"
)


def test_an_edit_of_the_same_second_and_size_is_seen(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", FILE)
    load_effects(path)
    written(path, FILE.replace("np.abs(block) * amount", "np.abs(block) + amount"))
    assert reload_effects(path) == ("fold", "follow")
    assert draw("fold", amount=1.0).render([[-0.5, 0.25]], 48_000).tolist() == [[1.5, 1.25]]


def test_an_effect_that_the_edit_takes_out_goes_and_a_covered_one_comes_back(tmp_path: Path) -> None:
    gain = CATALOGUE.entry("gain")
    path = written(tmp_path / "mine.py", FILE + "\n@effect\ndef gain(block):\n    return block\n")
    load_effects(path)
    assert CATALOGUE.entry("gain") is not gain
    assert reload_effects(written(path, FILE.replace("def follow", "def chase"))) == ("fold", "chase")
    assert CATALOGUE.entry("gain") is gain
    assert "follow" not in CATALOGUE.names()


def test_a_broken_edit_names_its_line_and_leaves_the_old_effects(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", FILE)
    load_effects(path)
    before = CATALOGUE.entry("fold")
    line = HALF_EDITED.splitlines().index("raise KeyError(1)") + 1
    with pytest.raises(UsageError, match="KeyError") as caught:
        reload_effects(written(path, HALF_EDITED))
    assert caught.value.where == f"{path}:{line}"
    assert CATALOGUE.entry("fold") is before
    assert "bad" not in CATALOGUE.names()
    assert sys.modules[before.make.__module__].fold.definition is before.make
    assert draw("fold", amount=1.0).render([[-0.5, 0.25]], 48_000).tolist() == [[0.5, 0.25]]


def test_a_file_may_draw_its_own_effects_while_it_is_loaded(tmp_path: Path) -> None:
    load_effects(written(tmp_path / "mine.py", FILE + "\nchain = fold(amount=1.0) >> follow()\n"))
    assert {"fold", "follow"} <= set(CATALOGUE.names())


def test_a_drawing_made_before_an_edit_is_redrawn_with_the_edited_effects(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", FILE + "\nchain = fold(amount=1.0) >> follow(speed=1.0)\n")
    load_effects(path)
    module = sys.modules[CATALOGUE.entry("fold").make.__module__]
    drawing = module.chain >> draw("gain")
    reload_effects(written(path, FILE.replace("np.abs(block) * amount", "np.abs(block) + amount")))
    assert drawing.render([[-0.5]], 48_000).tolist() == [[0.5]]
    assert redrawn(drawing).render([[-0.5]], 48_000).tolist() == [[1.5]]
    assert redrawn(drawing).edges == drawing.edges
