"""SOFA files as a laboratory would write them, of a head whose responses are known: a sphere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from audiopost.dsp import spherical
from audiopost.dsp.spherical_head import loudspeaker_filters

__all__ = ["around", "head_tables", "write_sofa"]


def around(count: int = 400) -> np.ndarray:
    """Directions of a grid, unit vectors."""
    return spherical.even_directions(count)


def head_tables(directions: np.ndarray, rate_hz: int = 48_000, distance_m: float = 1.2) -> dict[str, Any]:
    """The variables of a file with the responses of a sphere of a head's size, measured from so far away."""
    filters, _ = loudspeaker_filters(directions, rate_hz)
    late = round(distance_m / 343.0 * rate_hz) - 60
    responses = np.pad(np.swapaxes(filters, 0, 1), ((0, 0), (0, 0), (late, 0)))
    azimuths = np.degrees(np.arctan2(directions[:, 1], directions[:, 0])) % 360.0
    elevations = np.degrees(np.arcsin(np.clip(directions[:, 2], -1.0, 1.0)))
    return {
        "Data.IR": responses.astype(np.float64),
        "Data.SamplingRate": np.array([float(rate_hz)]),
        "Data.Delay": np.zeros((1, 2)),
        "SourcePosition": np.stack((azimuths, elevations, np.full(azimuths.size, distance_m)), axis=1),
        "ReceiverPosition": np.array([[[0.0], [0.09], [0.0]], [[0.0], [-0.09], [0.0]]]),
    }


def write_sofa(
    path: Path,
    tables: dict[str, Any],
    *,
    convention: str = "SimpleFreeFieldHRIR",
    cartesian: bool = False,
    huge: str = "",
) -> Path:
    """A file of these variables; that named `huge` claims a shape of which nothing is there."""
    with h5py.File(path, "w") as file:
        file.attrs["Conventions"] = np.bytes_("SOFA")
        file.attrs["SOFAConventions"] = np.bytes_(convention)
        for name, values in tables.items():
            if name == huge:
                file.create_dataset(name, shape=(10**6, 2, 10**5), dtype="f8", chunks=True)
            else:
                file[name] = values
        if "ReceiverPosition" in tables:
            file["ReceiverPosition"].attrs["Type"] = np.bytes_("cartesian")
        if "SourcePosition" in tables:
            file["SourcePosition"].attrs["Type"] = np.bytes_("cartesian" if cartesian else "spherical")
    return path
