from __future__ import annotations

import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import cloudpickle
import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.effects.python_effect import Range, effect, kernel
from audiopost.errors import EffectError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node, StreamFormat
from audiopost.layouts import layout_named
from audiopost.units import db_to_linear
from tests.running import prepared, run
from tests.signals import white_noise

STREAM = StreamFormat(48_000, layout_named("stereo"), 4096)


@pytest.fixture(autouse=True)
def _catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE, "_entries", dict(CATALOGUE._entries))


def test_a_function_of_a_block_becomes_an_effect_with_knobs() -> None:
    @effect
    def drive(block, *, drive_db: Annotated[float, Range(0, 40)] = 6.0, bias: float = 0.0):
        """Soft saturation."""
        return np.tanh(block * db_to_linear(drive_db) + bias)

    samples = white_noise(2, 1000)
    np.testing.assert_allclose(
        drive(drive_db=12.0).render(samples, 48_000), np.tanh(samples * db_to_linear(12.0)), rtol=1e-6
    )
    entry = CATALOGUE.entry("drive")
    assert entry.summary == "Soft saturation."
    assert [(each.name, each.unit, each.minimum, each.maximum, each.default) for each in entry.parameters] == [
        ("drive_db", "dB", 0.0, 40.0, 6.0),
        ("bias", "", 0.0, 1.0, 0.0),
    ]
    np.testing.assert_array_equal(drive(samples, drive_db=0.0), np.tanh(samples))


def test_names_and_ranges_are_checked_where_the_effect_is_drawn() -> None:
    @effect
    def drive(block, *, drive_db: Annotated[float, Range(0, 40)] = 6.0):
        return block

    with pytest.raises(ParameterRangeError):
        drive(drive_db=41.0)
    with pytest.raises(UnknownNameError, match="drive_db"):
        drive(drve_db=4.0)


@pytest.mark.parametrize(
    ("name", "default", "unit", "minimum", "maximum"),
    [
        ("cut_hz", 100.0, "Hz", 20.0, 20_000.0), ("low_hz", 5.0, "Hz", 5.0, 20_000.0),
        ("time_ms", 1.0, "ms", 0.0, 5000.0),
        ("level_dbfs", -20.0, "dBFS", -120.0, 0.0), ("amount", 0.5, "", 0.0, 1.0), ("order", 4, "", 0.0, 40.0),
    ],
)  # fmt: skip
def test_unit_and_range_are_read_from_the_name(
    name: str, default: float, unit: str, minimum: float, maximum: float
) -> None:
    scope: dict[str, object] = {}
    exec(f"def made(block, *, {name}={default!r}): return block", scope)
    parameter = effect(scope["made"]).definition.parameters[0]  # type: ignore[arg-type]
    assert (parameter.unit, parameter.minimum, parameter.maximum, parameter.default) == (
        unit,
        minimum,
        maximum,
        default,
    )


def test_switches_texts_and_the_sample_rate_are_given() -> None:
    seen: list[tuple[bool, str, float]] = []

    @effect
    def curious(block, *, loud: bool = False, mode: str = "soft", sample_rate: float = 0.0):
        seen.append((loud, mode, sample_rate))
        return block

    node = CATALOGUE.make("curious", curious(mode="hard").nodes[0][1])
    node.prepare(STREAM)
    run(node, white_noise(2, 10), turns={0: {"loud": 1.0}})
    assert seen[0] == (True, "hard", 48_000.0)


def test_a_knob_crossfades_from_the_old_result_to_the_new_for_any_split() -> None:
    @effect
    def level(block, *, factor: Annotated[float, Range(0, 10)] = 1.0):
        return block * factor

    samples = np.ones((1, 4000), dtype=np.float32)
    turns = {1000: {"factor": 3.0}, 1300: {"factor": 0.0}}
    outs = [run(prepared("level", "mono"), samples, lengths, turns=turns) for lengths in ([], [7, 0, 1, 331] * 20)]
    np.testing.assert_array_equal(outs[0], outs[1])
    assert np.abs(np.diff(outs[0][0])).max() <= 3.0 / 960.0 + 1e-6
    assert outs[0][0, 1959] == 3.0
    assert outs[0][0, 1000 + 2 * 960 - 1] == 0.0


@pytest.mark.parametrize(
    "wrong",
    [lambda block: block[:, :-1], lambda block: block[:1], lambda block: 0.0],
    ids=["short", "narrow", "number"],
)
def test_a_result_of_another_shape_is_an_error_that_names_the_function(wrong) -> None:
    @effect
    def careless(block):
        return wrong(block)

    with pytest.raises(EffectError, match=r"careless.*shape"):
        careless().render(white_noise(2, 100), 48_000)


def test_what_the_function_raises_names_its_line() -> None:
    @effect
    def broken(block):
        return block + no_such_name  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(EffectError, match=rf"broken.*no_such_name.*{Path(__file__).name}"):
        broken().render(white_noise(2, 100), 48_000)


def test_the_function_may_write_into_its_block_without_harm() -> None:
    @effect
    def rude(block, *, factor: Annotated[float, Range(0, 10)] = 2.0):
        block *= factor
        return block

    samples = white_noise(2, 3000)
    before = samples.copy()
    node = prepared("rude")
    out = run(node, samples, turns={1000: {"factor": 4.0}})
    np.testing.assert_array_equal(samples, before)
    np.testing.assert_array_equal(out[:, 2500:], 4.0 * samples[:, 2500:])


def test_an_argument_without_a_default_is_refused_with_its_place() -> None:
    with pytest.raises(UsageError, match=rf"{Path(__file__).name}.*amount"):

        @effect
        def needy(block, amount):
            return block


def test_a_class_becomes_an_effect() -> None:
    @effect
    class SwapSides(Node):
        """Exchanges left and right."""

        def prepare(self, stream: StreamFormat) -> None:
            pass

        def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
            out[:] = block[::-1]

    samples = white_noise(2, 100)
    np.testing.assert_array_equal(SwapSides().render(samples, 48_000), samples[::-1])
    entry = CATALOGUE.entry("swap_sides")
    assert entry.summary == "Exchanges left and right."
    with pytest.raises(UsageError, match="keywords"):
        SwapSides(samples)


def test_effects_travel_to_a_process_that_has_never_seen_them(tmp_path: Path) -> None:
    factor = 3.0

    @effect
    def louder(block, *, amount: float = 0.5):
        return block * factor * amount

    @kernel(state=1)
    def low(x, state, cutoff_hz=1000.0, sample_rate=48000.0):
        state[0] += (1.0 - math.exp(-2.0 * math.pi * cutoff_hz / sample_rate)) * (x - state[0])
        return state[0]

    chain = louder(amount=1.0) >> low(cutoff_hz=2000.0)
    samples = white_noise(2, 600)
    (tmp_path / "chain").write_bytes(cloudpickle.dumps((chain, samples)))
    code = (
        "import pickle, sys; chain, samples = pickle.load(open(sys.argv[1], 'rb'));"
        "sys.stdout.buffer.write(pickle.dumps(chain.render(samples, 48000)))"
    )
    # Isolated, and from another folder: neither this module nor the tests can be imported there.
    told = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path / "chain")], capture_output=True, check=True, cwd=tmp_path
    )
    np.testing.assert_array_equal(pickle.loads(told.stdout), chain.render(samples, 48_000))
