"""What each file format can hold: suffixes, word lengths, channels and their order.

Sources of the fixed channel orders: RFC 9639 (FLAC) section 9.1.3; Vorbis I specification section 4.3.9, which
RFC 7845 (Opus in Ogg) section 5.1.1.2 takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from audiopost.errors import UnknownNameError, UsageError
from audiopost.layouts import Layout, layout_named
from audiopost.media.wave_chunks import WaveForm

__all__ = ["CONTAINERS", "FILMS", "Bits", "Container", "FileKind", "container_for", "container_of_reading"]

Bits = Literal["16", "24", "32f"]
"""Word lengths that are written: integers of 16 or 24 bits, or float32."""

FileKind = Literal["poly", "monos"]
"""One file with all channels, or one a channel."""

_FLAC_ORDER = {
    1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1-wave",
}  # fmt: skip
_VORBIS_LABELS = {
    1: "M", 2: "L R", 3: "L C R", 4: "L R Ls Rs", 5: "L C R Ls Rs", 6: "L C R Ls Rs LFE",
    7: "L C R Ls Rs Cs LFE", 8: "L C R Lss Rss Lrs Rrs LFE",
}  # fmt: skip


def _vorbis_layout(channels: int) -> Layout:
    """Known layouts in the order of Vorbis: the same loudspeakers as FLAC's, the centre second and the LFE last."""
    labels = tuple(_VORBIS_LABELS[channels].split())
    same = layout_named(_FLAC_ORDER[channels])
    if same.labels == labels:
        return same
    by_label = {speaker.label: speaker for speaker in same.speakers}
    name = {6: "5.1-film"}.get(channels, "+".join(labels))
    return Layout(name, tuple(by_label[label] for label in labels))


@dataclass(frozen=True)
class Container:
    """One file format that can be written."""

    name: str
    suffixes: tuple[str, ...]
    sndfile_format: str
    """libsndfile's name of the format."""
    lossy_subtype: str = ""
    """libsndfile's name of the codec; empty where samples are stored as words."""
    word_lengths: tuple[Bits, ...] = ("16", "24", "32f")
    maximum_channels: int = 1024
    orders: Mapping[int, Layout] = field(default_factory=dict)
    """The layout that the format itself prescribes for a number of channels."""
    wave_form: WaveForm | None = None
    """What a WAVE file is to be; None for every other format."""
    sample_rates: tuple[int, ...] = ()
    """In Hz, ascending, where the format does not take any rate."""
    tagged: bool = False
    """Whether tags are written into it (`audiopost.media.tags`); WAVE holds them in its chunks."""
    muxer: str = ""
    """libav's name of a film's format; empty for sound files. A film is written only from a film."""

    @property
    def lossy(self) -> bool:
        """True where what is read back differs from what was written."""
        return bool(self.lossy_subtype)

    def nearest_bits(self, bits: Bits) -> Bits:
        """The word length itself where the format has it, else its longest."""
        return bits if bits in self.word_lengths else self.word_lengths[-1]

    def nearest_rate(self, sample_rate: int) -> int:
        """The rate itself where the format takes it, else the next higher one, else the highest.

        >>> CONTAINERS["opus"].nearest_rate(44_100), CONTAINERS["mp3"].nearest_rate(96_000)
        (48000, 48000)
        """
        if not self.sample_rates or sample_rate in self.sample_rates:
            return sample_rate
        return next((rate for rate in self.sample_rates if rate > sample_rate), self.sample_rates[-1])

    def check(self, channels: int, bits: str, where: str) -> None:
        """Raise UsageError unless the format can hold so many channels at that word length."""
        if channels > self.maximum_channels:
            mend = f"{self.name} holds at most {self.maximum_channels}; choose wav"
            raise UsageError(f"{channels} channels do not fit into {self.name}", where=where, mend=mend)
        if bits not in self.word_lengths:
            mend = "allowed: " + ", ".join(self.word_lengths)
            raise UsageError(f"{self.name} is not written with {bits!r} bits", where=where, mend=mend)

    def channel_order(self, layout: Layout) -> tuple[int, ...] | None:
        """Which channel of `layout` goes to each place of the format's own order; None where nothing moves.

        >>> CONTAINERS["ogg"].channel_order(layout_named("5.1"))
        (0, 2, 1, 4, 5, 3)
        """
        own = self.orders.get(layout.channels)
        if own is None or own.labels == layout.labels or sorted(own.labels) != sorted(layout.labels):
            return None
        return tuple(layout.labels.index(label) for label in own.labels)


