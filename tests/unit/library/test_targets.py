import dataclasses
import math
import pickle
from pathlib import Path

import pytest

from audiopost.delivery.target import AnyOf, Condition, FormatRules, Rule
from audiopost.errors import PresetError, UnknownNameError
from audiopost.library.presets import list_presets
from audiopost.library.targets import list_targets, load_target

IDS = [name for name, _ in list_presets("targets")]

EVERY_ID = [
    "abc-ad", "acx", "aes-td1004", "aes-td1008-interstitial", "aes-td1008-music", "aes-td1008-speech",
    "agcom-219-09", "alexa-skill", "amazon-mgm", "amazon-music", "amazon-pvd", "apple-atmos-music",
    "apple-digital-masters", "apple-podcasts", "apple-soundcheck", "apple-tv", "ard-zdf-orf", "arib-tr-b32",
    "aswg-r001-home", "aswg-r001-portable", "atsc-a85-2013", "atsc-a85-long", "atsc-a85-short", "atsc-a85-stream",
    "bbc-podcast", "bbc-radio", "bbc-tv-file", "br-portaria-354", "calm-act", "cbs-ad", "cinema-feature",
    "cst-rt-017", "cst-rt-019", "cst-rt-040", "dcp-isdcf", "deezer", "discovery-v4", "disney-a85", "disney-plus-2.0",
    "disney-plus-5.1", "disney-r128", "disney-trailer", "dpp-as11", "ebu-r128", "ebu-r128-codec", "ebu-r128-s1",
    "ebu-r128-s1-2014", "ebu-r128-s2", "ebu-r128-s2-interim", "ebu-r128-s3", "ebu-r128-s4", "fox-ad", "fox-prog",
    "gang-iesd-console", "gang-iesd-mobile", "google-assistant", "gyt-282", "gyt-377-noisy", "gyt-377-quiet",
    "hbo-latam", "hulu-2018", "itu-h872", "max-wbd", "nbcu-ad", "netflix-2.0", "netflix-5.1", "netflix-atmos",
    "netflix-qc", "netflix-theatrical", "oculus-mobile", "oculus-rift", "op-59", "pandora", "paramount-pluto",
    "peacock", "podcast-mono", "prss", "replay-home-31", "replaygain2", "rtl-de", "sawa", "soundcloud",
    "spotify-loud", "spotify-normal", "spotify-podcast", "spotify-quiet", "tasa", "tidal", "umg-atmos", "youtube",
    "youtube-music", "youtube-music-video", "yt-vr-spatial",
]  # fmt: skip
"""Every source that was found to state a rule, by id; written out so that none gets lost."""

WHOLE = """\
name = "House"
[source]
document = "our own"
[[rules]]
measure = "integrated_lufs"
target = -20.0
tolerance = 1.0
unit = "LUFS"
"""


