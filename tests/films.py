"""Small films, made by FFmpeg from test pictures and given sound; and what FFmpeg finds in a film."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import soundfile

from audiopost.blocks import AudioBlock
from tests.system import require_system

__all__ = ["KINDS", "film", "packet_hashes", "sound_bytes", "streams_of"]

KINDS = {
    "mov": ("-c:v", "mpeg4", "-c:a", "pcm_s24le", "-c:s", "mov_text"),
    "mp4": (
        "-c:v",
        "mpeg4",
        "-bf",
        "2",
        "-c:a",
        "aac",
        "-b:a",
        "192k",
        "-c:s",
        "mov_text",
        "-movie_timescale",
        "48000",
    ),
    "mkv": ("-c:v", "mpeg4", "-bf", "2", "-c:a", "flac", "-c:s", "srt"),
    "mxf": ("-c:v", "mpeg2video", "-pix_fmt", "yuv420p", "-c:a", "pcm_s24le"),
}
"""Codecs by kind of film."""

_SUBTITLES = "1\n00:00:00,200 --> 00:00:00,900\nA door.\n\n2\n00:00:01,000 --> 00:00:01,500\nSlams.\n"
_CHAPTERS = """;FFMETADATA1
title=A film
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Two
"""


def _run(*arguments: str) -> bytes:
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def film(path: Path, *sounds: AudioBlock, rate: int = 48_000, options: Sequence[str] = ()) -> Path:
    """A film as long as its first sound, a track for each sound, with what else its kind can hold.

    Chapters, subtitles, a title and time code from 10:00:00:00.
    """
    kind = path.suffix[1:]
    seconds = sounds[0].shape[1] / rate
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size=64x36:rate=25:duration={seconds}"]
    maps = ["-map", "0:v"]
    for number, sound in enumerate(sounds):
        own = path.with_name(f"{path.stem}-{number}.wav")
        soundfile.write(own, sound.T, rate, subtype="FLOAT")
        inputs += ["-i", str(own)]
        maps += ["-map", f"{number + 1}:a"]
    if kind != "mxf":
        for name, text in (("subtitles.srt", _SUBTITLES), ("chapters.txt", _CHAPTERS)):
            (path.parent / name).write_text(text)
            inputs += ["-i", str(path.parent / name)]
        maps += ["-map", f"{len(sounds) + 1}:s", "-map_metadata", str(len(sounds) + 2)]
    code = [] if kind == "mkv" else ["-timecode", "10:00:00:00"]
    ffmpeg = require_system("ffmpeg", package="ffmpeg")
    _run(ffmpeg, "-y", "-v", "error", *inputs, *maps, *KINDS[kind], *code, *options, str(path))
    return path


def packet_hashes(path: Path, *maps: str) -> list[str]:
    """Stream, time stamps, duration, size and hash of every packet of the mapped streams, by FFmpeg's demuxer."""
    ffmpeg = require_system("ffmpeg", package="ffmpeg")
    chosen = [word for each in maps for word in ("-map", each)]
    lines = _run(ffmpeg, "-v", "error", "-i", str(path), *chosen, "-c", "copy", "-copyts", "-f", "framehash", "-")
    return [line for line in lines.decode().splitlines() if not line.startswith("#")]


def sound_bytes(path: Path, track: int = 0) -> bytes:
    """The coded sound of a track as it lies in the film, without how it is cut into packets."""
    ffmpeg = require_system("ffmpeg", package="ffmpeg")
    return _run(ffmpeg, "-v", "error", "-i", str(path), "-map", f"0:a:{track}", "-c", "copy", "-f", "data", "-")


def streams_of(path: Path) -> dict[str, Any]:
    """What ffprobe says of streams, chapters and the film."""
    ffprobe = require_system("ffprobe", package="ffmpeg")
    shown = ("-show_streams", "-show_chapters", "-show_format")
    found: dict[str, Any] = json.loads(_run(ffprobe, "-v", "error", *shown, "-of", "json", str(path)))
    return found
