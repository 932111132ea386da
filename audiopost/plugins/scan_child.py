"""``python -m audiopost.plugins.scan_child PATH [ID ... | --names]``: load a plug-in file, play it, say what it is.

Runs alone in a process, because a plug-in may crash, hang or print without end. On the real standard output it
writes one JSON object per line: ``{"names": {id: name}}`` of the plug-ins that it is about to look at,
``{"stage": ...}`` before each step, so that the parent knows where it died, and ``{"plugins": [...]}`` as soon as each
is known. Whatever the plug-in prints goes to standard error.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.formats import LoadedPlugin, load_plugin, plugin_names
from audiopost.plugins.knobs import Knob
from audiopost.plugins.latency import click, differ, latency_note, peak_frame
from audiopost.plugins.loading import threads
from audiopost.plugins.locate import format_of
from audiopost.plugins.plugin import PluginInfo, PluginParameter, sentence
from audiopost.plugins.scan import NAMES_ONLY
from audiopost.plugins.streams import FIXED_BLOCK_FRAMES, PRIMING_FRAMES

__all__ = ["main"]

RATE_HZ = 48_000
WIDTHS_TRIED = (1, 2, 4, 6, 8, 10, 12, 16)
PIECES_FRAMES = (1, 2, 37, 64, 511, 3)
TRIAL_FRAMES = 480 * FIXED_BLOCK_FRAMES
LONGEST_TAIL_FRAMES = 60 * PRIMING_FRAMES
LONGEST_GAP_FRAMES = 12 * PRIMING_FRAMES
"""Two seconds: after a longer silence no echo is waited for."""
SMALLEST_NORMAL = float(np.finfo(np.float32).smallest_normal)
MANY_DENORMALS = 0.01
"""Of all samples: a few are in every sound that dies away."""
SILENCE_LINEAR = 1e-6
"""-120 dBFS: what has decayed."""


def scan(path: str, only: tuple[str, ...], say: Callable[..., None]) -> None:
    """Say what each plug-in of a file is, or those of `only`; `say` hears each step before it is taken."""
    say(stage="listing")
    try:
        names = plugin_names(path)
    except PluginLoadError as error:
        say(plugins=[_failed(path, Path(path).stem, _reason(path, error)).to_json()])
        return
    wanted = {choose: name for choose, name in names.items() if choose in only or not only or only == (NAMES_ONLY,)}
    say(names=wanted)
    if only == (NAMES_ONLY,):
        return
    for choose, name in wanted.items():
        found = _inspect(path, choose if len(names) > 1 else "", name, lambda stage: say(stage=stage))
        if found.status == "failed" and choose != name:
            found = replace(found, id=choose)
        say(plugins=[found.to_json()])


def _inspect(path: str, choose: str, name: str, stage: Callable[[str], None]) -> PluginInfo:
    stage(f"loading {name}")
    try:
        plugin = load_plugin(path, RATE_HZ, choose)
    except PluginLoadError as error:
        return _failed(path, name, _reason(path, error))
    known: dict[str, Any] = {**plugin.facts, "path": path, "format": format_of(Path(path))}
    known |= {"hears_notes": plugin.hears_notes, "presets": plugin.presets}
    if plugin.is_instrument:
        # Of an instrument nothing is measured: silence is all that it gives without notes.
        return PluginInfo(
            **known,
            status="instrument",
            error="it plays notes, not audio",
            output_channels=plugin.output_width,
            parameters=plugin.parameters,
        )
    if known["format"] in ("CLAP", "LV2") and not plugin.output_width:
        return PluginInfo(**known, status="failed", error="it gives no sound")
    refusals: list[str] = []
    widths = tuple(width for width in plugin.widths or WIDTHS_TRIED if _plays(plugin, width, stage, refusals))
    if not widths:
        why = "it takes no number of channels that was tried" + (f": {refusals[0]}" if refusals else "")
        return PluginInfo(**known, status="failed", error=why)
    stage("measuring")
    width = widths[0]
    parameters = tuple(each for each in plugin.parameters if not _is_meter(plugin, width, each))
    trial = _Trial(path, choose, plugin.knobs, width)
    first, second, third = (trial.in_fixed_blocks(trial.load(FIXED_BLOCK_FRAMES)) for _ in range(3))
    lasting = trial.load(FIXED_BLOCK_FRAMES)
    once, twice = trial.in_fixed_blocks(lasting), trial.in_fixed_blocks(lasting)
    # Of a plug-in that never gives the same samples twice nothing more can be said; it is fed as it comes.
    steady = np.array_equal(second, third)
    dependent = steady and not np.array_equal(third, trial.in_pieces(trial.load(PRIMING_FRAMES)))
    block_frames = FIXED_BLOCK_FRAMES if dependent else PRIMING_FRAMES
    learns = steady and not np.array_equal(first, second)
    if learns:
        trial.load(block_frames).run(np.zeros((width, block_frames), dtype=np.float32))
    trial.leave_one(block_frames)
    measured = _Measured(trial.load(block_frames), width, block_frames)
    return PluginInfo(
        **known,
        status="ok",
        channels=widths,
        latency_frames=measured.held_back,
        measured_latency_frames=measured.peak,
        tail_frames=measured.tail if measured.tail < 0 else max(0, measured.tail - measured.held_back),
        deterministic=steady,
        block_dependent=dependent,
        resets=not steady or (np.array_equal(once, twice) and trial.comes_back(trial.load(block_frames), block_frames)),
        wants_predecessor=learns,
        output_channels=0 if third.shape[0] == width else third.shape[0],
        side_inputs=tuple(name for name, _ in plugin.side_inputs),
        side_channels=tuple(channels for _, channels in plugin.side_inputs),
        parameters=parameters,
        notes=(*_notes(measured.held_back, measured.peak), *trial.remarks),
    )


def _plays(plugin: LoadedPlugin, width: int, stage: Callable[[str], None], refusals: list[str]) -> bool:
    stage(f"playing {width} channels")
    try:
        plugin.reset()
        plugin.run(np.zeros((width, PRIMING_FRAMES), dtype=np.float32))
    except PluginError as error:
        refusals.append(error.what)
        return False
    return True


class _Measured:
    """What one instance does to silence, a click and a burst of noise, in blocks of one size.

    `held_back`: frames that it kept of the silence; `peak`: frame of the largest sample of its answer to a click, None
    for silence; `tail`: frames until the burst has decayed with every knob at its default, -1 where it does not.
    """

    def __init__(self, plugin: LoadedPlugin, width: int, block_frames: int) -> None:
        sizes = (block_frames,)
        silence = np.zeros((width, PRIMING_FRAMES), dtype=np.float32)
        plugin.reset()
        self.held_back = PRIMING_FRAMES - _in_blocks(plugin, silence, sizes).shape[1]
        self.peak = peak_frame(_in_blocks(plugin, click(width), sizes))
        _in_blocks(plugin, _noise(width, PRIMING_FRAMES), sizes)
        last, played = 0, 0
        while played < LONGEST_TAIL_FRAMES and played - last < LONGEST_GAP_FRAMES:
            loud = np.flatnonzero(np.abs(_in_blocks(plugin, silence, sizes)).max(axis=0, initial=0.0) > SILENCE_LINEAR)
            last = played + int(loud[-1]) + 1 if loud.size else last
            played += PRIMING_FRAMES
        self.tail = -1 if played >= LONGEST_TAIL_FRAMES else last


def _is_meter(plugin: LoadedPlugin, width: int, parameter: PluginParameter) -> bool:
    """True for a parameter that shows instead of controls: it claims no automation, and turning it changes nothing."""
    if plugin.automates(parameter.name):
        return False
    before = _response(plugin, width)
    plugin.set_parameter(parameter.name, _far_away(parameter))
    after = _response(plugin, width)
    plugin.set_parameter(parameter.name, parameter.default)
    return np.array_equal(before, after)


def _response(plugin: LoadedPlugin, width: int) -> AudioBlock:
    plugin.reset()
    plugin.run(np.zeros((width, PRIMING_FRAMES), dtype=np.float32))
    return plugin.run(_noise(width, PRIMING_FRAMES)).copy()


def _noise(width: int, frames: int) -> AudioBlock:
    return np.random.default_rng(1770).uniform(-0.5, 0.5, (width, frames)).astype(np.float32)


class _Trial:
    """The same noise through instances of one plug-in; a third of the way in every knob is turned a little."""

    def __init__(self, path: str, choose: str, knobs: tuple[Knob, ...], width: int) -> None:
        self._path = path
        self._choose = choose
        self._knobs = knobs
        self._width = width
        self._remarks: dict[str, None] = {}

    def load(self, largest_frames: int) -> LoadedPlugin:
        """A new instance for blocks of at most this size."""
        return load_plugin(
            self._path, RATE_HZ, self._choose, knobs=self._knobs, largest_frames=largest_frames, width=self._width
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """How the instances behaved, each remark once."""
        return tuple(self._remarks)

    def leave_one(self, largest_frames: int) -> None:
        """Load one more instance and let it go: what it leaves behind is remarked."""
        before = threads()
        plugin = self.load(largest_frames)
        plugin.run(np.zeros((self._width, largest_frames), dtype=np.float32))
        del plugin
        gc.collect()
        left = threads() - before
        if left > 0:
            self._remarks[f"leaves {left} threads running when it goes"] = None

    def in_fixed_blocks(self, plugin: LoadedPlugin) -> AudioBlock:
        """In blocks of the size that it was promised."""
        return self._play(plugin, FIXED_BLOCK_FRAMES, (FIXED_BLOCK_FRAMES,))

    def in_pieces(self, plugin: LoadedPlugin) -> AudioBlock:
        """In blocks of many sizes."""
        return self._play(plugin, PRIMING_FRAMES, PIECES_FRAMES)

    def comes_back(self, plugin: LoadedPlugin, block_frames: int) -> bool:
        """Whether a reset alone makes it as new: setting a knob anew clears what some keep across a reset."""
        silence, noise = np.zeros((self._width, PRIMING_FRAMES), dtype=np.float32), _noise(self._width, PRIMING_FRAMES)
        played = []
        for _ in range(2):
            plugin.reset()
            _in_blocks(plugin, silence, (block_frames,))
            played.append(_in_blocks(plugin, noise, (block_frames,)))
        return np.array_equal(played[0], played[1], equal_nan=True)

    def _play(self, plugin: LoadedPlugin, priming_frames: int, sizes: tuple[int, ...]) -> AudioBlock:
        knobs = [knob.parameter for knob in self._knobs if plugin.automates(knob.parameter.name)]
        for parameter in knobs:
            plugin.set_parameter(parameter.name, parameter.default)
        plugin.reset()
        _in_blocks(plugin, np.zeros((self._width, PRIMING_FRAMES), dtype=np.float32), (priming_frames,))
        noise, turn_at = _noise(self._width, TRIAL_FRAMES), TRIAL_FRAMES // 3
        before = _in_blocks(plugin, noise[:, :turn_at], sizes)
        for parameter in knobs:
            plugin.set_parameter(parameter.name, _elsewhere(parameter))
        after = _in_blocks(plugin, noise[:, turn_at:], sizes)
        played = np.concatenate([before, after], axis=1)
        self._remarks.update(dict.fromkeys(plugin.remarks))
        if not np.isfinite(played).all():
            self._remarks["gives NaN or infinity, which is replaced by silence"] = None
        if np.mean((played != 0.0) & (np.abs(played) < SMALLEST_NORMAL)) > MANY_DENORMALS:
            self._remarks["gives denormal numbers, with which processors are slow"] = None
        return played


def _elsewhere(parameter: PluginParameter) -> float:
    """Another value not far off; the next one of a switch."""
    step = 1.0 if parameter.choices else 0.02 * (parameter.maximum - parameter.minimum)
    return parameter.default + step if parameter.default + step <= parameter.maximum else parameter.default - step


def _far_away(parameter: PluginParameter) -> float:
    """The end of the range that is farther from the default."""
    below, above = parameter.default - parameter.minimum, parameter.maximum - parameter.default
    return parameter.minimum if below > above else parameter.maximum


def _in_blocks(plugin: LoadedPlugin, samples: AudioBlock, sizes: tuple[int, ...]) -> AudioBlock:
    played, start, turn = [], 0, 0
    while start < samples.shape[1]:
        stop = min(samples.shape[1], start + sizes[turn % len(sizes)])
        played.append(plugin.run(np.ascontiguousarray(samples[:, start:stop])).copy())
        start, turn = stop, turn + 1
    return np.concatenate(played, axis=1)


def _notes(reported: int, measured: int | None) -> tuple[str, ...]:
    return (latency_note(reported, measured),) if measured is not None and differ(reported, measured) else ()


def _failed(path: str, name: str, reason: str) -> PluginInfo:
    kind = format_of(Path(path))
    return PluginInfo(f"{kind}-{name}", name, path, "failed", format=kind, error=reason)


def _reason(path: str, error: PluginLoadError) -> str:
    """Why a file does not load. The format's own message never names a missing library, the dynamic loader does."""
    for binary in _binaries(Path(path)):
        try:
            ctypes.CDLL(str(binary))
        except OSError as loader:
            return sentence(loader)
    return f"{error.what}; {error.mend}" if error.mend else error.what


def _binaries(path: Path) -> list[Path]:
    """The code that this system would load of a file or bundle."""
    if path.is_file():
        return [path]
    folders = {
        "linux": f"Contents/{os.uname().machine}-linux" if hasattr(os, "uname") else "",
        "darwin": "Contents/MacOS",
    }
    folder = path / folders.get(sys.platform, "Contents/x86_64-win")
    return sorted(each for each in folder.iterdir() if each.is_file()) if folder.is_dir() else []


def main(arguments: list[str]) -> int:
    """Scan, and write the findings; 2 where the arguments are wrong."""
    if not arguments:
        return 2
    # The plug-in may print on descriptor 1: keep the real one for the findings and point 1 at 2.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as findings:
        os.dup2(2, 1)
        scan(arguments[0], tuple(arguments[1:]), partial(_say, findings))
    # A plug-in may hang or crash while it is unloaded; everything is said by now.
    os._exit(0)


def _say(findings: IO[str], **words: object) -> None:
    findings.write(json.dumps(words) + "\n")
    findings.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
