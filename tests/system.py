"""What tests need from the machine: present, or a skip that names the package, or a failure where CI promises it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

__all__ = ["absent", "require_path", "require_root", "require_system"]


def absent(what: str) -> NoReturn:
    """Skip the test with the message; fail where ``CI=true``, for there everything is installed."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{what} (CI=true: this may not be skipped)", pytrace=False)
    pytest.skip(what)


def require_system(program: str, *, package: str) -> str:
    """The path of a program of the system."""
    path = shutil.which(program)
    if path is None:
        absent(f"{program} is missing: install the system package {package}")
    return path


def require_path(path: str | Path, *, package: str) -> Path:
    """A file or folder that a system package brings."""
    if not Path(path).exists():
        absent(f"{path} is missing: install the system package {package}")
    return Path(path)


def require_root(what_for: str) -> None:
    """Skip without root's rights, also on CI: nothing can be installed that would give them."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip(f"needs root on Linux: {what_for}")
