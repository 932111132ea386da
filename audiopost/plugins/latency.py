"""How late a plug-in really is: the peak of its answer to a click, and the sentence where its report says otherwise.

A report may be wrong, and the peak may mislead too: a wanted delay, a reverb or a linear-phase filter of long slope
answers late as well. So the two are told where they differ, and the person decides.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.plugins.streams import Stream

__all__ = ["click", "differ", "latency_note", "measured_latency", "peak_frame", "stated_note"]

CLICK_FRAMES = 16_384
"""How long the answer to a click is watched: 0.34 s at 48 kHz."""

CLICK_LINEAR = 0.25
"""-12 dBFS: below what limiters and clippers touch, above what gates swallow."""

DOUBT_FRAMES = 8
"""The peak of an impulse response may lie this far from the reported latency: filters smear it."""

BLOCK_FRAMES = 512


def click(channels: int, frames: int = CLICK_FRAMES) -> AudioBlock:
    """A click in the first frame of every channel, and silence."""
    samples = np.zeros((channels, frames), dtype=np.float32)
    samples[:, 0] = CLICK_LINEAR
    return samples


def peak_frame(answer: AudioBlock) -> int | None:
    """The frame of the largest sample of an answer to `click`; None where there is only silence."""
    levels = np.abs(answer).max(axis=0, initial=0.0)
    return int(np.argmax(levels)) if np.any(levels) else None


def measured_latency(stream: Stream, heard: int, silent: int, given: int, maximum_frames: int) -> int | None:
    """Frames from a click to the peak of the answer; None for silence, or no number. The stream is reset afterwards.

    Parameters
    ----------
    stream
        Fresh, or just reset.
    heard, silent
        Channels that get the click, and further ones (side-chains) that hear silence.
    given
        Channels that the stream gives.
    maximum_frames
        The largest block that may be passed to it.
    """
    samples = np.concatenate([click(heard), np.zeros((silent, CLICK_FRAMES), dtype=np.float32)])
    answer = np.empty((given, CLICK_FRAMES), dtype=np.float32)
    length = min(BLOCK_FRAMES, maximum_frames)
    for start in range(0, CLICK_FRAMES, length):
        piece = np.ascontiguousarray(samples[:, start : start + length])
        played = np.empty((given, piece.shape[1]), dtype=np.float32)
        stream.process(piece, played)
        answer[:, start : start + length] = played
    stream.reset()
    return peak_frame(answer) if np.isfinite(answer).all() else None


def differ(reported: int, measured: int | None) -> bool:
    """Whether a measurement casts doubt on a report; a missing one does not."""
    return measured is not None and abs(measured - reported) > DOUBT_FRAMES


def latency_note(reported: int, measured: int, waiting: int = 0) -> str:
    """What a person should know where the two `differ`; `waiting` frames are the host's own, for blocks of one size."""
    return (
        f"reports {reported} frames of latency, but the peak of its impulse response comes after {measured}: "
        f"where that is no wanted delay, set latency_frames = {measured + waiting}"
    )


def stated_note(stated: int, measured: int) -> str:
    """The same where the drawing states the latency."""
    return f"latency_frames = {stated} is stated, but the peak of its impulse response comes after {measured}"
