"""A CLAP plug-in whose every sample is known (``tests/foreign/gain.c``): ports, knobs, events, states, threads.

The plug-in logs every call on a thread that CLAP forbids, and is silent from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import PluginError, PluginLoadError, UsageError
from audiopost.plugins.clap_host import ClapPlugin, load_clap, plugin_names
from audiopost.plugins.main_thread import do_main_thread_work
from audiopost.plugins.streams import FixedBlockStream, SteadyStream
from tests import tolerances
from tests.plugin_builds import built_clap
from tests.signals import white_noise

RATE = 48_000
LARGEST = 512


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(built_clap(tmp_path_factory.mktemp("clap")))


@pytest.fixture
def plugin(path: str) -> Iterator[ClapPlugin]:
    made = load_clap(path, RATE, largest_frames=LARGEST)
    yield made
    assert made.remarks == (), "no call came on a thread that may not make it"
    made.close()


def ran(plugin: ClapPlugin, block: AudioBlock) -> AudioBlock:
    return plugin.run(np.ascontiguousarray(block)).copy()


def test_what_the_plugin_says_of_itself(path: str, plugin: ClapPlugin) -> None:
    assert plugin_names(path) == {"org.example.gain": "Known Gain"}
    assert plugin.facts == {
        "id": "org.example.gain", "name": "Known Gain", "vendor": "Example", "version": "1.0",
        "category": "Audio Effect|Utility",
    }  # fmt: skip
    assert plugin.widths == (1, 2, 6, 9)
    assert plugin.side_inputs == (("sidechain", 1),)


def test_knobs_are_named_and_ranged_as_a_person_reads_them(plugin: ClapPlugin) -> None:
    knobs = {each.name: each for each in plugin.parameters}
    assert tuple(knobs) == ("gain_x", "mode", "key", "level_db"), "a parameter that only shows is no knob"
    assert (knobs["gain_x"].minimum, knobs["gain_x"].maximum, knobs["gain_x"].default) == (0.0, 2.0, 1.0)
    assert knobs["mode"].choices == ("Plain", "Warm", "Late")
    assert knobs["key"].choices == ("off", "on")
    assert knobs["level_db"].default == -30.0, "its own value, 0.5, is not what it shows"
    assert all(plugin.automates(name) for name in knobs)


@pytest.mark.parametrize("width", [1, 2, 6, 9])
def test_every_configuration_plays_and_unheard_sides_are_silent(plugin: ClapPlugin, width: int) -> None:
    plugin.arrange(width)
    samples = white_noise(width, 300)
    np.testing.assert_array_equal(ran(plugin, samples), samples)
    plugin.set_parameter("key", 1.0)
    assert not ran(plugin, samples).any(), "the key input hears nothing"


def test_a_width_that_it_has_not_is_refused(plugin: ClapPlugin) -> None:
    with pytest.raises(PluginError, match="Known Gain: does not take 4 channels"):
        plugin.run(white_noise(4, 16))


def test_a_side_chain_is_heard(plugin: ClapPlugin) -> None:
    samples = white_noise(3, 200)
    plugin.set_parameter("key", 1.0)
    np.testing.assert_array_equal(ran(plugin, samples), samples[:2] * np.abs(samples[2]))


def test_a_knob_turns_at_its_very_frame(plugin: ClapPlugin) -> None:
    samples = white_noise(2, LARGEST)
    gain = np.ones(LARGEST, dtype=np.float32)
    for index, frame in enumerate(range(0, LARGEST, 16)):
        value = 0.25 * (index % 7)
        plugin.set_parameter_at("gain_x", value, frame)
        gain[frame:] = value
    np.testing.assert_array_equal(ran(plugin, samples), samples * gain)
    np.testing.assert_array_equal(ran(plugin, samples), samples * gain[-1])


def test_a_modulated_knob_is_heard_elsewhere_and_stays_where_it_stands(path: str, plugin: ClapPlugin) -> None:
    samples = white_noise(2, 300)
    assert (plugin.modulates("gain_x"), plugin.modulates("key")) == (True, False)
    plugin.set_parameter("gain_x", 0.5)
    plugin.modulate_at("gain_x", 0.75, 100)
    plugin.modulate_at("gain_x", 0.25, 200)
    gain = np.repeat(np.float32([0.5, 0.75, 0.25]), 100)
    np.testing.assert_array_equal(ran(plugin, samples), samples * gain)
    restored = load_clap(path, RATE, state=plugin.state())
    assert {each.name: each.default for each in restored.parameters}["gain_x"] == 0.5
    np.testing.assert_array_equal(ran(restored, samples), samples * np.float32(0.5))


def test_more_turns_than_a_list_holds_are_not_lost(plugin: ClapPlugin) -> None:
    samples = white_noise(2, 16)
    ran(plugin, samples)
    for index in range(1000):
        plugin.set_parameter("gain_x", index % 3)
    plugin.set_parameter("gain_x", 0.5)
    np.testing.assert_array_equal(ran(plugin, samples), samples * np.float32(0.5))


def test_blocks_of_a_fixed_size_turn_knobs_at_their_frame_too(plugin: ClapPlugin) -> None:
    stream = FixedBlockStream(plugin, 3, 64, held_back_frames=0, output_channels=2)
    samples = white_noise(3, 1000)
    played = np.zeros((2, 1000), dtype=np.float32)
    gain = np.ones(1000, dtype=np.float32)
    for start, stop, value in ((0, 100, 1.0), (100, 101, 0.5), (101, 437, 2.0), (437, 1000, 0.25)):
        stream.set_parameter("gain_x", value)
        out = np.empty((2, stop - start), dtype=np.float32)
        stream.process(np.ascontiguousarray(samples[:, start:stop]), out)
        played[:, start:stop] = out
        gain[start:stop] = value
    late = stream.latency_frames
    assert late == 63
    np.testing.assert_array_equal(played[:, late:], (samples[:2] * gain)[:, :-late])


def test_latency_is_held_back(plugin: ClapPlugin) -> None:
    plugin.set_parameter("mode", 2.0)
    stream = SteadyStream(plugin, 2, LARGEST)
    assert stream.latency_frames == plugin.reported_latency_frames == 64
    samples, out = white_noise(2, 400), np.empty((2, 400), dtype=np.float32)
    stream.process(samples, out)
    np.testing.assert_array_equal(out[:, 64:], samples[:, :-64])
    assert not out[:, :64].any()


def test_a_plugin_is_told_that_it_may_take_its_time(path: str) -> None:
    samples = white_noise(2, 64)
    patient = load_clap(path, RATE, offline=True)
    np.testing.assert_array_equal(ran(patient, samples), samples * np.float32(2.0))


def test_a_block_longer_than_promised_is_played_in_pieces(plugin: ClapPlugin) -> None:
    samples = white_noise(2, 3 * LARGEST + 5)
    np.testing.assert_array_equal(ran(plugin, samples), samples)


def test_a_state_brings_back_knobs_and_samples(path: str, plugin: ClapPlugin) -> None:
    for name, value in (("gain_x", 0.375), ("mode", 1.0), ("level_db", -12.0)):
        plugin.set_parameter(name, value)
    restored = load_clap(path, RATE, state=plugin.state(), largest_frames=LARGEST)
    defaults = {each.name: each.default for each in restored.parameters}
    assert defaults["gain_x"] == 0.375
    assert defaults["mode"] == 1.0
    assert defaults["level_db"] == pytest.approx(-12.0, abs=0.06), "the plug-in shows two digits"
    samples = white_noise(2, 100)
    np.testing.assert_array_equal(ran(restored, samples), ran(plugin, samples))


@pytest.mark.parametrize("state", [b"VST3 bytes", b'{"form":"audiopost plug-in state 1","format":3'])
def test_a_state_of_something_else_is_refused(path: str, state: bytes) -> None:
    with pytest.raises((PluginLoadError, UsageError), match=r"the state (belongs|is not)"):
        load_clap(path, RATE, state=state)


def test_playing_on_another_thread_keeps_to_the_rules(plugin: ClapPlugin) -> None:
    heard: list[AudioBlock] = []
    samples = white_noise(2, 64)
    plugin.reset()

    def play() -> None:
        heard.append(ran(plugin, samples))
        plugin.reset()  # what a renderer does behind NaN
        plugin.set_parameter("gain_x", 0.5)
        heard.append(ran(plugin, samples))

    thread = threading.Thread(target=play)
    thread.start()
    thread.join()
    do_main_thread_work()
    np.testing.assert_array_equal(heard[0], samples)
    np.testing.assert_array_equal(heard[1], samples * np.float32(0.5))


@pytest.mark.parametrize("behaviour", ["wants restart", "wants callback"])
def test_what_it_asks_to_have_done_on_its_main_thread_is_done_between_two_blocks(
    tmp_path: Path, behaviour: str
) -> None:
    """Each halves the gain once a thousand frames have been played, so that it is heard when it is done."""
    plugin, one = load_clap(str(built_clap(tmp_path, behaviour)), RATE, largest_frames=LARGEST), np.ones((2, 500))
    heard = [ran(plugin, one.astype(np.float32)) for _ in range(4)]
    assert plugin.remarks == ()
    plugin.close()
    np.testing.assert_array_equal(heard[0], one)
    np.testing.assert_array_equal(heard[1], one)
    np.testing.assert_array_equal(heard[3], 0.5 * one)
    assert heard[2][0, -1] == 0.5


def test_offline_a_restart_waits_for_the_next_reset(tmp_path: Path) -> None:
    plugin = load_clap(str(built_clap(tmp_path, "wants restart")), RATE, largest_frames=LARGEST, offline=True)
    one = np.ones((2, 500), dtype=np.float32)
    heard = [ran(plugin, one) for _ in range(4)]
    np.testing.assert_array_equal(heard, [2.0 * one] * 4)
    plugin.reset()
    np.testing.assert_array_equal(ran(plugin, one), one)
    assert plugin.remarks == ()
    plugin.close()


def test_while_another_thread_plays_it_a_restart_fades_out_and_in(tmp_path: Path) -> None:
    plugin = load_clap(str(built_clap(tmp_path, "wants restart")), RATE, largest_frames=LARGEST)
    one = np.ones((2, 500), dtype=np.float32)
    plugin.reset()
    do_main_thread_work()
    with ThreadPoolExecutor(1) as player:
        heard = [player.submit(ran, plugin, one).result() for _ in range(4)]
        plugin.set_parameter_at("level_db", -30.0, 499)  # while it rests
        do_main_thread_work()
        heard += [player.submit(ran, plugin, one).result() for _ in range(2)]
    left = np.concatenate(heard, axis=1)[0]
    assert np.abs(np.diff(left)).max() < tolerances.FADED_STEP
    np.testing.assert_array_equal(left[:500], 1.0)
    np.testing.assert_array_equal(left[1000:2000], 0.0)
    np.testing.assert_array_equal(left[2500:], 0.5)
    assert plugin.remarks == ()
    plugin.close()


def test_where_nobody_looks_after_its_main_thread_it_plays_on(tmp_path: Path) -> None:
    one = np.ones((2, 500), dtype=np.float32)
    with ThreadPoolExecutor(1) as home, ThreadPoolExecutor(1) as player:
        plugin = home.submit(
            load_clap, str(built_clap(tmp_path, "wants restart")), RATE, largest_frames=LARGEST
        ).result()
        home.submit(plugin.reset).result()
        heard = [player.submit(ran, plugin, one).result() for _ in range(4)]
        home.submit(plugin.close).result()
    np.testing.assert_array_equal(heard, [one] * 4)


def test_a_file_that_is_no_plugin_is_refused_in_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.clap"
    wrong.write_bytes(b"no code")
    with pytest.raises(PluginLoadError, match=r"wrong\.clap: "):
        load_clap(str(wrong), RATE)
    with pytest.raises(PluginLoadError, match=r"Other: is not in .*; it holds Known Gain"):
        load_clap(str(built_clap(tmp_path)), RATE, "Other")
