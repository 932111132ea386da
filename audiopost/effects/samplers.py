"""Recorded sounds as an instrument: footsteps, impacts, drops, cloth, of which no two are alike.

Notes
-----
Latency: none. Realtime: one compiled pass, 32 sounds at a time at most. Accuracy: between samples a cubic is read; far
above its own pitch a bright sound folds over. Source: `audiopost.dsp.sample_player`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import resample
from audiopost.dsp.sample_player import SamplePlayer
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.media.audio_file import read_audio
from audiopost.media.containers import CONTAINERS
from audiopost.units import db_to_linear

__all__ = ["Sampler"]

SUFFIXES = frozenset(suffix for container in CONTAINERS.values() for suffix in container.suffixes)
MOST_SOUNDS = 500
MOST_FRAMES = 30 * 60 * 48_000
"""Of all sounds together, in memory: half an hour at 48 kHz."""

FADE_FRAMES = 64
"""At the end of each sound, where a recording was cut."""

NOTE_ON = 0x90
LOUDEST = 127


class Sampler(SmoothedNode):
    """Plays the sounds of a folder, one after the other or by chance, each a little higher or lower than the last.

    Sounds come by themselves every ``every_s`` seconds, or as notes are played (`midi_key` is the key at which a sound
    has its own pitch); both may be. By chance no sound comes twice running. Mono sounds go to all channels, sounds with
    as many channels as the stream to theirs, others as their mean.
    """

    name = "sampler"
    summary = "Plays the recorded sounds of a folder by turns or by chance, with pitch and level that stray."
    generates = True
    hears_notes = True
    exceptions: ClassVar[Mapping[str, str]] = {"smoothing": "its sounds begin, with steps of their own, at any time"}
    parameters = (
        Parameter("every_s", 0.5, 0.0, 60.0, unit="s", smoothing_ms=0.0, summary="between sounds; 0: notes alone"),
        Parameter("stray_percent", 10.0, 0.0, 100.0, unit="%", smoothing_ms=0.0, summary="unevenness of that time"),
        Parameter("pitch_semitones", 0.0, -24.0, 24.0, unit="semitones", smoothing_ms=0.0, summary="pitch of all"),
        Parameter(
            "pitch_spread_semitones", 0.5, 0.0, 12.0, unit="semitones", smoothing_ms=0.0,
            summary="how far a sound may lie from that",
        ),
        Parameter(
            "level_spread_db", 3.0, 0.0, 24.0, unit="dB", smoothing_ms=0.0, summary="how much softer a sound may be"
        ),
        Parameter("level_db", 0.0, -60.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level of all"),
    )  # fmt: skip
    settings = (
        Setting("sounds", "path", summary="a sound file, or a folder of them"),
        Setting("order", "text", "chance", choices=("chance", "turns"), summary="which comes next"),
        Setting("midi_key", "integer", 60, summary="the key at which a sound has its own pitch"),
        Setting("seed", "integer", 1, summary="another seed is another row of sounds"),
    )

    _player: SamplePlayer | None = None

    def targets(self) -> tuple[float, ...]:
        """Amplitude."""
        return (db_to_linear(self.values["level_db"]),)

    def prepare(self, stream: StreamFormat) -> None:
        """Read the sounds.

        Raises
        ------
        FileError
            If one cannot be read.
        UsageError
            If there is none, or more than fit into memory.
        """
        super().prepare(stream)
        place = Path(str(self.setting_values["sounds"]))
        sounds = [_fitted(path, stream) for path in _files(place)]
        if sum(sound.shape[1] for sound in sounds) > MOST_FRAMES:
            raise UsageError("more sounds than fit into memory", where=str(place), mend="give half an hour at most")
        self._player = SamplePlayer(
            sounds,
            float(stream.sample_rate),
            int(self.setting_values["seed"]),
            by_turns=self.setting_values["order"] == "turns",
        )
        self._take_times()
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Play."""
        assert self._player is not None, "prepare comes before process"
        self._player.process(out, self.ramp_state)

    def play_midi(self, message: bytes) -> None:
        """Play a sound for a note that begins; its end, and all else, is passed over."""
        if self._player is None or message[0] & 0xF0 != NOTE_ON or not message[2]:
            return
        level = message[2] / LOUDEST
        self._player.play(message[1] - int(self.setting_values["midi_key"]), level * level)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._player is not None:
            self._player.reset()

    def _take_times(self) -> None:
        if self._player is not None:
            value = self.values
            self._player.chosen[:] = (
                value["every_s"], value["stray_percent"] / 100.0, value["pitch_semitones"],
                value["pitch_spread_semitones"], value["level_spread_db"],
            )  # fmt: skip


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    found = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    if not found:
        raise UsageError("there is no sound in it", where=str(place), mend="name a folder with sound files")
    if len(found) > MOST_SOUNDS:
        raise UsageError(f"it holds {len(found)} sounds", where=str(place), mend=f"give {MOST_SOUNDS} at most")
    return found


def _fitted(path: Path, stream: StreamFormat) -> AudioBlock:
    """A file at the rate and with the channels of the stream, its end faded."""
    samples, rate = read_audio(path)
    if not samples.shape[1]:
        raise UsageError("there is nothing in it", where=str(path), mend="take it out of the folder")
    sound = np.array(resample(samples, rate, stream.sample_rate), dtype=np.float32)
    channels = stream.layout.channels
    if sound.shape[0] not in (1, channels):
        sound = sound.mean(axis=0, keepdims=True)
    if sound.shape[0] != channels:
        sound = np.repeat(sound, channels, axis=0)
    fade = min(FADE_FRAMES, sound.shape[1])
    sound[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return sound
