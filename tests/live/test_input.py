"""Another input while it plays: a file, what comes in, the chain alone; and what a person had set stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.errors import DeviceError, FileError, UsageError
from audiopost.live.host import LiveHost
from tests.live.sessions import until, write_tone


def test_from_a_file_to_live_input_and_back(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav", seconds=2)
    with LiveHost(fx.gain(gain_db=-6.0), tone, "null") as host:
        host.set_parameter("gain.gain_db", -12.0)
        host.record(tmp_path / "take.wav")
        host.take_input(live_input=True)
        assert (host.plays_files, host.live_input) == (False, True)
        assert dict(host.spec.node("gain").parameters)["gain_db"] == -12.0
        with pytest.raises(DeviceError, match="no file is played"):
            host.transport()
        host.take_input([tone, tone])
        assert [stem.name for stem in host.stems] == ["tone", "tone 2"]
        until(lambda: host.transport().position_s > 0.1)
        assert host.playing
        host.take_input(tone)  # from files to files nothing is built anew
        assert [stem.name for stem in host.stems] == ["tone"]
    assert len(list(tmp_path.glob("take*.wav"))) == 3


def test_a_generator_needs_no_input(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav", seconds=1)
    with LiveHost(fx.tone(level_dbfs=-20.0), tone, "null") as host:
        host.take_input()
        assert (host.plays_files, host.live_input) == (False, False)
        until(lambda: host.meters().points.get("output") is not None)


def test_an_input_that_cannot_be_had_leaves_the_one_before(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav", seconds=2)
    with LiveHost(fx.gain(), device="null", live_input=True) as host:
        with pytest.raises(FileError):
            host.take_input(tmp_path / "missing.wav")
        assert host.live_input
        with pytest.raises(UsageError, match="choose one source"):
            host.take_input(tone, live_input=True)
        host.take_input(tone)
        until(lambda: host.transport().position_s > 0.1)
