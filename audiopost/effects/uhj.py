"""Scenes for stereo that can be opened again: UHJ.

Notes
-----
Latency: none; the all-passes bend all phases alike. Realtime: one matrix and two compiled passes.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.allpass import quadrature_sections, run_quadrature
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.ambisonics import order_of_scene
from audiopost.graph.node import Node, StreamFormat
from audiopost.layouts import Layout, layout_named

__all__ = ["AmbisonicUhj"]

W, Y, X = 0, 1, 3
"""Channels of an ambiX scene; UHJ knows no height."""

FURSE_MALHAM_W = math.sqrt(0.5)
"""The coefficients are for B-format with W 3 dB lower."""

SUM_OF_W, SUM_OF_X = 0.9396926, 0.1855740
TURNED_OF_W, TURNED_OF_X, DIFFERENCE_OF_Y = -0.3420201, 0.5098604, 0.6554516

ALIKE, TURNED = 0.0, 0.25
"""Turns of the two branches."""

TAIL_S = 0.6
"""Of the all-passes, to 120 dB down."""


class AmbisonicUhj(Node):
    """A scene as two channels that are good stereo and good mono, and from which a decoder makes surround again.

    Sounds ahead lie between the loudspeakers as placed, those behind are wide and out of phase. Of scenes of higher
    orders the first is taken; height is lost.

    Source: M. A. Gerzon, "Ambisonics in multichannel broadcasting and video", JAES 33 (1985), 859-871.
    """

    name = "ambisonic_uhj"
    summary = "Makes UHJ stereo of a scene: plays anywhere, and can be decoded to surround again."

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError for what is no scene."""
        order_of_scene(layout, self.name)
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        """Make the matrix and the all-passes."""
        order_of_scene(stream.layout, self.name)
        # Rows: half of the sum, half of the difference, half of what is turned by 90 degrees.
        gains = np.zeros((3, stream.layout.channels))
        gains[0, [W, X]] = 0.5 * SUM_OF_W * FURSE_MALHAM_W, 0.5 * SUM_OF_X
        gains[1, Y] = 0.5 * DIFFERENCE_OF_Y
        gains[2, [W, X]] = 0.5 * TURNED_OF_W * FURSE_MALHAM_W, 0.5 * TURNED_OF_X
        self._gains = _still(gains.ravel())
        self._weighed = BlockMemory(3, stream.maximum_frames)
        self._passed = BlockMemory(3, stream.maximum_frames)
        self._sums = np.zeros(stream.maximum_frames)
        self._sections = quadrature_sections(float(stream.sample_rate))
        self._states = [np.zeros((rows, self._sections.size + 2, 2)) for rows in (2, 1)]
        self._late = [np.zeros((rows, 1)) for rows in (2, 1)]
        self._phase = np.zeros(1, dtype=np.uint64)
        self._turns = [_still(np.array([0.0, turn, 0.0, 1.0])) for turn in (ALIKE, TURNED)]
        self._weigh, self._run = weigh_channels.ready(), run_quadrature.ready()
        self.tail_frames = math.ceil(TAIL_S * stream.sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh, turn, put together."""
        weighed, passed = self._weighed.block(block.shape[1]), self._passed.block(block.shape[1])
        self._weigh(block, weighed, self._gains.state, self._sums)
        for part, rows in enumerate((slice(0, 2), slice(2, 3))):
            self._run(
                weighed[rows], passed[rows], self._sections, self._states[part], self._late[part], self._phase,
                self._turns[part].state,
            )  # fmt: skip
        total, difference, turned = passed
        np.add(difference, turned, out=difference)
        np.add(total, difference, out=out[0])
        np.subtract(total, difference, out=out[1])

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (*self._states, *self._late):
            memory.fill(0.0)


def _still(values: np.ndarray) -> Ramps:
    ramps = Ramps(values.size, 1)
    for index, value in enumerate(values):
        ramps.jump(index, float(value))
    return ramps
