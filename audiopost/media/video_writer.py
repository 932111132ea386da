"""Sound put back under its picture: a new film in which only the chosen tracks are new.

Every other packet (picture, other sound, subtitles) is copied untouched; chapters, time code and texts go with it. The
new sound begins on the film's clock where the old one did, to the sample: what an encoder puts before it is cut again
by an edit list (MOV, MP4) or a codec delay (Matroska).
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
from audiopost.media.video import AV_ERRORS, open_film, sound_tracks
from audiopost.media.video_tracks import VideoTracks

__all__ = ["VideoSink"]

_LEAST_BITS_A_CHANNEL = 160_000
"""AAC, bits a second: below it a second coding is heard on critical sound. The rate of the old track, if higher."""

_ALONE = "take the sound alone: --format wav"
_MXF_OWN = ("uid", "generation_uid", "material_package_umid", "product_uid", "operational_pattern_ul")
_WORDS = {"16": "s16", "24": "s24", "32f": "f32"}
_WORD_BITS = {"16": 16, "24": 24}


class VideoSink:
    """Writes a film from its source and new sound.

    Parameters
    ----------
    path
        The film to be made.
    picture
        The film that the sound belongs to, and which of its tracks are new.
    muxer
        libav's name of the format, which must be that of the source.
    bits
        Word length of the new sound, where the track holds words.
    sample_rate
        In Hz.

    Raises
    ------
    UsageError
        If the new sound does not fit the tracks.
    FileError
        If the film cannot be written so.
    """

    def __init__(
        self, path: Path, picture: VideoTracks, muxer: str, bits: str, channels: int, sample_rate: int
    ) -> None:
        self._path = path
        self._source_path = picture.path
        self._bits = bits
        self._sample_rate = sample_rate
        self._written = 0
        self._source = open_film(picture.path)
        self._film: Any = None
        try:
            chosen = sound_tracks(self._source, picture.path, picture.tracks)
            self._check(chosen, channels)
            # Edit lists count in the film's own time: in milliseconds, as usual, they could not end on a sample.
            options = {"movie_timescale": str(sample_rate)} if muxer in ("mov", "mp4") else {}
            self._film = av.open(str(path), "w", format=muxer, options=options)
            self._start_s = min(Fraction(stream.start_time or 0) * stream.time_base for stream in chosen)
            self._copies: dict[int, Any] = {}
            self._new: dict[int, tuple[Any, slice]] = {}
            self._add_streams(chosen)
            self._copy_texts()
        except AV_ERRORS as error:
            self.abandon()
            what = "the film cannot be written in its own format"
            raise FileError(str(picture.path), what, _ALONE) from error
        except BaseException:
            self.abandon()
            raise
        self._packets = self._other_packets()
        self._next: Any = next(self._packets, None)

    def _check(self, chosen: list[Any], channels: int) -> None:
        there = sum(stream.codec_context.layout.nb_channels for stream in chosen)
        if there != channels:
            what = f"{channels} channels do not fit the {there} of the chosen tracks"
            raise UsageError(what, str(self._source_path), _ALONE)

    def _add_streams(self, chosen: list[Any]) -> None:
        row = 0
        rows = {}
        for stream in chosen:
            rows[stream.index] = slice(row, row + stream.codec_context.layout.nb_channels)
            row = rows[stream.index].stop
        for stream in self._source.streams:
            if stream.index in rows:
                made = self._new_track(stream)
                self._new[stream.index] = (made, rows[stream.index])
            elif stream.type in ("video", "audio", "subtitle"):
                made = self._film.add_stream_from_template(stream)
                self._copies[stream.index] = made
            else:
                continue  # time code and chapters: written again from what the film says of them
            made.disposition = stream.disposition
            for name, text in stream.metadata.items():
                made.metadata[name] = text

    def _new_track(self, old: Any) -> Any:
        context = old.codec_context
        name = str(context.codec.canonical_name)
        if name.startswith("pcm_") and not name.startswith(f"pcm_{_WORDS[self._bits]}"):
            name = f"pcm_{_WORDS[self._bits]}le"
        try:
            made = self._film.add_stream(name, rate=self._sample_rate, layout=context.layout.name)
        except AV_ERRORS as error:
            raise FileError(str(self._source_path), f"sound in {name} cannot be written", _ALONE) from error
        made.codec_context.time_base = Fraction(1, self._sample_rate)
        if name.startswith("pcm_"):
            return made
        if name in ("flac", "alac"):
            made.codec_context.format = (
                {"flac": "s16", "alac": "s16p"}[name] if self._bits == "16" else ({"flac": "s32", "alac": "s32p"}[name])
            )
        elif context.bit_rate:
            least = _LEAST_BITS_A_CHANNEL * context.layout.nb_channels if name == "aac" else 0
            made.bit_rate = max(int(context.bit_rate), least)
        return made

    def _copy_texts(self) -> None:
        for name, text in self._source.metadata.items():
            if name not in _MXF_OWN:
                self._film.metadata[name] = text
        chapters = self._source.chapters()
        if chapters:
            self._film.set_chapters(chapters)

    def _other_packets(self) -> Iterator[tuple[Fraction, Any]]:
        """Everything that is copied, with its time in seconds."""
        for packet in self._source.demux():
            stream = self._copies.get(packet.stream.index)
            if stream is None or packet.dts is None:
                continue
            time_s = packet.dts * packet.time_base
            packet.stream = stream
            yield time_s, packet

    def write(self, words: NDArray[np.int32] | AudioBlock) -> None:
        """Append ``(channels, frames)``: right-justified integers for words, samples for float.

        Raises OSError if it could not be written.
        """
        if words.shape[1] == 0:
            return
        try:
            self._copy_until(self._start_s + Fraction(self._written, self._sample_rate))
            for stream, rows in self._new.values():
                frame = self._frame(words[rows], stream)
                for packet in stream.encode(frame):
                    self._film.mux(packet)
        except AV_ERRORS as error:
            raise _disk_error(error) from error
        self._written += words.shape[1]

    def _copy_until(self, time_s: Fraction | None) -> None:
        while self._next is not None and (time_s is None or self._next[0] <= time_s):
            self._film.mux(self._next[1])
            self._next = next(self._packets, None)

    def _frame(self, words: NDArray[np.int32] | AudioBlock, stream: Any) -> Any:
        context = stream.codec_context
        name = context.format.name
        array = _in_format(words, name.removesuffix("p"), _WORD_BITS.get(self._bits))
        if not context.format.is_planar:
            array = array.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(array), format=name, layout=context.layout.name)
        frame.sample_rate = self._sample_rate
        frame.time_base = Fraction(1, self._sample_rate)
        frame.pts = round(self._start_s * self._sample_rate) + self._written
        return frame

    def close(self) -> None:
        """Finish the film. Raises OSError if it could not be finished."""
        try:
            for stream, _ in self._new.values():
                for packet in stream.encode(None):
                    self._film.mux(packet)
            self._copy_until(None)
            self._film.close()
            self._source.close()
        except AV_ERRORS as error:
            raise _disk_error(error) from error

    def abandon(self) -> None:
        """Close without finishing; an error of the disk does not matter any more."""
        for film in (self._film, self._source):
            try:
                if film is not None:
                    film.close()
            except AV_ERRORS:
                continue


def _in_format(words: NDArray[np.int32] | AudioBlock, name: str, bits: int | None) -> NDArray[Any]:
    """``(channels, frames)`` as an encoder takes it; integers are left-justified in its words."""
    types: dict[str, Any] = {"s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
    wide = {"s16": 16, "s32": 32}.get(name)
    if bits is None:
        samples = words.astype(np.float64)
        if wide is None:
            return samples.astype(types[name])
        full = 2.0 ** (wide - 1)
        return np.clip(np.rint(samples * full), -full, full - 1.0).astype(types[name])
    if wide is None:
        return (words * 2.0 ** (1 - bits)).astype(types[name])
    whole = words.astype(np.int32, copy=False)
    return (whole << (wide - bits) if wide >= bits else whole >> (bits - wide)).astype(types[name])


def _disk_error(error: Exception) -> OSError:
    number = getattr(error, "errno", None)
    return OSError(number or 0, f"the film could not be written: {error}")
