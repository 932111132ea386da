"""The table of built-ins against pedalboard itself."""

from pathlib import Path

import numpy as np
import pedalboard
import pytest

from audiopost.errors import FileError, PluginError, UsageError
from audiopost.plugins.built_ins import BUILT_INS
from audiopost.plugins.pedalboard_built_ins import built_in_parameters, impulse_response_s, make_built_in
from audiopost.plugins.plugin import PluginParameter

NO_EFFECTS = {"IIRFilter", "Chain", "Mix", "Pedalboard", "ExternalPlugin", "VST3Plugin", "AudioUnitPlugin"}
NEEDS_A_FILE = {"Convolution"}
KNOBS = [(row.name, each) for row in BUILT_INS.values() if row.name not in NEEDS_A_FILE for each in row.parameters]


def test_every_effect_of_the_library_is_in_the_table() -> None:
    offered = {
        name
        for name, member in vars(pedalboard).items()
        if isinstance(member, type) and issubclass(member, pedalboard.Plugin) and not name.startswith("_")
    }
    assert offered - NO_EFFECTS - {"Plugin", "PluginContainer"} == set(BUILT_INS)


@pytest.mark.parametrize("name", [name for name, row in BUILT_INS.items() if row.parameters])
def test_defaults_are_those_of_the_library(name: str) -> None:
    table = {each.name: each.default for each in BUILT_INS[name].parameters}
    assert built_in_parameters(name) == pytest.approx(table)


@pytest.mark.parametrize(("name", "knob"), KNOBS, ids=lambda value: getattr(value, "name", value))
def test_both_ends_of_a_range_are_taken_by_the_library(name: str, knob: PluginParameter) -> None:
    settings = {each.name: each.default for each in BUILT_INS[name].settings if each.default is not None}
    plugin = make_built_in(BUILT_INS[name], settings, 48_000)
    for value in (knob.minimum, knob.maximum):
        plugin.set_parameter(knob.name, value)


@pytest.mark.parametrize("name", sorted(set(BUILT_INS) - NEEDS_A_FILE))
def test_every_choice_of_a_setting_is_taken_by_the_library(name: str) -> None:
    row = BUILT_INS[name]
    defaults = {each.name: each.default for each in row.settings if each.default is not None}
    for setting in row.settings:
        for choice in setting.choices:
            make_built_in(row, {**defaults, setting.name: choice}, 48_000)


def test_a_setting_that_the_library_refuses_is_an_error_of_use() -> None:
    with pytest.raises(UsageError, match=r"pedalboard\.BrickwallLimiter: lookahead_ms must be in \(0, 100\]"):
        make_built_in(BUILT_INS["BrickwallLimiter"], {"lookahead_ms": 0.0}, 48_000)


def test_an_impulse_response_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "hall.wav")
    with pytest.raises(FileError, match=r"hall\.wav: no such file"):
        make_built_in(BUILT_INS["Convolution"], {"impulse_response": missing}, 48_000)


def test_an_impulse_response_that_is_no_sound_is_named(tmp_path: Path) -> None:
    text = tmp_path / "hall.wav"
    text.write_text("no sound")
    with pytest.raises(FileError, match=r"hall\.wav"):
        impulse_response_s(str(text))


def test_what_the_library_refuses_while_playing_names_the_plugin() -> None:
    codec = make_built_in(BUILT_INS["MP3Compressor"], {"vbr_quality": 2.0}, 96_000)
    with pytest.raises(PluginError, match=r"pedalboard\.MP3Compressor: MP3 only supports"):
        codec.run(np.zeros((1, 512), dtype=np.float32))


def test_a_cut_off_beyond_the_sample_rate_is_kept_below_it() -> None:
    low_pass = make_built_in(BUILT_INS["LowpassFilter"], {}, 8_000)
    low_pass.set_parameter("cutoff_frequency_hz", 20_000.0)
    noise = np.random.default_rng(1).uniform(-1, 1, (1, 8_000)).astype(np.float32)
    assert np.abs(low_pass.run(noise)).max() <= 1.5
