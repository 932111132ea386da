"""The page *Add an effect*, carried out: edited while it plays, and moved into a copy of the house.

::

    rectifier.py, octave.toml ─▶ live ─▶ saved with another line ─▶ heard: one swap more
    three files of the page ─▶ copy of audiopost ─▶ its own test, and every law
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recordings import recording
from tests.tolerances import LIVE_PATIENCE_S

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pages" / "guide" / "add-an-effect.md").read_text(encoding="utf-8")
SKETCHES = dict(re.findall(r"^[^\n]*[Ss]ave this as `([\w.]+)`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
EDITED = re.search(r"^```text\n( +return .*)\n```", PAGE, re.MULTILINE)
HOUSE_FILES = dict(re.findall(r'^```python title="([\w/.]+)"\n(.*?)^```', PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_has_two_sketches_and_three_files() -> None:
    assert list(SKETCHES) == ["rectifier.py", "octave.toml"]
    assert [path.partition("/")[0] for path in HOUSE_FILES] == ["audiopost", "audiopost", "tests"]


def test_what_is_saved_is_heard_while_it_plays(tmp_path: Path) -> None:
    for name, text in SKETCHES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    playing = subprocess.Popen(
        [sys.executable, "-m", "audiopost", "live", str(recording("Front_Left")), "--chain", "octave.toml",
         "--effects", "rectifier.py", "--output-device", "null", "--loop", ":", "--stats", "stats.json"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(tmp_path / "stats.json", playing, "frames", 4_800)
        assert EDITED is not None
        edited = re.sub(r"^ +return .*$", EDITED[1], SKETCHES["rectifier.py"], flags=re.MULTILINE)
        (tmp_path / "rectifier.py").write_text(edited, encoding="utf-8")
        wait_for(tmp_path / "stats.json", playing, "swaps", 1)
    finally:
        playing.terminate()
        said = playing.communicate(timeout=LIVE_PATIENCE_S)
    assert "Traceback" not in said[1]


def wait_for(statistics: Path, playing: subprocess.Popen[str], name: str, least: int) -> None:
    """Until a number of the statistics, renewed once a second, has come that far."""
    for _ in range(round(LIVE_PATIENCE_S / 0.05)):
        if statistics.exists() and json.loads(statistics.read_text(encoding="utf-8"))[name] >= least:
            return
        try:
            playing.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    playing.kill()
    raise AssertionError(playing.communicate())


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with the three files of the page, and the one word."""
    for name in ("audiopost", "tests", "presets"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in HOUSE_FILES.items():
        assert not (tmp_path / path).exists()
        (tmp_path / path).write_text(text, encoding="utf-8")
    catalogue = tmp_path / "audiopost" / "effects" / "__init__.py"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace('    "metering",\n', '    "metering",\n    "rectifying",\n'), encoding="utf-8")
    return tmp_path


def test_three_files_make_an_effect_that_keeps_every_law(house: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "rectif",
         "tests/unit/effects/test_rectifying.py", "tests/laws/test_laws.py", "tests/laws/test_jumps.py"],
        cwd=house, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) >= 4 + 10
    shown = subprocess.run(
        [sys.executable, "-m", "audiopost", "effects", "rectifier"],
        cwd=house,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "share_percent  %       0  100      100  how much is turned over" in shown.stdout
