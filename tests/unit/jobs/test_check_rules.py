"""Every kind of rule that a target may hold is really judged, on sound made for it."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.delivery.measures import MEASURES
from audiopost.delivery.target import DeliveryTarget, FormatRules, Rule, Source
from audiopost.jobs.check import CheckResult, check, check_as_one
from audiopost.jobs.further_measures import Further
from audiopost.library.targets import list_targets, load_target
from audiopost.media.joined_files import join_channel_files
from tests.programmes import speech, write_sound
from tests.signals import tones, white_noise


def judged(path: Path, rule: Rule, **words: object) -> CheckResult:
    return check(path, DeliveryTarget("t", "T", Source("d"), (rule,)), **words)  # type: ignore[arg-type]


def programme(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A mix of speech and music with quiet ends, its dialogue stem, and a programme around it."""
    voice = np.pad(np.repeat(speech(), 2, axis=0), ((0, 0), (24_000, 24_000)))
    music = tones((-np.inf, 0.5), (-30.0, voice.shape[1] / 48_000 - 1.0))
    mix = voice.copy()
    mix[:, : music.shape[1]] += music[:, : voice.shape[1]]
    return (
        write_sound(tmp_path / "mix.wav", mix),
        write_sound(tmp_path / "dialogue.wav", voice),
        write_sound(tmp_path / "around.wav", tones((-20.0, 4.0))),
    )


def test_every_measure_is_made_of_a_programme_with_its_stem_and_its_surroundings(tmp_path: Path) -> None:
    mix, stem, around = programme(tmp_path)
    rules = tuple(Rule(name, minimum=-1000.0, maximum=1000.0) for name in MEASURES)
    target = DeliveryTarget("all", "All", Source("d"), rules)
    result = check(mix, target, further=Further(dialogue_stem=stem), around=around)
    assert [rule.rule for rule in result.rules] == list(MEASURES)
    assert [rule.rule for rule in result.rules if rule.passed is None] == ["track_true_peak_dbtp"], "it has no objects"


def test_every_rule_of_every_packed_target_is_judged(tmp_path: Path) -> None:
    """No measure that a packed target names is one that nobody makes."""
    mix, stem, around = programme(tmp_path)
    found = {
        rule.rule
        for target in list_targets()
        for rule in check(mix, target, further=Further(dialogue_stem=stem), around=around).rules
        if rule.passed is None and not rule.rule.startswith("format.")
    }
    assert found == set()


def test_an_advert_is_compared_with_the_programme_around_it(tmp_path: Path) -> None:
    around = write_sound(tmp_path / "around.wav", tones((-23.0, 4.0)))
    loud = write_sound(tmp_path / "loud.wav", tones((-20.0, 4.0)))
    (rule, *_) = check(loud, "br-portaria-354", around=around).rules
    assert (rule.rule, rule.passed) == ("over_programme_lu", False)
    assert rule.fix.startswith("lower by 1.")
    assert rule.measured == pytest.approx(3.0, abs=0.01)
    assert check(loud, "br-portaria-354").rules[0].passed is None


def test_leq_m_counts_from_the_first_to_the_last_audible_sound(tmp_path: Path) -> None:
    tone = tones((-20.0, 3.0))
    padded = np.pad(tone, ((0, 0), (48_000 * 2, 48_000)))
    levels = [
        check(write_sound(tmp_path / name, block), "tasa").rules[0].measured
        for name, block in (("tone.wav", tone), ("padded.wav", padded))
    ]
    assert levels[1] == pytest.approx(levels[0], abs=0.03)
    whole = judged(tmp_path / "padded.wav", Rule("leq_m_db", maximum=85.0)).rules[0].measured
    assert whole == pytest.approx(levels[0] - 3.01, abs=0.03)  # type: ignore[operator]


def test_the_down_mix_of_surround_is_judged_for_itself(tmp_path: Path) -> None:
    block = np.zeros((6, 48_000 * 4), np.float32)
    block[2] = tones((-20.0, 4.0), channels=1)[0]  # the centre alone: -3 dB in each of two, so as loud as before
    block[4] = tones((-20.0, 4.0), channels=1, frequency_hz=500.0)[0]  # a surround: 1.5 dB less weight, 3 dB lower
    path = write_sound(tmp_path / "a.wav", block, layout="5.1")
    measured = judged(path, Rule("downmix_lufs", maximum=0.0)).rules[0].measured
    stereo = write_sound(tmp_path / "s.wav", np.stack([block[2] + block[4], block[2]]) * np.float32(np.sqrt(0.5)))
    assert measured == pytest.approx(check(stereo, "ebu-r128").rules[0].measured, abs=1e-3)
    mono = write_sound(tmp_path / "m.wav", block[2:3])
    assert judged(mono, Rule("downmix_lufs", maximum=0.0)).rules[0].measured == pytest.approx(-23.01, abs=0.02)


def test_advice_is_told_and_decides_nothing(tmp_path: Path) -> None:
    block = tones((-23.0, 5.0))
    block[:, 100_000] = 0.8  # -1.9 dBTP: under the limit, over the advice
    path = write_sound(tmp_path / "b.wav", block)
    result = check(path, "bbc-tv-file")
    assert result.passed is True
    advice = result.rules[-1]
    assert (advice.rule, advice.advice, advice.passed) == ("true_peak_dbtp", True, False)


def discrete(tmp_path: Path, block: AudioBlock) -> object:
    labels = ("L", "R", "C", "LFE", "Ls", "Rs")
    paths = [
        write_sound(tmp_path / f"mix.{label}.wav", row[np.newaxis]) for label, row in zip(labels, block, strict=True)
    ]
    return join_channel_files(paths).programmes[0]


