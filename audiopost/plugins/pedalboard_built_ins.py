"""The door to pedalboard's own effects; that for plug-in files is `pedalboard_host`.

Source: pedalboard's documentation of ``Plugin.process`` and of its effects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard
from pedalboard.io import AudioFile

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, PluginError, UsageError
from audiopost.plugins.built_ins import BUILT_INS, HIGHEST_CUT_OFF, BuiltIn
from audiopost.plugins.pedalboard_instance import PedalboardInstance
from audiopost.plugins.plugin import PluginSettingValue, sentence

__all__ = ["BuiltInPlugin", "BuiltInRow", "built_in_parameters", "impulse_response_s", "make_built_in"]

LAYOUT_FRAMES = 64
"""Frames of a block that cannot be mistaken for channels."""


class BuiltInPlugin(PedalboardInstance):
    """One of pedalboard's own effects."""

    def __init__(self, native: Any, row: BuiltIn, sample_rate: int) -> None:
        super().__init__(native, f"pedalboard.{row.name}", sample_rate, row.priming_frames)
        self._attributes = {each.name: each.native or each.name for each in row.parameters}
        ceiling = HIGHEST_CUT_OFF * sample_rate
        self._ceilings = {each.name: ceiling for each in row.parameters if each.below_nyquist}

    @property
    def native_row(self) -> tuple[Any, float, int]:
        """What a call over several built-ins needs: the instance, its rate in Hz, its largest block."""
        return self._native, self._rate, self._largest_frames

    def play_whole(self, samples: AudioBlock) -> AudioBlock:
        """The output that belongs to a whole sound, from a fresh state; see `audiopost.plugins.segments`."""
        try:
            played: AudioBlock = self._native.process(samples, self._rate, self._largest_frames, True)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        if played.shape != samples.shape:
            raise PluginError(self.name, f"gave {played.shape[1]} of {samples.shape[1]} frames")
        return played

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once; a cut-off is kept below half the sample rate."""
        ceiling = self._ceilings.get(name)
        setattr(self._native, self._attributes[name], value if ceiling is None else min(value, ceiling))


class BuiltInRow:
    """Several built-ins of one stream of `channels` in one native call: the call costs more than most effects.

    They hear nothing while it is made.

    Raises
    ------
    UsageError
        If they do not share rate and largest block.
    """

    def __init__(self, plugins: Sequence[BuiltInPlugin], channels: int) -> None:
        rows = [plugin.native_row for plugin in plugins]
        if len({(rate, largest_frames) for _, rate, largest_frames in rows}) != 1:
            raise UsageError("built-ins of different streams cannot be played in one call")
        # A board holds its effects in C++; a list of them would be read anew in every call. Bound: 0.1 us less.
        board: Any = pedalboard.Pedalboard()  # type: ignore[attr-defined]
        self._play = board.process
        self._rate, self._largest_frames = rows[0][1:]
        self.name = " > ".join(plugin.name for plugin in plugins)
        # The board too remembers which side of an array are the channels, and cannot tell from a block of one frame.
        # It learns it before it has effects, whose state stays as they were primed.
        self.run(np.zeros((channels, LAYOUT_FRAMES), dtype=np.float32))
        for native, _, _ in rows:
            board.append(native)

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block of 1 frame or more through all of them."""
        try:
            played: AudioBlock = self._play(block, self._rate, self._largest_frames, False)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        return played


def make_built_in(row: BuiltIn, settings: Mapping[str, PluginSettingValue], sample_rate: int) -> BuiltInPlugin:
    """An instance of a built-in.

    Raises
    ------
    UsageError
        If the effect refuses a setting.
    FileError
        If a file that a setting names cannot be read.
    """
    maker = getattr(pedalboard, row.name)
    arguments: dict[str, Any] = dict(settings)
    if "impulse_response" in arguments:
        arguments["impulse_response_filename"] = str(_readable(str(arguments.pop("impulse_response"))))
    if "target_sample_rate_hz" in arguments:
        arguments["target_sample_rate"] = float(arguments.pop("target_sample_rate_hz"))
    if "mode" in arguments:
        arguments["mode"] = getattr(pedalboard.LadderFilter.Mode, arguments["mode"])
    if "quality" in arguments:
        arguments["quality"] = getattr(pedalboard.Resample.Quality, arguments["quality"])
    try:
        native = maker(**arguments)
    except (ValueError, RuntimeError, IndexError) as error:
        raise UsageError(sentence(error), where=f"pedalboard.{row.name}") from error
    return BuiltInPlugin(native, row, sample_rate)


def impulse_response_s(path: str) -> float:
    """Duration in seconds of a sound file; raises FileError."""
    readable = _readable(path)
    try:
        with AudioFile(str(readable)) as file:
            return float(file.frames) / float(file.samplerate)
    except (ValueError, RuntimeError) as error:
        raise FileError(path, sentence(error), "give a sound file") from error


def _readable(path: str) -> Path:
    if not Path(path).is_file():
        raise FileError(path, "no such file", "give the path of an impulse response")
    return Path(path)


def built_in_parameters(name: str) -> dict[str, float]:
    """The library's own defaults of the knobs of a built-in, by our names: what the table is tested against."""
    row = BUILT_INS[name]
    silence = np.zeros((1, 16), dtype=np.float32)
    native = (
        pedalboard.Convolution(silence, sample_rate=48_000) if name == "Convolution" else getattr(pedalboard, name)()
    )
    return {each.name: float(getattr(native, each.native or each.name)) for each in row.parameters}
