"""Memory that is lent: never to two at once, and as good as new."""

import numpy as np
import pytest

from audiopost.loudness import lane_memory
from audiopost.loudness.lane_memory import Form, LaneMemory, give_back, lent
from audiopost.loudness.lane_scan import programs

STEREO = Form(8_000, 2, "f32", 8, 4)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_memory, "_KEPT", [])


def borrowed(form: Form = STEREO) -> LaneMemory:
    compiled = programs()
    assert compiled is not None
    return lent(compiled, form)


def test_what_is_lent_is_lent_to_one() -> None:
    first, second = borrowed(), borrowed()
    assert first is not second
    give_back(first)
    assert borrowed() is first
    assert borrowed() is not first


def test_another_form_gets_another_memory() -> None:
    give_back(borrowed())
    other = Form(8_000, 2, "s16", 4, 4)
    assert borrowed(other).form == other


def test_nothing_of_the_last_sound_is_left() -> None:
    memory = borrowed()
    memory.row(0, 0, memory.row_bytes)[:] = np.full(memory.row_bytes // 4, np.nan, np.float32).tobytes()
    memory.pass_on(0, memory.row_frames)
    assert memory.scan.faults
    give_back(memory)
    again = borrowed()
    assert again is memory
    assert (again.scan.frames, bool(again.scan.faults), again.scan.energies) == (0, False, [])


def test_what_lies_around_a_row_is_silent() -> None:
    memory = borrowed(Form(8_000, 1, "u8", 1, 8))
    memory.row(3, 0, memory.row_bytes)[:] = bytes(memory.row_bytes)
    part = memory.row(3, 10, 20)
    assert len(part) == 10
    assert set(memory.row(3, 5, 5)) == set()
    assert bytes(memory.row(3, 0, memory.row_bytes)) == b"\x80" * memory.row_bytes


def test_no_more_than_a_few_are_kept() -> None:
    for memory in [borrowed() for _ in range(12)]:
        give_back(memory)
    assert len(lane_memory._KEPT) == 8


@pytest.mark.parametrize(
    ("form", "marks"),
    [
        (Form(48_000, 2, "s24", 6, 4), 42), (Form(48_000, 6, "s24", 18, 1), 42), (Form(96_000, 2, "f32", 8, 4), 16),
        (Form(192_000, 24, "f64", 192, 1), 10),
    ],
)  # fmt: skip
def test_rows_are_some_seconds_long(form: Form, marks: int) -> None:
    assert form.row_frames == marks * form.sample_rate // 10
