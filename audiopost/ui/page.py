"""The page of the console, built of the view model. The door to NiceGUI's elements.

What moves thirty times a second goes by a socket of its own to elements of the page (`static/console.js`); NiceGUI
builds what stands, and builds the strip anew when the chain has another form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from html import escape
from typing import Any

from nicegui import background_tasks, run, ui

from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.drawing import as_svg
from audiopost.library.chains import list_chains
from audiopost.library.targets import list_targets
from audiopost.ui.curves import Curve
from audiopost.ui.session import ConsoleSession
from audiopost.ui.view_model import KnobView, NodeView

__all__ = ["ConsolePage"]

Close = Callable[[], object]

LOOK_S = 0.25
"""How often a page asks whether the chain has another form, and whether there is something to tell."""

KEYS = (
    ("Space", "play or pause"), ("← →", "move by a second (on the waveform)"), ("L", "loop on or off"),
    ("[ ]", "begin and end of the loop (on the waveform)"), ("M", "marker here"), ("N, P", "next and previous file"),
    ("A, B, X", "hear side A, B or X"), ("0", "bypass the chain"), ("1 to 9", "recall a snapshot"),
    ("T", "take a snapshot"),
    ("Z, Y", "undo, redo"), ("R", "record"), ("K", "keep the last 30 s"), ("I", "measure anew"),
    ("↑ ↓ on a knob", "turn it; with Shift finer; Page Up and Down by ten"), ("Enter on a knob", "type a value"),
    ("Delete on a knob", "to its default"), ("?", "this help"),
)  # fmt: skip


class ConsolePage:
    """One browser's page. It holds nothing that another page could not see as well."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._structure = session.structure
        self._values = -1
        self._told = len(session.problems)
        self._curves: dict[str, tuple[ui.html, Curve | None]] = {}
        self._dark = ui.dark_mode(value=None)

    def build(self) -> None:
        """Build all of it."""
        ui.add_head_html('<link rel="stylesheet" href="/console/console.css">', shared=False)
        ui.add_head_html('<script type="module" src="/console/console.js"></script>', shared=False)
        with ui.element("main").classes("ap-page"):
            with ui.element("header").classes("ap-bar"):
                self._bar()
            with ui.element("section").classes("ap-panel").props('aria-label="Waveform"'):
                ui.element("ap-wave")
            self._strip()
            self._side()
            with ui.element("footer").classes("ap-foot"):
                self._foot()
        self._help = self._dialog("Keys", self._help_body)
        ui.keyboard(on_key=lambda event: self._help.open() if event.key == "?" and event.action.keydown else None)
        ui.timer(LOOK_S, self._look)

    # -- the bar -----------------------------------------------------------------------------------------------------

    def _bar(self) -> None:
        _text("h1", self._session.desk.drawing.name or "audiopost")
        with _group():
            _button("Start", {"do": "locate", "position": 0.0}, label="To the beginning")
            _button("Play", {"do": "play"}, label="Play (Space)", flag="rolling")
            _button(
                "Loop", None, flag="loop", script="() => audiopost.say({do: 'loop', on: !audiopost.latest().at.loop})"
            )
            _button("Mark", {"do": "mark"}, label="Marker here (M)")
        ui.element("ap-place").props('role="timer"')
        if self._session.files:
            self._opening("Open", "Files", self._files_body)
        with _group():
            _button("A", {"do": "switch", "side": "a"}, side="a", label="Side A")
            _button("B", {"do": "switch", "side": "b"}, side="b", label="Side B")
            _button("X", {"do": "switch", "side": "x"}, side="x", label="Side X of a blind test")
            self._opening("Compare", "Compare two chains", self._compare_body)
        ui.element("ap-side").classes("ap-soft")
        _button("Bypass", {"do": "bypass"}, flag="bypassed", label="Bypass the chain (0)")
        with _group():
            _button("Record", {"do": "record"}, flag="recording", label="Record (R)")
            _button("Keep", {"do": "keep", "seconds": 30}, label="Keep the last 30 s (K)")
        with _group():
            _button("Undo", {"do": "undo"}, label="Undo (Z)")
            _button("Redo", {"do": "redo"}, label="Redo (Y)")
            self._opening("Presets", "Chains", self._presets_body)
            self._opening("Add", "Add an effect", self._effects_body)
            self._opening("Graph", "How the chain is wired", self._graph_body)
            _button("Save", {"do": "save"}, label="Save the chain into its file")
        _button("Theme", None, label="Dark or light", script="() => emitEvent('ap-dark')")
        ui.on("ap-dark", lambda: self._dark.set_value(not self._dark.value))
        _button("?", None, label="Keys (?)", script="() => emitEvent('ap-help')")
        ui.on("ap-help", lambda: self._help.open())

    # -- the strip ---------------------------------------------------------------------------------------------------

    def _strip(self) -> None:
        with ui.element("section").classes("ap-panel ap-strip").props('aria-label="Chain"'):
            self._cards()

    @ui.refreshable_method
    def _cards(self) -> None:
        session = self._session
        self._curves.clear()
        self._values = -1
        macros = session.macros()
        if macros:
            with ui.element("div").classes("ap-card ap-macros"):
                _text("h2", "Macros")
                _knobs(macros, "macro")
        if len(session.host.stems) > 1:
            self._stems()
        views = session.strip()
        for index, view in enumerate(views):
            before = views[index - 1].name if index else ""
            after = views[index + 1].name if index + 1 < len(views) else ""
            self._card(view, before, after)
        if not views:
            _text("p", "The chain is empty: “Add” puts an effect in.").classes("ap-soft")

    def _card(self, view: NodeView, before: str, after: str) -> None:
        classes = "ap-card bypassed" if view.bypassed else "ap-card"
        card = _with(ui.element("div").classes(classes), data_node=view.name, role="group", aria_label=view.name)
        with card:
            with ui.element("header").props("draggable=true"):
                _text("h2", view.name)
                _text("span", view.effect).classes("ap-soft").tooltip(view.summary)
            with ui.element("div").classes("ap-tools"):
                _button("◀", {"do": "move", "name": view.name, "before": before}, label=f"Move {view.name} to the left",
                        off=not before)  # fmt: skip
                _button("▶", {"do": "move", "name": view.name, "after": after}, label=f"Move {view.name} to the right",
                        off=not after)  # fmt: skip
                _button("Bypass", {"do": "bypass_node", "name": view.name}, pressed=view.bypassed,
                        label=f"Bypass {view.name}")  # fmt: skip
                _button("×", {"do": "remove", "name": view.name}, label=f"Remove {view.name}")
            quarantined = view.bypassed and view.name in self._session.host.statistics()["quarantined"]
            if quarantined:
                _text("p", "✗ taken out after it failed again and again").classes("ap-problem")
                _button("Bring it back", {"do": "lift", "name": view.name})
            holder = ui.html("", sanitize=False)
            self._curves[view.name] = (holder, None)
            _knobs(view.knobs, view.name)
            _with(ui.element("ap-gr"), node=view.name)

    def _stems(self) -> None:
        with ui.element("div").classes("ap-card"):
            _text("h2", "Stems")
            for stem in self._session.host.stems:
                with _group():
                    _text("span", stem.name)
                    word: dict[str, Any] = {"do": "stem", "name": stem.name}
                    _button("S", {**word, "solo": not stem.solo}, pressed=stem.solo, label=f"Solo {stem.name}")
                    _button("M", {**word, "mute": not stem.mute}, pressed=stem.mute, label=f"Mute {stem.name}")
                    level = ui.element("input").props("type=range min=-40 max=12 step=0.5")
                    _with(level, value=str(stem.level_db), aria_label=f"Level of {stem.name}")
                    level.on(
                        "input",
                        js_handler=f"(e) => audiopost.say({{...{json.dumps(word)}, level_db: +e.target.value}})",
                    )

    # -- meters ------------------------------------------------------------------------------------------------------

    def _side(self) -> None:
        with ui.element("aside").classes("ap-panel ap-side").props('aria-label="Meters"'):
            self._meters()

    @ui.refreshable_method
    def _meters(self) -> None:
        band = self._session.band
        text = json.dumps(None if band is None else asdict(band))
        with _group():
            choices = {"": "no target"} | {each.id: each.name for each in list_targets() if each.status == "current"}
            chosen = ui.element("select").props('aria-label="Target of the meters"').classes("ap-target")
            with chosen:
                for name, words in choices.items():
                    option = _with(_text("option", words), value=name)
                    if name == ("" if band is None else band.id):
                        option.props("selected")
            chosen.on("change", js_handler="(e) => audiopost.say({do: 'target', target: e.target.value})")
            _button("Reset", {"do": "reset_meters"}, label="Measure anew (I)")
        for name in ("ap-meters", "ap-numbers", "ap-history", "ap-spectrum"):
            _with(ui.element(name), band=text)

    # -- the foot ----------------------------------------------------------------------------------------------------

    def _foot(self) -> None:
        self._snapshots()
        ui.element("ap-statistics").classes("ap-soft")
        with ui.element("div").props('role="status" aria-live="polite"').classes("ap-problem"):
            self._message = ui.label("")

    @ui.refreshable_method
    def _snapshots(self) -> None:
        snapshots = [each.name for each in self._session.desk.drawing.snapshots]
        with _group():
            _text("span", "Snapshots")
            _button("Take", {"do": "take"}, label="Take a snapshot (T)")
            for name in snapshots:
                recall = _button(name, {"do": "recall", "name": name}, label=f"Recall snapshot {name}")
                _with(recall, data_snapshot=name)
            if len(snapshots) > 1:
                word = json.dumps({"do": "morph", "first": snapshots[0], "second": snapshots[-1]})
                _text("span", f"{snapshots[0]} ↔ {snapshots[-1]}").classes("ap-soft")
                morph = ui.element("input").props("type=range min=0 max=1 step=0.01 value=0 aria-label=Morph")
                morph.on("input", js_handler=f"(e) => audiopost.say({{...{word}, position: +e.target.value}})")
            _button("Chance", {"do": "randomise", "amount": 0.3}, label="Turn every knob a little by chance")

    # -- dialogs -----------------------------------------------------------------------------------------------------

    def _opening(self, words: str, title: str, body: Callable[[Close], None]) -> None:
        """A button that opens a dialog."""
        dialog = self._dialog(title, body)
        button = ui.element("button").props('type="button" aria-haspopup="dialog"')
        with button:
            ui.label(words)
        button.on("click", dialog.open)

    def _dialog(self, title: str, body: Callable[[Close], None]) -> ui.dialog:
        dialog = ui.dialog()
        with dialog, ui.element("div").classes("ap-dialog").props(f'role="dialog" aria-label="{title}"'):
            _text("h2", title)
            body(dialog.close)
        return dialog

    def _files_body(self, close: Close) -> None:
        _rows([(str(number), path.name, path.parent.name) for number, path in enumerate(self._session.files)],
              lambda key: {"do": "open", "file": int(key)}, close)  # fmt: skip

    def _effects_body(self, close: Close) -> None:
        entries = [CATALOGUE.entry(name) for name in CATALOGUE.names()]
        fit = [each for each in entries if each.live and not each.open_parameters
               and all(setting.default is not None for setting in each.settings)]  # fmt: skip
        _rows(
            [(each.name, each.name, each.summary) for each in fit], lambda key: {"do": "insert", "effect": key}, close
        )

    def _presets_body(self, close: Close) -> None:
        _text("p", "The arrow keys play each; Enter keeps it.").classes("ap-soft")
        chains = [(each.id, each.id, f"{each.description} {', '.join(each.tags)}") for each in list_chains()]
        _rows(chains, lambda key: {"do": "preset", "name": key}, close, data="chain")
        with _group():
            _button("Keep", {"do": "auditioned", "keep": True}).on("click", close)
            _button("Back to what was", {"do": "auditioned", "keep": False}).on("click", close)

    def _compare_body(self, close: Close) -> None:
        with _group():
            _button("Match loudness", {"do": "match", "on": True})
            _button("As loud as they are", {"do": "match", "on": False})
        with _group():
            _button("Blind test", {"do": "blind", "on": True})
            _button("X is A", {"do": "vote", "side": "a"})
            _button("X is B", {"do": "vote", "side": "b"})
            _button("End of the test", {"do": "blind", "on": False})
        _text("p", "Side B is one of these chains:").classes("ap-soft")
        chains = [(each.id, each.id, each.description) for each in list_chains()]
        _rows(chains, lambda key: {"do": "second", "name": key}, close)

    def _graph_body(self, close: Close) -> None:
        del close
        self._wiring()

    @ui.refreshable_method
    def _wiring(self) -> None:
        ui.html(as_svg(self._session.desk.drawing), sanitize=False)

    def _help_body(self, close: Close) -> None:
        with ui.element("table"):
            for key, words in KEYS:
                with ui.element("tr"):
                    with ui.element("td"):
                        _text("kbd", key)
                    _text("td", words)
        closing = ui.element("button").props('type="button"')
        with closing:
            ui.label("Close")
        closing.on("click", close)

    # -- what changes ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        session = self._session
        if session.structure != self._structure:
            self._structure = session.structure
            for part in (self._cards, self._meters, self._snapshots, self._wiring):
                part.refresh()
        if session.values != self._values:
            self._values = session.values
            background_tasks.create_lazy(self._draw_curves(), name=f"curves {id(self)}")
        if len(session.problems) != self._told or (session.problems and session.problems[-1] != self._message.text):
            self._told = len(session.problems)
            self._message.set_text(session.problems[-1] if session.problems else "")

    async def _draw_curves(self) -> None:
        for name, (holder, drawn) in tuple(self._curves.items()):
            if name not in self._session.desk.drawing.node_names:
                continue
            curve = await run.io_bound(self._session.curve, name)
            if curve != drawn and name in self._curves and not holder.is_deleted:
                self._curves[name] = (holder, curve)
                holder.set_content("" if curve is None else _curve_svg(curve))


