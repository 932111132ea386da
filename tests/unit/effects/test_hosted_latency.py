"""When a plug-in's report of its latency is doubted, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audiopost.effects.hosted_latency import HeldBack, latency_notes, scan_notes
from audiopost.plugins.latency import latency_note, stated_note
from audiopost.plugins.plugin import PluginInfo


def info(reported: int, measured: int | None, *notes: str) -> PluginInfo:
    found = PluginInfo("x", "Vst", "x.vst3", "ok", format="VST3", notes=notes)
    return replace(found, latency_frames=reported, measured_latency_frames=measured)


@pytest.mark.parametrize(
    ("found", "held", "heard", "notes"),
    [
        (info(64, 64), HeldBack(64), None, ()),
        (info(64, 64), HeldBack(127, waiting_frames=63), None, ()),
        (info(0, 100), HeldBack(0), 100, (latency_note(0, 100),)),
        (info(0, 100), HeldBack(0), None, (latency_note(0, 100),)),
        (info(0, 100), HeldBack(63, waiting_frames=63), 163, (latency_note(0, 100, 63),)),
        (info(64, 64), HeldBack(128), 128, ()),
        (info(64, 64), HeldBack(64, restored=True), 96, (latency_note(64, 96),)),
        (info(0, 100), HeldBack(0, stated_frames=100), 100, ()),
        (info(0, 100), HeldBack(0, stated_frames=90), 100, (stated_note(90, 100),)),
        (info(0, None), HeldBack(32), None, ()),
    ],
)
def test_a_report_is_doubted_where_nothing_says_that_it_holds(
    found: PluginInfo, held: HeldBack, heard: int | None, notes: tuple[str, ...]
) -> None:
    asked: list[bool] = []

    def click() -> int | None:
        asked.append(True)
        return heard

    assert latency_notes(found, held, click) == notes
    trusted = found.measured_latency_frames == found.latency_frames == held.frames - held.waiting_frames
    assert bool(asked) != (trusted and held.stated_frames is None and not held.restored)


def test_what_the_scan_said_of_the_latency_is_not_said_twice() -> None:
    assert scan_notes(info(0, 100, latency_note(0, 100), "prints a lot")) == ("prints a lot",)
    assert scan_notes(info(0, None, "prints a lot")) == ("prints a lot",)
