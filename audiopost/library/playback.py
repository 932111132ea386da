"""What the players of services do, from TOML: one packed file for every service of which it is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from audiopost.delivery.playback import Coding, PlaybackRules
from audiopost.errors import UnknownNameError
from audiopost.library.presets import list_presets, read_preset
from audiopost.library.schema import Field, Table, validated

__all__ = ["check_services", "list_services", "load_playback"]


class CodingTable(Table):
    """One of ``[[codecs]]``."""

    codec: Literal["aac", "opus", "vorbis", "mp3"]
    sample_rate_hz: int = Field(ge=8_000, le=192_000)
    kbps: int = Field(ge=8, le=512)
    confidence: Literal["primary", "secondary", "assumed"]
    note: str = ""

    def coding(self) -> Coding:
        """What the preview works with."""
        return Coding(self.codec, self.sample_rate_hz, self.kbps, self.confidence, self.note)


class PlaybackTable(Table):
    """A whole file."""

    up: Literal["never", "headroom", "limiter", "freely"]
    headroom_dbtp: float = Field(0.0, le=0.0)
    note: str = ""
    codecs: list[CodingTable] = Field(default_factory=list)


def list_services() -> tuple[str, ...]:
    """Ids of the services whose playback is known; each is also the id of its target."""
    return tuple(name for name, _ in list_presets("playback"))


def check_services(services: Iterable[str]) -> None:
    """Raise UnknownNameError if one of them is not known: before anything is measured."""
    for service in services:
        load_playback(service)


def load_playback(service: str) -> PlaybackRules:
    """What the player of a service does.

    Raises
    ------
    UnknownNameError
        If nothing is known of it.

    >>> load_playback("youtube").up
    'never'
    """
    if service not in list_services():
        mend = "`audiopost preview FILE` shows them all"
        raise UnknownNameError(kind="service", name=service, known=list_services(), mend=mend)
    table = validated(PlaybackTable, read_preset("playback", service))
    return PlaybackRules(table.up, table.headroom_dbtp, tuple(each.coding() for each in table.codecs), table.note)
