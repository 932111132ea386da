"""Control's side of the meters: which points are measured, and what they read."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from audiopost.errors import AudiopostError, DeviceError, UnknownNameError
from audiopost.layouts import Layout
from audiopost.live import messages as say
from audiopost.live.crew import Child
from audiopost.live.meter_board import METER_POINTS, Reading
from audiopost.live.stage import Stage
from audiopost.loudness.labelled import LabelLoudness

__all__ = ["MeterReadings", "Metering", "NodeReading"]


@dataclass(frozen=True)
class NodeReading:
    """Of a node: `load` is the share of a period that it computes for, `gain_reduction_db` 0 or more, None if it has
    none to show.
    """

    load: float
    gain_reduction_db: float | None


@dataclass(frozen=True)
class MeterReadings:
    """Everything that meters show at a moment: each point by its name, each node of the chain that is heard."""

    points: Mapping[str, Reading]
    nodes: Mapping[str, NodeReading]


class Metering:
    """The meters of one session. The process that measures is started when somebody wants to read."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._child: Child | None = None
        self._points: dict[str, tuple[int, Layout]] = {}
        self._changing = threading.RLock()

    @property
    def pid(self) -> int | None:
        """Of the meter process, if there is one."""
        return None if self._child is None or self._child.dead else self._child.pid

    @property
    def points(self) -> tuple[str, ...]:
        """What is measured."""
        return tuple(self._points)

    @property
    def taps(self) -> tuple[say.StartTap, ...]:
        """What the device must feed."""
        with self._changing:
            return tuple(_tap(point, number, layout) for point, (number, layout) in self._points.items())

    def watch(self, point: str, layout: Layout | None) -> None:
        """Measure a point; nothing if it is measured already. Raises AudiopostError."""
        with self._changing:
            if point in self._points:
                return
            if layout is None:
                raise UnknownNameError(kind="point", name=point, known=tuple(self._points), mend="name a node")
            used = {number for number, _ in self._points.values()}
            free = [number for number in range(METER_POINTS) if number not in used]
            if not free:
                raise DeviceError("meters", f"{METER_POINTS} points are measured already", "unwatch one")
            self._stage.memory.meter(free[0], layout.channels).clear()
            self._points[point] = (free[0], layout)
            try:
                self._begin(point)
            except AudiopostError:
                del self._points[point]
                raise

    def unwatch(self, point: str) -> None:
        """Measure it no more."""
        with self._changing:
            number, _ = self._points.pop(point, (-1, None))
            if number >= 0 and self._child is not None:
                self._stage.ask_device(say.StopTap(0, f"meter {point}"))
                self._stage.crew.ask(self._child, say.Unwatch(0, number))

    def reset(self, point: str | None) -> None:
        """Begin to measure anew: one point, or all."""
        with self._changing:
            if self._child is not None:
                self._stage.crew.ask(self._child, say.ResetMeters(0, point))

    def label(self, name: str) -> None:
        """What is heard from now on has this name."""
        with self._changing:
            if self._child is not None:
                self._stage.crew.ask(self._child, say.Label(0, name))

    def by_label(self, point: str) -> tuple[LabelLoudness, ...]:
        """How loud a point was under each label."""
        with self._changing:
            if self._child is None or self._child.dead:
                return ()
            read: say.LabelsRead = self._stage.crew.ask(self._child, say.ReadLabels(0, point))
            return read.labels

    def read(self) -> Mapping[str, Reading]:
        """The newest readings. Neither waits nor locks."""
        return self._stage.memory.board.read()

    def renew(self) -> None:
        """The meter process has died: another one begins anew."""
        with self._changing:
            self._child = None
            for point, (number, layout) in self._points.items():
                self._stage.memory.meter(number, layout.channels).skip_all()
                self._begin(point)

    def _begin(self, point: str) -> None:
        stage = self._stage
        if self._child is None or self._child.dead:
            self._child = stage.crew.start("meters")
            stage.crew.wait_ready(self._child)
            stage.crew.ask(self._child, say.Setup(0, stage.memory.plan))
        number, layout = self._points[point]
        stage.crew.ask(self._child, say.Watch(0, number, point, layout))
        stage.ask_device(_tap(point, number, layout))


def _tap(point: str, number: int, layout: Layout) -> say.StartTap:
    return say.StartTap(0, f"meter {point}", point, number, layout.channels, meter=True)
