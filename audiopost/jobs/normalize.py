"""Files to a delivery target: one gain for each file, for an album, or for stems that sum to the programme.

::

    measure ─▶ plan (delivery.gain_plan) ─▶ write ─▶ measure what was written ─▶ judge ─▶ publish
                       └─ refusal: nothing is written      └─ correct, write again

What a group holds differs, what is done to it does not: every group is a row of programmes that get one gain, and
every programme is a file or the sum of its stems.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from audiopost.delivery.gain_plan import MOST_LIMITING_DB, GainMode, InTolerance
from audiopost.delivery.target import DeliveryTarget
from audiopost.dsp.dither import Dither
from audiopost.errors import AudiopostError, UsageError
from audiopost.jobs.gain_group import Order, bring_to_target
from audiopost.jobs.job import Progress, Stage
from audiopost.jobs.loudness_tags import Tag
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.outputs import OutputPlace, output_folder, refuse_collisions
from audiopost.library.targets import load_target
from audiopost.media.audio_file import open_audio
from audiopost.media.containers import Bits, container_for
from audiopost.media.new_file import Exists

__all__ = ["Group", "GroupResult", "normalize"]

Group = Literal["each", "album", "stems"]

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
    exists: Exists = "fail",
    in_tolerance: InTolerance = "copy",
    layout: str | None = None,
    dual_mono: bool = False,
    dither: Dither = "tpdf",
    tags: Sequence[Tag] = (),
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
        ``each``: every file by itself. ``album``: one gain for all, from the loudness of all their blocks together.
        ``stems``: the files sound together; one gain, and one limiter curve, found on their sum.
    mode, max_limiting_db
        As in `audiopost.delivery.gain_plan.plan_gain`.
    format, bits, rate
        Of the output; the input's by default. `rate` in Hz.
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
    loudness is within 0.05 LU of its aim, found in at most six passes, and the true peak under the ceiling by our
    meter.
    What the input carries beside its sound (bext, iXML, markers, tags) goes with it: see `audiopost.media.carried`.
    """
    sources = [Path(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
    order = Order(
        target if isinstance(target, DeliveryTarget) else load_target(target),
        OutputPlace(Path(output), exists, tuple(sources)),
        mode, max_limiting_db if mode == "limit" else 0.0, format, bits, rate, in_tolerance, layout, dual_mono, dither,
        tuple(tags),
    )  # fmt: skip
    _check_words(order, group)
    _check_sources(sources)
    refuse_collisions(_outputs(sources, order))
    groups = [[[path]] for path in sources] if group == "each" else [[[path] for path in sources]]
    if group == "stems":
        groups = [[sources]]
    whole = Stage(progress, "measuring")
    with output_folder(order.place.folder):
        return tuple(
            bring_to_target(one, order, whole.part(index / len(groups), (index + 1) / len(groups)))
            for index, one in enumerate(groups)
        )


def _check_words(order: Order, group: str) -> None:
    words = (
        ("group", group, get_args(Group)),
        ("mode", order.mode, get_args(GainMode)),
        ("in-tolerance", order.in_tolerance, get_args(InTolerance)),
        ("exists", order.place.exists, get_args(Exists)),
        ("bits", order.bits, (None, *get_args(Bits))),
        ("dither", order.dither, get_args(Dither)),
        *(("tag", tag, get_args(Tag)) for tag in order.tags),
    )
    for name, word, known in words:
        if word not in known:
            raise UsageError(f"unknown {name} {word!r}", mend="known: " + ", ".join(filter(None, known)))
    if order.format is not None:
        container_for(Path(), order.format)
    if order.rate is not None and order.rate <= 0:
        raise UsageError(f"{order.rate} Hz is no sample rate", mend="give a rate above 0")
    if not 0.0 <= order.max_limiting_db <= MOST_LIMITING_DB:
        what = f"limiting of {order.max_limiting_db:g} dB is out of range"
        raise UsageError(what, mend=f"allowed: 0 to {MOST_LIMITING_DB:g} dB")


def _check_sources(sources: Sequence[Path]) -> None:
    if not sources:
        raise UsageError("no files were named", mend="name at least one")
    for index, path in enumerate(sources):
        if path in sources[:index]:
            raise UsageError(f"{path} was named twice", mend="name every file once")


def _outputs(sources: Sequence[Path], order: Order) -> dict[Path, Path]:
    """The output of every input that can be read; what cannot be read fails in its own group."""
    outputs = {}
    for path in sources:
        try:
            with open_audio(path) as reader:
                outputs[path] = order.place.path_of(path, order.form(reader).suffix)
        except AudiopostError:
            continue
    return outputs
