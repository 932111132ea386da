"""Sizes are a smell, not a law: modules beyond the usual are named after the run, and fail nothing."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
USUAL_LINES = {"audiopost": 300, "tests": 250}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    long = [
        (len(path.read_text(encoding="utf-8").splitlines()), path.relative_to(REPOSITORY))
        for room, usual in USUAL_LINES.items()
        for path in sorted((REPOSITORY / room).rglob("*.py"))
        if len(path.read_text(encoding="utf-8").splitlines()) > usual
    ]
    if long:
        terminalreporter.section("modules longer than usual")
        for lines, path in sorted(long, reverse=True):
            terminalreporter.write_line(f"{lines:5d}  {path}")
