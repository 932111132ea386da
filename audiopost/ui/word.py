"""A word from a page, and what is read out of it: each thing of the right kind, or a sentence that says what it was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from audiopost.errors import UsageError

__all__ = [
    "MOST_STEMS",
    "Word",
    "all_numbers_in",
    "flag_in",
    "name_in",
    "number_in",
    "numbers_in",
    "region_in",
    "share_in",
    "whole_in",
]

Word = Mapping[str, Any]
"""A small piece of data: ``{"do": "turn", "path": "comp.ratio", "position": 0.4}``."""

MOST_STEMS = 32
"""That play together."""


def name_in(word: Word, key: str, usual: str | None = None) -> str:
    """A name; `usual` where the word holds none."""
    value = word.get(key, usual)
    if not isinstance(value, str):
        raise UsageError(f"{key} = {value!r} is no name")
    return value


def number_in(word: Word, key: str, usual: float | None = None) -> float:
    """A finite number; `usual` where the word holds none."""
    value = word.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{key} = {value!r} is no number")
    return float(value)


def whole_in(word: Word, key: str, usual: int | None = None) -> int:
    """A whole number; `usual` where the word holds none."""
    value = word.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{key} = {value!r} is no whole number")
    return value


def numbers_in(word: Word) -> list[int]:
    """Whole numbers, one or more."""
    values = word.get("files")
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_STEMS:
        raise UsageError(f"files = {values!r} are not 1 to {MOST_STEMS} numbers")
    return [whole_in({"files": each}, "files") for each in values]


def all_numbers_in(word: Word, key: str, most: int) -> list[float]:
    """Finite numbers, at most so many."""
    values = word.get(key)
    if not isinstance(values, list) or len(values) > most:
        raise UsageError(f"{key} is no list of at most {most} numbers")
    return [number_in({key: each}, key) for each in values]


def flag_in(word: Word, key: str) -> bool:
    """True or false."""
    value = word.get(key)
    if not isinstance(value, bool):
        raise UsageError(f"{key} = {value!r} is neither true nor false")
    return value


def region_in(word: Word) -> tuple[float, float] | None:
    """Start and end in s; None where all is meant."""
    region = word.get("region")
    if region is None:
        return None
    if not isinstance(region, list) or len(region) != 2:
        raise UsageError(f"region = {region!r} is no start and end")
    start_s, end_s = (number_in({"region": each}, "region") for each in region)
    return start_s, end_s


def share_in(word: Word) -> float:
    """Where a knob or a fader stands, 0 to 1."""
    return min(max(number_in(word, "position"), 0.0), 1.0)
