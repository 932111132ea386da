"""What a job comes to: which files, in which groups, under which names. Nothing is written.

::

    inputs ──▶ sources ──▶ groups ──▶ names of the outputs ──▶ collisions?
    globs, lists, tables     by folder or fields        template
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from audiopost.batch.name_pattern import NamePattern, filled
from audiopost.batch.sources import Problem, Source, sources_of
from audiopost.batch.storage import joined, place_of
from audiopost.errors import AudiopostError, PresetError, UnknownNameError, UsageError
from audiopost.media.containers import container_for

if TYPE_CHECKING:
    from audiopost.library.job_file import JobFile

__all__ = ["Plan", "PlannedFile", "PlannedGroup", "Problem", "lies_beside", "output_root", "planned"]

FOLDER = "folder"
"""The word in ``group_by`` that stands for the folder that a file lies in."""


@dataclass(frozen=True)
class PlannedFile:
    """One input, and the place of its output. Its suffix may turn out otherwise if the input's is wrong."""

    place: str
    output: str

    def owns(self, place: str) -> bool:
        """Whether a file was made of this input: its output, a channel of it, or what lies beside it.

        >>> file = PlannedFile("/in/mix.wav", "/out/mix.wav")
        >>> file.owns("/out/mix.L.wav"), file.owns("/out/mix.gain.csv"), file.owns("/out/mix-2.wav")
        (True, True, False)
        """
        return lies_beside(place, self.output)


@dataclass(frozen=True)
class PlannedGroup:
    """Files that are worked on together; `key` names the group in the ledger."""

    key: str
    kind: Literal["each", "album", "stems"]
    files: tuple[PlannedFile, ...]
    target: str | None = None
    companions: tuple[tuple[str, str], ...] = ()
    """Files that are only listened to: the keyword of `audiopost.jobs.normalize.normalize`, and the place."""

    @property
    def places(self) -> tuple[str, ...]:
        """Every file that the outputs follow from."""
        return (*(file.place for file in self.files), *(place for _, place in self.companions))

    @property
    def name(self) -> str:
        """What people call it."""
        return PurePosixPath(self.files[0].place).name if len(self.files) == 1 else self.key


@dataclass(frozen=True)
class Plan:
    """The groups in the order of their inputs, and what is wrong. `root` is where the outputs and the ledger lie."""

    root: str
    groups: tuple[PlannedGroup, ...]
    problems: tuple[Problem, ...]
    collisions: tuple[Problem, ...]
    """Names that two inputs would be written under, or that are inputs; a job with any is not begun."""


def planned(job: JobFile, known_outputs: Collection[str] = (), *, may_be_empty: bool = False) -> Plan:
    """Plan a job.

    Parameters
    ----------
    job
        What was asked for.
    known_outputs
        Places that earlier runs of this job wrote: never taken as inputs.
    may_be_empty
        True where files may still come: then it is no fault that there are none.

    Raises
    ------
    PresetError
        If the pattern or the template is wrong, or no file is found at all.
    FileError
        If a list or a table of files cannot be read, or a storage not reached.
    """
    root = output_root(job)
    found, problems = sources_of(job, root, known_outputs)
    sources, unmatched = _with_fields(job, found)
    groups = tuple(
        PlannedGroup(
            key, job.group, _named(job, root, members), members[0].target or job.target, _beside(job, members[0])
        )
        for key, members in _grouped(job, sources).items()
    )
    if not groups and not (problems or unmatched or may_be_empty):
        raise PresetError(
            "no file matches", path=str(job.path), key="inputs", mend="look at the folder and the pattern"
        )
    return Plan(root, groups, (*problems, *unmatched), _collisions(groups))


def lies_beside(place: str, output: str) -> bool:
    """Whether a place is an output, or bears its name with more behind it."""
    return place == output or place.startswith(f"{output.removesuffix(PurePosixPath(output).suffix)}.")


def output_root(job: JobFile) -> str:
    """The folder that all outputs lie in: the part of the template before its first field."""
    parts = job.output.split("/")
    fixed = next((index for index, part in enumerate(parts) if "{" in part), len(parts))
    return place_of("/".join(parts[:fixed]) or ("/" if job.output.startswith("/") else "."), job.folder)


