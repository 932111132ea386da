"""Programmes rendered as EBU's ADM Renderer renders them: stored outputs, made by `tests.golden.make_adm_ear`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import open_rendering
from tests.adm_material import EAR_SYSTEMS, EVERY, KINDS, write_kind
from tests.golden.make_adm_ear import STORED
from tests.tolerances import ADM_RENDERER


@pytest.mark.parametrize("kind", KINDS)
def test_every_loudspeaker_of_every_layout_plays_what_it_plays_there(kind: str, tmp_path: Path) -> None:
    source = write_kind(kind, tmp_path / "source.wav")
    with np.load(STORED) as stored:
        for layout in EAR_SYSTEMS:
            with open_rendering(AdmFile(source, layout)) as reader:
                ours = reader.read(reader.frames)[:, ::EVERY]
            assert np.max(np.abs(ours - stored[f"{kind} {layout}"])) <= ADM_RENDERER, layout
