"""Plug-ins of known and of hostile behaviour, built from ``tests/foreign`` by the system's C compiler."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from tests.system import require_system

__all__ = ["BEHAVIOURS", "built_clap", "built_instrument", "built_keyed_lv2", "built_lv2"]

SOURCES = Path(__file__).parent / "foreign"

BEHAVIOURS = (
    "well",
    "crash in init",
    "crash in process",
    "crash in destroy",
    "hang in init",
    "hang in process",
    "out of bounds",
    "flood",
    "wrong latency",
    "latency changes",
    "nan",
    "denormals",
    "threads left",
    "process changed",
    "huge memory",
    "fail",
    "crash on loud",
    "hang on loud",
    "wants restart",
    "wants callback",
)
"""In the order of the numbers in ``gain.c``."""


def built_clap(folder: Path, behaviour: str = "well", name: str = "") -> Path:
    """The plug-in ``gain.c`` with one behaviour, as a ``.clap`` in `folder`; compiled once for each source."""
    compiler = require_system("gcc", package="gcc")
    digest = hashlib.sha256()
    for source in sorted(SOURCES.iterdir()):
        digest.update(source.read_bytes())
    number = BEHAVIOURS.index(behaviour)
    kept = Path(tempfile.gettempdir()) / f"audiopost-foreign-{digest.hexdigest()[:16]}-{number}.so"
    if not kept.exists():
        beside = kept.with_suffix(f".{id(folder)}.part")
        command = [compiler, "-O1", "-shared", "-fPIC", f"-DBEHAVIOUR={number}", "-o", str(beside),
                   str(SOURCES / "gain.c"), "-lm", "-lpthread"]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        beside.replace(kept)
    path = folder / f"{name or behaviour.replace(' ', '-')}.clap"
    path.write_bytes(kept.read_bytes())
    return path


def built_lv2(folder: Path) -> Path:
    """The bundle of ``gain_lv2.c``: three plug-ins, one of them well-behaved."""
    compiler = require_system("gcc", package="gcc")
    bundle = folder / "example.lv2"
    bundle.mkdir(exist_ok=True)
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(bundle / "gain.so"), str(SOURCES / "gain_lv2.c"), "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    (bundle / "gain.ttl").write_bytes((SOURCES / "gain_lv2.ttl").read_bytes())
    core = "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    rows = (f"<urn:example:{name}> a lv2:Plugin ; rdfs:seeAlso <gain.ttl> .\n" for name in ("gain", "crash", "needy"))
    (bundle / "manifest.ttl").write_text(core + "".join(rows))
    return bundle


def built_keyed_lv2(folder: Path) -> Path:
    """The bundle of ``keyed_lv2.c``, an effect that hears notes."""
    compiler = require_system("gcc", package="gcc")
    bundle = folder / "keyed.lv2"
    bundle.mkdir(exist_ok=True)
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(bundle / "keyed.so"), str(SOURCES / "keyed_lv2.c")]
    subprocess.run(command, check=True, capture_output=True)
    (bundle / "keyed.ttl").write_bytes((SOURCES / "keyed_lv2.ttl").read_bytes())
    prefixes = (
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    )
    (bundle / "manifest.ttl").write_text(f"{prefixes}<urn:example:keyed> a lv2:Plugin ; rdfs:seeAlso <keyed.ttl> .\n")
    return bundle


def built_instrument(folder: Path, *, clap_notes: bool = False, effect: bool = False) -> Path:
    """The instrument ``tone.c`` as a ``.clap``; with `clap_notes` it takes no MIDI; an `effect` hears sound too."""
    compiler = require_system("gcc", package="gcc")
    path = folder / f"tone{'-notes' if clap_notes else ''}{'-effect' if effect else ''}.clap"
    defined = [*(["-DCLAP_NOTES"] if clap_notes else []), *(["-DEFFECT"] if effect else [])]
    command = [compiler, "-O1", "-shared", "-fPIC", *defined, "-o", str(path)]
    subprocess.run([*command, str(SOURCES / "tone.c")], check=True, capture_output=True)
    return path
