"""The blocks of a channel, one after the other as they come out of a file, and in the order of their times at the end.

Source: ITU-R BS.2076-2, section 5.4.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import cast

from audiopost.media.adm.blocks import BlockReader
from audiopost.media.adm.model import Block, ObjectBlock, TypeName
from audiopost.media.adm.object_blocks import ObjectBlocks
from audiopost.media.adm.xml_tree import Element

__all__ = ["ChannelBlocks"]


class ChannelBlocks:
    """Collects what is read.

    Parameters
    ----------
    reader
        Makes blocks of elements; what is wrong is raised by its `fail`.
    channel_id
        The channel.
    kind
        Its type.
    """

    def __init__(self, reader: BlockReader, channel_id: str, kind: TypeName) -> None:
        self._reader = reader
        self._channel_id = channel_id
        self._kind = kind
        self._blocks: ObjectBlocks | list[Block] = ObjectBlocks() if kind == "Objects" else []
        self._end = (0, 1)
        self._in_order = True
        self._untimed = ""
        self._half_timed = ""

    def add(self, element: Element) -> None:
        """The next one.

        Raises
        ------
        FileError
            If something in it is wrong.
        """
        block = self._reader.block(self._channel_id, self._kind, len(self._blocks), element)
        if isinstance(self._blocks, ObjectBlocks):
            self._blocks.append(cast("ObjectBlock", block))
        else:
            self._blocks.append(block)
        if block.rtime is None or block.duration is None:
            if block.rtime is None and block.duration is None:
                self._untimed = self._untimed or block.id
            else:
                self._half_timed = self._half_timed or block.id
            return
        # In whole numbers: fractions would be brought to lowest terms a million times.
        begun, begun_in = block.rtime.numerator, block.rtime.denominator
        lasts, lasts_in = block.duration.numerator, block.duration.denominator
        end, end_in = self._end
        self._in_order = self._in_order and begun * end_in >= end * begun_in
        self._end = begun * lasts_in + lasts * begun_in, begun_in * lasts_in

    def finished(self) -> ObjectBlocks | tuple[Block, ...]:
        """All of them.

        Raises
        ------
        FileError
            If there is none, or their times do not fit together.
        """
        if not self._blocks:
            self._reader.fail(self._channel_id, "it has no audioBlockFormat")
        if len(self._blocks) == 1:
            alone = self._blocks[0]
            return self._kept([self._with_both_times(alone)] if self._half_timed else [alone])
        if self._half_timed:
            self._reader.fail(self._half_timed, "it needs rtime and duration both")
        if self._untimed:
            self._reader.fail(self._untimed, "it has no rtime, and is not the only block of its channel")
        if not self._in_order:
            return self._kept(self._sorted())
        return self._blocks if isinstance(self._blocks, ObjectBlocks) else tuple(self._blocks)

    def _with_both_times(self, block: Block) -> Block:
        """One block with one of its times is a block that lasts."""
        if block.rtime:
            self._reader.fail(block.id, "it has an rtime and no duration")
        whole = block.rtime is not None
        return replace(block, rtime=None, duration=None) if whole else replace(block, rtime=Fraction(0))

    def _sorted(self) -> Iterator[Block]:
        """By their times, of which none may begin before another ends; their order is all that is held at once."""
        blocks = self._blocks
        order = sorted(range(len(blocks)), key=lambda index: blocks[index].rtime or Fraction(0))
        before = blocks[order[0]]
        yield before
        for index in order[1:]:
            after = blocks[index]
            assert before.rtime is not None
            assert before.duration is not None
            if after.rtime is not None and after.rtime < before.rtime + before.duration:
                self._reader.fail(after.id, f"it begins before {before.id} ends")
            yield after
            before = after

    def _kept(self, blocks: Iterable[Block]) -> ObjectBlocks | tuple[Block, ...]:
        return ObjectBlocks(cast("Iterable[ObjectBlock]", blocks)) if self._kind == "Objects" else tuple(blocks)
