"""The door to Dask: workers on other machines, or a cluster of processes on this one.

::

    this process ──settings (once a worker), tasks──▶ scheduler ──▶ workers ◀──sound──▶ storage that all of them see
          ▲                                                            │
          └────────────── what became of a task, how far it is ◀───────┘

Sound never passes the scheduler: a worker reads and writes the storage itself. Only a few tasks more than there are
workers are handed over at a time, so that a fast worker takes more of them than a slow one.

What may go wrong, and what then happens
----------------------------------------
- A worker dies: Dask gives its tasks to others. One that several workers have died of fails.
- The scheduler dies: it is looked for again, and what was in work is handed over once more.
- A worker lacks a plug-in: its tasks go to the others. If all lack it, the group fails and says so.
"""

from __future__ import annotations

import hashlib
import pickle
import queue
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cloudpickle
import distributed

from audiopost.batch.crew import Advanced, Crew, Tell
from audiopost.batch.ledger import Ended, Lost
from audiopost.batch.work import UNFORESEEN, Settings, Task, attempt, prepare
from audiopost.dsp.processors import use_processors
from audiopost.errors import AudiopostError, DeviceError, UsageError

__all__ = ["DaskCrew", "local_cluster"]

UNFIT = ("PluginLoadError",)
"""Failures that are the worker's, not the file's: another worker may have what this one lacks."""

HANDED_OVER_PER_THREAD = 2
"""Tasks in work and waiting on each thread of a worker: the next begins without a word from here."""

_TOPIC = "audiopost"
_SECONDS_BETWEEN_REPORTS = 1.0
_WAIT_S = 0.25
_CONNECT_S = 30.0
_LOOK_S = 1.0

_settings_here: dict[str, bytes] = {}
"""On a worker: the settings of runs by their hash, as they came."""


class _Delivery(distributed.WorkerPlugin):
    """Brings the settings of a run to every worker, also to those that join later."""

    def __init__(self, digest: str, settings: bytes) -> None:
        self.name = f"audiopost-{digest}"
        self._digest = digest
        self._settings = settings

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        _settings_here[self._digest] = self._settings


@dataclass(frozen=True)
class _Answer:
    """What a worker says of a task; `lacks` where it could not even begin."""

    ended: Ended | None
    """None where the worker does not know the job: its scheduler came after it was told."""
    worker: str
    lacks: bool = False


def _work(digest: str, packed: bytes) -> _Answer:
    """On a worker: one task."""
    task: Task = pickle.loads(packed)  # noqa: S301 - from the process that submits, through the user's own scheduler
    worker = distributed.get_worker()
    if digest not in _settings_here:
        return _Answer(None, worker.address)
    try:
        settings = _prepared(digest)
    except (AudiopostError, OSError) as error:
        ended = Ended(task.group.key, (), error=str(error), error_kind=type(error).__name__)
        return _Answer(ended, worker.address, lacks=True)
    told = 0.0

    def report(fraction: float, words: str) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SECONDS_BETWEEN_REPORTS:
            told = now
            worker.log_event(_TOPIC, (task.group.key, fraction, words))

    ended = attempt(task, settings, report)
    return _Answer(ended, worker.address, lacks=ended.error_kind in UNFIT)


@lru_cache(maxsize=4)
def _prepared(digest: str) -> Settings:
    """On a worker: the settings, with what they name loaded."""
    use_processors(1)
    settings: Settings = pickle.loads(_settings_here[digest])  # noqa: S301 - as above
    prepare(settings)
    return settings


@dataclass
class _InWork:
    """A task that was handed over."""

    task: Task
    future: Any
    unfit: frozenset[str] = frozenset()
    """Workers that lack what it needs."""


