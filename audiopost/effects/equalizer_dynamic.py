"""An equaliser whose bands are lowered by their own level.

Notes
-----
Latency: none. Realtime: one compiled pass. All channels move by one gain in each band. Source:
`audiopost.dsp.dynamic_bands`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.dynamic_bands import BELL, HIGH_SHELF, LOW_SHELF, RAMPS, run_dynamic_bands
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.dynamics import level_parameter, time_parameter
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["DynamicEqualizer"]

KINDS = {"bell": BELL, "low_shelf": LOW_SHELF, "high_shelf": HIGH_SHELF}

_DEFAULTS = (("low_shelf", 120.0), ("bell", 400.0), ("bell", 3_000.0), ("high_shelf", 8_000.0))
BANDS = len(_DEFAULTS)


class _Names(NamedTuple):
    """Of the knobs of a band: made once, for the audio thread asks for them."""

    frequency: str
    q: str
    gain: str
    threshold: str
    ratio: str
    attack: str
    release: str


_KNOBS = ("frequency_hz", "q", "gain_db", "threshold_db", "ratio", "attack_ms", "release_ms")
_NAMES = tuple(_Names(*(f"band{band}_{knob}" for knob in _KNOBS)) for band in range(1, BANDS + 1))


def _parameters_of(names: _Names, frequency_hz: float) -> tuple[Parameter, ...]:
    return (
        Parameter(
            names.frequency, frequency_hz, 20.0, 20_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="centre of a bell, corner of a shelf",
        ),
        Parameter(
            names.q, 1.0, 0.2, 10.0, taper="log", smoothing_ms=SMOOTHING_MS,
            summary="width of a bell: higher is narrower; a shelf has none",
        ),
        level_parameter(names.gain, 0.0, -24.0, 24.0, "gain while the band is quiet"),
        level_parameter(names.threshold, -30.0, -80.0, 0.0, "level within the band from which it is lowered, dBFS"),
        Parameter(
            names.ratio, 2.0, 1.0, 20.0, taper="log", smoothing_ms=SMOOTHING_MS,
            summary="dB in for one dB out, above the threshold; 1: a plain equaliser",
        ),
        time_parameter(names.attack, 10.0, 0.1, 500.0, "time to 63 % of more reduction"),
        time_parameter(names.release, 120.0, 5.0, 5_000.0, "time to 63 % of less reduction"),
    )  # fmt: skip


class DynamicEqualizer(Node):
    """Four bands, each lowered by what is louder than its threshold within it: it acts only where and when it must.

    A resonance that comes and goes with a word, a boom that only some notes have, a harsh region of a voice when it is
    loud. The level of a band is that of a sine at its frequency; a steady one that lies 12 dB over the threshold leaves
    6 dB lower at a ratio of 2.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction of any band in the last block, in dB, 0 or more: for meters.
    """

    name = "dynamic_equalizer"
    summary = "Four bands that lower what is too loud within them, and only then."
    parameters = tuple(
        each for names, (_, hz) in zip(_NAMES, _DEFAULTS, strict=True) for each in _parameters_of(names, hz)
    )
    settings = tuple(
        Setting(f"band{band}_kind", "text", kind, choices=("bell", "low_shelf", "high_shelf"), summary="shape")
        for band, (kind, _) in enumerate(_DEFAULTS, 1)
    )
    gain_reduction_db = 0.0
    _ramps: Ramps | None = None

    def prepare(self, stream: StreamFormat) -> None:
        """Make filters and curves."""
        channels = stream.layout.channels
        self._sample_rate = stream.sample_rate
        kinds = [KINDS[str(self.setting_values[f"band{band}_kind"])] for band in range(1, BANDS + 1)]
        self._kinds = np.array(kinds, dtype=np.int64)
        self._ramps = Ramps.lasting(RAMPS * BANDS, SMOOTHING_MS, stream.sample_rate)
        self._times = np.zeros((BANDS, 2), dtype=np.float64)
        self._rows = np.zeros((BANDS, 5), dtype=np.float64)
        self._states = np.zeros((BANDS, channels, 2), dtype=np.float64)
        self._levels = np.zeros((BANDS, 3), dtype=np.float64)
        self._now = np.zeros((2, channels), dtype=np.float64)
        self._run = run_dynamic_bands.ready()
        for band in range(BANDS):
            self._steer(band)
        self._ramps.finish()
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Filter, find levels, change."""
        assert self._ramps is not None, "prepare comes before process"
        self._run(
            block, out, self._kinds, self._ramps.state, self._times, self._rows, self._states, self._levels, self._now,
            float(self._sample_rate),
        )  # fmt: skip
        self.gain_reduction_db = float(self._levels[:, 2].max())

    def parameter_changed(self, name: str) -> None:
        """Glide, take times at once."""
        if self._ramps is not None:
            self._steer(int(name[4]) - 1)
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget all sound."""
        if self._ramps is not None:
            self._ramps.finish()
            self._states.fill(0.0)
            self._levels.fill(0.0)
            self.gain_reduction_db = 0.0

    def _steer(self, band: int) -> None:
        assert self._ramps is not None
        names, value, first = _NAMES[band], self.values, band * RAMPS
        self._ramps.aim(first, math.log(value[names.frequency]))
        self._ramps.aim(first + 1, math.log(value[names.q]))
        self._ramps.aim(first + 2, value[names.gain])
        self._ramps.aim(first + 3, value[names.threshold])
        self._ramps.aim(first + 4, 1.0 - 1.0 / value[names.ratio])
        self._times[band, 0] = time_constant(value[names.attack], self._sample_rate)
        self._times[band, 1] = time_constant(value[names.release], self._sample_rate)

    def _tail(self) -> int:
        """A section decays by 120 dB within 14 q / (pi f); a shelf's double pole within 17 / (2 pi f)."""
        total = 0.0
        for names in _NAMES:
            total += max(5.0 * self.values[names.q], 3.0) / self.values[names.frequency]
        return math.ceil(total * self._sample_rate)