_FLAC_LAYOUTS = {channels: layout_named(name) for channels, name in _FLAC_ORDER.items()}
_VORBIS_LAYOUTS = {channels: _vorbis_layout(channels) for channels in _VORBIS_LABELS}

CONTAINERS: dict[str, Container] = {
    container.name: container
    for container in (
        Container("wav", (".wav", ".wave", ".bwf"), "WAV", wave_form="RIFF"),
        Container("rf64", (".wav", ".rf64"), "RF64", wave_form="RF64"),
        Container("bw64", (".wav", ".bw64"), "BW64", wave_form="BW64"),
        Container("w64", (".w64",), "W64"),
        Container("aiff", (".aiff", ".aif", ".aifc"), "AIFF", tagged=True),
        Container("caf", (".caf",), "CAF"),
        Container("flac", (".flac",), "FLAC", "", ("16", "24"), 8, _FLAC_LAYOUTS, tagged=True),
        Container("ogg", (".ogg", ".oga"), "OGG", "VORBIS", maximum_channels=8, orders=_VORBIS_LAYOUTS, tagged=True),
        Container(
            "opus",
            (".opus",),
            "OGG",
            "OPUS",
            maximum_channels=8,
            orders=_VORBIS_LAYOUTS,
            sample_rates=(8_000, 12_000, 16_000, 24_000, 48_000),
            tagged=True,
        ),
        Container(
            "mp3",
            (".mp3",),
            "MP3",
            "MPEG_LAYER_III",
            maximum_channels=2,
            sample_rates=(8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
            tagged=True,
        ),
    )
}
"""Every format of sound files that is written, by its name."""

FILMS: dict[str, Container] = {
    container.name: container
    for container in (
        Container("mov", (".mov", ".qt"), "MOV", muxer="mov"),
        Container("mp4", (".mp4", ".m4v", ".m4a"), "MP4", muxer="mp4"),
        Container("mkv", (".mkv", ".mka", ".webm"), "MKV", muxer="matroska"),
        Container("mxf", (".mxf",), "MXF", muxer="mxf"),
    )
}
"""Every format of films into which new sound is put back."""

_ALL = CONTAINERS | FILMS


def container_for(path: Path, name: str | None = None) -> Container:
    """The container of that name, or, where no name is given, the one that the suffix of `path` says.

    Raises
    ------
    UnknownNameError
        If nothing answers to the name or the suffix.

    >>> container_for(Path("mix.aif")).name, container_for(Path("mix"), "flac").name
    ('aiff', 'flac')
    """
    if name is not None:
        try:
            return _ALL[name.lower()]
        except KeyError:
            raise UnknownNameError(kind="format", name=name, known=tuple(_ALL), where=str(path)) from None
    suffix = path.suffix.lower()
    for container in _ALL.values():
        if suffix in container.suffixes:
            return container
    raise UnknownNameError(kind="format", name=suffix.lstrip("."), known=tuple(_ALL), where=str(path))


def container_of_reading(sndfile_format: str, subtype: str) -> Container | None:
    """The container in which a file that libsndfile calls so was written; None where it is not one of ours."""
    for container in _ALL.values():
        if container.sndfile_format == sndfile_format and container.lossy_subtype in ("", subtype):
            return container
    return None
