"""Moves that were made by hand while a chain played, turned into its automation: what was done live can be saved.

A move takes effect at one frame of the stream, whether sound has arrived at its node by then or not, and the knob goes
there from where it stood. So these lanes do not follow the sound through latencies, as drawn ones do, and do not say
where a knob begins (`AutomationSpec.follows_sound`). Rendered from the same input, the drawing gives the samples that
were heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.offline import ParameterEvent
from audiopost.graph.spec import MACRO, AutomationSpec, GraphSpec

__all__ = ["with_moves"]

Drawing = TypeVar("Drawing", bound=GraphSpec)


def with_moves(spec: Drawing, moves: Iterable[ParameterEvent], sample_rate: int) -> Drawing:
    """The drawing with the moves as automation in steps.

    Parameters
    ----------
    spec
        The drawing as it began to play.
    moves
        As a live session logs them (``LiveHost.parameter_log``); a turn of a macro becomes turns of what it turns.
    sample_rate
        Of the session, in Hz: moves count frames, automation seconds.

    Raises
    ------
    UnknownNameError
        If a move turns a node or a macro that is not there.
    GraphError
        If a move turns what automation turns already.

    Examples
    --------
    >>> from audiopost import effects as fx
    >>> chain = with_moves(fx.gain(), [ParameterEvent(24_000, "gain.gain_db", -6.0)], 48_000)
    >>> chain.automation[0].points
    ((0.5, -6.0),)
    """
    lanes: dict[str, dict[int, float]] = {}
    for frame, path, value in _single_turns(spec, moves):
        lanes.setdefault(path, {})[frame] = value
    drawn = {lane.parameter for lane in spec.automation}
    for path in lanes:
        name = path.partition(".")[0]
        if name not in spec.node_names:
            raise UnknownNameError(kind="node", name=name, known=spec.node_names, where=path)
        if path in drawn:
            raise GraphError(
                "it was moved by hand, and by automation", where=path, mend="take its automation out first"
            )
    recorded = tuple(
        AutomationSpec(path, _in_seconds(points, sample_rate), "step", follows_sound=False)
        for path, points in lanes.items()
    )
    return replace(spec, automation=(*spec.automation, *recorded))


def _in_seconds(points: dict[int, float], sample_rate: int) -> tuple[tuple[float, float], ...]:
    return tuple((frame / sample_rate, value) for frame, value in sorted(points.items()))


def _single_turns(spec: GraphSpec, moves: Iterable[ParameterEvent]) -> Iterator[tuple[int, str, float]]:
    macros = {macro.name: macro.targets for macro in spec.macros}
    for move in moves:
        name, _, knob = move.parameter.partition(".")
        if name != MACRO:
            yield move
            continue
        if knob not in macros:
            raise UnknownNameError(kind="macro", name=knob, known=tuple(macros))
        for path, low, high in macros[knob]:
            yield move.frame, path, low + move.value * (high - low)
