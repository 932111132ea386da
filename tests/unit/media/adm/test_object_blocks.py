"""Blocks of objects in columns: what was put in comes out, and an hour of them is no more than their numbers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from audiopost.errors import FileError
from audiopost.media.adm.model import Divergence, ObjectBlock, Zone
from audiopost.media.adm.object_blocks import ObjectBlocks
from audiopost.media.adm.read import read_adm
from audiopost.media.adm.rendering import TrackRenderer
from audiopost.media.adm.selection import select
from audiopost.media.adm.systems import System, system_of
from audiopost.media.adm.times import read_time
from tests.adm_material import at, objects_axml
from tests.tolerances import ADM_BLOCK_BYTES

PLAIN = ObjectBlock("AB_00031001_00000001", Fraction(1, 3), Fraction(1, 48_000), 0.1, position=(-179.9, 12.3, 0.4))
EVERYTHING = ObjectBlock(
    "AB_0003100F_0000000F", read_time("999:59:59.999999999999"), read_time("00:00:00.1S9999999"), 0.0,
    cartesian=True, position=(0.1, -0.2, 1e-9), width=0.3, height=0.4, depth=0.5, diffuse=0.6, jump=True,
    interpolation=Fraction("0.005208333333333333333333"), channel_lock=True, lock_distance=0.7,
    divergence=Divergence(0.8, None, 0.9), zones=(Zone(False, ((-30.0, 30.0), (0.0, 90.0))),), screen_ref=True,
    screen_edges=("left",),
)  # fmt: skip
BLOCKS = [
    PLAIN,
    EVERYTHING,
    *(replace(PLAIN, id=name) for name in ("AB_00031001_FFFFFFFF", "AB_0003100f_0000aBcD", "block 3 of AC_1", "")),
    replace(EVERYTHING, rtime=None, duration=None),
    replace(PLAIN, rtime=None),
    replace(PLAIN, duration=None),
]  # fmt: skip


def test_blocks_come_out_as_they_went_in() -> None:
    found = ObjectBlocks(BLOCKS)
    assert list(found) == BLOCKS
    assert found[2:-1] == tuple(BLOCKS[2:-1])
    assert found[-1] == BLOCKS[-1]
    with pytest.raises(IndexError):
        found[len(BLOCKS)]


def test_what_any_block_has_is_known_without_looking_at_all() -> None:
    plain, full = ObjectBlocks([PLAIN]), ObjectBlocks(BLOCKS)
    assert (plain.diffuse, plain.screen_ref, plain.screen_edges) == (False, False, False)
    assert (full.diffuse, full.screen_ref, full.screen_edges) == (True, True, True)


def changed(*changes: tuple[str, str]) -> Sequence[object]:
    """The blocks of three that stand in a file one after the other, after changes to the words of the file."""
    axml, tracks = objects_axml([[at(0, 0, 1), at(30, 0, 1), at(60, 0, 1)]], seconds=0.3)
    text = axml.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return read_adm([text.encode()], tracks, "x.wav").channels["AC_00031001"].blocks


def test_blocks_are_put_into_the_order_of_their_times() -> None:
    places = [block.position[0] for block in changed(('"00:00:00.00000"', '"00:00:00.30000"'))]
    assert places == [30.0, 60.0, 0.0]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('rtime="00:00:00.00000"', 'rtime="00:00:00.25000"', "AB_00031001_00000001: it begins before AB_0003"),
        ('rtime="00:00:00.10000" duration', "duration", "AB_00031001_00000002: it needs rtime and duration both"),
        ('rtime="00:00:00.20000" duration="00:00:00.10000"', "", "AB_00031001_00000003: it has no rtime, and is not"),
    ],
)  # fmt: skip
def test_times_that_do_not_fit_are_told_by_the_block(before: str, after: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        changed((before, after))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ('rtime="00:00:00.00000"', (None, None)),
        ('duration="00:00:00.30000"', (Fraction(0), Fraction(3, 10))),
    ],
)
def test_one_block_with_one_of_its_times_lasts(words: str, times: tuple[Fraction | None, Fraction | None]) -> None:
    axml, tracks = objects_axml([[at(0, 0, 1)]], seconds=0.3)
    both = b'rtime="00:00:00.00000" duration="00:00:00.30000"'
    assert both in axml
    (block,) = read_adm([axml.replace(both, words.encode())], tracks, "x.wav").channels["AC_00031001"].blocks
    assert (block.rtime, block.duration) == times


def taken_bytes(count: int, system: System) -> tuple[int, int]:
    """Memory that is kept for a renderer of so many blocks, and the most that it took to get there."""
    axml, tracks = objects_axml([[at(0.01 * number, 0, 1) for number in range(count)]], seconds=50.0)
    pieces = [axml[begin : begin + 4096] for begin in range(0, len(axml), 4096)]
    tracemalloc.start()
    try:
        renderer = TrackRenderer(select(read_adm(pieces, tracks, "x.wav"), 1, "x.wav"), system, 48_000)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert renderer.channels == 12
    return kept, most


def test_a_block_takes_no_more_memory_than_its_numbers() -> None:
    system = system_of("7.1.4")
    taken_bytes(10, system)
    (few_kept, few_most), (many_kept, many_most) = (taken_bytes(count, system) for count in (300, 1300))
    assert (many_kept - few_kept) / 1000 < ADM_BLOCK_BYTES
    assert (many_most - few_most) / 1000 < ADM_BLOCK_BYTES
