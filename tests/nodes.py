"""Small effects that tests of the engine are drawn with: each has one property that can be seen in its samples."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import EffectError, LayoutError
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.catalogue import Catalogue, EffectEntry
from audiopost.graph.node import INFINITE_TAIL, Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.layouts import Layout, layout_named


class Scale(Node):
    name = "scale"
    summary = "Multiplies by a factor at once."
    parameters = (Parameter("factor", 1.0, -10.0, 10.0, smoothing_ms=0.0),)

    def prepare(self, stream: StreamFormat) -> None:
        pass

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        np.multiply(block, np.float32(self.values["factor"]), out=out)


class Late(Node):
    name = "late"
    summary = "Passes sound on late and says so."
    settings = (Setting("frames", "integer", 10),)

    def prepare(self, stream: StreamFormat) -> None:
        self.latency_frames = int(self.setting_values["frames"])
        self._delay = AlignmentDelay(stream.layout.channels, self.latency_frames)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        self._delay.process(block, out)

    def reset(self) -> None:
        self._delay.reset()


class Echo(Node):
    name = "echo"
    summary = "Adds one echo; its delay is wanted, so it is a tail and no latency."
    settings = (Setting("frames", "integer", 10),)

    def prepare(self, stream: StreamFormat) -> None:
        self.tail_frames = int(self.setting_values["frames"])
        self._delay = AlignmentDelay(stream.layout.channels, self.tail_frames)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        self._delay.process(block, out)
        np.add(block, out, out=out)

    def reset(self) -> None:
        self._delay.reset()


class Product(Node):
    name = "product"
    summary = "Multiplies the main input by the side input."
    side_inputs = ("sidechain",)

    def prepare(self, stream: StreamFormat) -> None:
        pass

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        np.multiply(block, side[0], out=out)


class Spread(Node):
    name = "spread"
    summary = "Mono to stereo; refuses anything else."

    def output_layout(self, layout: Layout) -> Layout:
        if layout.channels != 1:
            raise LayoutError(f"{layout} is not mono", mend="give mono")
        return layout_named("stereo")

    def prepare(self, stream: StreamFormat) -> None:
        pass

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        np.copyto(out, block)


class Faulty(Node):
    name = "faulty"
    summary = "A foreign effect that gives NaN or raises where the input is above 2 or 3, or below -3."
    trusted = False

    def prepare(self, stream: StreamFormat) -> None:
        self.resets = 0

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        if np.max(block, initial=0.0) > 3.0:
            raise ZeroDivisionError("too loud for me")
        if np.min(block, initial=0.0) < -3.0:
            raise EffectError("inner", "gave no array", "effects.py:7")
        np.copyto(out, block)
        out[block > 2.0] = np.nan

    def reset(self) -> None:
        self.resets += 1


class Hum(Node):
    name = "hum"
    summary = "A generator that never ends."
    generates = True
    tail_frames = INFINITE_TAIL

    def prepare(self, stream: StreamFormat) -> None:
        pass

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        out.fill(0.25)


def catalogue() -> Catalogue:
    made = Catalogue()
    for effect in (Scale, Late, Echo, Product, Spread, Faulty, Hum):
        made.add(EffectEntry.of(effect))
    return made
