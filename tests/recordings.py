"""Sound that nobody here made: the speech and noise of the package alsa-utils (48 kHz, mono, 16 bits)."""

from __future__ import annotations

from pathlib import Path

from tests.system import require_path

__all__ = ["SPEECH", "recording", "recordings"]

_FOLDER = Path("/usr/share/sounds/alsa")

SPEECH = (
    "Front_Center", "Front_Left", "Front_Right", "Rear_Center", "Rear_Left", "Rear_Right", "Side_Left", "Side_Right",
)  # fmt: skip
"""A voice that says the name of a loudspeaker, one to two seconds each."""


def recording(name: str = "Front_Center") -> Path:
    """The path of one recording; ``"Noise"`` is pink noise."""
    return require_path(_FOLDER / f"{name}.wav", package="alsa-utils")


def recordings() -> tuple[Path, ...]:
    """Every recording, by name."""
    return tuple(recording(name) for name in (*SPEECH, "Noise"))
