"""Worker processes on this machine, each watched by itself.

A worker that dies costs the task that it had, and is replaced; one that gives no sign for too long is ended; one that
holds more memory than its share is sent home after its task. A pool of `concurrent.futures` would break as a whole
when one of its workers dies.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import cloudpickle

from audiopost.batch.crew import Advanced, Crew, Tell
from audiopost.batch.ledger import Lost
from audiopost.batch.pool_messages import Ready, Worked
from audiopost.batch.work import UNFORESEEN, Settings, Task
from audiopost.errors import UsageError
from audiopost.graph.witness import Witness

__all__ = ["LEAST_BYTES", "ProcessCrew"]

LEAST_BYTES = 250_000_000
"""What a worker is reckoned to hold with one file: measured were 118 MB for a target, 204 MB with compiled effects."""

FILE_BYTES = 20_000_000
"""What each further file of a group adds: a reader, a writer and their blocks."""

_WAIT_S = 0.25
_FAREWELL_S = 10.0
_START_S = 120.0
_MOST_FALSE_STARTS = 3
_LOG_BYTES = 1_000_000


@dataclass(eq=False)
class _Worker:
    """One process, and what it has in work."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    """What it and its plug-ins print."""
    witness: Witness
    """In which effect it is."""
    name: str
    task: Task | None = None
    heard: float = field(default_factory=time.monotonic)
    ready: bool = False
    leaving: bool = False
    listener: threading.Thread | None = None

    def last_words(self) -> str:
        """The last line that says something in what it printed."""
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def close(self) -> None:
        """Wait for its end and let go of its pipes."""
        self.process.wait()
        if self.listener is not None:
            self.listener.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what it never read
                pipe.close()
        self.log.close()
        self.witness.close()

    def in_what(self) -> str:
        """The effect that it is in, or ended in, as the end of a sentence; empty for none that is not ours."""
        return f" in {self.witness.last}" if self.witness.last else ""

    def forget_words(self) -> None:
        """A worker that chatters all night must not fill the disk."""
        if os.fstat(self.log.fileno()).st_size > _LOG_BYTES:
            self.log.truncate(0)


class ProcessCrew(Crew):
    """Processes of this machine, started as they are needed; each works on one audio thread.

    Parameters
    ----------
    settings
        What is done to every group.
    workers
        How many at most.
    memory_bytes
        What all of them may hold together, as far as it can be told beforehand; None sets no limit.
    patience_s
        How long a task may give no sign of progress.
    """

    def __init__(
        self, settings: Settings, workers: int, *, memory_bytes: int | None = None, patience_s: float = 300.0
    ) -> None:
        within = workers if memory_bytes is None else max(1, min(workers, memory_bytes // LEAST_BYTES))
        self.workers = within
        self._settings = cloudpickle.dumps(settings)
        self._error_kind = UNFORESEEN if settings.spec is None else "PluginCrashError"
        self._memory_bytes = memory_bytes
        self._patience_s = patience_s
        self._crew: list[_Worker] = []
        self._heard: queue.SimpleQueue[tuple[_Worker, Any]] = queue.SimpleQueue()
        self._started = 0
        self._false_starts = 0

    @property
    def busy(self) -> int:
        """See `Crew`."""
        return sum(worker.task is not None for worker in self._crew)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are there."""
        return tuple(worker.process.pid for worker in self._crew)

    def has_room(self, task: Task) -> bool:
        """See `Crew`."""
        in_work = [worker.task for worker in self._crew if worker.task is not None]
        if not in_work:
            return True
        if len(in_work) >= self.workers:
            return False
        return self._memory_bytes is None or sum(map(_bytes_for, (*in_work, task))) <= self._memory_bytes

    def give(self, task: Task) -> str:
        """See `Crew`."""
        worker = next((each for each in self._crew if each.task is None and not each.leaving), None) or self._hire()
        worker.task = task
        worker.heard = time.monotonic()
        self._send(worker, cloudpickle.dumps(task))
        return worker.name

    def wait(self, tell: Tell) -> None:
        """See `Crew`.

        Raises
        ------
        UsageError
            If worker after worker dies before it is ready.
        """
        for worker, message in self._messages():
            worker.heard = time.monotonic()
            if message is None:
                self._bury(worker, tell)
            elif isinstance(message, Ready):
                worker.ready, self._false_starts = True, 0
            elif isinstance(message, Worked):
                worker.task = None
                worker.forget_words()
                if self._memory_bytes is not None and message.resident_bytes > self._memory_bytes // self.workers:
                    self._send_home(worker)
                tell(message.ended)
            elif isinstance(message, Advanced):
                tell(message)
        for worker in self._crew:
            patience_s = self._patience_s if worker.ready else max(self._patience_s, _START_S)
            if worker.task is not None and time.monotonic() - worker.heard > patience_s:
                worker.process.kill()
                words = f"no sign of progress for {patience_s:g} s{worker.in_what()}"
                self._lose(worker, tell, words, "PluginTimeoutError")

    def close(self, *, at_once: bool) -> None:
        """See `Crew`."""
        for worker in self._crew:
            if at_once:
                worker.process.kill()
            else:
                self._send_home(worker)
        deadline = time.monotonic() + _FAREWELL_S
        for worker in self._crew:
            try:
                worker.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
            worker.close()
        self._crew.clear()

    def _messages(self) -> Iterator[tuple[_Worker, Any]]:
        """What has arrived; waits a moment for the first."""
        timeout: float | None = _WAIT_S
        while True:
            try:
                yield self._heard.get(timeout=timeout) if timeout else self._heard.get_nowait()
            except queue.Empty:
                return
            timeout = None

    def _hire(self) -> _Worker:
        self._started += 1
        log = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - closed when the worker is buried
        place, path = tempfile.mkstemp(prefix="audiopost-")
        os.close(place)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-P", "-m", "audiopost.batch.worker", str(os.getpid()), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # a signal from the terminal is for the process that submits
            env={**os.environ, **_ONE_THREAD},
        )
        worker = _Worker(process, log, Witness(Path(path)), f"worker {self._started} (process {process.pid})")
        self._crew.append(worker)
        self._send(worker, self._settings)
        worker.listener = threading.Thread(target=self._listen, args=(worker,), name=worker.name, daemon=True)
        worker.listener.start()
        return worker

    def _listen(self, worker: _Worker) -> None:
        """A thread for each worker: its messages, and None when it is gone."""
        source = worker.process.stdout
        assert source is not None
        try:
            while True:
                self._heard.put((worker, pickle.load(source)))  # noqa: S301 - from a process that we started
        except (EOFError, OSError, pickle.UnpicklingError):
            pass  # it is gone, perhaps in the middle of a word
        finally:
            self._heard.put((worker, None))

    def _send(self, worker: _Worker, data: bytes) -> None:
        assert worker.process.stdin is not None
        # One that has just died is missed when its messages end.
        with suppress(BrokenPipeError):
            worker.process.stdin.write(data)
            worker.process.stdin.flush()

    def _send_home(self, worker: _Worker) -> None:
        worker.leaving = True
        assert worker.process.stdin is not None
        with suppress(BrokenPipeError):
            worker.process.stdin.close()

    def _bury(self, worker: _Worker, tell: Tell) -> None:
        if worker in self._crew:
            self._crew.remove(worker)
            code = worker.process.wait()
            words = f"the worker ended ({_death_in_words(code)}){worker.in_what()}"
            if not worker.ready:
                self._false_starts += 1
                if self._false_starts >= _MOST_FALSE_STARTS:
                    last_words = worker.last_words()
                    worker.close()
                    raise UsageError("workers cannot start", where=worker.name, mend=last_words)
            self._lose(worker, tell, words, self._error_kind)
            worker.close()

    def _lose(self, worker: _Worker, tell: Tell, words: str, kind: str) -> None:
        """What had been given to a worker is lost."""
        task, worker.task = worker.task, None
        worker.leaving = True
        if task is not None:
            tell(Lost(task.group.key, f"{task.group.name}: {words}", kind))


_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Each worker works on one thread: as many as there are processors keep them busy without disturbing each other."""


def _bytes_for(task: Task) -> int:
    return LEAST_BYTES + FILE_BYTES * (len(task.group.files) - 1)


def _death_in_words(code: int) -> str:
    """What an exit code of `subprocess` tells.

    >>> _death_in_words(-11), _death_in_words(3)
    ('SIGSEGV', 'exit code 3')
    """
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    return f"{name}: perhaps for want of memory, then lower --jobs or give --memory" if name == "SIGKILL" else name
