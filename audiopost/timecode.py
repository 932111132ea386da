"""Times as people of film write them: hours, minutes, seconds, frames.

Conventions
-----------
- Time code without frames is hours, minutes and seconds; with frames it needs to be told how many there are in a
  second. 23.976, 29.97 and 59.94 stand for 24, 30 and 60 times 1000/1001.
- In drop-frame time code (a semicolon before the frames) the first two labels of every minute but each tenth do not
  exist (four at 59.94), so that it keeps to the clock.

Source: SMPTE ST 12-1.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from audiopost.errors import UsageError

__all__ = ["seconds_of_timecode", "timecode_of_seconds"]

_TIMECODE = re.compile(r"(\d+):(\d\d):(\d\d)([:;])(\d\d\d?)")
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")

_RATE_ROUNDING = 2e-4
"""Relative: people write 23.98 for 24000/1001."""


def seconds_of_timecode(text: str, frames_per_second: float | None = None) -> Fraction:
    """Seconds of ``HH:MM:SS:FF``, ``HH:MM:SS;FF``, ``HH:MM:SS.mmm``, ``MM:SS`` or plain seconds, exact.

    Raises
    ------
    UsageError
        If the text is none of these, a field is too large, or frames come without their rate.

    >>> seconds_of_timecode("1:02.5"), seconds_of_timecode("01:00:00:00", 23.976)
    (Fraction(125, 2), Fraction(18018, 5))
    """
    with_frames = _TIMECODE.fullmatch(text.strip())
    if with_frames is None:
        clock = _CLOCK.fullmatch(text.strip())
        if clock is None:
            raise _wrong(text)
        hours, minutes, seconds = (Fraction(field or 0) for field in clock.groups())
        if (clock[2] and seconds >= 60) or (clock[1] and minutes >= 60):
            raise _wrong(text)
        return (hours * 60 + minutes) * 60 + seconds
    if frames_per_second is None:
        raise UsageError(f"{text!r} counts frames", mend="say how many a second: --fps 25")
    hour, minute, second, frame = (int(with_frames[field]) for field in (1, 2, 3, 5))
    rate = _exact_rate(frames_per_second)
    nominal = math.ceil(rate)
    if minute >= 60 or second >= 60 or frame >= nominal:
        raise _wrong(text)
    count = ((hour * 60 + minute) * 60 + second) * nominal + frame
    if with_frames[4] == ";":
        count -= _dropped(text, nominal, (hour * 60 + minute, second, frame))
    return count / rate


def timecode_of_seconds(time_s: float, frames_per_second: float | None = None) -> str:
    """A time as people read it: ``HH:MM:SS:FF``, or ``H:MM:SS.mmm`` where nobody said how many frames a second has.

    Raises UsageError for a number of frames a second that time code does not have.

    >>> timecode_of_seconds(3723.5), timecode_of_seconds(3723.5, 24), timecode_of_seconds(-0.25)
    ('1:02:03.500', '01:02:03:12', '-0:00:00.250')
    """
    if time_s < 0.0:
        return "-" + timecode_of_seconds(-time_s, frames_per_second)
    if frames_per_second is None:
        milliseconds = round(1000.0 * time_s)
        seconds, rest = divmod(milliseconds, 1000)
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
    rate = _exact_rate(frames_per_second)
    nominal = math.ceil(rate)
    # A hair is added, so that the exact time of a label gives that label back.
    seconds, frame = divmod(math.floor(Fraction(time_s) * rate + Fraction(1, 1000)), nominal)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:02d}"


def _exact_rate(frames_per_second: float) -> Fraction:
    if 1.0 <= frames_per_second <= 240.0:
        nominal = math.ceil(frames_per_second)
        if frames_per_second == nominal:
            return Fraction(nominal)
        if abs(frames_per_second / nominal - 1000 / 1001) < _RATE_ROUNDING:
            return Fraction(nominal * 1000, 1001)
    raise UsageError(f"{frames_per_second:g} frames a second are unknown", mend="give 23.976, 24, 25, 29.97, 30 ...")


def _dropped(text: str, nominal: int, time: tuple[int, int, int]) -> int:
    """Labels that drop-frame time code has left out before this one."""
    minutes, second, frame = time
    if nominal % 30:
        raise UsageError(f"{text!r} is drop-frame time code", mend="that exists at 29.97 and 59.94 frames a second")
    each = nominal // 15
    if second == 0 and frame < each and minutes % 10:
        raise UsageError(f"{text!r} does not exist in drop-frame time code", mend=f"the minute begins with {each:02d}")
    return each * (minutes - minutes // 10)


def _wrong(text: str) -> UsageError:
    return UsageError(f"{text!r} is no time", mend="give seconds, MM:SS, HH:MM:SS.mmm, or HH:MM:SS:FF with --fps")
