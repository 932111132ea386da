"""The desk's words, on a host that only notes what it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import AudiopostError, ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.knobs import turns_between
from audiopost.graph.recall import ControllerSpec
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.library.chains import load_chain
from audiopost.live.desk import Desk
from audiopost.live.history import History
from tests.desks import Clock, Noted

CHAIN = (fx.highpass(frequency_hz=80) >> fx.compressor() >> fx.delay()).macro("Far", delay__mix_percent=(0.0, 80.0))


@pytest.fixture
def host() -> Noted:
    return Noted()


@pytest.fixture
def desk(host: Noted) -> Desk:
    return Desk(host, CHAIN, clock=Clock())


def test_a_turn_is_checked_sent_and_kept(desk: Desk, host: Noted) -> None:
    assert desk.turn("highpass.frequency_hz", "120") == 120.0
    assert host.turned == [("highpass.frequency_hz", 120.0)]
    assert desk.values["highpass.frequency_hz"] == 120.0
    assert desk.drawing.node("highpass").parameters == (("frequency_hz", 120.0),)
    for path, value, error in (
        ("highpass.frequency_hz", 1.0, ParameterRangeError),
        ("highpass.frequency", 100.0, UnknownNameError),
        ("hp.frequency_hz", 100.0, UnknownNameError),
        ("macro.Near", 0.5, UnknownNameError),
        ("macro.Far", 1.5, ParameterRangeError),
    ):
        with pytest.raises(error):
            desk.turn(path, value)
    assert len(host.turned) == 1


def test_a_macro_turns_its_knobs_with_it(desk: Desk, host: Noted) -> None:
    assert next(iter(desk.knobs)) == "macro.Far"
    desk.turn("macro.Far", 0.5)
    assert host.turned == [("macro.Far", 0.5)]
    assert (desk.values["macro.Far"], desk.values["delay.mix_percent"]) == (0.5, 40.0)
    desk.undo()
    assert (desk.values["macro.Far"], desk.values["delay.mix_percent"]) == (0.375, 30.0)


def test_nudges_go_by_hundredths_of_the_way_and_stop_at_the_end(desk: Desk) -> None:
    assert desk.turn_to("delay.mix_percent", 0.5) == 50.0
    assert desk.nudge("delay.mix_percent", 1) == pytest.approx(51.0)
    assert desk.nudge("delay.mix_percent", -200) == 0.0
    assert desk.turn_to("highpass.frequency_hz", 1.0) == 20_000.0


@pytest.mark.parametrize(
    ("edit", "nodes"),
    [
        (lambda desk: desk.insert("gain", after="highpass"), "highpass gain compressor delay"),
        (lambda desk: desk.insert("delay"), "highpass compressor delay delay_2"),
        (lambda desk: desk.remove("compressor"), "highpass delay"),
        (lambda desk: desk.move("highpass"), "compressor delay highpass"),
        (lambda desk: desk.replace("delay", "gain"), "highpass compressor delay"),
        (lambda desk: desk.set_settings("highpass", slope_db_per_octave=24), "highpass compressor delay"),
        (lambda desk: desk.bypass("delay"), "highpass compressor delay"),
        (lambda desk: desk.blend("compressor"), "highpass compressor delay compressor_blend"),
    ],
)
def test_an_edit_is_swapped_in_and_undone(desk: Desk, host: Noted, edit: Callable[[Desk], None], nodes: str) -> None:
    desk.turn("highpass.frequency_hz", 300.0)
    before = desk.drawing
    edit(desk)
    (played,) = host.swapped
    following = {edge.source: edge.target for edge in played.edges}
    assert set(played.node_names) == set(nodes.split())
    assert following["input"] == nodes.split()[0]
    assert dict(played.node("highpass").parameters)["frequency_hz"] == 300.0
    after = desk.drawing
    desk.undo()
    assert desk.drawing == before == host.swapped[-1]
    desk.redo()
    assert desk.drawing == after


def test_what_cannot_be_played_changes_nothing(desk: Desk, host: Noted) -> None:
    host.broken = True
    told: list[object] = []
    desk.listen(told.append)
    for edit in (lambda: desk.remove("delay"), lambda: desk.insert("gian"), lambda: desk.move("x")):
        with pytest.raises(AudiopostError):
            edit()
    assert (desk.drawing, desk.undoable, told) == (CHAIN, "", [])


def test_undo_turns_where_turning_is_enough(desk: Desk, host: Noted) -> None:
    desk.turn("delay.mix_percent", 10.0)
    desk.turn("compressor.ratio", 8.0)
    assert desk.undo() == "turn compressor.ratio"
    assert desk.undo() == "turn delay.mix_percent"
    assert host.turned[2:] == [("compressor.ratio", 3.0), ("delay.mix_percent", 30.0)]
    assert host.swapped == []
    with pytest.raises(UsageError, match="nothing to undo"):
        desk.undo()
    assert desk.redo() == "turn delay.mix_percent"
    assert desk.redoable == "turn compressor.ratio"
    desk.bypass("delay")
    with pytest.raises(UsageError, match="nothing to redo"):
        desk.redo()


def test_a_gesture_is_one_step() -> None:
    history = History(0)
    for tenth in range(1, 30):
        history.note(tenth, "turn a", tenth / 10)
    history.note(100, "turn b", 3.0)
    assert (history.undo(), history.undo()) == (29, 0)


def test_snapshots_outlive_undo_and_the_nodes_that_they_name(desk: Desk) -> None:
    desk.turn("delay.mix_percent", 10.0)
    assert (desk.take(), desk.take("wet"), desk.take()) == ("1", "wet", "2")
    desk.undo()
    assert [each.name for each in desk.drawing.snapshots] == ["1", "wet", "2"]
    desk.remove("delay")
    assert "delay.mix_percent" not in dict(desk.drawing.snapshots[0].values)
    desk.undo()
    desk.recall("1")
    assert desk.values["delay.mix_percent"] == 10.0
    desk.forget("wet")
    assert [each.name for each in desk.drawing.snapshots] == ["1", "2"]


def test_recalling_turns_knobs_and_swaps_only_for_a_bypass(desk: Desk, host: Noted) -> None:
    desk.take("open")
    desk.turn("delay.mix_percent", 10.0)
    desk.recall("open")
    assert (host.turned[-1], host.swapped) == (("delay.mix_percent", 30.0), [])
    desk.bypass("delay")
    desk.recall("open")
    assert len(host.swapped) == 2
    assert not desk.drawing.node("delay").bypass


def test_a_morph_is_one_step_and_only_turns() -> None:
    host = Noted()
    desk = Desk(host, CHAIN, clock=lambda: 1.0)
    desk.take("a")
    desk.turn("highpass.frequency_hz", 320.0)
    desk.take("b")
    for position in (0.0, 0.25, 0.5):
        desk.morph("a", "b", position)
    assert desk.values["highpass.frequency_hz"] == pytest.approx(160.0)
    assert desk.undo() == "morph a to b"
    assert desk.values["highpass.frequency_hz"] == 320.0
    assert host.swapped == []


def test_chance_leaves_what_is_locked(desk: Desk) -> None:
    desk.locks |= {"compressor", "delay.mix_percent"}
    turned = desk.randomise(seed=3, amount=0.2)
    assert set(turned) == {"highpass.frequency_hz", "delay.delay_ms", "delay.feedback_percent"}
    assert turns_between(CHAIN, desk.drawing, desk.knobs) == tuple(turned.items())
    desk.undo()
    assert desk.drawing == CHAIN


def test_the_chain_is_saved_with_what_was_kept(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no file"):
        desk.save()
    desk.take("one")
    desk.set_controllers((ControllerSpec("macro.Far", "control", 7),))
    path = desk.save(tmp_path / "mine.toml")
    desk.turn("delay.mix_percent", 70.0)
    assert desk.save() == path
    assert load_chain(path) == desk.drawing


def test_another_chain_brings_its_own_snapshots_and_undo_those_before(desk: Desk) -> None:
    desk.take("mine")
    other = GraphSpec.series(("gain", NodeSpec("gain")))
    desk.change_to(other)
    assert desk.drawing == other
    desk.take("its own")
    desk.undo()
    assert [each.name for each in desk.drawing.snapshots] == ["mine"]
    desk.redo()
    assert [each.name for each in desk.drawing.snapshots] == ["its own"]


def test_listeners_are_told_what_was_turned(desk: Desk) -> None:
    told: list[dict[str, float]] = []
    desk.listen(lambda turns: told.append(dict(turns)))
    desk.turn("delay.mix_percent", 10.0)
    desk.bypass("delay")
    assert told == [{"delay.mix_percent": 10.0}, {}]
