"""What an engine shows of its nodes: how long each computes, and how much each turns down."""

from __future__ import annotations

import time

import numpy as np

from audiopost.graph.renderer import GraphRenderer
from audiopost.live.meter_board import GAUGED_NODES, Gauges

__all__ = ["NodeGauges"]

EVERY_S = 1.0 / 30.0
SMOOTHING = 0.2
"""Share of a new measurement in the load that is shown."""


class NodeGauges:
    """Written by the engine's main thread; the audio thread times one block for each look.

    Nodes are in the order of the drawing, the first 64 of them. Nodes that are fused into one call count to the last.
    """

    def __init__(self, gauges: Gauges, period_s: float) -> None:
        self._gauges = gauges
        self._period_ns = 1e9 * period_s
        self._renderer: GraphRenderer | None = None
        self._due_s = 0.0
        self._loads = np.zeros(0)

    def show(self, renderer: GraphRenderer) -> None:
        """Publish, if it is time."""
        now = time.monotonic()
        if now < self._due_s:
            return
        self._due_s = now + EVERY_S
        names = renderer.spec.node_names[:GAUGED_NODES]
        if renderer is not self._renderer:
            self._renderer = renderer
            self._loads = np.zeros(len(names))
        timed = renderer.timed_ns
        if timed:
            fresh = np.array([timed.get(name, 0) / self._period_ns for name in names])
            first = not self._loads.any()
            self._loads += (fresh - self._loads) * (1.0 if first else SMOOTHING)
        reductions = np.array([getattr(renderer.nodes.get(name), "gain_reduction_db", np.nan) for name in names])
        self._gauges.write(self._loads, reductions.astype(np.float64))
        renderer.time_next()
