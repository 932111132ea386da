"""The pictures of a report, as SVG: loudness and true peak over time, distribution of loudness, spectrum.

Conventions
-----------
- A curve longer than the picture is wide is drawn by the largest reading of each column, so that no peak is lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.report.page import Page
from audiopost.report.plotting import (
    GROUND,
    INK,
    MARK,
    PALE,
    drawing,
    few_ticks,
    frequency_axis,
    labelled_by,
    svg_of,
)
from audiopost.timecode import timecode_of_seconds

__all__ = ["Chart", "charts_of", "loudness_chart", "loudness_charts"]

COLUMNS = 400
"""Points along a curve: one for each two pixels of a page's width."""

COLUMNS_AMONG_MANY = 240
"""Likewise where there are hundreds of pictures: with more, a report of 500 files has more than ten megabytes."""


@dataclass(frozen=True)
class Chart:
    """A picture, and what it shows in words."""

    title: str
    caption: str
    svg: str
    half: bool = False
    """Whether it needs but half of the page's width."""


def charts_of(page: Page, *, frames_per_second: float | None = None) -> tuple[Chart, ...]:
    """Every picture that a page has something to show in."""
    if page.course is None:
        return ()
    drawn = (
        loudness_chart(page, frames_per_second=frames_per_second),
        _peak_chart(page, frames_per_second),
        _gain_chart(page, frames_per_second),
        _distribution_chart(page),
        _spectrum_chart(page),
    )
    return tuple(chart for chart in drawn if chart is not None)


def loudness_charts(page: Page, *, frames_per_second: float | None = None) -> tuple[Chart, ...]:
    """The picture of the loudness alone, for a page among very many."""
    if page.course is None:
        return ()
    chart = loudness_chart(page, frames_per_second=frames_per_second, columns=COLUMNS_AMONG_MANY)
    return () if chart is None else (chart,)


def loudness_chart(page: Page, *, frames_per_second: float | None = None, columns: int = COLUMNS) -> Chart | None:
    """Momentary and short-term loudness over time, the integrated loudness, and what the target asks of it."""
    assert page.course is not None, "asked for by `charts_of` and the overview, which look first"
    history, measurement = page.course.history, page.measurement
    times, short = _columns(history.time_s, history.short_term_lufs, columns)
    _, momentary = _columns(history.time_s, history.momentary_lufs, columns)
    if not np.any(np.isfinite(momentary)):
        return None
    with drawing(2.6) as (figure, axes):
        band = page.loudness_band
        if band is not None and (math.isfinite(band.lowest) or math.isfinite(band.highest)):
            low = band.lowest if math.isfinite(band.lowest) else -70.0
            high = band.highest if math.isfinite(band.highest) else 0.0
            axes.axhspan(low, high, color=GROUND, label="target, integrated", zorder=0)
        start_s = page.course.start_s
        axes.plot(start_s + times, momentary, color=PALE, linewidth=0.6, label="momentary")
        axes.plot(start_s + times, short, color=INK, linewidth=1.4, label="short-term")
        integrated = None if measurement is None else measurement.loudness.integrated_lufs
        if integrated is not None:
            axes.axhline(integrated, color=INK, linestyle=(0, (6, 3)), linewidth=1.0, label="integrated")
        gate = None if measurement is None else measurement.loudness.relative_threshold_lufs
        if gate is not None:
            axes.axhline(gate, color=INK, linestyle=":", linewidth=1.2, label="relative gate")
        top = float(np.nanmax(momentary))
        axes.set_ylim(max(-70.0, min(top - 36.0, (integrated if integrated is not None else top) - 24.0)), top + 3.0)
        axes.set_ylabel("LUFS")
        _time_axis(axes, start_s, history.time_s, frames_per_second)
        _legend(axes)
        svg = svg_of(figure)
    words = f"Loudness over time; integrated {_level(integrated, 'LUFS')}."
    if band is not None:
        asked = _band_words(band.lowest, band.highest)
        words += f" The shaded band is what the target asks of the integrated loudness: {asked} LUFS."
    return Chart("Loudness over time", words, svg)


def _peak_chart(page: Page, frames_per_second: float | None) -> Chart | None:
    assert page.course is not None
    history, start_s = page.course.history, page.course.start_s
    times, peaks = _columns(history.time_s, history.true_peak_dbtp)
    heard = np.isfinite(peaks)
    if not np.any(heard):
        return None
    top = float(peaks[heard].max())
    bottom = max(-70.0, top - 40.0)
    with drawing(1.9) as (figure, axes):
        axes.fill_between(
            start_s + times, np.maximum(np.where(heard, peaks, bottom), bottom), bottom, color=PALE, linewidth=0
        )
        words = f"True peak of every 100 ms; the highest is {top:.1f} dBTP."
        if page.ceiling_dbtp is not None:
            axes.axhline(page.ceiling_dbtp, color=MARK, linestyle=(0, (6, 3)), linewidth=1.0, label="ceiling")
            over = np.where(heard, peaks, -np.inf) > page.ceiling_dbtp + 0.005
            if np.any(over):
                axes.plot(start_s + times[over], peaks[over], "v", color=MARK, markersize=5, label="over")
            count = len(page.peaks) + page.peaks_left_out
            passages = "1 passage lies" if count == 1 else f"{count or 'no'} passages lie"
            words += f" The ceiling is {page.ceiling_dbtp:.1f} dBTP; {passages} over it."
            _legend(axes)
        axes.set_ylim(bottom, max(top, page.ceiling_dbtp if page.ceiling_dbtp is not None else top) + 2.0)
        axes.set_ylabel("dBTP")
        _time_axis(axes, start_s, history.time_s, frames_per_second)
        return Chart("True peak over time", words, svg_of(figure))


