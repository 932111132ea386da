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

from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings
from audiopost.errors import UnknownNameError, UsageError
from audiopost.library.job_form import COMPANIONS, KEYS, JobTable
from audiopost.library.playback import load_playback
from audiopost.library.presets import is_path
from audiopost.library.schema import Table, validated
from audiopost.library.toml_file import TomlFile, read_toml

__all__ = ["JobFile", "load_job"]

_OF_EVERY_OUTPUT = ("format", "bits", "rate", "layout")
"""Settings of a delivery that have a meaning without a target too."""


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
    seed: int | None = None
    """Mixed into everything that the chain leaves to chance."""
    effects: tuple[Path, ...] = ()
    """Python files whose effects the chain may name."""
    target: str | None = None
    delivery: DeliverySettings = USUAL_DELIVERY
    companions: Mapping[str, str] = field(default_factory=dict)
    """Templates of files beside each group, by the words that `audiopost.jobs.normalize.normalize` has for them."""
    exists: Literal["fail", "replace"] = "fail"
    report: str | None = None
    services: tuple[str, ...] = ()
    """What the report tells of these services: see `audiopost.jobs.preview`."""
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
    if table.parameters and table.chain is None:
        raise file.error("parameters belong to a chain, and the job names none", ("parameters",))
    if table.seed is not None and table.chain is None:
        raise file.error("a seed belongs to a chain, and the job names none", ("seed",))
    has_target = table.target is not None or any(each.endswith(".csv") for each in table.inputs)
    if table.chain is None and not has_target:
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
        seed=table.seed,
        effects=tuple(_present(file, place.parent / each, index) for index, each in enumerate(table.effects)),
        target=_preset(table.target, place),
        delivery=_delivery(table, file, has_target=has_target),
        companions={COMPANIONS[key]: word for key in COMPANIONS if (word := getattr(table, key)) is not None},
        exists=table.exists,
        report=table.report,
        services=_services(table.services, file),
        attempts=table.attempts,
        patience_s=table.patience_s,
    )


def _delivery(table: Table, file: TomlFile, *, has_target: bool) -> DeliverySettings:
    """The settings of the delivery, with every fault under its key."""
    words = {name: getattr(table, name) for name in USUAL_DELIVERY.as_words()}
    given = [name for name in (*words, *COMPANIONS) if name in table.model_fields_set]
    needs_mode = {"max_limiting_db": ("limit", "level"), "max_range_lu": ("level",), "max_riding_db": ("level",)}
    for name in given:
        if not has_target and name not in _OF_EVERY_OUTPUT:
            raise file.error(
                f"{KEYS.get(name, name)} belongs to a target, and the job names none", (KEYS.get(name, name),)
            )
        if name in needs_mode and words["mode"] not in needs_mode[name]:
            modes = " or ".join(f'"{mode}"' for mode in needs_mode[name])
            raise file.error(f"{name} has a meaning only with mode = {modes}", (name,))
    try:
        return DeliverySettings.from_words(words)
    except UsageError as error:
        key = (KEYS.get(error.where, error.where),) if error.where else ()
        raise file.error(error.what, key, error.mend) from error


def _services(names: list[str], file: TomlFile) -> tuple[str, ...]:
    for index, name in enumerate(names):
        try:
            load_playback(name)
        except UnknownNameError as error:
            raise file.error(str(error), ("services", index), error.mend) from error
    return tuple(names)


def _preset(word: str | None, job: Path) -> str | None:
    """An id as it is; a path from the job's folder."""
    return str(job.parent / word) if word is not None and is_path(word) else word


def _present(file: TomlFile, path: Path, index: int) -> Path:
    if not path.is_file():
        raise file.error(f"{path}: no such file", ("effects", index))
    return path
