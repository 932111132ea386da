"""pedalboard's built-ins in the catalogue, as ``pedalboard.X``.

What one does not keep of a node's laws is made good below (`audiopost.plugins.streams`,
`audiopost.plugins.channel_groups`) or stated in `exceptions`. The library itself is loaded with the first node.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar

from audiopost.effects.fused_built_ins import fused_built_ins
from audiopost.effects.hosted_node import HostedNode, knob_parameter
from audiopost.graph.catalogue import EffectEntry
from audiopost.graph.node import INFINITE_TAIL, FusedProcess, Node, StreamFormat
from audiopost.graph.parameter import Setting, SettingValue
from audiopost.plugins import tails
from audiopost.plugins.built_ins import BUILT_INS, HIGHEST_CUT_OFF, BuiltIn, Segments
from audiopost.plugins.channel_groups import ChannelGroup, channel_groups
from audiopost.plugins.plugin import PluginSetting
from audiopost.plugins.segments import SegmentedPlugin, WholeSound
from audiopost.plugins.streams import FixedBlockStream, SteadyStream, Stream, held_back
from audiopost.units import seconds_to_frames

__all__ = ["BuiltInNode", "built_in_entries"]


class BuiltInNode(HostedNode):
    """A built-in of pedalboard. Subclassed once for each row of the table."""

    row: ClassVar[BuiltIn]

    def share_out(self, stream: StreamFormat) -> tuple[ChannelGroup, ...]:
        """By what the row says that the effect takes."""
        return channel_groups(stream.layout, self.row.channels, self.row.linked, self.name)

    def make_stream(self, width: int, sample_rate: int) -> Stream:
        """Steady or in fixed blocks, by the row."""
        row = self.row
        # Late: loading the library takes 0.1 s, and listing the catalogue must not.
        from audiopost.plugins.pedalboard_built_ins import make_built_in

        plugin = make_built_in(row, self.setting_values, sample_rate)
        for name, value in self.values.items():
            plugin.set_parameter(name, value)
        if row.segments is not None:
            return _segmented(plugin, row.segments, width, sample_rate)
        if not row.fixed_block_frames:
            return SteadyStream(plugin, width, row.priming_frames)
        settings = tuple(sorted(self.setting_values.items()))
        spare = seconds_to_frames(row.spare_s, sample_rate)
        held = _held_back(row.name, settings, width, sample_rate) + spare
        return FixedBlockStream(plugin, width, row.fixed_block_frames, held)

    def prepare(self, stream: StreamFormat) -> None:
        """See `HostedNode`."""
        self._impulse_response_s = 0.0
        if "impulse_response" in self.setting_values:
            from audiopost.plugins.pedalboard_built_ins import impulse_response_s

            self._impulse_response_s = impulse_response_s(str(self.setting_values["impulse_response"]))
        super().prepare(stream)
        self._as_new = True

    def fused_with(self, followers: Iterable[Node]) -> tuple[int, FusedProcess] | None:
        """One native call for a row of built-ins that hold nothing back."""
        return fused_built_ins(self, followers)

    def ringing_frames(self) -> int:
        """From the row: derived from the knobs, or measured."""
        beyond_s = self.row.tail_beyond_latency_s + self._impulse_response_s
        values = dict(self.values)
        for parameter in self.row.parameters:
            if parameter.below_nyquist:
                values[parameter.name] = min(values[parameter.name], HIGHEST_CUT_OFF * self._rate)
        ringing = self.row.tail(values, self._rate)
        return INFINITE_TAIL if ringing == tails.ENDLESS else ringing + math.ceil(beyond_s * self._rate)


def built_in_entries() -> Iterator[EffectEntry]:
    """The catalogue's entry of each built-in."""
    for row in BUILT_INS.values():
        yield EffectEntry.of(_node_class(row))


def _node_class(row: BuiltIn) -> type[BuiltInNode]:
    attributes = {
        "__module__": __name__,  # else that of the frame that makes classes: `abc`
        "__doc__": row.summary,
        "row": row,
        "name": f"pedalboard.{row.name}",
        "summary": row.summary,
        "parameters": tuple(knob_parameter(each) for each in row.parameters),
        "settings": tuple(_setting(each) for each in row.settings),
        "live": row.live,
        "exceptions": row.exceptions,
    }
    return type(f"{row.name}Node", (BuiltInNode,), attributes)


def _setting(each: PluginSetting) -> Setting:
    return Setting(each.name, each.kind, each.default, each.choices, each.summary)


@lru_cache(maxsize=256)
def _held_back(row: str, settings: tuple[tuple[str, SettingValue], ...], width: int, sample_rate: int) -> int:
    """What a built-in holds back, measured once for each way to use it."""
    from audiopost.plugins.pedalboard_built_ins import make_built_in

    known = BUILT_INS[row]
    plugin = make_built_in(known, dict(settings), sample_rate)
    return held_back(plugin, width, known.fixed_block_frames, seconds_to_frames(known.probe_s, sample_rate))


def _segmented(sound: WholeSound, segments: Segments, width: int, sample_rate: int) -> Stream:
    frames = [
        seconds_to_frames(each_s, sample_rate)
        for each_s in (segments.hop_s, segments.before_s, segments.after_s, segments.fade_s)
    ]
    return FixedBlockStream(SegmentedPlugin(sound, width, *frames), width, frames[0], held_back_frames=frames[2])
