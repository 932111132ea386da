"""What a chain does to the level of a sound: the figures by which chains are tuned, and the law that they keep.

::

    sound ──┬───────────▶ meter ─▶ before
            └▶ chain ───▶ meter ─▶ after        change = after - before, in integrated loudness

A chain that says nothing of its level keeps it within `LEVEL_KEPT_LU`: put in and taken out, it is heard for what it
does and not for being louder. One that is meant to change it says why (``level_change``). None goes over its ceiling:
that of the limiter at its end, else full scale.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from audiopost.blocks import AudioBlock, as_block
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import BLOCK_FRAMES
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import OUTPUT, GraphSpec
from audiopost.jobs.measure import measure_samples
from audiopost.layouts import Layout, default_layout
from audiopost.loudness.result import Loudness
from audiopost.media.audio_file import read_audio

__all__ = ["LEVEL_KEPT_LU", "ChainCheck", "ceiling_dbtp", "check_chain", "check_chain_on_file"]

LEVEL_KEPT_LU = 1.0
"""A change of loudness that is hardly noticed from one listening to the next."""

METERS_DIFFER_DB = 0.1
"""What a true-peak limiter and a true-peak meter may differ by: each interpolates with a filter of its own."""


@dataclass(frozen=True)
class ChainCheck:
    """A sound before and after a chain."""

    before: Loudness
    after: Loudness
    ceiling_dbtp: float
    """The true peak that the chain promises."""
    level_change: str
    """Why the chain's level changes, in its own words; empty: it is to stay."""
    latency_ms: float
    """By which live sound comes later; a rendered file is not late."""
    non_finite_samples: int
    """NaN and infinite values that effects made, each replaced by 0."""

    @property
    def change_lu(self) -> float | None:
        """How much louder it became; None where either has no loudness (silence, or shorter than 0.4 s)."""
        if self.before.integrated_lufs is None or self.after.integrated_lufs is None:
            return None
        return self.after.integrated_lufs - self.before.integrated_lufs

    @property
    def neutral_gain_db(self) -> float | None:
        """The gain at the chain's end that would keep the level, as long as nothing behind it limits."""
        return None if self.change_lu is None else -self.change_lu

    def faults(self) -> tuple[str, ...]:
        """What is wrong, with its mend; none for a chain that keeps the law."""
        found = []
        if self.non_finite_samples:
            found.append(f"its effects make {self.non_finite_samples} samples that are no numbers")
        over_db = self.after.true_peak_dbtp - self.ceiling_dbtp
        if over_db > METERS_DIFFER_DB:
            found.append(
                f"its true peak of {self.after.true_peak_dbtp:.1f} dBTP is {over_db:.1f} dB over its ceiling: "
                f"put a limiter at its end, or lower it"
            )
        if self.change_lu is not None and not self.level_change and abs(self.change_lu) > LEVEL_KEPT_LU:
            found.append(
                f"it changes the loudness by {self.change_lu:+.1f} LU: put a gain of {-self.change_lu:+.1f} dB at its "
                f"end, or say in level_change why it is meant"
            )
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is undefined is None."""
        return {
            "before_lufs": self.before.integrated_lufs,
            "after_lufs": self.after.integrated_lufs,
            "change_lu": self.change_lu,
            "neutral_gain_db": self.neutral_gain_db,
            "level_change": self.level_change,
            "true_peak_dbtp": self.after.true_peak_dbtp,
            "ceiling_dbtp": self.ceiling_dbtp,
            "latency_ms": self.latency_ms,
            "non_finite_samples": self.non_finite_samples,
            "faults": list(self.faults()),
            "passed": not self.faults(),
        }


def ceiling_dbtp(spec: GraphSpec) -> float:
    """The true peak that a drawing holds its output to: its last limiter's ceiling, or 0 dBTP where none stands last.

    >>> from audiopost import effects as fx
    >>> ceiling_dbtp(fx.gain() >> fx.limiter(ceiling_dbtp=-2)), ceiling_dbtp(fx.limiter(ceiling_dbtp=-2) >> fx.gain())
    (-2.0, 0.0)
    """
    leaving = [edge for edge in spec.edges if edge.target == OUTPUT]
    last = dict(spec.nodes).get(leaving[0].source) if len(leaving) == 1 else None
    if last is None or last.effect != "limiter" or last.bypass:
        return 0.0
    default = next(each.default for each in CATALOGUE.entry("limiter").parameters if each.name == "ceiling_dbtp")
    return min(0.0, dict(last.parameters).get("ceiling_dbtp", default) + leaving[0].gain_db)


def check_chain(
    spec: GraphSpec,
    samples: ArrayLike,
    sample_rate: int,
    layout: Layout | None = None,
    *,
    before: Loudness | None = None,
) -> ChainCheck:
    """Run a sound through a drawing and measure it on both sides, over the length of the sound.

    Parameters
    ----------
    samples : array, (channels, frames) or (frames,)
        Full scale 1.0.
    sample_rate
        In Hz.
    layout
        Without it, what the number of channels most likely means.
    before
        Loudness of the samples, where it is known from an earlier check.

    Raises
    ------
    UsageError
        If the drawing is wrong, or the layout does not fit it.
    """
    block = as_block(samples)
    chosen = layout or default_layout(block.shape[0])
    with closing(GraphRenderer(spec, StreamFormat(sample_rate, chosen, BLOCK_FRAMES))) as renderer:
        rendered = _rendered(renderer, block)
        return ChainCheck(
            before=before or measure_samples(block, sample_rate, chosen),
            after=measure_samples(rendered, sample_rate, renderer.output_layout),
            ceiling_dbtp=ceiling_dbtp(spec),
            level_change=spec.level_change,
            latency_ms=1000.0 * renderer.latency_frames / sample_rate,
            non_finite_samples=renderer.non_finite_samples,
        )


def check_chain_on_file(spec: GraphSpec, path: str | os.PathLike[str]) -> ChainCheck:
    """`check_chain` on a whole file; raises FileError if it cannot be read."""
    samples, sample_rate = read_audio(path)
    return check_chain(spec, samples, sample_rate)


def _rendered(renderer: GraphRenderer, block: AudioBlock) -> AudioBlock:
    """The output as long as the input, its latency cut."""
    latency = renderer.latency_frames
    given = np.pad(block, ((0, 0), (0, latency)))
    out = np.empty((renderer.output_layout.channels, given.shape[1]), np.float32)
    renderer.process(given, out)
    return np.ascontiguousarray(out[:, latency:])
