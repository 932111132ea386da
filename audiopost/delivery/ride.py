"""Slow gain riding: a gain curve that narrows a programme's loudness range and keeps short-term loudness under a cap.

::

    powers of 100 ms ─▶ short-term loudness ─▶ towards the mean, by a share ─▶ through pauses ─▶ slow ─▶ gains in dB
                                                └─ the smallest share that narrows the range enough
                                              ─▶ down where the cap is exceeded

What a mixer's hand on the fader does: the gain moves no faster than `RideLimits.slope_db_s`, strays no further than
`RideLimits.most_db`, and stands still in pauses, so that no noise is lifted in them. What a curve will do is predicted
from the powers of the programme, since a slow gain passes through K-weighting unchanged.

Source: EBU Tech 3342 (range and its gates); EBU R 128 s1 (cap of short-term loudness).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiopost.delivery.measures import in_words
from audiopost.delivery.target import AnyOf, DeliveryTarget, Rule
from audiopost.errors import TargetUnreachableError
from audiopost.loudness.gating import ABSOLUTE_GATE_LUFS, integrated_lufs, loudness_lufs, power_at
from audiopost.loudness.loudness_range import loudness_range_lu
from audiopost.units import levels_to_linear, powers_to_db

__all__ = ["STEP_S", "Ride", "RideGoals", "RideLimits", "goals_of", "plan_ride"]

STEP_S = 0.1
"""A curve has ten gains a second, each in the middle of its step."""

_SHORT_TERM_STEPS = 30
_GATING_STEPS = 4
_PAUSE_LU = -20.0
"""So far below the mean of what is heard it is a pause (Tech 3342, relative gate)."""

_HALVINGS = 20
_CAP_PASSES = 200
_RANGE_MARGIN_LU = 0.05
_CAP_MARGIN_LU = 0.03
_ENOUGH_LU = 1e-3
_STUCK_LU = 1e-4
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the way to the mean that soft passages may be brought besides, tried from the gentlest on."""

_NOTHING = 1e-20
"""Power of silence: -200 dB, so that differences of levels stay numbers."""

Curve = NDArray[np.float64]
"""``(steps,)``."""


@dataclass(frozen=True)
class RideLimits:
    """How far and how fast the gain may move: `most_db` either way, `slope_db_s` dB in a second."""

    most_db: float = 6.0
    slope_db_s: float = 3.0


