"""Second-order filters as state-variable sections, that stay quiet and stable while their knobs turn.

Each section is the trapezoidal state-variable filter: the bilinear transform of the analogue prototype, prewarped
at its own frequency, so its response equals that of a biquad of the same design to rounding.

Why not a direct-form biquad: its state depends on its coefficients, so moving them clicks and may blow up; the
two states here are the analogue integrators, which mean the same before and after a change. It also keeps its
precision at low frequencies, where direct forms lose it.

Source: A. Simper, "Solving the continuous SVF equations using trapezoidal integration and equivalent currents"
(Cytomic, 2013), for the section and its mixing gains; the shelves and the peak have the responses of
R. Bristow-Johnson's Audio EQ Cookbook (half the gain, in dB, at the frequency of a shelf). Sections that are matched to
the analogue response instead: `audiopost.dsp.matched_sections`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.matched_sections import MATCHED, design_matched
from audiopost.dsp.section_blocks import MEMORY, MOST_STATES, SILENCE, STATES, run_blocks
from audiopost.dsp.smoothing import Ramps, advance, ramping
from audiopost.dsp.vector_code import LANES

__all__ = ["HIGHPASS", "HIGH_SHELF", "LOWPASS", "LOW_SHELF", "PEAK", "Section", "SectionCascade", "butterworth_qs"]

HIGHPASS, LOWPASS, LOW_SHELF, HIGH_SHELF, PEAK = range(5)

HIGHEST_FREQUENCY = 0.49
"""Of the sample rate. A filter set higher acts at this frequency: the bilinear transform ends at one half."""

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
    """Up to four sections in series over any number of channels; every knob of every section glides.

    Attributes
    ----------
    tail_frames : int
        Frames until the sections have rung down by 120 dB.

    Notes
    -----
    Accuracy: states and sums in float64, one rounding at the end. Latency: none. Realtime: one compiled pass. During
    a glide coefficients are computed anew at every frame; at rest eight frames go at a time (`section_blocks`), which
    agrees with frame by frame to the rounding of float64.
    """

    def __init__(self, sections: Sequence[Section], channels: int, sample_rate: float, smoothing_ms: float) -> None:
        count = len(sections)
        if 2 * count > MOST_STATES:
            raise ValueError(f"{count} sections are more than fit side by side: cascade cascades")
        self._sample_rate = float(sample_rate)
        self._kinds = np.array([section.kind for section in sections], dtype=np.int64)
        self._ramps = Ramps.lasting(3 * count, smoothing_ms, sample_rate)
        self._coefficients = np.zeros((count, 6), dtype=np.float64)
        states = next(each for each in (2, 4, MOST_STATES) if 2 * count <= each)
        self._matrix = np.zeros((LANES + states, 2 * LANES), dtype=np.float64)
        self._memory = np.zeros((channels, MEMORY), dtype=np.float64)
        self._rows = np.zeros((channels, 2, LANES), dtype=np.float32)
        self._phase = np.zeros(1, dtype=np.int64)
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
        self._run(
            block, out, self._kinds, self._ramps.state, self._coefficients, self._matrix, self._memory, self._rows,
            self._phase, self._sample_rate,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; arrive at the settings."""
        self._ramps.finish()
        self._memory.fill(0.0)
        self._phase.fill(0)
        self._design(self._kinds, self._ramps.state, self._coefficients, self._matrix, self._sample_rate)


@inlined
def design_section(
    kind: int, log_frequency: float, gain_db: float, log_q: float, sample_rate: float, coefficients: NDArray[np.float64]
) -> None:
    """Fill the six coefficients of one section (kernel)."""
    frequency_hz = min(math.exp(log_frequency), HIGHEST_FREQUENCY * sample_rate)
    if kind >= MATCHED:
        design_matched(kind, 2.0 * math.pi * frequency_hz / sample_rate, gain_db, math.exp(log_q), coefficients)
        return
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


