"""Figures as SVG text: the style that every picture shares. The door to matplotlib.

Conventions
-----------
- Line styles and shapes tell curves apart, not colours alone: a page printed in greyscale says the same.
- The same figure gives the same bytes: no dates, and identifiers from a fixed salt.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

__all__ = ["GROUND", "INK", "MARK", "PALE", "drawing", "few_ticks", "frequency_axis", "labelled_by", "svg_of"]

INK, PALE, MARK, GROUND = "#1b1f24", "#8a94a0", "#b3261e", "#cfe3d4"

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "audiopost",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "path.simplify": True,
    "axes.unicode_minus": False,
}


@contextmanager
def drawing(height_in: float, width_in: float = 7.4) -> Iterator[tuple[Figure, Any]]:
    """A figure and its axes in the house's style, for the body of a ``with``; turn it into text there."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.subplots()


def few_ticks(count: int, *, integer: bool = False) -> Any:
    """A locator that sets about so many ticks."""
    return MaxNLocator(count, integer=integer)


def labelled_by(label: Any) -> Any:
    """A formatter that asks ``label(value, position)``."""
    return FuncFormatter(label)


def frequency_axis(axes: Any, highest_hz: float) -> None:
    """A logarithmic axis from 20 Hz, labelled 100, 1k, 10k."""
    axes.set_xscale("log")
    axes.set_xlim(20.0, highest_hz)
    axes.xaxis.set_major_formatter(labelled_by(lambda hz, _: f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"))
    axes.set_xlabel("Hz")


def svg_of(figure: Figure) -> str:
    """The picture without its file's head, hidden from readers of screens: the caption beside it says what it shows."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    body = text.getvalue()
    body = body[body.index("<svg") :].replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"(\d+\.\d\d)\d+", r"\1", body)
    # The page has its own fonts; a list of ten in each of a thousand labels is a fifth of a large report.
    body = re.sub(r"font-family: [^;\"]*", "font-family: sans-serif", body)
    return re.sub(r"\s*\n\s*", "\n", body)
