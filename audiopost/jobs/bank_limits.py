"""What is asked of a bank of sounds: numbers alone, so that a command line may know them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BankLimits"]


@dataclass(frozen=True)
class BankLimits:
    """What is asked of a bank.

    Attributes
    ----------
    tolerance_lu
        How far a variation may lie from the median of its group.
    ceiling_dbtp
        True peak at most.
    head_ms, tail_ms
        Silence before and behind a sound, at most.
    offset_dbfs
        Mean of a channel (DC), at most.
    """

    tolerance_lu: float = 2.0
    ceiling_dbtp: float = -1.0
    head_ms: float = 10.0
    tail_ms: float = 500.0
    offset_dbfs: float = -50.0
