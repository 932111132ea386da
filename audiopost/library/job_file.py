"""A job from TOML: what ``audiopost batch`` is to do, checked before anything is looked for.

::

    inputs = ["stems/**/*.wav"]            globs, files, lists (.txt), tables (.csv), URLs
    pattern = "{scene}_{stem}.wav"
    group_by = "scene"                     each scene is a programme of stems
    target = "ebu-r128"
    output = "delivered/{scene}/{name}"

Paths in a job are taken from the folder that the job file lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from audiopost.delivery.gain_plan import GainMode, InTolerance
from audiopost.library.job_form import JobTable
from audiopost.library.presets import is_path
from audiopost.library.schema import validated
from audiopost.library.toml_file import TomlFile, read_toml
from audiopost.media.containers import Bits

__all__ = ["USUAL_LIMITING_DB", "JobFile", "load_job"]

USUAL_LIMITING_DB = 6.0
"""Most limiting in limit mode where the job does not say."""


@dataclass(frozen=True)
class JobFile:
    """What a job file says; a path in it is absolute or a URL, but for `inputs`, `exclude`, `output` and `report`."""

    path: Path
    inputs: tuple[str, ...]
    output: str
    """A folder, or a template of the outputs' names without their suffix."""
    exclude: tuple[str, ...] = ()
    group: Literal["each", "album", "stems"] = "each"
    pattern: str | None = None
    group_by: tuple[str, ...] = ()
    """Fields of the pattern, or ``folder``: files in which they agree are one group."""
    chain: str | None = None
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    effects: tuple[Path, ...] = ()
    """Python files whose effects the chain may name."""
    target: str | None = None
    mode: GainMode = "linear"
    max_limiting_db: float = USUAL_LIMITING_DB
    in_tolerance: InTolerance = "copy"
    layout: str | None = None
    dual_mono: bool = False
    format: str | None = None
    bits: Bits | None = None
    rate: int | None = None
    exists: Literal["fail", "replace"] = "fail"
    report: str | None = None
    attempts: int = 3
    """Most times that a group is tried while neither its files nor the settings change."""
    patience_s: float = 300.0
    """How long a group may give no sign of progress before its worker is ended."""

    @property
    def folder(self) -> Path:
        """Where the job file lies: what its relative paths are taken from."""
        return self.path.parent


def load_job(path: str | Path) -> JobFile:
    """Read a job file.

    Raises
    ------
    PresetError
        If the file is missing or says something that it may not; with file, key and line.
    """
    place = Path(path).absolute()
    file = read_toml(place, shown_as=str(path))
    table = validated(JobTable, file)
    if table.max_limiting_db is not None and table.mode != "limit":
        raise file.error('max_limiting_db has a meaning only with mode = "limit"', ("max_limiting_db",))
    if table.parameters and table.chain is None:
        raise file.error("parameters belong to a chain, and the job names none", ("parameters",))
    if table.chain is None and table.target is None and not any(each.endswith(".csv") for each in table.inputs):
        raise file.error("a job without chain and target does nothing", (), "name a chain, a target, or both")
    group_by = (table.group_by,) if isinstance(table.group_by, str) else tuple(table.group_by or ())
    return JobFile(
        path=place,
        inputs=tuple(table.inputs),
        output=table.output,
        exclude=tuple(table.exclude),
        group=table.group or ("stems" if group_by else "each"),
        pattern=table.pattern,
        group_by=group_by,
        chain=_preset(table.chain, place),
        parameters=dict(table.parameters),
        effects=tuple(_present(file, place.parent / each, index) for index, each in enumerate(table.effects)),
        target=_preset(table.target, place),
        mode=table.mode,
        max_limiting_db=USUAL_LIMITING_DB if table.max_limiting_db is None else table.max_limiting_db,
        in_tolerance=table.in_tolerance,
        layout=table.layout,
        dual_mono=table.dual_mono,
        format=table.format,
        bits=table.bits,
        rate=table.rate,
        exists=table.exists,
        report=table.report,
        attempts=table.attempts,
        patience_s=table.patience_s,
    )


def _preset(word: str | None, job: Path) -> str | None:
    """An id as it is; a path from the job's folder."""
    return str(job.parent / word) if word is not None and is_path(word) else word


def _present(file: TomlFile, path: Path, index: int) -> Path:
    if not path.is_file():
        raise file.error(f"{path}: no such file", ("effects", index))
    return path
