from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audiopost import effect
from audiopost.errors import EffectError
from audiopost.graph.faults import effect_error


def raised(work: Callable[[], object]) -> Exception:
    with pytest.raises((ValueError, ArithmeticError), match=r"\S") as told:
        work()
    return told.value


def place_of(words: str) -> str:
    """``file:line`` of the line of this file that ends with a mark."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return f"{__file__}:{next(number for number, line in enumerate(lines, 1) if line.endswith('# ' + words))}"


def invert() -> object:
    return np.linalg.inv(np.zeros((2, 2)))  # numpy raises


def read() -> object:
    return json.loads("{")  # the standard library raises


def divide() -> object:
    return 1 // 0  # raised here


@pytest.mark.parametrize(
    ("work", "mark"),
    [(invert, "numpy raises"), (read, "the standard library raises"), (divide, "raised here")],
)
def test_an_error_names_the_last_line_that_the_user_wrote(work: Callable[[], object], mark: str) -> None:
    told = effect_error("mine", raised(work))
    assert told.trace == place_of(mark)


def test_an_error_that_libraries_alone_saw_names_where_it_was_raised() -> None:
    error = raised(lambda: json.loads("{"))
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    assert "json" in effect_error("mine", error.with_traceback(trace)).trace


def test_an_error_without_a_trace_still_names_the_node() -> None:
    told = effect_error("mine", ValueError("no"))
    assert (str(told.node), told.trace) == ("mine", "")
    assert "ValueError: no" in str(told)


def test_an_effect_in_a_graph_is_named_with_its_line() -> None:
    @effect
    def solves(block, *, level_db: float = 0.0):
        return np.linalg.solve(np.zeros((2, 2)), block[:2, :2])  # the effect fails

    with pytest.raises(EffectError) as told:
        solves().render(np.zeros((2, 100), dtype=np.float32), 48_000)
    assert told.value.trace == place_of("the effect fails")
