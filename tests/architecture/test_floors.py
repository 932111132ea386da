"""The floors and the doors, as import-linter reads them from pyproject.toml."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)


def test_every_import_goes_downwards_and_every_library_has_its_door() -> None:
    checked = lint_imports(REPOSITORY)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("units.py", "import audiopost.blocks", "Floors: imports go downwards BROKEN"),
        ("cli/output.py", "import pedalboard", "Door: pedalboard and pedalboard_native BROKEN"),
        (
            "media/wave_chunks.py",
            "import audiopost.media.audio_file",
            "Rooms: no circle among the modules of a room BROKEN",
        ),
        ("nowhere.py", "", "Floors: imports go downwards BROKEN"),
    ],
)
def test_a_planted_fault_is_found(module: str, planted: str, contract: str, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "audiopost", tmp_path / "audiopost", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    with (tmp_path / "audiopost" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{planted}\n")
    checked = lint_imports(tmp_path)
    assert checked.returncode == 1
    assert contract in checked.stdout
