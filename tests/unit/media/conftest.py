"""Places where files go wrong: a folder that others own, a disk with no room."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import absent, require_root

NOBODY = 65_534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may read and only its owner may write to, outside of pytest's private ones."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def as_nobody(open_folder: Path) -> Iterator[None]:
    """Without root's rights, which no permission stops; an ordinary user loses the right to write instead."""
    if os.geteuid() != 0:
        open_folder.chmod(0o555)
        yield
        open_folder.chmod(0o755)
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    require_root("mounts a small tmpfs")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        absent(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
