"""What a player does to a file so that all sound equally loud: the gain, decided from a measurement. Pure.

::

    up      never      only louder programmes are turned, downwards
            headroom   quieter ones are raised as far as their true peak allows
            limiter    raised all the way, a limiter keeps the peaks down
            freely     raised all the way
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audiopost.delivery.target import DeliveryTarget, Rule
from audiopost.loudness.result import Loudness

__all__ = ["CodecName", "Coding", "PlaybackGain", "PlaybackRules", "Up", "playback_gain", "target_lufs"]

Up = Literal["never", "headroom", "limiter", "freely"]
CodecName = Literal["aac", "opus", "vorbis", "mp3"]
LEAST_LIMITED_DB = 1e-6


@dataclass(frozen=True)
class Coding:
    """How a service codes what it sends; `confidence` says how well that is known, `note` what of it is assumed."""

    codec: CodecName
    sample_rate_hz: int
    kbps: int
    confidence: Literal["primary", "secondary", "assumed", "own"] = "own"
    note: str = ""

    @property
    def in_words(self) -> str:
        """``aac 256k 44.1 kHz``."""
        return f"{self.codec} {self.kbps}k {self.sample_rate_hz / 1000:g} kHz"


@dataclass(frozen=True)
class PlaybackRules:
    """What a player does besides aiming at its target's loudness."""

    up: Up
    headroom_dbtp: float = 0.0
    """Highest true peak that a gain upwards leaves, or the limiter's ceiling."""
    codings: tuple[Coding, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class PlaybackGain:
    """The gain, and why it is not more: ``turned down``, ``turned up``, ``left as it is``, ``held by its peak`` ..."""

    gain_db: float
    limited: bool
    reason: str


def target_lufs(target: DeliveryTarget) -> float | None:
    """The loudness that the player aims at; None where its target states none."""
    for rule in target.rules:
        if isinstance(rule, Rule) and rule.measure == "integrated_lufs" and rule.target is not None:
            return rule.target
    return None


def playback_gain(loudness: Loudness, aim_lufs: float, rules: PlaybackRules) -> PlaybackGain:
    """What the player does to a programme of this loudness.

    >>> from dataclasses import replace
    >>> playback_gain(_example(-9.0, 0.5), -14.0, PlaybackRules("never"))
    PlaybackGain(gain_db=-5.0, limited=False, reason='turned down')
    >>> playback_gain(_example(-20.0, -4.0), -14.0, PlaybackRules("headroom", -1.0))
    PlaybackGain(gain_db=3.0, limited=False, reason='turned up, held by its peak')
    """
    if loudness.integrated_lufs is None:
        return PlaybackGain(0.0, False, "no loudness to go by: left as it is")
    wanted_db = aim_lufs - loudness.integrated_lufs
    if wanted_db <= 0.0:
        return PlaybackGain(wanted_db, False, "turned down")
    if rules.up == "never":
        return PlaybackGain(0.0, False, "quieter than the target: left as it is")
    room_db = rules.headroom_dbtp - loudness.true_peak_dbtp
    if rules.up == "headroom" and room_db < wanted_db:
        if room_db <= 0.0:
            return PlaybackGain(0.0, False, "held by its peak: left as it is")
        return PlaybackGain(room_db, False, "turned up, held by its peak")
    if rules.up == "limiter" and room_db < wanted_db:
        return PlaybackGain(wanted_db, True, "turned up into a limiter")
    return PlaybackGain(wanted_db, False, "turned up")


def _example(integrated_lufs: float, true_peak_dbtp: float) -> Loudness:
    """A measurement of which only this matters."""
    return Loudness(
        integrated_lufs, None, integrated_lufs, integrated_lufs, true_peak_dbtp, (), true_peak_dbtp, (), None, None,
        None, 0, 0, None,
    )  # fmt: skip
