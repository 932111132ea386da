"""The door to films (package PyAV, extra ``video``): sound tracks of MOV, MP4, MKV and MXF, read as a sound file is.

Conventions
-----------
- Frame 0 of the sound is the first sample that a player would sound: what an encoder needed to get going, and an edit
  list cuts, is not there. `VideoSource.start_s` is where it lies on the film's clock.
- A hole in a track is filled by silence, a track that begins later than the others by silence before it, so that
  every sample keeps its place under the picture.
- Tracks taken together are decoded in one pass and laid side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.layouts import Layout, layout_from_wave_mask

__all__ = ["AV_ERRORS", "VideoSource", "film_described", "layout_of_track", "open_film", "sound_tracks"]

AV_ERRORS = (av.FFmpegError, ValueError, OverflowError)
"""What PyAV raises when a file is wrong; MemoryError is left to those who run out of it."""

_HOLE_S = Fraction(3, 100)
"""A time stamp that is this much late means a hole; Matroska's are rounded to whole milliseconds."""

_CHANNEL_BITS = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
"""libav's names in the order of the bits of the WAVE channel mask."""

_FORMATS = {"mov": "mov", "mp4": "mp4", "matroska": "mkv", "webm": "mkv", "mxf": "mxf"}
_SCALES = {"u8": 2.0**-7, "s16": 2.0**-15, "s32": 2.0**-31, "s64": 2.0**-63}


def open_film(path: Path) -> Any:
    """The opened container of a film.

    Raises
    ------
    FileError
        If it is none, or damaged beyond reading.
    """
    try:
        return av.open(str(path), metadata_errors="replace")
    except AV_ERRORS as error:
        what = "this is no film that can be read, or its header is damaged"
        raise FileError(str(path), what, "give MOV, MP4, MKV or MXF") from error


def sound_tracks(film: Any, path: Path, tracks: tuple[int, ...]) -> list[Any]:
    """The streams of the tracks that are meant.

    Raises
    ------
    FileError
        If the film has no sound, or cannot decode it.
    UsageError
        If there is no such track, or tracks differ in sample rate.
    """
    streams = list(film.streams.audio)
    if not streams:
        raise FileError(str(path), "the film holds no sound", "give one with a sound track")
    if any(stream.codec_context is None for stream in streams):
        raise FileError(str(path), "a sound track is damaged, or in a codec that nobody here knows", "copy it again")
    for number in tracks:
        if number > len(streams):
            count = f"{len(streams)} sound track" + ("s" if len(streams) > 1 else "")
            raise UsageError(f"there is no track {number}: the film has {count}", str(path), "name another --track")
    if not tracks:
        players_choice = [stream for stream in streams if stream.disposition & av.stream.Disposition.default]
        return (players_choice or streams)[:1]
    chosen = [streams[number - 1] for number in tracks]
    if len({stream.codec_context.sample_rate for stream in chosen}) > 1:
        raise UsageError("the tracks differ in sample rate", str(path), "measure each by itself")
    return chosen


def layout_of_track(stream: Any) -> Layout | None:
    """The layout that a track says it has; None where it says nothing."""
    names = [channel.name for channel in stream.codec_context.layout.channels]
    if not set(names) <= set(_CHANNEL_BITS):
        return None
    return layout_from_wave_mask(sum(1 << _CHANNEL_BITS.index(name) for name in names), len(names))


