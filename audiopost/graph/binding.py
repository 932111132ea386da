"""A program bound to memory for one block length: what the audio thread really runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.graph.threads import Task, chain_tasks

__all__ = ["Bound", "BoundCalls", "as_tasks"]

BoundCalls = list[tuple[Callable[..., None], tuple[Any, ...]]]
"""Functions with their arguments, in order."""


class Bound(NamedTuple):
    """Everything of a block length: arrays over the buffers at that length, and the calls over them."""

    entry: AudioBlock
    entries: Mapping[str, AudioBlock]
    program: BoundCalls
    tasks: list[Task]
    result: AudioBlock
    results: Mapping[str, AudioBlock]
    offset: int
    """Frames from the first block of a row to this one."""
    entry_row: NDArray[np.float32]
    result_row: NDArray[np.float32]
    """`entry` and `result` as flat rows."""
    plain: bool
    """One input, one output, one thread, and nothing that moves by itself."""


def as_tasks(program: BoundCalls, steps: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]) -> list[Task]:
    """The calls as tasks for threads; `steps` lists for each step its calls and the steps that it waits for."""

    def work(calls: BoundCalls) -> Callable[[], None]:
        def run() -> None:
            for function, arguments in calls:
                function(*arguments)

        return run

    chains = chain_tasks([waits_for for _, waits_for in steps])
    return [
        Task(work([program[call] for step in chain for call in steps[step][0]]), waits_for)
        for chain, waits_for in chains
    ]
