"""Runs of nodes that can be one call: found in the program, and put in the place of the last of them.

::

    a ─▶ b ─▶ c      each plain, each heard by the next alone, `Node.fused_with` says yes      =>  (a b c)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from audiopost.graph.node import FusedProcess, Node
from audiopost.graph.program import Step

__all__ = ["fuse_runs"]


def fuse_runs(steps: Sequence[Step], nodes: Mapping[str, Node]) -> list[Step]:
    """The steps with every fusible run in one; the samples are the same bit for bit."""
    readers = Counter(value for step in steps for value in step.reads)
    plain = {step.writes[0]: step for step in steps if _node_of(step, nodes) is not None}
    next_of = {step.reads[0]: value for value, step in plain.items() if readers[step.reads[0]] == 1}
    gone: set[str] = set()
    fused_steps: dict[str, Step] = {}
    for value, step in plain.items():
        if step.reads[0] in plain and next_of.get(step.reads[0]) == value:
            continue  # not the first of its row
        for run in _fusible(_row_from(value, next_of), nodes):
            names, call = run
            last = names[-1]
            fused = Step(plain[names[0]].reads, (last,))
            fused.call(call, plain[names[0]].reads[0], last)
            fused_steps[last] = fused
            gone.update(names[:-1])
    return [
        fused_steps.get(step.writes[0], step) if step.writes else step
        for step in steps
        if not (step.writes and step.writes[0] in gone)
    ]


def _node_of(step: Step, nodes: Mapping[str, Node]) -> Node | None:
    """The trusted node that is all that a step does, if it has no side input."""
    if len(step.calls) != 1 or len(step.reads) != 1:
        return None
    _, values, _, name = step.calls[0]
    return nodes[name] if name is not None and len(values) == 2 and nodes[name].trusted else None


def _row_from(value: str, next_of: Mapping[str, str]) -> list[str]:
    row = [value]
    while row[-1] in next_of:
        row.append(next_of[row[-1]])
    return row


def _fusible(row: list[str], nodes: Mapping[str, Node]) -> list[tuple[list[str], FusedProcess]]:
    """The longest runs of a row that are one call, from its beginning on."""
    found: list[tuple[list[str], FusedProcess]] = []
    start = 0
    while start < len(row) - 1:
        # Asked of the whole rest, one by one as they are wanted: cost grows with the nodes, not with their square.
        fused = nodes[row[start]].fused_with(nodes[row[index]] for index in range(start + 1, len(row)))
        end = start + 1
        if fused is not None:
            followers, call = fused
            end += followers
            found.append((row[start:end], call))
        start = end
    return found
