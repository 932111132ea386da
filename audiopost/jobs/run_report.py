"""The report of a run as JSON, and the run repeated from it.

A report holds everything that made the outputs: the target with its rules (not its name alone: a target's file may
change), the settings, the hash of every input and output, the versions of the packages that make samples, and for
every group what was measured before and after and what was done in between. Repeated with the same versions on the
same kind of processor, a run gives the same samples, and for WAV, RF64 and FLAC the same bytes.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audiopost.delivery.target import AnyOf, Condition, DeliveryTarget, FormatRules, Rule, Source
from audiopost.errors import FileError, UsageError
from audiopost.graph.fingerprint import conditions
from audiopost.jobs.group_files import sha256_of
from audiopost.jobs.normalized import GroupResult
from audiopost.media.file_faults import fault
from audiopost.media.new_file import NewFile, writing_text

__all__ = ["SavedRun", "read_report", "require_json_report", "write_report"]

KIND = "audiopost normalize"


@dataclass(frozen=True)
class SavedRun:
    """A run as its report tells it: what is needed to do it again.

    `settings` are keyword arguments of `audiopost.jobs.normalize.normalize`; `inputs` and `outputs` are hashes by path;
    `notes` tell what differs from the conditions that it was made under.
    """

    paths: tuple[Path, ...]
    target: DeliveryTarget
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    notes: tuple[str, ...] = ()


def require_json_report(path: Path) -> None:
    """Raise UsageError where a report of another kind than JSON is asked for."""
    if path.suffix.lower() != ".json":
        kind = path.suffix or "a file without a suffix"
        mend = "name it .json; `audiopost report` draws pages of delivered files"
        raise UsageError(f"normalize reports as JSON, not as {kind}", str(path), mend)


def write_report(
    path: Path,
    target: DeliveryTarget,
    settings: Mapping[str, Any],
    sources: Mapping[Path, str],
    others: Mapping[Path, str],
    results: Sequence[GroupResult],
) -> None:
    """Write the report of a run; it replaces an older one of that name.

    Parameters
    ----------
    settings
        Keyword arguments of `audiopost.jobs.normalize.normalize` that are plain data.
    sources, others
        The hash of every input, taken before the run: of what was normalised, and of what was only listened to (a
        dialogue stem, a full mix).

    Raises
    ------
    FileError
        If the disk fails, or the report bears the name of an input.
    """
    files = [file for result in results for file in result.files]
    written = [path for file in files for path in file.outputs]
    outputs = [{"path": str(output), "sha256": sha256_of(output)} for output in written]
    document = {
        "schema": 1,
        "kind": KIND,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "conditions": conditions(),
        "settings": dict(settings),
        "target": _plain(asdict(target)),
        "inputs": [
            {"path": os.path.abspath(each), "sha256": digest, "normalized": each in sources}
            for each, digest in {**others, **sources}.items()
        ],
        "outputs": outputs,
        "groups": [_plain(result.to_json()) for result in results],
    }
    new = NewFile(path, "replace", (*sources, *others, *written))
    with writing_text(new) as text:
        json.dump(document, text, indent=2, allow_nan=False)
        text.write("\n")


def read_report(path: Path) -> SavedRun:
    """The run that a report tells of; its inputs are looked at: a changed one would give another output.

    Raises
    ------
    FileError
        If the report cannot be read or is none, or an input is gone or has changed.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise fault(path, error) from error
    except ValueError as error:
        raise FileError(str(path), "this is no JSON", "name a report that --report wrote") from error
    if not isinstance(document, dict) or document.get("kind") != KIND or document.get("schema") != 1:
        raise FileError(str(path), "this is no report of a normalize run", "name a report that --report wrote")
    inputs = {each["path"]: each["sha256"] for each in document["inputs"]}
    for each, digest in inputs.items():
        if sha256_of(Path(each)) != digest:
            raise FileError(each, "the file has changed since the report was written", "bring back the one of then")
    now, then = conditions(), document["conditions"]
    changed = [f"{name} was {then.get(name)} and is {now[name]}" for name in now if then.get(name) != now[name]]
    return SavedRun(
        paths=tuple(Path(each["path"]) for each in document["inputs"] if each["normalized"]),
        target=_target_of(document["target"]),
        settings=document["settings"],
        inputs=inputs,
        outputs={each["path"]: each["sha256"] for each in document["outputs"]},
        notes=(f"samples may differ from those of then: {', '.join(changed)}",) if changed else (),
    )


def _plain(value: Any) -> Any:
    """The value as JSON has it: what is not finite becomes a word or null, so that it can come back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "inf" if value == math.inf else None
    return str(value) if isinstance(value, Path) else value


def _target_of(data: Mapping[str, Any]) -> DeliveryTarget:
    form = dict(data["format"])
    spans = tuple((layout, least, float(most)) for layout, least, most in form.pop("bit_rates_kbps"))
    tuples: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in form.items()}
    plain = {key: value for key, value in data.items() if key not in ("rules", "format", "source", "notes")}
    return DeliveryTarget(
        **plain,
        rules=tuple(_rule_of(rule) for rule in data["rules"]),
        format=FormatRules(**tuples, bit_rates_kbps=spans),
        source=Source(**data["source"]),
        notes=tuple(data["notes"]),
    )


def _rule_of(data: Mapping[str, Any]) -> Any:
    when = Condition(**{**data["when"], "layouts": tuple(data["when"]["layouts"])})
    rest = {key: value for key, value in data.items() if key not in ("when", "rules")}
    if "rules" in data:
        return AnyOf(tuple(_rule_of(rule) for rule in data["rules"]), when, **rest)
    return Rule(when=when, **rest)
