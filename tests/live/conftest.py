"""Every session of these tests ends with all that it began."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.leftovers import children_left, segments_left, threads_left
from tests.live.sessions import until
from tests.tolerances import LIVE_STOP_S


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After a test no thread of a session runs, no child lives, and no shared memory is mapped or held open."""
    before = segments_left()
    yield
    assert threads_left() == []
    # A test that kills its control leaves the end of the children to the kernel, which takes a moment.
    until(lambda: not children_left(), LIVE_STOP_S)
    assert segments_left() == before
