"""Files beyond 4 GiB: written as RF64, read to their end, with what they carry."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.layouts import discrete_layout
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Coding, carried_by
from audiopost.media.sample_positions import Move
from tests.broadcast_waves import UNKNOWN, broadcast_wave
from tests.signals import white_noise

CHANNELS = 64
FRAMES = (4 << 30) // (3 * CHANNELS) + 100_000


@pytest.mark.soak
def test_a_file_beyond_4_gib_is_rf64_and_is_read_to_its_end(tmp_path: Path) -> None:
    """Sound only at both ends; the middle is silence. Needs 4.1 GiB of disk for a minute."""
    carried = carried_by(broadcast_wave(tmp_path / "a.wav", white_noise(2, 4_800)))
    kept = carried.for_output(Move(48_000, 48_000), Coding(48_000, "24", CHANNELS))
    noise = white_noise(CHANNELS, 1_000, peak_linear=0.5)
    silence = np.zeros((CHANNELS, 50_000), np.float32)
    path = tmp_path / "long.wav"
    with AudioWriter(path, 48_000, discrete_layout(CHANNELS), "24", dither="none", carried=kept) as writer:
        writer.write(noise)
        while writer.frames < FRAMES:
            writer.write(silence)
        writer.write(noise)
    assert path.stat().st_size > 4 << 30
    with open_audio(path) as reader:
        assert (reader.format, reader.frames) == ("RF64", writer.frames)
        first = reader.read(1_000)
        reader.seek(reader.frames - 1_000)
        assert np.array_equal(first, reader.read(1_000))
        assert first.any()
    chunks = carried_by(path).chunks
    assert [chunk.id for chunk in chunks] == [chunk.id for chunk in kept.chunks]
    assert chunks[1].whole() == UNKNOWN
