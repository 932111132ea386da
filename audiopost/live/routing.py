"""How the channels of a chain reach the channels of a device."""

from __future__ import annotations

from audiopost.blocks import AudioBlock

__all__ = ["route"]


def route(block: AudioBlock, out: AudioBlock) -> None:
    """Fill `out` (outputs, frames) from `block` (channels, frames).

    One channel goes to the first two outputs. Otherwise channel n goes to output n; what the device has no output
    for is not heard, and outputs without a channel are silent. A down-mix is a decision about sound and
    therefore the chain's business.

    >>> import numpy as np
    >>> out = np.full((3, 1), 9.0, np.float32)
    >>> route(np.array([[0.5]], np.float32), out)
    >>> out[:, 0].tolist()
    [0.5, 0.5, 0.0]
    """
    channels, outputs = block.shape[0], out.shape[0]
    if channels == 1:
        out[:2] = block
        out[2:] = 0.0
    elif channels == outputs:
        out[:] = block
    else:
        shared = min(channels, outputs)
        out[:shared] = block[:shared]
        out[shared:] = 0.0
