"""A cascade eight frames at a time, against the sections frame by frame in Python's own floats."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.biquad import HIGH_SHELF, HIGHPASS, LOW_SHELF, PEAK, Section, SectionCascade, butterworth_qs
from audiopost.dsp.biquad import design_section as design
from tests.signals import white_noise
from tests.tolerances import FLOAT32_ROUNDING

RATE = 48_000
CASCADES = {
    "one section": [Section(HIGHPASS, 80.0)],
    "two sections": [Section(HIGHPASS, 20.0, q=q) for q in butterworth_qs(4)],
    "four sections": [
        Section(LOW_SHELF, 120.0, 6.0), Section(PEAK, 500.0, -9.0, 4.0),
        Section(PEAK, 3_000.0, 4.0), Section(HIGH_SHELF, 8_000.0, -3.0),
    ],
    "narrow and low": [Section(PEAK, 10.0, 30.0, 20.0)],
}  # fmt: skip


def frame_by_frame(sections: list[Section], channel: np.ndarray) -> np.ndarray:
    rows = [[0.0] * 6 for _ in sections]
    for section, row in zip(sections, rows, strict=True):
        design(section.kind, *section.ramped(), float(RATE), row)
    states = [[0.0, 0.0] for _ in sections]
    out = []
    for sample in channel.tolist():
        x = sample
        for (a1, a2, a3, m0, m1, m2), state in zip(rows, states, strict=True):
            s1, s2 = state
            v1 = a1 * s1 + a2 * (x - s2)
            v2 = s2 + a2 * s1 + a3 * (x - s2)
            state[:] = 2.0 * v1 - s1, 2.0 * v2 - s2
            x = m0 * x + m1 * v1 + m2 * v2
        out.append(x)
    return np.array(out)


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("name", CASCADES)
def test_blocks_of_eight_are_the_sections_frame_by_frame(name: str, channels: int) -> None:
    block = white_noise(channels, 2003)
    out = np.empty_like(block)
    SectionCascade(CASCADES[name], channels, RATE, 20.0).process(block, out)
    for given, heard in zip(block, out, strict=True):
        expected = frame_by_frame(CASCADES[name], given)
        np.testing.assert_allclose(heard, expected, rtol=0, atol=FLOAT32_ROUNDING * np.abs(expected).max())


def played(cascade: SectionCascade, block: np.ndarray) -> np.ndarray:
    given, out = np.ascontiguousarray(block), np.empty(block.shape, dtype=np.float32)
    cascade.process(given, out)
    return out


def test_a_glide_that_begins_within_a_block_goes_on_from_the_frames_that_were_heard() -> None:
    block = white_noise(1, 40)
    still = played(SectionCascade(CASCADES["one section"], 1, RATE, 20.0), block)
    cascade = SectionCascade(CASCADES["one section"], 1, RATE, 1000.0)
    first = played(cascade, block[:, :11])
    cascade.aim([Section(HIGHPASS, 81.0)])
    rest = played(cascade, block[:, 11:])
    np.testing.assert_array_equal(first, still[:, :11])
    # A glide of a second by 1 Hz has not moved by 0.1 Hz yet; a state that was lost would be off by a tenth.
    np.testing.assert_allclose(rest, still[:, 11:], rtol=0, atol=1e-4)


def test_more_sections_than_fit_side_by_side_are_refused() -> None:
    with pytest.raises(ValueError, match="5 sections"):
        SectionCascade([Section(PEAK, 1_000.0)] * 5, 2, RATE, 20.0)
