"""A compressor for each of four bands.

Notes
-----
Latency: none. Realtime: one compiled pass for the crossovers, one for each band. Sources: `audiopost.dsp.crossover`,
`audiopost.dsp.gain_computer`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.crossover import BANDS, FourBands
from audiopost.dsp.detector import PeakHold
from audiopost.dsp.gain_computer import compress_by_peaks, time_constant
from audiopost.dsp.smoothing import Ramps
from audiopost.dsp.vector_code import LANES
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter

__all__ = ["MultibandCompressor"]

KNEE_DB = 6.0

_SPLITS = (("low", 120.0), ("mid", 1_000.0), ("high", 5_000.0))
_TIMES = ((20.0, 200.0), (10.0, 150.0), (5.0, 100.0), (2.0, 80.0))
"""Attack and release of each band in ms: a low band must not follow its own waveform."""


def _split(name: str, default_hz: float) -> Parameter:
    return Parameter(
        f"{name}_split_frequency_hz", default_hz, 20.0, 20_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
        summary="border between two bands",
    )  # fmt: skip


def _band(band: int, attack_ms: float, release_ms: float) -> tuple[Parameter, ...]:
    def level(name: str, default: float, low: float, high: float, summary: str) -> Parameter:
        return Parameter(
            f"band{band}_{name}", default, low, high, unit="dB", smoothing_ms=SMOOTHING_MS, summary=summary
        )

    def time(name: str, default: float, low: float, high: float, summary: str) -> Parameter:
        return Parameter(
            f"band{band}_{name}", default, low, high, unit="ms", taper="log", smoothing_ms=0.0, summary=summary
        )

    return (
        level("threshold_db", -24.0, -60.0, 0.0, "level at which the reduction begins, dBFS"),
        Parameter(
            f"band{band}_ratio", 2.0, 1.0, 100.0, taper="log", smoothing_ms=SMOOTHING_MS,
            summary="dB in for one dB out, above the threshold",
        ),
        time("attack_ms", attack_ms, 0.05, 500.0, "time to 63 % of more reduction"),
        time("release_ms", release_ms, 5.0, 5_000.0, "time to 63 % of less reduction"),
        level("gain_db", 0.0, -24.0, 24.0, "level of the band behind its compressor"),
    )  # fmt: skip


class _Names(NamedTuple):
    """Of the knobs of a band: made once, for the audio thread asks for them."""

    threshold: str
    ratio: str
    attack: str
    release: str
    gain: str


_NAMES = tuple(
    _Names(*(f"band{band}_{each}" for each in ("threshold_db", "ratio", "attack_ms", "release_ms", "gain_db")))
    for band in range(1, BANDS + 1)
)


class MultibandCompressor(Node):
    """Four bands, each with a compressor of its own: what is loud in one band does not lower another.

    The crossovers are Linkwitz-Riley filters of fourth order with compensated phase: with all ratios at 1 the output
    has the level of the input within 0.001 dB at every frequency, wherever the borders stand. The knee is 6 dB wide.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction of any band in the last block, in dB, 0 or more: for meters.
    """

    name = "multiband_compressor"
    summary = "Four compressors, one for each band; the bands sum flat."
    parameters = (
        *(_split(name, hz) for name, hz in _SPLITS),
        *(each for band, times in enumerate(_TIMES, 1) for each in _band(band, *times)),
    )

    gain_reduction_db = 0.0
    _crossover: FourBands | None = None

    def prepare(self, stream: StreamFormat) -> None:
        """Make crossovers, detectors and curves."""
        channels, rate, frames = stream.layout.channels, stream.sample_rate, stream.maximum_frames
        self._sample_rate = rate
        self._crossover = FourBands(channels, rate, SMOOTHING_MS, self._frequencies())
        self._bands = tuple(BlockMemory(channels, frames) for _ in range(BANDS))
        self._heard = BlockMemory(channels, frames)
        self._detectors = [PeakHold(rate) for _ in range(BANDS)]
        self._rows = np.zeros((3, frames + LANES), dtype=np.float32)
        self._states = [np.zeros(4, dtype=np.float64) for _ in range(BANDS)]
        self._ramps = [Ramps.lasting(4, SMOOTHING_MS, rate) for _ in range(BANDS)]
        self._compress = compress_by_peaks.ready()
        self._times = np.zeros((BANDS, 2), dtype=np.float64)
        for band in range(BANDS):
            self._steer(band, at_once=True)
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Split, compress, sum."""
        assert self._crossover is not None, "prepare comes before process"
        frames = block.shape[1]
        first, second, third, fourth = (memory.block(frames) for memory in self._bands)
        self._crossover.process(block, (first, second, third, fourth))
        heard, largest_db = self._heard.block(frames), 0.0
        for band, given in enumerate((first, second, third, fourth)):
            self._compress(
                given, given, out if band == 0 else heard, *self._detectors[band].maximum, self._ramps[band].state,
                self._times[band, 0], self._times[band, 1], self._states[band], self._rows,
            )  # fmt: skip
            if band:
                np.add(out, heard, out=out)
            largest_db = max(largest_db, float(self._states[band][1]))
        self.gain_reduction_db = largest_db

    def parameter_changed(self, name: str) -> None:
        """Glide to levels and borders, take times at once."""
        if self._crossover is None:
            return
        if name.startswith("band"):
            self._steer(int(name[4]) - 1, at_once=False)
        else:
            self._crossover.aim(self._frequencies())
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget all sound."""
        if self._crossover is not None:
            self._crossover.reset()
            for band in range(BANDS):
                self._detectors[band].reset()
                self._states[band].fill(0.0)
                self._ramps[band].finish()
            self.gain_reduction_db = 0.0

    def _frequencies(self) -> tuple[float, ...]:
        return tuple(self.values[f"{name}_split_frequency_hz"] for name, _ in _SPLITS)

    def _steer(self, band: int, *, at_once: bool) -> None:
        names, value = _NAMES[band], self.values
        move = self._ramps[band].jump if at_once else self._ramps[band].aim
        move(0, value[names.threshold])
        move(1, 1.0 - 1.0 / value[names.ratio])
        move(2, KNEE_DB)
        move(3, value[names.gain])
        self._times[band, 0] = time_constant(value[names.attack], self._sample_rate)
        self._times[band, 1] = time_constant(value[names.release], self._sample_rate)

    def _tail(self) -> int:
        """Six sections in a row at the lowest border: a Butterworth section decays by 120 dB within 20 / (2 pi f)."""
        return int(6 * 20.0 * self._sample_rate / (2.0 * np.pi * min(self._frequencies()))) + 1
