"""Room tone: what a room sounds like when nobody speaks, learnt from a recording and made anew for as long as needed.

The quietest tenth of the recording's short spectra is the room; digital silence, which an edit left behind, is none.
Noise through a filter of that spectrum is the tone: it has no loop that could be heard.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.minimum_phase import minimum_phase
from audiopost.dsp.smoothing import advance

__all__ = ["TAPS", "room_filter", "run_fill"]

POINTS = 4096
HOP = 1024
TAPS = 2048
QUIETEST = 0.1
SILENT_POWER = 1e-14
"""Mean square below which a stretch is digital silence: -140 dB."""

FLOOR = 1e-7
"""Of the loudest bin's power: no bin is asked for less, so that the filter stays short."""


def room_filter(recording: AudioBlock) -> NDArray[np.float32] | None:
    """A filter that makes the room's tone of white noise of RMS 1; None if there is nothing but silence.

    Parameters
    ----------
    recording
        (channels, frames), of the rate of the stream; channels are taken together.

    Returns
    -------
    array, (1, `TAPS`), float32
        Minimum phase.
    """
    frames = recording.shape[1]
    padded = np.zeros((recording.shape[0], max(frames, POINTS)))
    padded[:, :frames] = recording
    starts = np.arange(0, padded.shape[1] - POINTS + 1, HOP)
    pieces = np.stack([padded[:, start : start + POINTS] for start in starts])
    levels = (pieces**2).mean(axis=(1, 2))
    sounding = np.flatnonzero(levels > SILENT_POWER)
    if not sounding.size:
        return None
    count = max(1, math.ceil(QUIETEST * sounding.size))
    chosen = sounding[np.argsort(levels[sounding], kind="stable")[:count]]
    window = np.hanning(POINTS)
    heard = POINTS if frames >= POINTS else frames
    spectra = np.fft.rfft(pieces[chosen] * window, axis=2)
    powers = (np.abs(spectra) ** 2).mean(axis=(0, 1)) / float((window[:heard] ** 2).sum())
    smoothed = np.convolve(np.pad(powers, 4, mode="edge"), np.full(9, 1.0 / 9.0), "valid")
    smoothed = np.maximum(smoothed, FLOOR * smoothed.max())
    taps = minimum_phase(0.5 * np.log(smoothed), TAPS)
    return np.ascontiguousarray(taps[np.newaxis], dtype=np.float32)


THRESHOLD, LEVEL = range(2)
ENVELOPE, FILL, HELD = range(3)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[::1], float64, float64, int64, int64,"
    " float64[:, ::1])"
)
def run_fill(
    block: AudioBlock,
    tone: AudioBlock,
    out: AudioBlock,
    state: NDArray[np.float64],
    release: float,
    fade_step: float,
    hold_frames: int,
    always: int,
    ramps: NDArray[np.float64],
) -> None:
    """``out = block + tone``, the tone faded in where the block has been below a threshold, or always.

    Ramps: threshold (linear), level of the tone (linear). The envelope is the highest peak of all channels, falling by
    `release` a frame; the tone waits `hold_frames` below the threshold and fades by `fade_step` a frame.
    """
    for n in range(block.shape[1]):
        threshold, level = advance(ramps, THRESHOLD), advance(ramps, LEVEL)
        peak = 0.0
        for channel in range(block.shape[0]):
            peak = max(peak, abs(block[channel, n]))
        state[ENVELOPE] = max(peak, release * state[ENVELOPE])
        if state[ENVELOPE] < 1e-12:
            state[ENVELOPE] = 0.0
        state[HELD] = state[HELD] + 1.0 if state[ENVELOPE] < threshold else 0.0
        wanted = 1.0 if always or state[HELD] >= hold_frames else 0.0
        if state[FILL] < wanted:
            state[FILL] = min(wanted, state[FILL] + fade_step)
        elif state[FILL] > wanted:
            state[FILL] = max(wanted, state[FILL] - fade_step)
        share = math.sin(0.5 * math.pi * state[FILL])
        for channel in range(block.shape[0]):
            out[channel, n] = block[channel, n] + share * level * tone[channel, n]