def file(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", IDS)
def test_a_packed_target_bears_its_files_name_and_says_where_it_is_from(name: str) -> None:
    target = load_target(name)
    assert target.id == name
    assert target.source.document
    assert target.source.version or target.source.year
    assert target.source.confidence in ("primary", "secondary")
    assert target.organisation
    assert target.rules or target.format.in_words()
    assert target.name in target.explain()


@pytest.mark.parametrize("name", IDS)
def test_a_packed_target_survives_pickle(name: str) -> None:
    assert pickle.loads(pickle.dumps(load_target(name))) == load_target(name)


def test_no_target_is_missing_and_none_is_there_twice() -> None:
    assert sorted(target.id for target in list_targets()) == sorted(EVERY_ID)
    assert len({target.name for target in list_targets()}) == len(EVERY_ID)


@pytest.mark.parametrize("name", EVERY_ID)
def test_a_source_has_a_year_or_says_that_it_is_undated(name: str) -> None:
    source = load_target(name).source
    assert source.year is not None or source.version.endswith("undated")
    assert source.year is None or 2005 <= source.year <= 2026
    assert str(source) in load_target(name).explain()


@pytest.mark.parametrize("name", EVERY_ID)
def test_a_target_explains_every_rule_and_note_in_words(name: str) -> None:
    target = load_target(name)
    lines = target.explain().splitlines()
    assert {f"- {rule.in_words()}" for rule in target.rules} <= set(lines)
    assert {f"Note: {note}" for note in target.notes} <= set(lines)
    assert not [line for line in lines if not line.strip() or "None" in line or "nan" in line.split()]


def test_targets_are_listed_by_id() -> None:
    assert [target.id for target in list_targets()] == sorted(IDS)


# One table of the numbers apart from the files: (lowest, highest) of the loudness rule, highest true peak.
@pytest.mark.parametrize(
    ("name", "loudness", "true_peak"),
    [
        ("ebu-r128", (-23.2, -22.8), -1.0),
        ("ebu-r128-s1", (-23.2, -22.8), -1.0),
        ("atsc-a85-short", (-26.0, -22.0), -2.0),
        ("arib-tr-b32", (-25.0, -23.0), -1.0),
        ("op-59", (-25.0, -23.0), -2.0),
        ("amazon-pvd", (-26.0, -22.0), -2.0),
        ("disney-plus-2.0", (-24.4, -23.6), -2.0),
        ("dpp-as11", (-23.5, -22.5), -1.0),
        ("apple-podcasts", (-17.0, -15.0), -1.0),
        ("podcast-mono", (-19.1, -18.9), -1.0),
        ("spotify-normal", (-14.1, -13.9), -1.0),
        ("aes-td1008-music", (-16.2, -15.8), -1.0),
        ("aswg-r001-home", (-26.0, -22.0), -1.0),
        ("alexa-skill", (-19.0, -9.0), -2.0),
        ("ebu-r128-codec", (-23.2, -22.8), -2.0),
        ("gyt-377-noisy", (-17.0, -13.0), -1.0),
        ("abc-ad", (-26.0, -23.0), -6.0),
        ("aes-td1004", (-20.0, -16.0), -1.0),
        ("disney-r128", (-23.5, -22.5), -3.0),
        ("cst-rt-040", (-24.0, -22.0), -3.0),
        ("aswg-r001-portable", (-20.0, -16.0), -1.0),
        ("nbcu-ad", (-26.0, -22.0), -2.0),
    ],
)
def test_the_numbers_of_the_documents(name: str, loudness: tuple[float, float], true_peak: float) -> None:
    first, *rest = (rule for rule in load_target(name).rules if isinstance(rule, Rule))
    assert first.measure == "integrated_lufs"
    assert (first.lowest, first.highest) == loudness
    assert next(rule for rule in rest if rule.measure == "true_peak_dbtp").highest == true_peak


# What is asked about another measure than the loudness of a whole programme: (measure, lowest, highest).
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("tasa", ("leq_m_db", -math.inf, 85.0)),
        ("sawa", ("leq_m_db", -math.inf, 82.0)),
        ("acx", ("noise_floor_dbfs", -math.inf, -60.0)),
        ("amazon-mgm", ("dialogue_lkfs", -29.0, -25.0)),
        ("peacock", ("dialogue_lkfs", -29.0, -25.0)),
        ("atsc-a85-long", ("true_peak_dbtp", -math.inf, -1.5)),
        ("discovery-v4", ("ungated_lkfs", -25.0, -23.0)),
        ("ebu-r128-s4", ("loudness_to_dialogue_lu", -math.inf, 5.0)),
        ("br-portaria-354", ("over_programme_lu", -2.0, 2.0)),
        ("gang-iesd-mobile", ("loudness_range_lu", 10.0, 15.0)),
        ("disney-r128", ("short_term_max_lufs", -math.inf, -15.0)),
        ("fox-ad", ("sample_peak_dbfs", -math.inf, -6.0)),
        ("oculus-mobile", ("integrated_lufs", -math.inf, -16.0)),
        ("youtube-music", ("integrated_lufs", -7.1, -6.9)),
    ],
)
def test_the_numbers_of_other_measures(name: str, rule: tuple[str, float, float]) -> None:
    rules = [each for each in load_target(name).rules if isinstance(each, Rule)]
    assert rule in [(each.measure, each.lowest, each.highest) for each in rules]


@pytest.mark.parametrize(
    ("name", "alternatives"),
    [
        ("apple-tv", [("dialogue_lkfs", -31.0, -10.0), ("integrated_lufs", -31.0, -5.0)]),
        ("atsc-a85-stream", [("dialogue_lkfs", -27.0, -23.0), ("integrated_lufs", -27.0, -23.0)]),
        ("max-wbd", [("dialogue_lkfs", -26.0, -22.0), ("integrated_lufs", -26.0, -22.0)]),
        ("ebu-r128-s4", [("integrated_lufs", -23.2, -22.8), ("dialogue_lkfs", -28.0, -23.0)]),
    ],
)
def test_either_the_dialogue_or_the_whole(name: str, alternatives: list[tuple[str, float, float]]) -> None:
    either = load_target(name).rules[0]
    assert isinstance(either, AnyOf)
    assert [(rule.measure, rule.lowest, rule.highest) for rule in either.rules] == alternatives