def _with(element: ui.element, **attributes: str) -> ui.element:
    """Attributes as they are: NiceGUI's own way parses a text, which names with quotes would break."""
    element._props.update({name.replace("_", "-"): value for name, value in attributes.items()})  # noqa: SLF001
    return element


def _group() -> ui.element:
    return ui.element("div").classes("ap-group")


def _text(tag: str, words: str) -> ui.element:
    """An element with words in it, whatever they are."""
    element = ui.element(tag)
    with element:
        ui.label(words).style("display: inline") if tag not in ("option",) else ui.html(escape(words), sanitize=False)
    return element


def _button(
    words: str,
    word: dict[str, Any] | None,
    *,
    label: str = "",
    side: str = "",
    flag: str = "",
    pressed: bool | None = None,
    script: str = "",
    off: bool = False,
) -> ui.element:
    """A button that says a word to the session, without a way through the server's page."""
    button = ui.element("button").props('type="button"')
    attributes = {"aria_label": label, "title": label, "data_side": side, "data_flag": flag}
    _with(button, **{name: value for name, value in attributes.items() if value})
    if pressed is not None or side or flag in ("bypassed", "recording", "loop"):
        button.props(f'aria-pressed="{"true" if pressed else "false"}"')
    if off:
        button.props("disabled")
    with button:
        ui.label(words).style("display: inline")
    return button.on("click", js_handler=script or f"() => audiopost.say({json.dumps(word)})")


