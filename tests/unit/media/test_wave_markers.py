"""Markers in WAVE files, read back by two programs that are not the one that wrote them."""

from pathlib import Path

import numpy as np
import pytest
import wavinfo

from audiopost.layouts import layout_named
from audiopost.media import wave_chunks
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.described import described
from tests.signals import white_noise

STEREO = layout_named("stereo")
MARKS = [(480, "gap of 0.25 s"), (4_801, "ein Sprung, größer")]


@pytest.mark.parametrize("limit", [wave_chunks.RIFF_LIMIT_BYTES, 10_000])
def test_markers_lie_where_they_were_put_and_change_no_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(wave_chunks, "RIFF_LIMIT_BYTES", limit)
    path, noise = tmp_path / "a.wav", white_noise(2, 5_000)
    with AudioWriter(path, 48_000, STEREO, "32f") as writer:
        writer.write(noise)
        for frame, label in MARKS:
            writer.mark(frame, label)
    with open_audio(path) as reader:
        assert reader.format == ("WAV" if limit > 10_000 else "RF64")
        markers = described(reader, path)["markers"]
        assert np.array_equal(reader.read(5_000), noise)
    assert [(marker["frame"], marker["label"]) for marker in markers] == MARKS
    foreign = wavinfo.WavInfoReader(str(path), info_encoding="utf-8").cues
    assert [frame for _, frame in foreign.each_cue()] == [frame for frame, _ in MARKS]


def test_a_file_without_markers_is_what_it_was_and_flac_goes_without(tmp_path: Path) -> None:
    noise = white_noise(2, 500)
    for name in ("a.wav", "b.wav", "c.flac"):
        with AudioWriter(tmp_path / name, 48_000, STEREO, "24", dither="none") as writer:
            writer.write(noise)
            if name != "a.wav":
                writer.mark(10, "here")
    assert b"cue " not in (tmp_path / "a.wav").read_bytes()
    assert np.array_equal(read_audio(tmp_path / "b.wav")[0], read_audio(tmp_path / "c.flac")[0])
