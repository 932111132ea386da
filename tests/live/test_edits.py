"""A chain edited while it plays, at the desk and in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.effects.effect_files import load_effects
from audiopost.errors import AudiopostError, EffectError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.spec import NodeSpec
from audiopost.library.chains import load_chain, save_chain
from audiopost.live.desk import Desk
from audiopost.live.host import LiveHost
from audiopost.live.reloading import Reloader, SavedFiles
from audiopost.live.watching import FileWatch
from tests.live.sessions import until, write_tone

EFFECTS = """
import numpy as np
from audiopost import effect

@effect
def test_edited(block, *, drive_db: float = 0.0):
    return np.clip(block, -1.0, 1.0)
"""


@pytest.fixture(autouse=True)
def catalogue_as_before() -> Iterator[None]:
    yield
    CATALOGUE.remove("test_edited")


def test_every_edit_is_heard_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file, effects, said = tmp_path / "chain.toml", tmp_path / "mine.py", []
    effects.write_text(EFFECTS, "utf-8")
    load_effects(effects)
    save_chain(fx.highpass() >> fx.gain(gain_db=-6) >> fx.test_edited(), file)
    chain = load_chain(file)
    with LiveHost(chain, source=write_tone(tmp_path / "tone.wav"), device="null", on_problem=said.append) as host:
        desk = Desk(host, chain, path=file)
        desk.bypass("highpass")
        desk.insert(NodeSpec.of("delay", {"mix_percent": 30}), "echo", before="gain")
        desk.move("highpass")
        desk.replace("gain", "compressor")
        desk.remove("echo")
        assert host.statistics()["swaps"] == 5
        with pytest.raises(AudiopostError):
            desk.insert(NodeSpec("plugin", settings=(("path", "nowhere.vst3"),)), "none")
        assert host.chain_log[-1].spec.node_names == desk.drawing.node_names
        desk.save()
        saved = SavedFiles([Reloader(desk, lambda: load_chain(file), file)], said.append)
        with FileWatch([file, effects], saved):
            file.write_text(file.read_text("utf-8").replace('"compressor"', '"compressor"\nratio = 7.0'), "utf-8")
            until(lambda: any(event.parameter == "gain.ratio" for event in host.parameter_log))
            effects.write_text(EFFECTS.replace("np.clip", "np.clop"), "utf-8")
            until(lambda: len(said) == 2)
            assert host.statistics()["swaps"] == 5
            effects.write_text(EFFECTS.replace("1.0)", "0.5)"), "utf-8")
            until(lambda: len(said) == 3)
        assert host.statistics()["swaps"] == 6
    assert said[0] == "chain.toml: read again"
    assert said[1].startswith("test_edited: AttributeError: module 'numpy' has no attribute 'clop'")
    assert f"{effects}:7" in said[1]
    assert said[2] == "mine.py: test_edited read again"


def test_an_effect_that_fails_at_once_is_refused(tmp_path: Path) -> None:
    file, effects = tmp_path / "chain.toml", tmp_path / "mine.py"
    effects.write_text(EFFECTS.replace("np.clip", "np.clop"), "utf-8")
    load_effects(effects)
    file.write_text('schema = 1\nchain = ["a"]\n[nodes.a]\neffect = "test_edited"\n', "utf-8")
    with pytest.raises(EffectError, match="clop"), LiveHost(file, device="null"):
        pass
