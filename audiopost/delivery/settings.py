"""What may be asked of a delivery, whoever asks: a script, the command line, a job file, the report of a run.

One home for these words: `jobs.normalize` takes each of them as a keyword, a job file as a key, a report keeps them
all. Which files are meant, and where they go, is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from audiopost.delivery.gain_plan import MOST_LIMITING_DB, GainMode, InTolerance
from audiopost.delivery.ride import RideLimits
from audiopost.dsp.dither import Dither
from audiopost.errors import UsageError
from audiopost.media.containers import Bits, FileKind

__all__ = ["USUAL_DELIVERY", "DeliverySettings", "Gate", "Tag"]

Gate = Literal["programme", "dialogue"]

Tag = Literal["bext", "replaygain", "r128"]
"""``bext``: a broadcast extension chunk with the loudness, where there is none yet. ``replaygain``: track (and album)
gain and peak for players, reference -18 LUFS. ``r128``: the gains of Opus files, reference -23 LUFS (RFC 7845)."""

MOST_RIDING_DB = 20.0
"""Beyond it riding is another mix."""


@dataclass(frozen=True)
class DeliverySettings:
    """How programmes are brought to a target; each field as `audiopost.jobs.normalize.normalize` explains it.

    Raises
    ------
    UsageError
        If a word is unknown or a number out of its range; `where` names the field.
    """

    mode: GainMode = "linear"
    max_limiting_db: float = 6.0
    max_range_lu: float | None = None
    max_riding_db: float = RideLimits.most_db
    in_tolerance: InTolerance = "copy"
    conform: bool = False
    write_anyway: bool = False
    layout: str | None = None
    dual_mono: bool = False
    format: str | None = None
    bits: Bits | None = None
    rate: int | None = None
    channels: str | None = None
    kind: FileKind | None = None
    dither: Dither = "tpdf"
    tags: tuple[Tag, ...] = ()
    gate: Gate = "programme"
    start: str | None = None
    end: str | None = None
    frames_per_second: float | None = None
    trim: bool = False

    def __post_init__(self) -> None:
        words: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
            ("mode", self.mode, get_args(GainMode)),
            ("in-tolerance", self.in_tolerance, get_args(InTolerance)),
            ("bits", self.bits, (None, *get_args(Bits))),
            ("kind", self.kind, (None, *get_args(FileKind))),
            ("dither", self.dither, get_args(Dither)),
            ("gate", self.gate, get_args(Gate)),
            *(("tag", tag, get_args(Tag)) for tag in self.tags),
        )
        for name, word, known in words:
            if word not in known:
                raise UsageError(f"unknown {name} {word!r}", mend="known: " + ", ".join(filter(None, known)))
        spans = (
            ("max_limiting_db", self.max_limiting_db, MOST_LIMITING_DB, "limiting of"),
            ("max_riding_db", self.max_riding_db, MOST_RIDING_DB, "riding the gain by"),
        )
        for name, value, most, what in spans:
            if not 0.0 <= value <= most:
                raise UsageError(f"{what} {value:g} dB is out of range", name, f"allowed: 0 to {most:g} dB")
        if self.max_range_lu is not None and not self.max_range_lu >= 0.0:
            raise UsageError(f"{self.max_range_lu:g} LU is no loudness range", "max_range_lu", "give 0 or more")
        if self.rate is not None and self.rate <= 0:
            raise UsageError(f"{self.rate} Hz is no sample rate", "rate", "give a rate above 0")
        if self.trim and self.start is None and self.end is None:
            raise UsageError("nothing says where to trim", "trim", "give --from, --to, or both")

    @property
    def allowed_limiting_db(self) -> float:
        """Most limiting that the mode allows."""
        return 0.0 if self.mode == "linear" else self.max_limiting_db

    def as_words(self) -> dict[str, Any]:
        """The fields by name: keywords for `audiopost.jobs.normalize.normalize`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> DeliverySettings:
        """The settings out of words that may hold others besides; lists become tuples."""
        own: dict[str, Any] = {field.name: words[field.name] for field in fields(cls) if field.name in words}
        for name, value in own.items():
            own[name] = tuple(value) if isinstance(value, list) else value
        return cls(**own)


USUAL_DELIVERY = DeliverySettings()
