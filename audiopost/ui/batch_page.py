"""The batch page: choose a folder or drop one, choose what shall be done, see the plan, run it. A door to NiceGUI."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from nicegui import run, ui

from audiopost.errors import AudiopostError
from audiopost.library.chains import list_chains
from audiopost.library.targets import list_targets
from audiopost.ui.batch_choice import GROUPS, MODES, BatchChoice
from audiopost.ui.batch_desk import BatchDesk
from audiopost.ui.batch_view import plan_in_words, plan_table, problems_of, run_in_words, run_table
from audiopost.ui.elements import attributed, choice, group, head, heading_links, text, theme_button, told_button
from audiopost.ui.folders import sound_files

__all__ = ["BatchPage"]

LOOK_S = 0.25
USUAL_TARGET = "ebu-r128"
MOST_PROBLEMS = 8


class BatchPage:
    """One browser's page. What it chooses is its own; the plan and the run are seen by all."""

    def __init__(self, desk: BatchDesk) -> None:
        self._desk = desk
        self._chosen: dict[str, str] = {"target": USUAL_TARGET, "chain": "", "group": "each", "mode": "linear"}
        self._limiting_db = 6.0
        self._folder: int | None = None
        self._version = -1
        self._problem = ""

    async def build(self) -> None:
        """Build all of it."""
        head("/console/batch.js")
        folders = await run.io_bound(self._desk.book.look)
        with ui.element("main").classes("ap-page ap-batch"):
            with ui.element("header").classes("ap-bar"):
                heading_links("/batch")
                text("h1", "Many files")
                with group().classes("ap-last"):
                    theme_button()
            with ui.element("section").classes("ap-panel ap-form").props('aria-label="What to do"'):
                self._files(folders or {})
                self._delivery()
            with ui.element("section").classes("ap-panel ap-run").props('aria-label="Plan and run"'):
                self._run()
        ui.on("ap-dropped", self._dropped)
        ui.timer(LOOK_S, self._look)

    # -- what to do --------------------------------------------------------------------------------------------------

    def _files(self, folders: dict[int, Any]) -> None:
        text("h2", "1  Files")
        attributed(ui.element("ap-drop"), role="group", aria_label="Drop a folder")
        self._folder_list(folders)

    @ui.refreshable_method
    def _folder_list(self, folders: dict[int, Any]) -> None:
        if not folders:
            text("p", "No folder was given at the start. Drop one here, or start `audiopost live` with one.").classes(
                "ap-soft"
            )
            return
        with ui.element("div").classes("ap-folders").props('role="radiogroup" aria-label="Folder"'):
            for number, path in folders.items():
                self._folder_row(number, self._desk.book.name(path), len(sound_files((path,))))

    def _folder_row(self, number: int, name: str, files: int) -> None:
        with ui.element("label").classes("ap-folder"):
            radio = attributed(ui.element("input"), type="radio", name="ap-folder", value=str(number))
            if number == self._folder:
                radio.props("checked")
            text("span", name).classes("ap-name")
            text("span", f"{files} file{'' if files == 1 else 's'}").classes("ap-soft")
            radio.on("change", lambda: self._choose_folder(number), js_handler="() => emit()")

    def _delivery(self) -> None:
        text("h2", "2  Delivery")
        targets = {each.id: each.name for each in list_targets() if each.status == "current"}
        chains = {each.id: each.name or each.id for each in list_chains()}
        self._select("Target", "target", {"": "none"} | targets)
        self._select("Grouping", "group", {str(key): words for key, words in GROUPS.items()})
        self._select("Mode", "mode", {str(key): words for key, words in MODES.items()})
        with ui.element("label").classes("ap-field") as self._limiting:
            text("span", "Limiting, at most dB")
            number = ui.element("input").props("type=number min=0 max=24 step=0.5 value=6")
            attributed(number, aria_label="Limiting, at most dB")
            number.on("change", self._set_limiting, js_handler="(e) => emit(+e.target.value)")
        self._limiting.set_visibility(False)
        self._select("Chain before", "chain", {"": "none"} | chains)

    def _select(self, label: str, key: str, choices: dict[str, str]) -> None:
        with ui.element("label").classes("ap-field"):
            text("span", label)
            made = choice(label, choices, self._chosen[key])
        made.on("change", lambda event: self._set(key, choices, event.args), js_handler="(e) => emit(e.target.value)")

    # -- plan and run ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with ui.element("header").classes("ap-bar"):
            with ui.element("h2"):
                self._heading = ui.label("3  Plan")
            with group().classes("ap-last"):
                self._start = told_button("Run", off=True).classes("ap-main")
                self._start.on("click", self._begin)
                self._stop = told_button("Stop")
                self._stop.on("click", self._desk.stop)
                self._report = attributed(
                    text("a", "Open the report"), href="/batch/result/report.html", target="_blank"
                )
                self._report.classes("ap-link")
        with ui.element("p").props('role="status" aria-live="polite"').classes("ap-words"):
            self._words = ui.label("")
        self._bar = attributed(ui.element("progress"), max="1", value="0", aria_label="The whole run")
        self._command = ui.label("").classes("ap-soft ap-command")
        self._troubles = ui.element("ul").classes("ap-troubles")
        self._table = ui.html("", sanitize=False).classes("ap-wide")

    def _look(self) -> None:
        desk = self._desk
        if desk.version == self._version:
            return
        self._version = desk.version
        self._heading.set_text({"running": "3  Run", "ended": "3  Result"}.get(desk.phase, "3  Plan"))
        running = desk.phase == "running"
        able = desk.phase in ("planned", "ended") and desk.plan is not None and not desk.plan.plan.collisions
        self._start.props(remove="disabled") if able else self._start.props("disabled")
        self._stop.set_visibility(running)
        self._report.set_visibility(desk.report is not None)
        self._bar.set_visibility(desk.phase in ("running", "ended"))
        attributed(self._bar, value=f"{desk.progress.fraction:.4f}").update()
        self._show_state()

    def _show_state(self) -> None:
        desk, plan = self._desk, self._desk.plan
        job = desk.job
        self._command.set_text(
            "" if job is None else f"On the command line: audiopost batch {shlex.quote(str(job.path))}"
        )
        if plan is None:
            self._words.set_text("Choose a folder: the plan is shown here, and nothing is written before you run it.")
            self._show_problems([self._problem] if self._problem else [])
            return
        if desk.phase == "planned":
            self._words.set_text(plan_in_words(plan))
            self._table.set_content(plan_table(plan))
            self._show_problems([*([self._problem] if self._problem else []), *problems_of(plan)])
            return
        counts = run_in_words(desk.progress)
        self._words.set_text(f"{desk.ending} {counts}." if desk.phase == "ended" else counts)
        self._table.set_content(run_table(desk.progress))
        self._show_problems([*([self._problem] if self._problem else []), *desk.progress.messages])

    def _show_problems(self, sentences: list[str]) -> None:
        self._troubles.clear()
        with self._troubles:
            for sentence in sentences[:MOST_PROBLEMS]:
                text("li", sentence)
            if len(sentences) > MOST_PROBLEMS:
                text("li", f"and {len(sentences) - MOST_PROBLEMS} more")

    # -- what is done ------------------------------------------------------------------------------------------------

    async def _choose_folder(self, number: int) -> None:
        self._folder = number
        await self._plan()

    async def _set(self, key: str, choices: dict[str, str], value: Any) -> None:
        if value in choices:
            self._chosen[key] = value
            self._limiting.set_visibility(self._chosen["mode"] == "limit")
            await self._plan()

    async def _set_limiting(self, event: Any) -> None:
        if isinstance(event.args, int | float):
            self._limiting_db = float(event.args)
            await self._plan()

    async def _dropped(self, event: Any) -> None:
        """Files have been taken in: their folder is chosen."""
        if isinstance(event.args, int):
            self._folder = event.args
        self._folder_list.refresh(await run.io_bound(self._desk.book.look) or {})
        await self._plan()

    async def _plan(self) -> None:
        if self._folder is None:
            return
        folder = self._desk.book.folder(self._folder)
        if folder is not None:
            words = self._chosen
            group, mode = (
                (each for each in GROUPS if each == words["group"]),
                (each for each in MODES if each == words["mode"]),
            )
            chosen = BatchChoice(folder, words["target"], words["chain"], next(group), next(mode), self._limiting_db)
            await self._try(lambda: self._desk.choose(chosen))

    async def _begin(self) -> None:
        await self._try(self._desk.run)

    async def _try(self, action: Callable[[], None]) -> None:
        try:
            await run.io_bound(action)
            self._problem = ""
        except AudiopostError as error:
            self._problem = str(error)
        self._version = -1
        self._look()
