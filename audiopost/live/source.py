"""Sound files as an endless or finite stream at the session's rate: the media process's side of a reel.

::

    file ─ legs of the itinerary ─ turned round? ─ seam faded ─ resampled ─┐
    file ─ ...                                                            ─┼─ × level ─ sum ─▶ ring

A file of the Audio Definition Model is rendered to the session's layout as it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import Resampler
from audiopost.layouts import Layout
from audiopost.live.fades import straight
from audiopost.live.itinerary import Itinerary, StemSource
from audiopost.live.ring import AudioRing
from audiopost.live.routing import route
from audiopost.media.adm.adm_file import AdmFile, has_adm
from audiopost.media.adm_choice import as_heard
from audiopost.media.audio_file import AudioReader, open_audio
from audiopost.media.joined_files import open_programme

__all__ = ["PIECE_FRAMES", "SEAM_S", "FileStream", "Look", "Reel"]

PIECE_FRAMES = 4096

OFF = "off"
"""For a programme's name: the tracks of a master of objects, as they lie."""

SEAM_S = 0.005
"""Crossfade at the seam of a loop, s of the material: what would have followed fades out under the new beginning.
Sound that is periodic with the loop is not changed; at the end of a file nothing follows, and nothing is faded."""


class FileStream:
    """One file along an itinerary.

    Parameters
    ----------
    sample_rate
        Of the session, in Hz. A file of another rate, or another speed, is resampled as one stream, across seams too.
    grid_hz
        Ends of legs are moved to whole periods of it, so that files of different rates loop alike; None: each frame
        of the file.
    played_frames
        Frames of the session that were already played: it goes on from there.
    layout
        Of the session: what beds, objects and scenes are rendered to. None: what is usual for them.
    adm
        Which programme of such a file, by its id or name; ``off``: its tracks as they lie. None: the first.

    Raises
    ------
    FileError
        If the file cannot be read.
    UsageError
        If it cannot be rendered to the layout.
    """

    def __init__(
        self,
        path: Path,
        sample_rate: int,
        itinerary: Itinerary,
        grid_hz: int | None = None,
        played_frames: int = 0,
        layout: Layout | None = None,
        adm: str | None = None,
    ) -> None:
        self.reader = _open(path, layout, adm)
        rate = self.reader.sample_rate
        self._grid_frames = 1 if grid_hz is None else rate // grid_hz
        self._backwards = itinerary.backwards
        self._seam_frames = round(SEAM_S * rate) if itinerary.loop and itinerary.region is not None else 0
        if played_frames:
            itinerary = itinerary.from_position(itinerary.position_s(played_frames / sample_rate))
        self._legs = itinerary.legs_s()
        self._next_leg()
        speed = abs(itinerary.speed)
        self._resampler = Resampler(self.reader.channels, rate if speed == 1.0 else rate * speed, sample_rate)
        self._under: AudioBlock = np.empty((self.reader.channels, 0), np.float32)
        self._left: AudioBlock = np.empty((self.reader.channels, 0), np.float32)
        self._over = False

    def read(self, frames: int) -> AudioBlock:
        """The next frames; fewer than asked only at the end of all.

        Raises FileError if the disk fails.
        """
        pieces, there = [self._left], self._left.shape[1]
        while there < frames and not self._over:
            piece = self._next_piece()
            pieces.append(piece)
            there += piece.shape[1]
        whole = np.concatenate(pieces, axis=1) if len(pieces) > 1 else self._left
        self._left = whole[:, frames:]
        return whole[:, :frames]

    def close(self) -> None:
        """Close the file."""
        self.reader.close()

    def _next_leg(self) -> bool:
        """Set out on the next leg; False if there is none, or none with a frame in it."""
        start_s, end_s = next(self._legs, (0.0, 0.0))
        rate, grid = self.reader.sample_rate, self._grid_frames
        self._position, self._end = grid * round(start_s * rate / grid), grid * round(end_s * rate / grid)
        return self._position != self._end

    def _next_piece(self) -> AudioBlock:
        if self._position == self._end:
            before = self._end
            if not self._next_leg():
                self._over = True
                return self._resampler.finish()
            self._under = self._following(before)
        frames = min(PIECE_FRAMES, abs(self._end - self._position))
        piece = self._samples(self._position, frames)
        self._position += -frames if self._backwards else frames
        return self._resampler.process(self._faded(piece))

    def _samples(self, position: int, frames: int) -> AudioBlock:
        """Frames from a position on in the direction of play; silence where the file has none."""
        first = position - frames if self._backwards else position
        block = np.zeros((self.reader.channels, frames), np.float32)
        if first < self.reader.frames:
            self.reader.seek(first)
            there = self.reader.read(frames)
            block[:, : there.shape[1]] = there
        return np.ascontiguousarray(block[:, ::-1]) if self._backwards else block

    def _following(self, end: int) -> AudioBlock:
        """What would have come after the end of a leg, as far as the fade of the seam reaches."""
        there = end if self._backwards else self.reader.frames - end
        return self._samples(end, max(0, min(self._seam_frames, there, abs(self._end - self._position))))

    def _faded(self, piece: AudioBlock) -> AudioBlock:
        frames = min(self._under.shape[1], piece.shape[1])
        if frames:
            # A piece is longer than the seam, or ends the leg: the fade is always within one.
            falling, rising = straight(frames)
            piece[:, :frames] *= rising
            piece[:, :frames] += self._under[:, :frames] * falling
            self._under = self._under[:, :0]
        return piece


