"""Metadata of the Audio Definition Model: read as they stand, and refused by the id of what is wrong."""

from __future__ import annotations

import itertools
import random
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.media.adm.adm_file import has_adm, model_of
from audiopost.media.adm.model import Adm, ObjectBlock
from audiopost.media.adm.read import read_adm
from audiopost.media.adm.rendering import TrackRenderer
from audiopost.media.adm.selection import select
from audiopost.media.adm.systems import system_of
from audiopost.media.adm.times import read_time, time_in_words
from audiopost.media.adm.write import Bed, Mover, SceneBed
from audiopost.media.adm.xml_tree import parse_xml
from tests.adm_material import MOVING, at, objects_axml, write_objects, write_parts

BLOCKS = [[at(0, 0, 1), at(30, 0, 1)]]
ITSELF = "<audioObjectIDRef>AO_1001</audioObjectIDRef>"
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
FETCHES = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def read(axml: bytes) -> Adm:
    return read_adm([axml], objects_axml(BLOCKS)[1], "x.wav")


def broken(before: str, after: str) -> str:
    """What is said of a file in which one thing is changed."""
    axml = objects_axml(BLOCKS)[0].replace(before.encode(), after.encode(), 1)
    with pytest.raises(FileError) as caught:
        read(axml)
    return str(caught.value)


def test_both_forms_of_times_are_exact() -> None:
    assert read_time("01:02:03.00001") == Fraction(372_300_001, 100_000)
    assert read_time("00:00:01.1S3") == Fraction(4, 3)
    assert read_time(time_in_words(Fraction(7, 48_000), 48_000)) == Fraction(7, 48_000)


@pytest.mark.parametrize("word", ["", "1:2", "00:61:00.0", "00:00:01.3S3", "00:00:01S48000", "-1:00:00.0", "1e9"])
def test_what_is_no_time_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"time|samples"):
        read_time(word)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "a.wav", [Bed("B & <B>", "5.1"), Mover("Fly", MOVING), SceneBed("Air", 2)])
    adm = model_of(path)
    found = select(adm, 16, str(path))
    assert [each.name for each in adm.objects.values()] == ["B & <B>", "Fly", "Air"]
    assert [item.track for item in found.speakers] == [0, 1, 2, 3, 4, 5]
    assert [len(scene) for scene in found.scenes] == [9]
    (flight,) = found.objects
    blocks = [block for block in flight.channel.blocks if isinstance(block, ObjectBlock)]
    assert blocks[0].rtime == 0
    assert blocks[-1].rtime + blocks[-1].duration == Fraction(1, 10)
    assert all(one.rtime + one.duration == other.rtime for one, other in itertools.pairwise(blocks))
    assert blocks[0].position == (90.0, 0.0, 1.0)
    assert (blocks[-1].position, blocks[-1].gain, blocks[-1].width) == ((170.0, -10.0, 0.5), 0.5, 40.0)
    assert has_adm(path)


@pytest.mark.parametrize("axml", [LAUGHS, FETCHES])
def test_entities_are_refused_before_they_grow_or_fetch(axml: bytes) -> None:
    with pytest.raises(FileError, match="document type declaration"):
        parse_xml([axml], "x.wav")


