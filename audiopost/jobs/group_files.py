"""Files of a group that appear together or not at all, whenever the process may be killed.

::

    all written and measured ─▶ journal ─▶ old files aside ─▶ names ─▶ manifest ─▶ journal and old files away
                                └── undone by the next run into the folder ──┘

One file needs none of this: it gets its name in one step. Of a group, a process that is killed between two names would
leave half: so what is about to happen is written down first (the journal), the files that are to be replaced are kept
aside, and a manifest with the hash of every file comes last. A group that was caught in between has a journal and no
manifest, and the next run into its folder undoes it: old files come back, new ones go.

Conventions
-----------
- A journal is held by a lock while its process lives, so that two runs into one folder leave each other alone (on
  POSIX systems; on Windows one run at a time goes into a folder).
- Only files that the journal knows by their identity on the disk are taken away; what bears a name by now is spared
  where it is another file.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from audiopost.media.file_faults import fault
from audiopost.media.new_file import Exists, NewFile, locked

__all__ = ["MANIFEST_SUFFIX", "beside", "published_together", "sha256_of", "undo_unfinished"]

MANIFEST_SUFFIX = ".manifest.json"
_JOURNAL_PREFIX, _JOURNAL_SUFFIX = ".audiopost-", ".journal"
_PIECE_BYTES = 1 << 20
_LONGEST_NAME_BYTES = 255


@contextmanager
def published_together(
    paths: Sequence[Path],
    exists: Exists,
    protected: Sequence[Path] = (),
    about: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    lasting: bool = True,
) -> Iterator[tuple[NewFile, ...]]:
    """New files for a group: all get their names at the end, or, after any error, nothing of them remains.

    Parameters
    ----------
    paths
        The names.
    exists, protected
        As in `audiopost.media.new_file.NewFile`.
    about
        What the manifest says of the group besides its files.
    folder
        Where manifest and journal lie: the folder that holds all the files, at any depth; that of the first by default.
    lasting
        As in `audiopost.media.new_file.NewFile`; where the files are moved on, nothing is brought to the disk.

    Raises
    ------
    FileError
        If a name is taken or the disk fails.
    """
    new: list[NewFile] = []
    folder = folder or paths[0].parent
    undo_unfinished(folder)
    try:
        for path in paths:
            new.append(NewFile(path, exists, protected, lasting=lasting))  # noqa: PERF401 - those made are discarded below
        if len(paths) > 1:
            new.append(NewFile(folder / beside(paths[0], MANIFEST_SUFFIX).name, exists, protected, lasting=lasting))
        yield tuple(new[: len(paths)])
        if len(paths) == 1:
            new[0].publish()
            return
        manifest = new[-1]
        with _journal(folder, new, exists, lasting=lasting) as run:
            for each in new[:-1]:
                each.publish()
            _write_manifest(manifest, new[:-1], {**(about or {}), "run": run})
            manifest.publish()
    except BaseException:
        for each in new:
            each.discard()
        raise


def beside(path: Path, suffix: str) -> Path:
    """A file beside another with its name and another suffix; cut where a disk has no room for so long a name.

    >>> beside(Path("out/mix.wav"), ".gain.csv").as_posix(), len(beside(Path("n" * 251 + ".wav"), ".gain.csv").name)
    ('out/mix.gain.csv', 255)
    """
    room = _LONGEST_NAME_BYTES - len(os.fsencode(suffix))
    stem = os.fsencode(path.stem)[:room].decode(sys.getfilesystemencoding(), "ignore")
    return path.with_name(stem + suffix)


def undo_unfinished(folder: Path) -> None:
    """Undo every group in a folder that a killed process left between its first name and its manifest.

    Raises
    ------
    FileError
        If the disk fails.
    """
    try:
        journals = [entry for entry in folder.iterdir() if _is_journal(entry.name)] if folder.is_dir() else []
        for journal in journals:
            settled = False
            with suppress(FileNotFoundError), journal.open("r+", encoding="utf-8") as text:
                if settled := locked(text.fileno()):
                    _settle(_plan_in(text.read()))
            if settled:  # closed first: some systems take no open file away
                journal.unlink(missing_ok=True)
    except OSError as error:
        raise fault(folder, error) from error


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise fault(path, error) from error
    return digest.hexdigest()


@contextmanager
def _journal(folder: Path, new: Sequence[NewFile], exists: Exists, *, lasting: bool) -> Iterator[str]:
    """What is about to happen, on the disk and locked; settled afterwards, whichever way it went.

    The manifest is the last of the files. Gives the name of the run, which it has to bear.
    """
    journal = folder / f"{_JOURNAL_PREFIX}{secrets.token_hex(4)}{_JOURNAL_SUFFIX}"
    aside = {each.path: folder / f".{secrets.token_hex(4)}.aside" for each in new if exists == "replace"}
    plan = {
        "manifest": str(new[-1].path),
        "run": journal.name,
        "files": [
            {"path": str(each.path), "temporary": str(each.temporary), "aside": str(aside.get(each.path, "")),
             "identity": _identity(each.temporary)}
            for each in new
        ],
    }  # fmt: skip
    try:
        with journal.open("w", encoding="utf-8") as text:
            locked(text.fileno())
            try:
                json.dump(plan, text)
                text.flush()
                if lasting:
                    os.fsync(text.fileno())
                for path, place in aside.items():
                    _keep_aside(path, place)
                yield journal.name
            finally:
                _settle(plan)
    finally:
        journal.unlink(missing_ok=True)


def _settle(plan: Mapping[str, Any]) -> None:
    """Finish a group: with its manifest what is left over goes, without it everything is as it was."""
    finished = _finished(plan)
    for file in plan.get("files", ()):
        path, aside = Path(file["path"]), Path(file["aside"]) if file["aside"] else None
        if not finished:
            for place in _numbered(path):
                if file["identity"] is not None and _identity(place) == file["identity"]:
                    place.unlink()
            if aside is not None and aside.exists():
                os.replace(aside, path)
        Path(file["temporary"]).unlink(missing_ok=True)
        if aside is not None:
            aside.unlink(missing_ok=True)


def _finished(plan: Mapping[str, Any]) -> bool:
    """Whether a manifest of this run is there."""
    if "manifest" not in plan:
        return False
    return any(_plan_in(_text_of(place)).get("run") == plan["run"] for place in _numbered(Path(plan["manifest"])))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _plan_in(text: str) -> dict[str, Any]:
    """The object in a text; an empty one where a process was killed while it wrote."""
    try:
        plan = json.loads(text)
    except ValueError:
        return {}
    return plan if isinstance(plan, dict) else {}


def _numbered(path: Path) -> Iterator[Path]:
    """A name, and those that ``exists="number"`` may have made of it."""
    yield path
    yield from path.parent.glob(f"{_literal(path.stem)}-*{_literal(path.suffix)}")


def _write_manifest(manifest: NewFile, files: Sequence[NewFile], about: Mapping[str, Any]) -> None:
    listed = [
        {
            "name": _name_below(each.path, manifest.path.parent),
            "bytes": each.path.stat().st_size,
            "sha256": sha256_of(each.path),
        }
        for each in files
    ]
    try:
        text = json.dumps({"schema": 1, **about, "files": listed}, indent=2) + "\n"
        manifest.temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fault(manifest.path, error) from error


def _name_below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _keep_aside(path: Path, place: Path) -> None:
    """A second name for what is to be replaced; a copy where the disk has no second names, a link as itself."""
    if not os.path.lexists(path):
        return
    try:
        os.link(path, place, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, place, follow_symlinks=False)


def _identity(path: Path) -> list[int] | None:
    """What a file is on its disk, whatever its name; None where there is none."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return [status.st_dev, status.st_ino]


def _is_journal(name: str) -> bool:
    return name.startswith(_JOURNAL_PREFIX) and name.endswith(_JOURNAL_SUFFIX)


def _literal(text: str) -> str:
    """A name's part for `glob` that stands for itself."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)
