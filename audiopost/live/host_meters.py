"""`LiveHost`'s words for meters."""

from __future__ import annotations

from audiopost.errors import UsageError
from audiopost.live.host_base import HostBase
from audiopost.live.host_log import ChainStart
from audiopost.live.metering import MeterReadings, NodeReading
from audiopost.live.statistics import Count
from audiopost.loudness.labelled import LabelLoudness

__all__ = ["MeterWords"]


class MeterWords(HostBase):
    """Measured in a process of its own, thirty times a second; reading neither waits nor locks, on any thread."""

    chain_log: list[ChainStart]

    def meters(self) -> MeterReadings:
        """What the meters show: ``points["output"]``, ``points["input"]`` and what else is watched, and each node.

        The first call starts the process that measures; a point appears when it has been measured once, a tenth of a
        second later.
        """
        rig = self._running
        self._begin_metering()
        chain = rig.chains.present
        loads, reductions = rig.stage.memory.gauges(chain.voice.slot).read()
        nodes = dict(zip(chain.spec.node_names, map(NodeReading, loads, reductions), strict=False))
        return MeterReadings(rig.metering.read(), nodes)

    def watch(self, point: str) -> None:
        """Measure a point too: ``output``, ``input``, ``engine``, ``a``, ``b``, a named output of the chain, or a node.

        A node needs its chain built anew, which is faded to like a swap; then it can be recorded as well. At most eight
        points. Raises UnknownNameError for a point that there is not, DeviceError for a ninth.
        """
        rig = self._running
        self._begin_metering()
        layout = rig.recorder.layout_of(point, rig.chains.present.voice)
        if layout is None:
            rig.chains.watch(point)
            layout = rig.recorder.layout_of(point, rig.chains.present.voice)
        rig.metering.watch(point, layout)

    def unwatch(self, point: str) -> None:
        """Measure it no more; a node's sound comes on until the chain changes."""
        rig = self._running
        rig.metering.unwatch(point)
        rig.chains.watched = tuple(each for each in rig.chains.watched if each != point)

    def reset_meters(self, point: str | None = None) -> None:
        """Begin to measure integrated loudness, range and maxima anew: at one point, or at all."""
        self._running.metering.reset(point)

    @property
    def chain_age_s(self) -> float:
        """For how long the chain of side A has played: where its automation is."""
        rig = self._running
        begun = self.chain_log[-1].frame if self.chain_log else 0
        return max(0.0, float(rig.stage.memory.statistics[Count.FRAMES] - begun) / rig.order.sample_rate)

    def label(self, name: str) -> float:
        """Name what is heard from now on (the state of a game); the second of the session from which the name holds.

        `by_label` tells how loud it was under each. Raises UsageError for an empty name, DeviceError if the process
        that measures does not answer.
        """
        if not name.strip():
            raise UsageError("a label needs a name", mend="say label combat")
        rig = self._running
        self._begin_metering()
        rig.metering.label(name.strip())
        return float(rig.stage.memory.statistics[Count.FRAMES]) / rig.order.sample_rate

    def by_label(self, point: str = "output") -> tuple[LabelLoudness, ...]:
        """How loud a point was under each label so far; nothing where there was none. Raises DeviceError."""
        return self._running.metering.by_label(point)

    def _begin_metering(self) -> None:
        rig = self._running
        if rig.metering.pid is None:
            for point in ("output", "input"):
                rig.metering.watch(point, rig.recorder.layout_of(point, rig.chains.present.voice))
