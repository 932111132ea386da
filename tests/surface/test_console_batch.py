"""The batch page in a real browser: a folder is chosen or dropped, planned, delivered, reported; what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from audiopost.jobs.check import check
from audiopost.library.job_file import load_job
from tests.batch_material import write_scenes
from tests.programmes import speech, write_sound
from tests.surface.browsing import TABLET, WIDE, assert_accessible, browsing, opened, picture, serving, to_theme

STEMS = ("dx", "mx", "fx")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a voice, one of stems in it, and one of a stranger's that nothing leads to but a link."""
    folder = tmp_path_factory.mktemp("batch")
    write_sound(folder / "reel" / "voice.wav", speech()[:, :96_000])
    write_scenes(folder / "reel" / "stems <1>", 1, stems=STEMS, seconds=3.0)
    write_sound(folder / "private" / "secret.wav", speech()[:, :48_000])
    (folder / "reel" / "link").symlink_to(folder / "private", target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def address(studio: Path) -> Iterator[str]:
    with serving(studio, "reel/voice.wav", "--chain", "dialogue-clear", "--loop", ":") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@contextmanager
def opened_batch(browser: Browser, address: str) -> Iterator[Page]:
    """The page, drawn and connected."""
    with opened(browser, f"{address}batch") as page:
        page.wait_for_selector("ap-drop .words", state="attached")
        yield page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened_batch(browser, address) as page:
        yield page


@pytest.fixture(scope="module")
def looked_at(browser: Browser, address: str) -> Iterator[Page]:
    """One for all sizes and themes: opening it takes as long as looking at it."""
    with opened_batch(browser, address) as page:
        yield page


def asked(address: str, path: str, method: str, data: bytes = b"", **headers: str) -> Any:
    request = Request(f"{address}{path}", data, headers, method=method)
    return json.load(urlopen(request, timeout=10))


def drag_in(page: Page, folder: Path) -> None:
    """Drag a folder from the desktop onto the page and let go, as a mouse does."""
    box = page.locator("ap-drop").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for moment in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": moment, **place, "data": data})
    devtools.detach()


def test_a_folder_of_stems_is_planned_delivered_and_reported(page: Page, address: str, studio: Path) -> None:
    expect(page.get_by_role("radio")).to_have_count(2)  # what lies behind a link is not offered
    picture(page, "batch-empty")
    page.get_by_label("stems <1>").check()
    page.get_by_label("Grouping").select_option("stems")
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(1 + len(STEMS))
    expect(page.get_by_role("status").last).to_contain_text("1 programme to do of 1, 3 files")
    picture(page, "batch-plan")
    folder = studio / "reel" / "stems <1>"
    assert len(list(folder.iterdir())) == len(STEMS), "nothing is written before it is run"
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Done: every programme is delivered.")).to_be_visible()
    picture(page, "batch-done")
    job = load_job(folder / "delivered-ebu-r128.toml")
    assert (job.group, job.target, job.inputs) == ("stems", "ebu-r128", ("*.wav",))
    outputs = sorted((folder / job.output).glob("*.wav"))
    assert [path.name for path in outputs] == [f"sc000_{stem}.wav" for stem in sorted(STEMS)]
    with page.expect_popup() as popped:
        page.get_by_role("link", name="Open the report").click()
    report = popped.value
    expect(report.get_by_role("heading", level=1)).to_contain_text("sum of 3 stems")
    expect(report.get_by_role("link", name="sc000_dx.wav")).to_be_visible()
    fetched = report.request.get(f"{address}batch/result/sc000_dx.wav").body()
    assert fetched == (folder / job.output / "sc000_dx.wav").read_bytes()
    report.close()


def test_a_dropped_folder_is_taken_in_and_what_is_no_sound_is_left_out(page: Page, studio: Path) -> None:
    given = studio / "to drop" / "reel 2"
    write_sound(given / "a.wav", speech()[:, :96_000])
    (given / "notes.txt").write_text("no sound", encoding="utf-8")
    (given / "torn.wav").write_bytes(b"RIFF")
    drag_in(page, given)
    expect(page.get_by_text("1 of 2 files taken in.")).to_contain_text("torn.wav: this is no sound file")
    taken = studio / "dropped" / "reel 2"
    assert [path.name for path in taken.iterdir()] == ["a.wav"]
    assert (taken / "a.wav").read_bytes() == (given / "a.wav").read_bytes()
    expect(page.get_by_label("reel 2")).to_be_checked()
    expect(page.get_by_role("status").last).to_contain_text("1 programme to do of 1, 1 file")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("link", name="Open the report")).to_be_visible()
    assert check(taken / "delivered-ebu-r128" / "a.wav", "ebu-r128").passed


