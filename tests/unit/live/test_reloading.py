"""What a saved file means for the chain that plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.effects.effect_files import load_effects
from audiopost.graph.catalogue import CATALOGUE
from audiopost.library.chains import load_chain
from audiopost.live.desk import Desk
from audiopost.live.reloading import Reloader, SavedFiles, without_states
from tests.desks import Clock, Noted

CHAIN = """schema = 1
chain = ["hp", "echo"]
[nodes.hp]
effect = "highpass"
frequency_hz = 80.0
[nodes.echo]
effect = "delay"
mix_percent = 20.0
"""

EFFECTS = '''
from audiopost import effect

@effect
def test_reloaded(block, *, drive_db: float = 6.0):
    """Louder."""
    return block * drive_db
'''


class Bench:
    """A chain file, the desk that plays it, and what was said."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "chain.toml"
        self.file.write_text(text, encoding="utf-8")
        self.host = Noted()
        self.desk = Desk(self.host, load_chain(self.file), path=self.file, clock=Clock())
        self.said: list[str] = []
        reloader = Reloader(self.desk, lambda: load_chain(self.file), self.file)
        self.saved = SavedFiles([reloader], self.said.append)

    def save(self, old: str, new: str) -> None:
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), "utf-8")
        self.saved(self.file)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, CHAIN)


def test_a_changed_number_is_a_turn(bench: Bench) -> None:
    bench.save("80.0", "120.0")
    assert bench.host.turned == [("hp.frequency_hz", 120.0)]
    assert bench.host.swapped == []
    assert bench.said == ["chain.toml: read again"]


def test_what_was_turned_by_hand_stays_until_the_file_says_otherwise(bench: Bench) -> None:
    bench.desk.turn("echo.mix_percent", 55.0)
    bench.desk.bypass("hp")
    bench.save("80.0", "120.0")
    assert bench.desk.values["echo.mix_percent"] == 55.0
    assert bench.desk.drawing.node("hp").bypass
    bench.save("20.0", "30.0")
    assert bench.desk.values["echo.mix_percent"] == 30.0


def test_another_order_is_one_swap_and_undone_as_one(bench: Bench) -> None:
    before = bench.desk.drawing
    bench.save('"hp", "echo"', '"echo", "hp"')
    assert len(bench.host.swapped) == 1
    assert bench.desk.undo() == "chain.toml saved"
    assert bench.host.swapped[-1] == before


def test_saving_from_the_desk_is_no_change(bench: Bench) -> None:
    bench.desk.turn("echo.mix_percent", 55.0)
    bench.desk.take("one")
    bench.desk.save()
    turns = list(bench.host.turned)
    bench.saved(bench.file)
    assert (bench.host.turned, bench.host.swapped, bench.said) == (turns, [], [])
    assert [each.name for each in bench.desk.drawing.snapshots] == ["one"]


def test_snapshots_of_the_file_join_those_of_the_desk(bench: Bench) -> None:
    bench.desk.take("mine")
    bench.file.write_text(f'{CHAIN}[[snapshots]]\nname = "its"\n', "utf-8")
    bench.saved(bench.file)
    assert [each.name for each in bench.desk.drawing.snapshots] == ["its", "mine"]


def test_a_broken_file_changes_nothing_and_is_told_with_its_line(bench: Bench) -> None:
    bench.save("20.0", "200.0")
    bench.save("[nodes.echo]", "[nodes.echo")
    assert (bench.host.turned, bench.host.swapped) == ([], [])
    assert "chain.toml:8: nodes.echo.mix_percent" in bench.said[0]
    assert "chain.toml:6: is not TOML" in bench.said[1]
    assert all(each.endswith("the sound before plays on") for each in bench.said)
    bench.save("[nodes.echo", "[nodes.echo]")
    bench.save("200.0", "30.0")
    assert bench.host.turned == [("echo.mix_percent", 30.0)]


def test_a_chain_that_cannot_be_built_is_told(bench: Bench) -> None:
    bench.host.broken = True
    bench.save('"hp", "echo"', '"echo", "hp"')
    assert bench.said == ["cannot be built; the sound before plays on"]


@pytest.fixture
def effects(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "mine.py"
    file.write_text(EFFECTS, encoding="utf-8")
    load_effects(file)
    yield file
    CATALOGUE.remove("test_reloaded")


def test_an_edited_effect_is_swapped_in(tmp_path: Path, effects: Path) -> None:
    bench = Bench(tmp_path, CHAIN.replace('"delay"\nmix_percent = 20.0', '"test_reloaded"\ndrive_db = 3.0'))
    old = bench.desk.drawing.node("echo").definition
    effects.write_text(EFFECTS.replace("* drive_db", "/ drive_db"), "utf-8")
    bench.saved(effects)
    new = bench.host.swapped[0].node("echo")
    assert new.definition is not old
    assert new.parameters == (("drive_db", 3.0),)
    assert bench.said == ["mine.py: test_reloaded read again"]
    effects.write_text(EFFECTS.replace("drive_db", "push_db"), "utf-8")
    bench.saved(effects)
    assert bench.host.swapped[1].node("echo").parameters == ()


def test_a_broken_effect_file_is_told_with_its_line(tmp_path: Path, effects: Path) -> None:
    bench = Bench(tmp_path, CHAIN.replace('"delay"\nmix_percent = 20.0', '"test_reloaded"'))
    effects.write_text(EFFECTS.replace("* drive_db", "* (drive_db"), "utf-8")
    bench.saved(effects)
    assert bench.host.swapped == []
    assert "mine.py:7: SyntaxError" in bench.said[0]


def test_effects_that_the_chain_does_not_use_change_nothing(bench: Bench, effects: Path) -> None:
    bench.saved(effects)
    assert (bench.host.turned, bench.host.swapped) == ([], [])


def test_a_state_that_the_desk_wrote_means_as_it_stands() -> None:
    plays = fx.highpass() >> fx.plugin("/plugins/glue.clap", preset="warm")
    (name,) = [name for name, node in plays.nodes if node.effect == "plugin"]
    node = plays.node(name)
    file = plays.with_node(name, replace(node, settings=(("path", "/plugins/glue.clap"), ("state", "QUJD"))))
    assert without_states(file, {name: "QUJD"}, plays) == plays
    assert without_states(file, {name: "REVG"}, plays) == file, "another state, written by somebody else, is played"
    assert without_states(fx.highpass(), {name: "QUJD"}, plays) == fx.highpass(), "the plug-in was taken out"
