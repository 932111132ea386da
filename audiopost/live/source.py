"""A sound file as an endless or finite stream at the session's rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import Resampler
from audiopost.errors import UsageError
from audiopost.live.ring import AudioRing
from audiopost.media.audio_file import open_audio
from audiopost.units import seconds_to_frames

__all__ = ["FileSource"]

PIECE_FRAMES = 8192


class FileSource:
    """Reads a file, or a region of it, once or again and again.

    Parameters
    ----------
    path
        Any file that `audiopost.media` reads.
    sample_rate
        Of the session, in Hz. A file of another rate is resampled as one stream, across the loop's seam too.
    loop
        True: begin again at the end.
    region
        ``(start, end)`` in s of the file; None: all of it.

    Raises
    ------
    FileError
        If the file cannot be read.
    UsageError
        If the region is empty or outside the file.
    """

    def __init__(
        self, path: Path, sample_rate: int, *, loop: bool = True, region: tuple[float, float] | None = None
    ) -> None:
        self.reader = open_audio(path)
        self._loop = loop
        try:
            self._start, self._end = self._region(region)
        except UsageError:
            self.reader.close()
            raise
        self._position = self._start
        self._resampler = Resampler(self.reader.channels, self.reader.sample_rate, sample_rate)
        self._left: AudioBlock = np.empty((self.reader.channels, 0), np.float32)
        self._over = False
        self.reader.seek(self._start)

    def advance(self, ring: AudioRing) -> bool:
        """Put a piece into the ring; False when it is full or all is said.

        Raises
        ------
        FileError
            If the disk fails.
        """
        if self._left.shape[1] == 0:
            if self._over:
                if not ring.ended:
                    ring.end()
                return False
            self._left = self._next_piece()
        if ring.writable < min(PIECE_FRAMES, self._left.shape[1]):
            return False
        put = ring.write(self._left)
        self._left = self._left[:, put:]
        return put > 0 or not self._over

    def close(self) -> None:
        """Close the file."""
        self.reader.close()

    def _next_piece(self) -> AudioBlock:
        piece = self.reader.read(min(PIECE_FRAMES, self._end - self._position))
        self._position += piece.shape[1]
        if piece.shape[1] == 0 and self._position > self._start:
            # The end of the region, or of a file that breaks off before its promised length.
            if not self._loop:
                self._over = True
                return self._resampler.finish()
            self._position = self._start
            self.reader.seek(self._start)
            return self._next_piece()
        if piece.shape[1] == 0:
            self._over = True
        return self._resampler.process(piece)

    def _region(self, region: tuple[float, float] | None) -> tuple[int, int]:
        if region is None:
            return 0, self.reader.frames
        start, end = (seconds_to_frames(each, self.reader.sample_rate) for each in region)
        if not 0 <= start < end or start >= self.reader.frames:
            raise UsageError(
                f"the region {region[0]:g}:{region[1]:g} s is not within the file",
                where=str(self.reader.path),
                mend=f"it lasts {self.reader.duration_s:.3f} s",
            )
        return start, min(end, self.reader.frames)
