"""The bars of a batch run, and the words for what fails."""

from __future__ import annotations

import io

from rich.console import Console
from rich.progress import Progress

from audiopost.batch.ledger import Row
from audiopost.batch.plan import PlannedFile, PlannedGroup
from audiopost.batch.run import GroupReport, Status
from audiopost.cli.batch_progress import BarsShown, failure_in_words


def group(name: str) -> PlannedGroup:
    return PlannedGroup(name, "each", (PlannedFile(f"/in/{name}.wav", f"/out/{name}.wav"),))


def report(name: str, status: Status, error: str = "", attempts: int = 0) -> GroupReport:
    row = Row(name, "s", (), "failed" if error else "done", attempts, error=error)
    return GroupReport(group(name), status, row)


def test_the_whole_grows_with_the_work_and_shrinks_with_what_is_skipped() -> None:
    heard = io.StringIO()
    with Progress(console=Console(file=heard, force_terminal=True, width=100)) as bars:
        shown = BarsShown(bars)
        shown.begun(3, 600, 2)
        whole = bars.tasks[0]
        shown.ended(report("old", "skipped"), 100)
        assert (whole.total, whole.completed, whole.description) == (500, 0, "1 of 3")
        shown.started(group("a"), "worker 1")
        shown.advanced(group("a"), 0.5, "measuring")
        assert [(task.description, task.completed) for task in bars.tasks[1:]] == [("a.wav", 0.5)]
        shown.ended(report("a", "done"), 200)
        assert (whole.completed, len(bars.tasks)) == (200, 1)
        shown.started(group("b"), "worker 2")
        shown.ended(report("b", "failed", "broken"), 300)
        assert (whole.completed, whole.description) == (500, "3 of 3")
    assert "audiopost: b.wav: broken" in heard.getvalue()


def test_a_failure_names_its_file_once_and_says_how_often_it_was_tried() -> None:
    assert failure_in_words(report("a", "failed", "no good")) == "a.wav: no good"
    assert (
        failure_in_words(report("a", "failed", "/in/a.wav: no good\ntrace", 3)) == "/in/a.wav: no good (tried 3 times)"
    )
