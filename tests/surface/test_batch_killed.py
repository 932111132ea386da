"""A batch run that is killed at any moment and started again: no output lost, doubled or half-written.

The short form is part of every test run; the long one (60 scenes of stems, 300 files, five of them bad, five kills) is
``make soak``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiopost.media.audio_file import read_audio
from tests.batch_material import STEMS, contents, stem_job, write_scenes
from tests.equivalence.test_normalized_by_peers import loudgain
from tests.programmes import write_sound
from tests.tolerances import PEER_LOUDNESS_LU

WORKERS = 2


def _other_rate(path: Path) -> None:
    write_sound(path, read_audio(path)[0], rate=44_100)


def _silent(path: Path) -> None:
    for stem in STEMS:
        write_sound(path.with_name(path.name.replace("_dx", f"_{stem}")), np.zeros((2, 48_000), np.float32))


SPOILED: dict[Callable[[Path], object], str] = {
    lambda path: path.write_bytes(b"this is a text"): "no sound file",
    lambda path: path.write_bytes(path.read_bytes()[:30]): "holds no format",
    lambda path: path.write_bytes(b""): "the file is empty",
    _other_rate: "44100",
    _silent: "silent or too short",
}
"""Ways in which a stem is bad, and what the message about it must hold."""


def started(job: Path) -> subprocess.Popen[str]:
    """A run with two workers, telling its progress line by line."""
    command = [sys.executable, "-m", "audiopost", "batch", str(job), "--jobs", str(WORKERS), "--progress", "json"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def killed_after(job: Path, lines: int, number: int = signal.SIGKILL) -> list[dict[str, Any]]:
    """The events of a run that gets a signal after so many of them."""
    run = started(job)
    assert run.stderr is not None
    events = []
    for line in run.stderr:
        if line.startswith("{"):
            events.append(json.loads(line))
            if len(events) == lines:
                os.kill(run.pid, number)
    run.stderr.close()
    assert run.wait() == (130 if number == signal.SIGTERM else -number)
    return events


def through(job: Path) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    """Exit code, events and document of a run to its end."""
    command = [sys.executable, "-m", "audiopost", "batch", str(job), "--progress", "json", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return done.returncode, events, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("scenes", "bad", "kills"), [(8, 1, 2), pytest.param(60, 5, 5, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_killed_at_random_moments(tmp_path: Path, scenes: int, bad: int, kills: int) -> None:
    chance = random.Random(8)
    write_scenes(tmp_path / "stems", scenes)
    broken = [f"sc{scene:03d}" for scene in sorted(chance.sample(range(scenes), bad))]
    for spoil, scene in zip(SPOILED, broken, strict=False):
        spoil(tmp_path / "stems" / f"{scene}_dx.wav")
    job = stem_job(tmp_path)
    starts: Counter[str] = Counter()
    in_flight: Counter[str] = Counter()
    for _ in range(kills):
        events = killed_after(job, chance.randint(3, 3 * scenes // (kills + 1)))
        starts += Counter(event["group"] for event in events if event["event"] == "started")
        ended = {event["group"] for event in events if event["event"] == "ended"}
        in_flight += Counter(e["group"] for e in events if e["event"] == "started" and e["group"] not in ended)
    code, events, document = through(job)
    starts += Counter(event["group"] for event in events if event["event"] == "started")

    assert code == (3 if bad == 1 else 2)  # stems of two rates are no programme, which is worse than a bad file
    failed = {Path(file["path"]).name for file in document["files"] if file["status"] == "failed"}
    assert failed == {f"{scene}_{stem}.wav" for scene in broken for stem in STEMS}
    causes = {Path(file["path"]).name[:5]: file["error"] for file in document["files"] if file["status"] == "failed"}
    assert all(words in causes[scene] for words, scene in zip(SPOILED.values(), broken, strict=False)), causes
    assert sum(in_flight.values()) <= kills * WORKERS
    # A bad one is tried by every run; any other is done once more for every time that it was in flight.
    twice = {group for group, times in starts.items() if times > 1 + in_flight[group]}
    assert twice <= {f"scene={scene}" for scene in broken}
    assert_same_as_undisturbed(tmp_path, job, broken)
    assert_right_by_libebur128(tmp_path / "delivered")


def assert_same_as_undisturbed(folder: Path, job: Path, broken: list[str]) -> None:
    """What lies there is, file by file, what a run makes that nobody disturbs; and nothing is left over."""
    calm = folder / "calm.toml"
    calm.write_text(job.read_text().replace("delivered/", "calm/"))
    through(calm)
    made = contents(folder / "delivered")
    assert made == contents(folder / "calm")
    assert {name.split("/")[0] for name in made}.isdisjoint(broken)
    assert {path.name for path in (folder / "delivered/.audiopost").iterdir()} == {"job.ledger", "job.lock"}


def assert_right_by_libebur128(delivered: Path) -> None:
    """The sum of every scene's stems has the loudness that EBU R 128 asks for."""
    for scene in sorted(path for path in delivered.iterdir() if not path.name.startswith(".")):
        mix = np.sum([read_audio(stem)[0] for stem in sorted(scene.iterdir())], axis=0)
        integrated_lufs, _ = loudgain(write_sound(delivered.parent / "mix.wav", mix, bits="16"))
        assert integrated_lufs == pytest.approx(-23.0, abs=PEER_LOUDNESS_LU), scene


def test_a_request_to_end_leaves_a_ledger_to_go_on_from(tmp_path: Path) -> None:
    write_scenes(tmp_path / "stems", 3)
    job = stem_job(tmp_path)
    events = killed_after(job, 3, signal.SIGTERM)
    assert events[0]["event"] == "begun"
    assert not list((tmp_path / "delivered/.audiopost").glob("*.work/*"))
    code, _, document = through(job)
    assert code == 0
    assert document["done"] + document["skipped"] == 3 * len(STEMS)
