"""Rooms whose decay is known: noise that dies away by 60 dB in a given time, behind the direct sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from tests.running import SAMPLE_RATE

__all__ = ["decaying_room", "in_room"]


def decaying_room(decay_s: float, direct_db: float, seed: int = 8) -> NDArray[np.float64]:
    """An impulse response, (frames,): `direct_db` is the direct sound's energy over that of the room."""
    time_s = np.arange(int(1.3 * decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    room = np.random.default_rng(seed).standard_normal(time_s.size) * 10.0 ** (-3.0 * time_s / decay_s)
    room[: int(0.002 * SAMPLE_RATE)] = 0.0
    room *= 10.0 ** (-direct_db / 20.0) / np.sqrt((room**2).sum())
    room[0] = 1.0
    return room


def in_room(dry: AudioBlock, room: NDArray[np.float64]) -> AudioBlock:
    """A mono sound, (1, frames), in the room, with its tail."""
    frames = dry.shape[1] + room.size - 1
    size = 1 << (frames - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(dry[0], size) * np.fft.rfft(room, size), size)[:frames]
    return np.ascontiguousarray(heard[np.newaxis], dtype=np.float32)
