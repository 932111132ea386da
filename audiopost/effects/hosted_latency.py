"""What a click says of a plug-in's latency where nothing says that its report holds: pure, but for the click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audiopost.plugins.latency import differ, latency_note, stated_note
from audiopost.plugins.plugin import PluginInfo

__all__ = ["HeldBack", "latency_notes", "scan_notes"]


@dataclass(frozen=True)
class HeldBack:
    """How late a plug-in says that it is, here.

    `frames` it holds back, `waiting_frames` of them because it is fed blocks of one size. `stated_frames` is what the
    drawing says instead, if it does; `restored` tells that it stands as a state or preset says.
    """

    frames: int
    waiting_frames: int = 0
    stated_frames: int | None = None
    restored: bool = False


def latency_notes(info: PluginInfo, held: HeldBack, click: Callable[[], int | None]) -> tuple[str, ...]:
    """A note where sound comes later, or earlier, than the graph is told.

    A report is doubtful where the scan found it wrong, where another one is given now (another rate, other knobs), or a
    state whose latency the scan has not measured; and so is one that the drawing states. `click` measures it then;
    None: nothing came through.
    """
    waiting = held.waiting_frames
    as_scanned = held.frames == info.latency_frames + waiting and not differ(
        info.latency_frames, info.measured_latency_frames
    )
    if as_scanned and held.stated_frames is None and not held.restored:
        return ()
    late = click()
    if late is None and info.measured_latency_frames is not None:
        late = info.measured_latency_frames + waiting  # its knobs let nothing through here
    told = held.frames if held.stated_frames is None else held.stated_frames
    if late is None or not differ(told, late):
        return ()
    if held.stated_frames is not None:
        return (stated_note(told, late),)
    return (latency_note(held.frames - waiting, late - waiting, waiting),)


def scan_notes(info: PluginInfo) -> tuple[str, ...]:
    """What the scan remarked, but for the latency: that is for the plug-in as it stands here."""
    if info.measured_latency_frames is None:
        return info.notes
    of_latency = latency_note(info.latency_frames, info.measured_latency_frames)
    return tuple(note for note in info.notes if note != of_latency)
