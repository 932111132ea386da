"""The entry of every worker process: ``python -P -m audiopost.batch.worker PARENT WITNESS``, for the pool.

Not for people. It reads the settings and then one task after the other from standard input, and writes messages to
what was standard output; what plug-ins print goes to standard error. Workers are never made by `multiprocessing`,
which would run the user's script a second time in each of them.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from audiopost.batch.crew import Advanced
from audiopost.batch.pool_messages import Ready, Worked
from audiopost.batch.work import Settings, Task, attempt, prepare
from audiopost.dsp.processors import use_processors
from audiopost.graph.witness import Witness, appoint
from audiopost.live.priority import die_with_parent

__all__ = ["main"]

_SECONDS_BETWEEN_REPORTS = 0.2


def main(arguments: list[str]) -> int:
    """Work until there is nothing more to read; the exit code."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that submits
    die_with_parent(int(arguments[0]), signal.SIGKILL)
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    use_processors(1)
    appoint(Witness(Path(arguments[1])))
    with suppress(OSError):  # both ends have it: the name is needed no more, unless the system needs it
        Path(arguments[1]).unlink()

    def send(message: Any) -> None:
        pickle.dump(message, messages)
        messages.flush()

    settings: Settings = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    prepare(settings)
    send(Ready())
    while True:
        try:
            task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - as above
        except EOFError:
            return 0
        send(Worked(attempt(task, settings, _reports(task, send)), resident_bytes()))


def _reports(task: Task, send: Any) -> Any:
    """A `progress` that is not told more often than a person can see."""
    told = 0.0

    def report(fraction: float, words: str) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SECONDS_BETWEEN_REPORTS:
            told = now
            send(Advanced(task.group.key, fraction, words))

    return report


def resident_bytes() -> int:
    """Memory that this process holds; where the system does not tell, the most that it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource  # not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
