"""Things that ring: a string (a comb with a damped loop) and a body of tuned modes.

Sources: K. Karplus, A. Strong, "Digital synthesis of plucked-string and drum timbres", and D. Jaffe, J. O. Smith,
"Extensions of the Karplus-Strong plucked-string algorithm", both Computer Music Journal 7 (1983) (the string);
M. Mathews, J. O. Smith, "Methods for synthesizing very high Q parametrically well behaved two pole filters", SMAC 2003
(a mode as a complex number that turns and fades: it stays stable while it is retuned).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.modulated_delay import read_between
from audiopost.dsp.smoothing import advance

__all__ = ["run_modes", "run_string"]

LOOP, DAMPING, DRIVE, DRY, WET = range(5)
CURRENT, NEXT, WANTED, FADED = range(4)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[::1], int64[::1], float64[::1], float64,"
    " float64[:, ::1])"
)
def run_string(
    block: AudioBlock,
    out: AudioBlock,
    ring: NDArray[np.float32],
    damped: NDArray[np.float64],
    cursor: NDArray[np.int64],
    delays: NDArray[np.float64],
    fade_frames: float,
    ramps: NDArray[np.float64],
) -> None:
    """A loop of one delay and a first-order low pass, fed with the sound.

    Delays in frames, 2 or more: the current one, the next, the wanted one, and frames of the crossfade that are over.
    A tap that glided would shift what is in the loop once more with every pass. Ramps: loop
    gain (its size below 1), pole of the low pass, drive, dry, wet.
    """
    length = ring.shape[1]
    for n in range(block.shape[1]):
        loop, damping = advance(ramps, LOOP), advance(ramps, DAMPING)
        drive, dry, wet = advance(ramps, DRIVE), advance(ramps, DRY), advance(ramps, WET)
        if delays[CURRENT] == delays[NEXT] and delays[WANTED] != delays[CURRENT]:
            delays[NEXT], delays[FADED] = delays[WANTED], 0.0
        fading = delays[CURRENT] != delays[NEXT]
        if fading:
            delays[FADED] += 1.0
        share = delays[FADED] / fade_frames
        write = cursor[0]
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            tap = read_between(ring[channel], write, delays[CURRENT])
            if fading:
                tap += share * (read_between(ring[channel], write, delays[NEXT]) - tap)
            duller = tap + damping * (damped[channel] - tap)
            damped[channel] = duller if abs(duller) > SILENCE else 0.0
            kept = drive * x + loop * damped[channel]
            ring[channel, write] = kept if abs(kept) > SILENCE else 0.0
            out[channel, n] = dry * x + wet * kept
        if fading and delays[FADED] >= fade_frames:
            delays[CURRENT] = delays[NEXT]
        cursor[0] = write + 1 if write + 1 < length else 0


@compiled("void(float32[:, ::1], float32[:, ::1], float64[:, :, ::1], float64[:, ::1])")
def run_modes(block: AudioBlock, out: AudioBlock, state: NDArray[np.float64], ramps: NDArray[np.float64]) -> None:
    """A bank of modes beside the dry sound.

    Ramps: real part, imaginary part and gain of each mode's pole, mode by mode, then dry and wet. State, (channels, 2,
    modes): real and imaginary parts. A straight way between two poles within the unit circle stays within it.
    """
    modes = state.shape[2]
    for n in range(block.shape[1]):
        for k in range(3 * modes):
            advance(ramps, k)
        dry, wet = advance(ramps, 3 * modes), advance(ramps, 3 * modes + 1)
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            real, imaginary = state[channel, 0], state[channel, 1]
            total = 0.0
            for k in range(modes):
                a, b, gain = ramps[3 * k, 0], ramps[3 * k + 1, 0], ramps[3 * k + 2, 0]
                turned = a * real[k] - b * imaginary[k] + gain * x
                other = b * real[k] + a * imaginary[k]
                real[k] = turned if abs(turned) > SILENCE else 0.0
                imaginary[k] = other if abs(other) > SILENCE else 0.0
                total += turned
            out[channel, n] = dry * x + wet * total