def _gain_chart(page: Page, frames_per_second: float | None) -> Chart | None:
    """What riding and limiting did, where they did anything."""
    gain = page.gain
    if gain is None or not (np.any(gain.riding_db) or np.any(gain.limiting_db)):
        return None
    times_s = np.asarray((np.arange(gain.limiting_db.size) + 0.5) / 10.0, dtype=np.float64)
    starts = np.linspace(0, times_s.size, min(COLUMNS, times_s.size), endpoint=False).astype(int)
    limiting = np.minimum.reduceat(gain.limiting_db, starts)
    with drawing(1.7) as (figure, axes):
        shown = gain.start_s + times_s[starts]
        axes.fill_between(shown, limiting, 0.0, color=PALE, linewidth=0, label="limiting")
        words = f"The limiter takes at most {-float(gain.limiting_db.min()):.1f} dB."
        if np.any(gain.riding_db):
            axes.plot(shown, gain.riding_db[starts], color=INK, label="riding")
            low, high = float(gain.riding_db.min()), float(gain.riding_db.max())
            words += f" The gain is ridden between {low:+.1f} and {high:+.1f} dB."
        axes.set_ylabel("dB")
        _time_axis(axes, gain.start_s, times_s, frames_per_second)
        _legend(axes)
        return Chart("Gain over time", words, svg_of(figure))


def _distribution_chart(page: Page) -> Chart | None:
    """How often each short-term loudness occurs: what the loudness range is read from."""
    assert page.course is not None
    levels = page.course.history.short_term_lufs
    levels = levels[np.isfinite(levels) & (levels >= -70.0)]
    if levels.size < 10:
        return None
    edges = np.arange(math.floor(levels.min()), math.ceil(levels.max()) + 1.5)
    counts, _ = np.histogram(levels, edges)
    with drawing(1.9, width_in=3.6) as (figure, axes):
        axes.bar(edges[:-1] + 0.5, 100.0 * counts / levels.size, width=0.9, color=PALE)
        axes.set_xlabel("short-term loudness, LUFS")
        axes.set_ylabel("% of the time")
        axes.grid(visible=False, axis="x")
        axes.xaxis.set_major_locator(few_ticks(7, integer=True))
        svg = svg_of(figure)
    range_lu = None if page.measurement is None else page.measurement.loudness.loudness_range_lu
    words = f"How often each short-term loudness occurs; the loudness range is {_level(range_lu, 'LU')}."
    return Chart("Distribution of loudness", words, svg, half=True)


def _spectrum_chart(page: Page) -> Chart | None:
    assert page.course is not None
    centres, levels = page.course.band_centres_hz, page.course.band_levels_db
    heard = np.isfinite(levels)
    if not np.any(heard):
        return None
    top = float(levels[heard].max())
    with drawing(1.9, width_in=3.6) as (figure, axes):
        axes.plot(centres, np.maximum(np.where(heard, levels, -200.0), top - 90.0), color=INK)
        axes.set_ylim(top - 80.0, top + 5.0)
        frequency_axis(axes, float(centres[-1]) * 1.1)
        axes.set_ylabel("dB in 1/6 octave")
        svg = svg_of(figure)
    loudest = float(centres[int(np.argmax(np.where(heard, levels, -np.inf)))])
    words = f"Mean level in bands of a sixth of an octave; the strongest is at {loudest:.0f} Hz."
    return Chart("Average spectrum", words, svg, half=True)


def _columns(
    times: NDArray[np.float64], levels: NDArray[np.float64], columns: int = COLUMNS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most so many readings, each the largest of those it stands for."""
    if levels.size <= columns:
        return times, levels
    starts = np.linspace(0, levels.size, columns, endpoint=False).astype(int)
    known = np.where(np.isnan(levels), -np.inf, levels)
    largest = np.maximum.reduceat(known, starts)
    unknown = np.logical_and.reduceat(np.isnan(levels), starts)
    return times[starts], np.where(unknown, math.nan, largest)


def _time_axis(axes: Any, start_s: float, times: NDArray[np.float64], frames_per_second: float | None) -> None:
    axes.set_xlim(start_s, start_s + float(times[-1]))
    axes.xaxis.set_major_locator(few_ticks(8))

    def label(seconds: float, _: int) -> str:
        text = timecode_of_seconds(max(0.0, seconds), frames_per_second)
        return text if frames_per_second is not None else text.removesuffix(".000").removeprefix("0:")

    axes.xaxis.set_major_formatter(labelled_by(label))


def _legend(axes: Any) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=6, frameon=False, fontsize=8, handlelength=2.2)


def _level(value: float | None, unit: str) -> str:
    return "undefined" if value is None else f"{value:.1f} {unit}"


def _band_words(low: float, high: float) -> str:
    if not math.isfinite(low):
        return f"{high:.1f} at most"
    return f"{low:.1f} or more" if not math.isfinite(high) else f"{low:.1f} to {high:.1f}"
