"""Two chains side by side: which is heard, by how much they differ in loudness, and what is done about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from audiopost.errors import AudiopostError, UsageError
from audiopost.live import messages as say
from audiopost.live.blind import BlindResult, BlindTest, Side, Vote
from audiopost.live.rig import Rig
from audiopost.live.statistics import Count
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["Comparison", "ComparisonState", "trims_db"]

LOOK_S = 0.1
SURPRISE_LU = 6.0
"""So much louder the other side may be when it is switched to and nobody matches loudness."""

LOWEST_TRIM_DB = -40.0


@dataclass(frozen=True)
class ComparisonState:
    """How two sides compare. In a blind test `heard` is what was asked for, ``x`` too, and differences are hidden."""

    heard: str
    sides: tuple[str, ...]
    difference_lu: float | None
    """Short-term loudness of B minus A, before trims (momentary in the first 3 s); None of silence, or in a test."""
    trims_db: dict[str, float]
    matched: bool
    blind: bool


def trims_db(difference_lu: float, heard: str, *, matched: bool) -> dict[str, float]:
    """What each side is turned down by, for B minus A in LU. Nothing is ever turned up.

    Matched, the louder one comes down to the other. Otherwise only the side that is not heard, by as much as it would
    surprise.

    >>> trims_db(4.0, "a", matched=True), trims_db(-4.0, "a", matched=True)
    ({'a': 0.0, 'b': -4.0}, {'a': -4.0, 'b': 0.0})
    >>> trims_db(20.0, "a", matched=False), trims_db(20.0, "b", matched=False)
    ({'a': 0.0, 'b': -14.0}, {'a': 0.0, 'b': 0.0})
    """
    louder = {"a": max(0.0, -difference_lu), "b": max(0.0, difference_lu)}
    if matched:
        return {side: max(LOWEST_TRIM_DB, 0.0 - excess) for side, excess in louder.items()}
    return {
        side: 0.0 if side == heard else max(LOWEST_TRIM_DB, min(0.0, SURPRISE_LU - excess))
        for side, excess in louder.items()
    }


class Comparison:
    """A/B/X of one session."""

    def __init__(self, rig: Rig) -> None:
        self.matched = False
        self.guarded = True
        self._rig = rig
        self._test: BlindTest | None = None
        self._asked = "a"
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> ComparisonState:
        """How it stands."""
        blind = self._test is not None
        return ComparisonState(
            self._asked if blind else self._rig.chains.side,
            self._rig.chains.sides,
            None if blind else self._difference_lu(),
            {} if blind else dict(self._trims_db()),
            self.matched,
            blind,
        )

    def begin(self) -> None:
        """A second side is there: measure both and keep their levels."""
        for side in ("a", "b"):
            self._rig.metering.watch(side, self._rig.recorder.layout_of(side, self._rig.chains.present.voice))
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_levels, name="audiopost live levels", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """The session ends."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def switch(self, side: str | None) -> str:
        """Hear a side: ``a``, ``b``, in a test ``x``; None: the other one. What is heard now, as it was asked for."""
        chains = self._rig.chains
        if side is None:
            if self._test is not None:
                raise UsageError("in a blind test there is no other side", mend="ask for a, b or x")
            side = "b" if chains.side == "a" else "a"
        if side == "x" and self._test is None:
            raise UsageError("there is no x", mend="start a blind test first")
        chosen = self._test.x if side == "x" and self._test is not None else side
        self._set_levels(chains.side)
        chains.switch(chosen)
        self._asked = side
        return side

    def begin_test(self, seed: int | None) -> None:
        """Start a blind test: levels are matched, X is heard."""
        self._rig.chains.of("b")
        self.matched = True
        self._test = BlindTest(seed)
        self.switch("x")

    def vote(self, said: Side) -> Vote:
        """Say what X is; another X is drawn, and heard."""
        if self._test is None:
            raise UsageError("no blind test goes on", mend="start one first")
        vote = self._test.vote(said, self._rig.stage.memory.statistics[Count.FRAMES])
        self.switch("x")
        return vote

    def end_test(self) -> BlindResult:
        """End the test; the result."""
        if self._test is None:
            raise UsageError("no blind test goes on", mend="start one first")
        result = self._test.result
        self._test = None
        self._asked = self._rig.chains.side
        return result

    # -- levels ----------------------------------------------------------------------------------------------------

    def _keep_levels(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self._set_levels(self._rig.chains.side)
            except AudiopostError:
                continue  # the device is away: its successor is told the trims

    def _set_levels(self, heard: str) -> None:
        difference = self._difference_lu()
        if difference is None:
            return
        idle = not self.matched and not self.guarded
        wanted = {"a": 0.0, "b": 0.0} if idle else trims_db(difference, heard, matched=self.matched)
        if not self.matched:
            # What was turned down to surprise nobody stays so while it is heard; it may come back by itself never.
            present = self._trims_db()
            wanted[heard] = present.get(heard, 0.0) if self.guarded else 0.0
        for side, trim_db in wanted.items():
            gain = db_to_linear(trim_db)
            if self._rig.trims.get(side, 1.0) != gain:
                self._rig.trims[side] = gain
                self._rig.stage.tell_device(say.SetTrim(0, side, gain))

    def _trims_db(self) -> dict[str, float]:
        return {side: linear_to_db(gain) for side, gain in self._rig.trims.items()}

    def _difference_lu(self) -> float | None:
        readings = self._rig.metering.read()
        a, b = readings.get("a"), readings.get("b")
        if a is None or b is None:
            return None
        for one, other in (
            (a.short_term_lufs, b.short_term_lufs), (a.momentary_lufs, b.momentary_lufs)
        ):  # fmt: skip
            if one is not None and other is not None:
                return other - one if min(one, other) > -70.0 else None
        return None
