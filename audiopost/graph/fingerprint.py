"""A fingerprint of rendered samples, and the conditions under which another machine should find the same one.

The same drawing gives the same samples on one type of processor with one set of package versions. Elsewhere numpy
and the C library may round a sine or an exponential otherwise in the last bit, so a fingerprint tells what it was
made with.
"""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import version

import numpy as np

from audiopost.blocks import AudioBlock, to_interleaved

__all__ = ["Fingerprint", "conditions", "fingerprint"]

PACKAGES = ("audiopost", "numpy", "scipy", "numba", "llvmlite", "pedalboard", "soxr")
"""Packages whose version can change a sample."""


class Fingerprint:
    """SHA-256 of samples as they come: float32, little-endian, interleaved; independent of how they are cut."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, block: AudioBlock) -> None:
        """The next frames, shape ``(channels, frames)``."""
        self._digest.update(to_interleaved(block).astype("<f4", copy=False).tobytes())

    def hexdigest(self) -> str:
        """Of everything so far."""
        return self._digest.hexdigest()


def fingerprint(block: AudioBlock) -> str:
    """Fingerprint of samples of shape ``(channels, frames)``.

    >>> fingerprint(np.zeros((1, 2), dtype=np.float32))[:16]
    'af5570f5a1810b7a'
    """
    made = Fingerprint()
    made.add(block)
    return made.hexdigest()


@lru_cache(maxsize=1)
def conditions() -> dict[str, str]:
    """Versions of the packages that make samples, the processor's family, and the vector extensions that numpy uses."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    used = [*extensions.get("baseline", ()), *extensions.get("found", ())]
    return {
        **{package: version(package) for package in PACKAGES},
        "machine": platform.machine(),
        "vector_extensions": " ".join(used),
    }
