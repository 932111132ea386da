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
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

from audiopost.delivery.gain_plan import GainMode, InTolerance
from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings, Gate, Tag
from audiopost.delivery.target import DeliveryTarget
from audiopost.dsp.dither import Dither
from audiopost.errors import AudiopostError, UsageError
from audiopost.jobs.extent import extent_between
from audiopost.jobs.fold import folded_layout
from audiopost.jobs.further_measures import Further
from audiopost.jobs.gain_group import Order, bring_to_target
from audiopost.jobs.group_files import sha256_of
from audiopost.jobs.job import Progress, Stage, settle_layout
from audiopost.jobs.measure import measure
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.outputs import OutputPlace, kept_apart, output_folder, refuse_collisions
from audiopost.jobs.run_report import require_json_report, write_report
from audiopost.jobs.side_by_side import side_by_side, usual_jobs
from audiopost.library.targets import load_target
from audiopost.media.adm_choice import as_heard
from audiopost.media.containers import Bits, FileKind, container_for
from audiopost.media.joined_files import ChannelFiles, join_channel_files, open_programme
from audiopost.media.new_file import Exists
from audiopost.media.programme_files import ProgrammePath, as_programme, files_of, is_rendered
from audiopost.media.video_tracks import VideoTracks

__all__ = ["Gate", "Group", "GroupResult", "normalize"]

Group = Literal["each", "album", "stems"]


