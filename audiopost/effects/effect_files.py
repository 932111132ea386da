"""Files of Python effects: ``audiopost render ... --effects my_effects.py``."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from audiopost.effects.python_effect import PythonEffect
from audiopost.errors import FileError, UsageError

__all__ = ["load_effects"]


def load_effects(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Run a Python file and add the effects that it decorates to the catalogue.

    Loading it again replaces them.

    Returns
    -------
    tuple of str
        The names of its effects, in order of definition.

    Raises
    ------
    FileError
        If there is no such file.
    UsageError
        If the file fails (with its line) or decorates nothing.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise FileError(str(path), "there is no such file", mend="give a Python file with decorated effects")
    module = _run(file)
    effects = tuple(each.name for each in vars(module).values() if isinstance(each, PythonEffect))
    if not effects:
        raise UsageError(
            "the file decorates no effect", where=str(path), mend="put @effect or @kernel above a function"
        )
    return effects


class _FreshLoader(SourceFileLoader):
    """Reads the source each time: cached byte code would miss two edits within a second, and leave files behind."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the file as it is now."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _run(file: Path) -> ModuleType:
    # The folder is in the name, so that two files of one name are two modules.
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:8]
    name = f"audiopost_effects_{file.stem}_{digest}"
    loader = _FreshLoader(name, str(file))
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError(f"{type(error).__name__}: {error}", where=f"{file}:{_line_of(error, file)}") from error
    return module


def _line_of(error: Exception, file: Path) -> int:
    """The last line of the file that was running, or that could not be read."""
    line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
