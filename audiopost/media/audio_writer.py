"""Blocks as a sound file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.dsp.dither import DITHER_SEED, Dither, WordMaker
from audiopost.errors import UsageError
from audiopost.layouts import Layout, wave_mask
from audiopost.media.carried import NOTHING_CARRIED, Carried
from audiopost.media.containers import Bits, Container, container_for
from audiopost.media.file_faults import fault
from audiopost.media.new_file import Exists, NewFile
from audiopost.media.wave_markers import Marker, marker_chunks
from audiopost.media.wave_stream import WaveSink

__all__ = ["AudioWriter"]

_WORDS: dict[str, Literal["s16", "s24", "f32"]] = {"16": "s16", "24": "s24", "32f": "f32"}


class _Sink(Protocol):
    """Where words go: `WaveSink` or `SndfileSink`."""

    def write(self, words: NDArray[np.int32] | AudioBlock) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


class AudioWriter:
    """A sound file to be: write blocks to it, then leave the ``with``.

    On a clean exit the file is on the disk under its name. On any error, also a full disk or Ctrl-C, nothing
    of it remains, and a file that bore the name before is as it was.

    Parameters
    ----------
    path
        The file to be made; its folder must be there.
    sample_rate
        In Hz.
    layout
        Of the blocks. A WAVE file says it in its channel mask where the mask can; FLAC and Ogg have an order of their
        own, into which the channels are brought.
    bits
        ``"16"``, ``"24"`` or ``"32f"``; without meaning for Ogg, Opus and MP3.
    format
        A name in `audiopost.media.containers.CONTAINERS`; None goes by the suffix.
    exists
        ``"fail"``, ``"replace"`` or ``"number"`` (see `audiopost.media.new_file.Exists`).
    protected
        Files that are never overwritten: the inputs.
    dither
        ``"tpdf"``, ``"shaped"`` or ``"none"``; each channel is dithered from its first sample on that integers cannot
        hold exactly.
    seed
        Of the dither.
    first_channel
        Place of this file's first channel in its programme, for the dither.
    lasting
        As in `audiopost.media.new_file.NewFile`.
    carried
        What the file is to hold beside its sound: chunks, where it is WAVE, and the tags of a source.

    Attributes
    ----------
    path : Path
        The name of the file; with ``exists="number"`` it is final only after closing.
    frames, clipped_samples, non_finite_samples : int
        Written; limited to the range of integers; NaN or infinite and written as 0.

    Raises
    ------
    FileError
        If the file cannot be made there.
    UsageError
        If the format is unknown or cannot hold such sound.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        sample_rate: int,
        layout: Layout,
        bits: Bits = "24",
        format: str | None = None,  # noqa: A002 - the word that users know
        exists: Exists = "fail",
        protected: Iterable[str | os.PathLike[str]] = (),
        *,
        dither: Dither = "tpdf",
        seed: int = DITHER_SEED,
        first_channel: int = 0,
        carried: Carried = NOTHING_CARRIED,
        lasting: bool = True,
    ) -> None:
        container = container_for(Path(path), format)
        container.check(layout.channels, bits, str(path))
        self.sample_rate = sample_rate
        self.channels = layout.channels
        self.frames = 0
        self.non_finite_samples = 0
        self._order = container.channel_order(layout)
        integers = bits != "32f" and not container.lossy
        self._words = None
        if integers:
            self._words = WordMaker(
                layout.channels, int(bits), dither=dither, seed=seed, sample_rate=sample_rate,
                first_channel=first_channel,
            )  # fmt: skip
        self._markers: list[Marker] = []
        self._container = container
        self._carried = carried
        self._new = NewFile(path, exists, tuple(Path(each) for each in protected), lasting=lasting)
        try:
            self._sink = _open_sink(self._new.temporary, container, bits, layout, sample_rate, carried)
        except OSError as error:
            self._new.discard()
            raise fault(self.path, error) from error
        except BaseException:
            self._new.discard()
            raise

    @property
    def path(self) -> Path:
        """The name of the file."""
        return self._new.path

    @property
    def clipped_samples(self) -> int:
        """How many samples were limited to the range of integers."""
        return self._words.clipped_samples if self._words else 0

    def write(self, block: AudioBlock | NDArray[np.float64]) -> None:
        """Append a block ``(channels, frames)``; float64 is rounded once, to the words that are written.

        Raises FileError if the disk is full or fails; then nothing of the file remains.
        """
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise UsageError(f"a block of shape {block.shape} does not fit {self.channels} channels", str(self.path))
        kind = np.float64 if self._words is not None and block.dtype == np.float64 else np.float32
        ordered = block if self._order is None else block[list(self._order)]
        own: NDArray[np.floating] = np.array(ordered, kind, order="C", copy=True)
        self.non_finite_samples += clear_non_finite(own)[0]
        try:
            self._sink.write(own.astype(np.float32, copy=False) if self._words is None else self._words.words(own))
        except OSError as error:
            self.abort()
            raise fault(self.path, error) from error
        self.frames += block.shape[1]

    def mark(self, frame: int, label: str) -> None:
        """Put a marker at a frame of the file. Only WAVE files hold markers; others are written without.

        For files that carry no chunks of another one, which may have markers of its own.
        """
        self._markers.append(Marker(frame, label))

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises FileError if that fails; then nothing of the file remains.
        """
        try:
            if isinstance(self._sink, WaveSink):
                self._sink.carry(marker_chunks(self._markers, self.path))
            self._sink.close()
            if self._container.wave_form is None and self._carried is not NOTHING_CARRIED:
                self._carried.give_tags(self._new.temporary, self._container.name)
        except OSError as error:
            self.abort()
            raise fault(self.path, error) from error
        except BaseException:
            self.abort()
            raise
        self._new.publish()

    def abort(self) -> None:
        """Give up: nothing remains. May be called again, and after `close` does nothing."""
        self._sink.abandon()
        self._new.discard()

    def __enter__(self) -> AudioWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def _open_sink(
    path: Path, container: Container, bits: Bits, layout: Layout, sample_rate: int, carried: Carried
) -> _Sink:
    if container.muxer:
        if carried.picture is None:
            raise UsageError(f"{container.name} is written only from a film", str(path), "choose wav")
        from audiopost.media.video_writer import VideoSink

        return VideoSink(path, carried.picture, container.muxer, bits, layout.channels, sample_rate)
    if container.wave_form is not None:
        return WaveSink(
            path, _WORDS[bits], layout.channels, sample_rate, wave_mask(layout), carried.chunks, container.wave_form
        )
    from audiopost.media.libsndfile import SndfileSink

    return SndfileSink(
        path, container.sndfile_format, bits, container.lossy_subtype, layout.channels, sample_rate
    )  # fmt: skip
