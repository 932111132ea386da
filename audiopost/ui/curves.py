"""The curve of an effect as it stands: what a filter does to each frequency, what a dynamics effect does to each level.

Measured on the effect itself, made once more beside the one that plays: no formula is written a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from audiopost.errors import AudiopostError
from audiopost.graph.offline import render
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.units import db_to_linear, linear_to_db, powers_to_db

__all__ = ["DYNAMICS", "FILTERS", "Curve", "curve_of", "svg_of"]

FILTERS = frozenset({
    "highpass", "lowpass", "high_shelf", "low_shelf", "peak", "equalizer", "parametric_equalizer",
    "linear_phase_equalizer", "graphic_equalizer", "dynamic_equalizer", "tilt", "dehum", "dc_removal",
    "pedalboard.HighpassFilter", "pedalboard.LowpassFilter", "pedalboard.HighShelfFilter",
    "pedalboard.LowShelfFilter", "pedalboard.PeakFilter", "pedalboard.LadderFilter",
})  # fmt: skip
DYNAMICS = frozenset({
    "compressor", "gate", "limiter", "multiband_compressor", "expander", "pedalboard.Compressor",
    "pedalboard.NoiseGate", "pedalboard.Limiter", "pedalboard.BrickwallLimiter",
})  # fmt: skip

RATE_HZ = 48_000
POINTS = 96
_FRAMES = 16_384
_LEVELS_DB = np.arange(-60.0, 0.5, 4.0)
_TONE_FRAMES = 12_000


@dataclass(frozen=True)
class Curve:
    """Points from 0 to 1 both ways, drawn from the left and from below, and what they show in words."""

    kind: str
    """``response`` (20 Hz to 20 kHz, -24 to +24 dB) or ``levels`` (-60 to 0 dBFS both ways)."""
    points: tuple[tuple[float, float], ...]
    words: str


def curve_of(node: NodeSpec) -> Curve | None:
    """The curve of a node as it stands; None for an effect that a curve says nothing about, or that cannot be made."""
    if node.bypass:
        return None
    alone = GraphSpec.series(("node", node))
    try:
        if node.effect in FILTERS:
            return _response(alone)
        if node.effect in DYNAMICS:
            return _levels(alone)
    except AudiopostError:
        return None
    return None


def _response(alone: GraphSpec) -> Curve:
    impulse = np.zeros((1, _FRAMES), np.float32)
    impulse[0, 0] = 0.25
    heard = render(alone, impulse, RATE_HZ, "mono", threads=1)[0].astype(np.float64) / 0.25
    frequencies = np.geomspace(20.0, 20_000.0, POINTS)
    bins = np.clip(np.round(frequencies * _FRAMES / RATE_HZ).astype(int), 1, _FRAMES // 2)
    levels = powers_to_db(np.abs(np.fft.rfft(heard)[bins]) ** 2)
    heights = np.clip((levels + 24.0) / 48.0, 0.0, 1.0)
    strongest, weakest = float(levels.max()), float(levels.min())
    words = f"frequency response, {max(-99.0, weakest):.0f} to {strongest:+.0f} dB"
    return Curve("response", _joined(np.linspace(0.0, 1.0, POINTS), heights), words)


def _levels(alone: GraphSpec) -> Curve:
    time_s = np.arange(_TONE_FRAMES) / RATE_HZ
    tone = np.sin(2.0 * np.pi * 1000.0 * time_s)
    leaving = []
    for level in _LEVELS_DB:
        heard = render(alone, (db_to_linear(float(level)) * tone).astype(np.float32), RATE_HZ, "mono", threads=1)
        leaving.append(linear_to_db(float(np.sqrt(2.0 * np.mean(heard[0, -2400:].astype(np.float64) ** 2)))))
    heights = np.clip((np.array(leaving) + 60.0) / 60.0, 0.0, 1.0)
    words = f"level curve: 0 dBFS comes out at {leaving[-1]:.0f} dBFS"
    return Curve("levels", _joined((_LEVELS_DB + 60.0) / 60.0, heights), words)


def _joined(across: np.ndarray, heights: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in zip(across, heights, strict=True))


def svg_of(curve: Curve) -> str:
    """The curve as a picture, with its middle line (0 dB) or the line of what is left as it was."""
    points = " ".join(
        f"{'L' if index else 'M'}{100 * x:.1f} {40 - 40 * y:.1f}" for index, (x, y) in enumerate(curve.points)
    )
    middle = (
        '<line x1="0" y1="20" x2="100" y2="20"/>'
        if curve.kind == "response"
        else '<line x1="0" y1="40" x2="100" y2="0"/>'
    )
    box = 'class="ap-curve" viewBox="0 0 100 40" preserveAspectRatio="none" role="img"'
    return f'<svg {box} aria-label="{escape(curve.words)}">{middle}<path d="{points}"/></svg>'
