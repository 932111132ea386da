"""One instance of a CLAP plug-in: made and set up on its main thread, played on whichever thread plays.

::

    made ─ init ─▶ inactive ─ activate ─ start ─▶ playing ─ process, process, ... ─▶ stop ─ deactivate ─ destroy
                      ▲            the width, the rate and the latency are fixed here            │
                      └───────────────────────────── reset ─────────────────────────────────────┘

Threads: making, activating, parameters' texts and states belong to the thread that made the instance, playing and
turning knobs to any. A `reset` on another thread (after NaN, while playing live) asks the plug-in alone to forget its
sound. What a plug-in wants done on its main thread is done there between two blocks, or by
`audiopost.plugins.main_thread`.

The first `latency` frames after a reset are held back, so that silence fills them: see `audiopost.plugins.streams`.

Source: CLAP ``plugin.h``, ``process.h``, ``ext/render.h``, ``ext/latency.h``.
"""

from __future__ import annotations

import atexit
import weakref
from threading import get_ident
from typing import Any

import numpy as np
from numpy import copyto

from audiopost.blocks import AudioBlock
from audiopost.dsp.foreign_calls import GuardedCall, foreign_calls
from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.clap_abi import FEATURE_INSTRUMENT, NoteDialect, ProcessStatus, RenderMode, ffi
from audiopost.plugins.clap_callbacks import HostSide
from audiopost.plugins.clap_library import ClapDescriptor, open_library
from audiopost.plugins.clap_parameters import load_state, read_knobs, save_state, value_now
from audiopost.plugins.clap_ports import PortMemory, arrangements, read_arrangement
from audiopost.plugins.event_list import EventList
from audiopost.plugins.knobs import Knob
from audiopost.plugins.main_thread import on_main_thread
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.saved_state import SavedState, is_saved_state
from audiopost.plugins.streams import PRIMING_FRAMES
from audiopost.plugins.surroundings import surroundings_kept

__all__ = ["ClapPlugin", "load_clap", "plugin_names"]

SPARE_EVENTS = 256
"""Room for events in one block, beyond two for each parameter."""

_EXTENSIONS = {"params": "clap_params", "state": "clap_state", "latency": "clap_frames", "render": "clap_render",
               "note-ports": "clap_note_ports"}  # fmt: skip

