"""Ambisonic scenes on headphones.

Notes
-----
Latency: 1.5 ms. Accuracy: up to ``order * 624 Hz`` the pressures at the ears of a rigid sphere, above that their
magnitudes. Realtime: one matrix, and a short convolution for each degree and ear. Source:
`audiopost.dsp.spherical_head`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import spherical
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.dsp.convolution import PartitionedConvolution
from audiopost.dsp.smoothing import Ramps
from audiopost.dsp.spherical_head import EAR_AZIMUTH_DEG, HEAD_RADIUS_M, degree_filters
from audiopost.effects.ambisonics import order_of_scene
from audiopost.errors import UsageError
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Setting
from audiopost.layouts import Layout, layout_named

__all__ = ["Binaural"]

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 0.05, 0.15


class Binaural(Node):
    """A scene on headphones, heard with the ears of a sphere of a head's size.

    The head is made from a formula, not measured: left and right are right, front and back differ little, and height is
    not heard. A head that turns is followed by `ambisonic_rotate` with `follow_head` before it. Loudspeakers go to
    headphones through ``ambisonic_encode(order=5)``.
    """

    name = "binaural"
    summary = "Plays an Ambisonic scene on headphones."
    settings = (
        Setting(
            "head_radius_m", "number", HEAD_RADIUS_M,
            summary=f"{SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g} m; larger: left and right further apart",
        ),
    )  # fmt: skip
    exceptions: ClassVar[Mapping[str, str]] = {
        "latency": "the near ear hears a source 0.26 ms before the middle of the head would, and filters ring before"
    }

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError for what is no scene."""
        order_of_scene(layout, self.name)
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        """Design the filters.

        Raises
        ------
        UsageError
            If no head is that small or large.
        """
        order = order_of_scene(stream.layout, self.name)
        radius_m = float(self.setting_values["head_radius_m"])
        if not SMALLEST_RADIUS_M <= radius_m <= LARGEST_RADIUS_M:
            raise UsageError(
                f"head_radius_m = {radius_m:g} is out of range", where=self.name,
                mend=f"give {SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g}",
            )  # fmt: skip
        filters, self.latency_frames = degree_filters(order, stream.sample_rate, radius_m)
        self._degrees = order + 1
        ears = spherical.unit_vectors(np.array([EAR_AZIMUTH_DEG, -EAR_AZIMUTH_DEG]), np.zeros(2))
        gains = np.zeros((2, self._degrees, stream.layout.channels))
        for ear, harmonics in zip(gains, spherical.harmonics(order, ears), strict=True):
            ear[spherical.degrees_of(order), np.arange(stream.layout.channels)] = harmonics
        self._gains = Ramps(gains.size, 1)
        for index, gain in enumerate(gains.flat):
            self._gains.jump(index, float(gain))
        self._convolution = PartitionedConvolution(np.tile(filters, (2, 1)), 2 * self._degrees)
        self._given = BlockMemory(2 * self._degrees, stream.maximum_frames)
        self._heard = BlockMemory(2 * self._degrees, stream.maximum_frames)
        self._sums = np.zeros(stream.maximum_frames)
        self._weigh = weigh_channels.ready()
        self.tail_frames = filters.shape[1] - 1

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Each degree towards each ear, filtered, summed."""
        given, heard = self._given.block(block.shape[1]), self._heard.block(block.shape[1])
        self._weigh(block, given, self._gains.state, self._sums)
        self._convolution.process(given, heard)
        np.add.reduce(heard[: self._degrees], axis=0, out=out[0])
        np.add.reduce(heard[self._degrees :], axis=0, out=out[1])

    def reset(self) -> None:
        """Forget all sound."""
        self._convolution.reset()
