"""What was measured of a written file, written into it: bext's loudness fields, and tags for players on request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audiopost.delivery.settings import Tag
from audiopost.errors import UsageError
from audiopost.loudness.replay_gain import replay_gain
from audiopost.loudness.result import Loudness
from audiopost.media.bext import BextLoudness
from audiopost.media.carried import carried_by
from audiopost.media.containers import Container
from audiopost.media.wave_edit import append_chunk, stamp_loudness

__all__ = ["R128_REFERENCE_LUFS", "loudness_of", "player_texts", "write_loudness"]

R128_REFERENCE_LUFS = -23.0
"""RFC 7845, section 5.2.1."""

_STEPS_PER_DB = 256
"""R128 gains are Q7.8."""


def write_loudness(
    files: Sequence[tuple[Path, Container, Loudness]], tags: Sequence[Tag], album: Loudness | None
) -> None:
    """Write the loudness of each file (path, format, what was measured) into it.

    `album` is the loudness of all together, None where they are no album. Raises UsageError where a format cannot hold
    what is asked, FileError if the disk fails.
    """
    for path, container, loudness in files:
        if container.wave_form is not None:
            stamp_loudness(path, loudness_of(loudness))
        texts = player_texts(loudness, album, tags)
        if not texts:
            continue
        if "r128" in tags and container.name != "opus":
            raise UsageError(f"R128 gains belong to Opus files, not to {container.name}", "--tags", "write replaygain")
        from audiopost.media.tags import Tags, id3_chunk, write_tags

        if container.wave_form is None:
            write_tags(path, container.name, Tags({name: (text,) for name, text in texts.items()}))
        else:
            append_chunk(path, "id3 ", id3_chunk(_id3_of(path), Tags({name: (text,) for name, text in texts.items()})))


def _id3_of(path: Path) -> bytes:
    return b"".join(chunk.whole() for chunk in carried_by(path).chunks if chunk.id == "id3 ")


def loudness_of(loudness: Loudness) -> BextLoudness:
    """The five fields of bext."""
    return BextLoudness(
        loudness.integrated_lufs,
        loudness.loudness_range_lu,
        loudness.true_peak_dbtp,
        loudness.momentary_max_lufs,
        loudness.short_term_max_lufs,
    )


def player_texts(loudness: Loudness, album: Loudness | None, tags: Sequence[Tag]) -> dict[str, str]:
    """Names and texts of the tags that are asked for; what is undefined is left out."""
    texts: dict[str, str] = {}
    gain = replay_gain(loudness, album)
    if "replaygain" in tags:
        numbers = (
            ("TRACK_GAIN", gain.track_gain_db, "{:+.2f} dB"), ("TRACK_PEAK", gain.track_peak_linear, "{:.6f}"),
            ("ALBUM_GAIN", gain.album_gain_db, "{:+.2f} dB"), ("ALBUM_PEAK", gain.album_peak_linear, "{:.6f}"),
        )  # fmt: skip
        texts |= {f"REPLAYGAIN_{name}": form.format(value) for name, value, form in numbers if value is not None}
        texts["REPLAYGAIN_REFERENCE_LOUDNESS"] = "-18.00 LUFS"
    if "r128" in tags:
        for name, measured in (("TRACK", loudness), ("ALBUM", album)):
            if measured is not None and measured.integrated_lufs is not None:
                steps = round((R128_REFERENCE_LUFS - measured.integrated_lufs) * _STEPS_PER_DB)
                texts[f"R128_{name}_GAIN"] = str(max(-32768, min(32767, steps)))
    return texts
