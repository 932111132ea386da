"""A session that goes on at another sample rate, or from another input: everything else as it stood, in a new rig.

Buffers, engines and rings are made for one rate, so all of them are made anew; what a person has set is carried over.
Effects begin without their tails, recordings go on in numbered files, and frames are counted from 0 again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from audiopost.graph.spec import GraphSpec
from audiopost.live import messages as say
from audiopost.live.order import Listener, Order
from audiopost.live.rig import Rig
from audiopost.live.transport_state import TransportState

__all__ = ["Standing", "at_input", "resettled", "standing_of"]

FIXED_POINTS = ("output", "engine", "input")
"""Where recordings may begin before anything plays."""


@dataclass(frozen=True)
class Standing:
    """What a person has set in a session, free of frames and rates."""

    specs: dict[str, GraphSpec]
    side: str
    source: TransportState | None
    recordings: tuple[say.Record, ...]
    points: tuple[str, ...]
    watched: tuple[str, ...]
    bypassed: bool
    cap_linear: float


def standing_of(rig: Rig) -> Standing:
    """Of a session whose device may be gone."""
    return Standing(
        specs={side: rig.chains.of(side).spec for side in rig.chains.sides},
        side=rig.chains.side,
        source=rig.transport.state if rig.order.sources else None,
        recordings=rig.recorder.requests,
        points=rig.metering.points,
        watched=rig.chains.watched,
        bypassed=rig.bypassed,
        cap_linear=rig.cap_linear,
    )


def resettled(before: Rig, standing: Standing, sample_rate: int, listener: Listener) -> Rig:
    """A session like the one before, at `sample_rate` in Hz. Raises AudiopostError; then nothing runs."""
    changes: dict[str, Any] = {"sample_rate": sample_rate, "cap_linear": standing.cap_linear}
    source = standing.source
    if source is not None:
        changes |= {
            "sources": tuple(stem.path for stem in source.stems), "start_s": source.position_s,
            "source_speed": source.speed, "loop": source.loop, "region": source.region,
        }  # fmt: skip
    return _begun(Rig(replace(before.order, **changes), listener), standing)


def at_input(before: Rig, standing: Standing, order: Order, listener: Listener) -> Rig:
    """A session like the one before with another input, as `order` has it. Raises AudiopostError; then nothing runs."""
    if order is before.order:
        return resettled(before, standing, order.sample_rate, listener)
    return _begun(Rig(replace(order, cap_linear=standing.cap_linear), listener), replace(standing, source=None))


def _begun(rig: Rig, standing: Standing) -> Rig:
    again = [replace(each, exists="number") for each in standing.recordings]
    try:
        rig.start(standing.specs["a"], [each for each in again if each.tap in FIXED_POINTS])
        _set(rig, standing, [each for each in again if each.tap not in FIXED_POINTS])
    except BaseException:
        rig.stop()
        raise
    return rig


def _set(rig: Rig, standing: Standing, recordings: list[say.Record]) -> None:
    if "b" in standing.specs:
        rig.chains.swap(standing.specs["b"], "b")
    rig.chains.switch(standing.side)
    for node in standing.watched:
        rig.chains.watch(node)
    for point in standing.points:
        rig.metering.watch(point, rig.recorder.layout_of(point, rig.chains.present.voice))
    for recording in recordings:
        rig.record(recording)
    if standing.source is not None:
        for stem, old in zip(rig.transport.state.stems, standing.source.stems, strict=True):
            if stem != old:
                rig.transport.set_stem(stem.name, old.level_db, old.mute, old.solo)
        rig.transport.roll(rolling=standing.source.rolling)
    rig.bypass(bypassed=standing.bypassed)
