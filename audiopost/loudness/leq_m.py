"""Leq(m): how loud a trailer or a cinema commercial is, over its whole length (ISO 21727).

Every channel is brought to the level that it is replayed at, M-weighted and squared; the powers of all channels are
summed and averaged from the first frame to the last. There is no gate: where a rule speaks of the first and the last
audible sound (TASA), leader and run-out have to be left out before.

The level of replay is where programs differ: a reference tone of -20 dBFS makes 85 dB, but by its peak or by its RMS?
The two readings are 3.01 dB apart, so a result always names its convention:

``peak``
    The tone's *peak* is -20 dBFS: 108.0103 dB for a full-scale RMS of 1. This is what leqm-nrt and DCP-o-matic
    read, and so what a file is most likely compared with. The default.
``rms``
    The tone's *RMS* is -20 dBFS: 105.0 dB.

Surround channels and heights are replayed 3 dB lower (82 dB). LFE counts like a screen channel, as in leqm-nrt; the
10 dB that a cinema adds in its band change little, for M-weighting leaves next to nothing of it.

Source: ISO 21727:2016; leqm-nrt (the conventions, and the weights of its channel presets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.errors import UsageError
from audiopost.layouts import Layout, Speaker, layout_named
from audiopost.loudness.m_weighting import m_weighting_taps
from audiopost.units import db_to_linear, power_to_db

__all__ = ["CONVENTIONS", "LeqM", "LeqMConvention", "LeqMMeter"]

LeqMConvention = Literal["peak", "rms"]
"""What of a reference tone is -20 dBFS; see above."""

CONVENTIONS: dict[LeqMConvention, float] = {"peak": 108.0103, "rms": 105.0}
"""Level in dB of an M-weighted RMS of 1.0 in a screen channel."""

SURROUND_DB = -3.0
_WIDEST_SCREEN_DEG = 60.0
_POINTS_PER_TAP = 4
"""Length of the transforms: twice this many taps would gain little, half as many would waste half of every one."""


@dataclass(frozen=True)
class LeqM:
    """A level, and the convention without which it says nothing.

    Attributes
    ----------
    level_db
        Leq(m) in dB; ``-inf`` for silence, None before the first frame.
    convention
        See the module.
    """

    level_db: float | None
    convention: LeqMConvention

    @property
    def convention_in_words(self) -> str:
        """The calibration in one line.

        >>> LeqM(82.0, "peak").convention_in_words
        '85 dB for a tone with its peak at -20 dBFS (+108.0103 dB, as leqm-nrt); surrounds -3 dB, LFE 0 dB'
        """
        tone = "its peak" if self.convention == "peak" else "its RMS"
        others = ", as leqm-nrt" if self.convention == "peak" else ""
        constant = f"+{CONVENTIONS[self.convention]} dB{others}"
        return f"85 dB for a tone with {tone} at -20 dBFS ({constant}); surrounds {SURROUND_DB:g} dB, LFE 0 dB"


class LeqMMeter:
    """Streaming meter of Leq(m).

    Parameters
    ----------
    sample_rate
        In Hz.
    layout
        The channels, or the name of a layout; it must name loudspeakers.
    convention
        See the module.

    Raises
    ------
    UsageError
        If a channel feeds no loudspeaker (Ambisonics), or there is no such convention.

    Notes
    -----
    Accuracy: the filter lies within 0.01 dB of the table; the sum is that of the whole filtered sound, to its
    last echo. Any cut into blocks gives the same level, bit for bit.

    Examples
    --------
    A tone of 2 kHz, 0 dB on the curve, with a peak of -20 dBFS:

    >>> time_s = np.arange(96_000) / 48_000
    >>> meter = LeqMMeter(48_000, "mono")
    >>> meter.process((0.1 * np.sin(2 * np.pi * 2000 * time_s)).astype(np.float32)[np.newaxis])
    >>> round(meter.result().level_db, 2)
    85.0
    """

    def __init__(self, sample_rate: int, layout: Layout | str, convention: LeqMConvention = "peak") -> None:
        layout = layout_named(layout) if isinstance(layout, str) else layout
        if convention not in CONVENTIONS:
            raise UsageError(f"{convention!r} is no convention of Leq(m)", mend="give peak or rms")
        if any(speaker.silent for speaker in layout.speakers):
            raise UsageError(f"{layout.name} has no Leq(m)", mend="render it to loudspeakers first")
        self.convention = convention
        gains = [db_to_linear(_replay_db(speaker)) for speaker in layout.speakers]
        self._powers = layout.weight_scale * np.square(gains)
        taps = m_weighting_taps(sample_rate)
        points = _POINTS_PER_TAP * (len(taps) + 1)
        self._spectrum = np.fft.rfft(taps, points)
        self._history_frames = len(taps) - 1
        self._input = np.zeros((layout.channels, points), dtype=np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget everything, as the start of another programme."""
        self._input[:, : self._history_frames] = 0.0
        self._filled = self._history_frames
        self._energies = np.zeros(len(self._powers))
        self._frames = 0

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; samples that are no numbers count as 0. It is not changed.

        Raises UsageError if the block does not have the layout's channels.
        """
        if block.shape[0] != len(self._powers):
            raise UsageError(f"a block of shape {block.shape} does not fit {len(self._powers)} channels")
        self._frames += block.shape[1]
        position = 0
        while position < block.shape[1]:
            taken = min(block.shape[1] - position, self._input.shape[1] - self._filled)
            self._input[:, self._filled : self._filled + taken] = block[:, position : position + taken]
            position += taken
            self._filled += taken
            if self._filled == self._input.shape[1]:
                clear_non_finite(self._input)
                self._energies += self._energies_of(self._input)
                self._input[:, : self._history_frames] = self._input[:, -self._history_frames :]
                self._filled = self._history_frames

    def result(self) -> LeqM:
        """The level as if the programme ended here. More may be pushed afterwards."""
        if not self._frames:
            return LeqM(None, self.convention)
        # The filter rings on by its length: that fits a second transform at most.
        rest = np.zeros_like(self._input)
        rest[:, : self._filled] = self._input[:, : self._filled]
        clear_non_finite(rest)
        after = np.zeros_like(self._input)
        after[:, : self._history_frames] = rest[:, -self._history_frames :]
        energies = self._energies + self._energies_of(rest) + self._energies_of(after)
        power = float(energies @ self._powers) / self._frames
        return LeqM(power_to_db(power) + CONVENTIONS[self.convention], self.convention)

    def _energies_of(self, samples: AudioBlock) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Energy of each channel's new frames behind the filter, ``(channels,)``: overlap-save, in float64."""
        energies = np.empty(len(samples))
        for channel, row in enumerate(samples):
            spectrum = np.fft.rfft(row.astype(np.float64))
            spectrum *= self._spectrum
            new = np.fft.irfft(spectrum, samples.shape[1])[self._history_frames :]
            # Not a product of vectors: that is spread over cores, and its sum would depend on how many there are.
            energies[channel] = np.square(new, out=new).sum()
        return energies


def _replay_db(speaker: Speaker) -> float:
    """The level that a channel is replayed at, against a screen channel."""
    on_screen = abs(speaker.azimuth_deg) < _WIDEST_SCREEN_DEG and abs(speaker.elevation_deg) < 30.0
    return 0.0 if speaker.lfe or on_screen else SURROUND_DB
