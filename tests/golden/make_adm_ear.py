"""Writes what EBU's ADM Renderer makes of the files of `tests.adm_material`.

::

    python -m venv /tmp/ear && /tmp/ear/bin/pip install ear        (version 2.1.0; it needs numpy below 2)
    python -m tests.golden.make_adm_ear /tmp/ear/bin/ear-render

The tests never write: a missing file fails.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from audiopost.media.audio_file import read_audio
from tests.adm_material import EAR_SYSTEMS, EVERY, KINDS, write_kind

STORED = Path(__file__).with_name("adm_ear.npz")


def main() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as name:
        for kind in KINDS:
            source = write_kind(kind, Path(name) / f"{kind}.wav")
            for layout, system in EAR_SYSTEMS.items():
                output = Path(name) / "out.wav"
                subprocess.run([sys.argv[1], "-s", system, source, output], check=True)
                found[f"{kind} {layout}"] = read_audio(output)[0][:, ::EVERY]
    np.savez_compressed(STORED, **found)


if __name__ == "__main__":
    main()