def test_a_folder_is_chosen_with_the_dialog_and_its_run_is_stopped_and_finished(page: Page, studio: Path) -> None:
    given = studio / "to choose" / "reel 3"
    for number in range(6):
        write_sound(given / f"{number}.wav", speech()[:, :96_000])
    page.get_by_label("Choose a folder of stems").set_input_files(given)
    expect(page.get_by_text("6 of 6 files taken in.")).to_be_visible()
    expect(page.get_by_role("status").last).to_contain_text("6 programmes to do of 6")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. The next run goes on from here.")).to_be_visible()
    delivered = studio / "dropped" / "reel 3" / "delivered-ebu-r128"
    assert len(list(delivered.glob("*.wav"))) < 6
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Done: every programme is delivered.")).to_be_visible()
    assert len(list(delivered.glob("*.wav"))) == 6


def test_what_the_page_cannot_do_is_told(page: Page) -> None:
    page.get_by_role("radio").first.check()
    page.get_by_label("Target").select_option("")
    expect(page.get_by_text("nothing to do")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, TABLET], ids=["1280x720", "tablet"])
def test_it_is_accessible(looked_at: Page, theme: str, size: Any) -> None:
    looked_at.set_viewport_size(size)
    looked_at.get_by_role("radio").first.check()
    expect(looked_at.get_by_role("table")).to_be_visible()
    to_theme(looked_at, theme)
    picture(looked_at, f"batch-{theme}-{size['width']}")
    assert_accessible(looked_at)


def test_files_go_to_no_folder_but_that_of_a_drop(address: str, studio: Path) -> None:
    made = asked(address, f"batch/drop?name={quote('../../evil')}", "POST")
    assert (studio / "dropped" / "evil").is_dir()
    sound = (studio / "reel" / "voice.wav").read_bytes()
    place = f"batch/drop/{made['folder']}?name="
    assert asked(address, f"{place}{quote('../../up.wav')}", "PUT", sound) == {"name": "up.wav"}
    assert not (studio / "up.wav").exists()
    for path, code in (
        (f"{place}up.wav", 409), (f"{place}run.py", 415), (f"{place}.wav", 415), ("batch/drop/0?name=a.wav", 404),
        ("batch/drop/99?name=a.wav", 404),
    ):  # fmt: skip
        with pytest.raises(HTTPError, match=str(code)):
            asked(address, path, "PUT", sound)
    with pytest.raises(HTTPError, match="413"):
        asked(address, f"{place}huge.wav", "PUT", b"RIFF", **{"Content-Length": str(5 * 1024**3)})
    assert sorted(path.name for path in (studio / "dropped" / "evil").iterdir()) == ["up.wav"]


def test_another_page_can_neither_drop_nor_read(address: str) -> None:
    for path, method in (("batch/drop?name=x", "POST"), ("batch/result/report.html", "GET")):
        with pytest.raises(HTTPError, match="403"):
            asked(address, path, method, Origin="http://evil.example")
    for path in ("batch/result/../../private/secret.wav", "batch/result/%2e%2e/voice.wav", "batch/result/voice.wav"):
        with pytest.raises(HTTPError, match="404"):
            asked(address, path, "GET")
