"""The words of the console on a session that plays nothing: what is checked, what is told, what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audiopost import effects as fx
from audiopost.errors import AudiopostError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.live.desk import Desk
from audiopost.ui.folders import sound_files
from audiopost.ui.session import ConsoleSession
from tests.live.sessions import until
from tests.programmes import write_sound
from tests.running import sine


class Silent:
    """A host that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.stems: tuple[Any, ...] = ()
        self.plays_files = False
        self.problems: list[str] = []
        self.quarantined: list[str] = []
        self.bypassed = False
        self.on_editor_turn: Any = None
        self.heard = "a"

    def open_editor(self, node: str, *, side: str) -> None:
        self.asked.append(("window", (node, side)))

    def comparison(self) -> SimpleNamespace:
        return SimpleNamespace(heard=self.heard)

    def watch(self, point: str) -> None:
        self.asked.append(("watch", point))

    def statistics(self) -> dict[str, Any]:
        return {"quarantined": self.quarantined}

    def set_parameter(self, path: str, value: float, *, wait: bool = True) -> int | None:
        del wait
        self.asked.append((path, value))
        return None

    def plugin_knobs(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def swap(self, chain: Any, *, keep: bool = False) -> None:
        del keep
        self.asked.append(("swap", chain.node_names))

    def take_input(self, paths: Any = (), *, live_input: bool = False, input_device: int | None = None) -> Any:
        self.asked.append(("input", ([path.name for path in paths], live_input, input_device)))
        return ("its rate is another one",) if paths else ()

    def set_loop(self, region: Any, *, loop: bool) -> None:
        self.asked.append(("loop", (region, loop)))

    def bypass(self, *, bypassed: bool) -> None:
        self.bypassed = bypassed


@pytest.fixture
def host() -> Silent:
    return Silent()


@pytest.fixture
def session(host: Silent, tmp_path: Path) -> Any:
    for name in ("b.wav", "a.flac.wav", ".hidden.wav"):
        write_sound(tmp_path / name, sine(440.0, 0.1))
    (tmp_path / "notes.txt").write_text("no sound", encoding="utf-8")
    chain = fx.highpass(frequency_hz=80) >> fx.compressor(ratio=4)
    made = ConsoleSession(host, Desk(host, chain), folders=(tmp_path,), recordings=tmp_path)  # type: ignore[arg-type]
    yield made
    made.close()


def test_files_are_those_of_the_folders_and_nothing_else(session: ConsoleSession, tmp_path: Path) -> None:
    assert [path.name for path in session.files] == ["a.flac.wav", "b.wav"]
    assert sound_files(()) == ()
    assert sound_files((tmp_path, tmp_path)) == session.files


def test_a_knob_goes_by_its_position_and_by_its_value(session: ConsoleSession, host: Silent) -> None:
    session.carry_out({"do": "set", "path": "compressor.ratio", "value": 8})
    assert host.asked == [("compressor.ratio", 8.0)]
    session.carry_out({"do": "turn", "path": "compressor.ratio", "position": 99})
    assert host.asked[-1] == ("compressor.ratio", 100.0)
    assert session.knobs()["compressor.ratio"] == (1.0, "100")
    assert session.values == 2
    assert session.structure == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": [0, "1"]},
        {"times": None},
        {"times": [0, 1e999]},
        {"times": list(range(2001))},
        {"coordinates": [1, 2]},
        {"coordinates": {"object_panner.left_m": [0, None]}},
        {"coordinates": {"object_panner.left_m": [0]}},
        {"coordinates": {"compressor.ratio": [1, 2]}},
    ],
    ids=str,
)
def test_a_path_becomes_automation_and_a_wrong_one_nothing(session: ConsoleSession, wrong: dict[str, Any]) -> None:
    session.carry_out({"do": "insert", "effect": "object_panner"})
    path: dict[str, Any] = {"times": [0, 1], "coordinates": {"object_panner.left_m": [0, 2]}}
    with pytest.raises(AudiopostError):
        session.carry_out({"do": "draw", "node": "object_panner"} | path | wrong)
    assert session.desk.drawing.automation == ()
    session.carry_out({"do": "draw", "node": "object_panner"} | path)
    (lane,) = session.desk.drawing.automation
    assert (lane.parameter, lane.points) == ("object_panner.left_m", ((0.0, 0.0), (1.0, 2.0)))
    session.carry_out({"do": "erase", "node": "object_panner"})
    assert session.desk.drawing.automation == ()


def test_an_energy_map_goes_with_the_scene_that_it_shows(session: ConsoleSession, host: Silent) -> None:
    for effect in ("ambisonic_encode", "binaural"):
        session.carry_out({"do": "insert", "effect": effect})
    host.heard = "b"
    with pytest.raises(UsageError, match="b is heard"):
        session.carry_out({"do": "map", "on": True})
    host.heard = "a"
    session.carry_out({"do": "map", "on": True})
    assert (session.map_point, host.asked[-1]) == ("ambisonic_encode", ("watch", "ambisonic_encode"))
    session.carry_out({"do": "turn", "path": "ambisonic_encode.azimuth_deg", "position": 0.6})
    assert session.map_point == "ambisonic_encode"
    session.carry_out({"do": "remove", "name": "binaural"})
    assert session.map_point is None


def test_the_strip_is_drawn_anew_when_the_chain_has_another_form(session: ConsoleSession, host: Silent) -> None:
    session.carry_out({"do": "insert", "effect": "peak", "after": "highpass"})
    assert [view.name for view in session.strip()] == ["highpass", "peak", "compressor"]
    assert session.structure == 1
    session.carry_out({"do": "undo"})
    assert [view.name for view in session.strip()] == ["highpass", "compressor"]
    assert host.asked[-1] == ("swap", ("highpass", "compressor"))


