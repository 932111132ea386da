"""By how much two recordings of one sound are apart: time and polarity of two microphones, a boom and a lavalier.

The cross-correlation is whitened (phase transform), so that a room or a dull microphone blurs its peak less, and read
between frames by a parabola. Not for the audio thread.

Source: C. Knapp, G. Carter, "The generalized correlation method for estimation of time delay", IEEE Trans. ASSP 24
(1976), 320-327.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from audiopost.blocks import as_block
from audiopost.errors import UsageError

__all__ = ["Alignment", "align", "aligned"]

SHORTEST_FRAMES = 256
LOWEST_HZ = 80.0
"""Below this rumble and handling differ from microphone to microphone."""

HIGHEST_HZ = 12_000.0


@dataclass(frozen=True)
class Alignment:
    """How the second recording lies against the first.

    Attributes
    ----------
    late_frames : float
        By how many frames the second is later than the first; below 0 earlier.
    inverted : bool
        Whether its polarity is the other one.
    confidence : float
        0 to 1: the peak of the whitened correlation; 1 for a copy, under 0.05 for two sounds that have nothing in
        common.
    """

    late_frames: float
    inverted: bool
    confidence: float


def align(first: ArrayLike, second: ArrayLike, sample_rate: float, longest_ms: float = 100.0) -> Alignment:
    """Find time and polarity of `second` against `first`.

    Parameters
    ----------
    first, second
        ``(frames,)`` or ``(channels, frames)``; channels are summed. The shorter counts.
    longest_ms
        How far they may be apart: 34 m of air at 100 ms.

    Raises
    ------
    UsageError
        If they are shorter than twice `longest_ms`, or one is silent.

    Examples
    --------
    >>> click = np.random.default_rng(1).standard_normal(48_000)
    >>> late = -np.roll(click, 240)
    >>> found = align(click, late, 48_000)
    >>> round(found.late_frames), found.inverted
    (240, True)
    """
    one, other = (as_block(each).astype(np.float64).sum(axis=0) for each in (first, second))
    frames = min(one.size, other.size)
    reach = math.ceil(longest_ms / 1000.0 * sample_rate)
    if frames < max(SHORTEST_FRAMES, 2 * reach):
        raise UsageError(
            f"{frames} frames are too few to find {longest_ms:g} ms in them",
            mend=f"give at least {2.0 * longest_ms:g} ms, or a smaller longest_ms",
        )
    if not (np.any(one[:frames]) and np.any(other[:frames])):
        raise UsageError("a silent recording cannot be aligned", mend="give a stretch in which both are heard")
    size = 1 << math.ceil(math.log2(2 * frames))
    cross = np.conj(np.fft.rfft(one[:frames], size)) * np.fft.rfft(other[:frames], size)
    frequencies_hz = np.fft.rfftfreq(size, 1.0 / sample_rate)
    heard = (frequencies_hz >= LOWEST_HZ) & (frequencies_hz <= HIGHEST_HZ)
    heard &= np.abs(cross) > 1e-12 * np.abs(cross).max()
    whitened = np.where(heard, cross / np.maximum(np.abs(cross), 1e-300), 0.0)
    correlation = np.fft.irfft(whitened, size) * size / (2.0 * max(1, int(heard.sum())))
    near = np.concatenate((correlation[-reach:], correlation[: reach + 1]))
    peak = int(np.argmax(np.abs(near)))
    sign = 1.0 if near[peak] > 0.0 else -1.0
    part = 0.0
    if 0 < peak < near.size - 1:
        before, here, after = sign * near[peak - 1 : peak + 2]
        part = 0.5 * float((before - after) / (before - 2.0 * here + after))
    return Alignment(peak - reach + part, sign < 0.0, float(min(1.0, abs(near[peak]))))


def aligned(second: ArrayLike, found: Alignment) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """`second` in step with the first: moved by the found time, between frames too, and in its polarity.

    Returns
    -------
    array, (channels, frames), float32
        As long as `second`; what is moved in is silence.
    """
    block = as_block(second).astype(np.float64)
    frames = block.shape[1]
    size = 1 << math.ceil(math.log2(2 * frames + 2 * abs(found.late_frames) + 1))
    turns = np.exp(2j * np.pi * np.fft.rfftfreq(size) * found.late_frames)
    moved = np.fft.irfft(np.fft.rfft(block, size, axis=1) * turns, size, axis=1)[:, :frames]
    return np.ascontiguousarray(-moved if found.inverted else moved, dtype=np.float32)
