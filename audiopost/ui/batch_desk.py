"""Batch runs begun from the console: chosen, planned, run in a process of their own, followed, stopped.

The run is ``audiopost batch`` itself, at a lower priority and with a processor left free: neither sound nor pages
wait for it, and what is stopped here is gone on with there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from audiopost.batch.forecast import Forecast, forecast
from audiopost.dsp.processors import available_processors
from audiopost.errors import UsageError
from audiopost.library.job_file import JobFile
from audiopost.media.new_file import NewFile, writing_text
from audiopost.ui.batch_choice import BatchChoice, job_of, job_text, may_write
from audiopost.ui.batch_progress import BatchProgress, ending_in_words
from audiopost.ui.folders import FolderBook, sound_files

__all__ = ["BatchDesk", "Phase"]

Phase = Literal["choosing", "planned", "running", "ended"]

NICER = 10
FAREWELL_S = 15.0
DROPPED = "dropped"
"""The folder for files that were dropped on the page, in that of the recordings."""


class BatchDesk:
    """One batch run at a time, shared by all who look.

    Parameters
    ----------
    folders
        Those given at the start.
    recordings
        Where the console may write: dropped files come to lie in a folder ``dropped`` in it.
    """

    def __init__(self, folders: Sequence[Path], recordings: Path) -> None:
        self.dropped = recordings / DROPPED
        self.book = FolderBook((*folders, self.dropped))
        self.phase: Phase = "choosing"
        self.version = 0
        """Rises whenever something has changed."""
        self.job: JobFile | None = None
        self.plan: Forecast | None = None
        self.progress = BatchProgress()
        self.ending = ""
        self._process: subprocess.Popen[str] | None = None
        self._follower: threading.Thread | None = None
        self._changing = threading.Lock()

    @property
    def report(self) -> Path | None:
        """The page of the run that has ended; None where there is none."""
        if self.phase != "ended" or self.job is None or self.job.report is None:
            return None
        path = self.job.folder / self.job.report
        return path if path.is_file() else None

    def result(self, name: str) -> Path | None:
        """What a report leads to: itself, its tables and the outputs of the run, by their names from its folder."""
        report, plan = self.report, self.plan
        if report is None or plan is None:
            return None
        known = {report.with_suffix(suffix) for suffix in (".html", ".json", ".csv")}
        known |= {Path(file.output) for group in plan.plan.groups for file in group.files}
        path = report.parent / name
        return path if path in known and path.is_file() else None

    def choose(self, choice: BatchChoice) -> None:
        """Plan what was chosen; nothing is written.

        Raises
        ------
        UsageError
            If the choice is none, its folder is not one of the book, or a run is at work.
        AudiopostError
            If the job cannot be planned.
        """
        if not self.book.knows(choice.folder):
            raise UsageError("the folder is none of those given at the start")
        with self._changing:
            self._refuse_while_running()
            job = job_of(choice, sound_files((choice.folder,)), with_report=_can_draw())
            self.plan = forecast(job)
            self.job = job
            self.progress = BatchProgress.of(self.plan)
            self._enter("planned")

    def run(self) -> None:
        """Write the job and begin.

        Raises
        ------
        UsageError
            If nothing is planned, a run is at work, or another file bears the job's name.
        FileError
            If the job cannot be written.
        """
        with self._changing:
            self._refuse_while_running()
            job, plan = self.job, self.plan
            if job is None or plan is None or self.phase == "choosing":
                raise UsageError("nothing is planned", mend="choose a folder and a target first")
            if plan.plan.collisions:
                raise UsageError(plan.plan.collisions[0].what, where=plan.plan.collisions[0].place)
            if not may_write(job.path):
                raise UsageError(f"{job.path.name} is there already, and not from here", mend="give it another name")
            with writing_text(NewFile(job.path, "replace")) as text:
                text.write(job_text(job))
            self.progress = BatchProgress.of(plan)
            self._process = process = _begun(job.path)
            self._follower = threading.Thread(target=self._follow, args=(process,), name="audiopost batch", daemon=True)
            self._enter("running")
            self._follower.start()

    def stop(self) -> None:
        """Ask a run to end; what is in work is done by the next one."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                process.terminate()

    def close(self) -> None:
        """End, whatever is in work."""
        self.stop()
        process, follower = self._process, self._follower
        if process is None or follower is None:
            return
        follower.join(FAREWELL_S)
        if follower.is_alive():
            process.kill()
            follower.join()

    def _refuse_while_running(self) -> None:
        if self.phase == "running":
            raise UsageError("a run is at work", mend="stop it, or wait for its end")

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """Until the run has ended; on a thread of its own."""
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                self.progress.hear(line)
                self.version += 1
        self.ending = ending_in_words(process.wait())
        self._process = None
        self._enter("ended")

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.version += 1


def _begun(job: Path) -> subprocess.Popen[str]:
    """The run of a job: what it prints at its end goes to nobody, for its report says the same."""
    workers = max(1, available_processors() - 1)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "audiopost", "batch", str(job), "--progress", "json", "--jobs", str(workers)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C on the terminal ends the session, which then ends this in order
    )
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICER)
    return process


def _can_draw() -> bool:
    """Whether the extra ``report`` is installed."""
    return all(find_spec(name) is not None for name in ("matplotlib", "jinja2"))