class DaskCrew(Crew):
    """The workers of a Dask scheduler.

    Parameters
    ----------
    settings
        What is done to every group.
    scheduler
        Address, such as ``tcp://192.168.1.5:8786``.
    patience_s
        How long a lost scheduler, or one without workers, is waited for.
    tell_of_trouble
        Told in a sentence what is waited for.

    Raises
    ------
    DeviceError
        If the scheduler does not answer, has no workers, or workers run another version of audiopost.
    """

    def __init__(
        self,
        settings: Settings,
        scheduler: str,
        *,
        patience_s: float = 300.0,
        tell_of_trouble: Callable[[str], None] | None = None,
    ) -> None:
        data = cloudpickle.dumps(settings)
        self._delivery = _Delivery(hashlib.sha256(data).hexdigest()[:16], data)
        self._digest = hashlib.sha256(data).hexdigest()[:16]
        self._scheduler = scheduler
        self._patience_s = patience_s
        self._tell_of_trouble = tell_of_trouble
        self._in_work: dict[str, _InWork] = {}
        self._unfit: set[str] = set()
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._tries = 0
        self._token = secrets.token_hex(4)  # what an earlier run handed over is not ours
        self._looked = time.monotonic()
        self._client = self._connected(_CONNECT_S)
        try:
            self._client.wait_for_workers(1, timeout=_CONNECT_S)
            self._require_same_version()
            self.workers = self._threads()
        except TimeoutError as error:
            self._client.close()
            mend = "start some: dask worker ADDRESS --nthreads 1"
            raise DeviceError(scheduler, "the scheduler has no workers", mend) from error
        except BaseException:
            self._client.close()
            raise

    @property
    def busy(self) -> int:
        """See `Crew`."""
        return len(self._in_work)

    def has_room(self, task: Task) -> bool:  # noqa: ARG002 - one task is as good as another here
        """See `Crew`."""
        return len(self._in_work) < HANDED_OVER_PER_THREAD * max(1, self.workers)

    def give(self, task: Task) -> str:
        """See `Crew`."""
        self._submit(task, frozenset(self._unfit))
        return self._scheduler

    def wait(self, tell: Tell) -> None:
        """See `Crew`.

        Raises
        ------
        DeviceError
            If the scheduler is lost for longer than the patience.
        """
        timeout: float | None = _WAIT_S
        while True:
            try:
                heard = self._heard.get(timeout=timeout) if timeout else self._heard.get_nowait()
            except queue.Empty:
                break
            timeout = None
            if isinstance(heard, Advanced):
                if heard.key in self._in_work:
                    tell(heard)
            else:
                key, future = heard
                self._concluded(key, future, tell)
        if time.monotonic() - self._looked >= _LOOK_S:
            self._looked = time.monotonic()
            self._look_after_scheduler()

    def close(self, *, at_once: bool) -> None:
        """See `Crew`."""
        if at_once and self._client.status == "running":
            with suppress(OSError):
                self._client.cancel([each.future for each in self._in_work.values()], force=True)
        self._in_work.clear()
        self._client.close(timeout=_CONNECT_S)

    def _submit(self, task: Task, unfit: frozenset[str]) -> None:
        self._tries += 1
        fit = [address for address in self._addresses() if address not in unfit] if unfit else None
        future = self._client.submit(
            _work, self._digest, cloudpickle.dumps(task),
            key=f"audiopost-{self._token}-{self._tries}-{task.group.key}", pure=False, workers=fit,
        )  # fmt: skip
        self._in_work[task.group.key] = _InWork(task, future, unfit)
        future.add_done_callback(lambda done: self._heard.put((task.group.key, done)))

    def _concluded(self, key: str, future: Any, tell: Tell) -> None:
        """A future is through; one of an older submission means nothing any more."""
        in_work = self._in_work.get(key)
        if in_work is None or in_work.future is not future:
            return
        if future.status in ("cancelled", "lost"):
            return  # the scheduler has forgotten it: `_look_after_scheduler` hands it over again
        del self._in_work[key]
        if future.status == "error":
            tell(_failure(in_work.task, future.exception()))
            return
        answer: _Answer = future.result()
        if answer.ended is None:
            self._introduce(self._client)
            self._submit(in_work.task, in_work.unfit)
            return
        if answer.lacks and self._others(in_work.unfit | {answer.worker}):
            self._unfit.add(answer.worker)
            self._submit(in_work.task, in_work.unfit | {answer.worker})
            return
        tell(answer.ended)

    def _look_after_scheduler(self) -> None:
        """Hand over again what a scheduler that died and came back has forgotten."""
        if self._client.status != "running":
            self._trouble("is lost; looking for it")
            self._client.close(timeout=1.0)
            self._client = self._connected(self._patience_s)
            self._unfit.clear()
            forgotten = list(self._in_work.values())
        else:
            # Dask finds a scheduler that came back by itself, but that one knows nothing of what was in work.
            forgotten = [each for each in self._in_work.values() if each.future.status in ("cancelled", "lost")]
            if forgotten:
                self._trouble("was lost and is back; what was in work is handed over again")
        self.workers = self._threads() or self.workers
        for each in forgotten:
            self._submit(each.task, frozenset(self._unfit))

    def _connected(self, patience_s: float) -> Any:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                client = distributed.Client(self._scheduler, timeout=_CONNECT_S, set_as_default=False)
            except (OSError, TimeoutError) as error:
                if time.monotonic() >= deadline:
                    what = f"no scheduler answers: {error}"
                    raise DeviceError(self._scheduler, what, "start one: dask scheduler") from error
                continue
            except ValueError as error:
                raise UsageError(str(error), where="--scheduler", mend="write such as tcp://HOST:8786") from error
            self._introduce(client)
            return client

    def _trouble(self, what: str) -> None:
        if self._tell_of_trouble is not None:
            self._tell_of_trouble(f"the scheduler {self._scheduler} {what}")

    def _introduce(self, client: Any) -> None:
        """Give every worker, also those still to come, what the job is; hear how far they are."""
        client.register_plugin(self._delivery)
        client.subscribe_topic(_TOPIC, self._hear_progress)

    def _hear_progress(self, event: Any) -> None:
        _, (key, fraction, words) = event
        self._heard.put(Advanced(key, fraction, words))

    def _addresses(self) -> list[str]:
        return list(self._client.scheduler_info(n_workers=-1)["workers"])

    def _others(self, unfit: frozenset[str]) -> bool:
        return bool(set(self._addresses()) - unfit)

    def _threads(self) -> int:
        return sum(self._client.nthreads().values())

    def _require_same_version(self) -> None:
        versions = {address: found for address, found in self._client.run(_version).items() if found != _version()}
        for address, found in versions.items():
            what = f"the worker has audiopost {found}, this is {_version()}"
            raise DeviceError(address, what, "install the same version everywhere: only then are results the same")


def local_cluster(workers: int, stack: ExitStack) -> str:
    """Start a scheduler and worker processes on this machine, ended with `stack`; the scheduler's address.

    Raises
    ------
    DeviceError
        If they do not start.
    """
    from distributed.deploy.subprocess import SubprocessCluster

    try:
        cluster = SubprocessCluster(
            host="127.0.0.1", dashboard_address=":0", n_workers=workers, threads_per_worker=1
        )  # fmt: skip
    except (OSError, RuntimeError, TimeoutError) as error:
        raise DeviceError("--local-cluster", f"the workers did not start: {error}") from error
    stack.enter_context(cluster)
    return str(cluster.scheduler_address)


def _failure(task: Task, error: BaseException) -> Ended | Lost:
    """What Dask gave up on."""
    name, group = type(error).__name__, task.group
    if name == "KilledWorker":
        return Ended(group.key, (), error=f"{group.name}: several workers died of it", error_kind="PluginCrashError")
    return Ended(group.key, (), error=f"{group.name}: {name}: {error}", error_kind=UNFORESEEN)


def _version() -> str:
    import audiopost

    return str(audiopost.__version__)
