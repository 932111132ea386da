"""The demo: a short film mix is made, played, rendered, delivered twice and checked.

::

    stems/dialogue, music, effects ──▶ normalised as stems ──▶ ebu-r128/        EBU R 128, linear
                │ sum
                ▼
             mix.wav ──▶ chain, live ──▶ (heard)
                └──────▶ chain, rendered ──▶ chain/mix.wav ──▶ normalised ──▶ apple-podcasts/   with limiting

What is delivered is measured again by our meter, and by loudgain and FFmpeg where they are installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock, as_block
from audiopost.jobs.check import CheckResult, check
from audiopost.jobs.demo_material import SAMPLE_RATE, dialogue_stem, effects_stem, music_stem, recorded_lines
from audiopost.jobs.job import Progress, Stage
from audiopost.jobs.normalize import normalize
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.other_meters import OtherReading, second_opinions
from audiopost.jobs.render import render
from audiopost.layouts import layout_named
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter

__all__ = ["CHAIN", "PLAY_S", "Delivery", "DemoResult", "Play", "run_demo"]

CHAIN = "broadcast-limiter"
STEMS_TARGET = "ebu-r128"
MIX_TARGET = "apple-podcasts"
PLAY_S = 6.0
"""How long the mix is played: long enough to hear all three stems, short enough to wait for."""

Play = Callable[[str, Path, float], Mapping[str, Any]]
"""Plays a file through a chain for so many seconds and gives back the statistics; live playing is another room's."""


@dataclass(frozen=True)
class Delivery:
    """One delivered programme: the file, the verdict of our own check, and what other meters read."""

    path: Path
    verdict: CheckResult
    others: tuple[OtherReading, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        others = [vars(other) for other in self.others]
        return {**self.verdict.to_json(), **self.verdict.measurement.to_json(), "other_meters": others}


@dataclass(frozen=True)
class DemoResult:
    """What the demo made, where it lies, and whether it is what the targets ask for."""

    folder: Path
    speech: str
    """``recorded`` or ``synthesised``."""
    files: tuple[Path, ...]
    played: Mapping[str, Any]
    stems: GroupResult
    mix: GroupResult
    deliveries: tuple[Delivery, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that was delivered passes."""
        return all(delivery.verdict.passed for delivery in self.deliveries) and bool(self.stems.passed)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "folder": str(self.folder),
            "speech": self.speech,
            "files": [str(path) for path in self.files],
            "played": dict(self.played),
            "groups": [self.stems.to_json(), self.mix.to_json()],
            "deliveries": [delivery.to_json() for delivery in self.deliveries],
            "passed": self.passed,
        }


def run_demo(
    folder: Path, play: Play, *, recordings: tuple[Path, ...] | None = None, progress: Progress | None = None
) -> DemoResult:
    """Make, play, render, deliver and check; what an earlier run left in `folder` is replaced.

    Parameters
    ----------
    play
        Plays a file through a chain.
    recordings
        Speech for the dialogue; None for what this machine has, empty for a synthesised voice.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    FileError
        If the folder cannot be written.
    AudiopostError
        If playing fails.
    """
    stage = Stage(progress, "making the stems")
    spoken = recorded_lines() if recordings is None else recordings
    stems = _write_stems(folder, spoken, stage.part(0.0, 0.4))
    mix = _write_sum(folder / "mix.wav", stems)
    stage.part(0.4, 0.4, "playing").report(1, 1)
    played = play(CHAIN, mix, PLAY_S)
    rendered = folder / "chain" / "mix.wav"
    rendered.parent.mkdir(exist_ok=True)
    render(mix, rendered, CHAIN, tail=False, exists="replace", progress=stage.part(0.6, 0.7, "rendering").progress())
    delivered = _deliver(stems, STEMS_TARGET, folder, "stems", stage.part(0.7, 0.8, "delivering the stems"))
    delivered_mix = _deliver([rendered], MIX_TARGET, folder, "each", stage.part(0.8, 0.9, "delivering the mix"))
    stage.part(0.9, 1.0, "checking").report(0, 1)
    sum_path = _write_sum(folder / STEMS_TARGET / "sum.wav", [folder / STEMS_TARGET / path.name for path in stems])
    programmes = ((sum_path, STEMS_TARGET), (folder / MIX_TARGET / "mix.wav", MIX_TARGET))
    deliveries = tuple(Delivery(path, check(path, target), second_opinions(path)) for path, target in programmes)
    return DemoResult(
        folder=folder,
        speech="recorded" if spoken else "synthesised",
        files=(*stems, mix, rendered, *(path for file in delivered.files for path in file.outputs), *dict(programmes)),
        played=played,
        stems=delivered,
        mix=delivered_mix,
        deliveries=deliveries,
    )


def _write_stems(folder: Path, spoken: tuple[Path, ...], stage: Stage) -> list[Path]:
    makers: tuple[tuple[str, Callable[[], AudioBlock]], ...] = (
        ("dialogue", lambda: dialogue_stem(spoken)),
        ("music", music_stem),
        ("effects", effects_stem),
    )
    paths = []
    for index, (name, make) in enumerate(makers):
        stage.report(index, len(makers))
        path = folder / "stems" / f"{name}.wav"
        _write(path, make())
        paths.append(path)
    return paths


def _write_sum(path: Path, parts: Sequence[Path]) -> Path:
    """The sum of files of one length, written as another."""
    _write(path, as_block(np.sum([read_audio(part)[0] for part in parts], axis=0)))
    return path


def _write(path: Path, samples: AudioBlock) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with AudioWriter(path, SAMPLE_RATE, layout_named("stereo"), bits="24", exists="replace") as writer:
        writer.write(samples)


def _deliver(paths: list[Path], target: str, folder: Path, group: Any, stage: Stage) -> GroupResult:
    (result,) = normalize(
        paths, target, folder / target, group=group, mode="limit", exists="replace", progress=stage.progress()
    )
    if result.error is not None:
        raise result.error
    return result
