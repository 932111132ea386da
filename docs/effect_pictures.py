"""The picture of an effect: how it answers to frequencies, to levels, or over time, measured on the effect itself.

An effect is shown by what it is for: a filter by its frequency response, a dynamics effect by the level that comes
out for each level that goes in, a room or an echo by how its impulse dies away, a generator by its spectrum, everything
else by what becomes of a burst of a tone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.signal

from audiopost.blocks import AudioBlock
from audiopost.dsp.spherical import harmonics, unit_vectors
from audiopost.errors import AudiopostError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import EffectEntry
from audiopost.report.plotting import INK, PALE, drawing, frequency_axis, svg_of
from audiopost.ui.curves import DYNAMICS, FILTERS
from audiopost.units import db_to_linear, linear_to_db, powers_to_db

RATE_HZ = 48_000
HEIGHT_IN = 2.4

SHOWN: dict[str, dict[str, float]] = {
    "peak": {"gain_db": 6.0}, "high_shelf": {"gain_db": 6.0}, "low_shelf": {"gain_db": 6.0},
    "equalizer": {"low_gain_db": 4.0, "mid1_gain_db": -4.0, "mid2_gain_db": 4.0, "high_gain_db": -3.0},
    "parametric_equalizer": {"band1_gain_db": -6.0, "band4_gain_db": 5.0, "band8_gain_db": 6.0},
    "linear_phase_equalizer": {"band1_gain_db": -6.0, "band4_gain_db": 5.0, "band8_gain_db": 6.0},
    "graphic_equalizer": {"band_100_hz_db": -6.0, "band_1000_hz_db": 6.0, "band_4000_hz_db": -6.0},
    "dynamic_equalizer": {"band3_threshold_db": -40.0, "band3_ratio": 4.0},
    "tilt": {"tilt_db": 6.0}, "transient_shaper": {"attack_db": 9.0, "sustain_db": -9.0},
    "declip": {"ceiling_dbfs": -10.5, "gain_db": 0.0}, "dialogue_leveler": {"response_s": 0.3},
    "pedalboard.PeakFilter": {"gain_db": 6.0}, "pedalboard.HighShelfFilter": {"gain_db": 6.0},
    "pedalboard.LowShelfFilter": {"gain_db": 6.0},
    "flanger": {"depth_ms": 0.0}, "phaser": {"depth_octaves": 0.0}, "distance": {"distance_m": 100.0},
    "early_reflections": {"dry_db": -120.0}, "formant_shift": {"shift_semitones": 5.0},
    "harmonizer": {"voice2_level_db": -60.0, "dry_level_db": -60.0, "voice1_level_db": 0.0},
}  # fmt: skip
"""Effects whose defaults do nothing, or move too much to be drawn: what they are shown with."""

SHOWN_BY_RESPONSE = FILTERS | {"distance", "flanger", "phaser"}
SHOWN_BY_LEVELS = DYNAMICS | {"saturation", "pedalboard.Clipping", "pedalboard.Distortion"}
SPACE = {
    "blur",
    "granular",
    "reverb",
    "delay",
    "early_reflections",
    "comb",
    "resonator",
    "pedalboard.Reverb",
    "pedalboard.Delay",
}
LEADERS = {"slate", "two_pop"}
"""Effects that take ten seconds."""
MOVING = {"tremolo", "fly_by", "whoosh", "impact", "beep", "slate", "two_pop"}
REPAIRED = {"declick", "declip"}
AROUND = {"ambisonic_beam", "ambisonic_decode"}
"""Effects that hear a scene: seen by what they make of a source that goes round it."""
VOICED = {"formant_shift", "harmonizer"}
"""Effects that are seen on a vowel."""
AT_THE_EAR = {"binaural"}
SCENE_ORDER = 3
SCENE_ORDERS = (1, 2, 3, 4, 5)
"""Of the scenes that are drawn."""
RIDDEN = {"breath_control", "denoise", "dereverb", "dialogue_leveler", "speech_gate", "transient_shaper"}
"""Effects that are seen in the course of a level."""
UNSEEN = {
    "spectral_morph",
    "freeze",
    "polarity",
    "time_align",
    "haas",
    "stereo_width",
    "blend",
    "bus",
    "meter",
    "mid_side",
    "channel",
    "channel_map",
    "downmix",
    "place",
    "mid_side_encode",
    "mid_side_decode",
    "ambisonic_convert",
    "ambisonic_encode",
    "ambisonic_mirror",
    "ambisonic_rotate",
    "ambisonic_uhj",
    "object_panner",
    "panner",
    "plugin",
}
"""Effects about channels, and those that change nothing: a curve says nothing of them."""


@dataclass(frozen=True)
class Picture:
    """The figure as text, and what it shows in words."""

    svg: str
    caption: str


def picture_of(entry: EffectEntry) -> Picture | None:
    """The picture; None for an effect that a curve says nothing about, or that needs a file first."""
    if entry.name in UNSEEN or any(setting.default is None for setting in entry.settings):
        return None
    known = {parameter.name for parameter in entry.parameters}
    turned = {name: value for name, value in SHOWN.get(entry.name, {}).items() if name in known}
    graph = Graph.of(entry.name, turned)
    draw: Callable[[EffectEntry, Graph, str], Picture] = _burst
    if entry.name in SHOWN_BY_RESPONSE:
        draw = _response
    elif entry.name in SHOWN_BY_LEVELS:
        draw = _levels
    elif entry.name in SPACE:
        draw = _decay
    elif entry.name in MOVING:
        draw = _movement
    elif entry.name in AROUND:
        draw = _around
    elif entry.name in AT_THE_EAR:
        draw = _at_the_ear
    elif entry.name in REPAIRED:
        draw = _repair
    elif entry.name in RIDDEN:
        draw = _course
    elif entry.name in VOICED:
        draw = _vowel
    elif entry.generates:
        draw = _spectrum
    with_values = ", ".join(f"{name} {value:g}" for name, value in turned.items()) or "default settings"
    try:
        return draw(entry, graph, with_values)
    except AudiopostError as error:
        raise RuntimeError(f"{entry.name} cannot be drawn: {error}") from error


def _rendered(graph: Graph, block: AudioBlock) -> AudioBlock:
    return graph.render(block, RATE_HZ, layout="mono" if block.shape[0] == 1 else "stereo", tail=False)


def _response(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    impulse = np.zeros((1, RATE_HZ), np.float32)
    impulse[0, 0] = 0.25
    spectrum = np.fft.rfft(_rendered(graph, impulse)[0].astype(np.float64) / 0.25)
    levels = powers_to_db(np.abs(spectrum) ** 2)
    frequencies = np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ)
    chosen = np.unique(np.geomspace(20, 20_000, 400).astype(int))
    with drawing(HEIGHT_IN) as (figure, axes):
        axes.plot(frequencies[chosen], levels[chosen], color=INK)
        frequency_axis(axes, 20_000.0)
        axes.set_ylim(max(-60.0, float(levels[chosen].min()) - 3.0), float(levels[chosen].max()) + 3.0)
        axes.set_ylabel("dB")
        return Picture(svg_of(figure), f"Measured frequency response of {entry.name}, {values}.")


def _around(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    azimuths = np.arange(-180.0, 181.0)
    where = unit_vectors(azimuths, np.zeros_like(azimuths))
    with drawing(HEIGHT_IN) as (figure, axes):
        for order in SCENE_ORDERS:
            scene = harmonics(order, where).T.astype(np.float32)
            heard = graph.render(scene, RATE_HZ, layout=f"ambisonics-{order}")[0].astype(np.float64)
            axes.plot(azimuths, powers_to_db(np.maximum(heard**2, 1e-6)), label=f"order {order}")
        axes.legend(loc="lower left", ncols=len(SCENE_ORDERS))
        axes.set_xlim(180.0, -180.0)
        axes.set_ylim(-48.0, 3.0)
        axes.set_xlabel("azimuth of the source, degrees to the left")
        axes.set_ylabel("dB")
        who = "the left loudspeaker" if entry.name == "ambisonic_decode" else entry.name
        caption = f"Level of a source that goes round a scene, as {who} plays it, by the order of the scene, {values}."
        return Picture(svg_of(figure), caption)


def _at_the_ear(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    click = np.zeros((1, RATE_HZ // 4), np.float32)
    click[0, RATE_HZ // 100] = 1.0
    frequencies = np.fft.rfftfreq(click.shape[1], 1 / RATE_HZ)
    with drawing(HEIGHT_IN) as (figure, axes):
        for azimuth, place in ((90.0, "left"), (0.0, "ahead"), (-90.0, "right")):
            placed = Graph.of("ambisonic_encode", {"azimuth_deg": azimuth}, {"order": SCENE_ORDER})
            left, _ = (placed >> graph).render(click, RATE_HZ)
            axes.plot(frequencies[5:], powers_to_db(np.abs(np.fft.rfft(left.astype(np.float64))) ** 2)[5:], label=place)
        axes.legend(loc="lower left", ncols=3)
        frequency_axis(axes, 20_000.0)
        axes.set_ylabel("dB")
        caption = f"Level at the left ear behind {entry.name}, by where the source is, {values}."
        return Picture(svg_of(figure), caption)


def _levels(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    entering = np.arange(-70.0, 0.5, 2.0)
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    leaving = []
    for level in entering:
        tone = (db_to_linear(float(level)) * np.sin(2 * np.pi * 1000.0 * time_s)).astype(np.float32)[np.newaxis]
        heard = _rendered(graph, tone)[0, -RATE_HZ // 10 :].astype(np.float64)
        leaving.append(max(-100.0, linear_to_db(float(np.sqrt(2.0 * np.mean(heard**2))))))
    with drawing(3.2, 4.2) as (figure, axes):
        axes.plot(entering, entering, color=PALE, linestyle=":", linewidth=1.0)
        axes.plot(entering, leaving, color=INK)
        axes.set_xlim(-70.0, 0.0)
        axes.set_ylim(-70.0, max(3.0, max(leaving) + 3.0))
        axes.set_xlabel("in, dBFS")
        axes.set_ylabel("out, dBFS")
        caption = f"Level of a 1 kHz tone behind {entry.name} against its level before it, {values}."
        return Picture(svg_of(figure), caption)


def _decay(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    impulse = np.zeros((1, 3 * RATE_HZ), np.float32)
    impulse[0, 0] = 1.0
    heard = np.abs(_rendered(graph, impulse)[0].astype(np.float64))
    peaks = heard.reshape(300, -1).max(axis=1)
    levels = np.maximum(powers_to_db(peaks**2), -90.0)
    with drawing(HEIGHT_IN) as (figure, axes):
        axes.fill_between(np.arange(300) / 100.0, levels, -90.0, color=PALE, linewidth=0)
        axes.set_xlim(0.0, 3.0)
        axes.set_ylim(-90.0, 3.0)
        axes.set_xlabel("s")
        axes.set_ylabel("dB")
        return Picture(svg_of(figure), f"What follows an impulse through {entry.name}, {values}.")


def _movement(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    seconds = 12 if entry.name in LEADERS else 5
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(seconds * RATE_HZ) / RATE_HZ).astype(np.float32)
    heard = _rendered(graph, np.stack((tone, tone))).astype(np.float64)
    levels = np.maximum(powers_to_db(2.0 * np.mean(heard.reshape(2, 100 * seconds, -1) ** 2, axis=2)), -60.0)
    with drawing(HEIGHT_IN) as (figure, axes):
        time_s = np.arange(100 * seconds) / 100.0
        axes.plot(time_s, levels[0], color=INK, label="left")
        axes.plot(time_s, levels[1], color=PALE, linestyle="--", label="right")
        axes.set_xlim(0.0, seconds)
        axes.set_ylim(-50.0, 3.0)
        axes.set_xlabel("s")
        axes.set_ylabel("dBFS")
        axes.legend(loc="upper right", frameon=False, ncols=2)
        return Picture(svg_of(figure), f"Level of a steady tone behind {entry.name}, {values}.")


def _spectrum(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    from audiopost.dsp.octave_spectrum import OctaveSpectrum, band_centres_hz

    spectrum = OctaveSpectrum(RATE_HZ)
    spectrum.process(_rendered(graph, np.zeros((1, 5 * RATE_HZ), np.float32)))
    levels = spectrum.levels_db()
    top = float(levels[np.isfinite(levels)].max())
    with drawing(HEIGHT_IN) as (figure, axes):
        axes.plot(band_centres_hz(RATE_HZ), np.maximum(levels, top - 80.0), color=INK)
        frequency_axis(axes, 24_000.0)
        axes.set_ylim(top - 60.0, top + 5.0)
        axes.set_ylabel("dB in 1/6 octave")
        return Picture(svg_of(figure), f"Spectrum of {entry.name} over 5 s, {values}.")


def _repair(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    frames = RATE_HZ // 10
    time_s = np.arange(frames) / RATE_HZ
    damaged = (0.5 * np.sin(2 * np.pi * 220.0 * time_s)).astype(np.float32)[np.newaxis]
    if entry.name == "declip":
        damaged = np.clip(damaged, -0.3, 0.3)
    else:
        damaged[0, [1000, 1001, 1002, 1500, 1501]] += (0.4, -0.5, 0.3, -0.6, -0.3)
    heard = _rendered(graph, damaged)[0]
    shown = slice(700, 1700)
    with drawing(HEIGHT_IN) as (figure, axes):
        axes.plot(1000.0 * time_s[shown], damaged[0, shown], color=PALE, linewidth=1.0, label="in")
        axes.plot(1000.0 * time_s[shown], heard[shown], color=INK, linewidth=1.0, label="out")
        axes.set_xlabel("ms")
        axes.legend(loc="upper right", frameon=False, ncols=2)
        return Picture(svg_of(figure), f"A damaged tone of 220 Hz before (pale) and behind {entry.name}, {values}.")


def _vowel(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    vowel = (0.3 * _said(2 * RATE_HZ)).astype(np.float32)[np.newaxis]
    middle = slice(RATE_HZ // 2, RATE_HZ // 2 + RATE_HZ // 5)
    with drawing(HEIGHT_IN) as (figure, axes):
        for each, colour, label in ((vowel, PALE, "in"), (_rendered(graph, vowel), INK, "out")):
            power = np.abs(np.fft.rfft(each[0, middle] * np.hanning(RATE_HZ // 5))) ** 2
            frequency_hz = np.fft.rfftfreq(RATE_HZ // 5, 1.0 / RATE_HZ)
            axes.plot(frequency_hz, powers_to_db(power + 1e-6), color=colour, linewidth=1.0, label=label)
        axes.set_xlim(0.0, 4_000.0)
        axes.set_ylim(-20.0, 60.0)
        axes.set_xlabel("Hz")
        axes.set_ylabel("dB")
        axes.legend(loc="upper right", frameon=False, ncols=2)
        return Picture(svg_of(figure), f"Spectrum of a vowel before (pale) and behind {entry.name}, {values}.")


def _said(frames: int, repeated: int = 1) -> AudioBlock:
    """A vowel at 100 Hz, its peak at 1."""
    sound = np.zeros(frames)
    sound[:: RATE_HZ // 100] = 1.0
    for centre_hz in (700.0, 1220.0, 2600.0):
        radius, angle = np.exp(-np.pi * 90.0 / RATE_HZ), 2.0 * np.pi * centre_hz / RATE_HZ
        sound = scipy.signal.lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(angle), radius**2], sound)
    return np.tile(sound / np.abs(sound).max(), repeated)


def _course(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    frames, hop = 4 * RATE_HZ, RATE_HZ // 50
    time_s = np.arange(frames) / RATE_HZ
    since_s = time_s % 1.0
    bursts = np.where(since_s < 0.4, 1.0, np.exp(-(since_s - 0.4) / 0.09)) * np.where(time_s < 2.0, 0.5, 0.1)
    noise = np.random.default_rng(1).normal(0.0, 0.004, frames)
    what = "decaying tones over noise"
    if entry.name == "breath_control":
        noise, what = 0.01 * noise + 0.1 * _breaths(since_s), "decaying tones with breaths between them"
    tone = np.sin(2 * np.pi * 440.0 * time_s)
    if entry.name == "speech_gate":
        tone, what = np.where(time_s < 2.0, _said(2 * RATE_HZ, 2), 25.0 * noise), "two words and two bursts of noise"
        bursts = np.maximum(bursts, 5.0 * bursts * (time_s > 2.0))
    sound = (bursts * tone + noise).astype(np.float32)[np.newaxis]
    levels = [
        powers_to_db((each.astype(np.float64) ** 2).reshape(-1, hop).mean(axis=1) + 1e-12)
        for each in (sound[0], _rendered(graph, sound)[0])
    ]
    with drawing(HEIGHT_IN) as (figure, axes):
        for each, colour, label in zip(levels, (PALE, INK), ("in", "out"), strict=True):
            axes.plot(np.arange(each.size) * hop / RATE_HZ, each, color=colour, linewidth=1.0, label=label)
        axes.set_xlim(0.0, 4.0)
        axes.set_xlabel("s")
        axes.set_ylabel("dBFS")
        axes.legend(loc="upper right", frameon=False, ncols=2)
        caption = f"Level of {what} before (pale) and behind {entry.name}, {values}."
        return Picture(svg_of(figure), caption)


def _breaths(since_s: AudioBlock) -> AudioBlock:
    """Noise between 0.5 and 4 kHz that swells and fades in the last third of every second."""
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(0.0, 1.0, since_s.size))
    frequencies_hz = np.fft.rfftfreq(since_s.size, 1.0 / RATE_HZ)
    spectrum[(frequencies_hz < 500.0) | (frequencies_hz > 4_000.0)] = 0.0
    swell = np.sin(np.pi * np.clip((since_s - 0.65) / 0.35, 0.0, 1.0))
    return swell * np.fft.irfft(spectrum, since_s.size)


def _burst(entry: EffectEntry, graph: Graph, values: str) -> Picture:
    frames = RATE_HZ // 10
    time_s = np.arange(frames) / RATE_HZ
    shape = np.sin(np.pi * np.clip(time_s / 0.06, 0.0, 1.0)) ** 2
    burst = (0.5 * shape * np.sin(2 * np.pi * 220.0 * time_s)).astype(np.float32)[np.newaxis]
    heard = _rendered(graph, burst)[0]
    with drawing(HEIGHT_IN) as (figure, axes):
        step = slice(None, None, 8)
        axes.plot(1000.0 * time_s[step], burst[0, step], color=PALE, linewidth=0.8, label="in")
        axes.plot(1000.0 * time_s[step], heard[:frames][step], color=INK, linewidth=1.0, label="out")
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("ms")
        axes.legend(loc="upper right", frameon=False, ncols=2)
        return Picture(svg_of(figure), f"A burst of 220 Hz before (pale) and behind {entry.name}, {values}.")
