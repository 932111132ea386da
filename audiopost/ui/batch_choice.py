"""What a person chose on the batch page, and the job that it comes to: pure but for looking which files there are.

The job is that of ``audiopost batch``, written beside the files: what the page began, the command line can go on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from audiopost.delivery.gain_plan import MOST_LIMITING_DB, GainMode
from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings
from audiopost.errors import UsageError
from audiopost.library.chains import list_chains
from audiopost.library.job_file import JobFile
from audiopost.library.targets import list_targets
from audiopost.library.toml_file import updated_text

__all__ = ["GROUPS", "HEADER", "MODES", "BatchChoice", "Group", "job_of", "job_text", "may_write"]

Group = Literal["each", "stems", "album"]

GROUPS: Mapping[Group, str] = {
    "each": "each file by itself",
    "stems": "stems of one programme",
    "album": "one album, one gain",
}
MODES: Mapping[GainMode, str] = {
    "linear": "linear gain alone",
    "limit": "gain and limiting",
    "level": "riding, gain, limiting",
}
HEADER = "# Written by audiopost's console; `audiopost batch` goes on with it.\n"


@dataclass(frozen=True)
class BatchChoice:
    """What to do with a folder. `chain` and `target` are ids, empty where there shall be none."""

    folder: Path
    target: str = ""
    chain: str = ""
    group: Group = "each"
    mode: GainMode = "linear"
    max_limiting_db: float = USUAL_DELIVERY.max_limiting_db


def job_of(choice: BatchChoice, files: Sequence[Path], *, with_report: bool) -> JobFile:
    """The job of a choice, as `load_job` would read it from `job_text`.

    Parameters
    ----------
    choice
        What was chosen.
    files
        The sound files that lie in the folder.
    with_report
        Whether a report page shall be made.

    Raises
    ------
    UsageError
        If it is no choice, or there is nothing to do or to do it to.
    """
    _check(choice, files)
    name = f"delivered-{choice.target or choice.chain}"
    return JobFile(
        path=choice.folder / f"{name}.toml",
        inputs=tuple(sorted({f"*{path.suffix}" for path in files})),
        output=name,
        group=choice.group,
        chain=choice.chain or None,
        target=choice.target or None,
        delivery=_delivery(choice) if choice.target else USUAL_DELIVERY,
        report=f"{name}/report.html" if with_report else None,
    )


def _delivery(choice: BatchChoice) -> DeliverySettings:
    settings = DeliverySettings(mode=choice.mode)
    return settings if choice.mode == "linear" else replace(settings, max_limiting_db=choice.max_limiting_db)


def job_text(job: JobFile) -> str:
    """The job as the TOML file that it stands for."""
    data: dict[str, Any] = {"schema": 1, "inputs": list(job.inputs), "group": job.group}
    data |= {key: value for key in ("chain", "target") if (value := getattr(job, key)) is not None}
    if job.target is not None:
        data["mode"] = job.delivery.mode
    if job.delivery.mode != "linear":
        data["max_limiting_db"] = job.delivery.max_limiting_db
    data["output"] = job.output
    if job.report is not None:
        data["report"] = job.report
    return HEADER + updated_text("", data)


def may_write(path: Path) -> bool:
    """Whether a job file may be written there: nothing is there, or what the console wrote before."""
    try:
        with path.open(encoding="utf-8", errors="replace") as text:
            return text.readline() == HEADER
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _check(choice: BatchChoice, files: Sequence[Path]) -> None:
    if choice.target and choice.target not in {each.id for each in list_targets()}:
        raise UsageError(f"there is no target {choice.target!r}")
    if choice.chain and choice.chain not in {each.id for each in list_chains()}:
        raise UsageError(f"there is no chain {choice.chain!r}")
    if not 0.0 <= choice.max_limiting_db <= MOST_LIMITING_DB:
        raise UsageError(f"{choice.max_limiting_db:g} dB of limiting", mend=f"allowed: 0 to {MOST_LIMITING_DB:g}")
    if not (choice.target or choice.chain):
        raise UsageError("nothing to do", mend="choose a target, a chain, or both")
    if not files:
        raise UsageError(f"{choice.folder.name}: no sound file lies in it", mend="choose another folder")