def _knobs(knobs: tuple[KnobView, ...], node: str) -> None:
    with ui.element("div").classes("ap-knobs"):
        for knob in knobs:
            attributes = {
                "path": knob.path, "node": node, "label": knob.label, "words": knob.words, "summary": knob.summary,
                "position": f"{knob.position:.5f}", "fallback": f"{knob.default_position:.5f}",
                "choices": json.dumps(knob.choices),
            }  # fmt: skip
            _with(ui.element("ap-knob"), **attributes)


def _rows(
    entries: list[tuple[str, str, str]],
    word_of: Callable[[str], dict[str, Any]],
    close: Close,
    data: str = "",
) -> None:
    """A list that a word typed above it narrows; each row says its word and closes the dialog."""
    search = ui.element("input").props('type="search" placeholder="Search" aria-label="Search" autofocus')
    with ui.element("div") as box:
        for key, name, words in entries:
            row = ui.element("button").classes("ap-row").props('type="button"')
            _with(row, **{f"data_{data or 'key'}": key})
            with row:
                _text("b", name)
                _text("span", words).classes("ap-soft")
            row.on("click", js_handler=f"() => audiopost.say({json.dumps(word_of(key))})")
            row.on("click", close)
    search.on(
        "input",
        js_handler=f"""(e) => {{
            const words = e.target.value.toLowerCase().split(/\\s+/);
            for (const row of document.getElementById('c{box.id}').children)
                row.style.display = words.every((word) => row.textContent.toLowerCase().includes(word)) ? '' : 'none';
        }}""",
    )


def _curve_svg(curve: Curve) -> str:
    points = " ".join(
        f"{'L' if index else 'M'}{100 * x:.1f} {40 - 40 * y:.1f}" for index, (x, y) in enumerate(curve.points)
    )
    middle = (
        '<line x1="0" y1="20" x2="100" y2="20"/>'
        if curve.kind == "response"
        else '<line x1="0" y1="40" x2="100" y2="0"/>'
    )
    box = 'class="ap-curve" viewBox="0 0 100 40" preserveAspectRatio="none" role="img"'
    return f'<svg {box} aria-label="{escape(curve.words)}">{middle}<path d="{points}"/></svg>'
