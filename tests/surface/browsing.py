"""The console served as a user starts it, and looked at in a real browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.system import require_system

__all__ = ["PATIENCE_MS", "TABLET", "WIDE", "assert_accessible", "browsing", "opened", "picture", "serving", "to_theme"]

PATIENCE_MS = 20_000
WIDE: ViewportSize = {"width": 1280, "height": 720}
TABLET: ViewportSize = {"width": 820, "height": 1180}
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """``audiopost live ... --ui`` in a folder, on the null device: the address that it prints. It must end in order."""
    command = [sys.executable, "-m", "audiopost", "live", *arguments, "--ui", "--port", "0", "--output-device", "null"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        found = None
        for line in process.stderr:
            if found := re.search(r"console: (http://\S+)", line):
                break
        assert found is not None, "the session did not start"
        yield found[1]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 130


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium without a window."""
    chromium = require_system("chromium", package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page on which no script may fail."""
    page = browser.new_page(viewport=WIDE)
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    assert not wrong


def picture(page: Page, name: str) -> None:
    """Kept for whoever changes the page, where AUDIOPOST_PICTURES names a folder."""
    folder = os.environ.get("AUDIOPOST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def to_theme(page: Page, theme: str) -> None:
    """Dark or light, by the page's own button."""
    dark = "document.body.classList.contains('body--dark')"
    if page.evaluate(dark) != (theme == "dark"):
        page.get_by_role("button", name="Dark or light").click()
        page.wait_for_function(f"{dark} === {json.dumps(theme == 'dark')}")


def assert_accessible(page: Page) -> None:
    """WCAG 2.1 AA, as far as a machine can tell; and nothing wider than the window."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
