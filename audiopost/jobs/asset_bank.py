"""The sounds of a game, looked at together: variations that stand out, heads, tails, seams of loops.

::

    each file ─▶ loudness, peaks, head, tail, seam ─┬─▶ its own faults
    files whose names differ in a number alone ─────┴─▶ group ─▶ who is louder or softer than the others

Sounds of 3 s and more are compared by integrated loudness; where one of a group is shorter, all of it by the largest
momentary loudness, of what is shorter than 0.4 s with silence behind it.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.jobs.bank_limits import BankLimits
from audiopost.layouts import Layout
from audiopost.loudness.meter import LoudnessMeter
from audiopost.media.audio_file import open_audio
from audiopost.media.containers import CONTAINERS
from audiopost.media.sampler_loops import stated_loop
from audiopost.units import db_to_linear, linear_to_db, power_to_db, seconds_to_frames

__all__ = ["Asset", "LoopSeam", "assets_in", "examine_asset", "judged_together"]

LONG_S = 3.0
BLOCK_S = 0.4
SHOWN_S = 0.005
"""What is looked at of the last moments of a sound."""

SILENT_DB = -60.0
"""Under the peak: what is softer at the head or the tail is silence."""

FADED_DB = -40.0
"""Under the peak: a sound that begins or ends louder than this does so with a step."""

SEAM_S = 0.05
SEAM_STEP_DB = 15.0
"""Over what samples differ by on average around it: noise reaches 12 dB once in ten thousand samples."""

LONGEST_S = 3600.0

_NUMBER = re.compile(r"[ _.-]*\d+$")
_LOOP_NAME = re.compile(r"(^|[^a-z])loop([^a-z]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class LoopSeam:
    """Where a loop goes back to its beginning.

    Attributes
    ----------
    start_s, end_s
        Of the loop.
    step_db
        Difference of the two samples that meet, over what neighbours differ by on average there.
    level_db
        Level of the 50 ms behind the seam over that of the 50 ms before it.
    """

    start_s: float
    end_s: float
    step_db: float
    level_db: float


@dataclass(frozen=True)
class Asset:
    """One sound: what was measured, and what is wrong with it, as sentences that say the mend."""

    path: Path
    group: str
    duration_s: float
    sample_rate_hz: int
    layout: str
    integrated_lufs: float | None
    momentary_max_lufs: float | None
    true_peak_dbtp: float
    head_ms: float
    tail_ms: float
    offset_dbfs: float
    seam: LoopSeam | None
    deviation_lu: float | None = None
    """From the median of its group."""
    faults: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is undefined is None."""
        plain = asdict(self) | {"path": str(self.path), "faults": list(self.faults), "error": None}
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in plain.items()
        }


def assets_in(places: Iterable[Path]) -> list[Path]:
    """Every sound file of folders, with those in folders below, and the files that are named; sorted within a folder.

    Raises FileError for what is not there, UsageError where there is no sound.
    """
    suffixes = {suffix for container in CONTAINERS.values() for suffix in container.suffixes}
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            below = (path for path in place.rglob("*") if path.suffix.lower() in suffixes and path.name[0] != ".")
            found += sorted(path for path in below if path.is_file())
        elif place.exists():
            found.append(place)
        else:
            raise FileError(str(place), "there is no such file or folder", mend="check the path")
    if not found:
        raise UsageError("there is no sound here", mend="give folders or files of sounds")
    return list(dict.fromkeys(found))


def examine_asset(path: Path, limits: BankLimits, *, loops: bool = False) -> Asset:
    """Measure one sound and find its own faults.

    Parameters
    ----------
    path
        Of the file.
    limits
        What is asked.
    loops
        Whether every sound is a loop; else those that state one (chunk ``smpl``) or have "loop" in their name.

    Raises
    ------
    FileError
        If it cannot be read, is empty or silent, or lasts over an hour.
    """
    with open_audio(path) as reader:
        rate, layout = reader.sample_rate, reader.layout
        if reader.frames > LONGEST_S * rate:
            raise FileError(str(path), f"lasts {reader.duration_s / 60.0:.0f} min", mend="measure it with `measure`")
        samples = reader.read(reader.frames)
    size = np.abs(samples).max(axis=0, initial=0.0)
    peak = float(size.max(initial=0.0))
    if not peak > 0.0 or not math.isfinite(peak):
        what = "holds no sound" if peak == 0.0 else "holds what is no number"
        raise FileError(str(path), what, mend="leave it out of the bank")
    loud = np.flatnonzero(size > peak * db_to_linear(SILENT_DB))
    meter = _measured(samples, rate, layout)
    loop = _loop_of(path, samples.shape[1], loops)
    asset = Asset(
        path=path,
        group=str(path.parent / _NUMBER.sub("", path.stem)),
        duration_s=samples.shape[1] / rate,
        sample_rate_hz=rate,
        layout=layout.name,
        integrated_lufs=meter.integrated_lufs,
        momentary_max_lufs=meter.momentary_max_lufs,
        true_peak_dbtp=float(meter.true_peak_dbtp or -math.inf),
        head_ms=1000.0 * int(loud[0]) / rate,
        tail_ms=1000.0 * (samples.shape[1] - 1 - int(loud[-1])) / rate,
        offset_dbfs=linear_to_db(float(np.abs(samples.mean(axis=1, dtype=np.float64)).max())),
        seam=None if loop is None else _seam(samples, rate, *loop),
    )
    return replace(asset, faults=tuple(_faults(asset, samples, peak, limits)))


