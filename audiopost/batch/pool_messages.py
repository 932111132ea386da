"""What a worker process says to its pool, besides how far its task is."""

from __future__ import annotations

from dataclasses import dataclass

from audiopost.batch.ledger import Ended

__all__ = ["Ready", "Worked"]


@dataclass(frozen=True)
class Ready:
    """The worker has the settings and takes tasks."""


@dataclass(frozen=True)
class Worked:
    """A task is through; and what memory the worker holds now, in bytes."""

    ended: Ended
    resident_bytes: int
