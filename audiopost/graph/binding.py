"""A program bound to memory for one block length: what the audio thread really runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.finite_scan import Watched
from audiopost.graph.threads import Task, TaskRow, chain_tasks

__all__ = ["NOT_STRAIGHT", "Bound", "BoundCalls", "Piece", "Straight", "as_tasks", "tasks_of_row"]

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


Straight = tuple[int, int, AudioBlock, int, BoundCalls, int, AudioBlock]
"""What a block goes through that has one way in and out, on one thread, while nothing moves by itself: samples of such
a block (all channels), frames, entry, what `finite_scan` is given for it, program, the same for the result, result.

No named tuple: it is taken apart in every block, which takes 30 ns for a plain one and 115 ns for any other.
"""

NOT_STRAIGHT: Straight = (-1, -1, np.zeros((1, 0), np.float32), 0, [], 0, np.zeros((1, 0), np.float32))
"""Fits no block."""


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
    watched: tuple[Watched, Watched]
    """`entry` and `result`, to be looked at for NaN and infinity."""

    @property
    def straight(self) -> Straight:
        """The short way through a block of this length, which must not be empty."""
        before, after = self.watched
        return (
            self.entry.size, self.entry.shape[1], self.entry, before.address, self.program, after.address, self.result,
        )  # fmt: skip


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


def tasks_of_row(blocks: Sequence[list[Task]]) -> TaskRow:
    """The tasks of blocks in a row: a task waits for itself in the block before, for nodes have a memory.

    >>> row = tasks_of_row([[Task(print, ()), Task(print, (0,))]] * 2)
    >>> [task.waits_for for task in row.tasks]
    [(), (0,), (0,), (1, 2)]
    """
    tasks = list(blocks[0])
    for block in blocks[1:]:
        first = len(tasks)
        tasks += [
            Task(task.work, (first - len(block) + index, *(first + each for each in task.waits_for)))
            for index, task in enumerate(block)
        ]
    return TaskRow(tasks)
