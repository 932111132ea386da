"""Sounds between the loudspeakers of a layout.

Notes
-----
Latency: none. Accuracy: the power of a source is the same in every direction, and at a loudspeaker it plays alone.
Realtime: one compiled pass. Source: `audiopost.dsp.amplitude_panning`.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.dsp.amplitude_panning import AmplitudePanning, pan_source
from audiopost.effects.ambisonics import angle, loudspeakers
from audiopost.effects.matrix_node import Matrix, MatrixNode
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import LayoutError
from audiopost.graph.parameter import Parameter, Setting
from audiopost.layouts import Layout

__all__ = ["Panner"]


class Panner(MatrixNode):
    """Places one channel between the loudspeakers of a layout: vector base amplitude panning.

    Wide sources are played by all loudspeakers of a cap around their direction. LFE stays silent. Where a layout has no
    loudspeakers (below, behind a stereo pair) the nearest ones play. How far away a source is, `distance` says before.
    """

    name = "panner"
    summary = "Places a mono sound between the loudspeakers of any layout."
    parameters = (
        angle("azimuth_deg", "to the left; 180 is behind"),
        angle("elevation_deg", "upwards", 90.0),
        Parameter(
            "spread_deg", 0.0, 0.0, 180.0, unit="deg", smoothing_ms=SMOOTHING_MS,
            summary="half the width; 180: from everywhere",
        ),
    )  # fmt: skip
    settings = (Setting("to", "text", "5.1", summary="the layout: stereo, quad, 5.1, 7.1.4, 22.2 ..."),)

    def output_layout(self, layout: Layout) -> Layout:
        """The loudspeakers; raises LayoutError for more than one channel, or for what are no loudspeakers."""
        target = loudspeakers(str(self.setting_values["to"]), self.name)
        if layout.channels != 1:
            raise LayoutError(
                f"{layout.name} is not one source",
                where=self.name,
                mend="take channels out with `channel`",
            )
        return target

    def made_ready(self) -> None:
        """Find the triangles of the layout."""
        speakers = self.output_layout(self._source).speakers
        heard = [index for index, each in enumerate(speakers) if not each.lfe]
        self._heard = np.array(heard)
        self._tables = AmplitudePanning(
            np.array([speakers[index].azimuth_deg for index in heard]),
            np.array([speakers[index].elevation_deg for index in heard]),
        ).tables
        self._gains = np.zeros(len(heard))
        self._work = np.zeros(len(heard))
        self._pan = pan_source.ready()

    def fill(self, matrix: Matrix) -> None:
        """A gain for each loudspeaker."""
        self._pan(
            math.radians(self.values["azimuth_deg"]), math.radians(self.values["elevation_deg"]),
            math.radians(self.values["spread_deg"]), *self._tables, self._work, self._gains,
        )  # fmt: skip
        matrix[self._heard, 0] = self._gains
