"""The README's examples are carried out as they stand, on files of the names that they use."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from audiopost.library.chains import load_chain
from tests.signals import tones
from tests.surface.conftest import Run, write_wave

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.lstrip("$ ").split(" #")[0].strip()
    for language, block in BLOCKS
    if language in ("", "sh", "bash", "console")
    for line in block.replace("\\\n", " ").splitlines()
    if line.lstrip("$ ").startswith("audiopost ")
]
MENTIONED = sorted(set(re.findall(r"`(audiopost [^`]+)`", README)))
PROGRAMS = [block for language, block in BLOCKS if language in ("py", "python")]


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """A folder with every file that the README's examples name, the chain of its text among them."""
    for name in set(re.findall(r"\b(\w+)\.wav\b", README)) - {"take"}:
        write_wave(tmp_path / f"{name}.wav", tones((-20.0, 4.5)))
    for language, block in BLOCKS:
        if language == "toml":
            for name in set(re.findall(r"--chain (\w+\.toml)" if "[nodes" in block else r"batch (\w+\.toml)", README)):
                (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


def test_the_readme_shows_what_it_promises() -> None:
    assert len(COMMANDS) >= 5
    assert len(PROGRAMS) >= 2
    assert "make demo" in README
    assert "make test" in README


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_works_as_it_stands(line: str, studio: Path, run: Run) -> None:
    words = shlex.split(line)[1:]
    if words[0] == "live":
        words += ["--output-device", "null", "--duration", "0.3"]
    answer = run(*words)
    assert answer.code == (1 if words[0] in ("check", "report") else 0)
    assert answer.out


@pytest.mark.parametrize("line", MENTIONED)
def test_a_command_that_is_mentioned_is_one(line: str, run: Run) -> None:
    words = shlex.split(line)[1:]
    answer = run(*words) if words[0] in ("targets", "chains", "effects", "--help") else run(*words, "--help")
    assert answer.code == 0


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.splitlines()[0])
def test_a_program_runs_as_it_stands(program: str, studio: Path) -> None:
    script = studio / "example.py"
    script.write_text(program, encoding="utf-8")
    ran = subprocess.run([sys.executable, script], cwd=studio, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_text_of_a_chain_is_one(studio: Path) -> None:
    for path in studio.glob("*.toml"):
        assert "[nodes" not in path.read_text(encoding="utf-8") or load_chain(path).name