@dataclass(frozen=True)
class RideGoals:
    """What riding is for; None asks nothing. `of_dialogue`: the range is that of the lines, not of the programme."""

    range_lu: float | None = None
    short_term_max_lufs: float | None = None
    of_dialogue: bool = False

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to ride for."""
        return self.range_lu is None and self.short_term_max_lufs is None


@dataclass(frozen=True)
class Ride:
    """A gain curve over time.

    Attributes
    ----------
    gains_db
        ``(steps,)``, each in the middle of its `STEP_S`.
    start_s
        Where in the file the first step begins.
    """

    gains_db: Curve
    start_s: float = 0.0

    def at(self, times_s: NDArray[np.float64]) -> Curve:
        """The gain in dB at these times of the file: straight in dB between steps, level before and after them."""
        middles = self.start_s + (np.arange(len(self.gains_db)) + 0.5) * STEP_S
        return np.interp(times_s, middles, self.gains_db)

    @property
    def slope_db_s(self) -> float:
        """The fastest that it moves, in dB a second."""
        return float(np.max(np.abs(np.diff(self.gains_db)), initial=0.0)) / STEP_S


def goals_of(target: DeliveryTarget, range_lu: float | None = None, *, of_dialogue: bool = False) -> RideGoals:
    """What a target asks that riding can give; advice counts, and `range_lu` comes before it."""
    wanted = "dialogue_range_lu" if of_dialogue else "loudness_range_lu"
    return RideGoals(
        _highest(target, wanted) if range_lu is None else range_lu,
        _highest(target, "short_term_max_lufs"),
        of_dialogue,
    )


def _highest(target: DeliveryTarget, measure: str) -> float | None:
    rules = [one for rule in target.rules for one in (rule.rules if isinstance(rule, AnyOf) else (rule,))]
    bounds = [_planned_maximum(rule) for rule in rules if rule.measure == measure]
    return min((bound for bound in bounds if math.isfinite(bound)), default=None)


def _planned_maximum(rule: Rule) -> float:
    return rule.highest if rule.maximum is None else rule.maximum


def plan_ride(
    target: str,
    powers: Curve,
    goals: RideGoals,
    aim_lufs: float | None,
    limits: RideLimits,
    *,
    speech: NDArray[np.bool_] | None = None,
    start_s: float = 0.0,
    spare_lu: float = 0.0,
) -> Ride:
    """The gentlest curve that meets the goals.

    Parameters
    ----------
    target
        Its id, for the refusal.
    powers
        Weighted mean square of every 100 ms, ``(steps,)``.
    aim_lufs
        Integrated loudness that the programme will be brought to: a cap of short-term loudness is one at that level.
    speech
        Whether each step holds speech, ``(steps,)``, where the goals are those of dialogue: only lines are ridden.
    start_s
        Where in the file the powers begin.
    spare_lu
        How far to stay under the goals besides: what an earlier curve was found to miss them by.

    Raises
    ------
    TargetUnreachableError
        If a goal is not met within the limits.
    """
    heard = _heard(powers)
    ridden = heard & speech if goals.of_dialogue and speech is not None else heard
    if not ridden.any():
        return Ride(np.zeros(len(powers)), start_s)
    material = _Material(target, powers, ridden, limits, goals.of_dialogue and speech is not None)
    share = 0.0 if goals.range_lu is None else material.share_for_range(goals.range_lu - spare_lu)
    if goals.short_term_max_lufs is None or aim_lufs is None:
        return Ride(material.towards_the_mean(share), start_s)
    return Ride(material.capped(share, goals.short_term_max_lufs - spare_lu - aim_lufs), start_s)


@dataclass(frozen=True)
class _Material:
    """A programme to be ridden: powers of its steps, and which of them a hand follows."""

    target: str
    powers: Curve
    ridden: NDArray[np.bool_]
    limits: RideLimits
    of_dialogue: bool

    def towards_the_mean(self, share: float) -> Curve:
        """Gains that bring every step by a share of its way to the mean of all that is ridden."""
        mean = loudness_lufs(float(np.mean(self.powers[self.ridden])))
        levels = _levels(_around(self.powers, self.ridden, _SHORT_TERM_STEPS))
        wanted = np.clip((mean - levels) * share, -self.limits.most_db, self.limits.most_db)
        return _slow(_through_pauses(wanted, self.ridden), self.limits)

    def range_lu(self, gains_db: Curve) -> float:
        """Loudness range with these gains; of dialogue, that of the windows that are speech for at least half."""
        windows = _sliding_mean(_after(self.powers, gains_db), _SHORT_TERM_STEPS)
        if self.of_dialogue:
            windows = windows[_sliding_mean(self.ridden.astype(np.float64), _SHORT_TERM_STEPS) >= 0.5]
        return loudness_range_lu(windows) or 0.0

    def share_for_range(self, range_lu: float) -> float:
        """The smallest share that narrows the range enough."""
        goal_lu = range_lu - _RANGE_MARGIN_LU
        if self.range_lu(np.zeros(len(self.powers))) <= range_lu:
            return 0.0
        narrowest_lu = self.range_lu(self.towards_the_mean(1.0))
        if narrowest_lu > goal_lu:
            raise TargetUnreachableError(
                self.target,
                f"the loudness range stays at {in_words(narrowest_lu)} LU (limit {in_words(range_lu)}), with the gain "
                f"{self._limits_in_words}",
                "allow more (--max-riding DB), or narrow it in the mix",
                shortfall_db=narrowest_lu - range_lu,
            )
        return _least(lambda share: self.range_lu(self.towards_the_mean(share)) <= goal_lu)

    def capped(self, share: float, cap_over_aim_lu: float) -> Curve:
        """Gains that keep short-term loudness under a cap above the integrated one: first only its loudest is lowered,
        and where that is not enough within the limits, what is soft is raised too.
        """
        excess_lu = math.inf
        for more in _SHARES:
            begin = self.towards_the_mean(share + (1.0 - share) * more)
            gains_db, excess_lu = self._lowered(begin, cap_over_aim_lu)
            if excess_lu <= _ENOUGH_LU:
                return gains_db
        raise TargetUnreachableError(
            self.target,
            f"maximum short-term loudness stays {in_words(excess_lu, 2)} LU too high, with the gain "
            f"{self._limits_in_words}",
            "allow more (--max-riding DB), or tame its loudest 3 s in the mix",
            shortfall_db=excess_lu,
        )

    def _lowered(self, gains_db: Curve, cap_over_aim_lu: float) -> tuple[Curve, float]:
        """The gains lowered where short-term loudness exceeds the cap, and by how much it still does.

        That lowers the loudness of the whole too, which the gain that follows gives back: so the cap is one above the
        loudness that is left.
        """
        excess_lu = math.inf
        for _ in range(_CAP_PASSES):
            after = _after(self.powers, gains_db)
            whole = integrated_lufs(_sliding_mean(after, _GATING_STEPS))
            if whole is None:
                return gains_db, 0.0
            over = _levels(_sliding_mean(after, _SHORT_TERM_STEPS)) - (whole + cap_over_aim_lu - _CAP_MARGIN_LU)
            before_lu, excess_lu = excess_lu, float(np.max(over, initial=0.0))
            if excess_lu <= _ENOUGH_LU or excess_lu > before_lu - _STUCK_LU:
                break
            # A window is lowered where all of it is: every step by the most that a window asks for that it lies in.
            asked = np.pad(np.maximum(over, 0.0), _SHORT_TERM_STEPS - 1)
            lowered = np.lib.stride_tricks.sliding_window_view(asked, _SHORT_TERM_STEPS).max(axis=1)
            gains_db = _gentle(np.maximum(gains_db - lowered, -self.limits.most_db), self.limits)
        return gains_db, excess_lu

    @property
    def _limits_in_words(self) -> str:
        return f"riding by up to {self.limits.most_db:g} dB at {self.limits.slope_db_s:g} dB a second"


def _least(enough: Callable[[float], bool]) -> float:
    """The smallest share of 0 to 1 that is enough, by halving; 1 is."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _heard(powers: Curve) -> NDArray[np.bool_]:
    around = _around(powers, np.ones(len(powers), dtype=np.bool_), _GATING_STEPS)
    above = around >= power_at(ABSOLUTE_GATE_LUFS)
    if not above.any():
        return above
    return above & (around >= power_at(loudness_lufs(float(np.mean(around[above]))) + _PAUSE_LU))


