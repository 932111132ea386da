import math

import pytest

from audiopost.delivery.measures import MEASURES, in_words
from audiopost.delivery.programme import ProgrammeFacts, read_measure
from audiopost.delivery.target import AnyOf, Condition, DeliveryTarget, FormatRules, Rule, Source
from tests.programmes import measured


@pytest.mark.parametrize(
    ("rule", "lowest", "highest", "words"),
    [
        (Rule("integrated_lufs", target=-23.0, tolerance=0.2), -23.2, -22.8, "-23.0 ±0.2"),
        (Rule("integrated_lufs", target=-14.0), -14.1, -13.9, "-14.0 ±0.1"),
        (Rule("integrated_lufs", target=-24.0, tolerance=2.0, maximum=-23.0), -26.0, -23.0, "-24.0 ±2, ≤ -23.0"),
        (Rule("true_peak_dbtp", maximum=-1.0), -math.inf, -1.0, "≤ -1.0"),
        (Rule("short_term_max_lufs", maximum=-18.0, tolerance=0.2), -math.inf, -17.8, "≤ -18.0 (+0.2)"),
        (Rule("integrated_lufs", minimum=-31.0), -31.0, math.inf, "≥ -31.0"),
        (Rule("rms_dbfs", minimum=-23.0, maximum=-18.0), -23.0, -18.0, "-23.0 to -18.0"),
        (Rule("duration_s", maximum=7200.0), -math.inf, 7200.0, "≤ 7200"),
    ],
)
def test_what_a_rule_lets_pass_and_how_it_reads(rule: Rule, lowest: float, highest: float, words: str) -> None:
    assert (rule.lowest, rule.highest) == (lowest, highest)
    assert rule.limit_in_words == words


@pytest.mark.parametrize(
    ("when", "facts", "loudness", "holds"),
    [
        (Condition(), ProgrammeFacts(), None, True),
        (Condition(speech_share_at_least=0.15), ProgrammeFacts(speech_share=0.15), None, True),
        (Condition(speech_share_below=0.15), ProgrammeFacts(speech_share=0.15), None, False),
        (Condition(speech_share_below=0.15), ProgrammeFacts(), None, None),
        (Condition(duration_s_below=60.0), ProgrammeFacts(duration_s=59.9), None, True),
        (Condition(duration_s_at_least=60.0), ProgrammeFacts(duration_s=59.9), None, False),
        (Condition(layouts=("5.1",)), ProgrammeFacts(layout="5.1"), None, True),
        (Condition(layouts=("5.1",)), ProgrammeFacts(layout="stereo"), None, False),
        (Condition(integrated_lufs_above=-14.0), ProgrammeFacts(), -13.89, True),
        (Condition(integrated_lufs_above=-14.0), ProgrammeFacts(), -13.91, False),
        (Condition(integrated_lufs_above=-14.0), ProgrammeFacts(), None, None),
        # One unmet bound decides, whatever else is unknown.
        (Condition(speech_share_below=0.15, layouts=("5.1",)), ProgrammeFacts(layout="mono"), None, False),
    ],
)
def test_a_condition_holds_or_not_or_is_open(
    when: Condition, facts: ProgrammeFacts, loudness: float | None, holds: bool | None
) -> None:
    assert when.holds(facts, loudness) is holds


def test_a_condition_reads_as_the_end_of_a_sentence() -> None:
    when = Condition(speech_share_at_least=0.15, duration_s_below=60.0, layouts=("stereo", "mono"))
    assert when.in_words() == (
        "where speech fills at least 15 % and it is shorter than 60 s and the layout is stereo or mono"
    )
    assert Condition().in_words() == ""


def test_a_target_explains_itself_line_by_line() -> None:
    target = DeliveryTarget(
        id="house",
        name="House level",
        source=Source("House rules", "2", 2024, "own"),
        rules=(
            Rule("integrated_lufs", target=-20.0, tolerance=1.0),
            AnyOf((Rule("true_peak_dbtp", maximum=-1.0), Rule("sample_peak_dbfs", maximum=-3.0)), note="old meters"),
        ),
        format=FormatRules((48_000,), ("16", "24"), ("stereo",), ("wav",)),
        organisation="House",
        medium="film",
        region="here",
        status="superseded",
        notes=("Ask first.",),
    )
    assert target.explain().splitlines() == [
        "House level (house)",
        "House, film, here",
        "Source: House rules, 2, 2024 (own)",
        "Status: superseded; kept for old contracts",
        "- integrated loudness -20.0 ±1 LUFS",
        "- either true peak ≤ -1.0 dBTP or sample peak ≤ -3.0 dBFS (old meters)",
        "- format: 48000 Hz; 16 bit or 24 bit; stereo; wav",
        "Note: Ask first.",
    ]


def test_in_brief_a_rule_has_a_symbol_and_no_note() -> None:
    rules = (
        Rule("integrated_lufs", target=-23.0, tolerance=0.2, note="by any meter"),
        AnyOf((Rule("short_term_max_lufs", maximum=-18.0), Rule("momentary_max_lufs", maximum=-15.0)), note="either"),
        Rule("loudness_range_lu", maximum=20.0, when=Condition(duration_s_at_least=120.0)),
    )
    target = DeliveryTarget("house", "House", Source("House rules"), rules, FormatRules((48_000,)))
    assert target.in_brief() == (
        "I -23.0 ±0.2 LUFS; S max ≤ -18.0 LUFS or M max ≤ -15.0 LUFS; LRA ≤ 20.0 LU where it lasts 120 s or more"
    )


def test_in_brief_a_target_about_the_file_alone_tells_its_format() -> None:
    assert DeliveryTarget("house", "House", Source("s"), (), FormatRules(bits=("24",))).in_brief() == "format: 24 bit"


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_can_be_read_or_says_why_not(name: str) -> None:
    reading = read_measure(name, measured(None), ProgrammeFacts())
    assert (reading.value is None) == bool(reading.reason)


def test_an_unmade_measure_is_told_from_an_undefined_one() -> None:
    assert read_measure("integrated_lufs", measured(None), ProgrammeFacts()).reason == (
        "integrated loudness is undefined: silent or too short"
    )
    assert read_measure("dialogue_lkfs", measured(), ProgrammeFacts()).reason == "dialogue loudness was not measured"


def test_a_tiny_negative_level_is_never_minus_zero() -> None:
    assert in_words(-0.001) == "0.0"
    assert in_words(-0.001, signed=True) == "+0.0"
