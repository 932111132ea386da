"""What a delivery may be asked for: one list, whoever asks."""

import inspect

import pytest

from audiopost.delivery.conforming import Form, conforming
from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings
from audiopost.delivery.target import FormatRules
from audiopost.errors import UsageError
from audiopost.jobs.normalize import normalize
from audiopost.library.job_form import JobTable
from audiopost.library.targets import list_targets

OWN = Form("wav", "24", 48_000, "5.1", "interleaved", 6)


def test_normalize_and_job_files_know_every_setting_with_its_default() -> None:
    keywords = {name: each.default for name, each in inspect.signature(normalize).parameters.items()}
    words = USUAL_DELIVERY.as_words()
    assert {name: keywords.get(name, "missing") for name in words} == words
    assert set(words) <= set(JobTable.model_fields)


def test_settings_come_back_from_plain_words() -> None:
    settings = DeliverySettings(mode="level", tags=("bext", "r128"), start="1:00", trim=True)
    words = {**settings.as_words(), "tags": ["bext", "r128"], "group": "each"}
    assert DeliverySettings.from_words(words) == settings


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"gate": "music"}, "unknown gate"),
        ({"tags": ("id3",)}, "unknown tag"),
        ({"max_riding_db": 21.0}, "riding the gain by 21 dB"),
        ({"max_limiting_db": -1.0}, "limiting of -1 dB"),
        ({"max_range_lu": -1.0}, "no loudness range"),
        ({"rate": -1}, "no sample rate"),
        ({"trim": True}, "nothing says where"),
    ],
)
def test_wrong_settings_cannot_be_made(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        DeliverySettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "form"),
    [
        ({}, OWN),
        ({"bits": ("16",)}, Form("wav", "16", 48_000, "5.1", "interleaved", 6)),
        ({"bits": ("16", "32f")}, Form("wav", "32f", 48_000, "5.1", "interleaved", 6)),
        ({"bits": ("32",)}, OWN),  # is not written
        ({"sample_rates_hz": (44_100, 96_000)}, Form("wav", "24", 96_000, "5.1", "interleaved", 6)),
        ({"sample_rates_hz": (44_100,)}, Form("wav", "24", 44_100, "5.1", "interleaved", 6)),
        ({"containers": ("mxf", "mp3", "flac")}, Form("flac", "24", 48_000, "5.1", "interleaved", 6)),
        ({"containers": ("mxf",)}, OWN),  # a film is made only of a film
        ({"containers": ("mp3",)}, OWN),  # has no room for six channels
        ({"containers": ("mp3",), "files": "discrete-mono"}, Form("mp3", "24", 48_000, "5.1", "discrete-mono", 6)),
        ({"layouts": ("stereo", "5.1-film")}, Form("wav", "24", 48_000, "5.1-film", "interleaved", 6)),
        ({"layouts": ("stereo",)}, OWN),  # is another mix
        ({"files": "discrete-mono"}, Form("wav", "24", 48_000, "5.1", "discrete-mono", 6)),
    ],
)
def test_a_form_moves_no_further_than_the_rules_ask(rules: dict[str, object], form: Form) -> None:
    assert conforming(FormatRules(**rules), OWN) == form  # type: ignore[arg-type]


def test_a_form_that_conforms_is_left_alone_by_every_packed_target() -> None:
    for target in list_targets():
        once = conforming(target.format, OWN)
        assert conforming(target.format, once) == once, target.id
