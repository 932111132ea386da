"""What code in C may change of the whole process while it is loaded, put back afterwards.

The working folder, the language of C's own texts (a comma for the decimal point has spoiled many a preset), and the
processor's floating-point settings.
"""

from __future__ import annotations

import contextlib
import locale
import os
from collections.abc import Iterator

from audiopost.plugins.floating_point import floating_point_kept

__all__ = ["surroundings_kept"]


@contextlib.contextmanager
def surroundings_kept() -> Iterator[list[str]]:
    """Put the surroundings back; the list says afterwards what had been changed, in words."""
    changed: list[str] = []
    folder = _folder()
    language = locale.setlocale(locale.LC_ALL)
    try:
        with floating_point_kept():
            yield changed
    finally:
        if folder and _folder() != folder:
            changed.append("the working folder")
            os.chdir(folder)
        if locale.setlocale(locale.LC_ALL) != language:
            changed.append("the locale")
            locale.setlocale(locale.LC_ALL, language)


def _folder() -> str:
    """The working folder; empty where it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return ""
