"""What is measured besides loudness while a file is read once."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.jobs.album import measure_album
from audiopost.jobs.extent import Extent
from audiopost.jobs.further_measures import NOTHING_MEASURED, Further
from audiopost.jobs.measure import measure, measurement_of
from audiopost.layouts import layout_named
from audiopost.loudness.leq_m import LeqMMeter
from audiopost.loudness.rms import RmsMeter
from audiopost.media.audio_file import open_audio
from tests.programmes import speech, write_sound
from tests.readings import assert_same_reading
from tests.signals import plucked_music, tones, white_noise
from tests.tolerances import GATE_EDGE_S, OWN_LOUDNESS_LU


def test_nothing_is_measured_unasked(tmp_path: Path) -> None:
    assert measure(write_sound(tmp_path / "a.wav", white_noise(2, 48_000))).further == NOTHING_MEASURED


def test_the_meters_read_what_they_read_alone(tmp_path: Path) -> None:
    block = white_noise(2, 150_000)
    path = write_sound(tmp_path / "a.wav", block, bits="32f")
    found = measure(path, further=Further(rms=True, leq_m="rms"))
    leq_m, rms = LeqMMeter(48_000, "stereo", "rms"), RmsMeter(48_000, 2)
    leq_m.process(block)
    rms.process(block)
    assert found.further.leq_m == leq_m.result()
    assert found.further.rms_dbfs == pytest.approx(rms.rms_dbfs, abs=1e-9)
    assert found.further.noise_floor_dbfs == pytest.approx(rms.noise_floor_dbfs, abs=1e-9)
    assert_same_reading(found.loudness, measure(path).loudness)


def test_a_part_is_gated_by_the_same_part_of_the_stem(tmp_path: Path) -> None:
    mix = write_sound(tmp_path / "mix.wav", tones((-40, 2), (-20, 2), (-30, 2)))
    stem = write_sound(tmp_path / "dx.wav", tones((-np.inf, 2), (-26, 2), (-np.inf, 2), channels=1))
    part = measure(mix, extent=Extent(Fraction(3), Fraction(5)), further=Further(dialogue_stem=stem))
    assert part.further.dialogue is not None
    assert part.further.dialogue.share == pytest.approx(0.5, abs=GATE_EDGE_S)
    assert part.further.dialogue.loudness_lkfs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)


def test_a_programme_in_which_nobody_speaks_is_told_of(tmp_path: Path) -> None:
    mix = write_sound(tmp_path / "mix.wav", tones((-20, 2)))
    stem = write_sound(tmp_path / "dx.wav", tones((-80, 2)))
    found = measure(mix, further=Further(dialogue_stem=stem))
    assert found.notes == ("dialogue loudness is undefined: nobody speaks",)
    assert found.to_json()["dialogue"]["loudness_lkfs"] is None


def test_detectors_on_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    voice = speech()[:, : 5 * 48_000]
    loud, quiet = voice + plucked_music(voice.shape[1]), np.float32(0.3) * voice
    paths = [write_sound(tmp_path / "a.wav", loud), write_sound(tmp_path / "b.wav", quiet)] * 2
    asked = Further(dialogue=True)
    with ThreadPoolExecutor(4) as pool:
        together = [each.further for each in pool.map(lambda path: measure(path, further=asked), paths)]
    assert together == [measure(path, further=asked).further for path in paths[:2]] * 2


def test_an_album_needs_the_blocks_of_its_files(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", white_noise(2, 48_000))
    with open_audio(path) as reader:
        form = measurement_of(reader, layout_named("stereo"), measure(path).loudness)
    with pytest.raises(UsageError, match="without its blocks"):
        measure_album([measure(path), form])
    assert measure_album([measure(path)]).loudness == measure(path).loudness


def test_ambisonics_have_no_leq_m(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", white_noise(4, 48_000))
    with pytest.raises(UsageError, match="ambisonics-1 has no Leq"):
        measure(path, layout="ambisonics-1", further=Further(leq_m="peak"))
