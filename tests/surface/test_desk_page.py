"""The page about the desk names every key and every word as the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost.cli.live_keys import KEYS
from audiopost.live.word_table import WORDS

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "guide" / "work-on-a-sound.md"
ROWS = [(key.name, key.summary) for key in KEYS] + [(word.usage, word.summary) for word in WORDS]


@pytest.mark.parametrize(("name", "summary"), ROWS)
def test_it_stands_there(name: str, summary: str) -> None:
    assert f"| `{name}` | {summary} |" in PAGE.read_text(encoding="utf-8")
