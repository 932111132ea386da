"""What the stored outputs are made from: a third of a second, real and synthetic, and knobs that are turned in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node
from audiopost.graph.parameter import SettingValue
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import prepared, run, taken_layout
from tests.signals import exponential_sweep, white_noise

FOLDER = Path(__file__).parent
RESPONSE = FOLDER / "response.wav"
"""An impulse response for effects that want one: 20 ms of decaying noise, written by ``make``."""

TURN_FRAME = 9000

CASES: dict[str, dict[str, float]] = {
    "compressor": {"threshold_db": -40.0, "ratio": 6.0},
    "gate": {"threshold_db": -35.0},
    "highpass": {"frequency_hz": 400.0},
    "limiter": {"ceiling_dbtp": -20.0, "input_gain_db": 6.0},
    "delay": {"delay_ms": 35.0, "feedback_percent": 60.0, "mix_percent": 50.0},
    "reverb": {"predelay_ms": 3.0, "mix_percent": 60.0, "room_size_percent": 5.0},
    "mid_side": {"side_gain_db": 6.0},
    "pan": {"position": 0.4},
    "equalizer": {"low_gain_db": 5.0, "mid1_gain_db": -7.0, "mid2_gain_db": 4.0, "high_gain_db": -3.0},
    "peak": {"gain_db": 9.0},
    "low_shelf": {"gain_db": -9.0},
    "high_shelf": {"gain_db": 9.0},
    "gain": {"gain_db": -4.5},
    "early_reflections": {"wet_db": -14.0},
    "parametric_equalizer": {"band1_gain_db": -9.0, "band4_gain_db": 6.0, "band8_gain_db": 9.0},
    "linear_phase_equalizer": {"band1_gain_db": -9.0, "band4_gain_db": 6.0, "band8_gain_db": 9.0},
    "graphic_equalizer": {"band_200_hz_db": -9.0, "band_2000_hz_db": 6.0},
    "dynamic_equalizer": {f"band{band}_threshold_db": -50.0 for band in range(1, 5)},
    "tilt": {"tilt_db": 12.0},
    "multiband_compressor": {f"band{band}_threshold_db": -40.0 for band in range(1, 5)},
    "expander": {"threshold_db": -20.0},
    "transient_shaper": {"attack_db": 12.0, "sustain_db": -12.0},
    "de_esser": {"threshold_db": -20.0},
    "dialogue_leveler": {"response_s": 0.1},
    "ducker": {"attack_ms": 10.0},
    "plosive_control": {"split_frequency_hz": 300.0, "threshold_db": -15.0},
    "declick": {"threshold": 6.0},
    "declip": {"ceiling_dbfs": -13.0},
    "vocoder": {"gain_db": -14.0},
    "formant_shift": {"shift_semitones": 4.0},
    "ambisonic_beam": {"azimuth_deg": 90.0},
    "ambisonic_mirror": {"left_right_percent": 100.0},
    "ambisonic_rotate": {"yaw_deg": 120.0, "pitch_deg": 30.0},
    "panner": {"azimuth_deg": 70.0, "spread_deg": 20.0},
}
"""Knobs that differ from their defaults, so that the effect is heard. An effect that is not here plays its defaults."""

SETTINGS: dict[str, dict[str, SettingValue]] = {"ambisonic_encode": {"order": 1}}
"""A file holds eight channels."""


def names() -> tuple[str, ...]:
    """Every effect of this house: hosted ones change with their libraries, and other tests bring their own."""
    return tuple(
        name
        for name in CATALOGUE.names()
        if name != "plugin" and "." not in name and CATALOGUE.entry(name).make.__module__.startswith("audiopost.")
    )


def stored(name: str) -> Path:
    """The file of one effect."""
    return FOLDER / f"{name}.flac"


def material() -> AudioBlock:
    """Stereo, 48 kHz, 14 400 frames, peaks below -12 dBFS: speech, a sweep with clicks, noise."""
    speech, _ = read_audio(recording("Front_Center"))
    block = np.zeros((2, 14_400), dtype=np.float32)
    block[:, :7200] = speech[:, 12_000:19_200] * 0.5
    block[1, :7200] *= 0.5
    block[:, 7200:12_000] = exponential_sweep(0.2, 40.0, 16_000.0, 0.1)
    block[0, 8000], block[1, 9500] = 0.25, -0.25
    block[:, 12_000:13_200] = white_noise(2, 1200, peak_linear=0.2, seed=11)
    return block


def response() -> AudioBlock:
    """Decaying noise, mono."""
    return (white_noise(1, 960, seed=12) * np.exp(-np.arange(960) / 200.0)).astype(np.float32)


def played(name: str) -> AudioBlock:
    """The effect on the material; behind `TURN_FRAME` its first knob stands a tenth of its range lower, or higher."""
    entry = CATALOGUE.entry(name)
    settings: dict[str, SettingValue] = SETTINGS.get(name, {}) | {
        setting.name: str(RESPONSE) for setting in entry.settings if setting.kind == "path" and setting.default is None
    }
    layout = taken_layout(name, settings)
    node = prepared(name, layout, settings=settings, parameters=CASES.get(name))
    return run(node, np.ascontiguousarray(material_of(layout.channels)), turns=_turn(node))


def material_of(channels: int) -> AudioBlock:
    """The material in so many channels: a scene has more, which hear its two in turn, ever softer."""
    stereo = material()
    copies = [stereo * np.float32(0.5**number) for number in range(-(-channels // 2))]
    return np.concatenate(copies)[:channels]


def _turn(node: Node) -> dict[int, dict[str, float]]:
    if not node.parameters:
        return {}
    knob = node.parameters[0]
    tenth = 0.1 * (knob.maximum - knob.minimum)
    lower = node.values[knob.name] - tenth
    moved = lower if lower >= knob.minimum else min(knob.maximum, node.values[knob.name] + tenth)
    return {TURN_FRAME: {knob.name: moved}}
