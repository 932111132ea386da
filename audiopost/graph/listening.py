"""What a notebook plays: a rendered sound with the picture of the drawing that made it. Pure.

Why not `media`: rooms of this floor do not know each other, and a player needs the plainest of all files, which the
standard library writes. No dither: this is for the ear at the desk; what is delivered is written by `media`.
"""

from __future__ import annotations

import base64
import io
import wave
from dataclasses import dataclass, field
from html import escape

import numpy as np

from audiopost.blocks import AudioBlock, to_interleaved
from audiopost.errors import LayoutError, UsageError
from audiopost.units import frames_to_seconds, linear_to_db

__all__ = ["LARGEST_BYTES", "Listening", "wave_bytes"]

LARGEST_BYTES = 64 * 2**20
"""Largest sound that is put into a page: 5.8 minutes of stereo at 48 kHz. Browsers stall on more."""

FULL_SCALE = 2**15
"""1.0 in 16 bits."""


@dataclass(frozen=True)
class Listening:
    """A sound to listen to: shown by a notebook as the picture and a player.

    Parameters
    ----------
    samples : array, (channels, frames)
        Mono or stereo, full scale 1.0; what lies beyond is clipped in the player and said beside it.
    sample_rate : int
        In Hz.
    picture : str
        The drawing as an SVG element.
    name : str
        The drawing's name.

    Raises
    ------
    LayoutError
        For more than two channels: browsers disagree on which is which.
    UsageError
        For a sound above `LARGEST_BYTES`, or without a frame.

    Examples
    --------
    >>> Listening(np.zeros((2, 480), dtype=np.float32), 48_000).caption
    'stereo, 48000 Hz, 0.010 s, peak -inf dBFS'
    """

    samples: AudioBlock = field(repr=False)
    sample_rate: int
    picture: str = field(default="", repr=False)
    name: str = ""

    def __post_init__(self) -> None:
        channels, frames = self.samples.shape
        if channels > 2:
            raise LayoutError(
                f"a notebook plays mono or stereo, not {channels} channels",
                mend="end the drawing in a downmix, or render it and write a file",
            )
        if frames == 0:
            raise UsageError("there is no sound to listen to", mend="give samples, or tail=True for what rings after")
        if 2 * self.samples.size > LARGEST_BYTES:
            longest_s = LARGEST_BYTES / (2 * channels * self.sample_rate)
            raise UsageError(
                f"{frames_to_seconds(frames, self.sample_rate):.0f} s are too long for a page",
                mend=f"listen to an excerpt of at most {longest_s:.0f} s: samples[:, start:stop]",
            )

    @property
    def caption(self) -> str:
        """What plays, in words: layout, rate in Hz, duration in s, peak in dBFS, and what was clipped."""
        channels, frames = self.samples.shape
        peak_linear = float(np.max(np.abs(self.samples)))
        words = (
            f"{'mono' if channels == 1 else 'stereo'}, {self.sample_rate} Hz, "
            f"{frames_to_seconds(frames, self.sample_rate):.3f} s, peak {linear_to_db(peak_linear):.1f} dBFS"
        )
        over = int(np.count_nonzero(np.abs(self.samples) > 1.0))
        return f"{words}; {over} samples over full scale are clipped here" if over else words

    def wave_bytes(self) -> bytes:
        """The sound as a WAV file of 16 bits; see `wave_bytes`."""
        return wave_bytes(self.samples, self.sample_rate)

    def _repr_html_(self) -> str:
        """Picture, caption and player, for a notebook; nothing is fetched from anywhere."""
        words = escape(f"{self.name}: {self.caption}" if self.name else self.caption)
        sound = base64.b64encode(self.wave_bytes()).decode("ascii")
        return (
            f"<figure>{self.picture}<figcaption>{words}</figcaption>"
            f'<audio controls aria-label="{words}" src="data:audio/wav;base64,{sound}"></audio></figure>'
        )


def wave_bytes(samples: AudioBlock, sample_rate: int) -> bytes:
    """Samples as the bytes of a WAV file.

    Parameters
    ----------
    samples : array, (channels, frames)
        Full scale 1.0; clipped beyond it.
    sample_rate : int
        In Hz.

    Notes
    -----
    Accuracy: rounded to 16 bits without dither, an error of at most -96.3 dBFS (1/65536); +1.0 becomes 32767.

    Examples
    --------
    >>> len(wave_bytes(np.zeros((2, 10), dtype=np.float32), 48_000))
    84
    """
    whole = np.clip(np.rint(samples * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE - 1)
    memory = io.BytesIO()
    with wave.open(memory, "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(to_interleaved(whole).astype("<i2").tobytes())
    return memory.getvalue()
