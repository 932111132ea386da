"""What the media process does with one recording: a file of any length, and marks at the right frame."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.layouts import layout_named
from audiopost.live import messages as say
from audiopost.live.media_process import Recording
from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing
from audiopost.media import wave_chunks
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.described import described
from tests.signals import white_noise

STEREO = layout_named("stereo")


def recording(path: Path, ring: AudioRing) -> Recording:
    return Recording(say.Record(0, path, bits="32f"), ring, AudioWriter(path, 48_000, STEREO, "32f"))


def test_a_recording_that_outgrows_riff_is_rf64_with_every_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of 4 GiB lowered: the same branch, the same header."""
    monkeypatch.setattr(wave_chunks, "RIFF_LIMIT_BYTES", 100_000)
    ring = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(2 * 9_000, np.float32), 2)
    noise, path = white_noise(2, 27_000), tmp_path / "long.wav"
    going = recording(path, ring)
    for piece in np.split(noise, 3, axis=1):
        assert ring.write(piece) == 9_000
        while going.advance():
            pass
    going.mark(20_000, "gap of 1.00 s")
    going.until = 27_000
    assert going.complete
    going.writer.close()
    with open_audio(path) as reader:
        assert (reader.format, reader.frames, reader.notes) == ("RF64", 27_000, ())
        assert described(reader, path)["markers"][0]["frame"] == 20_000
        assert np.array_equal(reader.read(27_000), noise)


def test_a_mark_counts_from_the_beginning_of_the_file_that_goes_on(tmp_path: Path) -> None:
    """A media process that died had taken 1000 frames for a file of its own."""
    ring = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(2 * 4_000, np.float32), 2)
    ring.write(white_noise(2, 3_000))
    ring.skip(1_000)
    going = recording(tmp_path / "second.wav", ring)
    while going.advance():
        pass
    going.mark(500, "lies in the file before")
    going.mark(1_500, "here")
    going.until = 3_000
    assert going.complete
    going.writer.close()
    with open_audio(tmp_path / "second.wav") as reader:
        assert reader.frames == 2_000
        markers = described(reader, tmp_path / "second.wav")["markers"]
    assert [(marker["frame"], marker["label"]) for marker in markers] == [(500, "here")]