def test_disney_holds_the_whole_programme_down_beside_its_dialogue() -> None:
    rules = [rule for rule in load_target("disney-plus-5.1").rules if isinstance(rule, Rule)]
    assert [(rule.measure, rule.lowest, rule.highest) for rule in rules] == [
        ("dialogue_lkfs", -27.4, -26.6),
        ("integrated_lufs", -24.4, -23.6),
        ("integrated_lufs", -math.inf, -20.0),
        ("true_peak_dbtp", -math.inf, -2.0),
        ("track_true_peak_dbtp", -math.inf, -2.0),
        ("loudness_range_lu", -math.inf, 20.0),
    ]
    assert [rule.advice for rule in rules] == [False, False, False, False, False, True]
    assert [rule.when.speech_share_below for rule in rules] == [None, 0.15, None, None, None, None]
    assert [rule.when.objects for rule in rules] == [None, None, None, None, True, None]


def test_the_forms_of_files() -> None:
    assert load_target("bbc-radio").format == FormatRules((48_000,), ("16",), (), ("wav", "flac"))
    assert load_target("max-wbd").format == FormatRules((48_000,), ("24",), ("stereo", "5.1"), ("wav", "rf64", "mxf"))
    assert load_target("paramount-pluto").format == FormatRules((48_000, 96_000), ("16", "24"))
    assert load_target("apple-digital-masters").in_brief() == "format: 24 bit"


def test_a_thin_or_contradicted_source_says_so() -> None:
    weak = {target.id for target in list_targets() if any(note.startswith("Weak: ") for note in target.notes)}
    assert weak == {"peacock", "spotify-podcast", "youtube", "youtube-music", "youtube-music-video"}
    assert any(note.startswith("Conflict: ") for note in load_target("soundcloud").notes)


def test_netflix_asks_for_dialogue_or_programme_by_the_share_of_speech() -> None:
    dialogue, programme = load_target("netflix-5.1").rules[:2]
    assert dialogue.when == Condition(speech_share_at_least=0.15)
    assert programme.when == Condition(speech_share_below=0.15)


def test_playback_norms_are_told_from_acceptance() -> None:
    assert load_target("spotify-normal").status == "playback"
    assert "playback norm" in load_target("spotify-normal").explain()
    assert load_target("ebu-r128").status == "current"


def test_what_is_kept_for_old_contracts_or_only_played_is_marked() -> None:
    by_status = {
        status: {target.id for target in list_targets() if target.status == status}
        for status in ("superseded", "playback")
    }
    assert by_status == {
        "superseded": {
            "aes-td1004", "atsc-a85-2013", "cst-rt-019", "discovery-v4", "ebu-r128-s1-2014", "hulu-2018",
            "oculus-mobile", "oculus-rift",
        },
        "playback": {
            "amazon-music", "apple-soundcheck", "deezer", "pandora", "replay-home-31", "replaygain2", "soundcloud",
            "spotify-loud", "spotify-normal", "spotify-podcast", "spotify-quiet", "tidal", "youtube", "youtube-music",
            "youtube-music-video",
        },
    }  # fmt: skip


def test_the_first_edition_of_s1_takes_either_of_two_maxima() -> None:
    either = load_target("ebu-r128-s1-2014").rules[2]
    assert isinstance(either, AnyOf)
    assert [(rule.measure, rule.highest) for rule in either.rules] == [
        ("short_term_max_lufs", -18.0),
        ("momentary_max_lufs", -15.0),
    ]


def test_an_unknown_id_is_answered_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean netflix"):
        load_target("netflix-51")


def test_a_file_of_ones_own_needs_little(tmp_path: Path) -> None:
    target = load_target(file(tmp_path, WHOLE))
    assert (target.id, target.name, target.status) == ("mine", "House", "current")
    assert target.source.confidence == "own"


