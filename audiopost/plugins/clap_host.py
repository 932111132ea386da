"""A CLAP plug-in as every other plug-in of this room: what it says of itself, its knobs, notes and states.

How it lives and plays stands in `audiopost.plugins.clap_instance`.

Source: CLAP ``ext/params.h``, ``ext/state.h``, ``ext/note-ports.h``.
"""

from __future__ import annotations

import time
from typing import Any

from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.clap_abi import FEATURE_INSTRUMENT, NoteDialect, ffi
from audiopost.plugins.clap_instance import SPARE_EVENTS, ClapInstance
from audiopost.plugins.clap_library import ClapDescriptor, open_library
from audiopost.plugins.clap_parameters import load_state, read_knobs, save_state, value_now
from audiopost.plugins.event_list import EventList
from audiopost.plugins.knobs import Knob
from audiopost.plugins.loading import watched_loading
from audiopost.plugins.other_builds import values_here
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.saved_state import SavedState, is_saved_state
from audiopost.plugins.streams import PRIMING_FRAMES
from audiopost.plugins.surroundings import surroundings_kept

__all__ = ["ClapPlugin", "load_clap", "plugin_names"]

ENDLESS_FRAMES = 0x7FFFFFFF
"""A tail of so much and more has no end, by ``ext/tail.h``."""

OWN_TURN_S = 0.5
"""For so long after a turn by the host a knob of an open window is not watched."""


def plugin_names(path: str) -> dict[str, str]:
    """Id -> name of the plug-ins in a file; raises PluginLoadError."""
    with surroundings_kept():
        return {each.id: each.name for each in open_library(path).descriptors}


