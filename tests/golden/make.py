"""Writes the stored outputs anew: ``python -m tests.golden.make [EFFECT...]``, all effects without a name.

Run it only for an effect whose sound was meant to change, listen, and commit the files with the reason. The tests
never write: a missing file fails.
"""

from __future__ import annotations

import sys

import soundfile

from tests.golden.material import RESPONSE, names, played, response, stored
from tests.running import SAMPLE_RATE


def main() -> None:
    if not RESPONSE.exists():
        soundfile.write(RESPONSE, response().T, SAMPLE_RATE, subtype="FLOAT")
    for name in sys.argv[1:] or names():
        samples = played(name)
        assert abs(samples).max() < 1.0, f"{name} would clip in its file"
        soundfile.write(stored(name), samples.T, SAMPLE_RATE, subtype="PCM_24")
        print(stored(name).name)  # noqa: T201 - a program that says what it wrote


if __name__ == "__main__":
    main()
