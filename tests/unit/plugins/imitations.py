"""Plug-ins made of numpy, each with one bad habit that real ones have."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock


class Imitation:
    """Holds frames back like pedalboard does: they are missing from the first blocks and never come."""

    name = "Imitation"

    def __init__(self, held_back: int = 0, packet: int = 1) -> None:
        self.held_back = held_back
        self.packet = packet
        self.gain = 1.0
        self.blocks: list[int] = []
        self.resets = 0
        self.reset()

    def reset(self) -> None:
        self.resets += 1
        self.blocks = []
        self._past = np.zeros((0, 0), dtype=np.float32)
        self._given = self._returned = 0

    def set_parameter(self, name: str, value: float) -> None:
        assert name == "gain"
        self.gain = value

    def run(self, block: AudioBlock) -> AudioBlock:
        self.blocks.append(block.shape[1])
        if self._past.shape[0] != block.shape[0]:
            self._past = np.zeros((block.shape[0], 0), dtype=np.float32)
        self._past = np.concatenate([self._past, self.gain * block], axis=1).astype(np.float32)
        self._given += block.shape[1]
        ready = max(0, self._given - self.held_back) // self.packet * self.packet
        frames = min(block.shape[1], ready - self._returned)
        out = self._past[:, self._returned : self._returned + frames]
        # Behind the first full block the sound itself is late, and every block is full.
        self._returned += frames
        return np.ascontiguousarray(out)


class BlockMean(Imitation):
    """Its samples depend on the size of the blocks."""

    def run(self, block: AudioBlock) -> AudioBlock:
        return np.ascontiguousarray(block - block.mean(axis=1, keepdims=True), dtype=np.float32)
