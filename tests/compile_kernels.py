"""Make the machine code of every kernel before the tests need it: ``python -m tests.compile_kernels``.

Tests run in several processes, and each would compile the same kernels as it meets them.
"""

import importlib
import os
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import audiopost.dsp
from audiopost.dsp.compiled import Kernel


def kernel_names() -> list[tuple[str, str]]:
    """Module and name of every kernel of the house."""
    modules = [
        importlib.import_module(f"{audiopost.dsp.__name__}.{found.name}")
        for found in pkgutil.iter_modules(audiopost.dsp.__path__)
    ]
    return [
        (module.__name__, name)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Kernel) and value.python.__module__ == module.__name__
    ]


def make_ready(module: str, name: str) -> None:
    getattr(importlib.import_module(module), name).ready()


def main() -> None:
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for made in [pool.submit(make_ready, *kernel) for kernel in kernel_names()]:
            made.result()


if __name__ == "__main__":
    main()
