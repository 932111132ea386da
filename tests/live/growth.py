"""What a session holds: memory and descriptors of each of its processes, and how many processes there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audiopost.live.host import LiveHost
from tests.live.leftovers import descriptors_of

__all__ = ["Held", "held_by"]


@dataclass(frozen=True)
class Held:
    """`anonymous_mib` leaves the shared segment out, whose rings fill once and are then written over."""

    anonymous_mib: float
    descriptors: int
    segments: int
    processes: int


def held_by(host: LiveHost) -> Held:
    """Of all processes of the session, control included."""
    pids = host.statistics()["pids"]
    family = [pids["control"], pids["device"], pids["media"], *pids["engines"], *filter(None, [pids.get("meters")])]
    descriptors = [each for pid in family for each in descriptors_of(pid)]
    return Held(
        sum(_anonymous_mib(pid) for pid in family),
        len(descriptors),
        sum("audiopost-live" in each for each in descriptors),
        len(_children(pids["control"])),
    )


def _anonymous_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:")) / 1024


def _children(pid: int) -> list[str]:
    found: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text(encoding="ascii").split()
    return found
