"""How well decoders place sounds: the table of the page about scenes, measured.

python docs/decoder_table.py
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.ambisonic_decoding import Method, decoder_matrix, energy_vectors
from audiopost.dsp.spherical import even_directions, harmonics, unit_vectors
from audiopost.layouts import layout_named

LAYOUTS = ("5.1", "7.1", "5.1.4", "7.1.4", "9.1.6", "22.2")
ORDERS = (1, 2, 3, 4, 5)
METHODS: tuple[Method, ...] = ("allrad", "mode-matching", "sampling")

Values = NDArray[np.float64]


def table() -> list[str]:
    """Lines of Markdown: power from direction to direction, length and direction of the energy vector (max-rE)."""
    rows = ["| layout | order | allrad | rE | away, deg | mode-matching | sampling |", "|---|---|---|---|---|---|---|"]
    for name in LAYOUTS:
        for order in ORDERS:
            spreads = {method: measured(name, order, method) for method in METHODS}
            power_db, length, mean_deg, most_deg = spreads["allrad"]
            others = " | ".join(f"{spreads[method][0]:.1f} dB, {spreads[method][3]:.0f}" for method in METHODS[1:])
            rows.append(
                f"| {name} | {order} | {power_db:.1f} dB | {length:.2f} | {mean_deg:.0f}, at most {most_deg:.0f} "
                f"| {others} |"
            )
    return rows


def measured(name: str, order: int, method: Method) -> tuple[float, float, float, float]:
    """Spread of the power in dB, mean length of the energy vector, mean and largest angle between it and the source.

    Over those of 2000 directions that lie above the horizon; on a layout without heights, round the horizon.
    """
    azimuths, elevations = directions(name)
    sources = region(elevations)
    gains = harmonics(order, sources) @ decoder_matrix(azimuths, elevations, order, method).T
    powers, heard = energy_vectors(gains, azimuths, elevations)
    lengths = np.linalg.norm(heard, axis=1)
    away = np.degrees(np.arccos(np.clip(np.sum(heard * sources, axis=1) / lengths, -1.0, 1.0)))
    spread_db = 10.0 * np.log10(powers.max() / powers.min())
    return float(spread_db), float(lengths.mean()), float(away.mean()), float(away.max())


def directions(name: str) -> tuple[Values, Values]:
    """Azimuths and elevations of the loudspeakers of a layout, in degrees."""
    heard = [each for each in layout_named(name).speakers if not each.lfe]
    return np.array([each.azimuth_deg for each in heard]), np.array([each.elevation_deg for each in heard])


def region(elevations_deg: Values) -> Values:
    """Where sources may be, as unit vectors."""
    if np.ptp(elevations_deg) == 0.0:
        return unit_vectors(np.arange(0.0, 360.0, 1.0), np.zeros(360))
    everywhere = even_directions(2000)
    return everywhere[everywhere[:, 2] > 0.0]


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
