import pytest

from audiopost.loudness import LoudnessMeter, album_loudness
from audiopost.loudness.replay_gain import replay_gain
from tests.programmes import measured
from tests.signals import tones
from tests.tolerances import OWN_LOUDNESS_LU


def test_the_gain_brings_a_track_to_minus_18() -> None:
    gain = replay_gain(measured(-23.0, -6.0206))
    assert gain.track_gain_db == 5.0
    assert gain.track_peak_linear == pytest.approx(0.5, abs=1e-5)
    assert (gain.album_gain_db, gain.album_peak_linear) == (None, None)


def test_an_album_has_one_gain_and_its_highest_peak() -> None:
    programmes = []
    for level in (-20.0, -40.0):
        meter = LoudnessMeter(48_000, "stereo")
        meter.process(tones((level, 20.0)))
        programmes.append(meter.programme())
    album = album_loudness(programmes)
    loud, quiet = (replay_gain(each.loudness, album) for each in programmes)
    assert loud.album_gain_db == quiet.album_gain_db == pytest.approx(2.0, abs=OWN_LOUDNESS_LU)
    assert quiet.track_gain_db == pytest.approx(22.0, abs=OWN_LOUDNESS_LU)
    assert quiet.album_peak_linear == loud.track_peak_linear


def test_silence_has_no_gain() -> None:
    gain = replay_gain(measured(None, float("-inf")))
    assert (gain.track_gain_db, gain.track_peak_linear) == (None, 0.0)