def test_a_variant_replaces_rules_about_the_same_measure_and_adds_others(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        'extends = "ebu-r128"\n'
        '[[rules]]\nmeasure = "true_peak_dbtp"\nmax = -3.0\n'
        '[[rules]]\nmeasure = "loudness_range_lu"\nmax = 15.0\n',
    )
    target = load_target(path)
    base = load_target("ebu-r128")
    assert target.rules == (
        base.rules[0],
        Rule("true_peak_dbtp", maximum=-3.0),
        Rule("loudness_range_lu", maximum=15.0),
    )
    assert target.id == "mine"


def test_a_variants_numbers_are_not_vouched_for_by_the_documents_of_its_base(tmp_path: Path) -> None:
    source = load_target(file(tmp_path, 'extends = "ebu-r128"\n')).source
    assert source.confidence == "own"
    assert source.document.startswith("own variant of ebu-r128")


def test_a_variant_may_extend_a_file_beside_it(tmp_path: Path) -> None:
    file(tmp_path, WHOLE, "house.toml")
    variant = load_target(file(tmp_path, 'extends = "house.toml"\nname = "Loud"\nstatus = "superseded"\n'))
    assert (variant.name, variant.status) == ("Loud", "superseded")
    assert variant.rules == load_target(tmp_path / "house.toml").rules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "name: 'name' is missing"),
        ('name = "x"\n', "source: 'source' is missing"),
        ('name = "x"\n[source]\ndocument = "d"\n', "asks for nothing"),
        ('name = "x"\ncolour = 1\n', "mine.toml:2: colour: unknown key 'colour'"),
        (WHOLE + "tolerence = 1\n", "9: rules[0].tolerence: unknown key 'tolerence'; did you mean tolerance?"),
        (WHOLE.replace("-20.0", '"-20"'), "mine.toml:6: rules[0].target: input should be a valid number"),
        (WHOLE.replace("-20.0", "nan"), "mine.toml:6: rules[0].target: input should be a finite number"),
        (WHOLE.replace("1.0", "-1.0"), "mine.toml:7: rules[0].tolerance: input should be greater than"),
        (WHOLE.replace("ted_lufs", "ted_luf"), "4: rules[0]: unknown measure 'integrated_luf': integrated_lufs"),
        (WHOLE.replace('"LUFS"', '"dBTP"'), "mine.toml:4: rules[0]: integrated_lufs is in LUFS, not dBTP"),
        (WHOLE + "max = -22.0\n", "mine.toml:4: rules[0]: target lies outside min and max"),
        (WHOLE.replace("target = -20.0\ntolerance = 1.0", "min = -1.0\nmax = -2.0"), "min -1 lies above max -2"),
        (WHOLE.replace("target = -20.0\ntolerance = 1.0\n", ""), "4: rules[0]: a rule needs target, min or max"),
        (WHOLE + 'when = { layouts = ["stero"] }\n', "mine.toml:9: rules[0].when: unknown layout 'stero': stereo?"),
        (WHOLE + "when = { speech_share_below = 15 }\n", "9: rules[0].when.speech_share_below: input should be less"),
        (WHOLE + "any_of = [{ measure = 'plr_lu', min = 1 }]\n", "a rule with any_of has no measure"),
        ('name = "x"\n[[rules]]\nany_of = [{ any_of = [{ measure = "plr_lu", min = 1 }] }]\n', "any_of cannot hold"),
        (WHOLE + '[format]\nbits = ["20"]\n', "mine.toml:10: format.bits[0]: input should be '16'"),
        ('name = "x"\nstatus = "old"\n', "mine.toml:2: status: input should be 'current'"),
        ('extends = "ebu-r129"\n', "mine.toml:1: extends: unknown target 'ebu-r129'; did you mean ebu-r128"),
        ('extends = "gone.toml"\n', "mine.toml:1: extends: "),
        ('extends = "mine.toml"\n', "extends itself"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_told_with_file_key_and_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_target(file(tmp_path, text))
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))


def test_the_first_fault_by_line_is_told_and_the_others_are_counted(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"mine.toml:1: one: .*; 2 more faults in this file"):
        load_target(file(tmp_path, "one = 1\ntwo = 2\nthree = 3\n"))


def test_a_targets_json_is_plain_and_named_as_the_contract_says() -> None:
    data = load_target("ebu-r128").to_json()
    assert {"id", "name", "status", "source", "rules"} <= data.keys()
    assert data["rules"][1] == "true peak ≤ -1.0 dBTP"


def test_a_target_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_target("ebu-r128").id = "x"  # type: ignore[misc]
