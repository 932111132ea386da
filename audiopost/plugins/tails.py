"""How long pedalboard's built-ins ring after their input ends: pure functions of their parameters.

Each takes the parameters (our names and units) and the sample rate in Hz, and returns frames until full-scale
input has decayed below -120 dBFS (`REVERB_FLOOR_DB` for the reverb), or `ENDLESS`. They are upper bounds,
derived from the poles or the delays of the algorithm and checked against the real ones by a test.

Sources: the analogue prototypes of the RBJ cookbook filters; the comb lengths and feedback range of Freeverb.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

__all__ = ["ENDLESS", "Tail", "chorus", "delay", "first_order", "ladder", "none", "peak", "phaser", "reverb", "shelf"]

ENDLESS = -1
"""Rings for ever."""

SILENCE_LINEAR = 1e-6
"""-120 dBFS."""

DECAY_TIMES = math.log(1.0 / SILENCE_LINEAR)
"""Time constants until silence."""

REVERB_FLOOR_LINEAR = 1e-5
"""-100 dBFS. Freeverb's guard against denormals leaves a constant residual near -119 dBFS."""

LONGEST_COMB_S = 1640 / 44_100
"""The longest of Freeverb's combs (1617 samples and 23 of stereo spread, at 44.1 kHz)."""

Tail = Callable[[Mapping[str, float], float], int]


def none(values: Mapping[str, float], sample_rate: float) -> int:  # noqa: ARG001 - one signature for all
    """No tail: silent input gives silent output at once."""
    return 0


def first_order(values: Mapping[str, float], sample_rate: float) -> int:
    """One real pole at the cut-off."""
    return _decay(1.0 / (2.0 * math.pi * values["cutoff_frequency_hz"]), sample_rate)


def peak(values: Mapping[str, float], sample_rate: float) -> int:
    """Poles of the bell: their quality is q times the root of the gain."""
    root = _root_of_gain(values)
    return _second_order(values["cutoff_frequency_hz"], values["q"] * root, sample_rate)


def shelf(lift: int) -> Tail:
    """Poles of a shelf: they move with the root of the gain, down for a low shelf (-1), up for a high one (+1)."""

    def tail(values: Mapping[str, float], sample_rate: float) -> int:
        pole_hz = values["cutoff_frequency_hz"] * math.sqrt(_root_of_gain(values)) ** lift
        return _second_order(pole_hz, values["q"], sample_rate)

    return tail


def ladder(values: Mapping[str, float], sample_rate: float) -> int:
    """Measured: at most 12 s Hz over the cut-off up to half resonance; beyond, it may oscillate by itself."""
    if values["resonance"] > 0.5 or values["drive"] > 10.0:
        return ENDLESS
    return math.ceil(15.0 / values["cutoff_hz"] * sample_rate)


def delay(values: Mapping[str, float], sample_rate: float) -> int:
    """Echoes until the feedback has eaten them."""
    return _echoes(values["delay_s"], values["feedback"], sample_rate)


def chorus(values: Mapping[str, float], sample_rate: float) -> int:
    """A delay line whose length swings by up to 10 ms about its centre."""
    longest_s = (values["centre_delay_ms"] + 10.0 * values["depth"] + 1.0) / 1000.0
    return _echoes(longest_s, values["feedback"], sample_rate)


def phaser(values: Mapping[str, float], sample_rate: float) -> int:
    """Six all-pass filters of first order in a loop, which may swing down to 20 Hz."""
    slowest_s = 1.0 / (2.0 * math.pi * 20.0)
    # Six equal poles fall below -120 dB after 28 time constants; each turn through the loop takes their group delay.
    return math.ceil(28.0 * slowest_s * sample_rate) + _echoes(12.0 * slowest_s, values["feedback"], sample_rate)


def reverb(values: Mapping[str, float], sample_rate: float) -> int:
    """The longest comb, without its damping."""
    if values["freeze_mode"] >= 0.5:
        return ENDLESS
    feedback = 0.7 + 0.28 * values["room_size"]
    turns = math.log(REVERB_FLOOR_LINEAR) / math.log(feedback)
    return math.ceil((turns + 2.0) * LONGEST_COMB_S * sample_rate)


def _root_of_gain(values: Mapping[str, float]) -> float:
    return float(10.0 ** (values["gain_db"] / 40.0))


def _second_order(frequency_hz: float, quality: float, sample_rate: float) -> int:
    """The slower of a pole pair: complex above a quality of one half, two real ones below."""
    turn = 2.0 * math.pi * frequency_hz
    return _decay(max(2.0 * quality / turn, 1.0 / (turn * quality)), sample_rate)


def _decay(time_constant_s: float, sample_rate: float) -> int:
    return math.ceil((DECAY_TIMES + 2.0) * time_constant_s * sample_rate)


def _echoes(delay_s: float, feedback: float, sample_rate: float) -> int:
    loss = abs(feedback)
    if loss >= 1.0:
        return ENDLESS
    turns = math.ceil(math.log(SILENCE_LINEAR) / math.log(loss)) if loss > SILENCE_LINEAR else 0
    return math.ceil((turns + 1) * delay_s * sample_rate) + 1
