import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopost.delivery.gain_plan import GainPlan, corrected, plan_gain
from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.target import AnyOf, Condition, DeliveryTarget, Rule, Source
from audiopost.delivery.verdict import judge
from audiopost.errors import TargetUnreachableError, UsageError
from tests.programmes import measured


def target(*rules: Rule | AnyOf) -> DeliveryTarget:
    return DeliveryTarget("t", "T", Source("d"), rules)


PEAK = Rule("true_peak_dbtp", maximum=-1.0)
R128 = target(Rule("integrated_lufs", target=-23.0, tolerance=0.2), PEAK)
CEILING = target(Rule("integrated_lufs", maximum=-18.0), PEAK)
BAND = target(Rule("integrated_lufs", minimum=-20.0, maximum=-16.0), PEAK)
S1 = target(*R128.rules, Rule("short_term_max_lufs", maximum=-18.0, tolerance=0.2))


def test_a_target_with_a_centre_is_aimed_at_its_centre() -> None:
    plan = plan_gain(R128, measured(-20.0, -3.0))
    assert plan == GainPlan("t", "linear", -3.0, -5.0, -1.0, aim=-23.0)
    assert plan.limiting_db == 0.0


@pytest.mark.parametrize(("level", "gain"), [(-25.0, 5.0), (-20.0, 0.0), (-18.0, 0.0), (-16.0, 0.0), (-13.0, -3.0)])
def test_a_range_is_entered_by_the_least_gain(level: float, gain: float) -> None:
    assert plan_gain(BAND, measured(level, -9.0), in_tolerance="process").gain_db == gain


@pytest.mark.parametrize(("level", "gain"), [(-30.0, 0.0), (-18.0, 0.0), (-15.0, -3.0)])
def test_a_ceiling_only_lowers(level: float, gain: float) -> None:
    assert plan_gain(CEILING, measured(level, -9.0), in_tolerance="process").gain_db == gain


@pytest.mark.parametrize(("level", "copy"), [(-23.2, True), (-22.8, True), (-23.21, False), (-22.79, False)])
def test_what_is_in_tolerance_is_copied(level: float, copy: bool) -> None:
    plan = plan_gain(R128, measured(level, -9.0))
    assert plan.copy is copy
    assert (plan.gain_db == 0.0) is copy


def test_what_is_in_tolerance_is_brought_to_the_centre_where_asked() -> None:
    plan = plan_gain(R128, measured(-23.2, -9.0), in_tolerance="process")
    assert not plan.copy
    assert plan.gain_db == pytest.approx(0.2, abs=1e-12)


def test_too_high_a_peak_is_no_reason_to_copy() -> None:
    with pytest.raises(TargetUnreachableError):
        plan_gain(R128, measured(-23.0, -0.5))


def test_a_refusal_says_by_how_many_db_it_fails_and_the_two_ways_out() -> None:
    with pytest.raises(TargetUnreachableError) as caught:
        plan_gain(R128, measured(-30.0, -4.0))
    assert caught.value.shortfall_db == pytest.approx(4.0)
    assert str(caught.value) == (
        "t: -23.0 LUFS needs +7.0 dB, and the true peak would be 3.0 dBTP (limit ≤ -1.0): 4.0 dB too much; "
        "allow limiting (--mode limit --max-limiting 5 or more) or "
        "deliver -27.0 LUFS, the highest that linear gain reaches"
    )


def test_linear_mode_never_limits() -> None:
    with pytest.raises(TargetUnreachableError):
        plan_gain(R128, measured(-30.0, -4.0), "linear", 24.0)


def test_limiting_takes_what_the_peaks_exceed() -> None:
    plan = plan_gain(R128, measured(-30.0, -4.0), "limit", 4.0)
    assert (plan.mode, plan.gain_db, plan.limiting_db, plan.ceiling_dbtp) == ("limit", 7.0, 4.0, -1.0)


def test_limit_mode_without_excess_is_pure_gain() -> None:
    assert plan_gain(R128, measured(-20.0, -4.0), "limit", 6.0).limiting_db == 0.0


def test_more_limiting_than_allowed_is_refused_with_the_amount() -> None:
    with pytest.raises(TargetUnreachableError, match=r"and 3\.0 dB of limiting\): 1\.0 dB too much") as caught:
        plan_gain(R128, measured(-30.0, -4.0), "limit", 3.0)
    assert caught.value.shortfall_db == pytest.approx(1.0)


def test_the_tolerance_is_used_before_a_refusal_and_that_is_told() -> None:
    plan = plan_gain(R128, measured(-30.0, -7.85))
    assert plan.gain_db == pytest.approx(6.85)
    assert plan.aim == pytest.approx(-23.15)
    assert plan.notes == (
        "integrated loudness -23.15 LUFS within its tolerance, 0.15 dB off its aim, because of the true peak",
    )


