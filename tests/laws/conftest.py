"""What the laws need to make every effect of the catalogue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.parameter import SettingValue
from audiopost.layouts import default_layout
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.running import SAMPLE_RATE
from tests.signals import white_noise
from tests.system import require_path


@pytest.fixture(scope="session")
def response(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An impulse response of 30 ms, mono: longer than any partition."""
    path = tmp_path_factory.mktemp("laws") / "response.wav"
    decay = np.exp(-np.arange(1440) / 200.0)
    with AudioWriter(path, SAMPLE_RATE, default_layout(1), bits="32f") as writer:
        writer.write((white_noise(1, 1440, seed=9) * decay).astype(np.float32))
    assert read_audio(path)[0].shape == (1, 1440)
    return path


@pytest.fixture
def settings(name: str, response: Path) -> dict[str, SettingValue]:
    """What the effect must be given to be made at all."""
    wanted = {setting.name for setting in CATALOGUE.entry(name).settings if setting.default is None}
    if name == "plugin":
        return {"path": str(require_path("/usr/lib/vst3/ZamGateX2.vst3", package="zam-plugins"))}
    assert wanted <= {"impulse_response", "other_response", "recording", "sounds"}, (
        f"give {name} an example of {wanted} here"
    )
    return {setting: str(response) for setting in wanted}
