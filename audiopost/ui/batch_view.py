"""What the batch page shows of a plan and of a run, as HTML of escaped words: pure, without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from audiopost.batch.forecast import Forecast, GroupForecast
from audiopost.batch.in_words import size_in_words, time_in_words
from audiopost.ui.batch_progress import BatchProgress, GroupProgress, Status

__all__ = ["plan_in_words", "plan_table", "problems_of", "run_in_words", "run_table"]

MOST_ROWS = 100
"""Rows of a table; a page with a million would help nobody."""

SIGNS: dict[Status, str] = {
    "waiting": "·", "in work": "▶", "done": "✓", "skipped": "↷", "missed": "✗", "failed": "✗",
}  # fmt: skip
WORDS: dict[Status, str] = {
    "waiting": "waits", "in work": "in work", "done": "done", "skipped": "was done before",
    "missed": "misses its target", "failed": "failed",
}  # fmt: skip
ORDER: tuple[Status, ...] = ("in work", "failed", "missed", "waiting", "done", "skipped")
ACTIONS = {"do": "to do", "skip": "done before", "failed": "failed before"}


def plan_table(plan: Forecast) -> str:
    """Every file with its form and what will become of it."""
    lines = [line for group in plan.groups for line in _plan_lines(group)]
    headings = ("Group", "File", "Form", "Length", "Written as", "")
    return _table("The plan", headings, lines, numbers=(3,))


def plan_in_words(plan: Forecast) -> str:
    """How much there is to do, in a sentence."""
    to_do = sum(group.action == "do" for group in plan.groups)
    files = sum(len(group.files) for group in plan.groups)
    words = f"{_count(to_do, 'programme')} to do of {len(plan.groups)}, {_count(files, 'file')}"
    size = size_in_words(sum(group.size for group in plan.groups))
    takes = "less than a second" if plan.estimated_s < 1.0 else f"about {time_in_words(plan.estimated_s)}"
    return f"{words}, {size}; {takes} on one processor. Outputs go to {plan.plan.root}."


def problems_of(plan: Forecast) -> list[str]:
    """What is wrong with the plan already, in sentences."""
    wrong = [f"{each.place}: {each.what}" for each in (*plan.plan.collisions, *plan.plan.problems)]
    return wrong + [file.error for group in plan.groups for file in group.files if file.error is not None]


def run_table(progress: BatchProgress) -> str:
    """Every group as it stands: what needs a look first."""
    ordered = sorted(progress.groups.values(), key=lambda group: ORDER.index(group.status))
    return _table("The run", ("Group", "Files", "Size", "Progress", ""), [_run_line(each) for each in ordered],
                  numbers=(1, 2))  # fmt: skip


def run_in_words(progress: BatchProgress) -> str:
    """Counts, and the time left."""
    counts = [f"{number} {WORDS[status]}" for status in ORDER if (number := progress.count(status))]
    left = "" if progress.left_s is None or progress.fraction >= 1.0 else f"; {time_in_words(progress.left_s)} left"
    return ", ".join(counts) + left


def _plan_lines(group: GroupForecast) -> Iterable[tuple[str, ...]]:
    for number, file in enumerate(group.files):
        place, output = (
            escape(each.replace("\\", "/").rpartition("/")[2]) for each in (file.file.place, file.file.output)
        )
        if file.error is not None:
            form, length = '<span class="ap-problem">✗ cannot be read</span>', ""
        else:
            form = f"{file.channels} ch, {file.sample_rate_hz} Hz"
            length = "" if file.duration_s is None else time_in_words(file.duration_s)
        name = "" if number or len(group.files) == 1 else escape(group.group.name)
        yield (name, place, form, length, output, ACTIONS[group.action] if not number else "")


def _run_line(group: GroupProgress) -> tuple[str, ...]:
    bar = f'<progress max="1" value="{group.fraction:.3f}" aria-label="{escape(group.name)}"></progress>'
    words = f"{SIGNS[group.status]} {WORDS[group.status]}"
    if group.words and group.status in ("in work", "failed"):
        words += f": {group.words}"
    return (escape(group.name), str(group.files), size_in_words(group.size), bar, escape(words))


def _table(caption: str, headings: Sequence[str], lines: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """Lines whose cells are HTML already."""

    def kind(index: int) -> str:
        return ' class="ap-number"' if index in numbers else ""

    head = "".join(f'<th scope="col"{kind(index)}>{escape(each)}</th>' for index, each in enumerate(headings))
    body = "".join(
        "<tr>" + "".join(f"<td{kind(index)}>{cell}</td>" for index, cell in enumerate(line)) + "</tr>"
        for line in lines[:MOST_ROWS]
    )
    more = len(lines) - MOST_ROWS
    rest = f'<tr><td colspan="{len(headings)}">and {more} more</td></tr>' if more > 0 else ""
    return (
        f'<table class="ap-table" aria-label="{escape(caption)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}{rest}</tbody></table>"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