def test_a_one_sided_tolerance_is_not_used_up_by_a_gain() -> None:
    # -23 would put the short-term maximum at -17.9: that passes a measurement, but nobody aims at it.
    loudness = measured(-30.0, -20.0, short_term_max_lufs=-24.9)
    plan = plan_gain(S1, loudness)
    assert plan.gain_db == pytest.approx(6.9)


def test_limiting_is_not_offered_where_it_does_not_help() -> None:
    with pytest.raises(TargetUnreachableError) as caught:
        plan_gain(S1, measured(-30.0, -20.0, short_term_max_lufs=-23.0))
    assert "limiting" not in str(caught.value)
    assert "tame its loudest 3 s by 2.0 dB" in str(caught.value)


def test_the_obstacle_named_is_the_one_farthest_in_the_way() -> None:
    with pytest.raises(TargetUnreachableError, match="the true peak would be"):
        plan_gain(S1, measured(-30.0, -3.0, short_term_max_lufs=-24.0))


@pytest.mark.parametrize("mode", ["linear", "limit"])
def test_silence_is_never_brought_to_a_level(mode: str) -> None:
    with pytest.raises(TargetUnreachableError, match="undefined: silent or too short"):
        plan_gain(R128, measured(None, -math.inf), mode, 6.0)  # type: ignore[arg-type]


def test_a_target_whose_level_cannot_be_judged_gives_no_gain() -> None:
    dialogue = target(Rule("dialogue_lkfs", target=-27.0, tolerance=2.0), PEAK)
    with pytest.raises(TargetUnreachableError, match="dialogue loudness was not measured"):
        plan_gain(dialogue, measured())
    assert plan_gain(dialogue, measured(), facts=ProgrammeFacts(dialogue_lkfs=-20.0)).gain_db == -7.0


def test_a_second_rule_about_level_may_be_the_obstacle() -> None:
    dialogue = target(Rule("dialogue_lkfs", target=-27.0, tolerance=0.4), Rule("integrated_lufs", maximum=-20.0), PEAK)
    with pytest.raises(TargetUnreachableError) as caught:
        plan_gain(dialogue, measured(-18.0, -8.0), facts=ProgrammeFacts(dialogue_lkfs=-27.0), in_tolerance="process")
    assert caught.value.shortfall_db == pytest.approx(2.0)
    assert "the integrated loudness would be -18.0 LUFS (limit ≤ -20.0): 2.0 dB too much" in str(caught.value)
    assert "limiting" not in str(caught.value)


@pytest.mark.parametrize("measure", ["leq_m_db", "ungated_lkfs", "over_programme_lu"])
def test_a_level_of_another_kind_is_lowered_where_it_is_known_and_refused_where_not(measure: str) -> None:
    ceiling = target(Rule(measure, maximum=2.0))
    with pytest.raises(TargetUnreachableError, match="was not measured"):
        plan_gain(ceiling, measured())
    assert judge(ceiling, measured()).passed is None
    assert plan_gain(ceiling, measured(), facts=ProgrammeFacts(**{measure: 5.0})).gain_db == -3.0  # type: ignore[arg-type]


NETFLIX = target(
    Rule("dialogue_lkfs", target=-27.0, tolerance=2.0, when=Condition(speech_share_at_least=0.15)),
    Rule("integrated_lufs", target=-24.0, tolerance=2.0, when=Condition(speech_share_below=0.15)),
)


def test_the_share_of_speech_chooses_the_rule() -> None:
    much = ProgrammeFacts(speech_share=0.6, dialogue_lkfs=-22.0)
    little = ProgrammeFacts(speech_share=0.1, dialogue_lkfs=-22.0)
    assert plan_gain(NETFLIX, measured(-20.0), facts=much).gain_db == -5.0
    assert plan_gain(NETFLIX, measured(-20.0), facts=little).gain_db == -4.0
    with pytest.raises(TargetUnreachableError, match="share of speech is not known"):
        plan_gain(NETFLIX, measured(-20.0))


def test_a_measure_of_second_rank_that_is_missing_is_noted() -> None:
    acx = target(Rule("integrated_lufs", target=-20.0), Rule("noise_floor_dbfs", maximum=-60.0))
    assert plan_gain(acx, measured(-30.0, -20.0)).notes == (
        "noise floor not reckoned with: noise floor was not measured",
    )


