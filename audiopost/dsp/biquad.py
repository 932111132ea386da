"""Second-order filters as state-variable sections, that stay quiet and stable while their knobs turn.

Each section is the trapezoidal state-variable filter: the bilinear transform of the analogue prototype, prewarped
at its own frequency, so its response equals that of a biquad of the same design to rounding.

Why not a direct-form biquad: its state depends on its coefficients, so moving them clicks and may blow up; the
two states here are the analogue integrators, which mean the same before and after a change. It also keeps its
precision at low frequencies, where direct forms lose it.

Source: A. Simper, "Solving the continuous SVF equations using trapezoidal integration and equivalent currents"
(Cytomic, 2013), for the section and its mixing gains; the shelves and the peak have the responses of
R. Bristow-Johnson's Audio EQ Cookbook (half the gain, in dB, at the frequency of a shelf).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import Ramps, advance, ramping

__all__ = ["HIGHPASS", "HIGH_SHELF", "LOWPASS", "LOW_SHELF", "PEAK", "Section", "SectionCascade", "butterworth_qs"]

HIGHPASS, LOWPASS, LOW_SHELF, HIGH_SHELF, PEAK = range(5)

HIGHEST_FREQUENCY = 0.49
"""Of the sample rate. A filter set higher acts at this frequency: the bilinear transform ends at one half."""

SILENCE = 1e-25
"""A state below this is 0: far under every noise, far above the denormal numbers that would stall the processor."""

TAIL_DECAY = math.log(1e6)
"""The declared tail is a decay by 120 dB."""

A1, A2, A3, M0, M1, M2 = range(6)


class Section(NamedTuple):
    """What one section shall do. `gain_db` is without meaning for high and low pass."""

    kind: int
    frequency_hz: float
    gain_db: float = 0.0
    q: float = math.sqrt(0.5)

    def ramped(self) -> tuple[float, float, float]:
        """The numbers that glide: frequency and Q as logarithms, the gain in dB."""
        return (math.log(self.frequency_hz), self.gain_db, math.log(self.q))


def butterworth_qs(order: int) -> tuple[float, ...]:
    """The Q of each second-order section of a Butterworth filter of even `order`, lowest first.

    >>> [round(q, 4) for q in butterworth_qs(4)]
    [0.5412, 1.3066]
    """
    return tuple(1.0 / (2.0 * math.cos(math.pi * (2 * k + 1) / (2 * order))) for k in range(order // 2))


class SectionCascade:
    """Sections in series over any number of channels; every knob of every section glides.

    Attributes
    ----------
    tail_frames : int
        Frames until the sections have rung down by 120 dB.

    Notes
    -----
    Accuracy: states and sums in float64, one rounding at the end. Latency: none. Realtime: one compiled pass;
    coefficients are computed anew at every frame of a glide, and only then.
    """

    def __init__(self, sections: Sequence[Section], channels: int, sample_rate: float, smoothing_ms: float) -> None:
        count = len(sections)
        self._sample_rate = float(sample_rate)
        self._kinds = np.array([section.kind for section in sections], dtype=np.int64)
        self._ramps = Ramps.lasting(3 * count, smoothing_ms, sample_rate)
        self._coefficients = np.zeros((count, 6), dtype=np.float64)
        self._state = np.zeros((channels, count, 2), dtype=np.float64)
        self._design, self._run = design_sections.ready(), run_sections.ready()
        for index, section in enumerate(sections):
            for offset, value in enumerate(section.ramped()):
                self._ramps.jump(3 * index + offset, value)
        self.tail_frames = _tail_frames(sections, self._sample_rate)
        self.reset()

    def aim(self, sections: Sequence[Section]) -> None:
        """Glide to new settings of the same kinds of sections."""
        for index, section in enumerate(sections):
            for offset, value in enumerate(section.ramped()):
                self._ramps.aim(3 * index + offset, value)
        self.tail_frames = _tail_frames(sections, self._sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Filter `block` into `out`, both (channels, frames)."""
        self._run(block, out, self._kinds, self._ramps.state, self._coefficients, self._state, self._sample_rate)

    def reset(self) -> None:
        """Forget all sound; arrive at the settings."""
        self._ramps.finish()
        self._state.fill(0.0)
        self._design(self._kinds, self._ramps.state, self._coefficients, self._sample_rate)


