"""Pictures are made once for all readers; who is slow gets the newest."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from audiopost.ui.frames import FrameSource


class Made:
    """Counts how often a picture was asked for."""

    def __init__(self) -> None:
        self.pictures = 0
        self.values = 0

    def picture(self) -> dict[str, Any]:
        self.pictures += 1
        return {"values": self.values, "number": self.pictures}

    def knobs(self) -> dict[str, Any]:
        return {"hp.frequency_hz": [0.5, f"{self.values} Hz"]}


async def _first(source: FrameSource, count: int) -> list[dict[str, Any]]:
    got = []
    async for text in source.texts():
        got.append(json.loads(text))
        if len(got) == count:
            break
    return got


def test_every_reader_gets_the_same_pictures_made_once() -> None:
    made = Made()

    async def read() -> list[list[dict[str, Any]]]:
        source = FrameSource(made.picture, made.knobs)
        return await asyncio.gather(*(_first(source, 4) for _ in range(3)))

    one, two, three = asyncio.run(read())
    assert one == two == three
    assert made.pictures <= 6


def test_knobs_come_first_and_then_only_when_they_have_moved() -> None:
    made = Made()

    async def read() -> list[dict[str, Any]]:
        got = []
        async for text in FrameSource(made.picture, made.knobs).texts():
            got.append(json.loads(text))
            if len(got) == 3:
                made.values = 1
            if len(got) == 5:
                return got
        return got

    frames = asyncio.run(read())
    assert ["knobs" in frame for frame in frames] == [True, False, False, True, False]
    assert frames[3]["knobs"]["hp.frequency_hz"][1] == "1 Hz"


def test_a_slow_reader_misses_pictures_but_not_the_knobs() -> None:
    made = Made()

    async def read() -> list[dict[str, Any]]:
        source = FrameSource(made.picture, made.knobs)
        fast = asyncio.ensure_future(_first(source, 12))
        got = []
        async for text in source.texts():
            got.append(json.loads(text))
            if len(got) == 2:
                break
            made.values = 7
            await fast
        return got

    first, second = asyncio.run(read())
    assert second["number"] - first["number"] > 5
    assert second["knobs"]["hp.frequency_hz"][1] == "7 Hz"


def test_nothing_is_made_when_nobody_looks() -> None:
    made = Made()

    async def read() -> tuple[int, int]:
        source = FrameSource(made.picture, made.knobs)
        await _first(source, 2)
        await asyncio.wait_for(asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}), 5)
        at_end = made.pictures
        again = await _first(source, 1)
        return at_end, len(again)

    at_end, again = asyncio.run(read())
    assert at_end <= 4
    assert again == 1