def _around(powers: Curve, counted: NDArray[np.bool_], steps: int) -> Curve:
    """Mean power of the counted ones of so many steps around every step; 0 where there is none."""
    kernel = np.ones(steps)
    counts = np.convolve(counted.astype(np.float64), kernel)[steps // 2 :][: len(powers)]
    sums = np.convolve(np.where(counted, powers, 0.0), kernel)[steps // 2 :][: len(powers)]
    return np.asarray(np.maximum(sums, 0.0) / np.maximum(np.round(counts), 1.0))


def _sliding_mean(values: Curve, steps: int) -> Curve:
    if len(values) < steps:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, steps).mean(axis=1))


def _levels(powers: Curve) -> Curve:
    return powers_to_db(np.maximum(powers, _NOTHING)) + loudness_lufs(1.0)


def _after(powers: Curve, gains_db: Curve) -> Curve:
    return np.asarray(powers * levels_to_linear(gains_db) ** 2)


def _through_pauses(wanted: Curve, ridden: NDArray[np.bool_]) -> Curve:
    """The curve with every pause crossed in a straight line: nothing in it is followed."""
    at = np.flatnonzero(ridden)
    return np.interp(np.arange(len(wanted)), at, wanted[at])


def _slow(wanted: Curve, limits: RideLimits) -> Curve:
    """The mean over 3 s of a curve, at no more than the permitted slope."""
    padded = np.pad(wanted, _SHORT_TERM_STEPS // 2, mode="edge")
    smooth = _sliding_mean(padded, _SHORT_TERM_STEPS)[: len(wanted)]
    return _gentle(smooth, limits)


def _gentle(curve: Curve, limits: RideLimits) -> Curve:
    """The highest curve nowhere above the given one that keeps to the slope: what must go down goes in time."""
    step_db = limits.slope_db_s * STEP_S
    ramp = np.arange(len(curve)) * step_db
    forwards = np.minimum.accumulate(curve - ramp) + ramp
    backwards = np.minimum.accumulate((forwards - ramp[::-1])[::-1])[::-1] + ramp[::-1]
    return np.asarray(backwards)
