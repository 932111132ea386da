"""What travels beside the sound: the chunks of a WAVE file, byte for byte and in their order, and the tags of others.

::

    carried_by(reader path) ─▶ Carried ─ for_output ─▶ Carried ─▶ AudioWriter
                               where each chunk lies           what is to be written, positions corrected

Chunks stay in their file until they are written and are copied piece by piece: how large one is does not matter. Only
those that count samples or describe the coding (bext, iXML, cue ...) are read, and only up to `_EDITED_BYTES`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from audiopost.errors import FileError
from audiopost.media.bext import Bext, BextLoudness, coding_history_line, new_bext
from audiopost.media.file_faults import fault
from audiopost.media.form_chunks import copy_form_chunks
from audiopost.media.sample_positions import COUNTING, Move, moved
from audiopost.media.video_tracks import VideoTracks
from audiopost.media.wave_chunks import STRUCTURE, walk_wave

__all__ = ["NOTHING_CARRIED", "Carried", "CarriedChunk", "Coding", "carried_by"]

_PIECE_BYTES = 1 << 20
_EDITED_BYTES = 8 << 20
"""The longest chunk that is read to be changed: a cue list of 300 000 markers."""

_MOST_BYTES = 0xFFFF_FFFE
"""The longest chunk that is carried: what a chunk's head can say."""

_STALE = {"levl": "its peak envelope is that of the input"}
_OF_CHANNELS = {"chna", "axml", "bxml", "sxml"}


@dataclass(frozen=True)
class CarriedChunk:
    """One chunk: where its body lies, or the body itself where it has been changed."""

    id: str
    size: int
    path: Path
    offset: int
    after_sound: bool
    body: bytes | None = None

    @property
    def file_bytes(self) -> int:
        """Length in the file, with head and padding."""
        return 8 + self.size + self.size % 2

    def pieces(self) -> Iterator[bytes]:
        """The body, piece by piece.

        Raises OSError if the file fails or has become shorter.
        """
        if self.body is not None:
            yield self.body
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            left = self.size
            while left:
                piece = file.read(min(_PIECE_BYTES, left))
                if not piece:
                    raise OSError(f"{self.path}: the chunk {self.id!r} is no longer whole")
                left -= len(piece)
                yield piece

    def whole(self) -> bytes:
        """The body in one piece; for chunks up to `_EDITED_BYTES`."""
        return b"".join(self.pieces())

    def with_body(self, body: bytes) -> CarriedChunk:
        """The chunk with another body."""
        return replace(self, body=body, size=len(body))


@dataclass(frozen=True)
class Coding:
    """How the output is coded: what bext and iXML say of it."""

    sample_rate: int
    bits: str
    channels: int
    same_channels: bool = True
    """False where channels were mixed or moved: what names single tracks is then no longer true."""


