"""The documentation builds without a warning, and what stands in the tutorials is carried out as it stands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from audiopost.jobs import demo_material
from audiopost.library.targets import list_targets
from tests.surface.conftest import Run

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted(path for path in (ROOT / "docs" / "pages" / "tutorials").glob("*.md") if path.stem != "index")
GUIDE = ROOT / "docs" / "pages" / "guide"
PAGES_THAT_RUN = [*TUTORIALS, *(GUIDE / f"{name}.md" for name in ("add-an-effect", "make-sounds", "mend-a-recording"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
SAVED = re.compile(r"[Ss]ave this as `([\w.-]+)`")
FAILS = {"check": 1, "refused": 1}
"""Commands of the tutorials that show a failure, by a word in them, and its exit code."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stems and the mix of the demo."""
    folder = tmp_path_factory.mktemp("scene") / "demo"
    (folder / "stems").mkdir(parents=True)
    stems = {
        "dialogue": demo_material.dialogue_stem(),
        "music": demo_material.music_stem(),
        "effects": demo_material.effects_stem(),
    }
    for name, stem in stems.items():
        soundfile.write(folder / "stems" / f"{name}.wav", stem.T, demo_material.SAMPLE_RATE, "PCM_24")
    soundfile.write(folder / "mix.wav", sum(stems.values()).T, demo_material.SAMPLE_RATE, "PCM_24")
    return folder


def test_there_are_ten_tutorials() -> None:
    assert len(TUTORIALS) >= 10


@pytest.mark.parametrize("page", PAGES_THAT_RUN, ids=lambda path: path.stem)
def test_a_tutorial_works_as_it_stands(
    page: Path, scene: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").symlink_to(scene)
    text = page.read_text(encoding="utf-8")
    programs: list[str] = []
    for block in BLOCK.finditer(text):
        language, body = block[1], block[2]
        saved = SAVED.findall(text[: block.start()].rpartition("```")[2])
        if saved and language in ("toml", "python"):
            (tmp_path / saved[-1]).write_text(body, encoding="utf-8")
        if language == "python":
            programs.append(body)
        elif language == "console":
            _run_programs(programs, tmp_path)  # a command may need what they wrote
            for line in body.splitlines():
                _carry_out(line, run)
    _run_programs(programs, tmp_path)


def _run_programs(programs: list[str], folder: Path) -> None:
    """One after the other in one interpreter: each stands by itself, and starting costs more than running."""
    if programs:
        (folder / "programs.py").write_text("\n".join(programs), encoding="utf-8")
        ran = subprocess.run([sys.executable, "programs.py"], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
        programs.clear()


def _carry_out(line: str, run: Run) -> None:
    words = shlex.split(line.removeprefix("$ "))[1:]
    if words[0] == "live":
        words += ["--output-device", "null", *(() if "--duration" in words else ("--duration", "0.3"))]
    answer = run(*words)
    failing = next((code for word, code in FAILS.items() if word in words), 0)
    if "delivered/mix.wav" in words:
        failing = 0
    assert answer.code == failing, answer


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("reference", "__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for command in (
        [sys.executable, str(ROOT / "docs" / "generate.py"), "docs/pages"],
        [sys.executable, "-m", "zensical", "build", "--strict"],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_every_effect_and_every_target_has_its_place(site: Path) -> None:
    # What the catalogue of a new process holds: other tests add effects of their own to this one's.
    listed = subprocess.run(
        [sys.executable, "-m", "audiopost", "effects", "--json"], capture_output=True, text=True, check=True
    )
    names = [effect["name"] for effect in json.loads(listed.stdout)["effects"]]
    assert "compressor" in names
    for name in names:
        assert (site / "reference" / "effects" / f"{name}.html").is_file()
    text = (site / "reference" / "targets.html").read_text(encoding="utf-8")
    assert all(f'id="{target.id}"' in text for target in list_targets())


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        fetched = re.findall(r'(?:src|href)="(https?://[^"]+)"[^>]*?(?:rel="(?:stylesheet|preconnect)")?',
                             re.sub(r"<a [^>]*>", "", page.read_text(encoding="utf-8")))  # fmt: skip
        assert not [address for address in fetched if "sitemap" not in address], page


def test_every_command_is_listed(site: Path, run: Run) -> None:
    text = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    listed = re.findall(r"^  (\w+)  ", run("--help").out.partition("Commands:")[2], flags=re.MULTILINE)
    assert len(listed) > 10
    assert all(f"audiopost {name}" in text for name in listed)
