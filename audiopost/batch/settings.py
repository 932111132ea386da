"""The settings of a run from its job file, and the hash that tells whether they have changed since."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

from audiopost.batch.plan import Plan, PlannedGroup
from audiopost.batch.storage import content_hash
from audiopost.batch.work import Settings, prepare
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.chance import with_seed
from audiopost.graph.spec import GraphSpec
from audiopost.library.job_file import JobFile
from audiopost.library.presets import is_path
from audiopost.library.targets import load_target

__all__ = ["SettingsHash", "settings_of"]


def settings_of(job: JobFile, plan: Plan, staging: Path) -> Settings:
    """Everything that the groups of a job have in common, its chain and its targets read and checked.

    Raises
    ------
    UsageError
        If the chain, a parameter, a target or an effect file is wrong.
    FileError
        If an effect file cannot be read.
    """
    settings = Settings(
        staging=str(staging),
        effects=job.effects,
        delivery=job.delivery,
        exists=job.exists,
    )
    prepare(settings)
    spec = None
    if job.chain is not None:
        from audiopost.jobs.chain_values import with_values  # as in `audiopost.batch.work`
        from audiopost.library.chains import load_chain

        spec = with_seed(with_values(load_chain(_word(job.chain)), job.parameters), job.seed)
    named = (job.target, *(group.target for group in plan.groups))
    words = dict.fromkeys(word for word in named if word is not None)
    return replace(settings, spec=spec, targets={word: load_target(_word(word)) for word in words})


class SettingsHash:
    """SHA-256 of what is asked for a group: chain, target, form and names. Whoever changes one of them changes it.

    The content of files that a chain names (impulse responses, plug-in states) and of effect files counts too. The
    version of audiopost does not: a library is not done again because the program is newer.
    """

    def __init__(self, settings: Settings) -> None:
        self.may_replace = settings.exists == "replace"
        same = {
            field.name: getattr(settings, field.name)
            for field in fields(settings)
            if field.name not in ("staging", "spec", "targets", "effects", "exists", "delivery")
        }
        same["delivery"] = settings.delivery.as_words()
        same["chain"] = chain_hash(settings.spec)
        same["effects"] = [content_hash(path) for path in settings.effects]
        self._same = json.dumps(same, sort_keys=True)
        self._targets = {word: _sha256(repr(target)) for word, target in settings.targets.items()}

    def of(self, group: PlannedGroup) -> str:
        """Of one group."""
        names = [(file.place, file.output) for file in group.files]
        target = "" if group.target is None else self._targets[group.target]
        return _sha256(json.dumps([self._same, target, group.kind, names, group.companions]))


def chain_hash(spec: GraphSpec | None) -> str:
    """SHA-256 of a drawing and of the files that it names; empty for none."""
    if spec is None:
        return ""
    files = [_hash_of_file(path) for path in _files_of(spec)]
    return _sha256(repr(spec) + json.dumps(files))


def _files_of(spec: GraphSpec) -> Iterator[Path]:
    for name, node in spec.nodes:
        if node.definition is not None:
            continue
        kinds = {setting.name: setting.kind for setting in CATALOGUE.entry(node.effect, name).settings}
        yield from (Path(str(value)) for key, value in node.settings if kinds.get(key) == "path")


def _hash_of_file(path: Path) -> str:
    """Of its content; of a bundle, which is a folder, of what tells that a file in it was changed."""
    if path.is_file():
        return content_hash(path)
    files = sorted(each for each in path.rglob("*") if each.is_file())
    return _sha256(json.dumps([(os.fspath(each), each.stat().st_size, each.stat().st_mtime_ns) for each in files]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _word(word: str) -> str | Path:
    return Path(word) if is_path(word) else word