@dataclass(frozen=True)
class Carried:
    """What a file carries beside its sound."""

    chunks: tuple[CarriedChunk, ...] = ()
    picture: VideoTracks | None = None
    """The film under whose picture the sound is put back."""
    source: Path | None = None
    """A file of another kind than WAVE, whose tags are to be copied."""
    tags: bool = False
    """Whether `source` has tags."""
    move: Move | None = None
    """What becomes of positions in `source`."""

    def give_tags(self, path: Path, container: str) -> None:
        """Write into a finished file of another kind than WAVE what tags it can hold of these.

        Raises OSError or FileError if that fails.
        """
        from audiopost.media.tags import TAGGED, copy_tags, tags_of_wave, write_tags

        if container not in TAGGED:
            return
        if self.source is not None:
            if container == "aiff" and self.move is not None:
                copy_form_chunks(self.source, path, self.move)
            copy_tags(self.source, path, container)
            return
        texts = [chunk.whole() for chunk in self.chunks if chunk.id in ("LIST", "id3 ") and chunk.size <= _EDITED_BYTES]
        info = next((body for body in texts if body.startswith(b"INFO")), b"")
        id3 = next((body for body in texts if body.startswith(b"ID3")), b"")
        if info or id3:
            write_tags(path, container, tags_of_wave(info, id3).lasting())

    def for_output(
        self, move: Move, coding: Coding, tell: Callable[[str], None] = lambda _: None, *, add_bext: bool = False
    ) -> Carried:
        """What a WAVE file made of this sound is to carry.

        Positions are moved, the time reference with them; bext gets a line of history and undefined loudness, until
        the file has been measured. `tell` hears of what had to be left out. Raises FileError if the disk fails.
        """
        if self.source is not None:
            return Carried(_chunks_of_tags(self.source))
        kept = []
        for chunk in self.chunks:
            if chunk.id in _STALE or (chunk.id in _OF_CHANNELS and not coding.same_channels):
                tell(f"{chunk.id.strip()} is left out: {_STALE.get(chunk.id, 'it names channels that have changed')}")
            else:
                kept.append(self._changed(chunk, replace(move, bits=coding.bits), coding, tell))
        if add_bext and not any(chunk.id == "bext" for chunk in kept):
            body = new_bext(_own_name()).with_history(_line(coding)).body
            kept.insert(0, CarriedChunk("bext", len(body), Path(), 0, after_sound=False, body=body))
        return replace(self, chunks=tuple(kept))

    def _changed(self, chunk: CarriedChunk, move: Move, coding: Coding, tell: Callable[[str], None]) -> CarriedChunk:
        if chunk.id not in ("bext", "iXML", *COUNTING):
            return chunk
        if chunk.size > _EDITED_BYTES:
            tell(f"{chunk.id.strip()} is copied unchanged: with {chunk.size} bytes it is no real one")
            return chunk
        try:
            body = chunk.whole()
        except OSError as error:
            raise fault(chunk.path, error) from error
        if chunk.id != "bext":
            return chunk.with_body(moved(chunk.id, body, move))
        bext = Bext(body)
        if not move.still:
            bext = bext.with_time_reference(move.since_midnight(bext.time_reference))
        if bext.version >= 2:
            bext = bext.with_loudness(BextLoudness())
        return chunk.with_body(bext.with_history(_line(coding)).body)


NOTHING_CARRIED = Carried()


def carried_by(path: str | os.PathLike[str], tell: Callable[[str], None] = lambda _: None) -> Carried:
    """What a file carries; nothing for a file that cannot be walked. `tell` hears of tags that are damaged.

    Raises FileError if the disk fails.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            wave = walk_wave(file, path)
    except FileError:
        return NOTHING_CARRIED
    except OSError as error:
        raise fault(path, error) from error
    if wave is None:
        tagged = _has_tags(path, tell)
        return NOTHING_CARRIED if tagged is None else Carried(source=path, tags=tagged)
    chunks = tuple(
        CarriedChunk(chunk.id, chunk.size, path, chunk.offset, after_sound=chunk.offset > wave.data_offset)
        for chunk in wave.chunks
        if chunk.id not in STRUCTURE and chunk.size <= _MOST_BYTES
    )
    return Carried(chunks)


def _has_tags(path: Path, tell: Callable[[str], None]) -> bool | None:
    """Whether the file has tags; None where they are damaged."""
    from audiopost.media.tags import read_tags

    try:
        tags = read_tags(path)
    except FileError as error:
        tell(f"{error.what}: left out")
        return None
    return bool(tags.texts or tags.pictures)


def _chunks_of_tags(source: Path) -> tuple[CarriedChunk, ...]:
    """Tags of another kind of file as a WAVE file holds them: INFO, and ID3 for what INFO has no name for."""
    from audiopost.media.tags import id3_chunk, info_chunk, only_in_id3, read_tags

    tags = read_tags(source).lasting()
    chunks = []
    if body := info_chunk(tags):
        chunks.append(CarriedChunk("LIST", len(body), Path(), 0, after_sound=False, body=body))
    if only_in_id3(tags):
        body = id3_chunk(b"", tags)
        chunks.append(CarriedChunk("id3 ", len(body), Path(), 0, after_sound=True, body=body))
    return tuple(chunks)


def _own_name() -> str:
    return f"audiopost {version('audiopost')}"


def _line(coding: Coding) -> str:
    return coding_history_line(coding.sample_rate, coding.bits, coding.channels, _own_name())
