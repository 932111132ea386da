"""A program bound to memory for one block length: what the audio thread really runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.graph.threads import Task, chain_tasks

__all__ = ["Bound", "BoundCalls", "Piece", "as_tasks", "tasks_of_row"]

BoundCalls = list[tuple[Callable[..., None], tuple[Any, ...]]]
"""Functions with their arguments, in order."""


class Piece(NamedTuple):
    """Some frames of everything that goes in and comes out."""

    block: AudioBlock
    out: AudioBlock
    inputs: Mapping[str, AudioBlock]
    outputs: Mapping[str, AudioBlock]

    def part(self, place: slice) -> Piece:
        """The same, of some of its frames."""
        return Piece(
            self.block[:, place],
            self.out[:, place],
            {name: each[:, place] for name, each in self.inputs.items()},
            {name: each[:, place] for name, each in self.outputs.items()},
        )


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
    """One input, one output, neither long, one thread, and nothing that moves by itself."""


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


def tasks_of_row(blocks: Sequence[list[Task]]) -> list[Task]:
    """The tasks of blocks in a row as one list: a task waits for itself in the block before, for nodes have a memory.

    >>> row = tasks_of_row([[Task(print, ()), Task(print, (0,))]] * 2)
    >>> [task.waits_for for task in row]
    [(), (0,), (0,), (1, 2)]
    """
    tasks = list(blocks[0])
    for block in blocks[1:]:
        first = len(tasks)
        tasks += [
            Task(task.work, (first - len(block) + index, *(first + each for each in task.waits_for)))
            for index, task in enumerate(block)
        ]
    return tasks
