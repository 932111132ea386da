"""Channels: down-mix, mid and side, one channel out, one channel in, another order.

What a mixer does between layouts. With these any effect runs on any part of a sound: mid and side are encoded,
each is taken out with `channel`, treated, put back with `place`, summed and decoded; likewise the channels of 5.1.
`audiopost.effects.splits` draws both in one word.

Notes
-----
Latency: none. Accuracy: a channel that is only moved keeps every bit; weighed sums are formed in float64 and rounded
once. Realtime: copies of rows; the down-mix is one compiled pass over the gains that are not zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.effects.fold_down import HALF_POWER, FoldLevels, downmix_matrix
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError, near_misses
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting, SettingValue
from audiopost.layouts import LAYOUTS, Layout, Speaker, default_layout, layout_named
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["MID_SIDE", "Channel", "ChannelMap", "Downmix", "MidSideDecode", "MidSideEncode", "Place"]

SILENT_DB = -120.0
"""The lower end of a level: there the channel is left out altogether."""

MID_SIDE = Layout("mid-side", (Speaker("M"), Speaker("S")))
"""What a mid/side encoder gives. It is no loudspeaker layout: the graph refuses to sum it with left and right."""

SILENCE = "-"
"""A channel of a `ChannelMap` that nothing feeds."""


def _level(name: str, default_db: float, summary: str) -> Parameter:
    return Parameter(name, default_db, SILENT_DB, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary=summary)


def _amplitude(level_db: float) -> float:
    return 0.0 if level_db <= SILENT_DB else db_to_linear(level_db)


class Downmix(SmoothedNode):
    """A surround or immersive sound in stereo (Lo/Ro), mono or 5.1, by ITU-R BS.775-4.

    Centre and surrounds join left and right at -3 dB, LFE is left out. How heights, wides and rears are folded, and
    why nothing is scaled down, stands in `audiopost.effects.fold_down`. Coherent sound in several channels adds up:
    full scale in all of L, C and Ls is +7.7 dB in Lo.
    """

    name = "downmix"
    summary = "Folds surround and immersive sound down to stereo, mono or 5.1 by ITU-R BS.775."
    parameters = (
        _level("centre_db", linear_to_db(HALF_POWER), "C in each of left and right; -120 dB leaves it out"),
        _level("surround_db", linear_to_db(HALF_POWER), "surrounds in left and right; -120 dB leaves them out"),
        _level("height_db", linear_to_db(HALF_POWER), "heights in the channels below them; -120 dB leaves them out"),
        _level("lfe_db", SILENT_DB, "LFE in each of left and right; -120 dB leaves it out"),
    )
    settings = (Setting("to", "text", "stereo", choices=("stereo", "mono", "5.1"), summary="the layout to fold to"),)

    _source = MID_SIDE

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo, mono or 5.1; raises LayoutError for channels that are no loudspeakers."""
        target = layout_named(str(self.setting_values["to"]))
        downmix_matrix(layout, target)
        return target

    def targets(self) -> tuple[float, ...]:
        """The matrix, row by row."""
        levels = FoldLevels(
            centre_linear=_amplitude(self.values["centre_db"]),
            surround_linear=_amplitude(self.values["surround_db"]),
            height_linear=_amplitude(self.values["height_db"]),
            lfe_linear=_amplitude(self.values["lfe_db"]),
        )
        matrix = downmix_matrix(self._source, layout_named(str(self.setting_values["to"])), levels)
        return tuple(matrix.ravel().tolist())

    def prepare(self, stream: StreamFormat) -> None:
        """Choose the matrix by the layout and load the kernel."""
        self.output_layout(stream.layout)
        self._source = stream.layout
        super().prepare(stream)
        self._sums = np.zeros(stream.maximum_frames, dtype=np.float64)
        self._weigh = weigh_channels.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh."""
        self._weigh(block, out, self.ramp_state, self._sums)


class MidSideEncode(Node):
    """Left and right into mid and side: ``M = (L + R) / 2``, ``S = (L - R) / 2``.

    Equal channels give a mid of their own level, and `MidSideDecode` adds no gain. Encoded and decoded, everything
    that 24 bits can hold comes back to the last bit; finer float samples to one unit in the last place of the louder
    channel.
    """

    name = "mid_side_encode"
    summary = "Turns left and right into mid and side, so that an effect can treat either."

    def output_layout(self, layout: Layout) -> Layout:
        """Mid and side; raises LayoutError unless the input is two loudspeakers."""
        if layout.channels != 2 or layout.labels == MID_SIDE.labels:
            raise LayoutError(f"{layout.name} has no left and right to encode", where=self.name, mend="give it stereo")
        return MID_SIDE

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to prepare."""
        self.output_layout(stream.layout)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Halve sum and difference."""
        np.add(block[0], block[1], out=out[0])
        np.subtract(block[0], block[1], out=out[1])
        np.multiply(out, np.float32(0.5), out=out)


class MidSideDecode(Node):
    """Mid and side into left and right: ``L = M + S``, ``R = M - S``. Takes any two channels: recordings too."""

    name = "mid_side_decode"
    summary = "Turns mid and side, encoded or as a microphone pair recorded them, into left and right."

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError unless the input has two channels."""
        if layout.channels != 2:
            raise LayoutError(f"{layout.name} is not mid and side", where=self.name, mend="give it two channels")
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to prepare."""
        self.output_layout(stream.layout)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Add and subtract."""
        np.add(block[0], block[1], out=out[0])
        np.subtract(block[0], block[1], out=out[1])


