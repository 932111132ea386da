"""The ground floor: errors, units, blocks, layouts."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from audiopost import errors
from audiopost.blocks import BlockMemory, as_block, clear_non_finite, from_interleaved, to_interleaved
from audiopost.layouts import LAYOUTS, default_layout, layout_from_wave_mask, layout_named, wave_mask
from audiopost.units import db_to_linear, linear_to_db, power_to_db, seconds_to_frames

EXAMPLES = [
    errors.UsageError("wrong", "here", "mend it"),
    errors.CycleError("round", cycle=("a", "b")),
    errors.UnknownNameError(kind="effect", name="higpass", known=("highpass",), where="hp"),
    errors.ParameterRangeError(parameter="ratio", value=30, minimum=1, maximum=20),
    errors.PresetError("unknown key", path="chain.toml", key="nodes.hp.f", line=7, mend="did you mean frequency_hz?"),
    errors.FileError("a.wav", "no such file"),
    errors.DeviceError("hw:0", "is busy", "close the other program"),
    errors.PluginCrashError("Bad.vst3", "crashed while it was scanned"),
    errors.EffectError("drive", "ValueError: no", "effects.py:3"),
    errors.TargetUnreachableError("ebu-r128", "fails", "limit", 2.5),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_crosses_a_process_border_unharmed(error: errors.AudiopostError):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)
    assert "\n" not in str(error)


def test_every_error_of_the_family_is_public():
    family = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Exception)}
    assert family <= set(errors.__all__)


def test_a_preset_error_names_file_line_key_and_mend():
    assert str(EXAMPLES[4]) == "chain.toml:7: nodes.hp.f: unknown key; did you mean frequency_hz?"


def test_decibels_and_ratios_are_inverse():
    for level_db in (-120.0, -6.0, 0.0, 12.0):
        assert linear_to_db(db_to_linear(level_db)) == pytest.approx(level_db, abs=1e-12)
    assert linear_to_db(-0.5) == linear_to_db(0.5)
    assert power_to_db(0.0) == -math.inf


def test_half_a_frame_rounds_up_on_every_road():
    assert seconds_to_frames(0.5 / 48_000, 48_000) == 1
    assert seconds_to_frames(2.5 / 48_000, 48_000) == 3


def test_foreign_shapes_become_blocks_and_back():
    frames_first = np.arange(6, dtype=np.float32).reshape(3, 2)
    block = from_interleaved(frames_first)
    assert block.shape == (2, 3)
    assert block.flags.c_contiguous
    assert np.array_equal(to_interleaved(block), frames_first)
    assert from_interleaved(np.zeros(5, dtype=np.float32)).shape == (1, 5)


@pytest.mark.parametrize("samples", [np.zeros((2, 2, 2)), np.zeros((0, 5)), np.array(["a"]), np.zeros(3, complex)])
def test_what_is_no_audio_is_refused(samples: np.ndarray):
    with pytest.raises(errors.UsageError):
        as_block(samples)


def test_lent_memory_is_contiguous_at_every_length_and_never_new():
    memory = BlockMemory(3, 100)
    base = memory.block(100)
    for frames in (0, 1, 2, 99, 100):
        lent = memory.block(frames)
        assert lent.shape == (3, frames)
        assert lent.flags.c_contiguous
        assert frames == 0 or np.shares_memory(lent, base)


@pytest.mark.parametrize("frames", [50, 5000])
def test_non_finite_samples_are_cleared_counted_and_placed(frames: int):
    block = np.ones((2, frames), dtype=np.float32)
    assert clear_non_finite(block) == (0, -1)
    block[1, 7] = np.nan
    block[0, 9] = -np.inf
    assert clear_non_finite(block) == (2, 7)
    assert block[1, 7] == block[0, 9] == 0.0
    assert block.sum() == 2 * frames - 2


def test_huge_but_finite_samples_are_left_alone():
    block = np.full((1, 10), 3e38, dtype=np.float32)
    assert clear_non_finite(block) == (0, -1)
    assert (block == np.float32(3e38)).all()


@pytest.mark.parametrize(
    ("name", "at_the_side"),
    [
        ("5.1", {"Ls", "Rs"}),
        ("7.1", {"Lss", "Rss"}),
        ("7.1-wave", {"Lss", "Rss"}),
        ("7.1.4", {"Lss", "Rss"}),
        ("5.1.4", {"Ls", "Rs"}),
        ("9.1.6", {"Lss", "Rss", "Lw", "Rw"}),
        ("22.2", {"Lss", "Rss", "Lw", "Rw"}),
    ],
)
def test_only_what_stands_at_the_side_weighs_more(name: str, at_the_side: set[str]):
    """ITU-R BS.1770-5, table 5: M±060, M±090 and M±110 weigh 1.41; LFE nothing; all else 1."""
    for speaker in layout_named(name).speakers:
        expected = 0.0 if speaker.label.startswith("LFE") else 1.41 if speaker.label in at_the_side else 1.0
        assert speaker.loudness_weight == expected, speaker


def test_every_layout_has_the_channels_of_its_name():
    for name, layout in LAYOUTS.items():
        if name[0].isdigit():
            assert layout.channels == sum(int(part) for part in name.partition("-")[0].split("."))
        assert len(set(layout.labels)) == layout.channels
    for order in range(1, 6):
        ambisonics = layout_named(f"ambisonics-{order}")
        assert ambisonics.channels == (order + 1) ** 2
        assert ambisonics.loudness_weights == (1.0, *[0.0] * (ambisonics.channels - 1)), "W alone is measured"


def test_a_channel_mask_and_its_layout_name_each_other():
    for name in ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "7.1-wave"):
        layout = layout_named(name)
        assert layout_from_wave_mask(wave_mask(layout), layout.channels) == layout
    assert layout_from_wave_mask(0x60F, 6) == layout_named("5.1")  # side pair instead of back pair
    assert layout_from_wave_mask(0x3F, 8) is None
    assert layout_from_wave_mask(0, 2) is None
    assert wave_mask(layout_named("5.1-film")) == 0
    assert default_layout(64).loudness_weights == (1.0,) * 64
