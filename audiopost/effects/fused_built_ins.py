"""A row of pedalboard's built-ins as one native call.

Why: a call into the library costs about 1.4 us, each further effect in it about 0.2 us. While a knob of any of
them glides, the row is played effect by effect, as the glide moves between two calls of its own effect only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted_node import HostedNode
from audiopost.errors import PluginError
from audiopost.graph.node import FusedProcess, Node
from audiopost.plugins.streams import SteadyStream

if TYPE_CHECKING:
    from audiopost.plugins.pedalboard_built_ins import BuiltInRow

__all__ = ["fused_built_ins"]


def fused_built_ins(nodes: Sequence[Node]) -> FusedProcess | None:
    """``process`` of all the nodes in one call; None unless each plays all channels at once and holds nothing back."""
    from audiopost.plugins.pedalboard_built_ins import BuiltInPlugin, BuiltInRow

    hosted = [node for node in nodes if isinstance(node, HostedNode)]
    streams = [node.direct_stream for node in hosted]
    plugins = [stream.plugin for stream in streams if isinstance(stream, SteadyStream) and stream.latency_frames == 0]
    built_ins = [plugin for plugin in plugins if isinstance(plugin, BuiltInPlugin)]
    if len(built_ins) != len(nodes) or len({plugin.native_row[1:] for plugin in built_ins}) != 1:
        return None
    return _FusedRow(hosted, BuiltInRow(built_ins, hosted[0].new_memory().channels)).process


class _FusedRow:
    def __init__(self, nodes: Sequence[HostedNode], row: BuiltInRow) -> None:
        self._nodes = nodes
        self._row = row
        self._glides = [node.glides for node in nodes]
        self._memories = (nodes[0].new_memory(), nodes[0].new_memory())

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        if block.size == 0:
            return
        if any(self._glides):
            self._one_by_one(block, out)
            return
        played = self._row.run(block)
        if played.size != out.size:
            raise PluginError(self._row.name, "held sound back while playing")
        out[...] = played

    def _one_by_one(self, block: AudioBlock, out: AudioBlock) -> None:
        frames = block.shape[1]
        given = block
        for index, node in enumerate(self._nodes[:-1]):
            played = self._memories[index % 2].block(frames)
            node.process(given, played)
            given = played
        self._nodes[-1].process(given, out)