class Reel:
    """Files played together into one ring.

    Raises
    ------
    FileError
        If a file cannot be read.
    """

    def __init__(
        self,
        ring: AudioRing,
        stems: Sequence[StemSource],
        itinerary: Itinerary,
        sample_rate: int,
        played_frames: int = 0,
        layout: Layout | None = None,
        adm: str | None = None,
    ) -> None:
        self.ring = ring
        self._streams: list[tuple[FileStream, np.float32]] = []
        self._waiting: AudioBlock = np.empty((ring.channels, 0), np.float32)
        self._over = False
        grid = _shared_grid([stem.path for stem in stems]) if len(stems) > 1 else None
        try:
            for stem in stems:
                stream = FileStream(stem.path, sample_rate, itinerary, grid, played_frames, layout, adm)
                self._streams.append((stream, np.float32(stem.gain_linear)))
        except BaseException:
            self.close()
            raise

    def advance(self) -> bool:
        """Put a piece into the ring; False when it is full or all is said. Raises FileError if the disk fails."""
        if self._waiting.shape[1] == 0:
            if self._over:
                if not self.ring.ended:
                    self.ring.end()
                return False
            self._waiting = self._next_piece()
            self._over = self._waiting.shape[1] < PIECE_FRAMES
        if self.ring.writable < self._waiting.shape[1]:
            return False
        put = self.ring.write(self._waiting)
        self._waiting = self._waiting[:, put:]
        return put > 0 or not self._over

    def close(self) -> None:
        """Close the files."""
        for stream, _ in self._streams:
            stream.close()

    def _next_piece(self) -> AudioBlock:
        pieces = [(stream.read(PIECE_FRAMES), gain) for stream, gain in self._streams]
        longest = max(piece.shape[1] for piece, _ in pieces)
        if len(pieces) == 1 and pieces[0][1] == 1.0 and pieces[0][0].shape[0] == self.ring.channels:
            return pieces[0][0]
        mixed = np.zeros((self.ring.channels, longest), np.float32)
        routed = np.empty_like(mixed)
        for piece, gain in pieces:
            if gain:
                frames = piece.shape[1]
                route(piece, routed[:, :frames])
                mixed[:, :frames] += routed[:, :frames] * gain
        return mixed


class Look:
    """What files are: the widest layout, the longest duration in s, and what is odd about them.

    They stay open until `close`, so that what was read of an hour of objects is not read again when they are played.

    Raises
    ------
    FileError
        If one cannot be read.
    UsageError
        If one cannot be rendered to `layout`, which is as for `FileStream`, like `adm`.
    """

    def __init__(self, paths: Sequence[Path] = (), layout: Layout | None = None, adm: str | None = None) -> None:
        self._readers: list[AudioReader] = []
        try:
            for path in paths:
                self._readers.append(_open(path, layout, adm))
        except BaseException:
            self.close()
            raise

    @property
    def layout(self) -> Layout:
        """The widest."""
        return max((reader.layout for reader in self._readers), key=lambda layout: layout.channels)

    @property
    def length_s(self) -> float:
        """The longest."""
        return max(reader.duration_s for reader in self._readers)

    @property
    def notes(self) -> tuple[str, ...]:
        """Of all."""
        return tuple(note for reader in self._readers for note in reader.notes)

    def close(self) -> None:
        """Close them."""
        for reader in self._readers:
            reader.close()
        self._readers.clear()


def _open(path: Path, layout: Layout | None, adm: str | None) -> AudioReader:
    if adm is None or not has_adm(path):
        return open_programme(as_heard(path, layout))
    off = adm.lower() == OFF
    return open_programme(as_heard(AdmFile(path, None, None if off else adm, rendered=not off), layout))


def _shared_grid(paths: Sequence[Path]) -> int | None:
    """The rate in Hz of which all files' rates are multiples; None where they are equal."""
    rates = set()
    for path in paths:
        with open_audio(path) as reader:
            rates.add(reader.sample_rate)
    return None if len(rates) == 1 else gcd(*rates)
