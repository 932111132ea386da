import pytest

from audiopost.errors import GraphError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.spec import GraphSpec, MacroSpec, NodeSpec
from audiopost.jobs.chain_values import with_values

CHAIN = GraphSpec.series(
    ("hp", NodeSpec.of("highpass")), ("trim", NodeSpec.of("gain", {"gain_db": -3.0})), name="chain"
)


def test_a_parameter_is_set_from_a_number_or_words() -> None:
    changed = with_values(CHAIN, {"hp.frequency_hz": "120", "trim.gain_db": 2})
    assert dict(changed.node("hp").parameters) == {"frequency_hz": 120.0}
    assert dict(changed.node("trim").parameters) == {"gain_db": 2.0}
    assert dict(CHAIN.node("trim").parameters) == {"gain_db": -3.0}


@pytest.mark.parametrize("value", ["24", 24, 24.0])
def test_a_setting_is_set_in_its_own_kind(value: float | str) -> None:
    changed = with_values(CHAIN, {"hp.slope_db_per_octave": value})
    settings = dict(changed.node("hp").settings)
    assert [str(each) for each in settings.values()] == ["24"]


def test_a_macro_turns_its_parameters() -> None:
    macro = MacroSpec("Distance", (("hp.frequency_hz", 100.0, 300.0), ("trim.gain_db", 0.0, -12.0)))
    spec = GraphSpec(CHAIN.nodes, CHAIN.edges, macros=(macro,), name="chain")
    changed = with_values(spec, {"macro.Distance": "0.25"})
    assert dict(changed.node("hp").parameters) == {"frequency_hz": 150.0}
    assert dict(changed.node("trim").parameters) == {"gain_db": -3.0}
    with pytest.raises(ParameterRangeError, match=r"macro\.Distance = 1\.5 is out of range; allowed: 0 to 1"):
        with_values(spec, {"macro.Distance": 1.5})
    with pytest.raises(UsageError, match="is not a number"):
        with_values(spec, {"macro.Distance": "far"})
    with pytest.raises(UnknownNameError, match="unknown macro 'Distant'; did you mean Distance"):
        with_values(spec, {"macro.Distant": 0.5})


@pytest.mark.parametrize(
    ("path", "value", "error", "words"),
    [
        ("hp", 1, GraphError, "names no parameter; write NODE.PARAMETER"),
        ("hpp.frequency_hz", 1, UnknownNameError, "unknown node 'hpp'; did you mean hp"),
        ("hp.frequency", 1, UnknownNameError, "unknown parameter 'frequency'; did you mean frequency_hz"),
        ("hp.frequency_hz", "loud", UsageError, "is not a value"),
        ("hp.frequency_hz", 1e9, ParameterRangeError, "is out of range"),
        ("hp.frequency_hz", float("nan"), ParameterRangeError, "is out of range"),
        ("hp.slope_db_per_octave", "13", UsageError, "is not allowed"),
        ("hp.slope_db_per_octave", "steep", UsageError, "is not allowed"),
    ],
)
def test_what_cannot_be_set_is_told(path: str, value: float | str, error: type[UsageError], words: str) -> None:
    with pytest.raises(error, match=words):
        with_values(CHAIN, {path: value})