class ClapPlugin(ClapInstance):
    """See the module. Made by `load_clap`.

    Attributes
    ----------
    knobs
        What a person may turn, in the plug-in's order; defaults are where they stood when it was loaded.
    side_inputs
        Names and channels of the inputs beside the main one, at the present width.
    loading_remarks
        What a person should know of how it was loaded.
    """

    def __init__(self, path: str, descriptor: ClapDescriptor, sample_rate: int, largest_frames: int) -> None:
        super().__init__(path, descriptor, sample_rate, largest_frames)
        self.knobs: tuple[Knob, ...] = ()
        self._knob_named: dict[str, tuple[Knob, Any]] = {}
        self._note_dialects = self._read_note_dialects()
        self._stands: dict[str, float] = {}
        """Where each knob stands, in the plug-in's own measure: modulation is told as the distance from there."""
        self.loading_remarks: list[str] = []
        self._seen: dict[str, float] = {}
        self._turned_here_s: dict[str, float] = {}

    # What it is.

    @property
    def facts(self) -> dict[str, str]:
        """What the plug-in says about itself: id, name, vendor, version, category."""
        known = self._descriptor
        category = "|".join(each.replace("-", " ").title() for each in known.features)
        return {
            "id": known.id, "name": known.name, "vendor": known.vendor, "version": known.version, "category": category
        }  # fmt: skip

    @property
    def parameters(self) -> tuple[PluginParameter, ...]:
        """Every parameter that can be turned."""
        return tuple(knob.parameter for knob in self.knobs)

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of channels that its main input can have."""
        return tuple(sorted(width for width in self._ways if width)) or ((0,) if self.output_width else ())

    @property
    def side_inputs(self) -> tuple[tuple[str, int], ...]:
        """Names and channels of further inputs."""
        return tuple((port.name, port.channels) for port in self._arrangement.sides)

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""
        return FEATURE_INSTRUMENT in self._descriptor.features and not self._arrangement.width

    @property
    def hears_notes(self) -> bool:
        """Whether it has a port for notes."""
        return self._note_dialects is not None

    @property
    def presets(self) -> tuple[str, ...]:
        """None: what a CLAP keeps in files is its own affair."""
        return ()

    @property
    def reported_latency_frames(self) -> int:
        """Latency that it reported when it was last activated."""
        return self._latency_frames

    @property
    def reported_tail_frames(self) -> int | None:
        """How long it says that it rings now; -1 for ever, None where it does not say."""
        tail = self._extensions["tail"]
        if tail is None:
            return None
        frames = int(tail.get(self._plugin))
        return -1 if frames >= ENDLESS_FRAMES else frames

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it changed outside itself, requests that wait, and what it logged; as predicates of its name."""
        found = [*self.loading_remarks, *(f"wrote: {line}" for line in self._host.log)]
        now = self._latency_now() if self._active else self._latency_frames
        if now != self._latency_frames:
            found.insert(0, f"changed its latency while it played, from {self._latency_frames} to {now} frames")
        return tuple(found)

    def automates(self, name: str) -> bool:
        """Whether the plug-in lets a host automate the parameter."""
        return bool(self._knob_named[name][1].automatable)

    # Playing.

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob from the next frame on."""
        self.set_parameter_at(name, value, 0)

    def set_parameter_at(self, name: str, value: float, frame: int) -> None:
        """Set a knob at a frame of the next block, not before any that was set already.

        Notes
        -----
        Realtime: 1 us. Nothing reaches the plug-in before the block.
        """
        if self._events.is_full:
            self._flush()
        if self.editor_is_open:
            self._turned_here_s[name] = time.monotonic()
        knob, handle = self._knob_named[name]
        self._stands[name] = place = knob.place_of(value)
        self._events.turn(handle.id, handle.cookie, place, frame)

    def modulates(self, name: str) -> bool:
        """Whether the plug-in lets a host move the parameter without turning it."""
        return bool(self._knob_named[name][1].modulatable)

    def modulate_at(self, name: str, value: float, frame: int) -> None:
        """Have a knob heard as if it stood at `value`, from a frame of the next block on; it stays where it stands.

        Notes
        -----
        Realtime: 1 us.
        """
        if self._events.is_full:
            self._flush()
        knob, handle = self._knob_named[name]
        self._events.modulate(handle.id, handle.cookie, knob.place_of(value) - self._stands[name], frame)

    def send_midi(self, message: bytes, frame: int) -> None:
        """Play a note or turn a controller at a frame of the next block; one too many is dropped."""
        if self._events.is_full or self._note_dialects is None:
            return
        if self._note_dialects & NoteDialect.MIDI:  # which says more than CLAP's own notes
            self._events.midi(message, frame)
        else:
            self._events.note(message, frame)

    # Its window.

    def open_editor(self, title: str) -> None:
        """Open its window; see `ClapInstance.open_editor`."""
        super().open_editor(title)
        self._seen = self._values()

    def turned_in_editor(self) -> dict[str, float]:
        """Knobs that a person has turned in its window since it was asked last, on the thread that made it.

        Found by looking: what this host has turned a moment ago may show late, and is no turn of a person.
        """
        if not self.editor_is_open:
            return {}
        before, self._seen = self._seen, self._values()
        lately = time.monotonic() - OWN_TURN_S
        turned = {
            name: value
            for name, value in self._seen.items()
            if value != before[name] and self._turned_here_s.get(name, 0.0) < lately
        }
        self._stands.update((name, self._knob_named[name][0].place_of(value)) for name, value in turned.items())
        return turned

    # States.

    def state(self) -> bytes:
        """Everything that the plug-in would save in a session, and its knobs, as of now."""
        self._flush()
        extension = self._extensions["state"]
        data = None if extension is None else save_state(self._plugin, extension)
        return SavedState("CLAP", self._descriptor.id, data, self._values()).to_bytes()

    def restore(self, state: bytes) -> None:
        """Take over what `state` gave here, or the knobs of what another format of the plug-in gave.

        Raises
        ------
        UsageError
            If it is no such state.
        PluginLoadError
            If the plug-in refuses its own.
        """
        if not is_saved_state(state):
            raise PluginLoadError(self.name, "the state belongs to another format", "save it again from the CLAP")
        saved = SavedState.from_bytes(state)
        extension = self._extensions["state"]
        own = saved.format == "CLAP" and saved.id == self._descriptor.id
        if own and saved.data is not None and extension is not None:
            if not load_state(self._plugin, extension, saved.data):
                raise PluginLoadError(self.name, "refuses its state", "leave the state out")
            return
        for name, value in values_here(saved.values, self.parameters)[0].items():
            self.set_parameter(name, value)
        self._flush()

    def preset(self) -> bytes:
        """There is none; raises PluginError."""
        raise PluginError(self.name, "gives no .vstpreset", "keep its state in a chain")

    # Living and dying.

    def prepare_knobs(self, known: tuple[Knob, ...] | None = None) -> None:
        """Read the knobs where they stand now."""
        params = self._extensions["params"]
        if params is None:
            return
        knobs, handles = read_knobs(self._plugin, params)
        self.knobs = knobs if known is None else known
        self._knob_named = {knob.parameter.name: (knob, handles[knob.parameter.native]) for knob in self.knobs}
        self._stands = {
            name: value_now(self._plugin, params, handle.id) for name, (_, handle) in self._knob_named.items()
        }
        self._events = EventList(SPARE_EVENTS + 2 * len(knobs))

    def _values(self) -> dict[str, float]:
        """Where the knobs stand, by name, as a person reads them."""
        params = self._extensions["params"]
        return {
            name: knob.value_of(value_now(self._plugin, params, handle.id))
            for name, (knob, handle) in self._knob_named.items()
        }

    def _read_note_dialects(self) -> int | None:
        """In which ways its first port for notes hears them; None where it has none."""
        ports = self._extensions["note-ports"]
        info = ffi.new("clap_note_port *")
        if ports is None or not ports.count(self._plugin, True) or not ports.get(self._plugin, 0, True, info):
            return None
        return int(info.supported_dialects)


def load_clap(
    path: str,
    sample_rate: int,
    plugin_name: str = "",
    state: bytes = b"",
    knobs: tuple[Knob, ...] | None = None,
    largest_frames: int = PRIMING_FRAMES,
    width: int = 0,
    offline: bool = False,
) -> ClapPlugin:
    """Load a CLAP plug-in into this process. Scan it first: see `audiopost.plugins.scan`.

    Parameters
    ----------
    path
        Of the file or bundle.
    sample_rate
        In Hz; the instance is for this rate alone.
    plugin_name
        Its name or id, where the file holds several.
    state
        What `ClapPlugin.state` gave, to be restored.
    knobs
        Those of another instance of the same plug-in and state.
    largest_frames
        The size of the largest block.
    width
        Channels of the main input; 0: as the plug-in comes.
    offline
        Tell the plug-in that it has all the time in the world.

    Raises
    ------
    PluginLoadError
        If it cannot be loaded, or refuses the state.
    """
    with watched_loading() as loading:
        plugin = ClapPlugin(path, open_library(path).named(plugin_name), sample_rate, largest_frames)
        if offline:
            plugin.take_time()
        if width:
            plugin.arrange(width)
        plugin.prepare_knobs()
        if state:
            plugin.restore(state)
        if state or knobs is not None:
            plugin.prepare_knobs(knobs)
    plugin.loading_remarks = loading.remarks
    return plugin
