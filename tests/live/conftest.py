"""What holds after every test that has played: nothing of its sessions goes on."""

import threading
from collections.abc import Iterator

import pytest

from tests.live.sessions import until


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """Every thread of a session ends with it, or soon after: one that goes on would work for nobody, unseen."""
    yield
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("audiopost live")])
