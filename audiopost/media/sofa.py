"""Head-related impulse responses from SOFA files: the door to HDF5 (package h5py).

A file comes from anywhere: how large its tables are is looked at before they are read.

Source: AES69-2022, "File exchange: spatial acoustic data file format", convention SimpleFreeFieldHRIR; SOFA is a use of
netCDF-4, which is HDF5.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise FileError(where, f"the SOFA file is damaged: {error}", mend="get it again") from error


def _head_of(file: h5py.File, where: str) -> MeasuredHead:
    convention = _text(file.attrs.get("SOFAConventions", ""))
    if _text(file.attrs.get("Conventions", "")) != "SOFA" or convention != CONVENTION:
        what = f"holds {convention or 'no SOFA data'}, not the responses of a head"
        raise FileError(where, what, mend=f"give one of the convention {CONVENTION}")
    table = file["Data.IR"]
    if len(table.shape) != 3 or table.shape[1] != 2 or 0 in table.shape:
        sizes = " x ".join(map(str, table.shape))
        raise FileError(where, f"its Data.IR is {sizes}, not measurements x 2 ears x taps", mend="give another file")
    if table.size > MOST_NUMBERS:
        raise FileError(where, f"its responses are {table.size} numbers, more than {MOST_NUMBERS}", mend="thin it out")
    responses = np.asarray(table[()], dtype=np.float64)
    rate = _small(file, "Data.SamplingRate", 1)[0]
    if not RATES_HZ[0] <= rate <= RATES_HZ[1] or rate != round(rate):
        raise FileError(where, f"its sample rate is {rate:g} Hz", mend="give another file")
    directions = _directions(file, where, len(responses))
    if not np.isfinite(responses).all() or not np.any(responses, axis=2).all():
        raise FileError(where, "a response is silent or holds what is no number", mend="give another file")
    responses = _delayed(responses, file, where)
    ears = _small(file, "ReceiverPosition", 6).reshape(2, -1)
    if ears[0, 1] < ears[1, 1] and not _is_spherical(file["ReceiverPosition"]):
        responses = responses[:, ::-1]  # the right ear comes first
    return MeasuredHead(directions, np.ascontiguousarray(responses), int(rate))


def _directions(file: h5py.File, where: str, measurements: int) -> NDArray[np.float64]:
    table = file["SourcePosition"]
    if table.shape not in ((measurements, 3), (1, 3)):
        raise FileError(
            where, f"it says where {table.shape[0]} of {measurements} sources are", mend="give another file"
        )
    places = np.broadcast_to(np.asarray(table[()], dtype=np.float64), (measurements, 3))
    if _is_spherical(table):
        return spherical.unit_vectors(places[:, 0], places[:, 1])
    distances = np.linalg.norm(places, axis=1, keepdims=True)
    if not np.isfinite(distances).all() or not np.all(distances > 0.0):
        raise FileError(where, "a source is in the middle of the head", mend="give another file")
    return np.asarray(places / distances)


def _delayed(responses: NDArray[np.float64], file: h5py.File, where: str) -> NDArray[np.float64]:
    """With the delays in frames that are stated for all responses, or for each."""
    if "Data.Delay" not in file:
        return responses
    delays = np.asarray(file["Data.Delay"][()], dtype=np.float64)
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


def _small(file: h5py.File, name: str, count: int) -> NDArray[np.float64]:
    """A table of at least `count` numbers of which only these are wanted."""
    table = file[name]
    if table.size < count or table.size > 16 * count:
        raise ValueError(f"{name} has {table.size} numbers")
    return np.asarray(table[()], dtype=np.float64).ravel()[:count]


def _is_spherical(table: Any) -> bool:
    return _text(table.attrs.get("Type", "spherical")).lower() == "spherical"


def _text(value: Any) -> str:
    """An attribute as text, however it was written."""
    if isinstance(value, np.ndarray):
        value = value.flat[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
