from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audiopost.dsp.biquad import SectionCascade
from audiopost.dsp.compiled import Kernel, compile_function, compiled, inlined, kernel_cache_folder
from audiopost.dsp.gain import scale
from audiopost.dsp.smoothing import Ramps
from audiopost.errors import EffectError

MAKE_A_KERNEL = """
from audiopost.dsp.compiled import kernel_cache_folder
from audiopost.dsp.gain import scale
scale.ready()
print(kernel_cache_folder())
"""


@inlined
def doubled(x: float) -> float:
    return 2.0 * x


@compiled("float64(float64)")
def four_times(x: float) -> float:
    return doubled(doubled(x))


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


def test_importing_the_effects_does_not_import_numba() -> None:
    told = run_python("import sys, audiopost.effects; print('numba' in sys.modules, 'scipy' in sys.modules)")
    assert told == "False False"


def test_a_kernel_calls_helpers_that_stay_python_elsewhere() -> None:
    assert four_times.ready()(1.5) == 6.0 == four_times.python(1.5)
    assert isinstance(four_times, Kernel)


def test_a_kernel_is_made_once() -> None:
    assert scale.ready() is scale.ready()


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((2, 8), dtype=np.float64), np.zeros((4, 8), dtype=np.float32)[::2], np.zeros(8, dtype=np.float32)],
    ids=["another type", "rows that lie apart", "another number of dimensions"],
)
def test_an_array_of_another_kind_is_refused_and_not_compiled_for(wrong: np.ndarray) -> None:
    run = scale.ready()
    with pytest.raises(TypeError, match="No matching definition"):
        run(wrong, np.zeros((2, 8), dtype=np.float32), Ramps(1, 1).state)


def test_arrays_of_one_channel_one_frame_or_none_are_taken() -> None:
    for shape in ((1, 5), (5, 1), (1, 1), (2, 0)):
        scale.ready()(np.ones(shape, dtype=np.float32), np.ones(shape, dtype=np.float32), Ramps(1, 1).state)


def test_division_by_zero_is_infinity_and_no_exception() -> None:
    def inverse(x: float) -> float:
        return 1.0 / x

    assert compile_function(inverse, "float64(float64)")(0.0) == np.inf


def test_what_cannot_be_compiled_is_named_with_its_place() -> None:
    def wrong(x: float) -> float:
        return no_such_thing(x)  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(EffectError) as caught:
        compile_function(wrong, "float64(float64)")
    assert caught.value.node == "wrong"
    assert "no_such_thing" in caught.value.what
    assert caught.value.trace.startswith(__file__)


def test_the_cache_lies_where_the_user_wants_it_and_depends_on_the_source(tmp_path: Path) -> None:
    folder = Path(run_python(MAKE_A_KERNEL, NUMBA_CACHE_DIR=str(tmp_path)))
    assert folder.parent == tmp_path / "audiopost"
    assert list(folder.rglob("gain.scale*.nbc"))
    own = kernel_cache_folder()
    assert own is not None
    assert folder.name == own.name


def test_without_a_writable_cache_kernels_are_still_compiled(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert run_python(MAKE_A_KERNEL, NUMBA_CACHE_DIR=str(blocked)) == "None"


def test_a_users_own_numba_cache_is_left_alone() -> None:
    import numba

    before = numba.config.CACHE_DIR
    SectionCascade([], 1, 48_000, 20.0)
    assert before == numba.config.CACHE_DIR
