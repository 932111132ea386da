"""Readings of the meter that came by two roads: equal but for the order in which float64 sums are taken."""

from __future__ import annotations

from dataclasses import fields

import pytest

from audiopost.loudness import Loudness
from tests.tolerances import SAME_ROAD_LU


def assert_same_reading(found: Loudness, expected: Loudness) -> None:
    for field in fields(Loudness):
        value = getattr(expected, field.name)
        assert getattr(found, field.name) == pytest.approx(value, abs=SAME_ROAD_LU), field.name
