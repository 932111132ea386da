"""A plug-in's own window, opened while it plays, on a display that nobody sees."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import AudiopostError
from audiopost.graph.algebra import Graph
from audiopost.live.host import LiveHost
from audiopost.plugins.x11_window import X11Window
from tests import tolerances
from tests.live.sessions import until
from tests.plugin_builds import built_clap
from tests.system import require_path, require_system
from tests.x_windows import asked_to_close, windows


@pytest.fixture(scope="module")
def display() -> Iterator[None]:
    program = require_system("Xvfb", package="xvfb")
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
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


def test_without_a_display_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4077")
    with pytest.raises(AudiopostError, match=re.escape("X11: the display ':4077' does not answer")):
        X11Window("nobody sees it", 10, 10)
