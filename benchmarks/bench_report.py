"""How long does a report of 500 files take to open, and how large is it? Measured in Chromium.

One programme of 30 s is measured, and 500 pages are made of it, each with a curve of its own. Opened: from the request
to the first words on the screen, and to the end of loading. Sorted: from the click on a heading to the frame after it.
The smallest of several turns is told. Needs Chromium and the packages of the tests.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from compare import arguments
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

from audiopost.jobs.check import check
from audiopost.jobs.course import measure_course
from audiopost.jobs.file_info import file_info
from audiopost.library.targets import load_target
from audiopost.report.document import html_of
from audiopost.report.page import Page, page_of

FILES = 500
SECONDS = 30
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
SORTED = """() => new Promise((told) => {
    const begin = performance.now();
    document.querySelector('thead button').click();
    requestAnimationFrame(() => requestAnimationFrame(() => told(performance.now() - begin)));
})"""


def pages(folder: Path) -> list[Page]:
    """One measured programme, 500 times at another level."""
    path = folder / "noise.wav"
    swell = 0.6 + 0.4 * np.sin(np.arange(48_000 * SECONDS) / 30_000)
    noise = np.random.default_rng(1).standard_normal((48_000 * SECONDS, 2)) * 0.05 * swell[:, None]
    soundfile.write(path, noise, 48_000, "PCM_24")
    target = load_target("ebu-r128")
    page = replace(page_of(check(path, target), measure_course(path), target), info=file_info(path))
    made = []
    for number in range(FILES):
        assert page.course is not None
        history = page.course.history
        level = history.momentary_lufs + np.random.default_rng(number).normal(0.0, 1.0, history.momentary_lufs.size)
        course = replace(page.course, history=replace(history, momentary_lufs=level))
        name = f"reel {number:03d}.wav"
        made.append(replace(page, path=folder / name, title=name, course=course, distance=float(number % 7)))
    return made


def opened(tab: Tab, address: str) -> tuple[float, float, float]:
    """Milliseconds to the first words, to the end of loading, and of sorting."""
    tab.goto(address, wait_until="load")
    tab.wait_for_function(f"performance.getEntriesByName('first-contentful-paint').length && {LOADED} > 0")
    return float(tab.evaluate(PAINTED)), float(tab.evaluate(LOADED)), float(tab.evaluate(SORTED))


def main() -> None:
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        made = pages(folder)
        begin = time.perf_counter()
        html = html_of(made, target=load_target("ebu-r128"), digests=["0" * 64] * FILES)
        drawn_s = time.perf_counter() - begin
        report = folder / "report.html"
        report.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        turns = []
        for _ in range(options.rounds):
            tab = browser.new_page(viewport={"width": 1280, "height": 720})
            turns.append(opened(tab, report.as_uri()))
            tab.close()
        browser.close()
        painted, loaded, sorted_ = (min(turn[index] for turn in turns) for index in range(3))
        print(f"report of {FILES} files: {report.stat().st_size / 1e6:.1f} MB, made in {drawn_s:.1f} s")
        print(f"  first words on the screen  {painted:7.0f} ms")
        print(f"  loaded                     {loaded:7.0f} ms")
        print(f"  sorted by a heading        {sorted_:7.0f} ms")


if __name__ == "__main__":
    main()
