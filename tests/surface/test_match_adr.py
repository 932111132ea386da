"""``match-adr``: a real voice, close, is put beside the same voice in a room by the chain that the command writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import audiopost
from audiopost import effects as fx
from audiopost.jobs.match_adr import NO_ROOM, ROOMIER
from audiopost.media.audio_file import read_audio
from tests.programmes import speech
from tests.rooms import decaying_room, in_room
from tests.surface.conftest import Run, write_wave
from tests.surface.test_match_eq import heard_bands, levels_db
from tests.tolerances import DECAY_PART, MATCHED_SPECTRUM_DB, ROOM_FALL_DB
from tests.unit.dsp.test_decay_estimation import heard

RATE = 48_000
DECAY_S = 0.8


@pytest.fixture
def production(tmp_path: Path) -> Path:
    """Four seconds of a voice two metres away in a room, through a dull microphone."""
    roomy = in_room(speech()[:, : 4 * RATE], decaying_room(DECAY_S, 0.0))
    dull = fx.tilt(tilt_db=-6.0).render(0.5 * roomy, RATE)
    write_wave(tmp_path / "production.wav", dull)
    return tmp_path / "production.wav"


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """The same words, close."""
    write_wave(tmp_path / "adr.wav", speech()[:, : 4 * RATE])
    return tmp_path / "adr.wav"


def test_a_line_gets_the_room_and_the_spectrum_of_the_set(run: Run, production: Path, line: Path) -> None:
    answer = run("match-adr", production, line, "--output", "sits.toml", "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert document["decay_s"] == pytest.approx(DECAY_S, rel=DECAY_PART)
    assert document["notes"] == []
    assert run("render", line, "sits.wav", "--chain", "sits.toml").code == 0
    (dry, _), (sits, _), (wanted, _) = (read_audio(path) for path in (line, "sits.wav", production))
    assert heard(sits)[0] == pytest.approx(DECAY_S, rel=DECAY_PART)
    fall_db, wanted_db, dry_db = (heard(each)[1] or 0.0 for each in (sits, wanted, dry))
    assert fall_db == pytest.approx(wanted_db, abs=ROOM_FALL_DB)
    assert dry_db > wanted_db + 4.0
    difference = (levels_db(sits) - levels_db(wanted))[heard_bands()]
    assert np.abs(difference - difference.mean()).max() < MATCHED_SPECTRUM_DB
    before, after = (audiopost.measure(path).loudness.integrated_lufs or 0.0 for path in (line, "sits.wav"))
    assert after == pytest.approx(before, abs=1.0)


def test_a_room_that_is_not_there_is_told_and_the_spectrum_matched(run: Run, production: Path, line: Path) -> None:
    for reference, sound, said in ((line, line, NO_ROOM), (production, production, ROOMIER)):
        answer = run("match-adr", reference, sound, "--output", "dry.toml", "--exists", "replace")
        assert answer.code == 0
        assert said in answer.message
        assert answer.out.startswith("dry.toml: no room; graphic_equalizer, ")
    answer = run("match-adr", production, line, "--output", "dry.toml")
    assert (answer.code, answer.out) == (3, "")
    assert "exists already" in answer.message