def test_discrete_monos_are_asked_for_by_name(tmp_path: Path) -> None:
    block = white_noise(6, 48_000 * 4, peak_linear=0.1)
    form = {
        rule.rule: rule.passed
        for rule in check(discrete(tmp_path, block), "amazon-mgm").rules  # type: ignore[arg-type]
        if rule.rule.startswith("format.")
    }
    assert form == dict.fromkeys(form, True)
    (files,) = (
        rule
        for rule in check(write_sound(tmp_path / "one.wav", block, layout="5.1"), "amazon-mgm").rules
        if rule.rule == "format.files"
    )
    assert (files.measured, files.passed, files.fix) == ("interleaved", False, "deliver discrete-mono files")


@pytest.mark.parametrize(("layout", "passed"), [("5.1+ltrt", True), ("7.1", False)])
def test_the_order_of_eight_channels_is_judged_by_the_layout(tmp_path: Path, layout: str, passed: bool) -> None:
    path = write_sound(tmp_path / "a.wav", white_noise(8, 48_000 * 2, peak_linear=0.05))
    result = check(path, "amazon-pvd", layout=layout)
    assert next(rule for rule in result.rules if rule.rule == "format.layout").passed is passed


def test_what_lies_beside_the_programme_in_a_file_is_not_loudness(tmp_path: Path) -> None:
    block = np.zeros((8, 48_000 * 2), np.float32)
    block[:2], block[6:] = tones((-20.0, 2.0)), tones((-3.0, 2.0))
    path = write_sound(tmp_path / "a.wav", block)
    result = check(path, "ebu-r128", layout="5.1+ltrt")
    assert result.rules[0].measured == pytest.approx(-20.0, abs=0.01)


def test_a_bit_rate_is_judged_of_lossy_files_alone(tmp_path: Path) -> None:
    form = FormatRules(bit_rates_kbps=(("mono", 512.0, np.inf),))
    target = DeliveryTarget("t", "T", Source("d"), (Rule("duration_s", maximum=100.0),), form)
    voice = np.tile(speech(), 2)
    (rule,) = check(write_sound(tmp_path / "a.mp3", voice), target).rules[1:]
    assert (rule.rule, rule.passed) == ("format.bit_rate_kbps", False)
    assert rule.fix == "code it at 512 or more kbit/s"
    assert len(check(write_sound(tmp_path / "a.wav", voice), target).rules) == 1


def test_a_verdict_by_the_open_detector_is_indicative_never_passed(tmp_path: Path) -> None:
    voice = np.repeat(np.tile(speech(), 2), 2, axis=0)
    mix = write_sound(tmp_path / "mix.wav", voice)
    level = check(mix, "peacock", further=Further(dialogue=True)).rules[0].measured
    assert isinstance(level, float)
    right = write_sound(tmp_path / "right.wav", voice * np.float32(10 ** ((-27.0 - level) / 20.0)))
    result = check(right, "peacock", further=Further(dialogue=True))
    assert (result.outcome, result.passed, result.rules[0].passed) == ("indicative", None, True)
    assert result.rules[0].evidence == "approximate"
    stem = check(right, "peacock", further=Further(dialogue_stem=right))
    assert (stem.outcome, stem.passed, stem.rules[0].evidence) == ("passed", True, "measured")


def test_netflix_is_decided_by_the_share_of_speech(tmp_path: Path) -> None:
    """Dialogue-gated, or, where speech fills less than 15 %, by the whole programme."""
    voice = np.repeat(speech(), 2, axis=0)
    little = np.pad(voice, ((0, 0), (0, 9 * voice.shape[1])))
    target = load_target("netflix-2.0")
    for block, measure in ((voice, "dialogue_lkfs"), (little, "integrated_lufs")):
        path = write_sound(tmp_path / f"{measure}.wav", block)
        stem = write_sound(tmp_path / "stem.wav", block)
        rules = [rule.rule for rule in check(path, target, further=Further(dialogue_stem=stem)).rules]
        assert {"dialogue_lkfs", "integrated_lufs"} & set(rules) == {measure}


def test_reels_are_judged_as_one_programme(tmp_path: Path) -> None:
    """Neither reel is at the level, the programme is; and a floor is the lowest of all."""
    levels = {"one": -30.0, "two": -20.5}
    reels = [
        check(write_sound(tmp_path / f"{name}.wav", tones((level, 8.0))), "ebu-r128") for name, level in levels.items()
    ]
    assert [reel.passed for reel in reels] == [False, False]
    whole = check_as_one(reels, "ebu-r128")
    pooled = 10 * np.log10(np.mean([10 ** (level / 10) for level in levels.values()]))
    assert whole.rules[0].measured == pytest.approx(pooled, abs=0.05)
    assert whole.measurement.duration_s == pytest.approx(16.0)
    assert str(whole.path) == "{one,two}"


def test_dialogue_of_reels_is_pooled_by_how_long_it_lasts(tmp_path: Path) -> None:
    reels = []
    for name, level, seconds in (("one", -30.0, 4.0), ("two", -20.0, 8.0)):
        path = write_sound(tmp_path / f"{name}.wav", tones((level, seconds), (-np.inf, seconds)))
        reels.append(check(path, "peacock", further=Further(dialogue_stem=path)))
    rule = check_as_one(reels, "peacock").rules[0]
    assert rule.measured == pytest.approx(10 * np.log10((4 * 1e-3 + 8 * 1e-2) / 12), abs=0.1)
