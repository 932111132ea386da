"""Numbers as bytes: the words in which samples lie in a file, little-endian, channels interleaved.

Notes
-----
Accuracy: integers of up to 24 bits become float32 exactly (full scale 2^(bits-1) is 1.0); 32-bit integers and
float64 are rounded to the nearest float32.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock

__all__ = ["LEAD_BYTES", "WORD_BYTES", "SampleWord", "decode", "encode"]

SampleWord = Literal["u8", "s16", "s24", "s32", "f32", "f64"]

WORD_BYTES: dict[SampleWord, int] = {"u8": 1, "s16": 2, "s24": 3, "s32": 4, "f32": 4, "f64": 8}

LEAD_BYTES = 8
"""Bytes that `decode` may touch before the samples: a 24-bit word is fetched together with its neighbour."""

_TYPES: dict[SampleWord, str] = {"u8": "u1", "s16": "<i2", "s32": "<i4", "f32": "<f4", "f64": "<f8"}
_SCALES: dict[SampleWord, float] = {"s16": 2.0**-15, "s24": 2.0**-31, "s32": 2.0**-31}


def decode(raw: bytearray, word: SampleWord, out: AudioBlock) -> None:
    r"""Fill `out` from the words that begin `LEAD_BYTES` into `raw`.

    >>> out = np.empty((2, 1), np.float32)
    >>> decode(bytearray(LEAD_BYTES) + b"\x00\x00\x40" + b"\x00\x00\x80", "s24", out)
    >>> out.tolist()
    [[0.5], [-1.0]]
    """
    channels, frames = out.shape
    if out.size == 0:
        return
    stride = WORD_BYTES[word]
    for channel in range(channels):
        # One channel at a time: three times as fast as one strided copy of all (measured with 24-bit stereo).
        at = LEAD_BYTES + channel * stride
        if word == "s24":
            words = np.ndarray((frames,), "<i4", raw, at - 1, (channels * stride,))
            words = np.bitwise_and(words, -256)
        else:
            words = np.ndarray((frames,), _TYPES[word], raw, at, (channels * stride,))
        if word == "u8":
            np.subtract(words, np.float32(128.0), out=out[channel], dtype=np.float32, casting="unsafe")
            out[channel] *= np.float32(2.0**-7)
        elif word in _SCALES:
            scale = np.float32(_SCALES[word])
            np.multiply(words, scale, out=out[channel], dtype=np.float32, casting="unsafe")
        else:
            with np.errstate(over="ignore", invalid="ignore"):  # a float64 beyond float32 becomes infinite
                out[channel] = words


def encode(words: NDArray[np.int32] | AudioBlock, word: Literal["s16", "s24", "f32"]) -> memoryview:
    """Bytes of ``(channels, frames)`` words: integers right-justified in int32, or float32 samples.

    >>> encode(np.array([[1], [-2]], np.int32), "s24").hex()
    '010000feffff'
    """
    channels, frames = words.shape
    if word == "s24":
        low_first = np.ascontiguousarray(words, "<i4").view(np.uint8).reshape(channels, frames, 4)
        triples = np.empty((frames, channels, 3), np.uint8)
        for channel in range(channels):
            for byte in range(3):  # seven times as fast as one copy of all three (measured with stereo)
                triples[:, channel, byte] = low_first[channel, :, byte]
        return triples.reshape(-1).data
    interleaved = np.empty((frames, channels), _TYPES[word])
    for channel in range(channels):
        interleaved[:, channel] = words[channel]
    return interleaved.reshape(-1).view(np.uint8).data