@inlined
def design_section(
    kind: int, log_frequency: float, gain_db: float, log_q: float, sample_rate: float, coefficients: NDArray[np.float64]
) -> None:
    """Fill the six coefficients of one section (kernel)."""
    frequency_hz = min(math.exp(log_frequency), HIGHEST_FREQUENCY * sample_rate)
    g = math.tan(math.pi * frequency_hz / sample_rate)
    k = math.exp(-log_q)
    amplitude = math.pow(10.0, gain_db / 40.0)
    m0, m1, m2 = 1.0, 0.0, 0.0
    if kind == HIGHPASS:
        m1, m2 = -k, -1.0
    elif kind == LOWPASS:
        m0, m2 = 0.0, 1.0
    elif kind == LOW_SHELF:
        g /= math.sqrt(amplitude)
        m1, m2 = k * (amplitude - 1.0), amplitude * amplitude - 1.0
    elif kind == HIGH_SHELF:
        g *= math.sqrt(amplitude)
        m0, m1, m2 = amplitude * amplitude, k * (1.0 - amplitude) * amplitude, 1.0 - amplitude * amplitude
    else:
        k /= amplitude
        m1 = k * (amplitude * amplitude - 1.0)
    a1 = 1.0 / (1.0 + g * (g + k))
    coefficients[A1], coefficients[A2], coefficients[A3] = a1, g * a1, g * g * a1
    coefficients[M0], coefficients[M1], coefficients[M2] = m0, m1, m2


@compiled("void(int64[::1], float64[:, ::1], float64[:, ::1], float64)")
def design_sections(
    kinds: NDArray[np.int64], ramps: NDArray[np.float64], coefficients: NDArray[np.float64], sample_rate: float
) -> None:
    """Coefficients where the ramps stand; compiled, so that a knob at rest and one that has arrived agree."""
    for s in range(kinds.shape[0]):
        design_section(
            kinds[s], ramps[3 * s, 0], ramps[3 * s + 1, 0], ramps[3 * s + 2, 0], sample_rate, coefficients[s]
        )


@inlined
def tick(x: float, coefficients: NDArray[np.float64], state: NDArray[np.float64]) -> float:
    """One sample through one section (kernel)."""
    s1, s2 = state[0], state[1]
    v3 = x - s2
    v1 = coefficients[A1] * s1 + coefficients[A2] * v3
    v2 = s2 + coefficients[A2] * s1 + coefficients[A3] * v3
    s1 = 2.0 * v1 - s1
    s2 = 2.0 * v2 - s2
    state[0] = s1 if abs(s1) > SILENCE else 0.0
    state[1] = s2 if abs(s2) > SILENCE else 0.0
    return coefficients[M0] * x + coefficients[M1] * v1 + coefficients[M2] * v2  # type: ignore[no-any-return]


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, :, ::1], float64)"
)
def run_sections(
    block: AudioBlock,
    out: AudioBlock,
    kinds: NDArray[np.int64],
    ramps: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    state: NDArray[np.float64],
    sample_rate: float,
) -> None:
    """All channels through all sections; while a ramp moves frame by frame, else channel by channel (same sums)."""
    channels, frames = block.shape
    sections = kinds.shape[0]
    frame = 0
    while frame < frames and ramping(ramps):
        for s in range(sections):
            log_frequency = advance(ramps, 3 * s)
            gain_db = advance(ramps, 3 * s + 1)
            log_q = advance(ramps, 3 * s + 2)
            design_section(kinds[s], log_frequency, gain_db, log_q, sample_rate, coefficients[s])
        for channel in range(channels):
            x: float = np.float64(block[channel, frame])
            for s in range(sections):
                x = tick(x, coefficients[s], state[channel, s])
            out[channel, frame] = x
        frame += 1
    for channel in range(channels):
        for n in range(frame, frames):
            y: float = np.float64(block[channel, n])
            for s in range(sections):
                y = tick(y, coefficients[s], state[channel, s])
            out[channel, n] = y


def _tail_frames(sections: Sequence[Section], sample_rate: float) -> int:
    """Sum over the sections of the frames in which each decays by 120 dB: no cascade rings longer."""
    return sum(_decay_frames(section, sample_rate) for section in sections)


def _decay_frames(section: Section, sample_rate: float) -> int:
    row = [0.0] * 6
    design_section(section.kind, *section.ramped(), sample_rate, row)  # type: ignore[arg-type]
    # The state matrix is ((2 a1 - 1, -2 a2), (2 a2, 1 - 2 a3)): its larger eigenvalue is the slower decay.
    trace = 2.0 * (row[A1] - row[A3])
    determinant = (2.0 * row[A1] - 1.0) * (1.0 - 2.0 * row[A3]) + 4.0 * row[A2] ** 2
    discriminant = trace * trace / 4.0 - determinant
    radius = math.sqrt(determinant) if discriminant < 0.0 else abs(trace) / 2.0 + math.sqrt(discriminant)
    return math.ceil(TAIL_DECAY / -math.log(radius)) if 0.0 < radius < 1.0 else 2
