import math

import pytest

from audiopost.media.bext import Bext, BextLoudness, coding_history_line, new_bext
from tests.broadcast_waves import TIME_REFERENCE, bext_body


def test_every_field_is_read() -> None:
    assert Bext(bext_body()).to_json() == {
        "description": "A door, slammed", "originator": "Recorder", "originator_reference": "REF-1",
        "origination_date": "2024-02-29", "origination_time": "10:00:00",
        "time_reference_samples": TIME_REFERENCE, "version": 2, "umid": bytes(range(64)).hex(),
        "loudness_value_lufs": -12.0, "loudness_range_lu": 3.0, "max_true_peak_level_dbtp": -0.5,
        "max_momentary_loudness_lufs": -10.0, "max_short_term_loudness_lufs": -11.0,
        "coding_history": ["A=PCM,F=48000,W=24,M=stereo,T=recorder"],
    }  # fmt: skip


def test_a_change_leaves_every_other_byte() -> None:
    old = bext_body()
    new = Bext(old).with_time_reference(1).with_loudness(BextLoudness(-23.0)).with_history("A=PCM").body
    changed = [at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other]
    assert all(338 <= at < 346 or 412 <= at < 422 for at in changed)
    assert new[len(old) :] == b"A=PCM\r\n"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-23.0, -2300),
        (-23.005, -2301),
        (0.004, 0),
        *((undefined, 0x7FFF) for undefined in (None, math.nan, -math.inf, -100.0)),
    ],
)
def test_loudness_is_in_hundredths_and_undefined_where_it_has_none(value: float | None, word: int) -> None:
    packed = BextLoudness(value).packed()
    assert int.from_bytes(packed[:2], "little", signed=True) == word
    assert packed[2:] == b"\xff\x7f" * 4


@pytest.mark.parametrize("version", [0, 1])
def test_loudness_of_an_older_version_says_nothing_and_setting_it_raises_the_version(version: int) -> None:
    old = Bext(bext_body(version))
    assert old.loudness == BextLoudness()
    assert (old.umid == "") is (version == 0)
    new = old.with_loudness(BextLoudness(-23.0, max_true_peak_level_dbtp=-1.0))
    assert (new.version, new.loudness) == (2, BextLoudness(-23.0, None, -1.0))


@pytest.mark.parametrize("history", [b"", b"A=ANALOGUE", b"A=ANALOGUE\r\n\0\0\0"])
def test_history_grows_by_a_line(history: bytes) -> None:
    lines = Bext(bext_body(history=history)).with_history("A=PCM").coding_history
    assert lines == (*(["A=ANALOGUE"] if history else []), "A=PCM")


def test_a_chunk_that_is_cut_short_is_continued_by_zeros() -> None:
    short = Bext(bext_body()[:300])
    assert (short.time_reference, short.version, short.coding_history) == (0, 0, ())
    assert len(short.body) == 602


def test_a_new_chunk_has_no_date_and_undefined_loudness() -> None:
    fresh = new_bext("audiopost")
    assert (fresh.version, fresh.loudness) == (2, BextLoudness())
    assert fresh.to_json()["origination_date"] == ""


def test_the_history_line_says_how_it_is_coded() -> None:
    assert coding_history_line(96_000, "32f", 6, "x") == "A=PCM,F=96000,W=32,M=6 channels,T=x"
