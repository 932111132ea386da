"""`LiveHost`'s words for two chains side by side, for bypass and for the safety of ears."""

from __future__ import annotations

import math
from pathlib import Path

from audiopost.errors import UsageError
from audiopost.graph.spec import GraphSpec
from audiopost.live import messages as say
from audiopost.live.blind import BlindResult, Side, Vote
from audiopost.live.comparison import ComparisonState
from audiopost.live.drawing import as_spec
from audiopost.live.host_base import HostBase
from audiopost.units import db_to_linear

__all__ = ["ComparisonWords"]


class ComparisonWords(HostBase):
    """A/B/X. Side ``a`` is what the host began with, ``b`` what `load_b` brings; both run all the time."""

    def load_b(self, chain: GraphSpec | str | Path) -> None:
        """Have another chain beside the one that is heard, warm and aligned to the frame; returns when it is ready.

        Again: another drawing for side b. It takes one engine for itself. Raises AudiopostError as `LiveHost.swap`, and
        UsageError with fewer than three engines.
        """
        rig = self._running
        if rig.order.engines < 3:
            raise UsageError(f"engines = {rig.order.engines}", mend="two chains side by side need 3 or more")
        rig.chains.swap(as_spec(chain), "b")
        self._comparing.begin()

    def switch(self, side: str | None = None) -> str:
        """Crossfade to a side (``a``, ``b``, in a blind test ``x``), without one to the other; what is heard now.

        Unless loudness is matched or the cap is lifted, a side that is much louder than what was heard comes in at most
        6 LU louder.
        """
        return self._comparing.switch(side)

    def match_loudness(self, *, matched: bool = True) -> None:
        """Turn the louder side down to the other by their short-term loudness, as long as this is on."""
        self._comparing.matched = matched

    def comparison(self) -> ComparisonState:
        """Which side is heard, by how many LU B is louder than A, what is turned down."""
        return self._comparing.state

    def begin_blind_test(self, seed: int | None = None) -> None:
        """Begin an ABX test: loudness is matched, X is A or B by lot, and nothing tells which.

        Listen with `switch` to ``a``, ``b`` and ``x``, then `vote`.
        """
        self._comparing.begin_test(seed)

    def vote(self, said: Side) -> Vote:
        """Say what X is. The vote is logged with its frame, and another X is drawn."""
        vote = self._comparing.vote(said)
        self.votes.append(vote)
        return vote

    def end_blind_test(self) -> BlindResult:
        """End the test: every vote, how many were right, and how likely chance does as well."""
        return self._comparing.end_test()

    @property
    def bypassed(self) -> bool:
        """Whether the dry source is heard instead of the chain."""
        return self._running.bypassed

    def bypass(self, *, bypassed: bool = True) -> int | None:
        """Hear the source as it came, later by the chain's latency so that nothing jumps.

        The frame of the change; None where it was so already.
        """
        return self._running.bypass(bypassed=bypassed)

    def set_cap(self, cap_dbfs: float | None) -> None:
        """Allow at most this level (RMS of the loudest channel over 0.2 s, dBFS); None lifts the cap for hearing.

        Lifted, the other side of A/B may also be as loud as it is.
        """
        rig = self._running
        rig.cap_linear = math.inf if cap_dbfs is None else db_to_linear(cap_dbfs)
        self._comparing.guarded = cap_dbfs is not None
        rig.stage.tell_device(say.Cap(0, rig.cap_linear))

    votes: list[Vote]