def test_a_noise_floor_forbids_what_would_raise_it() -> None:
    acx = target(Rule("rms_dbfs", minimum=-23.0, maximum=-18.0), Rule("noise_floor_dbfs", maximum=-60.0))
    with pytest.raises(TargetUnreachableError, match=r"take out 3\.0 dB of noise"):
        plan_gain(acx, measured(), facts=ProgrammeFacts(rms_dbfs=-28.0, noise_floor_dbfs=-62.0))


LOUD_MASTERS = target(
    Rule("integrated_lufs", minimum=-20.0),
    Rule("true_peak_dbtp", maximum=-1.0),
    Rule("true_peak_dbtp", maximum=-2.0, when=Condition(integrated_lufs_above=-14.0)),
)


def test_a_rule_for_loud_programmes_can_be_met_by_not_being_loud() -> None:
    # -12 LUFS at -1.5 dBTP: 0.5 dB less keeps it loud with the lower ceiling.
    assert plan_gain(LOUD_MASTERS, measured(-12.0, -1.5)).gain_db == -0.5
    # -13.8 LUFS: 0.2 dB less frees it from that ceiling.
    plan = plan_gain(LOUD_MASTERS, measured(-13.8, -1.5))
    assert plan.gain_db == pytest.approx(-0.2)
    assert plan.ceiling_dbtp == -1.0


def test_a_programme_at_the_bound_of_such_a_rule_within_a_meters_tolerance_is_left_alone() -> None:
    at_bound = measured(-13.95, -1.5)
    assert judge(LOUD_MASTERS, at_bound).passed
    assert plan_gain(LOUD_MASTERS, at_bound).copy


def test_either_of_two_maxima_is_enough_for_a_gain() -> None:
    either = AnyOf((Rule("short_term_max_lufs", maximum=-18.0), Rule("momentary_max_lufs", maximum=-15.0)))
    rules = target(Rule("integrated_lufs", target=-23.0, tolerance=0.5), either)
    assert plan_gain(rules, measured(-25.0, -20.0, short_term_max_lufs=-18.3, momentary_max_lufs=-17.5)).gain_db == 2.0


def test_whole_numbers_have_a_full_scale_and_floats_have_none() -> None:
    loud = target(Rule("integrated_lufs", target=-10.0))
    with pytest.raises(TargetUnreachableError, match="sample peak would be"):
        plan_gain(loud, measured(-20.0, -4.0))
    assert plan_gain(loud, measured(-20.0, -4.0), clips=False).gain_db == 10.0


def test_a_target_of_peaks_alone_lowers_only_what_is_too_high() -> None:
    assert plan_gain(target(PEAK), measured(-20.0, -0.5)).gain_db == -0.5
    assert plan_gain(target(PEAK), measured(-20.0, -3.0)).copy


def test_rules_that_contradict_each_other_are_told() -> None:
    both = target(
        Rule("integrated_lufs", target=-23.0, tolerance=0.1),
        Rule("momentary_max_lufs", maximum=-30.0),
        Rule("short_term_max_lufs", minimum=-10.0),
    )
    with pytest.raises(TargetUnreachableError, match="contradict"):
        plan_gain(both, measured(-20.0))


@pytest.mark.parametrize(("mode", "limiting"), [("loud", 1.0), ("limit", -1.0), ("limit", 25.0), ("limit", math.nan)])
def test_a_wrong_request_is_a_usage_error(mode: str, limiting: float) -> None:
    with pytest.raises(UsageError):
        plan_gain(R128, measured(), mode, limiting)  # type: ignore[arg-type]


def test_a_correction_moves_gain_and_peaks_alike() -> None:
    plan = corrected(plan_gain(R128, measured(-30.0, -4.0), "limit", 6.0), 0.5)
    assert (plan.gain_db, plan.limiting_db, plan.aim) == (7.5, 4.5, -23.0)


@given(
    level=st.floats(-60.0, -3.0),
    crest=st.floats(1.0, 40.0),
    target_=st.sampled_from([R128, CEILING, BAND, S1]),
    limiting=st.sampled_from([0.0, 3.0, 24.0]),
)
def test_a_linear_plan_always_passes_its_target_and_a_limited_one_never_exceeds_what_is_allowed(
    level: float, crest: float, target_: DeliveryTarget, limiting: float
) -> None:
    loudness = measured(level, level + crest, short_term_max_lufs=level + 2.0)
    try:
        plan = plan_gain(target_, loudness, "limit" if limiting else "linear", limiting)
    except TargetUnreachableError:
        return
    assert plan.limiting_db <= limiting + 1e-6
    gain = plan.gain_db
    after = measured(
        level + gain, min(level + crest + gain, -1.0) if limiting else level + crest + gain,
        short_term_max_lufs=level + 2.0 + gain,
    )  # fmt: skip
    assert judge(target_, after).passed
