"""The short form of `tests/soak/test_live_growth.py`: swaps and moves leave no descriptor and no process behind."""

from __future__ import annotations

from pathlib import Path

from audiopost import effects as fx
from audiopost.live.host import LiveHost
from tests.live.growth import held_by
from tests.live.sessions import until, write_tone
from tests.tolerances import LIVE_GROWTH_MIB

SWAPS = 12


def test_swaps_switches_and_moves_leave_nothing_behind(tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav")
    with LiveHost(fx.gain(), source=tone, device="null", speed=0.0, duration_s=36_000.0) as host:
        host.meters()
        host.load_b(fx.gain(gain_db=-3))
        until(lambda: len(host.statistics()["pids"]["engines"]) == 3)
        held = []
        for number in range(2 * SWAPS):
            host.swap(fx.gain(gain_db=-6) >> fx.highpass())
            host.switch()
            host.switch("a")
            host.locate(number / 100)
            if number in (SWAPS - 1, 2 * SWAPS - 1):
                held.append(held_by(host))
        assert host.statistics()["engine_restarts"] == 0
    first, last = held
    assert (last.descriptors, last.segments, last.processes) == (first.descriptors, first.segments, first.processes)
    assert last.anonymous_mib - first.anonymous_mib < LIVE_GROWTH_MIB
