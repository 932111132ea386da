"""The part of a file between two times."""

from fractions import Fraction

import pytest

from audiopost.errors import UsageError
from audiopost.jobs.extent import Extent, extent_between


def test_neither_end_needs_to_be_named() -> None:
    assert extent_between(None, None) == Extent(Fraction(0), None)
    assert extent_between("10", None) == Extent(Fraction(10), None)
    assert extent_between(None, "10") == Extent(Fraction(0), Fraction(10))


@pytest.mark.parametrize(("start", "end"), [("10", "10"), ("10", "9"), (None, "0")])
def test_the_end_comes_after_the_start(start: str | None, end: str) -> None:
    with pytest.raises(UsageError, match="does not come after"):
        extent_between(start, end)
