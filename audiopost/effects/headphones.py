"""Scenes and loudspeakers on headphones.

Notes
-----
Latency: 1.5 ms. Accuracy: of a scene up to ``order * 624 Hz`` the pressures at the ears, above that their magnitudes;
of loudspeakers the pressures. Realtime: one matrix, and a short convolution for each ear and degree, or channel where
the head was measured. Source: `audiopost.dsp.spherical_head`, `audiopost.dsp.measured_head`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import measured_head, spherical, spherical_head
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.dsp.convolution import PartitionedConvolution
from audiopost.dsp.delay_line import DelayedProduct
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.ambisonics import in_known_places
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Setting
from audiopost.layouts import Layout, ambisonic_order, layout_named, scene_within
from audiopost.media.sofa import read_head

__all__ = ["Binaural"]

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 0.05, 0.15

Filters = tuple[NDArray[np.float32], int]
"""``(2, rows, taps)``, left ear first; and the frames by which they come late."""


class Binaural(Node):
    """A scene, or the loudspeakers of a layout, on headphones.

    Without `hrtf` it is heard with the ears of a sphere of a head's size, made from a formula: left and right are
    right, front and back differ little, and height is not heard. With it, with those of the head that was measured (a
    SOFA file of the convention SimpleFreeFieldHRIR); between the directions that were measured the three nearest are
    aligned and mixed, or the nearest is taken. LFE is left out. A head that turns is followed by `ambisonic_rotate`
    with `follow_head` before it, in a scene; channels beside a scene (``ambisonics-1+stereo``) go straight to the ears.
    """

    name = "binaural"
    summary = "Plays a scene or loudspeakers on headphones, with a head of your own."
    settings = (
        Setting(
            "head_radius_m", "number", spherical_head.HEAD_RADIUS_M,
            summary=f"{SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g} m; larger: left and right further apart",
        ),
        Setting("hrtf", "path", "", summary="a SOFA file with the responses of a head; empty: a sphere"),
        Setting(
            "between", "text", "interpolated", choices=("interpolated", "nearest"),
            summary="what is heard between the directions of the file",
        ),
    )  # fmt: skip
    exceptions: ClassVar[Mapping[str, str]] = {
        "latency": "the near ear hears a source 0.26 ms before the middle of the head would, and filters ring before"
    }

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError where it is not known from where channels come."""
        if ambisonic_order(scene_within(layout)) is None and not in_known_places(layout):
            raise LayoutError(
                f"nobody knows from where the channels of {layout.name} come", where=self.name,
                mend="give it loudspeakers, or ambisonics-1 to ambisonics-5: a file with --layout NAME",
            )  # fmt: skip
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        """Design the filters.

        Raises
        ------
        UsageError
            If no head is that small or large.
        FileError
            If the file cannot be read, or holds no head.
        """
        radius_m = float(self.setting_values["head_radius_m"])
        if not SMALLEST_RADIUS_M <= radius_m <= LARGEST_RADIUS_M:
            raise UsageError(
                f"head_radius_m = {radius_m:g} is out of range", where=self.name,
                mend=f"give {SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g}",
            )  # fmt: skip
        layout = scene_within(stream.layout)
        channels, order = layout.channels, ambisonic_order(layout)
        gains = np.tile(np.diag([0.0 if each.lfe else 1.0 for each in layout.speakers]), (2, 1, 1))
        path = str(self.setting_values["hrtf"])
        if path:
            filters, self.latency_frames = self._measured(path, layout, stream.sample_rate)
        elif order is None:
            places = _directions(layout)
            filters, self.latency_frames = spherical_head.loudspeaker_filters(places, stream.sample_rate, radius_m)
        else:
            # What a sphere does depends on the angle to the ear alone: all channels of a degree have one filter.
            degrees, self.latency_frames = spherical_head.degree_filters(order, stream.sample_rate, radius_m)
            filters = np.tile(degrees, (2, 1, 1))
            gains = np.zeros((2, order + 1, channels))
            for ear, harmonics in zip(gains, spherical.harmonics(order, spherical_head.ear_directions()), strict=True):
                ear[spherical.degrees_of(order), np.arange(channels)] = harmonics
        self._rows, self._channels = gains.shape[1], channels
        locked = stream.layout.channels - channels
        self._locked = DelayedProduct(locked, self.latency_frames) if locked else None
        self._straight = BlockMemory(2, stream.maximum_frames)
        self._unity = np.ones(stream.maximum_frames)
        self._gains = Ramps(gains.size, 1)
        for index, gain in enumerate(gains.flat):
            self._gains.jump(index, float(gain))
        self._convolution = PartitionedConvolution(filters.reshape(2 * self._rows, -1), 2 * self._rows)
        self._given = BlockMemory(2 * self._rows, stream.maximum_frames)
        self._heard = BlockMemory(2 * self._rows, stream.maximum_frames)
        self._sums = np.zeros(stream.maximum_frames)
        self._weigh = weigh_channels.ready()
        self.tail_frames = filters.shape[2] - 1

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Each degree or channel towards each ear, filtered, summed."""
        given, heard = self._given.block(block.shape[1]), self._heard.block(block.shape[1])
        self._weigh(block[: self._channels], given, self._gains.state, self._sums)
        self._convolution.process(given, heard)
        np.add.reduce(heard[: self._rows], axis=0, out=out[0])
        np.add.reduce(heard[self._rows :], axis=0, out=out[1])
        if self._locked is not None:
            straight = self._straight.block(block.shape[1])
            self._locked.process(block[self._channels :], self._unity, straight)
            np.add(out, straight, out=out)

    def reset(self) -> None:
        """Forget all sound."""
        self._convolution.reset()
        if self._locked is not None:
            self._locked.reset()

    def _measured(self, path: str, layout: Layout, sample_rate: int) -> Filters:
        head, order = read_head(path), ambisonic_order(layout)
        between: measured_head.Between = "nearest" if self.setting_values["between"] == "nearest" else "interpolated"
        if order is not None:
            return measured_head.scene_filters(head, order, sample_rate, between)
        return measured_head.loudspeaker_filters(head, _directions(layout), sample_rate, between)


def _directions(layout: Layout) -> NDArray[np.float64]:
    places = np.array([(each.azimuth_deg, each.elevation_deg) for each in layout.speakers])
    return spherical.unit_vectors(places[:, 0], places[:, 1])
