"""ReplayGain 2: what a music player adds to a track or an album so that all sound equally loud.

The gain brings integrated loudness (BS.1770) to -18 LUFS. The peak goes with it, so that a player can keep a raised
track from clipping: here the true peak, linear, as loudgain writes it (a sample peak would promise headroom that a
converter does not have).

Source: ReplayGain 2.0 specification (Hydrogenaudio), as used by loudgain and Picard: reference -18 LUFS.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from audiopost.loudness.result import Loudness
from audiopost.units import db_to_linear

__all__ = ["REFERENCE_LUFS", "ReplayGain", "replay_gain"]

REFERENCE_LUFS = -18.0


@dataclass(frozen=True)
class ReplayGain:
    """The four values of a track's tags; gains are None for silence, those of the album where there is none."""

    track_gain_db: float | None
    track_peak_linear: float
    album_gain_db: float | None = None
    album_peak_linear: float | None = None

    def to_json(self) -> dict[str, float | None]:
        """Plain data."""
        return asdict(self)


def replay_gain(track: Loudness, album: Loudness | None = None) -> ReplayGain:
    """The values for a track, and for the album that it belongs to (`album.album_loudness` of its tracks)."""
    own = ReplayGain(_gain_db(track), db_to_linear(track.true_peak_dbtp))
    if album is None:
        return own
    album_peak = db_to_linear(album.true_peak_dbtp)
    return ReplayGain(own.track_gain_db, own.track_peak_linear, _gain_db(album), album_peak)


def _gain_db(loudness: Loudness) -> float | None:
    return None if loudness.integrated_lufs is None else REFERENCE_LUFS - loudness.integrated_lufs
