"""What opens over the console: files, chains, effects, the comparison, the wiring, the keys. A door to NiceGUI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import run, ui

from audiopost.graph.catalogue import CATALOGUE
from audiopost.library.chains import list_chains
from audiopost.ui.elements import Close, attributed, button, group, rows, script_button, text, told_button
from audiopost.ui.source_words import GENERATORS

if TYPE_CHECKING:
    from audiopost.ui.session import ConsoleSession

__all__ = ["KEYS", "compare_body", "effects_body", "input_body", "keys_body", "presets_body"]

KEYS = (
    ("Space", "play or pause"), ("← →", "move by a second (on the waveform)"), ("L", "loop on or off"),
    ("[ ]", "begin and end of the loop (on the waveform)"), ("+ −", "zoom (on the waveform)"), ("M", "marker here"),
    (", .", "marker before, marker after"),
    ("N, P", "next and previous file"), ("A, B, X", "hear side A, B or X"), ("0", "bypass the chain"),
    ("1 to 9", "recall a snapshot"), ("T", "take a snapshot"), ("Z, Y", "undo, redo"), ("R", "record"),
    ("K", "keep the last 30 s"), ("I", "measure anew"), ("↑ ↓ on a knob", "turn it; with Shift finer"),
    ("Page Up, Page Down on a knob", "turn it by ten steps"), ("Enter on a knob", "type a value"),
    ("Delete on a knob", "to its default"), ("?", "this help"),
)  # fmt: skip


def input_body(session: ConsoleSession, close: Close) -> None:
    """Where the sound comes from: a file, several together, what comes in, or a test signal."""
    if session.files:
        text("h3", "A file")
        entries = [(str(number), path.name, path.parent.name) for number, path in enumerate(session.files)]
        rows(entries, lambda key: {"do": "open", "file": int(key)}, close)
    if len(session.files) > 1:
        _several(session, close)
    text("h3", "Live input")
    with group():
        button("Usual device", {"do": "input", "live": True}).on("click", close)
        _devices(session, close)
    text("h3", "Test signals, as the first effect of the chain")
    with group():
        for effect in GENERATORS:
            button(effect.capitalize(), {"do": "generate", "effect": effect}).on("click", close)
        button("No input", {"do": "input", "live": False}, label="No input: the chain alone").on("click", close)
    text("p", "Another kind of input takes about a second, in which it is silent.").classes("ap-soft")


def _several(session: ConsoleSession, close: Close) -> None:
    with ui.element("details"):
        text("summary", "Several files that play together (stems)")
        with ui.element("div").classes("ap-rows ap-ticks") as box:
            for number, path in enumerate(session.files):
                with ui.element("label"):
                    attributed(ui.element("input"), type="checkbox", value=str(number))
                    text("span", path.name)
        chosen = f"[...document.querySelectorAll('#c{box.id} input:checked')].map((tick) => +tick.value)"
        script_button("Play together", f"() => audiopost.say({{do: 'open', files: {chosen}}})").on("click", close)


def _devices(session: ConsoleSession, close: Close) -> None:
    """Every device that takes sound in; asked for when somebody wants to know, for that takes a second."""
    with group() as place:
        asking = told_button("Show the devices")

    async def show() -> None:
        found = await run.io_bound(session.input_devices)
        asking.delete()
        with place:
            for number, name in found or ():
                button(name, {"do": "input", "live": True, "device": number}).on("click", close)
            if not found:
                text("span", "No other device takes sound in.").classes("ap-soft")

    asking.on("click", show)


def effects_body(close: Close) -> None:
    """The effects that need no word but their name."""
    entries = [CATALOGUE.entry(name) for name in CATALOGUE.names()]
    fit = [each for each in entries if each.live and not each.open_parameters
           and all(setting.default is not None for setting in each.settings)]  # fmt: skip
    rows([(each.name, each.name, each.summary) for each in fit], lambda key: {"do": "insert", "effect": key}, close)


def presets_body(close: Close) -> None:
    """The chains that are shipped; the arrow keys audition them."""
    text("p", "The arrow keys play each; Enter keeps it.").classes("ap-soft")
    chains = [(each.id, each.id, f"{each.description} {', '.join(each.tags)}") for each in list_chains()]
    rows(chains, lambda key: {"do": "preset", "name": key}, close, data="chain")
    with group():
        button("Keep", {"do": "auditioned", "keep": True}).on("click", close)
        button("Back to what was", {"do": "auditioned", "keep": False}).on("click", close)


def compare_body(close: Close) -> None:
    """Side B, loudness match and the blind test."""
    with group():
        button("Match loudness", {"do": "match", "on": True})
        button("As loud as they are", {"do": "match", "on": False})
    with group():
        button("Blind test", {"do": "blind", "on": True})
        button("X is A", {"do": "vote", "side": "a"})
        button("X is B", {"do": "vote", "side": "b"})
        button("End of the test", {"do": "blind", "on": False})
    text("p", "Side B is one of these chains:").classes("ap-soft")
    rows([(each.id, each.id, each.description) for each in list_chains()],
         lambda key: {"do": "second", "name": key}, close)  # fmt: skip


def keys_body(_close: Close) -> None:
    """Every key."""
    with ui.element("table"):
        for key, words in KEYS:
            with ui.element("tr"):
                with ui.element("td"):
                    text("kbd", key)
                text("td", words)
