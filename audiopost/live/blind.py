"""A blind comparison: X is A or B, nobody knows which, and every vote is logged. Pure.

Source: ABX after Clark, JAES 30(5), 1982: a listener who cannot tell them apart is right in half of the trials.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import comb
from typing import Literal

__all__ = ["BlindResult", "BlindTest", "Side", "Vote"]

Side = Literal["a", "b"]


@dataclass(frozen=True)
class Vote:
    """One trial: what X was, what was said, at which absolute frame."""

    trial: int
    x: Side
    said: Side
    frame: int

    @property
    def right(self) -> bool:
        """Whether it was heard."""
        return self.x == self.said


@dataclass(frozen=True)
class BlindResult:
    """All votes of a test."""

    votes: tuple[Vote, ...]

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(vote.right for vote in self.votes)

    @property
    def chance(self) -> float:
        """Probability that a coin does as well or better: below 0.05 one may say that a difference was heard.

        >>> BlindResult(tuple(Vote(n, "a", "a" if n < 9 else "b", 0) for n in range(10))).chance
        0.0107421875
        """
        trials = len(self.votes)
        return float(sum(comb(trials, right) for right in range(self.right, trials + 1)) / 2**trials)


class BlindTest:
    """A test that goes on; each vote draws X anew.

    >>> test = BlindTest(seed=1)
    >>> vote = test.vote("a", frame=48_000)
    >>> (vote.trial, vote.said), len(test.result.votes)
    ((1, 'a'), 1)
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._votes: list[Vote] = []
        self.x: Side = self._draw()

    def vote(self, said: Side, frame: int) -> Vote:
        """Say what X is."""
        vote = Vote(len(self._votes) + 1, self.x, said, frame)
        self._votes.append(vote)
        self.x = self._draw()
        return vote

    @property
    def result(self) -> BlindResult:
        """What was voted so far."""
        return BlindResult(tuple(self._votes))

    def _draw(self) -> Side:
        return self._random.choice(("a", "b"))
