"""Files that we bring to a target meet it by the measure of others: libebur128 (loudgain) and FFmpeg's ebur128."""

import re
import subprocess
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import read_audio
from tests.programmes import speech, write_sound
from tests.recordings import recording
from tests.system import require_system
from tests.tolerances import PEER_LOUDNESS_LU, PEER_TRUE_PEAK_DB


def loudgain(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by libebur128."""
    program = require_system("loudgain", package="loudgain")
    text = subprocess.run([program, str(path)], capture_output=True, text=True, check=True).stdout
    return _number(r"Loudness:\s+(-?[\d.]+) LUFS", text), _number(r"\((-?[\d.]+) dBTP\)", text)


def ffmpeg(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by FFmpeg's filter ebur128."""
    program = require_system("ffmpeg", package="ffmpeg")
    filter_and_sink = ["-filter_complex", "ebur128=peak=true", "-f", "null", "-"]
    command = [program, "-hide_banner", "-nostats", "-i", str(path), *filter_and_sink]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = text[text.rindex("Summary:") :]
    return _number(r"I:\s+(-?[\d.]+) LUFS", summary), _number(r"Peak:\s+(-?[\d.]+) dBFS", summary)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, f"no {pattern!r} in {text!r}"
    return float(found[1])


def voice_and_noise() -> AudioBlock:
    """The voice over pink noise that is not ours either, as an uneven stereo programme."""
    voice = speech()
    noise, _ = read_audio(recording("Noise"))
    bed = np.tile(noise, (1, voice.shape[1] // noise.shape[1] + 1))[:, : voice.shape[1]]
    return np.concatenate([voice + np.float32(0.05) * bed, np.float32(0.6) * voice], axis=0)


PROGRAMMES = {"voice": speech, "voice-and-noise": voice_and_noise}


LIMITED = ("spotify-normal", "limit", -14.0, -1.0)


@pytest.mark.parametrize("bits", ["16", "24"])
@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize(
    ("target", "mode", "lufs", "dbtp"),
    [("ebu-r128", "linear", -23.0, -1.0), ("atsc-a85-short", "linear", -24.0, -2.0), LIMITED],
)
def test_the_target_is_met_by_their_measure(
    tmp_path: Path,
    bits: str,
    programme: str,
    target: str,
    mode: Literal["linear", "limit"],
    lufs: float,
    dbtp: float,
) -> None:
    source = write_sound(tmp_path / "a.wav", PROGRAMMES[programme](), bits=bits)
    (result,) = normalize(source, target, tmp_path / "out", mode=mode, max_limiting_db=12.0)
    assert result.passed is True
    for meter in (loudgain, ffmpeg):
        loudness, true_peak = meter(tmp_path / "out" / "a.wav")
        assert loudness == pytest.approx(lufs, abs=PEER_LOUDNESS_LU), meter.__name__
        assert true_peak <= dbtp + PEER_TRUE_PEAK_DB, meter.__name__


def test_the_sum_of_normalised_stems_meets_the_target_by_their_measure(tmp_path: Path) -> None:
    voice = np.repeat(speech(), 2, axis=0)
    noise, _ = read_audio(recording("Noise"))
    bed = np.repeat(np.tile(noise, (1, 9))[:, : voice.shape[1]], 2, axis=0) * np.float32(0.1)
    bed = np.pad(bed, ((0, 0), (0, voice.shape[1] - bed.shape[1])))
    stems = [write_sound(tmp_path / "d.wav", voice * np.float32(0.5)), write_sound(tmp_path / "m.wav", bed)]
    (result,) = normalize(stems, "spotify-normal", tmp_path / "out", group="stems", mode="limit", max_limiting_db=12.0)
    assert result.passed is True
    blocks = [read_audio(tmp_path / "out" / path.name)[0] for path in stems]
    mix = write_sound(tmp_path / "mix.wav", blocks[0] + blocks[1])
    for meter in (loudgain, ffmpeg):
        loudness, true_peak = meter(mix)
        assert loudness == pytest.approx(-14.0, abs=PEER_LOUDNESS_LU)
        assert true_peak <= -1.0 + PEER_TRUE_PEAK_DB
