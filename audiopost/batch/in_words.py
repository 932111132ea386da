"""Sizes and times for people."""

from __future__ import annotations

__all__ = ["size_in_words", "time_in_words"]


def size_in_words(size: float) -> str:
    """Bytes for a person.

    >>> size_in_words(512), size_in_words(3_400_000)
    ('512 B', '3.4 MB')
    """
    for factor, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} B"


def time_in_words(seconds: float) -> str:
    """A time for a person.

    >>> time_in_words(2.34), time_in_words(200), time_in_words(7300)
    ('2.3 s', '3 min 20 s', '2 h 2 min')
    """
    if seconds < 60.0:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    minutes = round(seconds / 60.0)
    return f"{minutes // 60} h {minutes % 60} min"
