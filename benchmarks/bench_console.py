"""What does the console cost? A session without it, then with one Chromium and three plain sockets looking.

The server shares its process with control, so the figure is that process's: the share of one core that it takes, with
nobody looking and with everybody. The sound must not notice: blocks that came late are counted in both halves.
Needs Chromium, and the extras ``ui`` and the packages of the tests.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from compare import arguments
from playwright.sync_api import sync_playwright
from websockets.sync.client import connect

from audiopost import LiveHost
from audiopost.library.chains import load_chain
from audiopost.library.targets import load_target
from audiopost.live.desk import Desk
from audiopost.ui.server import ConsoleServer
from audiopost.ui.session import ConsoleSession

CHAIN = "dialogue-clear"
SOCKETS = 3
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def cpu_s() -> float:
    """Processor time of this process alone, all threads."""
    return time.process_time()


@contextlib.contextmanager
def readers(address: str) -> Iterator[list[int]]:
    """Plain sockets that take every frame; how many each got."""
    counts = [0] * SOCKETS
    end = threading.Event()

    def read(index: int) -> None:
        with connect(f"ws://{address.split('/')[2]}/live") as socket:
            while not end.is_set():
                json.loads(socket.recv())
                counts[index] += 1

    crew = [threading.Thread(target=read, args=(index,)) for index in range(SOCKETS)]
    for thread in crew:
        thread.start()
    try:
        yield counts
    finally:
        end.set()
        for thread in crew:
            thread.join()


def half(host: LiveHost, seconds: float) -> tuple[float, dict[str, int]]:
    """Share of a core, and what came late meanwhile."""
    before, begin = host.statistics(), cpu_s()
    host.wait(seconds)
    after = host.statistics()
    late = {name: after[name] - before[name] for name in ("blocks", "xruns", "deadline_misses")}
    return (cpu_s() - begin) / seconds, late


def show(name: str, share: float, late: dict[str, int]) -> None:
    print(f"  {name:34} {100 * share:5.1f} %   {late['xruns']} xruns, {late['deadline_misses']} misses"
          f" in {late['blocks']} blocks", flush=True)  # fmt: skip


def main() -> None:
    options = arguments(__doc__ or "")
    seconds = 5.0 if options.quick else 20.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        soundfile.write(path, np.random.default_rng(1).uniform(-0.1, 0.1, (480_000, 2)), 48_000)
        chain = load_chain(CHAIN)
        with LiveHost(chain, path, "null", engines=3) as host:
            session = ConsoleSession(
                host,
                Desk(host, chain),
                folders=(Path(folder),),
                recordings=Path(folder),
                target=load_target("ebu-r128"),
            )
            server = ConsoleServer(session)
            server.start()
            host.meters()
            host.wait(3.0)
            print(f"{CHAIN} on the null device, {seconds:g} s each; control's process, of one core")
            show("nobody looks", *half(host, seconds))
            # The sockets' own threads count here too: what they take is an upper bound of what the server takes.
            with readers(server.address) as counts, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.goto(server.address)
                page.wait_for_selector("ap-knob .words")
                host.wait(2.0)
                first = list(counts)
                show(f"Chromium and {SOCKETS} sockets", *half(host, seconds))
                rates = [(now - then) / seconds for now, then in zip(counts, first, strict=True)]
                print(f"  frames a second at the sockets: {', '.join(f'{rate:.1f}' for rate in rates)}")
                browser.close()
            server.stop()


if __name__ == "__main__":
    main()
