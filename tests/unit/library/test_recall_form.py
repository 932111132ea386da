"""Snapshots and controllers in a chain file."""

from dataclasses import replace
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import PresetError
from audiopost.graph.knobs import knobs_of, snapshot_of, with_snapshot
from audiopost.graph.parameter import Parameter
from audiopost.graph.recall import ControllerSpec, SnapshotSpec
from audiopost.library.chains import load_chain, save_chain
from audiopost.library.recall_form import snapshot_data

CHAIN = (fx.highpass(frequency_hz=80) >> fx.delay()).macro("Far", delay__mix_percent=(0.0, 50.0))

HEAD = """schema = 1
chain = ["hp"]
[nodes.hp]
effect = "highpass"
[nodes.loud]
effect = "compressor"
"""


def read(folder: Path, text: str):
    path = folder / "chain.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_chain(path)


def test_snapshots_and_controllers_survive(tmp_path: Path) -> None:
    chain = with_snapshot(CHAIN, snapshot_of(CHAIN.bypassed("delay"), "Near, dry", knobs_of(CHAIN)))
    controllers = (
        ControllerSpec("macro.Far", "control", 7, 1, "14bit", 0.1, 0.9),
        ControllerSpec("highpass.frequency_hz", "control", 20, 0, "twos-complement"),
        ControllerSpec("delay.mix_percent", "note", 60, 10, "toggle"),
        ControllerSpec("delay.feedback_percent", "pitchwheel", 0, 2, "14bit"),
    )
    chain = replace(chain, controllers=controllers)
    save_chain(chain, tmp_path / "c.toml")
    assert load_chain(tmp_path / "c.toml") == chain


def test_what_is_written_later_leaves_the_comments_of_what_stays(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    knobs = knobs_of(CHAIN)
    one = with_snapshot(CHAIN, snapshot_of(CHAIN, "One", knobs))
    save_chain(one, path)
    path.write_text(path.read_text("utf-8").replace('name = "One"', 'name = "One"  # as recorded'), "utf-8")
    two = with_snapshot(one, snapshot_of(CHAIN, "Two", knobs))
    save_chain(two, path)
    assert "# as recorded" in path.read_text("utf-8")
    assert load_chain(path) == two
    save_chain(one, path)
    assert "# as recorded" in path.read_text("utf-8")
    assert load_chain(path) == one


def test_switches_are_written_by_the_names_of_their_choices() -> None:
    mode = Parameter("mode", 0.0, 0.0, 2.0, choices=("soft", "hard", "clean"))
    written = snapshot_data(SnapshotSpec("A", (("x.mode", 2.0),)), {"x.mode": mode})
    assert written == {"name": "A", "nodes": {"x": {"mode": "clean"}}}


def test_a_snapshot_may_hold_a_few_knobs(tmp_path: Path) -> None:
    chain = read(tmp_path, '[[snapshots]]\nname = "Low"\nnodes.hp.frequency_hz = 40\n')
    assert chain.snapshots == (SnapshotSpec("Low", (("hp.frequency_hz", 40.0),)),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[snapshots]]\nname = "A"\n[[snapshots]]\nname = "A"', "toml:10: snapshots[1].name: two snapshots"),
        ('[[snapshots]]\nname = "A"\nbypass = ["x"]', "no node is called 'x'"),
        ('[[snapshots]]\nname = "A"\n[snapshots.nodes.hp]\nfrequency = 1', "did you mean frequency_hz"),
        ('[[snapshots]]\nname = "A"\n[snapshots.nodes.hp]\nfrequency_hz = 1', "toml:10: "),
        ('[[controllers]]\nparameter = "hp.frequency_hz"', "give one of control, note, pitchwheel"),
        ('[[controllers]]\nparameter = "hp.frequency_hz"\ncontrol = 1\nnote = 2', "control and note are given"),
        ('[[controllers]]\nparameter = "hp.x"\ncontrol = 1', "no parameter is called 'hp.x'"),
        ('[[controllers]]\nparameter = "macro.Far"\ncontrol = 1', "no parameter is called 'macro.Far'"),
        ('[[controllers]]\nparameter = "hp.frequency_hz"\ncontrol = 74\nkind = "14bit"', "control 74 has no fine half"),
        ('[[controllers]]\nparameter = "hp.frequency_hz"\nnote = 7\nkind = "14bit"', "a note is never 14bit"),
        ('[[controllers]]\nparameter = "hp.frequency_hz"\ncontrol = 7\nrange = [0.0, 1.0]', "out of range"),
        ('[[controllers]]\nparameter = "hp.frequency_hz"\ncontrol = 700', "less than or equal to 127"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PresetError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "chain.toml" in str(caught.value)
