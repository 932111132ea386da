"""How a batch run stands, put together of what it tells line by line: pure, without a process.

The lines are those of ``audiopost batch --progress json``.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from audiopost.batch.forecast import Forecast

__all__ = ["BatchProgress", "GroupProgress", "Status", "ending_in_words"]

Status = Literal["waiting", "in work", "done", "skipped", "missed", "failed"]

MOST_MESSAGES = 20

STOPPED = "Stopped. The next run goes on from here."
ENDINGS: Mapping[int, str] = {
    0: "Done: every programme is delivered.",
    1: "Done, but not every programme meets its target.",
    2: "The job is wrong.",
    3: "Done, but for the files that are wrong.",
    5: "Done, but for the files on which a plug-in failed.",
    130: STOPPED,
    -signal.SIGTERM: STOPPED,  # asked to end before it could listen
}
"""What the exit code says."""


@dataclass
class GroupProgress:
    """One group. `fraction` is 0 to 1; `words` say what is done just now, or what went wrong."""

    key: str
    name: str
    files: int
    size: int
    status: Status = "waiting"
    fraction: float = 0.0
    words: str = ""


@dataclass
class BatchProgress:
    """A whole run; `fraction` is the share of the work, 0 to 1, by size."""

    groups: dict[str, GroupProgress] = field(default_factory=dict)
    fraction: float = 0.0
    left_s: float | None = None
    messages: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Forecast) -> BatchProgress:
        """Before it begins."""
        groups = (GroupProgress(g.group.key, g.group.name, len(g.files), g.size) for g in plan.groups)
        return cls({each.key: each for each in groups})

    def hear(self, line: str) -> None:
        """Take a line in: an event, or a message of the program."""
        event = _event(line)
        if event is None:
            words = line.strip().removeprefix("audiopost: ")
            if words and not words.startswith("report: "):
                self.messages.append(words)
                del self.messages[:-MOST_MESSAGES]
            return
        group = self.groups.get(str(event.get("group")))
        if group is None:
            return
        if event["event"] == "started":
            group.status, group.words = "in work", ""
        elif event["event"] == "advanced":
            group.fraction, group.words = float(event["fraction"]), str(event["doing"])
        elif event["event"] == "ended":
            group.status, group.fraction = _status(event), 1.0
            group.words = (event["error"] or "").strip().partition("\n")[0]
            self.fraction, self.left_s = float(event["fraction"]), event["left_s"]

    def count(self, status: Status) -> int:
        """How many groups stand so."""
        return sum(group.status == status for group in self.groups.values())


def ending_in_words(code: int) -> str:
    """What the exit code of a run says to a person."""
    return ENDINGS.get(code, f"It ended early (exit code {code}). The next run goes on from here.")


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and "event" in found else None


def _status(event: Mapping[str, Any]) -> Status:
    if event["status"] == "failed":
        return "failed"
    if event["passed"] is False:
        return "missed"
    return "skipped" if event["status"] == "skipped" else "done"
