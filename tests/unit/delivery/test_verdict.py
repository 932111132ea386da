import math

import pytest

from audiopost.delivery.target import AnyOf, Condition, DeliveryTarget, FormatRules, Rule, Source
from audiopost.delivery.verdict import ProgrammeFacts, RuleVerdict, judge
from audiopost.loudness import Loudness
from tests.programmes import measured


def target(*rules: Rule | AnyOf, form: FormatRules | None = None) -> DeliveryTarget:
    return DeliveryTarget("t", "T", Source("d"), rules, form or FormatRules())


def only(rule: Rule | AnyOf, loudness: Loudness, facts: ProgrammeFacts | None = None) -> RuleVerdict:
    (verdict,) = judge(target(rule), loudness, facts).rules
    return verdict


R128 = Rule("integrated_lufs", target=-23.0, tolerance=0.2)
PEAK = Rule("true_peak_dbtp", maximum=-1.0)


@pytest.mark.parametrize(
    ("level", "passed"),
    [(-23.0, True), (-23.2, True), (-22.8, True), (-23.204, True), (-23.206, False), (-22.794, False), (-22.796, True)],
)
def test_a_level_is_judged_at_a_hundredth(level: float, passed: bool) -> None:
    assert only(R128, measured(level)).passed is passed


@pytest.mark.parametrize(
    ("rule", "loudness", "fix"),
    [
        (R128, measured(-20.0), "lower by 3.0 dB"),
        (R128, measured(-26.31), "raise by 3.3 dB"),
        (Rule("integrated_lufs", minimum=-23.0), measured(-26.31), "raise by 3.4 dB"),
        (PEAK, measured(true_peak_dbtp=-0.4), "lower by 0.6 dB or allow 0.6 dB of limiting"),
        (PEAK, measured(true_peak_dbtp=-0.973), "lower by 0.03 dB or allow 0.03 dB of limiting"),
        (
            Rule("short_term_max_lufs", maximum=-18.0, tolerance=0.2),
            measured(short_term_max_lufs=-17.0),
            "lower by 1.0 dB or tame its loudest 3 s by 1.0 dB",
        ),
        (
            Rule("loudness_range_lu", maximum=20.0),
            measured(loudness_range_lu=23.0),
            "narrow it by 3.0 LU: a gain does not change it",
        ),
        (Rule("plr_lu", minimum=15.0), measured(-20.0, -6.0), "widen it by 1.0 LU: a gain does not change it"),
    ],
)
def test_the_fix_is_in_a_mixers_words_and_suffices(rule: Rule, loudness: Loudness, fix: str) -> None:
    assert only(rule, loudness).fix == fix


def test_the_line_of_a_failure_tells_value_limit_and_fix() -> None:
    assert only(PEAK, measured(true_peak_dbtp=-0.4)).in_words() == (
        "fails: true_peak_dbtp -0.40 dBTP, limit ≤ -1.0; lower by 0.6 dB or allow 0.6 dB of limiting"
    )


def test_a_fix_is_only_given_where_something_fails() -> None:
    assert only(PEAK, measured(true_peak_dbtp=-3.0)).fix == ""


def test_a_measure_that_was_not_made_is_neither_passed_nor_failed() -> None:
    verdict = judge(target(PEAK, Rule("dialogue_lkfs", target=-27.0, tolerance=2.0)), measured())
    assert [rule.passed for rule in verdict.rules] == [True, None]
    assert verdict.rules[1].reason == "dialogue loudness was not measured"
    assert verdict.passed is None


def test_a_failure_outweighs_what_could_not_be_judged() -> None:
    verdict = judge(target(R128, Rule("noise_floor_dbfs", maximum=-60.0)), measured(-10.0))
    assert verdict.passed is False
    assert [rule.rule for rule in verdict.failures] == ["integrated_lufs"]
    assert [rule.rule for rule in verdict.not_judged] == ["noise_floor_dbfs"]


def test_silence_has_no_loudness_to_judge_but_keeps_every_peak() -> None:
    verdict = judge(target(R128, PEAK), measured(None, -math.inf))
    assert [rule.passed for rule in verdict.rules] == [None, True]
    assert verdict.rules[1].to_json()["measured"] is None


def test_a_rule_whose_condition_does_not_hold_is_left_out() -> None:
    rule = Rule("integrated_lufs", target=-24.0, when=Condition(speech_share_below=0.15))
    assert judge(target(rule, PEAK), measured(), ProgrammeFacts(speech_share=0.5)).rules[0].rule == "true_peak_dbtp"


def test_a_rule_whose_condition_is_open_is_not_judged_and_says_what_is_missing() -> None:
    rule = Rule("integrated_lufs", target=-24.0, when=Condition(speech_share_below=0.15))
    verdict = only(rule, measured())
    assert verdict.passed is None
    assert verdict.reason == "holds only where speech fills less than 15 %, and the share of speech is not known"


EITHER = AnyOf((Rule("short_term_max_lufs", maximum=-18.0), Rule("momentary_max_lufs", maximum=-15.0)))


@pytest.mark.parametrize(
    ("short_term", "momentary", "passed"),
    [(-19.0, -10.0, True), (-10.0, -16.0, True), (-19.0, -16.0, True), (-10.0, -10.0, False)],
)
def test_one_of_several_is_enough(short_term: float, momentary: float, passed: bool) -> None:
    verdict = only(EITHER, measured(short_term_max_lufs=short_term, momentary_max_lufs=momentary))
    assert verdict.passed is passed
    assert verdict.rule == "short_term_max_lufs|momentary_max_lufs"
    assert verdict.measured == f"{short_term} LUFS or {momentary} LUFS"


def test_an_alternative_that_could_not_be_judged_leaves_the_whole_open_unless_another_passes() -> None:
    either = AnyOf((Rule("dialogue_lkfs", target=-27.0, tolerance=3.0), Rule("integrated_lufs", target=-24.0)))
    assert only(either, measured(-24.0)).passed is True
    assert only(either, measured(-10.0)).passed is None
    assert only(either, measured(-10.0), ProgrammeFacts(dialogue_lkfs=-10.0)).passed is False


def test_the_form_of_the_file_is_judged_piece_by_piece() -> None:
    form = FormatRules((48_000, 96_000), ("24",), ("stereo",), ("wav", "rf64"))
    facts = ProgrammeFacts(44_100, 2, "stereo", 10.0, "16", None)
    verdicts = {rule.rule: rule for rule in judge(target(form=form), measured(), facts).rules}
    assert {name: rule.passed for name, rule in verdicts.items()} == {
        "format.sample_rate_hz": False,
        "format.bits": False,
        "format.layout": True,
        "format.container": None,
    }
    assert verdicts["format.sample_rate_hz"].fix == "convert the sample rate to 48000 Hz or 96000 Hz"
    assert verdicts["format.bits"].fix == "deliver at 24 bit"


def test_what_a_target_does_not_ask_is_not_judged() -> None:
    assert judge(target(), measured()).rules == ()
    assert judge(target(), measured()).passed is True


def test_json_has_the_keys_of_the_contract() -> None:
    assert only(PEAK, measured(true_peak_dbtp=-0.4)).to_json() == {
        "rule": "true_peak_dbtp",
        "measured": -0.4,
        "limit": "≤ -1.0",
        "unit": "dBTP",
        "passed": False,
        "fix": "lower by 0.6 dB or allow 0.6 dB of limiting",
        "reason": "",
        "evidence": "measured",
        "advice": False,
    }