@compiled("void(int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64)")
def design_sections(
    kinds: NDArray[np.int64],
    ramps: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    matrix: NDArray[np.float64],
    sample_rate: float,
) -> None:
    """Coefficients where the ramps stand, and the matrix of `section_blocks` for them."""
    for s in range(kinds.shape[0]):
        design_section(
            kinds[s], ramps[3 * s, 0], ramps[3 * s + 1, 0], ramps[3 * s + 2, 0], sample_rate, coefficients[s]
        )
    fill_matrix(coefficients, matrix)


@inlined
def fill_matrix(coefficients: NDArray[np.float64], matrix: NDArray[np.float64]) -> None:
    """What the sections answer to one sample at each frame of a block, and to each state alone (kernel).

    The columns are run within the rows that keep them: states in the second half, outputs in the first.
    """
    sections = coefficients.shape[0]
    for index in range(matrix.shape[0]):
        column = matrix[index]
        for place in range(2 * LANES):
            column[place] = 0.0
        first = index if index < LANES else 0
        if index >= LANES:
            column[LANES + index - LANES] = 1.0
        for frame in range(first, LANES):
            column[frame] = step(1.0 if frame == index else 0.0, coefficients, column[LANES:], sections)


@inlined
def step(x: float, coefficients: NDArray[np.float64], states: NDArray[np.float64], sections: int) -> float:
    """One sample through all sections (kernel).

    A section turns its states s1, s2 by v1 = a1 s1 + a2 (x - s2) and v2 = s2 + a2 s1 + a3 (x - s2).
    """
    for s in range(sections):
        s1, s2 = states[2 * s], states[2 * s + 1]
        v3 = x - s2
        v1 = coefficients[s, A1] * s1 + coefficients[s, A2] * v3
        v2 = s2 + coefficients[s, A2] * s1 + coefficients[s, A3] * v3
        states[2 * s] = 2.0 * v1 - s1
        states[2 * s + 1] = 2.0 * v2 - s2
        x = coefficients[s, M0] * x + coefficients[s, M1] * v1 + coefficients[s, M2] * v2
    return x


@inlined
def step_all(
    block: AudioBlock, out: AudioBlock, frame: int, coefficients: NDArray[np.float64], memory: NDArray[np.float64]
) -> None:
    """One frame of all channels through all sections (kernel)."""
    sections = coefficients.shape[0]
    for channel in range(block.shape[0]):
        states = memory[channel, STATES:]
        out[channel, frame] = step(np.float64(block[channel, frame]), coefficients, states, sections)
        for index in range(2 * sections):
            if abs(states[index]) < SILENCE:
                states[index] = 0.0


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
    " float64[:, ::1], float32[:, :, ::1], int64[::1], float64)"
)
def run_sections(
    block: AudioBlock,
    out: AudioBlock,
    kinds: NDArray[np.int64],
    ramps: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    matrix: NDArray[np.float64],
    memory: NDArray[np.float64],
    rows: NDArray[np.float32],
    phase: NDArray[np.int64],
    sample_rate: float,
) -> None:
    """All channels through all sections: frame by frame while a ramp moves, else in blocks of eight.

    `phase`: frames heard of an unfinished block.
    """
    channels, frames = block.shape
    sections = kinds.shape[0]
    frame = 0
    if frames > 0 and ramping(ramps):
        if phase[0] > 0:
            # The glide begins within a block: the sections go on from its frames that were heard.
            for channel in range(channels):
                for n in range(phase[0]):
                    step(np.float64(rows[channel, 0, n]), coefficients, memory[channel, STATES:], sections)
            phase[0] = 0
        while frame < frames and ramping(ramps):
            for s in range(sections):
                log_frequency = advance(ramps, 3 * s)
                gain_db = advance(ramps, 3 * s + 1)
                log_q = advance(ramps, 3 * s + 2)
                design_section(kinds[s], log_frequency, gain_db, log_q, sample_rate, coefficients[s])
            step_all(block, out, frame, coefficients, memory)
            frame += 1
        if not ramping(ramps):
            fill_matrix(coefficients, matrix)
    if frame < frames:
        phase[0] = run_blocks(block, out, frame, matrix, memory, rows, phase[0])


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
