"""The console in a real browser: a person's whole way, what a machine says of its access, and who is kept out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.programmes import speech, write_sound
from tests.surface.browsing import TABLET, WIDE, assert_accessible, browsing, opened, picture, serving, to_theme

CHAIN = """\
schema = 1
name = "Voice to try"
description = "For the console."
tags = []
chain = ["frail", "hp", "comp", "room"]
[nodes.frail]
effect = "frail"
[nodes.hp]
effect = "highpass"
frequency_hz = 80.0
[nodes.comp]
effect = "compressor"
threshold_db = -30.0
ratio = 4.0
[nodes.room]
effect = "reverb"
mix_percent = 20.0
[[macros]]
name = "Distance"
[[macros.map]]
parameter = "room.mix_percent"
range = [0.0, 80.0]
"""
PUNCH_IN_S = 1.0
"""s: a session on a busy machine, looked at by a browser on the same machine, is seen late; the pre-roll is as long."""
FRAIL = """\
from audiopost import effect

@effect
def frail(block, *, strained: bool = False):
    if strained:
        raise RuntimeError("more than I can bear")
    return block
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studio")
    voice = speech()
    write_sound(folder / "first.wav", voice)
    write_sound(folder / "second <b>&.wav", voice[:, ::-1])
    (folder / "try.toml").write_text(CHAIN, encoding="utf-8")
    (folder / "frail.py").write_text(FRAIL, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(studio: Path) -> Iterator[str]:
    with serving(
        studio, "first.wav", "--chain", "try.toml", "--effects", "frail.py", "--loop", ":", "--target", "ebu-r128"
    ) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@contextmanager
def opened_console(browser: Browser, address: str) -> Iterator[Page]:
    """The page, drawn and connected."""
    with opened(browser, address) as page:
        page.wait_for_selector("ap-knob .words")
        page.wait_for_function("audiopost.latest() && audiopost.latest().output.peaks")
        yield page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened_console(browser, address) as page:
        yield page


@pytest.fixture(scope="module")
def looked_at(browser: Browser, address: str) -> Iterator[Page]:
    """One for all sizes and themes: opening it takes as long as looking at it."""
    with opened_console(browser, address) as page:
        yield page


def frame(page: Page) -> Any:
    return page.evaluate("audiopost.latest()")


def knob(page: Page, path: str) -> Any:
    return page.locator(f'ap-knob[path="{path}"]')


def drag_card(page: Page, name: str, *, before: str) -> None:
    """Take a card by its head and let it go on the left half of another."""
    heading = page.locator(f'[data-node="{name}"] h2').bounding_box()
    card = page.locator(f'[data-node="{before}"]').bounding_box()
    assert heading is not None
    assert card is not None
    page.mouse.move(heading["x"] + 5, heading["y"] + 5)
    page.mouse.down()
    for step in (0.4, 0.2, 0.1):
        page.mouse.move(card["x"] + step * card["width"], card["y"] + card["height"] / 2, steps=3)
    page.mouse.up()


def test_a_knob_is_turned_by_keys_by_the_wheel_by_typing_and_back(page: Page) -> None:
    ratio = knob(page, "comp.ratio")
    ratio.focus()
    page.keyboard.press("ArrowUp")
    expect(ratio.locator(".words")).not_to_have_text("4.0")
    page.keyboard.press("Enter")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(ratio.locator(".words")).to_have_text("8.0")
    ratio.hover(position={"x": 20, "y": 20})
    page.mouse.wheel(0, -100)
    expect(ratio.locator(".words")).not_to_have_text("8.0")
    ratio.locator("svg").dblclick()
    expect(ratio.locator(".words")).to_have_text("3.0")
    page.get_by_role("button", name="Undo").click()
    expect(ratio.locator(".words")).not_to_have_text("3.0")
    assert ratio.get_attribute("role") == "slider"


def test_an_effect_that_fails_says_why_and_is_brought_back(page: Page) -> None:
    card, strained = page.get_by_role("group", name="frail"), knob(page, "frail.strained")
    strained.focus()
    page.keyboard.press("End")
    expect(card.get_by_text("more than I can bear")).to_be_visible()
    picture(page, "console-fallen")
    strained.focus()
    page.keyboard.press("Home")
    expect(strained).to_have_attribute("aria-valuenow", "0")
    card.get_by_role("button", name="Bring frail back").click()
    expect(card.get_by_role("button", name="Bring frail back")).to_have_count(0)


def test_a_macro_turns_what_hangs_on_it(page: Page) -> None:
    macro = knob(page, "macro.Distance")
    macro.focus()
    page.keyboard.press("End")
    expect(knob(page, "room.mix_percent").locator(".words")).to_have_text("80.0 %")


def test_the_transport_moves_the_sound(page: Page) -> None:
    page.keyboard.press("Space")
    page.wait_for_function("!audiopost.latest().at.rolling")
    page.get_by_role("button", name="To the beginning").click()
    page.wait_for_function("audiopost.latest().at.position < 0.3")
    wave = page.locator("ap-wave")
    box = wave.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] * 0.7
    page.mouse.move(box["x"] + box["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
    page.mouse.up()
    page.wait_for_function("audiopost.latest().at.region")
    start, end = frame(page)["at"]["region"]
    length = frame(page)["at"]["length"]
    assert start / length == pytest.approx(0.25, abs=0.02)
    assert end / length == pytest.approx(0.5, abs=0.02)
    shown = "(wave) => wave.view[1] - wave.view[0]"
    whole = wave.evaluate(shown)
    wave.focus()
    page.keyboard.press("+")
    assert wave.evaluate(shown) == pytest.approx(whole / 2.0)
    page.keyboard.press("-")
    assert wave.evaluate(shown) == pytest.approx(whole)
    page.keyboard.press("m")
    page.wait_for_function("audiopost.latest().markers.length === 1")
    page.keyboard.press("Space")
    page.wait_for_function("audiopost.latest().at.rolling")


def test_markers_are_gone_to_and_a_recording_has_its_pre_roll(page: Page, studio: Path) -> None:
    if frame(page)["at"]["rolling"]:
        page.keyboard.press("Space")
    page.wait_for_function("!audiopost.latest().at.rolling")
    page.evaluate("for (const at of audiopost.latest().markers) audiopost.say({do: 'mark', position: at})")
    page.evaluate("audiopost.say({do: 'loop', on: true}); audiopost.say({do: 'mark', position: 3.0})")
    page.evaluate("audiopost.say({do: 'locate', position: 1.0})")
    page.wait_for_function("Math.abs(audiopost.latest().at.position - 1) < 0.1")
    page.keyboard.press(".")
    page.wait_for_function("Math.abs(audiopost.latest().at.position - 3) < 0.1")
    page.get_by_label("Pre-roll").select_option("1")
    page.get_by_role("button", name="Record (R)").click()
    page.wait_for_function("audiopost.latest().preRoll && audiopost.latest().at.position < 3")
    page.wait_for_function("audiopost.latest().recording")
    assert frame(page)["at"]["position"] == pytest.approx(3.0, abs=PUNCH_IN_S)
    page.get_by_role("button", name="Record (R)").click()
    page.wait_for_function("!audiopost.latest().recording")
    page.get_by_label("Pre-roll").select_option("0")
    page.evaluate("audiopost.say({do: 'mark', position: 3.0})")


def test_the_whole_way_from_a_file_to_a_vote_and_a_saved_chain(page: Page, studio: Path) -> None:
    page.get_by_role("button", name="Input", exact=True).click()
    page.get_by_role("button", name="second <b>&.wav").click()
    page.wait_for_function("audiopost.latest().structure > 0")
    picture(page, "console-chain")
    # An effect is added by search, moved and bypassed.
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("dialog").get_by_label("Search").fill("peak band around")
    page.get_by_role("dialog").get_by_role("button", name="peak").first.click()
    expect(page.get_by_role("group", name="peak")).to_be_visible()
    page.get_by_role("button", name="Move peak to the left").click()
    expect(page.locator("[data-node]").nth(3)).to_have_attribute("data-node", "peak")
    drag_card(page, "comp", before="frail")
    expect(page.locator("[data-node]").first).to_have_attribute("data-node", "comp")
    page.get_by_role("button", name="Bypass peak").click()
    expect(page.get_by_role("button", name="Bypass peak")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Dry/wet knob of hp").click()
    expect(knob(page, "hp_blend.mix_percent").locator(".words")).to_have_text("100 %")
    assert page.locator('[data-node="hp_blend"]').count() == 0
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Recall snapshot 1")).to_be_visible()
    # A second snapshot, and half the way between the two.
    knob(page, "comp.ratio").focus()
    page.keyboard.press("Home")
    page.keyboard.press("t")
    morph = page.get_by_label("Morph")
    expect(morph).to_be_visible()
    before = knob(page, "comp.ratio").locator(".words").text_content()
    morph.evaluate("(fader) => { fader.value = 0; fader.dispatchEvent(new Event('input')); }")
    expect(knob(page, "comp.ratio").locator(".words")).not_to_have_text(before or "")
    # Side B, and a blind test with a vote.
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("dialog").get_by_label("Search").fill("telephone")
    page.get_by_role("dialog").get_by_role("button", name="dialogue-telephone").click()
    page.wait_for_function("audiopost.latest().statistics.side.sides.length === 2")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("dialog").get_by_role("button", name="Blind test", exact=True).click()
    page.wait_for_function("audiopost.latest().statistics.side.blind")
    page.get_by_role("dialog").get_by_role("button", name="X is B").click()
    page.get_by_role("dialog").get_by_role("button", name="End of the test").click()
    page.keyboard.press("Escape")
    expect(page.locator(".q-dialog")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"blind test: [01] of 1 right"))).to_be_visible()
    # Recorded, and saved.
    page.keyboard.press("r")
    page.wait_for_function("audiopost.latest().recording")
    page.keyboard.press("r")
    page.wait_for_function("!audiopost.latest().recording")
    assert list(studio.glob("take-*.wav"))
    page.get_by_role("button", name="Save the chain").click()
    expect(page.get_by_text("saved: try.toml")).to_be_visible()
    assert 'effect = "peak"' in (studio / "try.toml").read_text(encoding="utf-8")


def test_the_input_is_chosen_live_a_test_signal_and_stems(page: Page) -> None:
    def choose(name: str) -> None:
        page.get_by_role("button", name="Input", exact=True).click()
        picture(page, "console-input")
        page.get_by_role("dialog").get_by_role("button", name=name).click()

    choose("Usual device")
    page.wait_for_function("audiopost.latest().at.input === 'live input'")
    expect(page.locator("ap-place")).to_have_text("live input")
    choose("Tone")
    expect(page.locator("[data-node]").first).to_have_attribute("data-node", "tone")
    page.wait_for_function("audiopost.latest().output.m > -60")
    page.get_by_role("button", name="Remove tone").click()
    page.get_by_role("button", name="Input", exact=True).click()
    page.get_by_text("Several files that play together").click()
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Play together").click()
    stems = page.get_by_role("group", name="Stems")
    expect(stems).to_be_visible()
    page.wait_for_function("audiopost.latest().at.length > 0")
    stems.get_by_role("button", name="Mute first").click()
    expect(stems.get_by_role("button", name="Mute first")).to_have_attribute("aria-pressed", "true")
    stems.get_by_role("button", name="Solo first").click()
    expect(stems.get_by_role("button", name="Solo first")).to_have_attribute("aria-pressed", "true")
    level = stems.get_by_label("Level of first, dB")
    level.evaluate("(fader) => { fader.value = -12; fader.dispatchEvent(new Event('input')); }")
    expect(stems.get_by_text("-12.0 dB")).to_be_visible()
    picture(page, "console-stems")
    choose("first.wav")
    expect(stems).to_have_count(0)


def test_a_sound_is_dragged_through_the_scene_and_moved_by_keys(page: Page) -> None:
    before = frame(page)["structure"]
    page.evaluate("audiopost.say({do: 'insert', effect: 'object_panner'})")
    source = page.locator('[data-place="object_panner"]')
    expect(source).to_have_attribute("aria-label", "object_panner: 3.0 m ahead, 0.0 m left, 0.0 m above")
    source.focus()
    for key in ("ArrowLeft", "ArrowLeft", "PageUp"):
        page.keyboard.press(key)
    expect(source).to_have_attribute("aria-label", "object_panner: 3.0 m ahead, 0.2 m left, 0.1 m above")
    expect(knob(page, "object_panner.left_m").locator(".words")).to_have_text("0.20 m")
    box = page.locator('svg[aria-label="Seen above"]').bounding_box()
    place = source.bounding_box()
    assert box is not None
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75, steps=4)
    page.mouse.up()
    expect(knob(page, "object_panner.ahead_m").locator(".words")).to_contain_text("-2.")
    expect(knob(page, "object_panner.left_m").locator(".words")).to_contain_text("2.")
    page.wait_for_function("document.querySelectorAll('ap-scene .loud circle[r]').length === 10")
    picture(page, "console-scene")
    assert_accessible(page)
    page.get_by_role("button", name="Remove object_panner").click()
    expect(source).to_have_count(0)
    assert frame(page)["structure"] > before


