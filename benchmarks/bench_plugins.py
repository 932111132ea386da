"""What hosting costs: a CLAP plug-in called from here beside the same plug-in called from C. And which plug-ins work.

    python benchmarks/bench_plugins.py [--quick]
    python benchmarks/bench_plugins.py --table docs/pages/guide/plug-ins-tried.md

The table is of every plug-in in the standard folders and takes minutes: each plays in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.effects.hosted_node import fit_channels
from audiopost.plugins.formats import LoadedPlugin, load_plugin
from audiopost.plugins.locate import plugin_files, standard_folders
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan import scan_file
from audiopost.plugins.streams import SteadyStream

HERE = Path(__file__).parent
FOREIGN = HERE.parent / "tests/foreign"
RATE = 48_000
FRAMES = 64
PATIENCE_S = 40.0
SOUND_FRAMES = 12_288
"""A quarter of a second: longer than the latency of all but a few."""

CHORD = (36, 48, 60, 67)
"""Keys that are played to an instrument; kits have drums at the lower ones."""

MOST_ROUNDS = 40
"""So often is that played to one whose latency is longer: for 10 s."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--table", metavar="FILE", type=Path, help="write the table of what works")
    parser.add_argument("--try", dest="tried", nargs="+", metavar=("PATH", "ID"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tried:
        for name in options.tried[1:]:
            print(json.dumps({"id": name, **tried(options.tried[0], name)}), flush=True)
    elif options.table:
        write_table(options.table)
    else:
        call_cost(rounds=5, calls=20_000 if options.quick else 200_000)


def call_cost(rounds: int, calls: int) -> None:
    """A call of 64 frames, stereo with a side-chain: through the host, and in a loop of C."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clap, loop = folder / "gain.clap", folder / "loop"
        compiler = ["gcc", "-O1", f"-I{FOREIGN}"]
        subprocess.run([*compiler, "-shared", "-fPIC", "-DQUIET", "-o", clap, FOREIGN / "gain.c", "-lm", "-lpthread"],
                       check=True)  # fmt: skip
        subprocess.run([*compiler, "-o", loop, HERE / "clap_loop.c", "-ldl"], check=True)
        plugin = load_plugin(str(clap), RATE, largest_frames=8192)
        stream = SteadyStream(plugin, 3)
        block, out = np.zeros((3, FRAMES), dtype=np.float32), np.zeros((2, FRAMES), dtype=np.float32)
        in_c, hosted = [], []
        for _ in range(rounds):
            in_c.append(float(subprocess.run([loop, clap, str(calls)], check=True, capture_output=True).stdout))
            begun = time.perf_counter()
            for _ in range(calls):
                stream.process(block, out)
            hosted.append((time.perf_counter() - begun) / calls * 1e6)
        own, cost = min(in_c), min(hosted)
        print(f"CLAP, {FRAMES} frames stereo with a side-chain, best of {rounds} rounds in turn")
        print(f"  the plug-in in a loop of C   {own:6.2f} us")
        print(f"  hosted                       {cost:6.2f} us")
        print(f"  added by the host            {cost - own:6.2f} us (aim: 2)")


def write_table(path: Path) -> None:
    """Try every plug-in of the standard folders, and write what came of it."""
    infos: list[PluginInfo] = []
    files = list(plugin_files(standard_folders()))
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda file: scan_file(file, PATIENCE_S), files):
            infos.extend(found)
        of_files = [[info for info in infos if info.path == str(file)] for file in files]
        rows = [row for found in pool.map(outcomes, of_files) for row in found]
    lines = ["# Plug-ins that were tried", "", *introduction(rows), ""]
    lines += [
        "| Plug-in | Vendor | Format | Loads | Sounds, 64 | Sounds, 512 | State | Remark |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda each: (each["format"], each["name"].casefold())):
        marks = ["yes" if row[key] else "no" for key in ("loads", "64", "512", "state")]
        words = [row["name"], row["vendor"], row["format"], *marks, row["remark"]]
        lines.append("| " + " | ".join(str(word).replace("|", "/") for word in words) + " |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[:14]))


def introduction(rows: list[dict]) -> list[str]:
    """The counts, by format, of effects and of instruments."""
    lines = [
        "Every plug-in in the standard folders of one Debian 12, written by",
        "`python benchmarks/bench_plugins.py --table FILE`. Each was loaded, played noise (an instrument: a chord) in",
        "blocks of 64 and of 512 frames, and was saved with all its knobs turned aside; other instances that were",
        "given the state had to give the same samples.",
        "",
        "| Format | Plug-ins | Load and sound | Come back from their state |",
        "|---|---|---|---|",
    ]
    kinds = {
        id(row): f"{row['format']} {'instruments' if row['status'] == 'instrument' else 'effects'}" for row in rows
    }
    for kind, count in sorted(Counter(kinds.values()).items()):
        own = [row for row in rows if kinds[id(row)] == kind]
        sound = sum(row["loads"] and row["64"] and row["512"] for row in own)
        whole = sum(row["loads"] and row["64"] and row["512"] and row["state"] for row in own)
        lines.append(f"| {kind} | {count} | {sound} | {whole} |")
    return lines


def outcomes(infos: list[PluginInfo]) -> list[dict]:
    """What the plug-ins of a file do, tried in a process of their own; one that ends it loses itself alone."""
    rows = {info.id: row_of(info) for info in infos}
    left = [info for info in infos if info.status in ("ok", "instrument")]
    while left:
        names = [info.id if info.format in ("LV2", "CLAP") else "" for info in left]
        command = [sys.executable, __file__, "--try", left[0].path, *names]
        done = run_patiently(command, PATIENCE_S + 2.0 * len(names))
        answers = [json.loads(line) for line in done.splitlines() if line.startswith('{"id"')]
        for info, answer in zip(left, answers, strict=False):
            rows[info.id].update({**answer, "id": info.id})
            if not info.deterministic and not answer["state"]:
                rows[info.id]["remark"] = "never gives the same samples twice"
        left = left[len(answers) :]
        if left:
            rows[left[0].id]["remark"] = "ended its process while it was tried"
            left = left[1:]
    return list(rows.values())


def run_patiently(command: list[str], patience_s: float) -> str:
    """What a process wrote, also where it crashed or had to be ended."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience_s, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout or ""
    return done.stdout


def row_of(info: PluginInfo) -> dict:
    """What a scan tells already."""
    return {"id": info.id, "name": info.name, "vendor": info.vendor, "format": info.format, "status": info.status,
            "loads": False, "64": False, "512": False, "state": False, "remark": info.error}  # fmt: skip


def tried(path: str, name: str) -> dict:
    """Load, play at two sizes, save, restore: what holds."""
    plugin = load_plugin(path, RATE, name)
    width = plugin.widths[0] if plugin.widths else next(each for each in (2, 1) if plays(plugin, each))
    sounds = {str(size): bool(sounding(load_plugin(path, RATE, name), width, size)) for size in (64, 512)}
    saved = turned(path, name)
    heard(as_new(saved, width), width, 512)
    state = saved.state()
    restored = [heard(as_new(load_plugin(path, RATE, name, state), width), width, 512) for _ in range(2)]
    original = heard(as_new(turned(path, name), width), width, 512)
    whole = np.array_equal(*restored) and near(restored[0], original)
    return {"loads": True, **sounds, "state": bool(whole), "remark": ""}


def turned(path: str, name: str) -> LoadedPlugin:
    """A new instance with every knob that is no switch a little aside."""
    plugin = load_plugin(path, RATE, name)
    for each in plugin.parameters:
        if not each.choices and plugin.automates(each.name):
            plugin.set_parameter(each.name, min(each.default + 0.1 * (each.maximum - each.minimum), each.maximum))
    return plugin


def near(restored: AudioBlock, original: AudioBlock) -> bool:
    """Whether the restored sound is the saved one, but for the digits that a plug-in's texts leave out."""
    size = max(float(np.abs(original).max(initial=0.0)), 1e-9)
    same = restored.shape == original.shape
    return same and float(np.abs(restored - original).max(initial=0.0)) <= 1e-3 * size


def as_new(plugin: LoadedPlugin, width: int) -> LoadedPlugin:
    plugin.reset()
    played(plugin, np.zeros((width, 8192), dtype=np.float32), 512)
    return plugin


def plays(plugin: LoadedPlugin, width: int) -> bool:
    try:
        plugin.reset()
        plugin.run(np.zeros((width, 512), dtype=np.float32))
    except Exception:  # noqa: BLE001 - whatever it says, it does not play
        return False
    return True


def sounding(plugin: LoadedPlugin, width: int, size: int) -> bool:
    """Whether noise in, or a chord, gives finite sound out."""
    out = heard(plugin, width, size)
    return bool(np.isfinite(out).all() and np.any(out))


def heard(plugin: LoadedPlugin, width: int, size: int) -> AudioBlock:
    """What comes out of noise, which is played again while all of it is held back."""
    for _ in range(MOST_ROUNDS):
        out = played(plugin, noise(width), size)
        if out.shape[1]:
            break
    return out


def noise(width: int) -> AudioBlock:
    one = np.random.default_rng(1770).uniform(-0.5, 0.5, (1, SOUND_FRAMES)).astype(np.float32)
    wide = np.empty((width, SOUND_FRAMES), dtype=np.float32)
    fit_channels(one, wide)
    return wide


def played(plugin: LoadedPlugin, samples: AudioBlock, size: int) -> AudioBlock:
    if not samples.shape[0]:
        for key in CHORD:
            plugin.send_midi(bytes((0x90, key, 100)), 0)
    pieces = (samples[:, at : at + size] for at in range(0, samples.shape[1], size))
    return np.concatenate([plugin.run(np.ascontiguousarray(piece)).copy() for piece in pieces], axis=1)


if __name__ == "__main__":
    main()
