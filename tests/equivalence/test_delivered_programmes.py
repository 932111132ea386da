"""Programmes of every kind, decided against every target, and written for one target of each shape of rule.

In tolerance or refused, never in between: what is written keeps every rule, by our meter and, for loudness and true
peak, by libebur128 and FFmpeg; what is refused leaves nothing. The long form takes a hundred programmes with real
music: `.ci/system-packages music` installs it.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest

from audiopost.delivery.gain_plan import plan_gain
from audiopost.delivery.measures import MEASURES
from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.target import DeliveryTarget, Rule
from audiopost.delivery.verdict import RuleVerdict, judge
from audiopost.errors import TargetUnreachableError
from audiopost.jobs.further_measures import Further
from audiopost.jobs.measure import measure
from audiopost.jobs.normalize import normalize
from audiopost.jobs.target_facts import facts_of
from audiopost.library.targets import list_targets, load_target
from audiopost.loudness import Loudness
from tests.delivered import KINDS, write_programme
from tests.equivalence.test_normalized_by_peers import ffmpeg, loudgain
from tests.programmes import write_sound
from tests.signals import tones
from tests.tolerances import PEER_LOUDNESS_LU, PEER_TRUE_PEAK_DB

AROUND_LUFS = -24.0

SHAPES = {
    "symmetric": "ebu-r128",
    "one-sided": "apple-atmos-music",
    "range": "aes-td1004",
    "either or": "apple-tv",
    "by the share of speech": "netflix-2.0",
    "short-term cap": "disney-r128",
    "loudness range": "aswg-r001-home",
    "Leq(m)": "sawa",
    "ungated": "discovery-v4",
    "sample peak": "paramount-pluto",
    "by loudness": "spotify-normal",
    "by layout": "google-assistant",
    "against the programme around": "calm-act",
    "RMS and noise floor": "acx",
}
"""One target of each shape of rule."""


def measured(mix: Path, stem: Path) -> tuple[Loudness, ProgrammeFacts]:
    everything = Further(
        rms=True, leq_m="peak", dialogue_stem=stem, ungated=True, audible=True, downmix=True
    )  # fmt: skip
    found = measure(mix, further=everything)
    return found.loudness, facts_of(found, AROUND_LUFS)


def moved(thing: Loudness | ProgrammeFacts, gain_db: float) -> Loudness | ProgrammeFacts:
    """The measures after a gain: those that move with it, moved."""
    moving = [each.name for each in fields(thing) if each.name in MEASURES and MEASURES[each.name].moves_with_gain]
    known = {name: getattr(thing, name) for name in moving}
    return replace(thing, **{name: value + gain_db for name, value in known.items() if value is not None})


def failing(target: DeliveryTarget, loudness: Loudness, facts: ProgrammeFacts) -> list[RuleVerdict]:
    """The rules that a gain could have kept and that are not."""
    failures = judge(target, loudness, facts).failures
    return [rule for rule in failures if any(MEASURES[one].moves_with_gain for one in named(rule))]


def named(rule: RuleVerdict) -> list[str]:
    return [name for name in rule.rule.split("|") if name in MEASURES]


def decide(mix: Path, stem: Path) -> int:
    """Against every target: a gain that keeps every rule it can, or a refusal; returns how many were refused."""
    loudness, facts = measured(mix, stem)
    refused = 0
    for target in list_targets():
        try:
            plan = plan_gain(target, loudness, facts=facts, in_tolerance="process")
        except TargetUnreachableError:
            refused += 1
            continue
        after = moved(loudness, plan.gain_db), moved(facts, plan.gain_db)
        assert failing(target, *after) == [], f"{mix.name} for {target.id}"  # type: ignore[arg-type]
    return refused


def deliver(mix: Path, stem: Path, shape: str, out: Path) -> bool:
    """Written and right, by three meters, or refused with nothing left; returns whether it was written."""
    target = load_target(SHAPES[shape])
    (result,) = normalize(
        mix, target, out, mode="limit", max_limiting_db=8.0, conform=True, dialogue_stem=stem,
        around=stem.with_name("around.wav"),
    )  # fmt: skip
    if result.error is not None:
        assert isinstance(result.error, TargetUnreachableError), result.reason
        assert not out.exists()
        return False
    assert result.verdict is not None
    assert result.verdict.failures == (), f"{mix.name} for {target.id}: {result.reason}"
    (file,) = result.files
    if len(file.outputs) > 1:  # the peers take one file; its channels were measured together by us
        return True
    for meter in (loudgain, ffmpeg):
        loudness, true_peak = meter(file.outputs[0])
        for rule in result.verdict.rules:
            if rule.rule == "integrated_lufs" and isinstance(rule.measured, float) and not rule.advice:
                assert loudness == pytest.approx(rule.measured, abs=PEER_LOUDNESS_LU), f"{meter.__name__} {mix.name}"
        ceilings = [one.highest for one in target.rules if isinstance(one, Rule) and one.measure == "true_peak_dbtp"]
        if ceilings:
            assert true_peak <= max(ceilings) + PEER_TRUE_PEAK_DB, f"{meter.__name__} {mix.name}"
    return True


@pytest.fixture(scope="module")
def programmes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("programmes")
    written = [write_programme(folder, number) for number in range(len(KINDS))]
    write_around(folder)
    return written


def write_around(folder: Path) -> None:
    write_sound(folder / "around.wav", tones((AROUND_LUFS, 3.0)))


def test_every_target_is_decided_for_every_kind_of_programme(programmes: list[tuple[Path, Path]]) -> None:
    refused = [decide(*programme) for programme in programmes]
    assert 0 < sum(refused) < len(programmes) * len(list_targets())


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_is_in_tolerance_and_what_is_not_is_refused(
    programmes: list[tuple[Path, Path]], tmp_path: Path, shape: str
) -> None:
    index = list(SHAPES).index(shape)
    for number in (index % len(KINDS), (index + 3) % len(KINDS)):
        mix, stem = programmes[number]
        deliver(mix, stem, shape, tmp_path / str(number))


@pytest.mark.soak
def test_a_hundred_programmes(tmp_path: Path) -> None:
    """Two programmes at a time: while one waits for the other meters' programs, the other is worked on."""

    def done(number: int) -> list[bool]:
        folder = tmp_path / str(number)
        mix, stem = write_programme(folder, number, seconds=12.0, music=True)
        write_around(folder)
        decide(mix, stem)
        outcomes = [deliver(mix, stem, shape, folder / f"out-{SHAPES[shape]}") for shape in SHAPES]
        shutil.rmtree(folder)
        return outcomes

    with ThreadPoolExecutor(2) as pool:
        outcomes = [each for outcomes in pool.map(done, range(100)) for each in outcomes]
    assert outcomes.count(True) > 300
    assert outcomes.count(False) > 100
