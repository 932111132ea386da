"""The channels that are delivered: in another order, or folded down.

::

    the same loudspeakers       channels change places, bit for bit
    fewer                       ITU-R BS.775-4 (`effects.fold_down`); stereo of it is Lo/Ro
    lt-rt                       Lt = L + 0.707 C - 0.707 (Ls + Rs), Rt = R + 0.707 C + 0.707 (Ls + Rs), the surrounds
                                turned by 90 degrees, for matrix decoders

The turn delays; the delay is taken out, so that the output begins with the input and is as long.

Source of Lt/Rt: the down-mix of ATSC A/52 (section 7.8) for the channels as coded, whose surrounds the encoder turns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.quadrature import Quadrature
from audiopost.effects.fold_down import HALF_POWER, downmix_matrix
from audiopost.errors import UsageError
from audiopost.layouts import Layout, layout_named

__all__ = ["LT_RT", "Fold", "folded_layout"]

LO_RO, LT_RT = "lo-ro", "lt-rt"
_FIVE = "5.0"


def folded_layout(name: str) -> Layout:
    """The layout of the output for a word of `--channels`: a layout's name, ``lo-ro`` or ``lt-rt``.

    Raises UnknownNameError if it is none.
    """
    return layout_named("stereo" if name.lower() in (LO_RO, LT_RT) else name)


class Fold:
    """Channels of one layout as those of another, block by block.

    Parameters
    ----------
    source
        What comes in.
    name
        What is to come out: a layout's name, ``lo-ro`` or ``lt-rt``.
    sample_rate
        In Hz.

    Attributes
    ----------
    layout : Layout
        What comes out.

    Raises
    ------
    UsageError
        If the output would have channels that the input has nothing for.
    LayoutError
        If the input's channels are no loudspeakers.
    """

    def __init__(self, source: Layout, name: str, sample_rate: int) -> None:
        self.layout = folded_layout(name)
        self._order: list[int] | None = None
        self._matrix: NDArray[np.float64] | None = None
        self._turn: Quadrature | None = None
        if name.lower() == LT_RT:
            self._matrix = downmix_matrix(source, layout_named(_FIVE))
            self._turn = Quadrature(sample_rate)
            self._delayed = np.zeros((2, self._turn.latency_frames))
            self._to_drop = self._turn.latency_frames
        elif sorted(source.labels) == sorted(self.layout.labels):
            self._order = [source.labels.index(label) for label in self.layout.labels]
        elif self.layout.channels >= source.channels:
            what = f"{source} cannot be folded to {self.layout}: that has other or more channels"
            raise UsageError(what, "--channels", "name a smaller layout, or another order of the same channels")
        else:
            self._matrix = downmix_matrix(source, self.layout)

    @property
    def moves_only(self) -> bool:
        """Whether every channel stays what it is, bit for bit."""
        return self._order is not None

    def process(self, block: AudioBlock) -> AudioBlock:
        """The output of a block ``(channels, frames)``; with Lt/Rt it is late, `finish` gives the rest."""
        if self._order is not None:
            return np.ascontiguousarray(block[self._order])
        assert self._matrix is not None, "either channels move or they are weighed"
        # Not a product by BLAS: its sums differ with the number of cores.
        weighed = np.einsum("oc,cf->of", self._matrix, block.astype(np.float64))
        if self._turn is None:
            return np.ascontiguousarray(weighed, np.float32)
        return self._encoded(weighed, self._turn)

    def _encoded(self, five: NDArray[np.float64], turn: Quadrature) -> AudioBlock:
        left, right, centre, left_surround, right_surround = five
        frames = five.shape[1]
        surround = HALF_POWER * (left_surround + right_surround)
        turned = turn.process(np.ascontiguousarray(surround, np.float32)[np.newaxis])[0]
        front = np.stack((left + HALF_POWER * centre, right + HALF_POWER * centre))
        joined = np.concatenate((self._delayed, front), axis=1)
        self._delayed = joined[:, frames:]
        encoded = joined[:, :frames] + np.stack((-turned, turned))
        drop = min(self._to_drop, frames)
        self._to_drop -= drop
        return np.ascontiguousarray(encoded[:, drop:], np.float32)

    def finish(self) -> AudioBlock:
        """What is still under way; the fold is then spent."""
        if self._turn is None:
            return np.zeros((self.layout.channels, 0), np.float32)
        return self._encoded(np.zeros((5, self._turn.latency_frames)), self._turn)