def test_a_path_is_drawn_heard_again_and_erased(page: Page) -> None:
    page.evaluate("audiopost.say({do: 'insert', effect: 'object_panner'})")
    source = page.locator('[data-place="object_panner"]')
    page.get_by_role("button", name="Draw a path").click()
    page.get_by_label("Length of the path in seconds").fill("30")
    box = page.locator('svg[aria-label="Seen above"]').bounding_box()
    place = source.bounding_box()
    assert box is not None
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    for turn in range(13):  # three quarters round the listener, 3 m away
        angle = 1.5 * math.pi * turn / 12
        across, down = 0.5 - 0.27 * math.sin(angle), 0.5 - 0.27 * math.cos(angle)
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.wait_for_timeout(14)
    page.mouse.up()
    erase = page.get_by_role("button", name="Erase the path of object_panner")
    expect(erase).to_be_visible()
    line = page.locator(".paths polyline").first
    assert len((line.get_attribute("points") or "").split()) > 100
    picture(page, "console-scene-path")
    assert_accessible(page)
    # It is led along: to the left at first, and there again when it is heard again.
    left = "document.querySelector('[data-place=\"object_panner\"]').getAttribute('aria-label').includes(' m left')"
    page.wait_for_function(f"audiopost.latest().chain > 1 && {left}")
    age_s = page.evaluate("audiopost.latest().chain")
    page.get_by_role("button", name="Play the paths again").click()
    page.wait_for_function(f"audiopost.latest().chain < {age_s}")
    erase.click()
    expect(erase).to_have_count(0)
    page.evaluate("""() => { // as much as a page sends of a long way
      const times = [...Array(1000).keys()].map((n) => n / 10);
      const ahead = times.map((t) => Number((5 * Math.sin(t)).toFixed(3)));
      const axes = ['ahead_m', 'left_m', 'up_m'].map((axis) => ['object_panner.' + axis, ahead]);
      audiopost.say({do: 'draw', node: 'object_panner', times, coordinates: Object.fromEntries(axes)}); }""")
    line = page.locator(".paths polyline").first
    expect(line).to_have_attribute("points", re.compile(r"(\S+ ){200}"))
    drawn = line.get_attribute("points")
    page.get_by_role("button", name="Draw a path").click()
    source.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(50)
    page.keyboard.press("PageUp")
    page.wait_for_timeout(50)
    page.keyboard.press("Enter")
    expect(line).not_to_have_attribute("points", drawn or "")
    page.get_by_role("button", name="Remove object_panner").click()
    expect(source).to_have_count(0)


