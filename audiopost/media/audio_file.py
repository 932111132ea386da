"""Any readable sound file as blocks, in constant memory.

Conventions
-----------
- A reader's `notes` tell everything that a careful person would want to know and that is no error: lengths
  that the header got wrong, an assumed channel order. They may grow while the file is read.
- A layout comes from the file where the file says it (the channel mask of WAVE, the fixed orders of FLAC and
  Ogg); otherwise it is `default_layout` and `layout_assumed` is True.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.layouts import Layout, default_layout, discrete_layout, layout_from_wave_mask
from audiopost.media.containers import CONTAINERS, Bits, Container, container_of_reading
from audiopost.media.file_faults import fault
from audiopost.media.sample_words import SampleWord
from audiopost.media.video_tracks import VIDEO_HEAD_BYTES, VideoTracks, is_video
from audiopost.media.wave_chunks import WaveFile, walk_wave
from audiopost.media.wave_stream import FileWords, WaveSource

if TYPE_CHECKING:
    from audiopost.media.decoded_words import DecodedWords

__all__ = ["AudioReader", "open_audio", "read_audio"]

BLOCK_FRAMES = 65_536

_SUBTYPES: dict[SampleWord, str] = {
    "u8": "PCM_U8", "s16": "PCM_16", "s24": "PCM_24", "s32": "PCM_32", "f32": "FLOAT", "f64": "DOUBLE",
}  # fmt: skip
_STORED_BITS = {
    "PCM_U8": "8", "PCM_S8": "8", "PCM_16": "16", "PCM_24": "24", "PCM_32": "32", "FLOAT": "32f", "DOUBLE": "64f",
    "ALAC_16": "16", "ALAC_20": "24", "ALAC_24": "24", "ALAC_32": "32", "DWVW_12": "16", "DWVW_16": "16",
    "DWVW_24": "24",
}  # fmt: skip
_WRITTEN_BITS: dict[str, Bits] = {"8": "16", "16": "16", "24": "24", "32": "32f", "32f": "32f", "64f": "32f"}


_ESTIMATE = 0.01
"""Part of the length by which an estimated length may be wrong before it is worth a note."""


class _Source(Protocol):
    """Where samples come from: `WaveSource` or `SndfileSource`."""

    frames: int
    frames_exact: bool
    notes: tuple[str, ...]

    def read(self, frame: int, out: AudioBlock) -> int: ...

    def close(self) -> None: ...


class AudioReader:
    """An open sound file; made by `open_audio`, closed by ``with`` or `close`.

    Attributes
    ----------
    path : Path
        The file.
    sample_rate, channels, frames : int
        In Hz; `frames` becomes smaller if the sound breaks off before the length that the file promises.
    layout : Layout
        See the conventions of this module.
    layout_assumed : bool
        True where the file does not say its layout.
    files : tuple of Path
        The file, or those of a programme with one a channel.
    picture : VideoTracks or None
        The film and its tracks, where the sound comes from one.
    renderer : str
        What made the channels where they are not those of the file: a programme of objects is rendered to loudspeakers.
    format, subtype : str
        In the words of libsndfile (``"WAV"``, ``"PCM_24"``), besides ``"RF64"`` and ``"BW64"``.
    """

    def __init__(self, path: Path, source: _Source, sample_rate: int, channels: int, form: str, subtype: str) -> None:
        self.path = path
        self.sample_rate = sample_rate
        self.channels = channels
        self.frames = source.frames
        self.format = form
        self.subtype = subtype
        self.layout = default_layout(channels)
        self.layout_assumed = True
        self._source = source
        self._words: FileWords | DecodedWords | None = None
        self.picture: VideoTracks | None = None
        self.renderer = ""
        self.files: tuple[Path, ...] = (path,)
        self._notes: list[str] = list(source.notes)
        self._position = 0

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about the file so far, a sentence each."""
        return (*self._notes, *self._assumption())

    @property
    def stored_bits(self) -> str:
        """Word length in the file: ``8``, ``16``, ``24``, ``32``, ``32f``, ``64f``, or ``lossy``."""
        return _STORED_BITS.get(self.subtype, "lossy")

    @property
    def bits(self) -> Bits:
        """The word length to write such samples in: the same, or the next that is written."""
        return _WRITTEN_BITS.get(self.stored_bits, "24")

    @property
    def container_name(self) -> str:
        """``wav``, ``rf64``, ``bw64``, ``flac`` ...: what the file is, in lower case."""
        if self.format in ("WAV", "WAVEX"):  # WAVEX: codecs in WAVE, as libsndfile calls them
            return "wav"
        written = container_of_reading(self.format, self.subtype)
        return written.name if written else self.format.lower()

    @property
    def container(self) -> Container:
        """The format in which such a file is written; WAVE for formats that are not."""
        return container_of_reading(self.format, self.subtype) or CONTAINERS["wav"]

    def read(self, frames: int) -> AudioBlock:
        """The next block: ``(channels, frames)``, shorter at the end of the file, empty after it.

        Raises FileError if the disk fails.
        """
        out = np.empty((self.channels, max(0, min(frames, self.frames - self._position))), np.float32)
        try:
            there = self._source.read(self._position, out) if out.size else 0
        except OSError as error:
            raise fault(self.path, error) from error
        self._position += there
        if there < out.shape[1]:
            promised, self.frames = self.frames, self._position
            if self._source.frames_exact or promised - self.frames > _ESTIMATE * promised:
                promised_s = promised / self.sample_rate
                self._notes.append(
                    f"the sound breaks off after {self.duration_s:.3f} s of the {promised_s:.3f} s promised"
                )
            out = np.ascontiguousarray(out[:, :there])
        return out

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[AudioBlock]:
        """Blocks of `frames` frames from here to the end; the last may be shorter."""
        while (block := self.read(frames)).shape[1]:
            yield block

    def seek(self, frame: int) -> None:
        """Go to a frame, 0 to `frames`; beyond the end there is nothing to read."""
        self._position = max(0, min(frame, self.frames))

    def words(self) -> FileWords | DecodedWords | None:
        """The samples as words that several threads may read; None where one cannot go to any frame at once."""
        return self._words

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> AudioReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def note(self, sentence: str) -> None:
        """Add to `notes`."""
        self._notes.append(sentence)

    def know_layout(self, layout: Layout) -> None:
        """Take a layout that is known, from the file or from a person."""
        self.layout, self.layout_assumed = layout, False

    def know_words(self, words: FileWords | DecodedWords | None) -> None:
        """Say how several threads may read the samples."""
        self._words = words

    def assume_layout(self, layout: Layout) -> None:
        """Take a likely layout; `notes` tell it where it matters: from three channels on."""
        self.layout, self.layout_assumed = layout, True

    def _assumption(self) -> tuple[str, ...]:
        if not self.layout_assumed or self.channels < 3:
            return ()
        if self.layout.name.startswith("discrete"):
            return (f"{self.channels} channels without a layout: each counts once",)
        order = " ".join(self.layout.labels)
        return (f"{self.channels} channels without a layout: taken as {self.layout.name} ({order})",)


