"""The form that a target asks for, as near to a file's own as it may be.

Only what costs nothing of the mix is chosen here: sample rate, word length, format, the order of the same channels, one
file or one a channel. Fewer channels are another mix, and somebody has to ask for it (`--channels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from audiopost.delivery.target import FormatRules
from audiopost.errors import UnknownNameError
from audiopost.layouts import layout_named
from audiopost.media.containers import CONTAINERS, Bits

__all__ = ["Form", "conforming"]

WORD_LENGTHS = get_args(Bits)
"""That are written, the shortest first."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Form:
    """How a programme lies in its files, in the words of `audiopost.delivery.programme.ProgrammeFacts`."""

    container: str
    bits: str
    sample_rate_hz: int
    layout: str
    files: str
    channels: int
    """In one file with all of them."""


def conforming(rules: FormatRules, form: Form) -> Form:
    """The form that keeps the rules; where a rule cannot be kept by conversion, that part stays as it is.

    Where there is a choice, the next longer word length and the next higher rate are taken, else the longest and the
    highest: as little as may be is lost.

    >>> rules = FormatRules(sample_rates_hz=(48_000,), bits=("24",), layouts=("5.1-film",), containers=("wav",))
    >>> conforming(rules, Form("flac", "16", 44_100, "5.1", "interleaved", 6))
    Form(container='wav', bits='24', sample_rate_hz=48000, layout='5.1-film', files='interleaved', channels=6)
    """
    files = rules.files or form.files
    channels = 1 if files == "discrete-mono" else form.channels
    containers = tuple(
        name for name in rules.containers if name in CONTAINERS and channels <= CONTAINERS[name].maximum_channels
    )
    lossless = tuple(name for name in containers if not CONTAINERS[name].lossy)
    container = form.container
    if rules.containers and container not in rules.containers:
        container = next(iter(lossless or containers), container)
    return Form(
        container,
        _next(form.bits, rules.bits, WORD_LENGTHS),
        _next(form.sample_rate_hz, rules.sample_rates_hz, sorted({form.sample_rate_hz, *rules.sample_rates_hz})),
        _reordered(form.layout, rules.layouts),
        files,
        form.channels,
    )


def _next(own: Value, allowed: Sequence[Value], scale: Sequence[Value]) -> Value:
    """The own value where it is allowed; else the next greater one on the scale, else the greatest."""
    on_scale = [value for value in scale if value in allowed]
    if own in allowed or own not in scale or not on_scale:
        return own
    greater = [value for value in on_scale if scale.index(value) > scale.index(own)]
    return greater[0] if greater else on_scale[-1]


def _reordered(name: str, allowed: Sequence[str]) -> str:
    """The allowed layout of the same loudspeakers; the own one where there is none."""
    if name in allowed:
        return name
    try:
        own = sorted(layout_named(name).labels)
        return next((other for other in allowed if sorted(layout_named(other).labels) == own), name)
    except UnknownNameError:
        return name
