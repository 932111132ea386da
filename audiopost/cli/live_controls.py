"""What works on a session beside its keys: OSC, MIDI, watched files, bounces on the side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from audiopost.cli.output import in_words, message
from audiopost.errors import AudiopostError
from audiopost.graph.spec import GraphSpec
from audiopost.live.desk import Desk
from audiopost.live.words import Words

__all__ = ["Bounces", "Teller", "add_controls", "watch_files"]

VARIATIONS_FOLDER = Path("variations")
"""Where a session bounces to, in the folder that it was started in."""


class Teller:
    """Says sentences to whoever shows them: standard error, or the view."""

    def __init__(self) -> None:
        self.to: Callable[[str], None] = message

    def __call__(self, sentence: str) -> None:
        """Say it."""
        self.to(sentence)


class Bounces:
    """Bounces variations on a thread of its own; `tell` says what became of them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def __call__(self, desk: Desk, source: Path, count: int, amount: float, seed: int) -> str:
        """Begin; what was begun."""
        # A daemon: who ends the session does not wait for sounds that he no longer wants.
        arguments = (desk.drawing, frozenset(desk.locks), source, count, amount, seed)
        threading.Thread(target=self._bounce, args=arguments, name="variations", daemon=True).start()
        return f"bouncing {count} variations of {source.name}"

    def _bounce(
        self, drawing: GraphSpec, locks: frozenset[str], source: Path, count: int, amount: float, seed: int
    ) -> None:
        from audiopost.jobs.variations import render_variations

        try:
            made = render_variations(
                source, VARIATIONS_FOLDER, drawing, count=count, amount=amount, seed=seed, locked=locks, workers=1
            )
        except AudiopostError as error:
            self._tell(in_words(error))
        else:
            self._tell(f"{len(made)} variations: {made[0].rendered.output} to {made[-1].rendered.output.name}")


def add_controls(
    controls: ExitStack,
    words: Words,
    tell: Callable[[str], None],
    osc: str | None,
    osc_to: str | None,
    midi: str | None,
    midi_notes: str | None = None,
    head_midi: str | None = None,
) -> None:
    """Listen to OSC and MIDI, where wanted, as long as `controls` is open. Raises DeviceError, UsageError."""
    if osc is not None or osc_to is not None:
        from audiopost.live.controls_osc import OscControl, read_address

        host, port = read_address(osc or "0")
        to = None if osc_to is None else read_address(osc_to)
        listening = controls.enter_context(OscControl(words, port, host=host, to=to, on_problem=tell))
        tell(f"OSC on {host}:{listening.port}")
    if midi is not None:
        from audiopost.live.controls_midi import MidiControl

        words.midi = controls.enter_context(MidiControl(words, midi, on_problem=tell, on_learned=tell))
        tell(f"MIDI from {words.midi.name}")
    if midi_notes is not None:
        from audiopost.live.notes_midi import NoteInput

        notes = controls.enter_context(NoteInput(words.host, midi_notes, on_problem=tell))
        tell(f"notes from {notes.name}")
    if head_midi is not None:
        from audiopost.live.head_midi import HeadInput

        head = controls.enter_context(HeadInput(words, head_midi, on_problem=tell))
        tell(f"head tracker at {head.name}")


def watch_files(
    controls: ExitStack,
    words: Words,
    load: Callable[[], GraphSpec],
    effect_files: Sequence[Path],
    tell: Callable[[str], None],
) -> None:
    """Bring in the desks' chain files and the effect files whenever they are saved, as long as `controls` is open."""
    from audiopost.library.chains import load_chain
    from audiopost.live.reloading import Reloader, SavedFiles
    from audiopost.live.watching import FileWatch

    reloaders = [
        Reloader(desk, load if side == "a" else partial(load_chain, desk.path or ""), desk.path)
        for side, desk in words.desks.items()
    ]
    files = {*effect_files, *(desk.path for desk in words.desks.values() if desk.path is not None)}
    if files:
        controls.enter_context(FileWatch(files, SavedFiles(reloaders, tell)))
