"""What the pages of the console are built of: words, buttons, lists, choices and dialogs. A door to NiceGUI.

Conventions
-----------
- A button that says a word to the session does so from the browser (`audiopost.say`), not by way of the page's server.
- Whatever a name or a message holds is text: attributes and words are never put together as HTML.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from nicegui import ui

from audiopost.ui.view_model import KnobView

__all__ = [
    "Close",
    "attributed",
    "button",
    "choice",
    "closing_button",
    "dialog_of",
    "group",
    "head",
    "heading_links",
    "knobs",
    "opening_button",
    "rows",
    "script_button",
    "text",
    "theme_button",
    "told_button",
]

Close = Callable[[], object]

THEME_COOKIE = "audiopost_theme"
PAGES = (("Console", "/"), ("Batch", "/batch"))


def attributed(element: ui.element, **attributes: str) -> ui.element:
    """Attributes as they are: NiceGUI's own way parses a text, which names with quotes would break."""
    element._props.update({name.replace("_", "-"): value for name, value in attributes.items()})  # noqa: SLF001
    return element


def group() -> ui.element:
    """Things that stand together in a row."""
    return ui.element("div").classes("ap-group")


def text(tag: str, words: str) -> ui.element:
    """An element with words in it, whatever they are."""
    element = ui.element(tag)
    with element:
        ui.label(words).style("display: inline") if tag not in ("option",) else ui.html(escape(words), sanitize=False)
    return element


def told_button(words: str, *, label: str = "", pressed: bool | None = None, off: bool = False) -> ui.element:
    """A button that does nothing yet. `label` says it in full, `pressed` makes it one that stays down."""
    made = ui.element("button").props('type="button"')
    if label:
        attributed(made, aria_label=label, title=label)
    if pressed is not None:
        made.props(f'aria-pressed="{"true" if pressed else "false"}"')
    if off:
        made.props("disabled")
    with made:
        ui.label(words).style("display: inline")
    return made


def button(
    words: str,
    word: Mapping[str, Any],
    *,
    label: str = "",
    side: str = "",
    flag: str = "",
    pressed: bool | None = None,
    off: bool = False,
) -> ui.element:
    """A button that says a word to the session. `side` and `flag` name what the browser shows it pressed by."""
    stays = side or flag in ("bypassed", "recording", "loop")
    made = told_button(words, label=label, pressed=bool(pressed) if stays else pressed, off=off)
    marks = {"data_side": side, "data_flag": flag}
    attributed(made, **{name: value for name, value in marks.items() if value})
    return made.on("click", js_handler=f"() => audiopost.say({json.dumps(word)})")


def script_button(words: str, script: str, *, label: str = "", flag: str = "") -> ui.element:
    """A button that runs a line in the browser."""
    made = told_button(words, label=label, pressed=False if flag else None)
    if flag:
        attributed(made, data_flag=flag)
    return made.on("click", js_handler=script)


def choice(label: str, choices: Mapping[str, str], chosen: str) -> ui.element:
    """A list to choose from, of the browser's own kind. `choices` are words by their keys."""
    made = attributed(ui.element("select"), aria_label=label)
    with made:
        for key, words in choices.items():
            option = attributed(text("option", words), value=key)
            if key == chosen:
                option.props("selected")
    return made


def knobs(views: tuple[KnobView, ...], node: str) -> None:
    """A row of knobs, turned in the browser."""
    with ui.element("div").classes("ap-knobs"):
        for view in views:
            attributes = {
                "path": view.path, "node": node, "label": view.label, "words": view.words, "summary": view.summary,
                "position": f"{view.position:.5f}", "fallback": f"{view.default_position:.5f}",
                "choices": json.dumps(view.choices),
            }  # fmt: skip
            attributed(ui.element("ap-knob"), **attributes)


def rows(
    entries: list[tuple[str, str, str]],
    word_of: Callable[[str], Mapping[str, Any]],
    close: Close,
    data: str = "",
) -> None:
    """A list that a word typed above it narrows; each row says its word and closes the dialog."""
    search = ui.element("input").props('type="search" placeholder="Search" aria-label="Search" autofocus')
    with ui.element("div").classes("ap-rows") as box:
        for key, name, words in entries:
            row = ui.element("button").classes("ap-row").props('type="button"')
            attributed(row, **{f"data_{data or 'key'}": key})
            with row:
                text("b", name)
                text("span", words).classes("ap-soft")
            row.on("click", js_handler=f"() => audiopost.say({json.dumps(word_of(key))})")
            row.on("click", close)
    nothing = text("p", "Nothing fits these words.").classes("ap-soft").style("display: none")
    search.on(
        "input",
        js_handler=f"""(e) => {{
            const words = e.target.value.toLowerCase().split(/\\s+/);
            let shown = 0;
            for (const row of document.getElementById('c{box.id}').children) {{
                const fits = words.every((word) => row.textContent.toLowerCase().includes(word));
                row.style.display = fits ? '' : 'none';
                shown += fits;
            }}
            document.getElementById('c{nothing.id}').style.display = shown ? 'none' : '';
        }}""",
    )


def dialog_of(title: str, body: Callable[[Close], None]) -> ui.dialog:
    """A dialog with its title, and a button that closes it."""
    dialog = ui.dialog()
    with dialog, ui.element("div").classes("ap-dialog").props(f'role="dialog" aria-label="{title}"'):
        with ui.element("header"):
            text("h2", title)
            closing_button("×", dialog.close, label="Close")
        body(dialog.close)
    return dialog


def opening_button(words: str, dialog: ui.dialog) -> ui.element:
    """A button that opens a dialog."""
    return told_button(words).props('aria-haspopup="dialog"').on("click", dialog.open)


def closing_button(words: str, close: Close, *, label: str = "") -> ui.element:
    """A button that closes a dialog."""
    return told_button(words, label=label).on("click", close)


def heading_links(here: str) -> None:
    """Where the console's pages are found, on each of them."""
    with ui.element("nav").classes("ap-group ap-nav").props('aria-label="Pages"'):
        for words, address in PAGES:
            link = attributed(text("a", words), href=address)
            if address == here:
                link.props('aria-current="page"')


def head(*scripts: str) -> None:
    """What every page of the console loads, and further scripts."""
    ui.add_head_html('<link rel="stylesheet" href="/console/console.css">', shared=False)
    for script in scripts:
        ui.add_head_html(f'<script type="module" src="{script}"></script>', shared=False)


def theme_button() -> None:
    """Dark or light, kept by the browser; without a choice the page is as the system is."""
    request = ui.context.client.request
    kept = None if request is None else request.cookies.get(THEME_COOKIE)
    dark = ui.dark_mode({"dark": True, "light": False}.get(kept or ""))
    script = f"""() => {{
        const dark = !document.body.classList.contains('body--dark');
        document.cookie = `{THEME_COOKIE}=${{dark ? 'dark' : 'light'}}; path=/; max-age=31536000; SameSite=Strict`;
        emitEvent('ap-dark', dark);
    }}"""
    script_button("Theme", script, label="Dark or light")
    ui.on("ap-dark", lambda event: dark.set_value(bool(event.args)))
