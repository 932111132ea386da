"""Damage to a file ends in sound or in a FileError: never in another error, an endless walk, samples from nowhere."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiopost.errors import FileError
from audiopost.media.audio_file import open_audio
from audiopost.media.carried import carried_by
from tests.wave_bytes import chunk, ds64, extensible_format, plain_format, wave

SOUND = np.arange(300, dtype="<i2").tobytes()
WHOLE = (
    wave(chunk("bext", b"b" * 31), plain_format(2), chunk("data", SOUND), chunk("LIST", b"INFOabc")),
    wave(extensible_format(6, 0x3F, bits=24), chunk("data", SOUND)),
    wave(ds64(600, table=(("iXML", 4),)), plain_format(), chunk("data", SOUND, declared=0xFFFF_FFFF), form="RF64"),
)


@pytest.mark.parametrize("whole", WHOLE, ids=["RIFF", "extensible", "RF64"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 150), st.sampled_from((0, 1, 3, 0x7F, 0xFE, 0xFF))), max_size=4),
    end=st.integers(0, 800),
)
def test_damage_is_survived(tmp_path: Path, whole: bytes, changes: list[tuple[int, int]], end: int) -> None:
    damaged = bytearray(whole)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    path = tmp_path / "a.wav"
    path.write_bytes(damaged[:end])
    with suppress(FileError), open_audio(path) as reader:
        frames = sum(block.shape[1] for block in reader.blocks(64))
        assert frames == reader.frames
        assert frames * reader.channels <= 2 * len(damaged)
        assert reader.layout.channels == reader.channels
    with suppress(FileError):
        assert sum(chunk.size for chunk in carried_by(path).chunks) <= len(damaged)
