"""Meters while it plays: the same numbers as the meter of files gives, at any point, to any number of readers."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.dsp.energy_map import MAP_AZIMUTHS_DEG
from audiopost.errors import DeviceError, UnknownNameError, UsageError
from audiopost.live.host import LiveHost
from audiopost.live.meter_board import BAND_CENTRES_HZ, Reading
from audiopost.loudness.meter import LoudnessMeter
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.live.sessions import RATE_HZ, TONE_PEAK, alive, longest_run, play_on, until, write_tone

PEAK_DBFS = 20 * np.log10(TONE_PEAK)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "tone.wav")


def reading(host: LiveHost, point: str) -> Reading:
    until(lambda: point in host.meters().points)
    return host.meters().points[point]


def measured(host: LiveHost, point: str, seconds: float = 4.0) -> Reading:
    """A reading of at least so much sound."""
    until(lambda: reading(host, point).frames > seconds * RATE_HZ)
    return reading(host, point)


def test_every_point_reads_what_passes_there(tone: Path) -> None:
    chain = fx.gain(gain_db=-6) >> fx.compressor(threshold_db=-40, ratio=4, attack_ms=1)
    with LiveHost(chain, source=tone, device="null", speed=0.0, duration_s=3600.0, engines=2) as host:
        host.watch("gain")
        before, inside = measured(host, "input"), measured(host, "gain")
        # A tone of 1 kHz in two channels: its loudness is its peak level, by the definition of BS.1770.
        assert before.integrated_lufs == pytest.approx(PEAK_DBFS, abs=0.05)
        assert before.momentary_lufs == pytest.approx(before.short_term_lufs, abs=0.01)
        assert before.loudness_range_lu == pytest.approx(0.0, abs=0.1)
        assert -0.1 < before.true_peak_dbtp - PEAK_DBFS < 0.3, "the sudden beginning of a tone overshoots"
        assert before.sample_peak_dbfs == pytest.approx(PEAK_DBFS, abs=0.01)
        assert before.peaks_dbfs == pytest.approx((PEAK_DBFS, PEAK_DBFS), abs=0.01)
        assert before.correlation == pytest.approx(1.0, abs=1e-6)
        assert before.lost_frames == 0
        loudest = int(np.argmax(before.spectrum_dbfs))
        assert BAND_CENTRES_HZ[loudest] == 1000.0
        assert before.spectrum_dbfs[loudest] == pytest.approx(PEAK_DBFS - 3.01, abs=0.1)
        assert inside.short_term_lufs == pytest.approx(PEAK_DBFS - 6.0, abs=0.05)
        until(lambda: "compressor" in host.meters().nodes)
        node = host.meters().nodes["compressor"]
        assert node.load > 0.0
        output = measured(host, "output", 30.0)
        assert node.gain_reduction_db == pytest.approx(inside.short_term_lufs - output.short_term_lufs, abs=0.5)
        assert host.meters().nodes["gain"].gain_reduction_db is None


def test_integrated_values_agree_with_the_recording_and_begin_anew(tone: Path, tmp_path: Path) -> None:
    """What the meter integrates is every frame from its reset on: as many as the recording has, as loud."""
    output = tmp_path / "heard.wav"
    with LiveHost(fx.noise(level_dbfs=-20, seed=3), device="null", speed=0.0, duration_s=3600.0, engines=2) as host:
        measured(host, "output", 1.0)
        host.reset_meters()
        host.record(output, bits="32f")
        until(lambda: reading(host, "output").frames > 20 * RATE_HZ)
        host.stop_recording()
        metered = reading(host, "output")
    samples, _ = read_audio(output)
    meter = LoudnessMeter(RATE_HZ, "stereo")
    meter.process(samples)
    assert metered.integrated_lufs == pytest.approx(meter.result().integrated_lufs, abs=0.05)
    assert metered.lost_frames == 0


def test_a_watched_node_can_be_recorded_as_a_stem(tone: Path, tmp_path: Path) -> None:
    stem, heard = tmp_path / "stem.wav", tmp_path / "heard.wav"
    with LiveHost(
        fx.gain(gain_db=-6) >> fx.gain(gain_db=0), source=tone, device="null", speed=0.0, duration_s=3600.0
    ) as host:
        with pytest.raises(UsageError, match="watch the node first"):
            host.record(stem, tap="gain")
        host.watch("gain")
        host.record(heard, tap="engine")
        host.record(stem, tap="gain", bits="32f")
        play_on(host, RATE_HZ)
        host.stop_recording("gain")
        host.stop_recording("engine")
        assert host.statistics()["lost_record_frames"] == 0
    one, other = (read_audio(path)[0][0, -9600:] for path in (stem, heard))
    np.testing.assert_allclose(np.max(np.abs(one)), TONE_PEAK * 10 ** (-6 / 20), rtol=1e-4)
    # The two end within some blocks of each other, on a tone of 48 frames: the same sound at one shift.
    apart = [np.max(np.abs(one[:-48] - np.roll(other, shift)[:-48])[48:]) for shift in range(48)]
    assert min(apart) < tolerances.FLOAT32_TONE


def test_a_watched_node_that_is_taken_out_is_silence_until_it_is_back_and_that_is_told(
    tone: Path, tmp_path: Path
) -> None:
    stem = tmp_path / "stem.wav"
    both = fx.gain(gain_db=-6) >> fx.highpass()
    with LiveHost(both, source=tone, device="null", speed=0.0, duration_s=3600.0) as host:
        host.watch("highpass")
        host.record(stem, tap="highpass", bits="32f")
        play_on(host, 9600)
        host.swap(fx.gain(gain_db=-6))
        assert any("'highpass' is watched and was taken out" in sentence for sentence in host.problems)
        play_on(host, 9600)
        host.swap(both)
        play_on(host, 9600)
        host.stop_recording("highpass")
    samples = read_audio(stem)[0]
    begin, end = longest_run(np.all(samples == 0.0, axis=0))
    assert end - begin >= 9600
    assert np.max(np.abs(samples[:, begin - 4800 : begin])) > 0.4 * TONE_PEAK
    assert np.max(np.abs(samples[:, -4800:])) > 0.4 * TONE_PEAK


def test_many_readers_see_whole_readings(tone: Path) -> None:
    torn: list[Reading] = []
    counts = [0, 0, 0, 0]
    with LiveHost(fx.gain(), source=tone, device="null", engines=2) as host:
        measured(host, "output", 1.0)
        over = threading.Event()

        def read(number: int) -> None:
            while not over.is_set():
                found = host.meters().points["output"]
                counts[number] += 1
                if found.point != "output" or abs(found.peaks_dbfs[0] - found.peaks_dbfs[1]) > 1e-9:
                    torn.append(found)

        threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        start = reading(host, "output").frames
        until(lambda: reading(host, "output").frames > start + RATE_HZ)
        over.set()
        for thread in threads:
            thread.join()
    assert torn == []
    assert min(counts) > 30


def test_wrong_points_are_refused_and_a_dead_meter_process_is_replaced(tone: Path) -> None:
    chain = fx.gain() >> fx.highpass() >> fx.lowpass() >> fx.peak()
    with LiveHost(chain, source=tone, device="null", engines=2) as host:
        with pytest.raises(UnknownNameError, match="gani"):
            host.watch("gani")
        for point in ("engine", "a", "b", "gain", "highpass", "lowpass"):
            host.watch(point)
        with pytest.raises(DeviceError, match="8 points"):
            host.watch("peak")
        measured(host, "output", 0.5)
        pid = host.statistics()["pids"]["meters"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not alive(pid) and host.statistics()["pids"].get("meters", pid) != pid)
        before = reading(host, "output").frames
        until(lambda: 0 < reading(host, "output").frames != before)
        host.unwatch("a")
        until(lambda: "a" not in host.meters().points)
        host.watch("peak")
        measured(host, "peak", 0.5)


def test_a_scene_inside_a_chain_is_seen_by_direction_and_recorded_as_one(tone: Path, tmp_path: Path) -> None:
    scene = fx.downmix(to="mono") >> fx.ambisonic_encode(order=2, azimuth_deg=-90.0).named("scene")
    with LiveHost(scene >> fx.binaural(), source=tone, device="null", speed=0.0, duration_s=3600.0, engines=2) as host:
        host.watch("scene")
        seen = measured(host, "scene")
        levels = np.array(seen.energy_dbfs)
        assert MAP_AZIMUTHS_DEG[int(levels.argmax()) % len(MAP_AZIMUTHS_DEG)] == -90.0
        # A tone's power is 3 dB below its peak; two equal channels folded at -3 dB are 3 dB louder.
        assert levels.max() == pytest.approx(PEAK_DBFS, abs=0.1)
        assert reading(host, "output").energy_dbfs == ()
        host.record(tmp_path / "scene.wav", tap="scene")
        play_on(host, RATE_HZ)
        host.stop_recording("scene")
    samples, _ = read_audio(tmp_path / "scene.wav")
    assert samples.shape[0] == 9
    np.testing.assert_allclose(samples[1], -samples[0], atol=1e-6)  # Y of a source on the right


def test_labels_over_osc_say_how_loud_each_state_of_a_game_was(tone: Path, tmp_path: Path) -> None:
    """Labels come as a game would send them; their file has the seconds of the session."""
    from pythonosc.osc_message_builder import OscMessageBuilder

    from audiopost.jobs.labels import LabelWriter, read_labels
    from audiopost.live.controls_osc import OscControl
    from audiopost.live.words import Words

    chain = fx.gain()
    writer = LabelWriter(tmp_path / "labels.csv")
    with LiveHost(chain, source=tone, device="null", speed=0.0, duration_s=3600.0, engines=2) as host:
        words = Words(host, chain)
        words.labelled = writer.add
        with OscControl(words, 0) as control, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:

            def under(label: str) -> tuple[int, float]:
                found = {each.label: each for each in host.by_label()}
                return (found[label].times, found[label].duration_s) if label in found else (0, 0.0)

            def enter(label: str) -> None:
                known, _ = under(label)
                message = OscMessageBuilder("/audiopost/do/label")
                message.add_arg(label)
                game.sendto(message.build().dgram, ("127.0.0.1", control.port))
                until(lambda: under(label)[0] > known)

            def heard(lufs: float) -> bool:
                return abs((reading(host, "output").momentary_lufs or 0.0) - lufs) < 0.05

            for label, gain_db in (("menu", -12.0), ("fight", 0.0), ("menu", -12.0)):
                # The level changes where neither counts: a turn and a label go different ways.
                enter("loading")
                host.set_parameter("gain.gain_db", gain_db)
                until(lambda gain_db=gain_db: heard(PEAK_DBFS + gain_db))
                enter(label)
                _, known_s = under(label)
                until(lambda label=label, known_s=known_s: under(label)[1] > known_s + 4.0)
        found = {each.label: each for each in host.by_label()}
    writer.close()
    assert list(found) == ["loading", "menu", "fight"]
    assert (found["menu"].times, found["fight"].times) == (2, 1)
    assert found["menu"].integrated_lufs == pytest.approx(PEAK_DBFS - 12.0, abs=0.05)
    assert found["fight"].integrated_lufs == pytest.approx(PEAK_DBFS, abs=0.05)
    states = [label for _, label in read_labels(tmp_path / "labels.csv")]
    assert states == ["loading", "menu", "loading", "fight", "loading", "menu"]
