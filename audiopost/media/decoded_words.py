"""Coded sound as words: decoded on the way, by as many decoders as ask, each from a frame of its own.

For formats in which libsndfile goes to any frame exactly. What lies on the disk as plain words in WAVE is read as it is
(`wave_stream`); FLAC, AIFF and the like take this way to the same end: several threads read one file at once.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from audiopost.media.libsndfile import SndfileSource

__all__ = ["DecodedWords", "WordsDecoder", "decoded_words"]


@dataclass(frozen=True)
class DecodedWords:
    """Samples that a decoder gives as 32-bit floats; the same calls as `wave_stream.FileWords`."""

    path: Path
    channels: int
    begin: int
    """The frame of the file that is frame 0 here."""
    frames: int
    word = "f32"

    @property
    def frame_bytes(self) -> int:
        """Bytes from frame to frame."""
        return self.channels * np.dtype(np.float32).itemsize

    def part(self, begin: int, end: int) -> DecodedWords:
        """The frames from `begin` to before `end`."""
        return replace(self, begin=self.begin + begin, frames=end - begin)

    def open(self, streams: int = 1) -> WordsDecoder:
        """Open the file once more, with a decoder for each stream that goes on by itself.

        Raises FileError or OSError if it cannot be opened any more.
        """
        return WordsDecoder(self, streams)


class WordsDecoder:
    """Decoders of `DecodedWords`. Reads of one stream that follow each other are cheapest; others begin with a seek."""

    def __init__(self, words: DecodedWords, streams: int) -> None:
        self._words = words
        self._files = ExitStack()
        self._sources: list[SndfileSource] = []
        with self._files as undoing:
            for _ in range(streams):
                self._sources.append(undoing.enter_context(closing(SndfileSource(words.path))))
            self._files = undoing.pop_all()

    def read_into(self, stream: int, frame: int, memory: memoryview) -> int:
        """Fill memory from a frame on; returns how many bytes there were: fewer where the stream is broken."""
        words = self._words
        samples = np.frombuffer(memory, dtype=np.float32).reshape(-1, words.channels)
        return words.frame_bytes * self._sources[stream].read_interleaved(words.begin + frame, samples)

    def close(self) -> None:
        """Close the file."""
        self._files.close()


def decoded_words(source: SndfileSource, path: Path) -> DecodedWords | None:
    """The samples of an open source as words; None where a seek may land beside the mark."""
    if not source.seeks_exactly:
        return None
    return DecodedWords(path, source.channels, 0, source.frames)