_living: weakref.WeakSet[ClapPlugin] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Let every plug-in go while Python still stands: their callbacks would find nothing later."""
    with captured_streams():
        for plugin in list(_living):
            plugin.close()


def _answer_all() -> None:
    for plugin in list(_living):
        plugin.answer_requests()


on_main_thread(_answer_all)


def plugin_names(path: str) -> dict[str, str]:
    """Id -> name of the plug-ins in a file; raises PluginLoadError."""
    with surroundings_kept():
        return {each.id: each.name for each in open_library(path).descriptors}


class ClapPlugin:
    """See the module. Made by `load_clap`.

    Attributes
    ----------
    knobs
        What a person may turn, in the plug-in's order; defaults are where they stood when it was loaded.
    side_inputs
        Names and channels of the inputs beside the main one, at the present width.
    remarks
        What a person should know of how it behaved.
    """

    def __init__(self, path: str, descriptor: ClapDescriptor, sample_rate: int, largest_frames: int) -> None:
        self.path = path
        self.name = descriptor.name
        self._descriptor = descriptor
        self._rate = float(sample_rate)
        self._largest_frames = largest_frames
        self._host = HostSide()
        self._plugin = open_library(path).make(descriptor, self._host.native)
        self._active = False
        self._shape: tuple[int, ...] = ()
        self._steady_frames = self._to_hold_back = 0
        _living.add(self)
        if not self._plugin.init(self._plugin):
            raise PluginLoadError(self.name, "refuses to start", self._last_words())
        self._extensions = {name: self._extension(name, kind) for name, kind in _EXTENSIONS.items()}
        self._set_render_mode(RenderMode.REALTIME)
        self._arrangement, mains = read_arrangement(self._plugin)
        self._mains = mains
        self._ways = arrangements(self._plugin, self._arrangement)
        self.knobs: tuple[Knob, ...] = ()
        self._knob_named: dict[str, tuple[Knob, Any]] = {}
        self._events = EventList(SPARE_EVENTS)
        self._latency_frames = 0
        self._memory: PortMemory | None = None
        self._takes_midi = self._hears_midi()
        self._told: list[str] = []

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
    def output_width(self) -> int:
        """Channels of its main output at the present width."""
        return self._arrangement.output_width

    @property
    def side_inputs(self) -> tuple[tuple[str, int], ...]:
        """Names and channels of further inputs."""
        return tuple((port.name, port.channels) for port in self._arrangement.sides)

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""
        return FEATURE_INSTRUMENT in self._descriptor.features and not self._arrangement.width

    @property
    def reported_latency_frames(self) -> int:
        """Latency that it reported when it was last activated."""
        return self._latency_frames

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it changed outside itself, requests that wait, and what it logged; as predicates of its name."""
        found = [*self._told, *(f"wrote: {line}" for line in self._host.log)]
        now = self._latency_now() if self._active else self._latency_frames
        if now != self._latency_frames:
            found.insert(0, f"changed its latency while it played, from {self._latency_frames} to {now} frames")
        return tuple(found)

    def automates(self, name: str) -> bool:
        """Whether the plug-in lets a host automate the parameter."""
        return bool(self._knob_named[name][1].automatable)

    # Playing.

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`. Rows after the main input's are those of its sides."""
        if block.shape != self._shape and not self._fit(block.shape):
            size = self._largest_frames
            pieces = range(0, block.shape[1], size)
            return np.concatenate([self.run(block[:, at : at + size]).copy() for at in pieces], axis=1)
        host, process = self._host, self._process
        copyto(self._given, block)
        process.steady_time = self._steady_frames
        host.audio_thread = get_ident()
        status = _play(self._call_address)
        self._steady_frames += block.shape[1]
        if self._events.count:
            self._events.clear()
        if status == ProcessStatus.ERROR:
            raise PluginError(self.name, "failed while it played", self._last_words())
        if host.callback_wanted or host.flush_wanted:
            self.answer_requests()
        if self._to_hold_back:
            held = min(self._to_hold_back, block.shape[1])
            self._to_hold_back -= held
            return self._played[:, held:]
        return self._played

    def reset(self) -> None:
        """Forget all sound; on the thread that made it by a full stop and start, on another by asking it to."""
        if get_ident() == self._host.home_thread:
            self._deactivate()
            self._flush()  # a knob may decide on the latency
            self._activate()
        self._host.audio_thread = get_ident()
        self._plugin.reset(self._plugin)
        self._steady_frames = 0
        self._to_hold_back = self._latency_frames

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
        knob, handle = self._knob_named[name]
        self._events.turn(handle.id, handle.cookie, knob.place_of(value), frame)

    def send_midi(self, message: bytes, frame: int) -> None:
        """Play a note or turn a controller at a frame of the next block; one too many is dropped."""
        if self._events.is_full:
            return
        if self._takes_midi:
            self._events.midi(message, frame)
        else:
            self._events.note(message, frame)

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
        for name, value in saved.values.items():
            if name in self._knob_named:
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
        self._events = EventList(SPARE_EVENTS + 2 * len(knobs))

    def take_time(self) -> None:
        """Tell the plug-in that it renders offline: some then work finer."""
        self._set_render_mode(RenderMode.OFFLINE)

    def note_changes(self, changed: list[str]) -> None:
        """Keep for `remarks` what it changed of the process, and what was put back."""
        self._told.extend(f"changed {each} while it was loaded; it was put back" for each in changed)

    def answer_requests(self) -> None:
        """Do what the plug-in asked to have done on its main thread, if this is it."""
        host = self._host
        if get_ident() != host.home_thread or self._plugin is None:
            return
        if host.callback_wanted:
            host.callback_wanted = False
            self._plugin.on_main_thread(self._plugin)
        if host.flush_wanted:
            host.flush_wanted = False
            if not self._active:
                self._flush()

    def close(self) -> None:
        """Let the plug-in go. The object is of no use afterwards."""
        if self._plugin is None:
            return
        self._deactivate()
        self._plugin.destroy(self._plugin)
        self._plugin = None

    def __del__(self) -> None:
        """Let the plug-in go; see `close`."""
        if getattr(self, "_plugin", None) is not None:
            with captured_streams():
                self.close()

    def _activate(self) -> None:
        plugin, host = self._plugin, self._host
        if not plugin.activate(plugin, self._rate, 1, self._largest_frames):
            raise PluginError(self.name, f"does not play at {self._rate:g} Hz", self._last_words())
        self._active = True
        host.restart_wanted = host.latency_changed = False
        self._latency_frames = self._to_hold_back = self._latency_now()
        self._steady_frames = 0
        if self._memory is None:
            self._memory = PortMemory(self._arrangement, self._mains, self._largest_frames)
        self._bind(self._memory)
        host.audio_thread = get_ident()
        if not plugin.start_processing(plugin):
            raise PluginError(self.name, "refuses to play", self._last_words())

    def _deactivate(self) -> None:
        if self._active:
            self._host.audio_thread = get_ident()
            self._plugin.stop_processing(self._plugin)
            self._plugin.deactivate(self._plugin)
            self._active = False
            self._shape = ()

    def _bind(self, memory: PortMemory) -> None:
        """Everything of ``process`` that stays the same from block to block."""
        self._process = process = ffi.new("clap_process *")
        process.audio_inputs, process.audio_outputs = memory.inputs, memory.outputs
        process.audio_inputs_count = len(self._arrangement.inputs)
        process.audio_outputs_count = len(self._arrangement.outputs)
        process.in_events, process.out_events = self._events.native, self._events.ignored
        addresses = (int(ffi.cast("uintptr_t", each)) for each in (self._plugin.process, self._plugin, process))
        self._call = GuardedCall(*addresses)
        self._call_address = ffi.cast("void *", self._call.address)

    def _fit(self, shape: tuple[int, ...]) -> bool:
        """Make ready for blocks of this shape, at another width where it has one; False where they are too long."""
        rows, frames = shape
        if frames > self._largest_frames:
            return False
        if rows not in (self._arrangement.width, self._arrangement.rows):
            if rows not in self._ways:
                raise PluginError(self.name, f"does not take {rows} channels")
            self.arrange(rows)
        if not self._active:
            self._activate()
        assert self._memory is not None
        given, self._played = self._memory.at(frames)
        given[rows:] = 0.0  # sides that are left out hear silence
        self._given = given[:rows]
        self._process.frames_count = frames
        self._shape = shape
        return True

    def arrange(self, width: int) -> None:
        """Set the number of channels of the main input, one of `widths`; raises PluginError where it refuses."""
        if width == self._arrangement.width:
            return
        self._deactivate()
        if not self._ways.get(width, bool)():
            raise PluginError(self.name, f"does not take {width} channels")
        self._arrangement, self._mains = read_arrangement(self._plugin)
        self._memory = None
        if self._arrangement.width != width:
            raise PluginError(self.name, f"does not take {width} channels")

    def _flush(self) -> None:
        """Give the plug-in the events that wait, outside a block."""
        params = self._extensions["params"]
        if params is not None and self._events.count:
            self._host.audio_thread = get_ident()
            params.flush(self._plugin, self._events.native, self._events.ignored)
        self._events.clear()

    def _values(self) -> dict[str, float]:
        """Where the knobs stand, by name, as a person reads them."""
        params = self._extensions["params"]
        return {
            name: knob.value_of(value_now(self._plugin, params, handle.id))
            for name, (knob, handle) in self._knob_named.items()
        }

    def _latency_now(self) -> int:
        extension = self._extensions["latency"]
        return 0 if extension is None else int(extension.get(self._plugin))

    def _set_render_mode(self, mode: int) -> None:
        extension = self._extensions["render"]
        if extension is not None:
            extension.set(self._plugin, mode)

    def _extension(self, name: str, kind: str) -> Any:
        found = self._plugin.get_extension(self._plugin, f"clap.{name}".encode())
        return None if found == ffi.NULL else ffi.cast(f"{kind} *", found)

    def _hears_midi(self) -> bool:
        """Whether notes can be sent as MIDI, which says more than CLAP's own; else they are sent as those."""
        ports = self._extensions["note-ports"]
        info = ffi.new("clap_note_port *")
        if ports is None or not ports.count(self._plugin, True) or not ports.get(self._plugin, 0, True, info):
            return True
        return bool(info.supported_dialects & NoteDialect.MIDI)

    def _last_words(self) -> str:
        return f"it last wrote: {self._host.log[-1]}" if self._host.log else ""


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
    with surroundings_kept() as changed, captured_streams():
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
    plugin.note_changes(changed)
    return plugin


_play: Any = ffi.cast("int32_t(*)(void *)", foreign_calls().call_guarded)
