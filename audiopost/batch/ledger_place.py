"""Where the ledger of a job lies: beside its outputs, or, where those lie elsewhere, in the user's folder.

SQLite's WAL keeps its index in shared memory, which a network disk does not share: there a ledger could be ruined.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from audiopost.batch.storage import is_url

__all__ = ["BESIDE", "LedgerPlace", "filesystem_of", "ledger_place", "state_folder"]

BESIDE = ".audiopost"
"""The folder beside the outputs that holds the ledger and, while a group is in work, what is not yet whole."""

STATE_VARIABLE = "AUDIOPOST_STATE_DIR"

NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "afs",
    "ceph",
    "gluster",
    "lustre",
    "beegfs",
)
"""How the types of file systems begin that other machines share."""


@dataclass(frozen=True)
class LedgerPlace:
    """The ledger's file; and the file beside the outputs that says where it is, if it is elsewhere."""

    path: Path
    staging: Path
    """What is in work and not yet whole: beside the outputs, where a rename publishes it, or a temporary folder."""
    pointer: Path | None = None


def ledger_place(root: str, job: Path) -> LedgerPlace:
    """Where the ledger of a job with its outputs in `root` lies."""
    name = job.stem
    beside = Path(root) / BESIDE
    staging = beside / f"{name}.work"
    if not is_url(root) and _is_local(beside):
        return LedgerPlace(beside / f"{name}.ledger", staging)
    digest = hashlib.sha256(f"{root} {job}".encode()).hexdigest()
    own_name = f"{name}-{digest[:16]}"
    path = state_folder() / "ledgers" / f"{own_name}.ledger"
    if is_url(root):
        return LedgerPlace(path, Path(tempfile.gettempdir()) / "audiopost-batch" / own_name)
    return LedgerPlace(path, staging, beside / f"{name}.ledger-is-at.txt")


def state_folder() -> Path:
    """The user's folder for what must outlive a run; `AUDIOPOST_STATE_DIR` overrides it."""
    if STATE_VARIABLE in os.environ:
        return Path(os.environ[STATE_VARIABLE])
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/audiopost"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "audiopost"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state")) / "audiopost"


def filesystem_of(path: str, mounts: str) -> str:
    r"""The type of the file system that a path lies on, from the text of ``/proc/self/mountinfo``.

    >>> line = "36 35 0:51 / {} rw shared:1 - {} server:/x rw\n"
    >>> filesystem_of("/film/out", line.format("/", "ext4") + line.format("/film", "nfs4"))
    'nfs4'
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].replace("\\040", " ")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


def _is_local(folder: Path) -> bool:
    """Whether a folder (which need not be there yet) lies on a disk of this machine, as far as the system tells."""
    if str(folder).startswith("\\\\"):
        return False
    mounts = Path("/proc/self/mountinfo")
    if not mounts.exists():
        return True
    return not filesystem_of(os.path.realpath(folder), mounts.read_text(encoding="utf-8")).startswith(NETWORK)
