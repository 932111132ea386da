"""What an import costs: nothing heavy is loaded before it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import audiopost

HEAVY = {
    "numpy", "scipy", "numba", "llvmlite", "pedalboard", "soundfile", "sounddevice", "soxr", "pydantic", "tomlkit",
    "cloudpickle", "rich",
}  # fmt: skip


def loaded_by(program: str) -> set[str]:
    """Top-level names of the modules in a fresh interpreter after a program."""
    report = "\nimport sys; print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", program + report], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    "program",
    [
        "import audiopost",
        "import audiopost.errors",
        "from audiopost.cli.main import main; assert main(['--help']) == 0",
        "from audiopost.cli.main import main; assert main(['measure', '--help']) == 0",
        "from audiopost.cli.main import main; assert main(['render', '--help']) == 0",
        "from audiopost.cli.main import main; assert main(['live', '--help']) == 0",
        "from audiopost.cli.main import main; assert main(['no-such-command']) == 2",
    ],
)
def test_words_alone_load_nothing_heavy(program: str) -> None:
    assert not loaded_by(program) & HEAVY


def test_measuring_a_wave_file_loads_arrays_and_machine_code_alone() -> None:
    recording = Path(audiopost.__file__).parents[1] / "tests" / "golden" / "response.wav"
    program = f"from audiopost.cli.main import main; assert main(['measure', {str(recording)!r}, '--json']) == 0"
    assert loaded_by(program) & HEAVY <= {"numpy", "llvmlite"}


def test_drawing_and_measuring_need_no_compiler() -> None:
    program = "import audiopost; audiopost.Graph; audiopost.LoudnessMeter; audiopost.effects; audiopost.measure"
    assert not loaded_by(program) & {"numba", "llvmlite", "sounddevice"}


def test_every_public_name_is_there() -> None:
    for name in audiopost.__all__:
        assert getattr(audiopost, name) is not None


def test_the_public_names_are_these() -> None:
    assert set(audiopost.__all__) == {
        "Desk", "Graph", "LiveHost", "LoudnessMeter", "__version__", "check", "convert", "effect", "effects",
        "errors", "kernel", "load_chain", "load_target", "match_adr", "match_eq", "measure", "normalize", "preview",
        "render", "save_chain", "save_plugin_preset",
    }  # fmt: skip


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        audiopost.no_such_name  # noqa: B018


def test_the_types_and_the_lazy_names_tell_the_same_homes() -> None:
    source = Path(audiopost.__file__).read_text(encoding="utf-8")
    typed = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("audiopost")
        for alias in node.names
    }
    lazy = {name: f"audiopost.{home}.{name}" for name, home in audiopost._HOMES.items()}
    assert typed == lazy | {"effects": "audiopost.effects", "errors": "audiopost.errors"}