def test_the_energy_of_a_scene_is_shown_by_direction(page: Page) -> None:
    # The blind test before leaves either side heard.
    page.evaluate("audiopost.say({do: 'switch', side: 'a'})")
    page.wait_for_function("audiopost.latest().statistics.side.heard === 'a'")
    before = frame(page)["structure"]
    page.evaluate("audiopost.say({do: 'insert', effect: 'ambisonic_encode'})")
    page.locator('[data-place="ambisonic_encode"]').wait_for()
    page.evaluate("audiopost.say({do: 'insert', effect: 'binaural'})")
    page.locator('[data-node="binaural"]').wait_for()
    page.evaluate("audiopost.say({do: 'set', path: 'ambisonic_encode.azimuth_deg', value: 60})")
    page.get_by_role("button", name="Energy map").click()
    page.wait_for_function("(audiopost.latest().map || []).length === 264")
    told = page.locator("ap-scene .map canvas")
    expect(told).to_have_attribute("aria-label", re.compile("loudest 60 degrees left, 0 up"), timeout=8000)
    picture(page, "console-scene-energy")
    assert_accessible(page)
    page.get_by_role("button", name="Energy map").click()
    page.wait_for_function("audiopost.latest().map === undefined")
    page.get_by_role("button", name="Remove binaural").click()
    page.get_by_role("button", name="Remove ambisonic_encode").click()
    expect(page.locator("ap-scene")).to_have_count(0)
    assert frame(page)["structure"] > before


