"""Variations of a chain bounced at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import FileError, UsageError
from audiopost.graph.knobs import values_of
from audiopost.jobs.render import render
from audiopost.jobs.variations import render_variations
from audiopost.layouts import layout_named
from audiopost.library.chains import load_chain
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise

CHAIN = fx.highpass(frequency_hz=300) >> fx.delay(mix_percent=20)


@pytest.fixture
def door(tmp_path: Path) -> Path:
    path = tmp_path / "door.wav"
    with AudioWriter(path, 48_000, layout_named("mono"), bits="24") as writer:
        writer.write(white_noise(1, 4_800, peak_linear=0.4))
    return path


def test_each_variation_sounds_as_its_chain_file_says(door: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    made = render_variations(
        door, tmp_path / "out", CHAIN, count=3, seed=5, locked=("delay.delay_ms",), workers=2,
        progress=lambda share, _words: shares.append(share),
    )  # fmt: skip
    assert [each.seed for each in made] == [5, 6, 7]
    assert [each.rendered.output.name for each in made] == ["door-var01.wav", "door-var02.wav", "door-var03.wav"]
    assert len({each.rendered.sha256 for each in made}) == 3
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    for each in made:
        again = load_chain(each.chain)
        assert values_of(again, {}).items() >= each.values.items()
        assert "delay.delay_ms" not in each.values
        repeated = render(door, tmp_path / f"{each.seed}.wav", each.chain)
        assert repeated.sha256 == each.rendered.sha256


def test_a_seed_gives_the_same_sound_and_no_file_is_touched(door: Path, tmp_path: Path) -> None:
    first = render_variations(door, tmp_path, CHAIN, count=1, seed=9)
    before = first[0].rendered.output.read_bytes()
    (tmp_path / "door-var03.wav").write_bytes(b"mine")
    again = render_variations(door, tmp_path, CHAIN, count=2, seed=9, workers=1)
    assert [each.chain.name for each in again] == ["door-var02.toml", "door-var04.toml"]
    assert again[0].rendered.sha256 == first[0].rendered.sha256
    assert first[0].rendered.output.read_bytes() == before
    np.testing.assert_array_equal(read_audio(first[0].rendered.output)[0], read_audio(again[0].rendered.output)[0])


def test_what_fails_leaves_nothing(door: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="count = 0"):
        render_variations(door, tmp_path / "out", CHAIN, count=0)
    with pytest.raises(FileError):
        render_variations(tmp_path / "missing.wav", tmp_path / "out", CHAIN, count=3)
    assert list((tmp_path / "out").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be made"):
        render_variations(door, tmp_path / "file" / "out", CHAIN)
