"""Sound through a codec: coded as a service would, and decoded again, sample under sample.

AAC, Opus and MP3 are coded by libav (PyAV, extra ``video``), Vorbis by libsndfile, whose encoder is the reference one.
Each goes into the container that says how much of the decoded sound is the encoder's own beginning, and decoding
takes that away: MP4 (edit list), Ogg (pre-skip), MP3 (LAME's tag).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from audiopost.blocks import AudioBlock, to_interleaved
from audiopost.errors import FileError, UsageError
from audiopost.media.libsndfile import SndfileSink
from audiopost.media.video import AV_ERRORS, VideoSource

__all__ = ["CODEC_SUFFIXES", "absent_codecs", "coded", "decoded_blocks"]

CODEC_SUFFIXES = {"aac": ".m4a", "opus": ".opus", "mp3": ".mp3", "vorbis": ".ogg"}
"""Of the file that `coded` fills, by codec."""

_ENCODERS = {"aac": ("mp4", "aac", "fltp"), "opus": ("ogg", "libopus", "flt"), "mp3": ("mp3", "libmp3lame", "fltp")}
"""Muxer, encoder and the form in which it takes samples."""

_LAYOUTS = {1: "mono", 2: "stereo"}

_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
"""Nominal rates of libvorbis' qualities 0 to 10, stereo at 44.1 kHz."""

_BLOCK_FRAMES = 65_536


def absent_codecs() -> tuple[str, ...]:
    """Codecs whose encoder this build of libav lacks; Vorbis is libsndfile's, and always there."""
    return tuple(codec for codec, (_, encoder, _) in _ENCODERS.items() if encoder not in av.codecs_available)


def coded(blocks: Iterator[AudioBlock], path: Path, codec: str, sample_rate: int, channels: int, kbps: int) -> None:
    """Fill a file with coded sound.

    Parameters
    ----------
    blocks
        ``(channels, frames)`` each, at `sample_rate`.
    path
        To be filled; its suffix is that of `CODEC_SUFFIXES`.
    codec
        ``"aac"``, ``"opus"``, ``"mp3"`` or ``"vorbis"``.
    sample_rate
        In Hz; one that the codec takes.
    channels
        1 or 2.
    kbps
        Bit rate in kbit/s; for Vorbis the quality whose nominal rate that is.

    Raises
    ------
    UsageError
        If the codec is unknown or does not take such sound.
    FileError, OSError
        If the file cannot be written.
    """
    if codec not in CODEC_SUFFIXES:
        raise UsageError(f"unknown codec {codec!r}", mend="known: " + ", ".join(CODEC_SUFFIXES))
    if channels not in _LAYOUTS:
        raise UsageError(f"{channels} channels are not previewed", str(path), "fold down to stereo first")
    try:
        if codec == "vorbis":
            _code_vorbis(blocks, path, sample_rate, channels, kbps)
        else:
            _code_by_libav(blocks, path, codec, sample_rate, channels, kbps)
    except AV_ERRORS as error:
        what = f"{codec} does not take {channels} channels at {sample_rate} Hz and {kbps} kbit/s"
        raise UsageError(what, mend="give another rate") from error


def _code_vorbis(blocks: Iterator[AudioBlock], path: Path, sample_rate: int, channels: int, kbps: int) -> None:
    quality = float(np.interp(kbps, _VORBIS_KBPS, np.arange(len(_VORBIS_KBPS)))) / 10.0
    sink = SndfileSink(path, "OGG", "32f", "VORBIS", channels, sample_rate, 1.0 - quality)
    try:
        for block in blocks:
            sink.write(block)
    except BaseException:
        sink.abandon()
        raise
    sink.close()


def _code_by_libav(
    blocks: Iterator[AudioBlock], path: Path, codec: str, sample_rate: int, channels: int, kbps: int
) -> None:
    muxer, encoder, name = _ENCODERS[codec]
    options = {"movie_timescale": str(sample_rate)} if muxer == "mp4" else {}
    with av.open(str(path), "w", format=muxer, options=options) as file:
        stream: Any = file.add_stream(encoder, rate=sample_rate, layout=_LAYOUTS[channels])
        stream.bit_rate = kbps * 1000
        stream.codec_context.format = name
        stream.codec_context.time_base = Fraction(1, sample_rate)
        done = 0
        for block in blocks:
            if not block.shape[1]:
                continue
            array = block if name.endswith("p") else to_interleaved(block).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(array), format=name, layout=_LAYOUTS[channels])
            frame.sample_rate = sample_rate
            frame.time_base = Fraction(1, sample_rate)
            frame.pts = done
            done += block.shape[1]
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def decoded_blocks(path: Path, frames: int) -> Iterator[AudioBlock]:
    """The sound of a coded file, `frames` frames of it: what a codec adds at the end is cut, what lacks is silence.

    Raises
    ------
    FileError
        If the file cannot be decoded.
    """
    source = VideoSource(path, ())
    try:
        position = 0
        while position < frames:
            out = np.zeros((source.channels, min(_BLOCK_FRAMES, frames - position)), np.float32)
            there = source.read(position, out)
            if not there and not position:
                raise FileError(str(path), "nothing could be decoded", "try another codec")
            position += out.shape[1]
            yield out
    finally:
        source.close()
