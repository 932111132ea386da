"""What `normalize` gives back: for every group what was done, and what was measured before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiopost.delivery.gain_plan import GainMode
from audiopost.delivery.ride import STEP_S, Ride
from audiopost.delivery.verdict import Outcome, Verdict
from audiopost.errors import AudiopostError
from audiopost.jobs.gain_reduction import GainReduction
from audiopost.jobs.measure import FileMeasurement
from audiopost.jobs.stem_check import SumCheck

__all__ = ["GroupResult", "NormalizedFile", "NormalizedSum"]


@dataclass(frozen=True)
class NormalizedFile:
    """One input and what became of it; `output` and `after` are None where nothing was written."""

    path: Path
    output: Path | None = None
    before: FileMeasurement | None = None
    after: FileMeasurement | None = None
    """Measured on the written file."""
    outputs: tuple[Path, ...] = ()
    """The files of the output: several where it lies in one a channel."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "path": str(self.path),
            "output": None if self.output is None else str(self.output),
            "before": None if self.before is None else self.before.to_json(),
            "after": None if self.after is None else self.after.to_json(),
        }


@dataclass(frozen=True)
class NormalizedSum:
    """The programme that stems add up to."""

    before: FileMeasurement
    after: FileMeasurement
    """Measured on the sum of the written files."""
    null_dbfs: float
    """Peak of the difference between the delivered mix and the sum of the written stems; ``-inf`` if there is none."""

    def to_json(self) -> dict[str, Any]:
        """Plain data; a perfect null is None."""
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "null_dbfs": self.null_dbfs if math.isfinite(self.null_dbfs) else None,
        }


@dataclass(frozen=True)
class GroupResult:
    """One group: a single file, an album or a set of stems."""

    target: str
    mode: GainMode
    files: tuple[NormalizedFile, ...]
    passed: bool | None
    """Whether what was written meets the target; None where no rule failed but some could not be judged."""
    reason: str
    """Why not, or what is worth knowing."""
    gain_db: float | None = None
    limiting_max_db: float = 0.0
    """Deepest reduction that the limiter made."""
    copied: bool = False
    """True where the programme met the target as it was, and was left alone."""
    sum: NormalizedSum | None = None
    verdict: Verdict | None = None
    reductions: tuple[GainReduction, ...] = ()
    """What the limiter did to each programme of the group."""
    ride: Ride | None = None
    """How the gain was ridden before, in level mode."""
    ride_curve: Path | None = None
    """The CSV file with that riding, beside the output."""
    summing: SumCheck | None = None
    """How the stems compare with the full mix that was supplied."""
    error: AudiopostError | None = None
    """What kept the group from being written; its outputs do not exist then."""

    @property
    def outcome(self) -> Outcome | None:
        """``indicative`` where nothing failed but an approximate detector decided; None where nothing was written."""
        return None if self.verdict is None else self.verdict.outcome

    def to_json(self) -> dict[str, Any]:
        """The group's object in the document of ``audiopost normalize --json``."""
        return {
            "target": self.target,
            "mode": self.mode,
            "gain_db": self.gain_db,
            "limiting_max_db": self.limiting_max_db,
            "limiting": [each.to_json() for each in self.reductions],
            "ride": None if self.ride is None else _ride_data(self.ride),
            "ride_curve": None if self.ride_curve is None else str(self.ride_curve),
            "copied": self.copied,
            "files": [file.to_json() for file in self.files],
            "sum": None if self.sum is None else self.sum.to_json(),
            "rules": [] if self.verdict is None else [rule.to_json() for rule in self.verdict.rules],
            "full_mix": None if self.summing is None else self.summing.to_json(),
            "passed": self.passed,
            "outcome": self.outcome,
            "reason": self.reason,
            "error": None if self.error is None else str(self.error),
        }


def _ride_data(ride: Ride) -> dict[str, Any]:
    gains_db = [round(float(gain), 3) for gain in ride.gains_db]
    return {"start_s": ride.start_s, "step_s": STEP_S, "gains_db": gains_db}