def _with_fields(job: JobFile, sources: Iterable[Source]) -> tuple[list[Source], list[Problem]]:
    """The sources with the fields of their names; those that the pattern does not fit are problems."""
    try:
        pattern = None if job.pattern is None else NamePattern(job.pattern)
    except UsageError as error:
        raise _wrong(job, "pattern", error) from error
    for name in job.group_by:
        if name != FOLDER and (pattern is None or name not in pattern.fields):
            known = (*(pattern.fields if pattern else ()), FOLDER)
            raise _wrong(job, "group_by", UnknownNameError(kind="field", name=name, known=known))
    fitting: list[Source] = []
    problems: list[Problem] = []
    for source in sources:
        read = {} if pattern is None else pattern.read(source.place.replace("\\", "/"))
        if read is None:
            problems.append(Problem(source.place, f"the name does not fit the pattern {job.pattern!r}"))
        else:
            fitting.append(replace(source, fields={**source.fields, **read}))
    return fitting, problems


def _grouped(job: JobFile, sources: Iterable[Source]) -> dict[str, list[Source]]:
    """Sources by the key of their group."""
    groups: dict[str, list[Source]] = {}
    for source in sources:
        groups.setdefault(_key(job, source), []).append(source)
    return groups


def _key(job: JobFile, source: Source) -> str:
    if job.group == "each":
        key = source.place
    elif job.group_by:
        folder = str(PurePosixPath(source.place.replace("\\", "/")).parent)
        key = " ".join(folder if name == FOLDER else f"{name}={source.fields[name]}" for name in job.group_by)
    else:
        key = job.group
    return key if source.target is None else f"{key} for {source.target}"


def _named(job: JobFile, root: str, members: Sequence[Source]) -> tuple[PlannedFile, ...]:
    return tuple(PlannedFile(source.place, _output(job, root, source)) for source in members)


def _output(job: JobFile, root: str, source: Source) -> str:
    path = PurePosixPath(source.place.replace("\\", "/"))
    suffix = _expected_suffix(source.place, job.delivery.format)
    if "{" not in job.output:
        return joined(root, "/".join(filter(None, (source.tree, path.stem))) + suffix)
    template = f"{job.output}{{name}}" if job.output.endswith("/") else job.output
    try:
        name = filled(template, _fields(job, source))
    except UsageError as error:
        raise _wrong(job, "output", error) from error
    place = place_of(name, job.folder) + suffix
    if not place.startswith(root.rstrip("/") + "/"):
        what = f"{source.place} would be written as {place}, outside {root}"
        raise PresetError(what, path=str(job.path), key="output", mend="see what the fields hold")
    return place


def _beside(job: JobFile, source: Source) -> tuple[tuple[str, str], ...]:
    """The companions of the group that a source is the first of."""
    found = []
    for name, template in job.companions.items():
        try:
            found.append((name, place_of(filled(template, _fields(job, source)), job.folder)))
        except UsageError as error:
            raise _wrong(job, name, error) from error
    return tuple(found)


def _fields(job: JobFile, source: Source) -> Mapping[str, str]:
    """What a template may name."""
    path = PurePosixPath(source.place.replace("\\", "/"))
    return {
        "target": source.target or job.target or "",
        **source.fields,
        "name": path.stem,
        "folder": path.parent.name,
        "tree": source.tree,
    }


def _collisions(groups: Sequence[PlannedGroup]) -> tuple[Problem, ...]:
    files = [file for group in groups for file in group.files]
    inputs = {file.place for file in files}
    taken: dict[str, str] = {}
    found: list[Problem] = []
    for file in files:
        if file.output in inputs:
            found.append(Problem(file.place, f"would be written as {file.output}, which is an input"))
        elif file.output in taken:
            found.append(Problem(file.place, f"would be written as {file.output}, and so would {taken[file.output]}"))
        taken.setdefault(file.output, file.place)
    return tuple(found)


def _expected_suffix(place: str, format_name: str | None) -> str:
    """The suffix of the output, as far as the name of the input tells."""
    own = PurePosixPath(place.replace("\\", "/")).suffix
    try:
        suffixes = container_for(Path(place), format_name).suffixes
    except UnknownNameError:
        return own
    return own if own.lower() in suffixes else suffixes[0]


def _wrong(job: JobFile, key: str, error: AudiopostError) -> PresetError:
    return PresetError(str(error), path=str(job.path), key=key)
