"""The ledger's state machine: events in, actions out. No file is touched and no clock read."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from audiopost.batch.ledger import (
    INTENDED,
    MOST_LOSSES,
    Action,
    Do,
    Ended,
    Ledger,
    Lost,
    Offered,
    Row,
    Save,
    Started,
    Stopped,
    Tell,
    Verified,
    Verify,
)
from audiopost.batch.storage import FileState

IN = FileState("in/a.wav", 100, "1:1", "aa")
OUT = FileState("out/a.wav", 100, "2:2", "bb")
DONE = Row("a", "settings", (IN,), status="done", outputs=(OUT,), passed=True)


def offer(row: Row | None = None, **rest: object) -> Offered:
    """The group ``a`` as it was when it was done."""
    usual = Offered("a", "settings", (replace(IN, sha256=""),), row, names=(OUT.place,))
    if row is not None:
        usual = replace(usual, outputs=tuple(replace(output, sha256="") for output in row.outputs))
    return replace(usual, **rest)  # type: ignore[arg-type]


def told(actions: tuple[Action, ...]) -> str:
    (tell,) = [action for action in actions if isinstance(action, Tell)]
    return tell.status


def saved(actions: tuple[Action, ...]) -> Row:
    (save,) = [action for action in actions if isinstance(action, Save)]
    return save.row


def test_a_new_group_is_done_and_remembered() -> None:
    ledger = Ledger()
    assert ledger.handle(offer()) == (Do("a", (OUT.place,)),)
    running = saved(ledger.handle(Started("a")))
    assert running.status == "running"
    ended = ledger.handle(Ended("a", (IN,), (OUT,), passed=True, worker="machine:1"))
    assert told(ended) == "done"
    assert (saved(ended).outputs, saved(ended).worker) == ((OUT,), "machine:1")
    assert ledger.open_groups == 0


def test_what_is_done_and_unchanged_is_skipped() -> None:
    assert told(Ledger().handle(offer(DONE))) == "skipped"


@pytest.mark.parametrize(
    "change",
    [
        {"settings": "others"},
        {"inputs": (replace(IN, size=101),)},
        {"inputs": (replace(IN, mark="3:1"),)},
        {"inputs": (IN, replace(IN, place="in/b.wav"))},
        {"outputs": (None,)},
        {"outputs": (replace(OUT, mark="9:9"),)},
    ],
    ids=["settings", "size", "time", "one more input", "output gone", "output touched"],
)
def test_what_has_changed_is_done_again(change: dict[str, object]) -> None:
    assert Ledger().handle(offer(DONE, **change)) == (Do("a", (OUT.place,)),)
    assert Ledger(restart=True).handle(offer(DONE)) == (Do("a", (OUT.place,)),)


def test_verifying_believes_contents_only() -> None:
    ledger = Ledger(verify=True)
    assert ledger.handle(offer(DONE)) == (Verify("a", (OUT,)),)
    assert told(ledger.handle(Verified("a", intact=True))) == "skipped"
    ledger.handle(offer(DONE))
    assert ledger.handle(Verified("a", intact=False)) == (Do("a", (OUT.place,)),)


def test_a_failure_is_tried_again_by_later_runs_up_to_the_limit() -> None:
    row, tries = None, 0
    for _ in range(5):
        ledger = Ledger(most_attempts=3)
        actions = ledger.handle(offer(row))
        if isinstance(actions[0], Do):
            tries += 1
            ledger.handle(Started("a"))
            actions = ledger.handle(Ended("a", (IN,), error="broken", error_kind="FileError"))
            row = saved(actions)
        assert told(actions) == "failed"
    assert (tries, row and row.attempts, row and row.error) == (3, 3, "broken")
    mended = Ledger(most_attempts=3).handle(offer(row, inputs=(replace(IN, mark="8:1"),)))
    assert isinstance(mended[0], Do)


def test_a_lost_worker_is_replaced_once_then_the_file_is_to_blame() -> None:
    ledger = Ledger(most_attempts=5)
    ledger.handle(offer())
    for loss in range(1, MOST_LOSSES + 1):
        ledger.handle(Started("a"))
        actions = ledger.handle(Lost("a", "the worker died"))
        again = [action for action in actions if isinstance(action, Do)]
        assert bool(again) == (loss < MOST_LOSSES)
    assert told(actions) == "failed"
    assert saved(actions).attempts == MOST_LOSSES


def test_a_killed_run_is_taken_up_and_may_replace_what_it_was_writing() -> None:
    first = Ledger()
    first.handle(offer())
    running = saved(first.handle(Started("a")))
    assert [(output.place, output.size) for output in running.outputs] == [(OUT.place, INTENDED)]
    # the run is killed here, with the output perhaps in its place already
    taken_up = Ledger().handle(offer(running, taken=(OUT.place,)))
    assert taken_up == (Do("a", (OUT.place,)),)


def test_a_stranger_under_the_name_is_never_replaced() -> None:
    actions = Ledger().handle(offer(taken=(OUT.place,)))
    assert told(actions) == "failed"
    assert "none of this job's" in saved(actions).error
    failed = saved(actions)
    assert failed.attempts == 0
    assert isinstance(Ledger().handle(offer(failed))[0], Do)


def test_an_intention_that_failed_claims_nothing() -> None:
    ledger = Ledger()
    ledger.handle(offer())
    ledger.handle(Started("a"))
    failed = saved(ledger.handle(Ended("a", (IN,), error="broken", error_kind="FileError")))
    assert failed.outputs == ()
    assert told(Ledger().handle(offer(failed, taken=(OUT.place,)))) == "failed"


def test_a_run_that_is_given_up_leaves_its_groups_waiting() -> None:
    ledger = Ledger()
    ledger.handle(offer())
    ledger.handle(Started("a"))
    assert saved(ledger.handle(Stopped())).status == "waiting"
    assert ledger.open_groups == 0


@pytest.mark.parametrize("seed", range(20))
def test_any_course_of_events_ends_with_every_group_told_once(seed: int) -> None:
    """Runs that are killed at any event, workers that die, files that fail: the books are right all the same."""
    chance = random.Random(seed)
    keys = [f"g{number}" for number in range(12)]
    bad = set(chance.sample(keys, 2))
    book: dict[str, Row] = {}
    done: Counter[str] = Counter()
    for _ in range(100):
        if killed_or_through(chance, keys, bad, book, done):
            break
    assert all(done[key] == 1 for key in keys if key not in bad)
    assert all(book[key].status == ("failed" if key in bad else "done") for key in keys)


def killed_or_through(
    chance: random.Random, keys: list[str], bad: set[str], book: dict[str, Row], done: Counter[str]
) -> bool:
    """One run, which may be killed after any event; True if it came to its end."""
    ledger = Ledger(most_attempts=100)
    waiting: list[str] = []
    running: list[str] = []
    told: Counter[str] = Counter()

    def handle(event: object) -> None:
        for action in ledger.handle(event):  # type: ignore[arg-type]
            if isinstance(action, Save):
                book[action.row.key] = action.row
            elif isinstance(action, Do):
                assert action.key not in waiting + running
                waiting.append(action.key)
            elif isinstance(action, Tell):
                told[action.row.key] += 1

    for key in keys:
        row = book.get(key)
        handle(Offered(key, "s", (), row, () if row is None else row.outputs, (f"out/{key}",)))
    while waiting or running:
        if chance.random() < 0.05:
            return False
        if waiting and chance.random() < 0.5:
            running.append(waiting.pop(chance.randrange(len(waiting))))
            handle(Started(running[-1]))
        elif running:
            key = running.pop(chance.randrange(len(running)))
            if key in bad:
                handle(Ended(key, (), error="broken", error_kind="FileError"))
            elif chance.random() < 0.1:
                handle(Lost(key, "died"))
            else:
                done[key] += 1
                handle(Ended(key, (), (FileState(f"out/{key}", 1, "1"),), passed=True))
    assert all(told[key] == 1 for key in keys)
    return all(book[key].status == "done" for key in keys if key not in bad)
