"""A plug-in's own window, opened while it plays, on a display that nobody sees."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import AudiopostError
from audiopost.graph.algebra import Graph
from audiopost.live.desk import Desk
from audiopost.live.editor_turns import EditorTurns
from audiopost.live.host import LiveHost
from audiopost.plugins.clap_host import load_clap
from audiopost.plugins.x11_window import X11Window
from tests import tolerances
from tests.desks import Noted
from tests.live.sessions import until
from tests.plugin_builds import built_clap
from tests.system import require_path, require_system
from tests.x_windows import asked_to_close, windows


@pytest.fixture(scope="module")
def display() -> Iterator[None]:
    program = require_system("Xvfb", package="xvfb")
    read, write = os.pipe()
    # Without "-noreset" the server begins anew whenever its last window goes, and then answers nobody for a moment.
    command = [program, "-displayfd", str(write), "-noreset", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    before = os.environ.get("DISPLAY")
    with os.fdopen(read) as said:
        os.environ["DISPLAY"] = f":{said.readline().strip()}"
    try:
        yield
    finally:
        server.terminate()
        server.wait(tolerances.LIVE_STOP_S)
        os.environ.pop("DISPLAY")
        if before is not None:
            os.environ["DISPLAY"] = before


@pytest.fixture
def compressor() -> Path:
    return require_path("/usr/lib/clap/ZamComp.clap", package="zam-plugins")


@pytest.mark.usefixtures("display")
def test_a_window_opens_is_closed_by_a_person_and_opens_again_while_it_plays(compressor: Path) -> None:
    chain = Graph.of("plugin", {}, {"path": str(compressor)}) >> fx.gain()
    with LiveHost(chain, device="null", live_input=True) as host:
        for _ in range(2):
            host.open_editor("plugin")
            until(lambda: len(windows("plugin")) == 1)
            ((number, inside),) = windows("plugin").items()
            assert inside == 1, "the plug-in has put its own window into ours"
            asked_to_close(number)
            until(lambda: not windows("plugin"))
        host.open_editor("plugin")
        until(lambda: len(windows("plugin")) == 1)
        host.swap(fx.gain(gain_db=-6.0))
        until(lambda: not windows("plugin"))
        assert host.problems == []
        assert host.statistics()["engine_restarts"] == 0


@pytest.mark.usefixtures("display")
def test_what_has_no_window_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    chain = Graph.of("plugin", {}, {"path": str(built_clap(tmp_path))}) >> fx.gain()
    with LiveHost(chain, device="null", live_input=True) as host:
        for node, words in (("plugin", "Known Gain: has no window"), ("gain", "is no plug-in"), ("gian", "gian")):
            with pytest.raises(AudiopostError, match=words):
                host.open_editor(node)


@pytest.mark.usefixtures("display")
def test_turns_in_a_window_are_found_and_turns_of_the_host_are_not(compressor: Path) -> None:
    plugin, block = load_clap(str(compressor), 48_000), np.zeros((2, 64), np.float32)
    plugin.run(block)
    plugin.open_editor("turned")
    plugin.set_parameter("ratio", 9.0)
    plugin.run(block)
    assert plugin.turned_in_editor() == {}
    knob, handle = plugin._knob_named["threshold"]
    plugin._events.turn(handle.id, handle.cookie, knob.place_of(-20.0), 0)  # as the window turns it: past the host
    plugin.run(block)
    assert plugin.turned_in_editor() == {"threshold": pytest.approx(-20.0)}
    assert plugin.turned_in_editor() == {}
    plugin.close()


def test_a_turn_in_a_window_is_a_step_of_the_desk() -> None:
    host = Noted()
    desk = Desk(host, fx.delay())
    turns = EditorTurns({"a": desk})
    for value in (60.0, 70.0):
        turns("delay.mix_percent", value, "a")
    turns("delay.mix_percent", 10.0, "b")
    until(lambda: desk.values["delay.mix_percent"] == 70.0)
    assert desk.undoable == "turn delay.mix_percent"
    assert not host.turned, "it stands there already"


def test_without_a_display_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4077")
    with pytest.raises(AudiopostError, match=re.escape("X11: the display ':4077' does not answer")):
        X11Window("nobody sees it", 10, 10)
