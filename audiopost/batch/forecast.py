"""A plan looked at before it is carried out: what is done already, what cannot be read, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from audiopost.batch.ledger import Do, Ledger, Verify
from audiopost.batch.ledger_file import LedgerReader
from audiopost.batch.ledger_place import ledger_place
from audiopost.batch.plan import Plan, PlannedFile, PlannedGroup, planned
from audiopost.batch.run import offer_of
from audiopost.batch.settings import SettingsHash, settings_of
from audiopost.batch.storage import is_url, state_of
from audiopost.errors import AudiopostError
from audiopost.library.job_file import JobFile
from audiopost.media.audio_file import open_audio

__all__ = ["FileForecast", "Forecast", "GroupForecast", "forecast"]

USUAL_SECONDS_PER_BYTE = 1.0 / 20e6
"""Where the ledger knows nothing yet: what stems of 24 bits took to EBU R 128 on one core of a small machine."""


@dataclass(frozen=True)
class FileForecast:
    """One input as its header tells; `error` says why it cannot be read. Behind a URL only the size is known."""

    file: PlannedFile
    size: int
    channels: int | None = None
    sample_rate_hz: int | None = None
    duration_s: float | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "path": self.file.place,
            "output": self.file.output,
            "size_bytes": self.size,
            "channels": self.channels,
            "sample_rate_hz": self.sample_rate_hz,
            "duration_s": self.duration_s,
            "error": self.error,
        }


@dataclass(frozen=True)
class GroupForecast:
    """One group, and what a run would do: ``do`` it, ``skip`` it, or leave it ``failed``."""

    group: PlannedGroup
    action: Literal["do", "skip", "failed"]
    files: tuple[FileForecast, ...]
    estimated_s: float
    """On one worker; 0 where nothing is to do."""
    reason: str = ""
    missing: tuple[str, ...] = ()
    """Files beside the group that it is to listen to, and that are not there."""

    @property
    def size(self) -> int:
        """Bytes of the inputs."""
        return sum(file.size for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "key": self.group.key,
            "group": self.group.kind,
            "target": self.group.target,
            "action": self.action,
            "reason": self.reason,
            "size_bytes": self.size,
            "estimated_s": self.estimated_s,
            "files": [file.to_json() for file in self.files],
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class Forecast:
    """The plan, group by group."""

    plan: Plan
    groups: tuple[GroupForecast, ...]
    estimated_s: float
    """On one worker."""
    measured_pace: bool
    """Whether the estimate rests on what earlier runs of this job took."""

    def to_json(self) -> dict[str, Any]:
        """The document of ``audiopost batch --dry-run --json``."""
        return {
            "schema": 1,
            "output_root": self.plan.root,
            "estimated_s": self.estimated_s,
            "groups": [group.to_json() for group in self.groups],
            "problems": [vars(problem) for problem in self.plan.problems],
            "collisions": [vars(problem) for problem in self.plan.collisions],
        }


def forecast(job: JobFile) -> Forecast:
    """Look at a job; nothing is written.

    Raises
    ------
    UsageError
        If the job is wrong.
    FileError
        If the ledger or a list of inputs cannot be read.
    """
    plan = planned(job)
    place = ledger_place(plan.root, job.path)
    with LedgerReader(place) as book:
        plan = planned(job, book.outputs())
        hashes = SettingsHash(settings_of(job, plan, place.staging))
        pace = book.seconds_per_byte()
        ledger = Ledger(job.attempts)
        groups = tuple(_looked_at(group, ledger, book, hashes, pace or USUAL_SECONDS_PER_BYTE) for group in plan.groups)
    return Forecast(plan, groups, sum(group.estimated_s for group in groups), pace is not None)


def _looked_at(
    group: PlannedGroup, ledger: Ledger, book: LedgerReader, hashes: SettingsHash, seconds_per_byte: float
) -> GroupForecast:
    action = ledger.handle(offer_of(group, book, hashes))[-1]
    files = tuple(_header(file) for file in group.files)
    if isinstance(action, Do):
        missing = tuple(place for _, place in group.companions if state_of(place) is None)
        takes_s = sum(file.size for file in files) * seconds_per_byte
        return GroupForecast(group, "do", files, takes_s, missing=missing)
    assert not isinstance(action, Verify), "nothing is verified here"
    row = action.row
    return GroupForecast(group, "skip" if row.status == "done" else "failed", files, 0.0, row.error)


def _header(file: PlannedFile) -> FileForecast:
    state = state_of(file.place)
    size = 0 if state is None else state.size
    if is_url(file.place):
        return FileForecast(file, size, error="no such file" if state is None else None)
    try:
        with open_audio(file.place) as reader:
            return FileForecast(file, size, reader.channels, reader.sample_rate, reader.duration_s)
    except AudiopostError as error:
        return FileForecast(file, size, error=str(error))
