"""Sound as an autoregression: what cannot be foretold is damage, and what is missing follows from what is there.

Over some 40 ms a sound is nearly a filter of few poles driven by something small. A click is a large error of its
prediction. Missing samples are those that make the sum of squared errors least: a linear system whose matrix is banded,
for only samples closer than the order have to do with each other; with it go even long gaps at little cost.

Sources: S. J. Godsill, P. J. W. Rayner, "Digital Audio Restoration" (1998), chapters 4 (least-squares interpolation)
and 5 (detection); A. J. E. M. Janssen, R. N. J. Veldhuis, L. B. Vries, "Adaptive interpolation of discrete-time signals
that can be modeled as autoregressive processes", IEEE Trans. ASSP 34 (1986), 317-330; J. Makhoul, "Linear prediction: a
tutorial review", Proceedings of the IEEE 63 (1975), 561-580 (Levinson's recursion).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import inlined

__all__ = ["ORDER", "fit", "interpolate", "prediction_errors", "spread_of"]

ORDER = 32
"""Enough for speech and music at 48 kHz over 40 ms (Godsill and Rayner, section 5.2)."""

SILENT_POWER = 1e-18

WHITENING = 1e-9
"""Part of the power that is added as white noise, so that a pure tone has a stable predictor."""


@inlined
def fit(
    x: NDArray[np.float64],
    window: NDArray[np.float64],
    a: NDArray[np.float64],
    work: NDArray[np.float64],
    short: NDArray[np.float64],
) -> bool:
    """Coefficients a[0] = 1, a[1] ... of the error filter of `x`; False for silence (kernel).

    `work` has room for ``x.size`` numbers, `short` is two rows of as many as `a`.
    """
    correlation, before = short[0], short[1]
    frames, order = x.shape[0], a.shape[0] - 1
    for n in range(frames):
        work[n] = window[n] * x[n]
    for lag in range(order + 1):
        total = 0.0
        for n in range(lag, frames):
            total += work[n] * work[n - lag]
        correlation[lag] = total
    a[0] = 1.0
    for index in range(1, order + 1):
        a[index] = 0.0
    if correlation[0] < SILENT_POWER:
        return False
    error = correlation[0] * (1.0 + WHITENING)
    for step in range(1, order + 1):
        total = correlation[step]
        for index in range(1, step):
            total += a[index] * correlation[step - index]
        reflection = -total / error
        for index in range(1, step):
            before[index] = a[index]
        for index in range(1, step):
            a[index] = before[index] + reflection * before[step - index]
        a[step] = reflection
        error *= 1.0 - reflection * reflection
        if error <= 0.0:
            return True
    return True


@inlined
def prediction_errors(x: NDArray[np.float64], a: NDArray[np.float64], errors: NDArray[np.float64]) -> None:
    """What the filter cannot foretell; 0 for the first frames, as many as the order (kernel)."""
    order = a.shape[0] - 1
    for n in range(x.shape[0]):
        total = 0.0
        if n >= order:
            for index in range(order + 1):
                total += a[index] * x[n - index]
        errors[n] = total


@inlined
def spread_of(errors: NDArray[np.float64]) -> float:
    """Standard deviation of all but the outliers: those beyond three of it are left out, four times over (kernel)."""
    limit = math.inf
    spread = 0.0
    for _ in range(5):
        total, count = 0.0, 0
        for n in range(errors.shape[0]):
            if abs(errors[n]) < limit:
                total += errors[n] * errors[n]
                count += 1
        if count == 0:
            return spread
        spread = math.sqrt(total / count)
        limit = 3.0 * spread
    return spread


@inlined
def interpolate(
    x: NDArray[np.float64],
    missing: NDArray[np.int64],
    count: int,
    a: NDArray[np.float64],
    band: NDArray[np.float64],
    right: NDArray[np.float64],
    own: NDArray[np.float64],
) -> bool:
    """Replace the samples at the places ``missing[:count]``, rising, by those that fit best (kernel).

    Places must lie at least an order away from both ends. `band`: room for count times (order + 1), `right` for count,
    `own` for as many as `a`.
    False if the system cannot be solved; then nothing is changed.

    The normal equations hold r(t - u) for the unknown samples at t and u, r being the correlation of the coefficients
    with themselves; solved by Cholesky's method within the band.
    """
    order = a.shape[0] - 1
    for lag in range(order + 1):
        total = 0.0
        for index in range(order + 1 - lag):
            total += a[index] * a[index + lag]
        own[lag] = total
    for row in range(count):
        place = missing[row]
        total = 0.0
        for lag in range(1, order + 1):
            total -= own[lag] * (x[place - lag] + x[place + lag])
        for back in range(order + 1):
            band[row, back] = 0.0
        band[row, 0] = own[0]
        # What other missing samples put into the sum is taken out again: they stand on the left side.
        for back in range(1, min(row, order) + 1):
            distance = place - missing[row - back]
            if distance > order:
                break
            band[row, back] = own[distance]
            total += own[distance] * x[missing[row - back]]
        for ahead in range(1, min(count - 1 - row, order) + 1):
            distance = missing[row + ahead] - place
            if distance > order:
                break
            total += own[distance] * x[missing[row + ahead]]
        right[row] = total
    for row in range(count):
        for back in range(min(row, order), -1, -1):
            column = row - back
            total = band[row, back]
            for further in range(1, order + 1 - back):
                if column - further < 0:
                    break
                total -= band[row, back + further] * band[column, further]
            if back > 0:
                band[row, back] = total / band[column, 0]
            elif total <= 0.0:
                return False
            else:
                band[row, 0] = math.sqrt(total)
    for row in range(count):
        total = right[row]
        for back in range(1, min(row, order) + 1):
            total -= band[row, back] * right[row - back]
        right[row] = total / band[row, 0]
    for row in range(count - 1, -1, -1):
        total = right[row]
        for ahead in range(1, min(count - 1 - row, order) + 1):
            total -= band[row + ahead, ahead] * right[row + ahead]
        right[row] = total / band[row, 0]
    for row in range(count):
        x[missing[row]] = right[row]
    return True
