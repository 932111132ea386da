"""Ambisonics: sounds placed in a scene, the scene turned, listened to and played on loudspeakers.

A scene is ambiX: channels in ACN order, SN3D, orders 1 to 5 (4 to 36 channels; layouts ``ambisonics-1`` to ``-5``).
Azimuth counts to the left, elevation upwards, in degrees.

Notes
-----
Latency: none. Accuracy: sums in float64, rounded once; a turn and the turn back leave less than -120 dB. Realtime: one
compiled pass over a matrix; a knob that is turned takes up to 0.1 ms at order 5. Sources: `audiopost.dsp.spherical`,
`audiopost.dsp.ambisonic_decoding`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import spherical
from audiopost.dsp.ambisonic_decoding import Method, decoder_matrix, velocity_matrix
from audiopost.dsp.crossover import TwoBands
from audiopost.dsp.scene_rotation import AFRESH, turn_scene
from audiopost.dsp.smoothing import Ramps
from audiopost.dsp.spherical import place_sources
from audiopost.effects.matrix_node import Matrix, MatrixNode
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting, SettingValue
from audiopost.layouts import LAYOUTS, Layout, ambisonic_layout, ambisonic_order, layout_named, scene_within

__all__ = [
    "AmbisonicBeam",
    "AmbisonicConvert",
    "AmbisonicDecode",
    "AmbisonicEncode",
    "AmbisonicMirror",
    "AmbisonicRotate",
    "angle",
    "loudspeakers",
    "order_of_scene",
    "order_setting",
]

CROSSOVER_RANGE_HZ = (50.0, 5_000.0)
CROSSOVER_RINGS_S = 0.1
"""Until the filters of the lowest crossover are 120 dB down."""


def angle(name: str, summary: str, most_deg: float = 180.0) -> Parameter:
    """A knob for an angle in degrees."""
    return Parameter(name, 0.0, -most_deg, most_deg, unit="deg", smoothing_ms=SMOOTHING_MS, summary=summary)


def order_setting(default: int) -> Setting:
    """The order of the scene that is made."""
    return Setting("order", "integer", default, summary="of the scene, 1 (4 channels) to 5 (36 channels)")


def order_of_scene(layout: Layout, effect: str) -> int:
    """The order of a scene; raises LayoutError for what is none."""
    order = ambisonic_order(layout)
    if order is None:
        raise LayoutError(
            f"{layout.name} is no Ambisonic scene", where=effect,
            mend="give it ambisonics-1 to ambisonics-5: from `ambisonic_encode`, or a file with --layout ambisonics-3",
        )  # fmt: skip
    return order


def in_known_places(layout: Layout) -> bool:
    """Whether every channel but LFE is a loudspeaker in a place of its own."""
    heard = [each for each in layout.speakers if not each.lfe]
    places = {(each.azimuth_deg, each.elevation_deg) for each in heard}
    return len(places) == len(heard) > 0 and not any(each.silent for each in heard)


def loudspeakers(name: str, effect: str) -> Layout:
    """The layout of that name; raises LayoutError where it is none of two or more loudspeakers in different places."""
    layout = layout_named(name)
    if layout.channels < 2 or not in_known_places(layout):
        raise LayoutError(f"{layout.name} is no layout of loudspeakers", where=effect, mend="name another in `to`")
    return layout


class AmbisonicEncode(MatrixNode):
    """Places a sound in a scene: one channel as a point, or as wide as a cap of the sphere; more as a bed.

    Of a bed (stereo, 5.1 ...) each loudspeaker becomes a source in its direction, and `azimuth_deg` turns the bed;
    `elevation_deg` then lifts all of it alike. LFE is left out: a scene has no direction for it.
    """

    name = "ambisonic_encode"
    summary = "Places a sound, or the loudspeakers of a bed, in an Ambisonic scene."
    parameters = (
        angle("azimuth_deg", "to the left; 180 is behind"),
        angle("elevation_deg", "upwards", 90.0),
        Parameter(
            "spread_deg", 0.0, 0.0, 180.0, unit="deg", smoothing_ms=SMOOTHING_MS,
            summary="half the width; 180: from everywhere",
        ),
    )  # fmt: skip
    settings = (order_setting(3),)

    def output_layout(self, layout: Layout) -> Layout:
        """A scene of the order; raises LayoutError for a scene, and UsageError for an order that there is not."""
        if ambisonic_order(layout) is not None:
            raise LayoutError(f"{layout.name} is a scene already", where=self.name, mend="give it mono or loudspeakers")
        order = int(self.setting_values["order"])
        if f"ambisonics-{order}" not in LAYOUTS:
            raise UsageError(f"order = {order} is out of range", where=self.name, mend="give 1 to 5")
        return ambisonic_layout(order)

    def made_ready(self) -> None:
        """Note the directions of the bed."""
        self._order = int(self.setting_values["order"])
        self._places = np.radians([(each.azimuth_deg, each.elevation_deg) for each in self._source.speakers]).T
        self._turned = np.zeros((2, self._source.channels))
        self._left_out = [index for index, each in enumerate(self._source.speakers) if each.lfe]
        self._place = place_sources.ready()

    def fill(self, matrix: Matrix) -> None:
        """A column for each channel that comes in."""
        azimuths, elevations = self._turned
        np.add(self._places[0], math.radians(self.values["azimuth_deg"]), out=azimuths)
        np.add(self._places[1], math.radians(self.values["elevation_deg"]), out=elevations)
        np.clip(elevations, -0.5 * np.pi, 0.5 * np.pi, out=elevations)
        self._place(azimuths, elevations, math.radians(self.values["spread_deg"]), self._order, matrix)
        for index in self._left_out:
            matrix[:, index] = 0.0


class AmbisonicRotate(Node):
    """Turns a scene: roll, then pitch, then yaw, each the way of `audiopost.dsp.spherical`.

    With `follow_head` the angles are those of a listener's head, and the scene turns the other way: it stays where it
    is while the head moves. A turn of yaw takes the shorter way round. Channels beside the scene
    (``ambisonics-1+stereo``) do not turn.
    """

    name = "ambisonic_rotate"
    summary = "Turns an Ambisonic scene, or keeps it still while a tracked head turns."
    parameters = (
        angle("yaw_deg", "to the left"),
        angle("pitch_deg", "the front upwards"),
        angle("roll_deg", "the left side upwards"),
    )
    settings = (Setting("follow_head", "flag", False, summary="the angles are those of the listener's head"),)

    _ramps: Ramps | None = None

    def output_layout(self, layout: Layout) -> Layout:
        """The same; raises LayoutError for what is no scene."""
        order_of_scene(scene_within(layout), self.name)
        return layout

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel; stand still."""
        scene = scene_within(stream.layout)
        self._order, self._channels = order_of_scene(scene, self.name), scene.channels
        self._backwards = bool(self.setting_values["follow_head"])
        self._ramps = Ramps.lasting(len(self.parameters), SMOOTHING_MS, stream.sample_rate)
        self._matrices = np.zeros((2, scene.channels, scene.channels))
        self._clock = np.zeros(2, dtype=np.int64)
        self._sums = np.zeros(stream.maximum_frames)
        self._turn = turn_scene.ready()
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Turn."""
        assert self._ramps is not None, "prepare comes before process"
        scene, turned = block[: self._channels], out[: self._channels]
        self._turn(
            scene, turned, self._order, self._ramps.state, self._backwards, self._matrices, self._clock, self._sums
        )
        out[self._channels :] = block[self._channels :]

    def parameter_changed(self, name: str) -> None:
        """Glide, the shorter way round."""
        if self._ramps is not None:
            index = [each.name for each in self.parameters].index(name)
            now = self._ramps.value(index)
            self._ramps.aim(index, now + (self.values[name] - now + 180.0) % 360.0 - 180.0)

    def reset(self) -> None:
        """Be there."""
        if self._ramps is not None:
            for index, parameter in enumerate(self.parameters):
                self._ramps.jump(index, self.values[parameter.name])
            self._clock.fill(AFRESH)


class AmbisonicMirror(MatrixNode):
    """Mirrors a scene: left and right, front and back, up and down, each as far as its knob is turned."""

    name = "ambisonic_mirror"
    summary = "Exchanges left and right, front and back, up and down of an Ambisonic scene."
    parameters = tuple(
        Parameter(
            f"{axis}_percent", 0.0, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS, summary=f"100: {ends} exchanged"
        )
        for axis, ends in (
            ("left_right", "left and right"),
            ("front_back", "front and back"),
            ("up_down", "up and down"),
        )
    )

    def output_layout(self, layout: Layout) -> Layout:
        """The same; raises LayoutError for what is no scene."""
        order_of_scene(layout, self.name)
        return layout

    def made_ready(self) -> None:
        """Note which harmonics are odd along each axis."""
        degree = spherical.degrees_of(order_of_scene(self._source, self.name))
        index = np.arange(len(degree)) - degree * (degree + 1)
        odd = (index < 0, np.where(index < 0, index % 2 == 0, index % 2 == 1), (degree + index) % 2 == 1)
        self._odd = dict(zip((each.name for each in self.parameters), odd, strict=True))
        self._gains = np.ones(len(degree))

    def fill(self, matrix: Matrix) -> None:
        """A gain for each channel."""
        self._gains.fill(1.0)
        for name, flips in self._odd.items():
            np.multiply(self._gains, 1.0 - 2.0 * self.values[name] / 100.0, out=self._gains, where=flips)
        np.fill_diagonal(matrix, self._gains)


class AmbisonicBeam(MatrixNode):
    """A microphone in the scene: one channel, looking where you point it, as sharp as the order allows.

    A source where it looks comes out at its own level.
    """

    name = "ambisonic_beam"
    summary = "Listens to an Ambisonic scene in one direction."
    parameters = (angle("azimuth_deg", "to the left; 180 is behind"), angle("elevation_deg", "upwards", 90.0))
    settings = (
        Setting(
            "pattern", "text", "max-re", choices=("basic", "max-re", "in-phase"),
            summary="basic: sharpest; max-re: least from elsewhere; in-phase: no lobe behind (a cardioid at order 1)",
        ),
    )  # fmt: skip

    def output_layout(self, layout: Layout) -> Layout:
        """Mono; raises LayoutError for what is no scene."""
        order_of_scene(layout, self.name)
        return layout_named("mono")

    def made_ready(self) -> None:
        """Note how much each channel weighs."""
        self._order = order_of_scene(self._source, self.name)
        weights = spherical.degree_weights(self._order, _weighting(self.setting_values, "pattern"))
        weights = weights * (2.0 * np.arange(self._order + 1) + 1.0)
        self._weights = (weights / weights.sum())[spherical.degrees_of(self._order)]
        self._angles = np.zeros((2, 1))
        self._column = np.zeros((self._source.channels, 1))
        self._place = place_sources.ready()

    def fill(self, matrix: Matrix) -> None:
        """One row: what a source from there gives, weighed."""
        self._angles[0, 0] = math.radians(self.values["azimuth_deg"])
        self._angles[1, 0] = math.radians(self.values["elevation_deg"])
        self._place(self._angles[0], self._angles[1], 0.0, self._order, self._column)
        np.multiply(self._column[:, 0], self._weights, out=matrix[0])


class AmbisonicDecode(MatrixNode):
    """Plays a scene on the loudspeakers of a layout. LFE stays silent.

    With a crossover the scene is decoded twice: below it, where waves are long, with the pressure and velocity of the
    air right at the listener's place (on stereo, which does not surround anybody, as ``basic``), above it as weighted,
    for which the energy counts. For one listener in the middle some 400 Hz at order 1 and 1200 Hz at order 3; lower
    for more listeners. Both sides are as loud, and split by Linkwitz-Riley filters of fourth order, in phase with each
    other.

    Source: M. A. Gerzon, "General metatheory of auditory localisation", AES preprint 3306 (1992); the split:
    `audiopost.dsp.crossover`.
    """

    name = "ambisonic_decode"
    summary = "Plays an Ambisonic scene on the loudspeakers of any layout."
    settings = (
        Setting("to", "text", "5.1", summary="the layout: stereo, quad, 5.1, 7.1.4, 22.2 ..."),
        Setting(
            "method", "text", "allrad", choices=("allrad", "mode-matching", "sampling"),
            summary="allrad for any layout; mode-matching and sampling for even ones",
        ),
        Setting(
            "weighting", "text", "max-re", choices=("basic", "max-re", "in-phase"),
            summary="max-re for most rooms; basic near one listener; in-phase for large audiences",
        ),
        Setting("crossover_hz", "number", 0.0, summary="by velocity below, as weighted above; 0: no crossover"),
    )  # fmt: skip
    _bands: TwoBands | None = None

    def output_layout(self, layout: Layout) -> Layout:
        """The loudspeakers; raises LayoutError for what is no scene, or no loudspeakers."""
        order_of_scene(layout, self.name)
        return loudspeakers(str(self.setting_values["to"]), self.name)

    def prepare(self, stream: StreamFormat) -> None:
        """Fit both matrices to the layout.

        Raises
        ------
        UsageError
            If the crossover is out of range.
        """
        crossover_hz, channels = float(self.setting_values["crossover_hz"]), stream.layout.channels
        lowest, highest = CROSSOVER_RANGE_HZ
        if crossover_hz != 0.0 and not lowest <= crossover_hz <= highest:
            raise UsageError(
                f"crossover_hz = {crossover_hz:g} is out of range", where=self.name,
                mend=f"give {lowest:g} to {highest:g} Hz, or 0 for no crossover",
            )  # fmt: skip
        self._bands = TwoBands(channels, stream.sample_rate, crossover_hz) if crossover_hz else None
        self._split = BlockMemory(2 * channels, stream.maximum_frames)
        super().prepare(stream)
        self.tail_frames = math.ceil(CROSSOVER_RINGS_S * stream.sample_rate) if crossover_hz else 0

    def rows_given(self) -> int:
        """Lows and highs, where there is a crossover."""
        return (1 if self._bands is None else 2) * self._source.channels

    def fill(self, matrix: Matrix) -> None:
        """Rows of zeros for LFE."""
        target, channels = self.output_layout(self._source), self._source.channels
        heard = [index for index, each in enumerate(target.speakers) if not each.lfe]
        azimuths_deg = np.array([target.speakers[index].azimuth_deg for index in heard])
        elevations_deg = np.array([target.speakers[index].elevation_deg for index in heard])
        order, method = order_of_scene(self._source, self.name), _method(self.setting_values)
        weighted = decoder_matrix(
            azimuths_deg, elevations_deg, order, method, _weighting(self.setting_values, "weighting")
        )
        if self._bands is not None:
            low = velocity_matrix(azimuths_deg, elevations_deg, order)
            if low is None:
                low = decoder_matrix(azimuths_deg, elevations_deg, order, method, "basic")
            matrix[heard, :channels] = low
        matrix[heard, -channels:] = weighted

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Split, where there is a crossover; weigh."""
        if self._bands is None:
            super().process(block, out, *side)
            return
        split = self._split.block(block.shape[1])
        self._bands.process(block, split)
        super().process(split, out, *side)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._bands is not None:
            self._bands.reset()