def test_listening_to_chains_leads_back(session: ConsoleSession) -> None:
    for name in ("dialogue-clear", "film-room"):
        session.carry_out({"do": "audition", "name": name})
    assert session.desk.drawing.name != "highpass"
    session.carry_out({"do": "auditioned", "keep": False})
    assert session.desk.drawing.node_names == ("highpass", "compressor")
    session.carry_out({"do": "audition", "name": "film-room"})
    session.carry_out({"do": "auditioned", "keep": True})
    assert session.desk.drawing.node_names != ("highpass", "compressor")


def test_a_file_is_opened_by_its_number_and_what_is_odd_is_told(session: ConsoleSession, host: Silent) -> None:
    session.carry_out({"do": "open", "file": 1})
    assert host.asked == [("input", (["b.wav"], False, None))]
    assert session.problems == ["b.wav: its rate is another one"]
    session.carry_out({"do": "open", "files": [0, 1]})
    assert host.asked[-1] == ("input", (["a.flac.wav", "b.wav"], False, None))
    session.carry_out({"do": "input", "live": True, "device": 3})
    assert host.asked[-1] == ("input", ([], True, 3))
    assert session.material == 3
    session.carry_out({"do": "generate", "effect": "noise"})
    assert session.strip()[0].effect == "noise"


@pytest.mark.parametrize(
    "word",
    [
        {},
        {"do": None},
        {"do": "nothing"},
        {"do": "__init__"},
        {"do": "turn"},
        {"do": "turn", "path": "x.y", "position": 0},
        {"do": "turn", "path": "compressor.ratio", "position": "loud"},
        {"do": "open", "file": 2},
        {"do": "open", "file": -1},
        {"do": "open", "files": []},
        {"do": "open", "files": [0, "1"]},
        {"do": "input"},
        {"do": "input", "live": True, "device": "hw:0"},
        {"do": "generate", "effect": "reverb"},
        {"do": "set", "path": "compressor.ratio"},
        {"do": "stem", "name": "x", "mute": 1},
        {"do": "open", "file": "../secret.wav"},
        {"do": "preset", "name": "../../etc/passwd"},
        {"do": "second", "name": "nothing"},
        {"do": "insert", "effect": "plugin"},
        {"do": "insert", "effect": "nothing"},
        {"do": "remove", "name": "nothing"},
        {"do": "loop", "on": True, "region": [1]},
        {"do": "undo"},
        {"do": "save"},
        {"do": "recall", "name": "nothing"},
        {"do": "target", "target": "nothing"},
        {"do": "draw", "node": "compressor", "times": [0, 1], "coordinates": {}},
        {"do": "draw", "node": "nothing", "times": [0, 1], "coordinates": {}},
        {"do": "erase", "node": "compressor"},
        {"do": "again"},
        {"do": "map", "on": True},
        {"do": "map", "on": 1},
    ],
    ids=json.dumps,
)
def test_a_wrong_word_changes_nothing(session: ConsoleSession, host: Silent, word: dict[str, Any]) -> None:
    before = session.desk.drawing
    with pytest.raises(AudiopostError):
        session.carry_out(word)
    assert session.desk.drawing == before
    assert host.asked == []
    assert session.structure == 0


def test_an_effect_that_failed_is_told_and_brought_back(session: ConsoleSession, host: Silent) -> None:
    assert session.fallen("compressor") == ""
    host.quarantined.append("compressor")
    host.problems += ["compressor: gave no array", "something else"]
    assert session.fallen("compressor") == "compressor: gave no array"
    session.carry_out({"do": "lift", "name": "compressor"})
    assert host.asked[-1] == ("swap", ("highpass", "compressor"))
    assert session.fallen("compressor") == ""
    host.quarantined.append("compressor")
    assert session.fallen("compressor")
    assert session.fallen("highpass") == ""


def test_words_are_carried_out_in_order_and_failures_are_told(session: ConsoleSession, host: Silent) -> None:
    for number in range(20):
        session.say({"do": "set", "path": "compressor.ratio", "value": 2 + number})
    session.say({"do": "nothing"})
    session.close()
    assert [value for _, value in host.asked] == [2.0 + number for number in range(20)]
    assert "no word of the console" in session.problems[-1]


def test_the_newest_problems_are_kept(session: ConsoleSession) -> None:
    for number in range(200):
        session.tell(f"problem {number}")
    assert len(session.problems) == 50
    assert session.problems[-1] == "problem 199"


def test_a_plugin_is_never_loaded_by_a_page(session: ConsoleSession) -> None:
    with pytest.raises(UsageError, match="not added from a page"):
        session.carry_out({"do": "insert", "effect": "plugin"})


def test_a_plugin_file_has_a_window_whose_turns_come_to_the_desk(host: Silent) -> None:
    chain = Graph.of("plugin", {}, {"path": "/nowhere/Known.clap"}) >> fx.gain()
    session = ConsoleSession(host, Desk(host, chain))  # type: ignore[arg-type]
    assert [view.has_window for view in session.strip()] == [True, False]
    session.carry_out({"do": "window", "name": "plugin"})
    assert host.asked == [("window", ("plugin", "a"))]
    host.on_editor_turn("gain.gain_db", -6.0, "a")
    until(lambda: session.desk.values["gain.gain_db"] == -6.0)
    session.close()
