"""Times as people write them, exact."""

from fractions import Fraction

import pytest

from audiopost.errors import UsageError
from audiopost.timecode import seconds_of_timecode, timecode_of_seconds


@pytest.mark.parametrize(
    ("text", "frames_per_second", "seconds"),
    [
        ("0", None, 0),
        ("90", None, 90),
        ("90.25", None, Fraction(361, 4)),
        ("1:30", None, 90),
        ("75:00", None, 4500),
        ("01:00:00", None, 3600),
        ("01:02:03.5", None, Fraction(7447, 2)),
        ("00:00:01:12", 24, Fraction(3, 2)),
        ("01:00:00:00", 25, 3600),
        ("00:00:00:59", 60, Fraction(59, 60)),
        ("00:00:00:119", 120, Fraction(119, 120)),
        ("01:00:00:00", 23.976, Fraction(3600 * 1001, 1000)),
        ("01:00:00:00", 23.98, Fraction(3600 * 1001, 1000)),
        ("01:00:00:00", 29.97, Fraction(3600 * 1001, 1000)),
        # Drop-frame: 108 labels fewer an hour, so that an hour's label lies 3.6 ms from the hour.
        ("01:00:00;00", 29.97, Fraction((108_000 - 108) * 1001, 30_000)),
        ("00:01:00;02", 29.97, Fraction(1800 * 1001, 30_000)),
        ("00:00:59;29", 29.97, Fraction(1799 * 1001, 30_000)),
        ("00:10:00;00", 29.97, Fraction((18_000 - 18) * 1001, 30_000)),
        ("00:01:00;04", 59.94, Fraction(3600 * 1001, 60_000)),
    ],
)
def test_a_time_is_exact(text: str, frames_per_second: float | None, seconds: Fraction) -> None:
    assert seconds_of_timecode(text, frames_per_second) == seconds


@pytest.mark.parametrize(
    ("text", "frames_per_second", "words"),
    [
        ("soon", None, "'soon' is no time"),
        ("", None, "is no time"),
        ("-1", None, "is no time"),
        ("nan", None, "is no time"),
        ("1:75", None, "is no time"),
        ("1:75:00", None, "is no time"),
        ("00:00:00:24", 24, "is no time"),
        ("00:60:00:00", 24, "is no time"),
        ("00:00:00:10", None, "--fps 25"),
        ("00:00:00:10", 0, "unknown"),
        ("00:00:00:10", 12.3, "unknown"),
        ("00:00:00:10", float("nan"), "unknown"),
        ("00:00:00:10", float("inf"), "unknown"),
        ("00:01:00;00", 29.97, "does not exist in drop-frame"),
        ("00:00:00;10", 25, "is drop-frame"),
    ],
)
def test_a_wrong_time_is_told(text: str, frames_per_second: float | None, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        seconds_of_timecode(text, frames_per_second)
    assert words in str(caught.value)


@pytest.mark.parametrize("rate", [23.976, 24, 25, 29.97, 30, 50, 59.94])
@pytest.mark.parametrize("text", ["00:00:00:00", "00:00:59:23", "01:02:03:04", "23:59:59:22"])
def test_the_time_of_a_label_gives_that_label_back(text: str, rate: float) -> None:
    assert timecode_of_seconds(float(seconds_of_timecode(text, rate)), rate) == text


def test_a_time_between_two_labels_is_that_of_the_frame_that_shows() -> None:
    assert timecode_of_seconds(0.999, 25) == "00:00:00:24"