def open_audio(path: str | os.PathLike[str]) -> AudioReader:
    """Open a sound file, or sound tracks of a film (`VideoTracks`), for reading.

    Raises
    ------
    FileError
        If there is no such file, it may not be read, it is no sound file, or it holds no sound.
    """
    tracks = path.tracks if isinstance(path, VideoTracks) else ()
    path = Path(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileError(str(path), "this is a folder, not a file", "name a file")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(str(path), "this is a device or a pipe, not a file", "name a file")
        if status.st_size == 0:
            raise FileError(str(path), "the file is empty (0 bytes)", "make or copy it again")
        reader = _open_wave(path) or _open_film(path, tracks) or _open_other(path, None)
    except OSError as error:
        raise fault(path, error) from error
    if tracks and reader.picture is None:
        reader.close()
        raise UsageError("this is no film: it has no tracks to choose from", str(path), "leave --track out")
    if reader.frames < 1:
        reader.close()
        raise FileError(str(path), "the file holds no sound (0 frames)", "make or copy it again")
    return reader


def _open_wave(path: Path) -> AudioReader | None:
    file = path.open("rb", buffering=0)
    try:
        header = io.BufferedReader(file)  # most headers are had by one reading
        wave = walk_wave(header, path)
        header.detach()
        word = wave.format.word if wave else None
        if wave is None or word is None:
            file.close()
            return _open_other(path, wave) if wave else None
    except BaseException:
        file.close()
        raise
    source = WaveSource(file, wave, word)
    form = "WAV" if wave.form == "RIFF" else wave.form
    reader = AudioReader(path, source, wave.format.sample_rate, wave.format.channels, form, _SUBTYPES[word])
    reader.know_words(source.words(path))
    for note in wave.notes:
        reader.note(note)
    _take_layout(reader, wave)
    return reader


def _open_film(path: Path, tracks: tuple[int, ...]) -> AudioReader | None:
    with path.open("rb") as file:
        film = is_video(file.read(VIDEO_HEAD_BYTES))
    if not film:
        return None
    try:
        from audiopost.media.video import VideoSource
    except ImportError as error:
        what = "this is a film, and its sound cannot be read without PyAV"
        raise FileError(str(path), what, "pip install 'audiopost[video]'") from error
    source = VideoSource(path, tracks)
    reader = AudioReader(path, source, source.sample_rate, source.channels, source.format, source.subtype)
    reader.picture = VideoTracks(path, tracks)
    if source.layout is not None:
        reader.know_layout(source.layout)
    return reader


def _take_layout(reader: AudioReader, wave: WaveFile) -> None:
    layout = layout_from_wave_mask(wave.format.mask, reader.channels)
    if layout is not None:
        reader.know_layout(layout)
    elif wave.format.ambisonic:
        reader.assume_layout(discrete_layout(reader.channels))
    else:
        reader.assume_layout(default_layout(reader.channels))


def _open_other(path: Path, wave: WaveFile | None) -> AudioReader:
    from audiopost.media.decoded_words import decoded_words
    from audiopost.media.libsndfile import SndfileSource

    source = SndfileSource(path)
    reader = AudioReader(path, source, source.sample_rate, source.channels, source.format, source.subtype)
    reader.know_words(decoded_words(source, path))
    known = reader.container.orders.get(reader.channels)
    if wave is not None:
        _take_layout(reader, wave)
    elif known is not None:
        reader.know_layout(known)
    else:
        reader.assume_layout(default_layout(reader.channels))
    return reader


def read_audio(path: str | os.PathLike[str]) -> tuple[AudioBlock, int]:
    """A whole file as one block, and its sample rate in Hz.

    Raises FileError as `open_audio` does.
    """
    with open_audio(path) as reader:
        return reader.read(reader.frames), reader.sample_rate
