"""Times as the Audio Definition Model writes them.

::

    01:02:03.25          hours, minutes, seconds with any number of decimals
    01:02:03.12000S48000 hours, minutes, seconds, then samples at a rate: 12000 of 48000 a second

Source: ITU-R BS.2076-2, section 10.3 (time formats).
"""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["read_time", "time_in_words"]

_TIME = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,12}))?(?:S(\d{1,7}))?")


def read_time(word: str) -> Fraction:
    """Seconds, exactly.

    Raises ValueError if it is no time.

    >>> read_time("00:00:01.5"), read_time("00:01:00.24000S48000")
    (Fraction(3, 2), Fraction(121, 2))
    """
    found = _TIME.fullmatch(word.strip())
    if found is None:
        raise ValueError(f"{word!r} is no time (hh:mm:ss.fffff, or hh:mm:ss.samplesSrate)")
    hours, minutes, seconds, decimals, rate = found.groups()
    whole = 3600 * int(hours) + 60 * int(minutes) + int(seconds)
    if rate is None:
        parts, decimals = 10 ** len(decimals or ""), decimals or "0"
    else:
        parts = int(rate)
        if not decimals or int(decimals) >= parts:
            raise ValueError(f"{word!r} has no samples below its rate behind the seconds")
    return Fraction(whole * parts + int(decimals), parts)


def time_in_words(seconds: Fraction, sample_rate: int | None = None) -> str:
    """A time as it is written: with five decimals, or in samples of a rate, which is exact.

    >>> time_in_words(Fraction(3, 2)), time_in_words(Fraction(1, 3), 48_000)
    ('00:00:01.50000', '00:00:00.16000S48000')
    """
    if sample_rate is None:
        ticks, unit, digits, tail = round(seconds * 100_000), 100_000, 5, ""
    else:
        ticks, unit = round(seconds * sample_rate), sample_rate
        digits, tail = len(str(sample_rate)), f"S{sample_rate}"
    whole, part = divmod(ticks, unit)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{part:0{digits}}{tail}"
