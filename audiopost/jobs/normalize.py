"""Files to a delivery target: one gain for each file, for an album, or for stems that sum to the programme.

::

    measure ─▶ plan (delivery.gain_plan) ─▶ write ─▶ measure what was written ─▶ judge ─▶ publish
                       └─ refusal: nothing is written      └─ correct, write again

What a group holds differs, what is done to it does not: every group is a row of programmes that get one gain, and
every programme is a file or the sum of its stems.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from audiopost.delivery.gain_plan import MOST_LIMITING_DB, GainMode, InTolerance
from audiopost.delivery.ride import RideLimits
from audiopost.delivery.target import DeliveryTarget
from audiopost.dsp.dither import Dither
from audiopost.errors import AudiopostError, UsageError
from audiopost.jobs.extent import extent_between
from audiopost.jobs.fold import folded_layout
from audiopost.jobs.further_measures import Further
from audiopost.jobs.gain_group import Order, bring_to_target
from audiopost.jobs.group_files import sha256_of
from audiopost.jobs.job import Progress, Stage, settle_layout
from audiopost.jobs.level_plan import USUAL_LIMITS, Levelling
from audiopost.jobs.loudness_tags import Tag
from audiopost.jobs.measure import measure
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.outputs import FileKind, OutputPlace, output_folder, refuse_collisions
from audiopost.jobs.run_report import require_json_report, write_report
from audiopost.jobs.side_by_side import side_by_side, usual_jobs
from audiopost.library.targets import load_target
from audiopost.media.containers import Bits, container_for
from audiopost.media.joined_files import ChannelFiles, join_channel_files, open_programme
from audiopost.media.new_file import Exists
from audiopost.media.programme_files import ProgrammePath, as_programme, files_of
from audiopost.media.video_tracks import VideoTracks

__all__ = ["Gate", "Group", "GroupResult", "normalize"]

Group = Literal["each", "album", "stems"]
Gate = Literal["programme", "dialogue"]

MOST_RIDING_DB = 20.0
"""Beyond it riding is another mix."""

USUAL_LIMITING_DB = 6.0
"""Most limiting in limit mode where nobody says otherwise."""


def normalize(
    paths: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    target: DeliveryTarget | str | Path,
    output: str | os.PathLike[str],
    *,
    group: Group = "each",
    mode: GainMode = "linear",
    max_limiting_db: float = USUAL_LIMITING_DB,
    format: str | None = None,  # noqa: A002 - the word that users know
    bits: Bits | None = None,
    rate: int | None = None,
    channels: str | None = None,
    kind: FileKind | None = None,
    exists: Exists = "fail",
    in_tolerance: InTolerance = "copy",
    layout: str | None = None,
    dual_mono: bool = False,
    dither: Dither = "tpdf",
    tags: Sequence[Tag] = (),
    join: bool = False,
    tracks: Sequence[int] = (),
    gate: Gate = "programme",
    dialogue_stem: str | os.PathLike[str] | None = None,
    around: str | os.PathLike[str] | None = None,
    start: str | None = None,
    end: str | None = None,
    frames_per_second: float | None = None,
    gain_from: str | os.PathLike[str] | None = None,
    full_mix: str | os.PathLike[str] | None = None,
    max_range_lu: float | None = None,
    max_riding_db: float = USUAL_LIMITS.most_db,
    report: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[GroupResult, ...]:
    """Bring files to a delivery target and measure again what was written.

    Parameters
    ----------
    paths
        One file or several; they are never overwritten.
    target
        A target, its id, or the path of a target file.
    output
        Folder for the results, made if missing. A result bears the name of its input.
    group
        ``each``: every file by itself. ``album``: one gain for all, from the loudness of all their blocks together;
        the reels or acts of one programme are such an album.
        ``stems``: the files sound together; one gain, and one limiter curve, found on their sum.
    mode, max_limiting_db
        As in `audiopost.delivery.gain_plan.plan_gain`. ``level`` rides the gain before (see `max_range_lu`).
    format, bits, rate
        Of the output; the input's by default. `rate` in Hz.
    channels, kind
        Of the output: another order, a down-mix; one file or one a channel. As in `audiopost.jobs.convert.convert`;
        loudness and true peak are those of what is written.
    exists
        ``fail``, ``replace`` or ``number``, where an output's name is taken.
    in_tolerance
        ``copy`` leaves a programme that passes as it is; ``process`` aims at the exact target even so.
    layout, dual_mono
        As in `audiopost.jobs.measure.measure`.
    dither
        ``tpdf``, ``shaped`` or ``none``, where words are shortened.
    tags
        What to write besides: see `audiopost.jobs.loudness_tags.Tag`. A bext chunk that is there gets its loudness
        unasked.
    join
        Files that differ only in a channel's label are one programme, and are written back as such.
    tracks
        Sound tracks of films, from 1, that are one programme; it is put back under its picture.
    gate, dialogue_stem
        ``dialogue`` measures the loudness under speech too, found by an open detector, or by the stem.
    around
        The programme that an advert interrupts, for targets that compare the two.
    start, end, frames_per_second
        What is measured, as in `audiopost.jobs.extent.extent_between`: leader and 2-pop are left out so. All of a file
        is written, with its gain.
    gain_from
        A file whose gain for the target is given to these: M&E, a down-mix, alternates. Of the target their peaks and
        their form are judged.
    full_mix
        The mix that the stems ought to sum to: nothing is written where they do not.
    max_range_lu, max_riding_db
        Of level mode: the loudness range to come to, where it is not the target's (that of the dialogue, where `gate`
        or `dialogue_stem` finds it), and how far the gain may be ridden.
    report
        A JSON file to be made: the run with its settings, hashes, versions and traces (`audiopost.jobs.run_report`).
    jobs
        Files worked on at a time, where each has its own gain; one a processor unless given. No output depends on it.
    progress
        See `audiopost.jobs.job`.

    Returns
    -------
    tuple of GroupResult
        In the order of the files. A group that failed says so in `error`; the others are done.

    Raises
    ------
    UsageError, UnknownNameError, PresetError
        If the request itself is wrong; nothing has been written then.
    FileError
        If the output folder cannot be made.

    Notes
    -----
    Accuracy: linear mode is a product in float64 and one rounding to the word length of the output: at most half a
    step off, with TPDF dither (from the first sample on that needs it) one and a half. With limiting the written
    loudness is within 0.05 LU of its aim, found in at most ten passes, and the true peak under the ceiling by our
    meter.
    What the input carries beside its sound (bext, iXML, markers, tags) goes with it: see `audiopost.media.carried`.
    """
    named = [paths] if isinstance(paths, str | os.PathLike) else paths
    sources = _programmes([as_programme(path) for path in named], join, tracks)
    files = [file for source in sources for file in files_of(source)]
    listened = {"dialogue_stem": dialogue_stem, "around": around, "gain_from": gain_from, "full_mix": full_mix}
    others = {name: Path(path).absolute() for name, path in listened.items() if path is not None}
    settings = {
        "group": group, "mode": mode, "max_limiting_db": max_limiting_db, "format": format, "bits": bits, "rate": rate,
        "in_tolerance": in_tolerance, "layout": layout, "dual_mono": dual_mono, "dither": dither, "tags": list(tags),
        "gate": gate, "start": start, "end": end, "frames_per_second": frames_per_second,
        "max_range_lu": max_range_lu, "max_riding_db": max_riding_db, "channels": channels, "kind": kind,
        "join": join or any(isinstance(source, ChannelFiles) for source in sources),
        "tracks": list(tracks or next((source.tracks for source in sources if isinstance(source, VideoTracks)), ())),
        **{name: str(path) for name, path in others.items()},
    }  # fmt: skip
    wanted = target if isinstance(target, DeliveryTarget) else load_target(target)
    order = Order(
        wanted,
        OutputPlace(Path(output), exists, (*files, *others.values())),
        mode, max_limiting_db if mode != "linear" else 0.0, format, bits, rate, in_tolerance, layout, dual_mono, dither,
        tuple(tags),
        further=Further(dialogue=gate == "dialogue", dialogue_stem=dialogue_stem),
        extent=extent_between(start, end, frames_per_second),
        full_mix=others.get("full_mix"),
        levelling=Levelling(max_range_lu, RideLimits(max_riding_db)),
        channels=channels,
        kind=kind,
    )  # fmt: skip
    _check_words(order, group)
    _check_sources(sources)
    _check_companions(order, group, gate, sources, others)
    if report is not None:
        require_json_report(Path(report))
    refuse_collisions(_outputs(sources, order))
    hashes = {path: sha256_of(path) for path in (*files, *others.values()) if report is not None and path.is_file()}
    results = _all_groups(sources, group, _with_companions(order, others), progress, jobs or usual_jobs(len(sources)))
    if report is not None:
        of_sources = {path: hashes[path] for path in files if path in hashes}
        of_others = {path: hashes[path] for path in others.values() if path in hashes}
        write_report(Path(report), wanted, settings, of_sources, of_others, results)
    return results


def _programmes(sources: Sequence[ProgrammePath], join: bool, tracks: Sequence[int]) -> list[ProgrammePath]:
    """What the paths come to: tracks of films, channels joined where that is asked for."""
    if tracks:
        return [VideoTracks(files_of(source)[0], tuple(tracks)) for source in sources]
    if not join or any(not isinstance(source, Path) for source in sources):
        return list(sources)
    return list(join_channel_files([file for source in sources for file in files_of(source)]).programmes)


def _all_groups(
    sources: Sequence[ProgrammePath], group: str, order: Order, progress: Progress | None, jobs: int
) -> tuple[GroupResult, ...]:
    groups = [[[path]] for path in sources] if group == "each" else [[[path] for path in sources]]
    if group == "stems":
        groups = [[list(sources)]]
    with output_folder(order.place.folder):
        return side_by_side(lambda one, stage: bring_to_target(one, order, stage), groups, progress, jobs)


def _with_companions(order: Order, others: Mapping[str, Path]) -> Order:
    """The order with what has to be measured on other files first: the programme around, the gain of a mix."""
    if "around" in others:
        order = replace(order, around_lufs=measure(others["around"]).loudness.integrated_lufs)
    if "gain_from" not in others:
        return order
    mix = others["gain_from"]
    with tempfile.TemporaryDirectory(prefix="audiopost-") as folder:
        # Done to the end and thrown away: in limit mode only the written mix tells its gain.
        place = OutputPlace(Path(folder), "fail", (mix,))
        done = bring_to_target([[mix]], replace(order, place=place, in_tolerance="process"), Stage(None, ""))
    if done.error is not None:
        raise done.error
    assert done.gain_db is not None, "a group without an error has a gain"
    return replace(order, given_gain_db=done.gain_db, gain_from=mix.name, target=order.target.peaks_only())


def _check_companions(
    order: Order, group: str, gate: str, sources: Sequence[ProgrammePath], others: Mapping[str, Path]
) -> None:
    """What is wrong with the files beside those that are normalised; found before anything is measured."""
    if gate not in get_args(Gate):
        raise UsageError(f"unknown gate {gate!r}", mend="known: " + ", ".join(get_args(Gate)))
    if "full_mix" in others and group != "stems":
        raise UsageError("a full mix is compared with stems", "--full-mix", "give --group stems")
    if "gain_from" in others and order.mode == "level":
        raise UsageError("riding belongs to the programme that it was found on", "--gain-from", "use linear or limit")
    if "dialogue_stem" in others and group != "stems" and len(sources) > 1:
        raise UsageError("a dialogue stem belongs to one programme", "--dialogue-stem", "give one file at a time")
    if not 0.0 <= order.levelling.limits.most_db <= MOST_RIDING_DB:
        what = f"riding the gain by {order.levelling.limits.most_db:g} dB is out of range"
        raise UsageError(what, mend=f"allowed: 0 to {MOST_RIDING_DB:g} dB")
    if order.further.dialogue and order.further.dialogue_stem is None:
        from audiopost.loudness.speech_detector import require_speech_detector

        require_speech_detector()


def _check_words(order: Order, group: str) -> None:
    words = (
        ("group", group, get_args(Group)),
        ("mode", order.mode, get_args(GainMode)),
        ("in-tolerance", order.in_tolerance, get_args(InTolerance)),
        ("exists", order.place.exists, get_args(Exists)),
        ("bits", order.bits, (None, *get_args(Bits))),
        ("dither", order.dither, get_args(Dither)),
        ("kind", order.kind, (None, *get_args(FileKind))),
        *(("tag", tag, get_args(Tag)) for tag in order.tags),
    )
    for name, word, known in words:
        if word not in known:
            raise UsageError(f"unknown {name} {word!r}", mend="known: " + ", ".join(filter(None, known)))
    if order.format is not None:
        container_for(Path(), order.format)
    if order.channels is not None:
        folded_layout(order.channels)
    if order.rate is not None and order.rate <= 0:
        raise UsageError(f"{order.rate} Hz is no sample rate", mend="give a rate above 0")
    if not 0.0 <= order.max_limiting_db <= MOST_LIMITING_DB:
        what = f"limiting of {order.max_limiting_db:g} dB is out of range"
        raise UsageError(what, mend=f"allowed: 0 to {MOST_LIMITING_DB:g} dB")


def _check_sources(sources: Sequence[ProgrammePath]) -> None:
    if not sources:
        raise UsageError("no files were named", mend="name at least one")
    for index, path in enumerate(sources):
        if path in sources[:index]:
            raise UsageError(f"{Path(path)} was named twice", mend="name every file once")


def _outputs(sources: Sequence[ProgrammePath], order: Order) -> list[tuple[Path, Path]]:
    """Every input that can be read with each file of its output; what cannot be read fails in its own group."""
    outputs = []
    for path in sources:
        try:
            with open_programme(path) as reader:
                place = order.place_of(path, order.form(reader), settle_layout(reader, order.layout))
                outputs += [(Path(path), file) for file in files_of(place)]
        except AudiopostError:
            continue
    return outputs
