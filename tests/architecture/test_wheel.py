"""The wheel: what is in it, and that the presets are found where it is installed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Through the backend itself: neither the network nor a build environment takes part.
    program = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    built = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_package_its_types_and_every_preset(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert {"audiopost/py.typed", "audiopost/effects/__init__.pyi"} <= held
    for room in ("chains", "targets"):
        for preset in (REPOSITORY / "presets" / room).glob("*.toml"):
            assert f"audiopost/presets/{room}/{preset.name}" in held
    assert not [name for name in held if name.startswith(("tests/", "benchmarks/"))]


def test_the_licence_goes_with_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        assert "License-Expression: GPL-3.0-or-later" in archive.read(metadata).decode()
        assert any(name.endswith("/licenses/LICENSE") for name in archive.namelist())


def list_presets(path: Path, folder: Path) -> dict[str, list[str]]:
    """Ids that a fresh interpreter finds with the package first on its path; and where it took the package from."""
    program = (
        f"import sys; sys.path.insert(0, {str(path)!r})\n"
        "import json, audiopost\n"
        "from audiopost.library.chains import list_chains, load_chain\n"
        "from audiopost.library.targets import list_targets\n"
        "[load_chain(each.id) for each in list_chains()]\n"
        "print(json.dumps({'from': [audiopost.__file__], 'chains': [c.id for c in list_chains()],"
        " 'targets': [t.id for t in list_targets()]}))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def test_presets_are_found_in_a_wheel_and_in_an_editable_install(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    in_wheel, in_checkout = list_presets(unpacked, tmp_path), list_presets(REPOSITORY, tmp_path)
    assert in_wheel.pop("from") == [str(unpacked / "audiopost" / "__init__.py")]
    assert in_checkout.pop("from") == [str(REPOSITORY / "audiopost" / "__init__.py")]
    assert in_wheel == in_checkout
    assert in_wheel["chains"]
    assert in_wheel["targets"]
