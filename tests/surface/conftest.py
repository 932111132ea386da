"""The command line, run inside this process: what it answers, and what it says on both streams."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audiopost.blocks import AudioBlock
from audiopost.cli.main import main
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.audio_writer import AudioWriter
from tests.signals import tones


@dataclass(frozen=True)
class Answer:
    """Exit code and everything printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be; NaN and infinity are no JSON."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)

    @property
    def message(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        assert line.startswith("audiopost: ")
        return line


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """``run("measure", path)`` in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


def write_wave(path: Path, samples: AudioBlock, sample_rate: int = 48_000, bits: Any = "24") -> Path:
    """A block as a WAV file."""
    names = {1: "mono", 2: "stereo", 6: "5.1"}
    channels = samples.shape[0]
    layout = layout_named(names[channels]) if channels in names else discrete_layout(channels)
    with AudioWriter(path, sample_rate, layout, bits=bits) as writer:
        writer.write(samples)
    return path


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Two seconds of 1 kHz at -26 dBFS on both channels: -26.0 LUFS, as EBU Tech 3341 defines its test signals."""
    return write_wave(tmp_path / "tone.wav", tones((-26.0, 2.0)))
