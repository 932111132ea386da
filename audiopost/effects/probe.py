"""The laws of a node (`audiopost.graph.node`) tried on one plug-in, in a process of its own.

An effect is given noise; an instrument plays a chord, which is let go after a while.

What the host makes good is made good here too: a law that is kept may be kept by fixed blocks or by loading anew, and
the notes of the plug-in say so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import PluginNode
from audiopost.errors import PluginCrashError, PluginTimeoutError
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.layouts import default_layout
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan import plugin_info, require_ok
from audiopost.units import linear_to_db

__all__ = ["LawFinding", "probe_plugin"]

RATE_HZ = 48_000
LARGEST_FRAMES = 1024
SOUND_FRAMES = 12_000
SPLIT = (1, 0, 2, 37, 64, 511, 3)
CHORD = (36, 48, 60, 67)
"""Keys that an instrument is played; kits have drums at the lower ones."""
RELEASE_FRAME = SOUND_FRAMES // 2
CLICK_DOUBT_FRAMES = 8
"""Filters smear a click by so much."""
SILENCE_DBFS = -100.0
LONGEST_TAIL_S = 20.0
PATIENCE_S = 120.0


@dataclass(frozen=True)
class LawFinding:
    """One law: whether it is kept (None: it could not be tried), and what was measured."""

    name: str
    kept: bool | None
    detail: str = ""

    def to_json(self) -> dict[str, object]:
        """The plain form."""
        return asdict(self)


def probe_plugin(path: str, plugin_name: str = "") -> tuple[PluginInfo, tuple[LawFinding, ...]]:
    """Try the laws on a plug-in; a crash or a hang while it is tried is an error that names it.

    Raises
    ------
    PluginLoadError, PluginCrashError, PluginTimeoutError
        If it cannot be used, or takes its process down now.
    """
    info = plugin_info(path, plugin_name)
    if info.status != "instrument":
        require_ok(info)
    command = [
        sys.executable,
        "-m",
        "audiopost.effects.probe",
        info.path,
        info.name if info.format != "LV2" else info.id,
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise PluginTimeoutError(info.name, f"no answer within {PATIENCE_S:g} s while it was tried") from error
    if done.returncode:
        raise PluginCrashError(info.name, f"ended its process while it was tried (code {done.returncode})")
    rows = json.loads(done.stdout.splitlines()[-1])
    return info, tuple(LawFinding(**row) for row in rows)


def _laws(settings: Mapping[str, str]) -> Iterator[LawFinding]:
    trial = _Trial(settings)
    samples = _noise(trial.width, SOUND_FRAMES)
    whole = trial.played(trial.node(), samples)
    again = trial.played(trial.node(), samples)
    steady = np.array_equal(whole, again, equal_nan=True)
    yield LawFinding("the same samples twice", steady, _difference(whole, again))
    loud = trial.played(trial.node(), np.sign(samples))
    strange = np.count_nonzero(~np.isfinite(whole)) + np.count_nonzero(~np.isfinite(loud))
    yield LawFinding("finite sound, from full scale too", not strange, f"{strange} samples are not")
    pieces = trial.played(trial.node(), samples, SPLIT)
    yield LawFinding("any split into blocks", _equal(pieces, whole) if steady else None, _difference(pieces, whole))
    yield LawFinding("input untouched", not trial.touched)
    node = trial.node()
    trial.played(node, _noise(trial.width, SOUND_FRAMES, seed=2))
    node.reset()
    yield LawFinding("as new after a reset", *_compared(trial.played(node, samples), whole, steady))
    yield trial.latency()
    yield trial.tail()
    node = trial.node()
    trial.turn(node)
    trial.played(node, samples)
    restored = trial.node(state=node.state())
    node.reset()
    yield LawFinding(
        "a state brings the sound back",
        *_compared(trial.played(restored, samples), trial.played(node, samples), steady),
    )


class _Trial:
    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self.touched = False
        node = PluginNode(settings)
        self.plays_notes = node.plays_notes
        self.width = 2 if self.plays_notes else node.widths[0]

    def node(self, **more: str) -> PluginNode:
        """A new instance, ready to play."""
        node = PluginNode({**self._settings, **more})
        layout = default_layout(self.width)
        node.prepare(StreamFormat(RATE_HZ, layout, LARGEST_FRAMES, (layout,) * len(node.side_inputs)))
        return node

    def turn(self, node: PluginNode) -> None:
        """Every knob that is no switch, a little aside."""
        for each in node.parameters:
            if not each.choices:
                node.set_parameter(each.name, min(each.default + 0.1 * (each.maximum - each.minimum), each.maximum))

    def played(self, node: PluginNode, samples: AudioBlock, sizes: tuple[int, ...] = (LARGEST_FRAMES,)) -> AudioBlock:
        """In blocks of the given sizes; side inputs hear the same."""
        channels = node.output_layout(default_layout(self.width)).channels
        pieces, start, turn = [], 0, 0
        while start < samples.shape[1]:
            stop = start + sizes[turn % len(sizes)]
            if self.plays_notes:
                stop = self._play_chord(node, start, stop, turn)
            piece = np.ascontiguousarray(samples[:, start:stop])
            out = np.empty((channels, piece.shape[1]), dtype=np.float32)
            node.process(piece, out, *(piece.copy() for _ in node.side_inputs))
            self.touched |= not np.array_equal(piece, samples[:, start : start + piece.shape[1]])
            pieces.append(out)
            start, turn = start + piece.shape[1], turn + 1
        return np.concatenate(pieces, axis=1)

    def _play_chord(self, node: PluginNode, start: int, stop: int, turn: int) -> int:
        """Press the keys before the first piece, let them go at their frame; where the piece ends."""
        kind = 0x90 if turn == 0 else 0x80 if start == RELEASE_FRAME < stop else 0
        for key in CHORD if kind else ():
            node.play_midi(bytes((kind, key, 100)))
        return RELEASE_FRAME if start < RELEASE_FRAME < stop else stop

    def latency(self) -> LawFinding:
        """A click comes as late as declared."""
        if self.plays_notes:
            return LawFinding("latency as declared", None, "hears notes, no click")
        node = self.node()
        click = np.zeros((self.width, node.latency_frames + SOUND_FRAMES), dtype=np.float32)
        click[:, 100] = 0.5
        out = np.abs(self.played(node, click)).max(axis=0)
        if not np.any(out):
            return LawFinding("latency as declared", None, "a click gives no sound")
        late = int(np.argmax(out)) - 100
        detail = f"declares {node.latency_frames} frames; the peak of a click comes after {late}"
        return LawFinding("latency as declared", abs(late - node.latency_frames) <= CLICK_DOUBT_FRAMES, detail)

    def tail(self) -> LawFinding:
        """Silence after the declared tail."""
        node = self.node()
        if node.tail_frames == INFINITE_TAIL or node.tail_frames > LONGEST_TAIL_S * RATE_HZ:
            return LawFinding("silence after the tail", None, "declares a tail without end")
        sound = np.zeros((self.width, SOUND_FRAMES + node.tail_frames + RATE_HZ), dtype=np.float32)
        sound[:, :SOUND_FRAMES] = _noise(self.width, SOUND_FRAMES)
        rest = float(np.abs(self.played(node, sound)[:, SOUND_FRAMES + node.tail_frames :]).max())
        level_dbfs = float(linear_to_db(rest)) if rest else -np.inf
        detail = f"{node.tail_frames / RATE_HZ:.2f} s, then {level_dbfs:.0f} dBFS"
        return LawFinding("silence after the tail", level_dbfs <= SILENCE_DBFS, detail)


def _noise(width: int, frames: int, seed: int = 1) -> AudioBlock:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (width, frames)).astype(np.float32)


def _equal(one: AudioBlock, other: AudioBlock) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def _compared(one: AudioBlock, other: AudioBlock, steady: bool) -> tuple[bool | None, str]:
    return (_equal(one, other) if steady else None), _difference(one, other)


def _difference(one: AudioBlock, other: AudioBlock) -> str:
    largest = float(np.abs(np.nan_to_num(one) - np.nan_to_num(other)).max())
    return f"largest difference {linear_to_db(largest):.0f} dBFS" if largest else "equal to the last bit"


def main(arguments: list[str], write: Callable[[str], Any] = sys.stdout.write) -> int:
    """The child: the laws as one line of JSON."""
    settings = {"path": arguments[0], "plugin_name": arguments[1]}
    write(json.dumps([law.to_json() for law in _laws(settings)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