def judged_together(assets: Sequence[Asset], limits: BankLimits) -> list[Asset]:
    """The same, each with how far it lies from the median of its group, and told of where that is too far."""
    groups: dict[str, list[Asset]] = {}
    for asset in assets:
        groups.setdefault(asset.group, []).append(asset)
    judged = {asset.path: asset for asset in assets}
    for members in groups.values():
        levels = {asset.path: level for asset in members if (level := _level(asset, members)) is not None}
        if len(levels) < 2:
            continue
        median = statistics.median(levels.values())
        for path, level in levels.items():
            deviation = level - median
            faults = judged[path].faults
            if abs(deviation) > limits.tolerance_lu:
                by, (how, mend) = abs(deviation), ("louder", "lower") if deviation > 0.0 else ("softer", "raise")
                faults = (*faults, f"{by:.1f} LU {how} than its group ({median:.1f} LUFS): {mend} it by {by:.1f} dB")
            judged[path] = replace(judged[path], deviation_lu=deviation, faults=faults)
    return [judged[asset.path] for asset in assets]


def _level(asset: Asset, members: Sequence[Asset]) -> float | None:
    long = all(each.duration_s >= LONG_S for each in members)
    level = asset.integrated_lufs if long else asset.momentary_max_lufs
    return level if level is not None and math.isfinite(level) else None


def _measured(samples: AudioBlock, rate: int, layout: Layout) -> LoudnessMeter:
    meter = LoudnessMeter(rate, layout)
    meter.process(samples)
    missing = seconds_to_frames(BLOCK_S + 0.1, rate) - samples.shape[1]
    if missing > 0:
        meter.process(np.zeros((samples.shape[0], missing), np.float32))
    return meter


def _loop_of(path: Path, frames: int, loops: bool) -> tuple[int, int] | None:
    stated = stated_loop(path)
    if stated is not None and stated[1] <= frames:
        return stated
    return (0, frames) if loops or _LOOP_NAME.search(path.stem) else None


def _seam(samples: AudioBlock, rate: int, start: int, end: int) -> LoopSeam:
    span = min(seconds_to_frames(SEAM_S, rate), end - start)
    before, after = samples[:, end - span : end].astype(np.float64), samples[:, start : start + span].astype(np.float64)
    step = float(np.abs(after[:, 0] - before[:, -1]).max())
    around = np.concatenate([np.diff(before, axis=1), np.diff(after, axis=1)], axis=1)
    usual = float(np.sqrt((around**2).mean())) if around.size else 0.0
    levels = [max(float((each**2).mean()), 1e-20) for each in (before, after)]
    return LoopSeam(start / rate, end / rate, linear_to_db(step / max(usual, 1e-7)), power_to_db(levels[1] / levels[0]))


def _faults(asset: Asset, samples: AudioBlock, peak: float, limits: BankLimits) -> Iterable[str]:
    if asset.true_peak_dbtp > limits.ceiling_dbtp:
        over = asset.true_peak_dbtp - limits.ceiling_dbtp
        yield f"true peak {asset.true_peak_dbtp:.1f} dBTP, limit {limits.ceiling_dbtp:.1f}: lower it by {over:.1f} dB"
    if asset.offset_dbfs > limits.offset_dbfs:
        yield f"offset {asset.offset_dbfs:.0f} dBFS: take it out (dc_removal)"
    if asset.seam is not None:
        if asset.seam.step_db > SEAM_STEP_DB:
            where, step = asset.seam.end_s, asset.seam.step_db
            yield f"the loop clicks at {where:.3f} s, a step {step:.0f} dB over what is around: crossfade its ends"
        return
    if asset.head_ms > limits.head_ms:
        yield f"{asset.head_ms:.0f} ms of silence before it: it comes late; cut them"
    if asset.tail_ms > limits.tail_ms:
        yield f"{asset.tail_ms:.0f} ms of silence behind it: cut them"
    first_db = linear_to_db(float(np.abs(samples[:, 0]).max()) / peak)
    if first_db > FADED_DB:
        yield f"it begins with a step, {-first_db:.0f} dB under its peak: fade it in"
    last = max(1, seconds_to_frames(SHOWN_S, asset.sample_rate_hz))
    last_db = linear_to_db(float(np.abs(samples[:, -last:]).max()) / peak)
    if last_db > FADED_DB:
        yield f"it is cut off, {-last_db:.0f} dB under its peak: fade it out"
