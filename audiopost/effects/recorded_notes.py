"""Notes that were played by hand while a chain played, kept as the scores of the plug-ins that heard them.

As `audiopost.graph.recorded` does with knobs: rendered from the same input, the drawing gives the samples that were
heard.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audiopost.graph.offline import NoteEvent
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.plugins.choice import choose_plugin
from audiopost.plugins.midi_file import read_midi_file, write_midi_file
from audiopost.units import seconds_to_frames

__all__ = ["with_notes"]


def with_notes(spec: GraphSpec, notes: Sequence[NoteEvent], sample_rate: int, beside: Path) -> GraphSpec:
    """The drawing whose plug-ins play the notes from MIDI files, which are written here.

    Parameters
    ----------
    spec
        The drawing as it began to play.
    notes
        As a live session logs them (``LiveHost.note_log``), in order.
    sample_rate
        Of the session, in Hz.
    beside
        The files lie beside this one and begin with its name: ``take.toml``, ``take-synth.mid``.

    Raises
    ------
    FileError
        If one cannot be written, or one that is played already cannot be read.
    PluginError
        If a plug-in is no longer here.
    """
    for name, node in spec.nodes:
        if notes and _hears_notes(node):
            path = beside.with_name(f"{beside.stem}-{name}.mid")
            score = _score(str(dict(node.settings).get("midi", "")), sample_rate)
            # What was played and what the score holds at the same frame came in this order.
            merged = heapq.merge(notes, score, key=lambda event: event.frame)
            write_midi_file(path, merged, sample_rate)
            settings = {**dict(node.settings), "midi": str(path)}
            spec = spec.with_node(name, replace(node, settings=tuple(sorted(settings.items()))))
    return spec


def _score(midi: str, sample_rate: int) -> list[NoteEvent]:
    if not midi:
        return []
    return [NoteEvent(seconds_to_frames(each.time_s, sample_rate), each.message) for each in read_midi_file(midi)]


def _hears_notes(node: NodeSpec) -> bool:
    if node.effect != "plugin":
        return False
    settings = dict(node.settings)
    info, _ = choose_plugin(str(settings.get("path", "")), str(settings.get("plugin_name", "")))
    return info.hears_notes
