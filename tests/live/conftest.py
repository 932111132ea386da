"""What holds after every test that has played: nothing of its sessions goes on."""

import sys
import threading
import traceback
from collections.abc import Iterator

import pytest

from tests import tolerances


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """Every thread of a session ends with it, or soon after: one that goes on would work for nobody, unseen."""
    yield
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("audiopost live")]
    for thread in threads:
        thread.join(tolerances.LIVE_PATIENCE_S)
    frames = sys._current_frames()
    left = [(thread.name, frames[thread.ident]) for thread in threads if thread.is_alive() and thread.ident in frames]
    told = "\n".join(f"{name}\n{''.join(traceback.format_stack(frame))}" for name, frame in left)
    assert not left, f"these threads go on:\n{told}"