def test_depth_width_and_text_have_limits() -> None:
    with pytest.raises(FileError, match="nested more than 64 deep"):
        parse_xml([b"<a>" * 100], "x.wav")
    with pytest.raises(FileError, match="more than 64 attributes"):
        parse_xml([b"<a " + b" ".join(b'a%d="1"' % number for number in range(100)) + b"/>"], "x.wav")
    with pytest.raises(FileError, match="a text of more than"):
        parse_xml([b"<a>" + b"x" * 70_000 + b"</a>"], "x.wav")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</audioObject>", "", "axml is no well-formed XML: line 1: mismatched tag"),
        ("<audioContentIDRef>ACO_1001<", "<audioContentIDRef>ACO_9<", "APR_1001: it names ACO_9, which is not there"),
        ("<audioObjectIDRef>AO_1001<", "<audioObjectIDRef>AO_7<", "ACO_1001: it names AO_7, which is not there"),
        (">ATU_00000001<", ">ATU_00000009<", "AO_1001: it names ATU_00000009, which is not there"),
        ('"azimuth">0<', '"azimuth">left<', "AB_00031001_00000001: azimuth 'left' is no number"),
        ('"azimuth">0<', '"azimuth">1e999<', "AB_00031001_00000001: azimuth '1e999' is not finite"),
        ('"elevation">0<', '"elevation">91<', "AB_00031001_00000001: elevation 91 is not from -90 to 90"),
        ('<position coordinate="azimuth">0</position>', "", "AB_00031001_00000001: it has no azimuth"),
        ('rtime="00:00:00.00000"', 'rtime="soon"', "AB_00031001_00000001: 'soon' is no time"),
        ('rtime="00:00:00.05000"', 'rtime="00:00:00.04000"', "AB_00031001_00000002: it begins before AB_0003"),
        ("</position></audioBlock", "</position><gain>x</gain></audioBlock", "AB_00031001_00000001: gain 'x' is no"),
        ('FormatID="AC_00031001"', 'FormatID="AC_00031002"', "ATU_00000001: it names AC_00031001"),
        ('typeDefinition="Objects"', 'typeDefinition="Smells"', "AP_00031001: unknown type 'Smells'"),
        ("</audioTrackUIDRef>", f"</audioTrackUIDRef>{ITSELF}", "AO_1001: it contains itself"),
        ("audioFormatExtended", "somethingElse", "there is no audioFormatExtended in it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_id(before: str, after: str, said: str) -> None:
    if before == "audioFormatExtended":
        axml = objects_axml(BLOCKS)[0].replace(before.encode(), after.encode())
        with pytest.raises(FileError, match=said):
            read(axml)
    else:
        assert said in broken(before, after)


def test_a_track_that_the_file_has_not_is_named(tmp_path: Path) -> None:
    path = write_objects(tmp_path / "a.wav", BLOCKS)
    with pytest.raises(FileError, match="ATU_00000001: it lies on track 1 of a file of 0"):
        select(model_of(path), 0, str(path))


def test_objects_that_share_objects_take_no_time() -> None:
    """Thirty layers of two objects that each name both of the next: a billion ways to the last."""
    layers = "".join(
        f'<audioObject audioObjectID="AO_{layer}_{side}">'
        + "".join(f"<audioObjectIDRef>AO_{layer + 1}_{other}</audioObjectIDRef>" for other in "ab" if layer < 30)
        + "</audioObject>"
        for layer in range(31)
        for side in "ab"
    )
    axml = objects_axml(BLOCKS)[0].replace(b"</audioObject>", b"</audioObject>" + layers.encode(), 1)
    found = read(axml.replace(b">AO_1001<", b">AO_0_a<", 1))
    assert len(found.objects) == 63
    with pytest.raises(FileError, match="nothing in it has a track"):
        select(found, 1, "x.wav")


def test_whatever_is_changed_is_read_or_refused() -> None:
    """Words and letters replaced by chance: no other error, and no sample that is no number."""
    axml, tracks = objects_axml([BLOCKS[0], [at(10, 20, 0.5), at(-90, 0, 1)]])
    words = [match.span() for match in re.finditer(rb'(?<=["> ])[^<>" =]+(?=["<])', axml)]
    chance = random.Random(5)
    refused = 0
    for _ in range(150):
        begin, end = chance.choice(words)
        letters = bytearray(axml)
        if chance.random() < 0.5:
            letters[begin:end] = chance.choice(
                [b"0", b"-1", b"1e308", b"nan", b"", b"AO_1001", b"HOA", b"X", b"00:00:01.0"]
            )
        else:
            letters[chance.randrange(len(letters))] = chance.randrange(32, 127)
        try:
            found = select(read_adm([bytes(letters)], tracks, "x.wav"), 2, "x.wav")
            heard = TrackRenderer(found, system_of("5.1"), 48_000).render(np.ones((2, 500), np.float32), 0)
        except FileError:
            refused += 1
        else:
            assert np.all(np.isfinite(heard))
    assert 20 < refused < 150
