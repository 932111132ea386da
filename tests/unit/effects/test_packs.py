"""Packs as pip installs them: real distributions in a folder of their own, looked at by a fresh interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "1.2"
[project.entry-points."audiopost.effects"]
{module} = "{module}"
[tool.hatch.build.targets.wheel]
only-include = ["{module}.py"]
"""

TAPE = """
import numpy as np
from audiopost import effect, kernel
from audiopost.graph.node import Node

class Flip(Node):
    name = "flip"
    summary = "Turns the polarity."
    def prepare(self, stream): pass
    def process(self, block, out, *side): np.negative(block, out=out)

@effect
def half(block, *, times: float = 1.0):
    "Halves."
    return block * np.float32(0.5 * times)

@kernel(state=1)
def hold(x, state, mix=1.0):
    return x * mix
"""


def install(folder: Path, work: Path, name: str, source: str) -> None:
    """`pip install` of a project with one module into `folder`."""
    module = name.replace("-", "_")
    project = work / name
    project.mkdir()
    (project / "pyproject.toml").write_text(PYPROJECT.format(name=name, module=module), encoding="utf-8")
    (project / f"{module}.py").write_text(source, encoding="utf-8")
    command = ["pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--target", str(folder)]
    built = subprocess.run(
        [sys.executable, "-m", *command, "--disable-pip-version-check", str(project)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr


def describe(folder: Path, name: str, version: str, module: str) -> None:
    """What an installer leaves behind, written by hand."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[audiopost.effects]\n{name} = {module}\n", encoding="utf-8")


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that finds what is installed in `folder`, and shows every warning."""
    start = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", start + program], capture_output=True, text=True, check=False
    )


def test_a_pack_that_pip_installed_plays_like_an_effect_of_the_house(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, tmp_path, "tape-effects", TAPE)
    ran = run(
        site,
        "from audiopost import effects as fx\n"
        "assert 'tape_effects' not in sys.modules, 'it is loaded before it is asked for'\n"
        "fx.gain(gain_db=-6)\n"
        "assert 'tape_effects' not in sys.modules, 'a name that is known needs no pack'\n"
        "print((fx.flip() >> fx.half(times=0.5)).render([[1.0]], 48_000).tolist())\n"
        "print(fx.hold(mix=0.5).render([[1.0]], 48_000).tolist())\n"
        "print([name for name in ('flip', 'half', 'hold') if name in dir(fx)])\n",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["[[-0.25]]", "[[0.5]]", "['flip', 'half', 'hold']"]
    assert not ran.stderr


def test_a_chain_file_may_name_an_effect_of_a_pack(tmp_path: Path) -> None:
    (tmp_path / "tape_effects.py").write_text(TAPE, encoding="utf-8")
    describe(tmp_path, "tape-effects", "1.2", "tape_effects")
    chain = tmp_path / "chain.toml"
    chain.write_text('schema = 1\nname = "a"\nchain = ["n"]\n[nodes.n]\neffect = "flip"\n', encoding="utf-8")
    program = f"import audiopost; print(audiopost.load_chain({str(chain)!r}).render([[0.25]], 48_000).tolist())"
    ran = run(tmp_path, program)
    assert ran.stdout.splitlines() == ["[[-0.25]]"], ran.stderr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("from audiopost import effect\n@effect\ndef early(block): return block\n1 / 0", "ZeroDivisionError"),
        ("def entries(): return [1]", "entries() gives 1"),
        ("nothing = 1", "it brings no effect"),
        (None, "No module named 'broken'"),
    ],
    ids=["a library is missing", "it raises half-way", "no entries", "empty", "the module is missing"],
)
def test_a_broken_pack_is_named_and_left_out_whole_while_the_others_play(
    source: str | None, told: str, tmp_path: Path
) -> None:
    (tmp_path / "tape_effects.py").write_text(TAPE, encoding="utf-8")
    describe(tmp_path, "tape-effects", "1.2", "tape_effects")
    if source is not None:
        (tmp_path / "broken.py").write_text(source, encoding="utf-8")
    describe(tmp_path, "broken-effects", "0.3", "broken")
    ran = run(tmp_path, "from audiopost import effects as fx; print(fx.flip().node_names, 'early' in dir(fx))")
    assert ran.stdout.splitlines() == ["('flip',) False"], ran.stderr
    assert "EffectPackWarning: effect pack broken-effects 0.3 (broken): " in ran.stderr
    assert told in ran.stderr


def test_a_name_that_is_taken_stays_and_both_are_told(tmp_path: Path) -> None:
    start, source = "from audiopost import effect\n", "@effect\ndef {}(block): return block * 0 + {}\n"
    first = start + source.format("gain", 7) + source.format("shine", 1)
    (tmp_path / "first.py").write_text(first, encoding="utf-8")
    (tmp_path / "second.py").write_text(start + source.format("shine", 2), encoding="utf-8")
    describe(tmp_path, "a-pack", "1.0", "first")
    describe(tmp_path, "b-pack", "2.0", "second")
    program = (
        "from audiopost import effects as fx\n"
        "names = dir(fx)\n"
        "print(fx.gain().render([[0.5]], 48_000).tolist(), fx.shine().render([[0.5]], 48_000).tolist())"
    )
    ran = run(tmp_path, program)
    assert ran.stdout.splitlines() == ["[[0.5]] [[1.0]]"], ran.stderr
    assert "effect pack a-pack 1.0 (first): its effect 'gain' is left out: the name is taken by audiopost" in ran.stderr
    assert (
        "effect pack b-pack 2.0 (second): its effect 'shine' is left out: the name is taken by a-pack 1.0 (first)"
        in ran.stderr
    )


def test_a_pack_that_the_program_imports_by_itself_does_not_clash_with_itself(tmp_path: Path) -> None:
    (tmp_path / "tape_effects.py").write_text(TAPE, encoding="utf-8")
    describe(tmp_path, "tape-effects", "1.2", "tape_effects")
    program = (
        "import tape_effects\nfrom audiopost import effects as fx\n"
        "print([name for name in ('flip', 'half', 'hold') if name in dir(fx)])"
    )
    ran = run(tmp_path, program)
    assert ran.stdout.splitlines() == ["['flip', 'half', 'hold']"]
    assert not ran.stderr
