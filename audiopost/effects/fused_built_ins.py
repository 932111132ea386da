"""A row of pedalboard's built-ins as one native call.

Why: a call into the library costs about 1.4 us, each further effect in it about 0.2 us. While a knob of any of
them glides, the row is played effect by effect, as the glide moves between two calls of its own effect only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted_node import HostedNode
from audiopost.errors import PluginError
from audiopost.graph.node import FusedProcess, Node
from audiopost.plugins.streams import SteadyStream

if TYPE_CHECKING:
    from audiopost.plugins.pedalboard_built_ins import BuiltInPlugin

__all__ = ["fused_built_ins"]


def fused_built_ins(first: HostedNode, followers: Iterable[Node]) -> tuple[int, FusedProcess] | None:
    """``process`` of a node and as many followers as can be one call; how many they are. None if there are none.

    They can as long as each plays all channels at once, holds nothing back and has the largest block of the first.
    """
    nodes: list[HostedNode] = []
    plugins: list[BuiltInPlugin] = []
    for node in chain((first,), followers):
        plugin = _direct_plugin(node) if isinstance(node, HostedNode) else None
        if plugin is None or (plugins and plugin.native_row[1:] != plugins[0].native_row[1:]):
            break
        assert isinstance(node, HostedNode)
        nodes.append(node)
        plugins.append(plugin)
    if len(nodes) < 2:
        return None
    return len(nodes) - 1, _FusedRow(nodes, plugins).process


def _direct_plugin(node: HostedNode) -> BuiltInPlugin | None:
    from audiopost.plugins.pedalboard_built_ins import BuiltInPlugin

    stream = node.direct_stream
    if not isinstance(stream, SteadyStream) or stream.latency_frames:
        return None
    return stream.plugin if isinstance(stream.plugin, BuiltInPlugin) else None


class _FusedRow:
    def __init__(self, nodes: Sequence[HostedNode], plugins: Sequence[BuiltInPlugin]) -> None:
        from audiopost.plugins.pedalboard_built_ins import BuiltInRow

        self._nodes = nodes
        self._glides = [node.glides for node in nodes]
        self._memories = (nodes[0].new_memory(), nodes[0].new_memory())
        self._row = BuiltInRow(plugins, self._memories[0].channels)

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
