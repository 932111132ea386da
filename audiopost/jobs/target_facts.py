"""What a target asks to be measured besides loudness, and what was measured in the words of its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.target import AnyOf, Condition, DeliveryTarget, Rule
from audiopost.jobs.further_measures import Further, FurtherMeasures
from audiopost.jobs.measure import FileMeasurement
from audiopost.loudness.result import Loudness

__all__ = ["asked_by", "asks_about_the_programme_around", "asks_for_dialogue", "facts_of", "with_measures"]

_SHORT_TERM = ("short_term_deviation_lu", "short_term_from_dialogue_lu")


def asked_by(target: DeliveryTarget, further: Further) -> Further:
    """What has to be measured for a target: each costs a pass of its own, so nothing that it does not ask about.

    Dialogue is left to `further`: somebody has to say how speech is found. Leq(m) is measured by its usual convention,
    ``peak``, unless another is asked for.
    """
    rules = tuple(_rules(target))
    measures = {rule.measure for rule in rules}
    within = any(rule.extent == "audible" for rule in rules)
    return replace(
        further,
        rms=further.rms or not measures.isdisjoint({"rms_dbfs", "noise_floor_dbfs"}),
        leq_m=further.leq_m or ("peak" if "leq_m_db" in measures else None),
        ungated=further.ungated or not measures.isdisjoint({"ungated_lkfs", *_SHORT_TERM}),
        audible=further.audible or within or not measures.isdisjoint({"head_silence_s", "tail_silence_s"}),
        downmix=further.downmix or "downmix_lufs" in measures,
        tracks=further.tracks or "track_true_peak_dbtp" in measures,
    )


def asks_for_dialogue(target: DeliveryTarget) -> bool:
    """Whether a target has rules about dialogue, or such that depend on the share of speech."""
    return any("dialogue" in rule.measure for rule in _rules(target)) or any(
        when.asks_about_speech for when in _conditions(target)
    )


def asks_about_the_programme_around(target: DeliveryTarget) -> bool:
    """Whether a target compares with the programme that an advert interrupts."""
    return any(rule.measure == "over_programme_lu" for rule in _rules(target))


def facts_of(measurement: FileMeasurement, around_lufs: float | None = None) -> ProgrammeFacts:
    """What a delivery rule may ask about a file: its form, and what was measured of it besides loudness.

    `around_lufs` is the loudness of the programme around it.
    """
    form = ProgrammeFacts(
        sample_rate_hz=measurement.sample_rate_hz,
        channels=measurement.channels,
        layout="mono" if measurement.layout == "dual-mono" else measurement.layout,
        duration_s=measurement.duration_s,
        bits=measurement.bits or None,
        container=measurement.container or None,
        files="discrete-mono" if measurement.parts or measurement.channels == 1 else "interleaved",
        objects=bool(measurement.renderer),
        bit_rate_kbps=measurement.bit_rate_kbps,
    )
    return with_measures(form, measurement.loudness, measurement.further, around_lufs)


def with_measures(
    form: ProgrammeFacts, loudness: Loudness, further: FurtherMeasures, around_lufs: float | None = None
) -> ProgrammeFacts:
    """The facts of a form with the measures of a programme."""
    dialogue, span, whole_lufs = further.dialogue, further.short_term, loudness.integrated_lufs
    dialogue_lkfs = None if dialogue is None else dialogue.loudness_lkfs
    return replace(
        form,
        speech_evidence="approximate" if dialogue is not None and dialogue.approximate else "measured",
        speech_share=None if dialogue is None else dialogue.share,
        dialogue_lkfs=dialogue_lkfs,
        dialogue_range_lu=None if dialogue is None else dialogue.range_lu,
        dialogue_deviation_lu=None if dialogue is None else dialogue.deviation_lu,
        loudness_to_dialogue_lu=_difference(whole_lufs, dialogue_lkfs),
        over_programme_lu=_difference(whole_lufs, around_lufs),
        ungated_lkfs=further.ungated_lkfs,
        short_term_deviation_lu=None if span is None or whole_lufs is None else span.distance_lu(whole_lufs),
        short_term_from_dialogue_lu=None if span is None or dialogue_lkfs is None else span.distance_lu(dialogue_lkfs),
        leq_m_db=None if further.leq_m is None else further.leq_m.level_db,
        rms_dbfs=further.rms_dbfs,
        noise_floor_dbfs=further.noise_floor_dbfs,
        head_silence_s=further.head_silence_s,
        tail_silence_s=further.tail_silence_s,
        downmix_lufs=further.downmix_lufs,
        track_true_peak_dbtp=further.track_true_peak_dbtp,
    )


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _rules(target: DeliveryTarget) -> Iterator[Rule]:
    for rule in target.rules:
        yield from (rule,) if isinstance(rule, Rule) else rule.rules


def _conditions(target: DeliveryTarget) -> Iterator[Condition]:
    for rule in target.rules:
        yield rule.when
        if isinstance(rule, AnyOf):
            yield from (one.when for one in rule.rules)
