"""A program bound to memory for one block length: what the audio thread really runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.finite_scan import Watched
from audiopost.graph.threads import Task, TaskRow, Work, chain_tasks

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


def tasks_of_row(blocks: Sequence[list[Task]], begins: Sequence[Work], ends: Sequence[Work], memories: int) -> TaskRow:
    """The tasks of blocks in a row, each block with a beginning and an end.

    A task waits for itself in the block before, for nodes have a memory of their own; a block begins when the one that
    had its memory has ended, `memories` blocks before.

    >>> row = tasks_of_row([[Task(print, ()), Task(print, (0,))]] * 3, [print] * 3, [print] * 3, memories=2)
    >>> [task.waits_for for task in row.tasks]
    [(), (0,), (1,), (2,), (), (4, 1), (5, 2), (6, 3), (3,), (8, 5), (9, 6), (10, 7)]
    """
    tasks: list[Task] = []
    ends_at: list[int] = []
    for number, (block, begin, end) in enumerate(zip(blocks, begins, ends, strict=True)):
        first, before = len(tasks) + 1, len(block) + 2
        tasks.append(Task(begin, ends_at[number - memories : number - memories + 1] if number >= memories else ()))
        for index, task in enumerate(block):
            waits_for = [first + each for each in task.waits_for] or [first - 1]
            tasks.append(Task(task.work, waits_for if number == 0 else [*waits_for, first + index - before]))
        heard = {each for task in block for each in task.waits_for}
        last = [first + index for index in range(len(block)) if index not in heard] or [first - 1]
        tasks.append(Task(end, [*last, *ends_at[-1:]]))
        ends_at.append(len(tasks) - 1)
    return TaskRow(tasks)