class AmbisonicConvert(MatrixNode):
    """Turns other conventions into ambiX (ACN, SN3D), or ambiX into them.

    `n3d`: ACN order, N3D. `fuma`: B-format after Furse and Malham, W X Y Z R S T U V K L M N O P Q, orders 1 to 3; W is
    3 dB lower there.
    """

    name = "ambisonic_convert"
    summary = "Turns N3D or FuMa B-format into ambiX, or back."
    settings = (
        Setting("given", "text", "fuma", choices=("ambix", "n3d", "fuma"), summary="what comes in"),
        Setting("wanted", "text", "ambix", choices=("ambix", "n3d", "fuma"), summary="what shall go out"),
    )

    def output_layout(self, layout: Layout) -> Layout:
        """The same; raises LayoutError for what is no scene, or one of an order that FuMa has not."""
        order = order_of_scene(layout, self.name)
        if order > 3 and "fuma" in self.setting_values.values():
            raise LayoutError(f"FuMa has no order {order}", where=self.name, mend="it ends at 3, with 16 channels")
        return layout

    def fill(self, matrix: Matrix) -> None:
        """Into ambiX, and out of it."""
        order = order_of_scene(self._source, self.name)
        into = np.linalg.inv(_out_of_ambix(order, str(self.setting_values["given"])))
        np.matmul(_out_of_ambix(order, str(self.setting_values["wanted"])), into, out=matrix)


def _out_of_ambix(order: int, convention: str) -> Matrix:
    if convention == "n3d":
        return np.diag(spherical.n3d_gains(order))
    matrix = np.eye(spherical.channels_of(order))
    if convention == "fuma":
        channels = spherical.FUMA_ORDER[: spherical.channels_of(order)]
        matrix = np.diag(spherical.fuma_gains(order)) @ matrix[list(channels)]
    return matrix


def _weighting(settings: Mapping[str, SettingValue], name: str) -> spherical.Weighting:
    chosen = settings[name]
    return "basic" if chosen == "basic" else "in-phase" if chosen == "in-phase" else "max-re"


def _method(settings: Mapping[str, SettingValue]) -> Method:
    chosen = settings["method"]
    return "sampling" if chosen == "sampling" else "mode-matching" if chosen == "mode-matching" else "allrad"
