"""Small libraries of stems to run jobs on, and what must hold of what a job made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tests.programmes import write_sound

__all__ = ["STEMS", "contents", "stem_job", "write_scenes"]

STEMS = ("dx", "mx", "fx", "amb", "fol")


def write_scenes(folder: Path, scenes: int, *, seconds: float = 1.0, stems: Iterable[str] = STEMS) -> list[Path]:
    """Stereo stems ``sc000_dx.wav`` ... of so many scenes, every one its own noise with a slow swell."""
    paths = []
    time_s = np.arange(round(48_000 * seconds)) / 48_000
    for scene in range(scenes):
        for index, stem in enumerate(stems):
            noise = np.random.default_rng((scene, index)).standard_normal((2, time_s.size))
            swell = 0.6 + 0.4 * np.sin(2.0 * np.pi * (0.7 + 0.2 * index) * time_s + scene)
            paths.append(write_sound(folder / f"sc{scene:03d}_{stem}.wav", 0.03 * noise * swell))
    return paths


def stem_job(folder: Path, more: str = "", *, name: str = "job.toml") -> Path:
    """A job over ``stems/`` in a folder: each scene to EBU R 128, one gain for its stems."""
    path = folder / name
    path.write_text(
        'inputs = ["stems/**/*.wav"]\n'
        'pattern = "{scene}_{stem}.wav"\ngroup_by = "scene"\n'
        'target = "ebu-r128"\noutput = "delivered/{scene}/{name}"\n' + more,
        encoding="utf-8",
    )
    return path


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, hidden ones aside, by its path within it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
