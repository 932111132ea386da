"""What it costs to measure a master of beds, objects and scenes; and how it compares with EBU's ADM Renderer.

    python benchmarks/bench_adm.py [--quick] [--ear /path/to/ear-render]

EBU's renderer needs numpy below 2 and an environment of its own: ``python -m venv ear && ear/bin/pip install ear``.
Every measurement runs in a process of its own, whose largest memory is told, and its speed on one core that it has for
itself. Memory does not grow with the sound; it does with the metadata, some 150 bytes a block of an object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import open_rendering
from audiopost.media.adm.write import Bed, Mover, Part, Point, SceneBed, adm_writer
from audiopost.media.audio_file import read_audio

RATE = 48_000
SYSTEMS = {"stereo": "0+2+0", "5.1": "0+5+0", "7.1.4": "4+7+0", "22.2": "9+10+3"}

_MEASURE = """
import json, resource, sys, time
from pathlib import Path
import audiopost
def kib():
    status = Path("/proc/self/status")  # elsewhere what the parent held at the fork counts too
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.read_text().partition("VmHWM:")[2].split()[0])
begun, worked = time.perf_counter(), time.process_time()
found = audiopost.measure(sys.argv[1], layout=sys.argv[2])
print(json.dumps({"seconds": time.perf_counter() - begun, "cpu_s": time.process_time() - worked,
                  "duration_s": found.duration_s, "kib": kib()}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the long file")
    parser.add_argument("--ear", help="the program ear-render")
    options = parser.parse_args()
    minutes = 2.0 if options.quick else options.minutes
    with TemporaryDirectory() as name:
        for words, parts in materials(minutes).items():
            for length in (minutes / 10.0, minutes):
                measured(f"{words}, {length:g} min", write(Path(name) / "long.wav", parts, length))
        if options.ear:
            beside_ear(Path(name), options.ear)


def materials(minutes: float) -> dict[str, list[Part]]:
    """A bed; a bed with 16 objects that never rest; with 8 that have a block a picture; with a scene of third order."""
    bed = Bed("Music", "7.1.4")
    return {
        "bed 7.1.4": [bed],
        "bed 7.1.4 + 16 moving objects": [bed, *(Mover(f"{n}", way(n, 60.0 * minutes)) for n in range(16))],
        "bed 7.1.4 + 8 objects, 25 blocks a second": [
            bed,
            *(Mover(f"{n}", circles(n, 60.0 * minutes)) for n in range(8)),
        ],
        "bed 7.1.4 + third order": [bed, SceneBed("Air", 3)],
    }


def way(number: int, seconds: float) -> list[Point]:
    """Up to 400 turns of a few seconds: 5 000 to 20 000 blocks an object."""
    count = min(400, int(seconds / 2.0))
    rng = np.random.default_rng(number)
    times = np.linspace(0.0, seconds, count, endpoint=False)
    places = rng.uniform((-180.0, -10.0), (180.0, 60.0), (count, 2)).tolist()
    width_deg = 20.0 if number % 3 == 0 else 0.0
    return [
        Point(float(time_s), azimuth, elevation, width_deg=width_deg)
        for time_s, (azimuth, elevation) in zip(times, places, strict=True)
    ]


def circles(number: int, seconds: float) -> list[Point]:
    """A block every 40 ms, which is less than a degree of the way: an hour has 90 000."""
    times = np.arange(0.0, seconds, 0.04)
    azimuths = (20.0 * times + 45.0 * number) % 360.0 - 180.0
    elevations = 20.0 + 20.0 * np.sin(0.1 * times + number)
    return [Point(*place) for place in zip(times.tolist(), azimuths.tolist(), elevations.tolist(), strict=True)]


def write(path: Path, parts: list[Part], minutes: float) -> Path:
    frames, tracks = int(60 * minutes * RATE), sum(part.tracks for part in parts)
    block = (0.03 * np.random.default_rng(1).standard_normal((tracks, RATE))).astype(np.float32)
    with adm_writer(path, RATE, parts, frames, exists="replace") as writer:
        for begin in range(0, frames, RATE):
            writer.write(block[:, : min(RATE, frames - begin)])
    return path


def measured(words: str, path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path), "7.1.4"], check=True, capture_output=True, text=True
    )
    found = json.loads(answer.stdout)
    speed, of_core = (found["duration_s"] / found[name] for name in ("seconds", "cpu_s"))
    print(
        f"{words:45} {found['seconds']:7.1f} s  {speed:6.0f} x real time  {of_core:6.0f} x on one core"
        f"  {found['kib'] / 1024:6.0f} MiB"
    )


def beside_ear(folder: Path, program: str) -> None:
    """Ten seconds of each kind: the largest difference of any sample, and the seconds of both."""
    kinds: dict[str, list[Part]] = {
        "beds": [Bed("Five", "5.1"), Bed("All", "22.2")],
        "objects": [Mover(f"{number}", way(number, 10.0)) for number in range(6)],
        "scene": [SceneBed("Air", 3)],
    }
    for kind, parts in kinds.items():
        source = write(folder / "short.wav", parts, 1.0 / 6.0)
        for layout, system in SYSTEMS.items():
            begun = time.perf_counter()
            subprocess.run([program, "-s", system, source, folder / "ear.wav"], check=True, capture_output=True)
            theirs_s = time.perf_counter() - begun
            theirs, _ = read_audio(folder / "ear.wav")
            begun = time.perf_counter()
            with open_rendering(AdmFile(source, layout)) as reader:
                ours = reader.read(reader.frames)
            ours_s = time.perf_counter() - begun
            difference = np.max(np.abs(ours - theirs))
            level = 20.0 * np.log10(difference) if difference else -np.inf
            print(f"{kind:10} {layout:8} {level:7.1f} dB  EAR {theirs_s:6.2f} s  here {ours_s:6.2f} s")


if __name__ == "__main__":
    main()