class Channel(Node):
    """One channel, alone, as mono. Bit for bit; at 0 dB."""

    name = "channel"
    summary = "Takes one channel out, by its label or its number, as mono."
    settings = (Setting("label", "text", "1", summary="L, R, C, LFE, Ls ..., or its number from 1"),)

    def output_layout(self, layout: Layout) -> Layout:
        """Mono; raises LayoutError if there is no such channel."""
        _index_of(str(self.setting_values["label"]), layout, self.name)
        return layout_named("mono")

    def prepare(self, stream: StreamFormat) -> None:
        """Find the channel."""
        self._index = _index_of(str(self.setting_values["label"]), stream.layout, self.name)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy."""
        np.copyto(out[0], block[self._index])


class Place(Node):
    """Mono in one channel of a layout, bit for bit; all other channels are silent.

    Raises
    ------
    UsageError
        When it is made, if there is no such layout or the layout has no such channel.
    """

    name = "place"
    summary = "Puts a mono sound into one channel of a layout; the others stay silent."
    settings = (
        Setting("label", "text", "1", summary="L, R, C, LFE, Ls ..., or its number from 1"),
        Setting("layout", "text", "stereo", summary="stereo, 5.1, 7.1.4 ..., or mid-side"),
    )

    def __init__(self, settings: Mapping[str, SettingValue] | None = None) -> None:
        super().__init__(settings)
        self._layout = _layout_of(str(self.setting_values["layout"]))
        self._index = _index_of(str(self.setting_values["label"]), self._layout, self.name)

    def output_layout(self, layout: Layout) -> Layout:
        """The layout of the setting; raises LayoutError unless the input is mono."""
        if layout.channels != 1:
            raise LayoutError(
                f"{layout.name} cannot be put into one channel", where=self.name, mend="give it mono: take a `channel`"
            )
        return self._layout

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to prepare."""
        self.output_layout(stream.layout)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy into silence."""
        out.fill(0.0)
        np.copyto(out[self._index], block[0])


class ChannelMap(Node):
    """Channels selected and put into another order, bit for bit.

    `channels` names the source of every output channel in turn, by label or by number from 1: ``"R,L"`` swaps,
    ``"L,C,R,Ls,Rs,LFE"`` is film order, ``"1,1"`` doubles the first, ``"L,R,-,-,Ls,Rs"`` leaves two silent. The
    output is the layout whose labels these are, else the one that `layout` names, else the likeliest of that many
    channels.
    """

    name = "channel_map"
    summary = "Selects channels and puts them into another order, by labels or numbers."
    settings = (
        Setting("channels", "text", "L,R", summary="the source of each output channel: R,L or 1,2,3 ...; - is silence"),
        Setting("layout", "text", "", summary="of the output; by default the one with these labels"),
    )

    def output_layout(self, layout: Layout) -> Layout:
        """By the settings; raises LayoutError if a channel is not there or the layout has another number."""
        sources = self._sources(layout)
        wanted = str(self.setting_values["layout"]).strip()
        if wanted:
            chosen = _layout_of(wanted)
        else:
            labels = tuple("" if index is None else layout.labels[index] for index in sources)
            same = (each for each in LAYOUTS.values() if each.labels == labels)
            chosen = next(same, default_layout(len(sources)))
        if chosen.channels != len(sources):
            raise LayoutError(
                f"{len(sources)} channels are not {chosen}", where=self.name, mend=f"name {chosen.channels} channels"
            )
        return chosen

    def prepare(self, stream: StreamFormat) -> None:
        """Find the channels."""
        self.output_layout(stream.layout)
        self._order = self._sources(stream.layout)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy row by row."""
        for place, index in enumerate(self._order):
            if index is None:
                out[place].fill(0.0)
            else:
                np.copyto(out[place], block[index])

    def _sources(self, layout: Layout) -> tuple[int | None, ...]:
        named = [each.strip() for each in str(self.setting_values["channels"]).split(",")]
        return tuple(None if each == SILENCE else _index_of(each, layout, self.name) for each in named)


def _layout_of(name: str) -> Layout:
    return MID_SIDE if name.strip().lower() == MID_SIDE.name else layout_named(name)


def _index_of(label: str, layout: Layout, where: str) -> int:
    """The channel of that label (in any case) or number; LayoutError with what there is."""
    wanted = label.strip()
    folded = [each.casefold() for each in layout.labels]
    if wanted.casefold() in folded:
        return folded.index(wanted.casefold())
    if wanted.isdecimal() and 1 <= int(wanted) <= layout.channels:
        return int(wanted) - 1
    known = near_misses(wanted, layout.labels) or layout.labels
    raise LayoutError(
        f"{layout} has no channel {wanted!r}",
        where=where,
        mend=f"take {', '.join(known)}, or a number from 1 to {layout.channels}",
    )
