"""Work on many files: order, progress, wrong ones among them, and Ctrl-C."""

import os
import signal
from pathlib import Path

import pytest

from audiopost.cli import each_file
from audiopost.cli.each_file import for_each_file
from audiopost.cli.output import Progress
from audiopost.errors import FileError
from audiopost.jobs.side_by_side import usual_jobs

PATHS = [Path(f"{number}.wav") for number in range(6)]


@pytest.mark.parametrize("jobs", [None, 1, 3])
def test_outcomes_keep_the_order_and_wrong_ones_are_told(jobs: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    def work(path: Path, progress: Progress | None) -> str:
        if path.stem == "3":
            raise FileError(str(path), "no such file")
        return path.stem

    outcomes = for_each_file(PATHS, work, jobs=jobs)
    assert [outcome.result for outcome in outcomes] == ["0", "1", "2", None, "4", "5"]
    assert (outcomes[3].error, outcomes[3].code) == ("3.wav: no such file", 3)
    assert capsys.readouterr().err == "audiopost: 3.wav: no such file\n"


def test_a_programming_error_is_not_taken_for_a_wrong_file() -> None:
    def work(path: Path, progress: Progress | None) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_each_file(PATHS, work)


def test_one_bar_for_all_files_never_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    class Bar:
        def __enter__(self) -> Progress:
            return lambda fraction, words: seen.append(fraction)

        def __exit__(self, *_: object) -> None: ...

    def work(path: Path, progress: Progress | None) -> None:
        assert progress is not None
        for fraction in (0.25, 0.5, 1.0):
            progress(fraction, "")

    monkeypatch.setattr(each_file, "progress_bar", lambda *, quiet: Bar())
    for_each_file(PATHS[:2], work, jobs=1)
    assert seen == [0.125, 0.25, 0.5, 0.625, 0.75, 1.0]


def test_ctrl_c_ends_the_files_in_work() -> None:
    """The main thread hears the signal; the files in work hear of it at their next report."""

    def work(path: Path, progress: Progress | None) -> str:
        assert progress is not None
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(10_000_000):
            progress(0.5, "")
        return "ran to its end"

    # A shell starts what runs in its background deaf to Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            for_each_file(PATHS[:1], work, jobs=1)
    finally:
        signal.signal(signal.SIGINT, before)


def test_no_more_jobs_than_files() -> None:
    assert usual_jobs(1) == 1
    assert usual_jobs(10_000) >= 1
