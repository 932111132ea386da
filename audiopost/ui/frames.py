"""Thirty pictures of the session a second, made once and given to everybody who looks.

A reader that is slow gets the newest picture when it comes for one; those between are left out. So a page on a bad line
costs neither memory nor time, and a hundred readers cost little more than one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["FRAMES_PER_SECOND", "Frame", "FrameSource"]

FRAMES_PER_SECOND = 30


@dataclass(frozen=True)
class Frame:
    """One picture: JSON without and with the places of the knobs, and the number of the knobs' last move."""

    number: int
    values: int
    text: str
    with_knobs: str


class FrameSource:
    """Asks for a picture when somebody looks, and only then.

    Parameters
    ----------
    make
        Gives the picture as plain data; called on the event loop, so it must not wait.
    knobs
        Gives where every knob stands; asked when the number ``values`` of a picture has risen.
    """

    def __init__(self, make: Callable[[], dict[str, Any]], knobs: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._knobs = knobs
        self._newest = Frame(0, -1, "", "")
        self._knobs_text = ""
        self._readers = 0
        self._arrived = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def texts(self) -> AsyncIterator[str]:
        """For one reader: picture after picture, with the knobs where they have moved since its last."""
        self._readers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        seen = Frame(self._newest.number, -1, "", "")
        try:
            while True:
                async with self._arrived:
                    while self._newest.number <= seen.number:
                        await self._arrived.wait()
                    newest = self._newest
                yield newest.text if newest.values == seen.values else newest.with_knobs
                seen = newest
        finally:
            self._readers -= 1

    async def _run(self) -> None:
        """Until the last reader has gone."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._readers > 0:
            await self._renew()
            due = max(due + 1.0 / FRAMES_PER_SECOND, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _renew(self) -> None:
        picture = self._make()
        if picture["values"] != self._newest.values:
            self._knobs_text = json.dumps(self._knobs(), separators=(",", ":"))
        text = json.dumps(picture, separators=(",", ":"))
        async with self._arrived:
            with_knobs = f'{text[:-1]},"knobs":{self._knobs_text}}}'
            self._newest = Frame(self._newest.number + 1, picture["values"], text, with_knobs)
            self._arrived.notify_all()
