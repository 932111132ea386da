"""The matrix of a down-mix: how much of every channel is heard in every channel of a smaller layout. Pure.

A channel that the smaller layout has as well stays there at 0 dB. Any other one is folded to its heirs, step by
step, until it arrives::

    7.1.4                5.1               stereo                mono
    Ltf ─ height ──────▶ L ──────────────▶ L ──── -3 dB ───────▶ M
    Lss, Lrs ── 0 dB ──▶ Ls ─ surround ──▶ L
                         C ── centre ────▶ L and R
                         LFE ─ lfe ──────▶ L and R               (left out unless asked for)

Sources
-------
- ITU-R BS.775-4, Annex 4, table 2: 3/2 to 2/0 with C, Ls and Rs at 0.7071 (-3 dB); to 1/0 with L and R at 0.7071,
  C at 1 and the surrounds at 0.5, which is the -3 dB sum of that stereo (Lo and Ro). LFE is left out.
- The Recommendation ends at 3/2. What is beyond is stated here: side and rear pairs share Ls and Rs at 0 dB each, a
  rear centre goes to both at -3 dB, wides join L and R, channels above or below the ears join the one nearest in
  azimuth at the height level, a second LFE joins the first. Nothing is invented: a channel of the target that
  the source lacks stays silent, except that mono is laid into C, or without one into L and R at -3 dB.

The level of LFE is that in each of L and R, as those of C and the surrounds are; FFmpeg's ``lfe_mix_level`` means both
sides together and is 3 dB higher for the same sound. All else is what FFmpeg's resampler does to 5.0, 5.1 and 7.1.

Why no scaling against overload: a down-mix is judged and delivered at its own loudness, and a fixed scaling would
move it by up to 7.7 dB. Levels are set behind it, with a gain or a limiter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.errors import LayoutError
from audiopost.layouts import Layout, layout_named

__all__ = ["HALF_POWER", "FoldLevels", "downmix_matrix"]

HALF_POWER = math.sqrt(0.5)
"""-3.01 dB: 0.7071 in the Recommendation, which prints four digits."""


@dataclass(frozen=True)
class FoldLevels:
    """Amplitudes of what a down-mix folds: ITU-R BS.775-4 by default."""

    centre_linear: float = HALF_POWER
    """Of C in each of L and R."""
    surround_linear: float = HALF_POWER
    """Of Ls in L and of Rs in R."""
    height_linear: float = HALF_POWER
    """Of a channel above or below the ears in the one at ear level."""
    lfe_linear: float = 0.0
    """Of LFE in each of L and R."""


_Kind = Literal["as it is", "half power", "half", "centre", "surround", "height", "lfe"]

_HEIRS: dict[str, tuple[_Kind, tuple[str, ...]]] = {
    "C": ("centre", ("L", "R")),
    "Ls": ("surround", ("L",)), "Rs": ("surround", ("R",)),
    "Lss": ("as it is", ("Ls",)), "Rss": ("as it is", ("Rs",)),
    "Lrs": ("as it is", ("Ls",)), "Rrs": ("as it is", ("Rs",)),
    "Cs": ("half power", ("Ls", "Rs")),
    "Lw": ("as it is", ("L",)), "Rw": ("as it is", ("R",)),
    "Lc": ("half power", ("L", "C")), "Rc": ("half power", ("R", "C")),
    "Ltf": ("height", ("L",)), "Rtf": ("height", ("R",)), "Ctf": ("height", ("C",)),
    "Ltm": ("height", ("Ls",)), "Rtm": ("height", ("Rs",)),
    "Ltr": ("height", ("Ls",)), "Rtr": ("height", ("Rs",)), "Ctr": ("height", ("Cs",)),
    "Tc": ("half", ("Ltf", "Rtf", "Ltr", "Rtr")),
    "Lb": ("height", ("L",)), "Rb": ("height", ("R",)), "Cb": ("height", ("C",)),
    "LFE": ("lfe", ("L", "R")), "LFE2": ("as it is", ("LFE",)),
}  # fmt: skip
"""Label -> level, and the channels that take it over."""


def downmix_matrix(source: Layout, target: Layout, levels: FoldLevels | None = None) -> NDArray[np.float64]:
    """Amplitudes from every channel of `source` to every channel of `target`.

    Parameters
    ----------
    source
        Any layout of named loudspeakers.
    target
        Mono, or one with at least L and R.
    levels
        Those of ITU-R BS.775-4 if left out.

    Returns
    -------
    array, (channels of target, channels of source), float64

    Raises
    ------
    LayoutError
        If a channel of the source is no loudspeaker (Ambisonics, discrete channels).

    Examples
    --------
    >>> from audiopost.layouts import layout_named
    >>> downmix_matrix(layout_named("5.1"), layout_named("stereo")).round(4).tolist()
    [[1.0, 0.0, 0.7071, 0.0, 0.7071, 0.0], [0.0, 1.0, 0.7071, 0.0, 0.0, 0.7071]]
    >>> downmix_matrix(layout_named("5.1"), layout_named("mono")).round(4).tolist()
    [[0.7071, 0.7071, 1.0, 0.0, 0.5, 0.5]]
    """
    chosen = levels or FoldLevels()
    if target.channels == 1:
        if source.channels == 1:
            return np.ones((1, 1))
        stereo = downmix_matrix(source, layout_named("stereo"), chosen)
        mono: NDArray[np.float64] = HALF_POWER * stereo.sum(axis=0, keepdims=True)
        return mono
    amplitudes: dict[_Kind, float] = {
        "as it is": 1.0, "half power": HALF_POWER, "half": 0.5, "centre": chosen.centre_linear,
        "surround": chosen.surround_linear, "height": chosen.height_linear, "lfe": chosen.lfe_linear,
    }  # fmt: skip
    matrix = np.zeros((target.channels, source.channels))
    for column, label in enumerate(source.labels):
        if source.channels == 1:
            matrix[:, column] = _mono_column(target)
        elif label in _HEIRS or label in ("L", "R"):
            _fold(matrix[:, column], label, 1.0, target, amplitudes)
        else:
            raise LayoutError(
                f"{source} has no place for channel {label} in a down-mix",
                mend="name the layout of the loudspeakers, or render it to loudspeakers first",
            )
    return matrix


def _mono_column(target: Layout) -> NDArray[np.float64]:
    column = np.zeros(target.channels)
    if "C" in target.labels:
        column[target.labels.index("C")] = 1.0
    else:
        column[[target.labels.index("L"), target.labels.index("R")]] = HALF_POWER
    return column


def _fold(
    column: NDArray[np.float64], label: str, amplitude: float, target: Layout, amplitudes: dict[_Kind, float]
) -> None:
    if label in target.labels:
        column[target.labels.index(label)] += amplitude
        return
    kind, heirs = _HEIRS[label]
    for heir in heirs:
        _fold(column, heir, amplitude * amplitudes[kind], target, amplitudes)