class VideoSource:
    """The samples of sound tracks of a film.

    Raises
    ------
    FileError
        If the film cannot be read or has no sound.
    UsageError
        If a track is not there.

    Notes
    -----
    Accuracy: samples at a frame are the same however one came there: decoding begins at the beginning.
    """

    def __init__(self, path: Path, tracks: tuple[int, ...]) -> None:
        self._path = path
        self._tracks = tracks
        self._open()
        first = self._streams[0]
        self.sample_rate = int(first.codec_context.sample_rate or 0)
        self._channels = [int(stream.codec_context.layout.nb_channels) for stream in self._streams]
        self.channels = sum(self._channels)
        if self.sample_rate < 1 or self.channels < 1:
            self.close()
            raise FileError(str(path), "the sound track does not say what it holds", "copy the film again")
        layouts = [layout_of_track(stream) for stream in self._streams]
        self.layout = layouts[0] if len(layouts) == 1 else None
        """What the track says; None where it says nothing, or several tracks are taken together."""
        self.format = _format_name(path, self._film)
        self.subtype = _subtype(first)
        self.tracks_there = len(self._film.streams.audio)
        self.frames_exact = True
        self.notes = self._notes_of_choice()
        self._rewind()
        self.start_s = self._find_start()
        self.frames = self._length()

    def _open(self) -> None:
        self._film = open_film(self._path)
        try:
            self._streams = sound_tracks(self._film, self._path, self._tracks)
        except BaseException:
            self._film.close()
            raise

    def _notes_of_choice(self) -> tuple[str, ...]:
        if self._tracks or self.tracks_there == 1:
            return ()
        number = self._film.streams.audio.index(self._streams[0]) + 1
        return (f"the film has {self.tracks_there} sound tracks: number {number} is taken (--track chooses)",)

    def _rewind(self) -> None:
        self._decoded = self._pieces()
        self._waiting: list[list[NDArray[np.float32]]] = [[] for _ in self._streams]
        self._position = 0

    def _find_start(self) -> Fraction:
        """The time of the first sample of the earliest track, in seconds."""
        starts = [Fraction(int(stream.start_time or 0)) * Fraction(stream.time_base) for stream in self._streams]
        self._start_s = min(starts)
        return self._start_s

    def _length(self) -> int:
        """Frames of the longest track: as the film says it, counted where it says it only about."""
        if all(stream.duration and stream.time_base * self.sample_rate == 1 for stream in self._streams):
            before = round(self._start_s * self.sample_rate)
            return max(int(stream.start_time or 0) - before + int(stream.duration) for stream in self._streams)
        frames = 0
        while (there := self._next_frames(1 << 16, None)) > 0:
            frames += there
        self._restart()
        return frames

    def _restart(self) -> None:
        self._film.close()
        self._open()
        self._rewind()

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` with the samples from `frame` on; returns how many frames were there."""
        if frame < self._position:
            self._restart()
        while self._position < frame:
            if not self._next_frames(min(1 << 16, frame - self._position), None):
                return 0
        wanted = min(out.shape[1], self.frames - frame)
        done = 0
        while done < wanted:
            there = self._next_frames(wanted - done, out[:, done:wanted])
            if there == 0:
                break
            done += there
        return done

    def _next_frames(self, frames: int, out: AudioBlock | None) -> int:
        """Up to so many frames of every track, into `out` where it is given; 0 at the end of the film."""
        while any(not pieces for pieces in self._waiting):
            found = next(self._decoded, None)
            if found is None:
                break
            index, piece = found
            self._waiting[index].append(piece)
        lengths = [pieces[0].shape[1] for pieces in self._waiting if pieces]
        count = min(frames, *lengths) if lengths else 0
        row = 0
        for channels, pieces in zip(self._channels, self._waiting, strict=True):
            if out is not None:
                out[row : row + channels, :count] = pieces[0][:, :count] if pieces else np.float32(0.0)
            row += channels
            if pieces:
                pieces[0] = pieces[0][:, count:]
                if not pieces[0].shape[1]:
                    pieces.pop(0)
        self._position += count
        return count

    def _pieces(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """What the decoders give: the number of the track and its samples; silence where there is a hole."""
        done = [0] * len(self._streams)
        numbers = {stream.index: number for number, stream in enumerate(self._streams)}
        try:
            for packet in self._film.demux(self._streams):
                number = numbers[packet.stream.index]
                stream = self._streams[number]
                for decoded in packet.decode():
                    hole = self._hole(decoded, stream, done[number])
                    if hole:
                        yield number, np.zeros((self._channels[number], hole), np.float32)
                    piece = _samples(decoded)
                    if piece.shape[0] != self._channels[number]:
                        return  # the track changes its form on the way: its sound ends here, and that is told
                    done[number] += hole + piece.shape[1]
                    yield number, piece
        except AV_ERRORS:
            return  # the stream is broken here: what came before it stands, and the reader tells where it ends

    def _hole(self, decoded: Any, stream: Any, done: int) -> int:
        """Frames of silence that are missing before what was decoded."""
        if decoded.pts is None:
            return 0
        late_s = decoded.pts * decoded.time_base - self._start_s - Fraction(done, self.sample_rate)
        longest = self.sample_rate * 86_400
        exact = stream.time_base * self.sample_rate == 1 and done == 0
        return min(round(late_s * self.sample_rate), longest) if late_s > (0 if exact else _HOLE_S) else 0

    def close(self) -> None:
        """Close the film."""
        self._film.close()


def film_described(path: Path) -> dict[str, Any]:
    """Tracks, chapters, time code and title of a film, as plain data.

    Raises FileError if it cannot be read.
    """
    film = open_film(path)
    try:
        tracks = [
            {
                "kind": stream.type,
                "codec": stream.codec_context.codec.canonical_name if stream.codec_context else None,
                "language": stream.metadata.get("language"),
                "channels": stream.codec_context.layout.nb_channels if stream.type == "audio" else None,
                "sample_rate_hz": stream.codec_context.sample_rate if stream.type == "audio" else None,
            }
            for stream in film.streams
            if stream.type != "audio" or stream.codec_context is not None
        ]
        texts = [film.metadata, *(stream.metadata for stream in film.streams)]
        chapters = [
            {"start_s": float(chapter["start"] * chapter["time_base"]), "title": chapter["metadata"].get("title", "")}
            for chapter in film.chapters()
        ]
        return {
            "title": film.metadata.get("title"),
            "timecode": next((text["timecode"] for text in texts if "timecode" in text), None),
            "tracks": tracks,
            "chapters": chapters,
        }
    finally:
        film.close()


def _format_name(path: Path, film: Any) -> str:
    names = film.format.name.split(",")
    suffix = path.suffix.lower().lstrip(".")
    by_suffix = {"m4v": "mp4", "m4a": "mp4", "mka": "mkv", "webm": "mkv"}.get(suffix, suffix)
    if by_suffix in {_FORMATS.get(name) for name in names}:
        return by_suffix.upper()
    brand = film.metadata.get("major_brand", "")
    if "mp4" in names and brand and not brand.startswith("qt"):
        return "MP4"
    return str(_FORMATS.get(names[0], names[0])).upper()


def _subtype(stream: Any) -> str:
    """The words that samples lie in, as libsndfile calls them; the codec's name where there are none."""
    context = stream.codec_context
    name = context.codec.canonical_name
    for prefix, subtype in (
        ("pcm_s16", "PCM_16"), ("pcm_s24", "PCM_24"), ("pcm_s32", "PCM_32"), ("pcm_f32", "FLOAT"), ("pcm_u8", "PCM_U8"),
        ("pcm_f64", "DOUBLE"),
    ):  # fmt: skip
        if name.startswith(prefix):
            return subtype
    if name in ("flac", "alac"):
        return "PCM_16" if context.format.name.startswith("s16") else "PCM_24"
    return str(name).upper()


def _samples(decoded: Any) -> NDArray[np.float32]:
    """``(channels, frames)``, full scale 1.0, of one decoded frame."""
    array = decoded.to_ndarray()
    if not decoded.format.is_planar:
        array = array.reshape(-1, decoded.layout.nb_channels).T
    name = decoded.format.name.removesuffix("p")
    if name in _SCALES:
        scaled = array.astype(np.float64) - (128.0 if name == "u8" else 0.0)
        return np.ascontiguousarray(scaled * _SCALES[name], np.float32)
    return np.ascontiguousarray(array, np.float32)
