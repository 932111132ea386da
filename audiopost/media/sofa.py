"""Head-related impulse responses from SOFA files: the door to HDF5 (package h5py).

A file comes from anywhere: how large its tables are is looked at before they are read.

Source: AES69-2022, "File exchange: spatial acoustic data file format", convention SimpleFreeFieldHRIR; SOFA is a use of
netCDF-4, which is HDF5.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp import spherical
from audiopost.dsp.measured_head import MeasuredHead
from audiopost.errors import FileError, UsageError

if TYPE_CHECKING:
    import h5py

__all__ = ["read_head"]

CONVENTION = "SimpleFreeFieldHRIR"
MOST_NUMBERS = 1 << 26
"""Of all responses together: 0.5 GiB. The densest sets there are have 12 000 directions of 400 taps, a sixth of it."""

FEW_NUMBERS = 96
LARGEST_NUMBER_BYTES = 8
LONGEST_TEXT_BYTES = 4_096

FARTHEST = 1e6
"""Metres or degrees: what is said to be farther is nonsense."""

RATES_HZ = (8_000.0, 768_000.0)


def read_head(path: str | os.PathLike[str]) -> MeasuredHead:
    """The responses of a file.

    Parameters
    ----------
    path
        Of the file, ``.sofa``.

    Returns
    -------
    MeasuredHead
        With the delays that the file states apart put in.

    Raises
    ------
    FileError
        If it cannot be read, is no SOFA file, holds something else than the responses of two ears, or nonsense.
    UsageError
        If h5py is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise UsageError("SOFA files need h5py", mend="pip install 'audiopost[binaural]'") from error
    where = str(path)
    if not Path(path).is_file():
        raise FileError(where, "there is no such file", mend="give a SOFA file")
    try:
        if not h5py.is_hdf5(where):
            raise FileError(where, "is no SOFA file: it is not HDF5", mend="give one that ends in .sofa")
        with h5py.File(where, "r") as file:
            return _head_of(file, where)
    except (OSError, AttributeError, KeyError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        raise FileError(where, f"the SOFA file is damaged: {error}", mend="get it again") from error


def _head_of(file: h5py.File, where: str) -> MeasuredHead:
    convention = _text(file, "SOFAConventions")
    if _text(file, "Conventions") != "SOFA" or convention != CONVENTION:
        what = f"holds {convention or 'no SOFA data'}, not the responses of a head"
        raise FileError(where, what, mend=f"give one of the convention {CONVENTION}")
    table = _table(file, "Data.IR", MOST_NUMBERS)
    if len(table.shape) != 3 or table.shape[1] != 2 or 0 in table.shape:
        sizes = " x ".join(map(str, table.shape))
        raise FileError(where, f"its Data.IR is {sizes}, not measurements x 2 ears x taps", mend="give another file")
    responses = np.asarray(table[()], dtype=np.float64)
    rate = _read(_table(file, "Data.SamplingRate", FEW_NUMBERS)).flat[0]
    if not RATES_HZ[0] <= rate <= RATES_HZ[1] or rate != round(rate):
        raise FileError(where, f"its sample rate is {rate:g} Hz", mend="give another file")
    directions = _directions(file, where, len(responses))
    if not np.isfinite(responses).all() or not np.any(responses, axis=2).all():
        raise FileError(where, "a response is silent or holds what is no number", mend="give another file")
    responses = _delayed(responses, file, where)
    receivers = _table(file, "ReceiverPosition", FEW_NUMBERS)
    ears = _read(receivers).ravel()[:6].reshape(2, -1)
    if ears[0, 1] < ears[1, 1] and not _is_spherical(receivers):
        responses = responses[:, ::-1]  # the right ear comes first
    return MeasuredHead(directions, np.ascontiguousarray(responses), int(rate))


def _directions(file: h5py.File, where: str, measurements: int) -> NDArray[np.float64]:
    table = _table(file, "SourcePosition", MOST_NUMBERS)
    if table.shape not in ((measurements, 3), (1, 3)):
        raise FileError(
            where, f"it says where {table.shape[0]} of {measurements} sources are", mend="give another file"
        )
    places = np.broadcast_to(_read(table), (measurements, 3))
    if not np.isfinite(places).all() or np.abs(places).max() > FARTHEST:
        raise FileError(where, "a source is nowhere", mend="give another file")
    if _is_spherical(table):
        distances = places[:, 2:]
        directions = spherical.unit_vectors(places[:, 0], places[:, 1])
    else:
        distances = np.linalg.norm(places, axis=1, keepdims=True)
        directions = places / np.maximum(distances, 1.0 / FARTHEST)
    if not np.all(distances > 0.0):
        raise FileError(where, "a source is in the middle of the head", mend="give another file")
    return np.asarray(directions)


def _delayed(responses: NDArray[np.float64], file: h5py.File, where: str) -> NDArray[np.float64]:
    """With the delays in frames that are stated for all responses, or for each."""
    if "Data.Delay" not in file:
        return responses
    delays = _read(_table(file, "Data.Delay", MOST_NUMBERS))
    if delays.shape not in ((1, 2), (len(responses), 2)) or not np.isfinite(delays).all():
        raise FileError(where, "its delays do not belong to its responses", mend="give another file")
    delays = np.broadcast_to(delays - delays.min(), (len(responses), 2))
    longest = int(np.ceil(delays.max()))
    if longest == 0:
        return responses
    if longest > responses.shape[2]:
        raise FileError(where, f"its delays differ by {longest} frames", mend="give another file")
    points = 2 * (responses.shape[2] + longest)
    turned = np.exp(-2j * np.pi * np.fft.rfftfreq(points) * delays[:, :, np.newaxis])
    return np.fft.irfft(np.fft.rfft(responses, points, axis=2) * turned, points, axis=2)[:, :, : points // 2]


def _table(file: h5py.File, name: str, most: int) -> h5py.Dataset:
    """A table of real numbers that lies in the file itself, and is not larger than this; not yet read."""
    import h5py

    if isinstance(file.get(name, getlink=True), h5py.ExternalLink):
        raise ValueError(f"{name} lies in another file")
    table = file[name]
    if (
        not isinstance(table, h5py.Dataset)
        or table.dtype.kind not in "fiu"
        or table.dtype.itemsize > LARGEST_NUMBER_BYTES
    ):
        raise ValueError(f"{name} is no table of numbers")
    if table.is_virtual or table.external:
        raise ValueError(f"{name} lies in another file")
    if not table.size or table.size > most:
        raise ValueError(f"{name} has {table.size} numbers, more than {most} or none")
    return table


def _read(table: h5py.Dataset) -> NDArray[np.float64]:
    return np.asarray(table[()], dtype=np.float64)


def _is_spherical(table: h5py.Dataset) -> bool:
    return _text(table, "Type").lower() in ("spherical", "")


def _text(of: h5py.HLObject, name: str) -> str:
    """An attribute as text, however it was written; empty where there is none."""
    if name not in of.attrs:
        return ""
    if of.attrs.get_id(name).get_storage_size() > LONGEST_TEXT_BYTES:
        raise ValueError(f"{name} is no text")
    value = of.attrs[name]
    if isinstance(value, np.ndarray):
        value = value.flat[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
