"""Programs of `vector_code` as machine code: emitted once, kept in the user's cache. The door to llvmlite.

The object code of a program is loaded by the next process without a compiler. A damaged or missing file costs half a
second and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from audiopost.dsp.compiled import kernel_cache_folder
from audiopost.dsp.vector_code import BYTE, INDEX, POINTER, REAL, WORD, Code, VectorProgram

__all__ = ["Programs", "are_kept", "emitted"]

Programs = Mapping[str, Callable[..., Any]]
"""Callable programs by name; memory is given by its address."""

_ARGUMENTS: dict[str, Any] = {
    POINTER: ctypes.c_void_p,
    INDEX: ctypes.c_int64,
    WORD: ctypes.c_int32,
    REAL: ctypes.c_double,
}
_RESULTS: dict[str, Any] = {"": None, BYTE: ctypes.c_uint8, **_ARGUMENTS}
_DOOR = threading.Lock()
_ENGINES: list[Any] = []
"""Machine code lives as long as its engine."""


def emitted(*programs: VectorProgram) -> Programs:
    """The programs as machine code for this processor: from the user's cache, or emitted now (half a second).

    Raises
    ------
    ImportError, OSError
        If llvmlite is not there, or does not load on this machine.
    """
    with _DOOR:
        import llvmlite.binding as llvm

        machine, path = _machine_and_place(llvm, programs)
        object_code = _kept(path, lambda: _compile(llvm, machine, programs))
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(object_code))
        engine.finalize_object()
        _ENGINES.append(engine)
        return {program.name: _callable(engine, program) for program in programs}


def are_kept(*programs: VectorProgram) -> bool:
    """Whether `emitted` would find the programs in the user's cache. Raises as it does."""
    with _DOOR:
        import llvmlite.binding as llvm

        _, path = _machine_and_place(llvm, programs)
        return path is not None and path.exists()


def _machine_and_place(llvm: Any, programs: tuple[VectorProgram, ...]) -> tuple[Any, Path | None]:
    """What code is made for, and the file in which it is kept; None where there is no cache."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    processor = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(*processor, opt=3, codemodel="jitdefault", jit=True)
    key = repr((llvm.llvm_version_info, target.triple, *processor, *(program.name for program in programs)))
    folder = kernel_cache_folder()
    return machine, folder and folder / f"vectors-{hashlib.sha256(key.encode()).hexdigest()[:16]}.o"


def _callable(engine: Any, program: VectorProgram) -> Callable[..., Any]:
    make = ctypes.PYFUNCTYPE if program.brief else ctypes.CFUNCTYPE
    prototype = make(_RESULTS[program.gives], *(_ARGUMENTS[kind] for kind in program.kinds))
    return prototype(engine.get_function_address(program.name))


def _compile(llvm: Any, machine: Any, programs: tuple[VectorProgram, ...]) -> bytes:
    """Object code of the programs."""
    import llvmlite.ir as ir

    module = ir.Module("audiopost")
    for program in programs:
        code = Code(ir, module, program)
        result = program.write(code, *code.arguments)
        if result is None:
            code.builder.ret_void()
        else:
            code.builder.ret(result.llvm)
    verified = llvm.parse_assembly(str(module))
    verified.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(verified, passes)
    object_code: bytes = machine.emit_object(verified)
    return object_code


def _kept(path: Path | None, make: Callable[[], bytes]) -> bytes:
    """Object code from the user's cache, or made and put there; a damaged file counts as none."""
    if path is None:
        return make()
    with contextlib.suppress(OSError):
        digest, _, object_code = path.read_bytes().partition(b"\n") if path.exists() else (b"", b"", b"")
        if hashlib.sha256(object_code).hexdigest().encode() == digest:
            return object_code
    object_code = make()
    with contextlib.suppress(OSError):  # a full disk costs the next process half a second, no more
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(object_code).hexdigest().encode() + b"\n" + object_code)
        Path(name).replace(path)
    return object_code
