"""Effects that do what broken plug-ins do when they meet certain sound: for tests alone."""

import ctypes
import os
import time
from pathlib import Path

import numpy as np

from audiopost import effect

MARK = 0.875
"""A file whose first sample is this meets its fate."""


def _is_marked(block: np.ndarray) -> bool:
    return bool(block.size and np.any(block == np.float32(MARK)))


@effect
def segfaults(block):
    if _is_marked(block):
        ctypes.string_at(0)
    return block


@effect
def hangs(block):
    while _is_marked(block):
        time.sleep(0.01)
    return block


@effect
def dies_once(block):
    """The first worker that meets the marked file is killed, as by the system for want of memory."""
    if _is_marked(block):
        token = Path(os.environ["AUDIOPOST_TEST_TOKEN"])
        if not token.exists():
            token.touch()
            os.kill(os.getpid(), 9)
    return block
