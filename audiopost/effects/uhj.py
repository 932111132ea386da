"""Scenes for stereo that can be opened again, and opened again: UHJ.

Notes
-----
Latency: none; the all-passes bend all phases alike. Realtime: one matrix and two compiled passes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.allpass import quadrature_sections, run_quadrature
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.ambisonics import order_of_scene
from audiopost.graph.node import Node, StreamFormat
from audiopost.layouts import Layout, ambisonic_layout, layout_named

__all__ = ["AmbisonicUhj"]

Values = NDArray[np.float64]

STEREO = "stereo"
W, Y, X = 0, 1, 3
"""Channels of an ambiX scene; UHJ knows no height."""

FURSE_MALHAM_W = math.sqrt(0.5)
"""The coefficients are for B-format with W 3 dB lower."""

SUM_OF_W, SUM_OF_X = 0.9396926, 0.1855740
TURNED_OF_W, TURNED_OF_X, DIFFERENCE_OF_Y = -0.3420201, 0.5098604, 0.6554516
W_OF_SUM, X_OF_SUM, Y_OF_DIFFERENCE = 0.982, 0.419, 0.763
W_OF_TURNED, X_OF_TURNED, Y_OF_TURNED = 0.164, -0.828, 0.385
"""Back again, of the sum and the difference of both channels: W and X of the turned difference, Y of the turned sum."""

ALIKE, TURNED = 0.0, 0.25
"""Turns of the two branches."""

TAIL_S = 0.6
"""Of the all-passes, to 120 dB down."""


class AmbisonicUhj(Node):
    """A scene as two channels that are good stereo and good mono; or such a stereo as a scene again.

    Sounds ahead lie between the loudspeakers as placed, those behind are wide and out of phase. Of scenes of higher
    orders the first is taken; height is lost. What comes in as stereo is taken for UHJ and opened to a scene of first
    order without height: sounds come from where they were, half as sharp as in a scene that was never folded.

    Source: M. A. Gerzon, "Ambisonics in multichannel broadcasting and video", JAES 33 (1985), 859-871.
    """

    name = "ambisonic_uhj"
    summary = "Makes UHJ stereo of a scene, which plays anywhere; or a scene of UHJ stereo."

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo of a scene, a scene of stereo; raises LayoutError for anything else."""
        if layout.name == STEREO:
            return ambisonic_layout(1)
        order_of_scene(layout, self.name)
        return layout_named(STEREO)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the matrices and the all-passes."""
        self._opens = stream.layout.name == STEREO
        self.output_layout(stream.layout)
        gains, put_together = _opening() if self._opens else _folding(stream.layout.channels)
        # Rows that keep their phase, then those that are turned by 90 degrees.
        alike = 2
        rows = len(gains)
        self._gains, self._put_together = _still(gains.ravel()), _still(put_together.ravel())
        self._weighed = BlockMemory(rows, stream.maximum_frames)
        self._passed = BlockMemory(rows, stream.maximum_frames)
        self._sums = np.zeros(stream.maximum_frames)
        self._sections = quadrature_sections(float(stream.sample_rate))
        self._parts = (slice(0, alike), slice(alike, rows))
        counts = (alike, rows - alike)
        self._states = [np.zeros((count, self._sections.size + 2, 2)) for count in counts]
        self._late = [np.zeros((count, 1)) for count in counts]
        self._phase = np.zeros(1, dtype=np.uint64)
        self._turns = [_still(np.array([0.0, turn, 0.0, 1.0])) for turn in (ALIKE, TURNED)]
        self._weigh, self._run = weigh_channels.ready(), run_quadrature.ready()
        self.tail_frames = math.ceil(TAIL_S * stream.sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh, turn, put together."""
        weighed, passed = self._weighed.block(block.shape[1]), self._passed.block(block.shape[1])
        self._weigh(block, weighed, self._gains.state, self._sums)
        for part, rows in enumerate(self._parts):
            self._run(
                weighed[rows], passed[rows], self._sections, self._states[part], self._late[part], self._phase,
                self._turns[part].state,
            )  # fmt: skip
        self._weigh(passed, out, self._put_together.state, self._sums)

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (*self._states, *self._late):
            memory.fill(0.0)


def _folding(channels: int) -> tuple[Values, Values]:
    """A scene to half of the sum, half of the difference, and the half that is turned; those to left and right."""
    gains = np.zeros((3, channels))
    gains[0, [W, X]] = 0.5 * SUM_OF_W * FURSE_MALHAM_W, 0.5 * SUM_OF_X
    gains[1, Y] = 0.5 * DIFFERENCE_OF_Y
    gains[2, [W, X]] = 0.5 * TURNED_OF_W * FURSE_MALHAM_W, 0.5 * TURNED_OF_X
    return gains, np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0]])


def _opening() -> tuple[Values, Values]:
    """Left and right to their sum and difference, and both again to be turned; those to a scene without height."""
    both = np.array([[1.0, 1.0], [1.0, -1.0]])
    scene = np.zeros((4, 4))
    scene[W] = np.array([W_OF_SUM, 0.0, 0.0, W_OF_TURNED]) / FURSE_MALHAM_W
    scene[X] = [X_OF_SUM, 0.0, 0.0, X_OF_TURNED]
    scene[Y] = [0.0, Y_OF_DIFFERENCE, Y_OF_TURNED, 0.0]
    return np.concatenate((both, both)), scene


def _still(values: np.ndarray) -> Ramps:
    ramps = Ramps(values.size, 1)
    for index, value in enumerate(values):
        ramps.jump(index, float(value))
    return ramps