def test_presets_are_heard_by_the_arrow_keys_and_left_again(page: Page) -> None:
    names = "[...document.querySelectorAll('[data-node]')].map((card) => card.dataset.node).join()"
    before = page.evaluate(names)
    page.get_by_role("button", name="Presets").click()
    page.get_by_role("dialog").get_by_label("Search").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.dataset.chain")
    page.wait_for_function(f"{names} !== {json.dumps(before)}")
    page.get_by_role("button", name="Back to what was").click()
    page.wait_for_function(f"{names} === {json.dumps(before)}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, TABLET], ids=["1280x720", "tablet"])
def test_it_is_accessible(looked_at: Page, theme: str, size: Any) -> None:
    looked_at.set_viewport_size(size)
    to_theme(looked_at, theme)
    picture(looked_at, f"console-{theme}-{size['width']}")
    assert_accessible(looked_at)


def test_another_page_and_another_name_are_kept_out(address: str) -> None:
    host = address.split("/")[2]
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        with pytest.raises(HTTPError, match="403"):
            urlopen(Request(address, headers=headers), timeout=10)
    for path in ("/live", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://{host}{path}", origin="http://evil.example", open_timeout=10)  # type: ignore[arg-type]
    with connect(f"ws://{host}/live", open_timeout=10) as socket:
        assert "knobs" in json.loads(socket.recv(timeout=10))


@pytest.mark.parametrize(
    "word",
    [
        {"do": "open", "file": 999},
        {"do": "preset", "name": "/etc/passwd"},
        {"do": "insert", "effect": "plugin"},
        {"do": "turn", "path": "hp.nothing", "position": 1},
        {"do": "__class__"},
        {"do": "turn"},
        {"do": 5},
        {},
    ],
)
def test_a_wrong_word_is_told_and_changes_nothing(address: str, word: dict[str, Any]) -> None:
    with connect(f"ws://{address.split('/')[2]}/live", open_timeout=10) as socket:
        before = json.loads(socket.recv(timeout=10))
        socket.send(json.dumps(word))
        socket.send("no JSON")
        socket.send("x" * 10_000)
        after = before
        while after["problems"] == before["problems"]:
            after = json.loads(socket.recv(timeout=10))
        assert after["structure"] == before["structure"]


def test_nothing_beside_the_page_is_served(address: str) -> None:
    for path in ("console/../server.py", "console/%2e%2e/server.py", "docs", "openapi.json"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}{path}", timeout=10)