def normalize(
    paths: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    target: DeliveryTarget | str | Path,
    output: str | os.PathLike[str],
    *,
    group: Group = "each",
    mode: GainMode = "linear",
    max_limiting_db: float = USUAL_DELIVERY.max_limiting_db,
    format: str | None = None,  # noqa: A002 - the word that users know
    bits: Bits | None = None,
    rate: int | None = None,
    channels: str | None = None,
    kind: FileKind | None = None,
    exists: Exists = "fail",
    in_tolerance: InTolerance = "copy",
    conform: bool = False,
    write_anyway: bool = False,
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
    trim: bool = False,
    gain_from: str | os.PathLike[str] | None = None,
    full_mix: str | os.PathLike[str] | None = None,
    max_range_lu: float | None = None,
    max_riding_db: float = USUAL_DELIVERY.max_riding_db,
    report: str | os.PathLike[str] | None = None,
    lasting: bool = True,
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
        Folder for the results, made if missing. A result bears the name of its input; where two inputs have the same
        name, every result keeps the folders in which the inputs differ (``reel-1/mix.wav``, ``reel-2/mix.wav``).
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
    conform
        Form that the target asks for, where a file has another and nothing else is said: format, word length, sample
        rate, the order of the same channels, one file or one a channel.
    write_anyway
        Write also what the target will not accept in rules that no gain mends (form, length, range); the result says
        what fails. Else it is refused, and nothing is written.
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
        is written, with its gain, unless `trim` is set.
    trim
        Only that part is written; time references and markers move with its head.
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
    lasting
        False where the results are moved on at once: they need not be on the disk when they get their names.
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
    wanted = target if isinstance(target, DeliveryTarget) else load_target(target)
    sources = [as_heard(source, layout, wanted.measured_on) for source in sources]
    files = [file for source in sources for file in files_of(source)]
    listened = {"dialogue_stem": dialogue_stem, "around": around, "gain_from": gain_from, "full_mix": full_mix}
    others = {name: Path(path).absolute() for name, path in listened.items() if path is not None}
    settings = DeliverySettings(
        mode=mode, max_limiting_db=max_limiting_db, max_range_lu=max_range_lu, max_riding_db=max_riding_db,
        in_tolerance=in_tolerance, conform=conform, write_anyway=write_anyway, layout=layout, dual_mono=dual_mono,
        format=format, bits=bits, rate=rate, channels=channels, kind=kind, dither=dither, tags=tuple(tags), gate=gate,
        start=start, end=end, frames_per_second=frames_per_second, trim=trim,
    )  # fmt: skip
    order = Order(
        wanted,
        OutputPlace(Path(output), exists, (*files, *others.values()), lasting),
        settings,
        further=Further(dialogue=gate == "dialogue", dialogue_stem=dialogue_stem),
        extent=extent_between(start, end, frames_per_second),
        full_mix=others.get("full_mix"),
    )
    _check_words(order, group, sources)
    _check_sources(sources, group)
    _check_companions(order, group, sources, others)
    if report is not None:
        require_json_report(Path(report))
    order, folders = _placed(sources, order)
    hashes = {path: sha256_of(path) for path in (*files, *others.values()) if report is not None and path.is_file()}
    with ExitStack() as opened:
        for folder in folders:
            opened.enter_context(output_folder(folder))
        results = _all_groups(
            sources, group, _with_companions(order, others), progress, jobs or usual_jobs(len(sources))
        )
    if report is not None:
        of_sources = {path: hashes[path] for path in files if path in hashes}
        of_others = {path: hashes[path] for path in others.values() if path in hashes}
        write_report(
            Path(report), wanted, _words_of_run(settings, group, sources, others), of_sources, of_others, results
        )
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
    return side_by_side(lambda one, stage: bring_to_target(one, order, stage), groups, progress, jobs)


def _words_of_run(
    settings: DeliverySettings, group: str, sources: Sequence[ProgrammePath], others: Mapping[str, Path]
) -> dict[str, Any]:
    """All keywords that the run is done again with, as plain data."""
    tracks = next((source.tracks for source in sources if isinstance(source, VideoTracks)), ())
    return {
        **settings.as_words(),
        "group": group,
        "join": any(isinstance(source, ChannelFiles) for source in sources),
        "tracks": list(tracks),
        **{name: str(path) for name, path in others.items()},
    }


def _with_companions(order: Order, others: Mapping[str, Path]) -> Order:
    """The order with what has to be measured on other files first: the programme around, the gain of a mix."""
    if "around" in others:
        order = replace(order, around_lufs=measure(others["around"]).loudness.integrated_lufs)
    if "gain_from" not in others:
        return order
    mix = others["gain_from"]
    with tempfile.TemporaryDirectory(prefix="audiopost-") as folder:
        # Done to the end and thrown away: in limit mode only the written mix tells its gain.
        place = OutputPlace(Path(folder), "fail", (mix,), lasting=False)
        settings = replace(order.settings, in_tolerance="process", write_anyway=True)
        done = bring_to_target([[mix]], replace(order, place=place, settings=settings), Stage(None, ""))
    if done.error is not None:
        raise done.error
    assert done.gain_db is not None, "a group without an error has a gain"
    return replace(order, given_gain_db=done.gain_db, gain_from=mix.name, target=order.target.peaks_only())


def _check_companions(order: Order, group: str, sources: Sequence[ProgrammePath], others: Mapping[str, Path]) -> None:
    """What is wrong with the files beside those that are normalised; found before anything is measured."""
    if "full_mix" in others and group != "stems":
        raise UsageError("a full mix is compared with stems", "--full-mix", "give --group stems")
    if "gain_from" in others and order.settings.mode == "level":
        raise UsageError("riding belongs to the programme that it was found on", "--gain-from", "use linear or limit")
    if "dialogue_stem" in others and group != "stems" and len(sources) > 1:
        raise UsageError("a dialogue stem belongs to one programme", "--dialogue-stem", "give one file at a time")
    if order.further.dialogue and order.further.dialogue_stem is None:
        from audiopost.loudness.speech_detector import require_speech_detector

        require_speech_detector()


def _check_words(order: Order, group: str, sources: Sequence[ProgrammePath]) -> None:
    for name, word, known in (("group", group, get_args(Group)), ("exists", order.place.exists, get_args(Exists))):
        if word not in known:
            raise UsageError(f"unknown {name} {word!r}", mend="known: " + ", ".join(known))
    if order.settings.mode == "level" and group == "album" and len(sources) > 1:
        # Riding narrows one course of loudness; pieces of an album, and reels that may be heard apart, have one each.
        raise UsageError("riding the gain is a matter of one programme", "--mode level", "use --group each or stems")
    if order.settings.format is not None:
        container_for(Path(), order.settings.format)
    if order.settings.channels is not None:
        folded_layout(order.settings.channels)


def _check_sources(sources: Sequence[ProgrammePath], group: str) -> None:
    if not sources:
        raise UsageError("no files were named", mend="name at least one")
    if group == "stems" and any(is_rendered(source) for source in sources):
        raise UsageError("a programme of objects is no stem", "--group stems", "take its tracks as they lie: --adm off")
    for index, path in enumerate(sources):
        if path in sources[:index]:
            raise UsageError(f"{Path(path)} was named twice", mend="name every file once")


def _placed(sources: Sequence[ProgrammePath], order: Order) -> tuple[Order, list[Path]]:
    """The order with inputs of one name kept apart by their folders, and every folder that results will lie in."""
    outputs = _outputs(sources, order)
    if len({output for _, output in outputs}) < len(outputs):
        order = replace(order, place=kept_apart(order.place, [file for source in sources for file in files_of(source)]))
        outputs = _outputs(sources, order)
    refuse_collisions(outputs)
    return order, sorted({order.place.folder, *(output.parent for _, output in outputs)})


def _outputs(sources: Sequence[ProgrammePath], order: Order) -> list[tuple[Path, Path]]:
    """Every input that can be read with each file of its output; what cannot be read fails in its own group."""
    outputs = []
    for path in sources:
        try:
            with open_programme(path) as reader:
                own = order.conformed(reader)
                layout = reader.layout if reader.renderer else settle_layout(reader, own.settings.layout)
                place = own.place_of(path, own.form(reader), layout)
                outputs += [(Path(path), file) for file in files_of(place)]
        except AudiopostError:
            continue
    return outputs
