import numpy as np
import pytest

from audiopost.dsp import machine_code
from audiopost.dsp.compiled import compile_function, compiled
from audiopost.dsp.machine_code import emitted
from audiopost.dsp.vector_code import DOUBLES, FLOATS, INDEX, POINTER, REAL, Code, Symbol, vector_program
from audiopost.errors import EffectError


@vector_program(POINTER, INDEX, REAL)
def scale_loud(code: Code, values: Symbol, vectors: Symbol, threshold: Symbol) -> None:
    limit = code.spread(threshold)
    with code.loop(0, vectors) as index:
        value = code.load(FLOATS, values, index).cast(DOUBLES)
        loud = value.magnitude() > limit
        code.store(values, index, loud.choose(value * 0.5, value).cast(FLOATS))


@vector_program(POINTER, INDEX)
def largest_of_all(code: Code, values: Symbol, vectors: Symbol) -> None:
    largest = code.variable(FLOATS, 0.0)
    with code.loop(0, vectors) as index:
        largest.value = largest.value.larger(code.load(FLOATS, values, index))
    found = code.largest(largest.value)
    with code.when(found > 1.0):
        code.store(values, 0, code.spread(found))


@compiled("void(float32[::1], int64, float64)")
def scale_rest(values: np.ndarray, start: int, threshold: float) -> None:
    scale_loud(values[start:], (values.shape[0] - start) // 8, threshold)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(machine_code, "kernel_cache_folder", lambda: tmp_path)
    return tmp_path


def noise() -> np.ndarray:
    return np.random.default_rng(1).uniform(-2.0, 2.0, 80).astype(np.float32)


def test_a_program_does_to_every_lane_what_its_formula_says() -> None:
    values = noise()
    expected = np.where(np.abs(values) > 1.25, values * np.float32(0.5), values)
    emitted(scale_loud)["scale_loud"](values.ctypes.data, 10, 1.25)
    assert np.array_equal(values, expected)


def test_a_condition_decides_whether_its_statements_run() -> None:
    run = emitted(largest_of_all)["largest_of_all"]
    loud, quiet = noise(), noise() / 4
    expected = loud.max()
    untouched = quiet.copy()
    run(loud.ctypes.data, 10)
    run(quiet.ctypes.data, 10)
    assert np.array_equal(loud[:8], np.full(8, expected))
    assert np.array_equal(quiet, untouched)


def test_a_kernel_runs_a_program_on_a_part_of_an_array() -> None:
    values, alone = noise(), noise()
    scale_rest.ready()(values, 16, 1.25)
    emitted(scale_loud)["scale_loud"](alone[16:].ctypes.data, 8, 1.25)
    assert np.array_equal(values, alone)


def test_a_program_takes_nothing_but_what_it_states() -> None:
    def wrong(values: np.ndarray) -> None:
        scale_loud(values, 1.5, 1.25)

    with pytest.raises(EffectError, match="scale_loud"):
        compile_function(wrong, "void(float32[::1])")
    with pytest.raises(TypeError, match="emitted"):
        scale_loud(noise(), 10, 1.25)


def test_object_code_is_made_once_and_loaded_afterwards(own_cache, monkeypatch) -> None:
    emitted(scale_loud)
    monkeypatch.setattr(machine_code, "_compile", lambda *_: pytest.fail("compiled again"))
    values = noise()
    emitted(scale_loud)["scale_loud"](values.ctypes.data, 10, 0.0)
    assert np.array_equal(values, noise() * np.float32(0.5))
    assert len(list(own_cache.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 64 + b"\n" + b"no object code"])
def test_a_damaged_file_in_the_cache_counts_as_none(own_cache, damage: bytes) -> None:
    emitted(scale_loud)
    (kept,) = own_cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    values = noise()
    emitted(scale_loud)["scale_loud"](values.ctypes.data, 10, 0.0)
    assert np.array_equal(values, noise() * np.float32(0.5))
    assert kept.read_bytes() == whole


def test_without_a_cache_folder_programs_are_emitted_all_the_same(monkeypatch) -> None:
    monkeypatch.setattr(machine_code, "kernel_cache_folder", lambda: None)
    values = noise()
    emitted(scale_loud)["scale_loud"](values.ctypes.data, 10, 0.0)
    assert np.array_equal(values, noise() * np.float32(0.5))
