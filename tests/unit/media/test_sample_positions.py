import re
import struct

import pytest

from audiopost.media.sample_positions import COUNTING, Move, moved
from tests.broadcast_waves import IXML, TIME_REFERENCE, cue_body

DOUBLED = Move(48_000, 96_000)
LATER = Move(48_000, 48_000, head_frames=2_400)


def frames_of(cue: bytes) -> list[int]:
    return [struct.unpack_from("<I", cue, 4 + 24 * number + 20)[0] for number in range(cue[0])]


def test_markers_move_with_the_sound() -> None:
    assert frames_of(moved("cue ", cue_body(0, 2_400, 48_000), DOUBLED)) == [0, 4_800, 96_000]


def test_markers_in_what_was_cut_go_with_it() -> None:
    assert frames_of(moved("cue ", cue_body(0, 2_399, 2_400, 48_000), LATER)) == [0, 45_600]


def test_the_time_reference_is_exact_over_a_day() -> None:
    day = 48_000 * 86_400 - 1
    assert Move(48_000, 44_100).since_midnight(day) == round(day * 147 / 160)
    assert Move(48_000, 96_000, head_frames=3).since_midnight(TIME_REFERENCE) == 2 * (TIME_REFERENCE + 3)


def number_in(body: bytes, name: str) -> int:
    found = re.search(f"<{name}>(\\d+)</{name}>".encode(), body)
    assert found
    return int(found[1])


def test_ixml_gets_rates_time_stamp_and_word_length_and_keeps_the_rest() -> None:
    new = moved("iXML", IXML, Move(48_000, 96_000, head_frames=3, bits="16"))
    low, high = (number_in(new, f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{end}") for end in ("LO", "HI"))
    assert (high << 32) + low == 2 * (TIME_REFERENCE + 3)
    assert number_in(new, "FILE_SAMPLE_RATE") == number_in(new, "TIMESTAMP_SAMPLE_RATE") == 96_000
    assert (number_in(new, "DIGITIZER_SAMPLE_RATE"), number_in(new, "AUDIO_BIT_DEPTH")) == (48_000, 16)
    assert b"BWF_LOUDNESS_VALUE" not in new
    for line in (b"<SCENE>42A</SCENE><TAKE>7</TAKE>", b"<NOTE>plane &amp; dog</NOTE>", b"<TIMECODE_RATE>25/1"):
        assert line in new


def test_a_time_stamp_beyond_32_bits_is_carried_over() -> None:
    high = IXML.replace(b"1728000007", b"4294967295")
    new = moved("iXML", high, DOUBLED)
    assert number_in(new, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI") == 1
    assert number_in(new, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO") == 2**32 - 2


def test_a_sampler_s_loop_a_cart_s_timer_and_a_region_s_length_move() -> None:
    loop = struct.pack("<9I", 0, 0, 20_833, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 1, 0, 960, 9_600, 0, 0)
    assert struct.unpack_from("<II", moved("smpl", loop, DOUBLED), 44) == (1_920, 19_200)
    cart = bytes(684) + struct.pack("<4sI", b"SEC1", 24_000) + bytes(1300)
    assert struct.unpack_from("<I", moved("cart", cart, DOUBLED), 688) == (48_000,)
    region = b"adtl" + struct.pack("<4sIII", b"ltxt", 20, 1, 4_800) + bytes(12)
    assert struct.unpack_from("<I", moved("LIST", region, DOUBLED), 16) == (9_600,)
    play = struct.pack("<IIII", 1, 1, 100, 2)
    assert struct.unpack("<IIII", moved("plst", play, DOUBLED)) == (1, 1, 200, 2)


@pytest.mark.parametrize("letters", [*COUNTING, "iXML", "odd "])
@pytest.mark.parametrize("body", [b"", b"\xff", b"\xff" * 40, b"adtlltxt\xff\xff\xff\xff"])
def test_what_is_malformed_does_no_harm(letters: str, body: bytes) -> None:
    assert len(moved(letters, body, DOUBLED)) <= max(len(body), 4)
    assert moved(letters, body, Move(48_000, 48_000)) == body
