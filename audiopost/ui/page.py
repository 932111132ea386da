"""The page of the console, built of the view model. A door to NiceGUI.

What moves thirty times a second goes by a socket of its own to elements of the page (`static/console.js`); NiceGUI
builds what stands, and builds the strip anew when the chain has another form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from nicegui import background_tasks, run, ui

from audiopost.dsp.energy_map import MAP_AZIMUTHS_DEG, MAP_ELEVATIONS_DEG
from audiopost.graph.drawing import as_svg
from audiopost.library.targets import list_targets
from audiopost.ui import dialogs
from audiopost.ui.curves import Curve, svg_of
from audiopost.ui.elements import (
    Close,
    attributed,
    button,
    choice,
    dialog_of,
    group,
    head,
    heading_links,
    knobs,
    opening_button,
    script_button,
    text,
    theme_button,
)
from audiopost.ui.scene_path import shown_path
from audiopost.ui.scene_view import loudspeakers_of, places_of, scene_point_of
from audiopost.ui.session import ConsoleSession
from audiopost.ui.view_model import NodeView

__all__ = ["ConsolePage"]

LOOK_S = 0.25
"""How often a page asks whether the chain has another form, and whether there is something to tell."""


class ConsolePage:
    """One browser's page. It holds nothing that another page could not see as well."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._structure = session.structure
        self._values = -1
        self._told = len(session.problems)
        self._curves: dict[str, tuple[ui.html, Curve | None]] = {}

    def build(self) -> None:
        """Build all of it."""
        head("/console/console.js")
        with ui.element("main").classes("ap-page ap-console"):
            with ui.element("header").classes("ap-top"):
                with ui.element("div").classes("ap-bar"):
                    self._chain_bar()
                with ui.element("div").classes("ap-bar"):
                    self._transport_bar()
            with ui.element("section").classes("ap-panel ap-waves").props('aria-label="Waveform"'):
                ui.element("ap-wave")
            self._strip()
            self._side()
            with ui.element("footer").classes("ap-foot"):
                self._foot()
        ui.keyboard(on_key=lambda event: self._help.open() if event.key == "?" and event.action.keydown else None)
        ui.timer(LOOK_S, self._look)

    # -- the bars ----------------------------------------------------------------------------------------------------

    def _chain_bar(self) -> None:
        heading_links("/")
        self._title()
        with group():
            button("Undo", {"do": "undo"}, label="Undo (Z)")
            button("Redo", {"do": "redo"}, label="Redo (Y)")
        with group():
            self._opening("Presets", "Chains", dialogs.presets_body)
            self._opening("Add", "Add an effect", dialogs.effects_body)
            self._opening("Graph", "How the chain is wired", self._graph_body)
            button("Save", {"do": "save"}, label="Save the chain into its file")
        with group():
            button("A", {"do": "switch", "side": "a"}, side="a", label="Side A")
            button("B", {"do": "switch", "side": "b"}, side="b", label="Side B")
            button("X", {"do": "switch", "side": "x"}, side="x", label="Side X of a blind test")
            self._opening("Compare", "Compare two chains", dialogs.compare_body)
        ui.element("ap-side").classes("ap-soft")
        with group().classes("ap-last"):
            theme_button()
            self._help = dialog_of("Keys", dialogs.keys_body)
            opening_button("?", self._help).props('aria-label="Keys (?)" title="Keys (?)"')

    @ui.refreshable_method
    def _title(self) -> None:
        text("h1", self._session.desk.drawing.name or "audiopost")

    def _transport_bar(self) -> None:
        with group():
            button("Start", {"do": "locate", "position": 0.0}, label="To the beginning")
            button("Play", {"do": "play"}, label="Play (Space)", flag="rolling").classes("ap-play")
            script_button("Loop", "() => audiopost.say({do: 'loop', on: !audiopost.latest().at.loop})",
                          label="Loop (L)", flag="loop")  # fmt: skip
            button("◁", {"do": "to_marker", "by": -1}, label="Marker before (,)")
            button("Mark", {"do": "mark"}, label="Marker here (M)")
            button("▷", {"do": "to_marker", "by": 1}, label="Marker after (.)")
        ui.element("ap-place").props('role="timer"')
        self._opening("Input", "Input", lambda close: dialogs.input_body(self._session, close))
        button("Bypass", {"do": "bypass"}, flag="bypassed", label="Bypass the chain (0)")
        with group():
            button("Record", {"do": "record"}, flag="recording", label="Record (R)")
            button("Keep", {"do": "keep", "seconds": 30}, label="Keep the last 30 s (K)")
            rolls = {"0": "no pre-roll", "1": "1 s before", "2": "2 s before", "5": "5 s before"}
            roll = choice("Pre-roll", rolls, f"{self._session.pre_roll.seconds:g}")
            roll.on("change", js_handler="(e) => audiopost.say({do: 'pre_roll', seconds: +e.target.value})")

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
                text("h2", "Macros")
                knobs(macros, "macro")
        if len(session.stems) > 1:
            self._stems()
        self._scene()
        views = session.strip()
        for index, view in enumerate(views):
            before = views[index - 1].name if index else ""
            after = views[index + 1].name if index + 1 < len(views) else ""
            self._card(view, before, after)
        if not views:
            text("p", "The chain is empty: “Add” puts an effect in.").classes("ap-soft")

    def _scene(self) -> None:
        desk = self._session.desk
        drawing, places = desk.drawing, places_of(desk.drawing, desk.knobs)
        if not places:
            return
        with attributed(ui.element("div").classes("ap-card ap-scene-card"), role="group", aria_label="Scene"):
            text("h2", "Scene")
            text("p", "Drag, or arrow keys and Page up, down; Shift is finer.").classes("ap-soft")
            as_json = json.dumps([asdict(place) for place in places])
            stands = {axis.path: desk.values[axis.path] for place in places for axis in place.axes}
            loudspeakers = json.dumps(loudspeakers_of(drawing))
            moved = {lane.parameter for lane in drawing.automation}
            paths = {
                place.node: {"points": path, "moved": [axis.path in moved for axis in place.axes]}
                for place in places
                if (path := shown_path(drawing, place, desk.values))
            }
            attributed(
                ui.element("ap-scene"), places=as_json, values=json.dumps(stands), loudspeakers=loudspeakers,
                paths=json.dumps(paths), energy=json.dumps(scene_point_of(drawing) is not None),
                rows=str(len(MAP_ELEVATIONS_DEG)), columns=str(len(MAP_AZIMUTHS_DEG)),
            )  # fmt: skip

    def _card(self, view: NodeView, before: str, after: str) -> None:
        classes = "ap-card bypassed" if view.bypassed else "ap-card"
        card = attributed(ui.element("div").classes(classes), data_node=view.name, role="group", aria_label=view.name)
        with card:
            with ui.element("header").props("draggable=true"):
                text("h2", view.name)
                text("span", view.effect).classes("ap-soft").tooltip(view.summary)
            with ui.element("div").classes("ap-tools"):
                button("◀", {"do": "move", "name": view.name, "before": before}, label=f"Move {view.name} to the left",
                        off=not before)  # fmt: skip
                button("▶", {"do": "move", "name": view.name, "after": after}, label=f"Move {view.name} to the right",
                        off=not after)  # fmt: skip
                button("Bypass", {"do": "bypass_node", "name": view.name}, pressed=view.bypassed,
                        label=f"Bypass {view.name}")  # fmt: skip
                button("×", {"do": "remove", "name": view.name}, label=f"Remove {view.name}")
                if view.may_blend or view.dry_wet:
                    button("Dry/wet", {"do": "blend", "name": view.name}, pressed=view.dry_wet is not None,
                            label=f"Dry/wet knob of {view.name}")  # fmt: skip
                if view.has_window:
                    button("Window", {"do": "window", "name": view.name},
                            label=f"Open the window of {view.name} on the machine that plays")  # fmt: skip
            fallen = self._session.fallen(view.name)
            if fallen:
                text("p", f"✗ {fallen}").classes("ap-fallen")
                button("Bring it back", {"do": "lift", "name": view.name}, label=f"Bring {view.name} back")
            holder = ui.html("", sanitize=False)
            self._curves[view.name] = (holder, None)
            knobs(view.knobs if view.dry_wet is None else (*view.knobs, view.dry_wet), view.name)
            attributed(ui.element("ap-gr"), node=view.name)

    def _stems(self) -> None:
        with attributed(ui.element("div").classes("ap-card ap-stems"), role="group", aria_label="Stems"):
            text("h2", "Stems")
            for stem in self._session.stems:
                word: dict[str, Any] = {"do": "stem", "name": stem.name}
                with ui.element("div").classes("ap-stem"):
                    text("span", stem.name).classes("ap-name")
                    button("S", {**word, "solo": not stem.solo}, pressed=stem.solo, label=f"Solo {stem.name}")
                    button("M", {**word, "mute": not stem.mute}, pressed=stem.mute, label=f"Mute {stem.name}")
                    level = ui.element("input").props("type=range min=-40 max=12 step=0.5")
                    attributed(level, value=str(stem.level_db), aria_label=f"Level of {stem.name}, dB")
                    text("span", f"{stem.level_db:+.1f} dB").classes("ap-number")
                    level.on(
                        "input",
                        js_handler=f"""(e) => {{
                            audiopost.saySoon({{...{json.dumps(word)}, level_db: +e.target.value}});
                            const words = (e.target.value < 0 ? '' : '+') + (+e.target.value).toFixed(1) + ' dB';
                            e.target.nextElementSibling.textContent = words;
                        }}""",
                    )

    # -- meters ------------------------------------------------------------------------------------------------------

    def _side(self) -> None:
        with ui.element("aside").classes("ap-panel ap-side").props('aria-label="Meters"'):
            self._meters()

    @ui.refreshable_method
    def _meters(self) -> None:
        band = self._session.band
        in_json = json.dumps(None if band is None else asdict(band))
        with group():
            targets = {each.id: each.name for each in list_targets() if each.status == "current"}
            chosen = choice("Target of the meters", {"": "no target"} | targets, "" if band is None else band.id)
            chosen.on("change", js_handler="(e) => audiopost.say({do: 'target', target: e.target.value})")
            button("Reset", {"do": "reset_meters"}, label="Measure anew (I)")
        for name in ("ap-meters", "ap-numbers", "ap-history", "ap-spectrum"):
            attributed(ui.element(name), band=in_json)

    # -- the foot ----------------------------------------------------------------------------------------------------

    def _foot(self) -> None:
        self._snapshots()
        with ui.element("div").props('role="status" aria-live="polite"').classes("ap-problem"):
            self._message = ui.label("")
        ui.element("ap-statistics").classes("ap-soft ap-last")

    @ui.refreshable_method
    def _snapshots(self) -> None:
        snapshots = [each.name for each in self._session.desk.drawing.snapshots]
        with group():
            text("span", "Snapshots")
            button("Take", {"do": "take"}, label="Take a snapshot (T)")
            for name in snapshots:
                recall = button(name, {"do": "recall", "name": name}, label=f"Recall snapshot {name}")
                attributed(recall, data_snapshot=name)
            if len(snapshots) > 1:
                word = json.dumps({"do": "morph", "first": snapshots[0], "second": snapshots[-1]})
                text("span", f"{snapshots[0]} ↔ {snapshots[-1]}").classes("ap-soft")
                morph = ui.element("input").props("type=range min=0 max=1 step=0.01 value=0 aria-label=Morph")
                morph.on("input", js_handler=f"(e) => audiopost.say({{...{word}, position: +e.target.value}})")
            button("Chance", {"do": "randomise", "amount": 0.3}, label="Turn every knob a little by chance")

    # -- dialogs -----------------------------------------------------------------------------------------------------

    def _opening(self, words: str, title: str, body: Callable[[Close], None]) -> None:
        """A button that opens a dialog."""
        opening_button(words, dialog_of(title, body))

    def _graph_body(self, _close: Close) -> None:
        self._wiring()

    @ui.refreshable_method
    def _wiring(self) -> None:
        ui.html(as_svg(self._session.desk.drawing), sanitize=False)

    # -- what changes ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        session = self._session
        if session.structure != self._structure:
            self._structure = session.structure
            for part in (self._title, self._cards, self._meters, self._snapshots, self._wiring):
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
                holder.set_content("" if curve is None else svg_of(curve))
