"""Names say what a thing is: words that could stand on anything stand on nothing here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "audiopost"
WORDS_THAT_SAY_NOTHING = {"manager", "handler", "util", "utils", "common", "helper", "helpers", "misc"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def words_of(name: str) -> set[str]:
    """``BlockManager`` and ``block_manager`` hold the words block and manager."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def names_defined(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_empty_word_in_a_name(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    wrong = {name for name in (path.stem, *names_defined(module)) if words_of(name) & WORDS_THAT_SAY_NOTHING}
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_only_logarithms_to_base_ten_stand_in_units(path: Path) -> None:
    names = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert path.name == "units.py" or "log10" not in names


def test_words_are_cut_at_underscores_and_capitals() -> None:
    assert words_of("BlockManager") == {"block", "manager"}
    assert words_of("read_RIFFHeader_utils") == {"read", "riff", "header", "utils"}
