"""One group from its inputs to its outputs, wherever the worker runs.

::

    inputs ─▶ (fetched) ─▶ hashed ─▶ chain (jobs.render) ─▶ target (jobs.normalize) ─▶ unchanged? ─▶ published
              └────────────── all within a folder of its own; nothing of it remains ────────┘

Nothing here knows of ledgers or of other groups. What comes out depends on the group and the settings alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from audiopost.batch.ledger import Ended
from audiopost.batch.plan import PlannedFile, PlannedGroup, lies_beside
from audiopost.batch.storage import FileState, content_hash, fetched, published, removed, state_of
from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings
from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import AudiopostError, FileError
from audiopost.graph.spec import GraphSpec
from audiopost.jobs.job import Progress, Stage
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import open_audio
from audiopost.media.containers import container_for
from audiopost.media.file_faults import fault

if TYPE_CHECKING:
    from audiopost.jobs.render import RenderResult

__all__ = ["UNFORESEEN", "Settings", "Task", "attempt", "prepare"]

Made = tuple[Path, str]
"""A file in the staging folder, and the place that it is for."""

UNFORESEEN = "Unforeseen"
"""The `error_kind` of a failure that no error of `audiopost.errors` foresees."""


@dataclass(frozen=True)
class Settings:
    """What is done to every group of a run; travels to each worker once."""

    staging: str
    """The folder for what is not yet whole: beside the outputs, where a rename publishes it, or a temporary one."""
    spec: GraphSpec | None = None
    targets: Mapping[str, DeliveryTarget] = field(default_factory=dict)
    """By the words that the job names them with."""
    effects: tuple[Path, ...] = ()
    delivery: DeliverySettings = USUAL_DELIVERY
    exists: Literal["fail", "replace"] = "fail"


@dataclass(frozen=True)
class Task:
    """One group to be done. `own` are outputs of earlier runs, which may be replaced."""

    group: PlannedGroup
    own: tuple[str, ...] = ()


def prepare(settings: Settings) -> None:
    """Make this process ready for a run: what its groups need is imported, and their effects are known."""
    if settings.spec is not None:
        import audiopost.jobs.render  # noqa: F401 - every effect there is: a job without a chain need not wait for them
    if settings.effects:
        from audiopost.effects.effect_files import load_effects

        for path in settings.effects:
            load_effects(path)


def attempt(task: Task, settings: Settings, progress: Progress | None = None) -> Ended:
    """Do a group. Whatever goes wrong with it is told, not raised; only what `progress` raises is."""
    start = time.monotonic()
    given_up: list[BaseException] = []

    def report(fraction: float, words: str) -> None:
        try:
            if progress is not None:
                progress(fraction, words)
        except BaseException as error:
            given_up.append(error)
            raise

    try:
        ended = _done(task, settings, report)
    except Exception as error:
        if given_up:
            raise
        ended = _failed(task, error)
    return replace(ended, seconds=time.monotonic() - start, worker=f"{socket.gethostname()}:{os.getpid()}")


def _failed(task: Task, error: Exception) -> Ended:
    if isinstance(error, AudiopostError | OSError):
        foreseen = error if isinstance(error, AudiopostError) else fault(task.group.files[0].place, error)
        return Ended(task.group.key, (), error=str(foreseen), error_kind=type(foreseen).__name__)
    where = "".join(traceback.format_exception(error))
    words = "not enough memory" if isinstance(error, MemoryError) else f"an unforeseen failure: {error!r}\n{where}"
    return Ended(task.group.key, (), error=words, error_kind=UNFORESEEN)


def _done(task: Task, settings: Settings, progress: Progress) -> Ended:
    group = task.group
    with _staging(Path(settings.staging)) as folder:
        seen = [_required_state(place) for place in group.places]
        paths = _local_inputs(group, folder)
        beside = {name: fetched(place, folder / "beside" / name) for name, place in group.companions}
        local = [*paths, *beside.values()]
        real = {str(path): place for path, place in zip(local, group.places, strict=True)}
        inputs = tuple(replace(state, sha256=content_hash(path)) for state, path in zip(seen, local, strict=True))
        made, result, error = _made(group, paths, beside, settings, folder, Stage(progress, group.name))
        for state in inputs:
            if not state.same_as(state_of(state.place)):
                raise FileError(state.place, "the file changed while it was worked on", "do it again when it is whole")
        if error is not None:
            words = _in_real_words(str(error), real)
            return Ended(group.key, inputs, (), None, words, type(error).__name__, _renamed(result, real))
        outputs = _published(made, task, settings)
        real |= {str(path): state.place for (path, _), state in zip(made, outputs, strict=True)}
    result = _renamed(result, real)
    return Ended(group.key, inputs, outputs, passed=result.get("passed"), result=result)


@contextmanager
def _staging(base: Path) -> Iterator[Path]:
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=base))
    except OSError as error:
        raise fault(base, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _required_state(place: str) -> FileState:
    state = state_of(place)
    if state is None:
        raise FileError(place, "no such file", "it was there when the job was planned")
    return state


def _local_inputs(group: PlannedGroup, folder: Path) -> list[Path]:
    """The inputs as files of this machine, no two of one name: outputs bear the names of their inputs at first."""
    paths = [fetched(file.place, folder / "in" / str(index)) for index, file in enumerate(group.files)]
    if len({path.stem for path in paths}) == len(paths):
        return paths
    apart = folder / "apart"
    apart.mkdir()
    linked = [apart / f"{index}-{path.name}" for index, path in enumerate(paths)]
    for path, link in zip(paths, linked, strict=True):
        try:
            link.symlink_to(path)
        except OSError:  # a system that allows no links
            shutil.copyfile(path, link)
    return linked


def _made(
    group: PlannedGroup,
    paths: Sequence[Path],
    beside: Mapping[str, Path],
    settings: Settings,
    folder: Path,
    stage: Stage,
) -> tuple[list[Made], dict[str, Any], AudiopostError | None]:
    """The outputs in the staging folder, what was found, and why there are none if there are none."""
    target = None if group.target is None else settings.targets[group.target]
    if settings.spec is None:
        assert target is not None, "a job without chain and target is refused when it is read"
        return _delivered(group, paths, beside, target, settings.delivery, folder, stage)
    spec, through = settings.spec, stage.part(0.0, 1.0 if target is None else 0.5)
    asked = settings.delivery
    form = asked if target is None else replace(asked, format="wav", bits="32f", rate=None)
    rendered = [
        _rendered(path, spec, form, folder, through.part(index / len(paths), (index + 1) / len(paths)))
        for index, path in enumerate(paths)
    ]
    outputs = [each.output for each in rendered]
    found = {"rendered": [each.to_json() for each in rendered]}
    if target is None:
        return [_placed(file, path, path) for file, path in zip(group.files, outputs, strict=True)], found, None
    made, result, error = _delivered(
        group, outputs, beside, target, _in_form_of(paths[0], asked), folder, stage.part(0.5, 1.0)
    )
    real = dict(zip(map(str, outputs), map(str, paths), strict=True))
    return made, _renamed({**result, **found}, real), error


def _rendered(path: Path, spec: GraphSpec, form: DeliverySettings, folder: Path, stage: Stage) -> RenderResult:
    from audiopost.jobs.render import render

    place = folder / "chain"
    place.mkdir(exist_ok=True)
    return render(
        path,
        place / (path.stem if form.format else path.name),
        spec,
        format=form.format,
        bits=form.bits,
        sample_rate=form.rate,
        layout=form.layout,
        lasting=False,
        progress=stage.progress(),
    )


def _in_form_of(path: Path, asked: DeliverySettings) -> DeliverySettings:
    """The settings with the form of an input where they leave it open: what a chain made is in no form of its own."""
    with open_audio(path) as reader:
        container = reader.container if asked.format is None else container_for(path, asked.format)
        return replace(
            asked, format=container.name, bits=asked.bits or container.nearest_bits(reader.bits), layout=None
        )


def _delivered(
    group: PlannedGroup,
    paths: Sequence[Path],
    beside: Mapping[str, Path],
    target: DeliveryTarget,
    asked: DeliverySettings,
    folder: Path,
    stage: Stage,
) -> tuple[list[Made], dict[str, Any], AudiopostError | None]:
    words: dict[str, Any] = {**asked.as_words(), **beside, "lasting": False}  # brought to the disk where it goes
    (result,) = normalize(paths, target, folder / "out", group=group.kind, progress=stage.progress(), **words)
    made = [
        _placed(planned, path, done)
        for planned, path, file in zip(group.files, paths, result.files, strict=True)
        for done in file.outputs
    ]
    if result.ride_curve is not None:
        made.append(_placed(group.files[0], paths[0], result.ride_curve))
    return made, result.to_json(), result.error


def _placed(file: PlannedFile, path: Path, made: Path) -> Made:
    """A file that was made of an input, and its place: the planned name, with what was put behind the input's.

    >>> _placed(PlannedFile("in/mix.wav", "out/a.wav"), Path("staged/mix.wav"), Path("staged/out/mix.L.wav"))[1]
    'out/a.L.wav'
    """
    behind = made.name.removeprefix(path.stem) if made.name.startswith(path.stem) else made.suffix
    return made, file.output.removesuffix(PurePosixPath(file.output).suffix) + behind


def _published(made: Sequence[Made], task: Task, settings: Settings) -> tuple[FileState, ...]:
    """Give every output its place; after a failure those that were new are taken away again."""
    states: list[FileState] = []
    fresh: list[str] = []
    try:
        for path, place in made:
            replaceable = settings.exists == "replace" or any(lies_beside(place, own) for own in task.own)
            if state_of(place) is None:
                fresh.append(place)
            states.append(published(path, place, replace=replaceable))
    except BaseException:
        for place in fresh:
            removed(place)
        raise
    return tuple(states)


def _renamed(data: Any, names: Mapping[str, str]) -> Any:
    """Plain data in which the names of staged files are those that the user knows."""
    if isinstance(data, Mapping):
        return {key: _renamed(value, names) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_renamed(value, names) for value in data]
    return names.get(data, data) if isinstance(data, str) else data


def _in_real_words(words: str, names: Mapping[str, str]) -> str:
    for staged, real in names.items():
        words = words.replace(staged, real)
    return words
