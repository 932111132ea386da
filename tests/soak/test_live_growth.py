"""Half an hour of play with a thousand swaps and everything that people do meanwhile: nothing grows."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.live.host import LiveHost
from audiopost.media.audio_file import open_audio
from tests.live.growth import held_by
from tests.live.sessions import RATE_HZ, until, write_tone
from tests.tolerances import LIVE_GROWTH_MIB

pytestmark = pytest.mark.soak

SWAPS = 1000
PLAY_S = 30 * 60.0
WARM_UP_SWAPS = 50


def test_a_thousand_swaps_in_half_an_hour_leave_nothing_behind(tmp_path: Path) -> None:
    tone, output = write_tone(tmp_path / "tone.wav"), tmp_path / "heard.wav"
    chains = [fx.highpass() >> fx.reverb(mix_percent=10), fx.gain(gain_db=-3) >> fx.compressor()]
    with LiveHost(chains[0], source=tone, device="null") as host:
        host.meters()
        host.load_b(chains[1])
        host.record(output)
        begun = time.monotonic()
        for number in count(1):
            host.swap(chains[number % 2])
            host.set_parameter("gain.gain_db" if number % 2 else "reverb.mix_percent", float(number % 12), wait=False)
            host.switch()
            host.switch("a")
            host.locate(number % 10 / 20)
            if number == WARM_UP_SWAPS:
                before = held_by(host)
            if number >= SWAPS and time.monotonic() - begun >= PLAY_S:
                break
            until(lambda due=begun + number * PLAY_S / SWAPS: time.monotonic() >= due)
        after = held_by(host)
        host.stop_recording()
        counted = host.statistics()
    assert (after.descriptors, after.segments, after.processes) == (
        before.descriptors,
        before.segments,
        before.processes,
    )
    assert after.anonymous_mib - before.anonymous_mib < LIVE_GROWTH_MIB
    assert counted["lost_record_frames"] == counted["source_underruns"] == counted["engine_restarts"] == 0
    with open_audio(output) as heard:
        assert heard.frames > PLAY_S * RATE_HZ * 0.99
        heard.seek(heard.frames - RATE_HZ)
        assert np.max(np.abs(heard.read(RATE_HZ))) > 0.01
