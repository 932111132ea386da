"""The life of one CLAP plug-in: made and set up on its main thread, played on whichever thread plays.

::

    made ─ init ─▶ inactive ─ activate ─ start ─▶ playing ─ process, process, ... ─▶ stop ─ deactivate ─ destroy
                      ▲            the width, the rate and the latency are fixed here            │
                      └───────────────────────────── reset ─────────────────────────────────────┘

Threads: making, activating, parameters' texts and states belong to the thread that made the instance, playing and
turning knobs to any. A `reset` on another thread (after NaN, while playing live) asks the plug-in alone to forget its
sound. What a plug-in wants done on its main thread is done there between two blocks, or by
`audiopost.plugins.main_thread`. A plug-in that asks to be stopped and started anew is: at once on its own thread; live,
on another, it fades out, is silent until its main thread has started it, and fades in. An offline render, which must
not depend on moments, leaves it for the next `reset`. Until then a latency that has changed is compensated as it was.

The first `latency` frames after a reset are held back, so that silence fills them: see `audiopost.plugins.streams`.

Source: CLAP ``plugin.h``, ``process.h``, ``ext/render.h``, ``ext/latency.h``.
"""

from __future__ import annotations

import atexit
import time
import weakref
from threading import get_ident
from typing import Any

import numpy as np
from numpy import copyto
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.foreign_calls import GuardedCall, foreign_calls
from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.clap_abi import ProcessStatus, RenderMode, ffi
from audiopost.plugins.clap_callbacks import HostSide
from audiopost.plugins.clap_editor import ClapEditor
from audiopost.plugins.clap_library import ClapDescriptor, open_library
from audiopost.plugins.clap_ports import PortMemory, arrangements, read_arrangement
from audiopost.plugins.event_list import EventList
from audiopost.plugins.main_thread import is_looked_after, on_main_thread

__all__ = ["SPARE_EVENTS", "ClapInstance"]

SPARE_EVENTS = 256
"""Room for events in one block, beyond two for each parameter."""

_EXTENSIONS = {
    "params": "clap_params", "state": "clap_state", "latency": "clap_frames", "tail": "clap_frames",
    "render": "clap_render", "note-ports": "clap_note_ports", "gui": "clap_gui", "timer-support": "clap_timer",
}  # fmt: skip

_living: weakref.WeakSet[ClapInstance] = weakref.WeakSet()


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


class ClapInstance:
    """See the module."""

    def __init__(self, path: str, descriptor: ClapDescriptor, sample_rate: int, largest_frames: int) -> None:
        self.name = descriptor.name
        self._descriptor = descriptor
        self._rate = float(sample_rate)
        self._largest_frames = largest_frames
        self._host = HostSide()
        self._plugin = open_library(path).make(descriptor, self._host.native)
        self._active = self._offline = self._rests = self._fades_in = False
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
        self._events = EventList(SPARE_EVENTS)
        self._latency_frames = 0
        self._editor: ClapEditor | None = None
        self._memory: PortMemory | None = None

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`. Rows after the main input's are those of its sides."""
        if block.shape != self._shape:
            if self._rests:
                return np.zeros((self.output_width, block.shape[1]), dtype=np.float32)
            if self._fades_in:
                self._fades_in = False
                self._events.hasten()
                rising: AudioBlock = self.run(block) * _rising(block.shape[1])
                return rising
            if not self._fit(block.shape):
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
        if host.wishes:
            self._heed()
        if self._to_hold_back:
            held = min(self._to_hold_back, block.shape[1])
            self._to_hold_back -= held
            return self._played[:, held:]
        return self._played

    def reset(self) -> None:
        """Forget all sound; on the thread that made it by a full stop and start, on another by asking it to."""
        if get_ident() == self._host.home_thread:
            self._deactivate()
            self._rests = self._fades_in = False
            self._flush()  # a knob may decide on the latency
            self._activate()
        elif self._rests:
            return
        self._host.audio_thread = get_ident()
        self._plugin.reset(self._plugin)
        self._steady_frames = 0
        self._to_hold_back = self._latency_frames

    @property
    def output_width(self) -> int:
        """Channels of its main output at the present width."""
        return self._arrangement.output_width

    def take_time(self) -> None:
        """Tell the plug-in that it renders offline: some then work finer."""
        self._offline = True
        self._set_render_mode(RenderMode.OFFLINE)

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

    def open_editor(self, title: str) -> None:
        """Open its window, which stays open until it is closed; nothing where it is open.

        From then on `answer_requests` must be called a few times a second, on the thread that made the plug-in.

        Raises
        ------
        PluginError, DeviceError
            If it has no window for X11, or there is no display.
        """
        if self._editor is None:
            gui = self._extensions["gui"]
            if gui is None:
                raise PluginError(self.name, "has no window", "turn its knobs here")
            self._editor = ClapEditor(self._plugin, gui, self._host, title, self.name)

    @property
    def editor_is_open(self) -> bool:
        """Whether its window is on the screen."""
        return self._editor is not None

    def close_editor(self) -> None:
        """Close its window, if it is open; on the thread that made the plug-in."""
        if self._editor is not None:
            self._editor.close()
            self._editor = None

    def answer_requests(self) -> None:
        """Do what the plug-in asked to have done on its main thread, if this is it, and look after its window."""
        host = self._host
        if get_ident() != host.home_thread or self._plugin is None:
            return
        host.wishes = False
        for timer in host.due_timers(time.monotonic()):
            self._extensions["timer-support"].on_timer(self._plugin, timer)
        if self._editor is not None and not self._editor.look_after():
            self._editor = None
        if host.callback_wanted:
            host.callback_wanted = False
            self._plugin.on_main_thread(self._plugin)
        if host.flush_wanted:
            host.flush_wanted = False
            if not self._active:
                self._flush()
        if self._rests:
            self._restart()

    def close(self) -> None:
        """Let the plug-in go. The object is of no use afterwards."""
        if self._plugin is None:
            return
        self.close_editor()
        self._deactivate()
        self._plugin.destroy(self._plugin)
        self._plugin = None

    def __del__(self) -> None:
        """Let the plug-in go; see `close`."""
        if getattr(self, "_plugin", None) is not None:
            with captured_streams():
                self.close()

    def _heed(self) -> None:
        """After a block: do what it asked for, or leave it to its main thread."""
        host = self._host
        if get_ident() == host.home_thread:
            self.answer_requests()
            if host.restart_wanted and not self._offline:
                self._restart()
        elif host.restart_wanted and not self._offline and is_looked_after(host.home_thread):
            self._played *= _rising(self._played.shape[1])[::-1]
            self._plugin.stop_processing(self._plugin)
            self._shape = ()
            self._rests = True  # from here on it belongs to its main thread

    def _restart(self) -> None:
        """Stop and start it, with its knobs where they are."""
        compensated = self._latency_frames, self._to_hold_back
        self._deactivate()
        self._activate()
        self._latency_frames, self._to_hold_back = compensated
        self._fades_in = self._rests
        self._rests = False  # from here on it belongs to the thread that plays

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
            if not self._rests:
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

    def _flush(self) -> None:
        """Give the plug-in the events that wait, outside a block; while it rests, forget them."""
        params = self._extensions["params"]
        if params is not None and self._events.count and not self._rests:
            self._host.audio_thread = get_ident()
            params.flush(self._plugin, self._events.native, self._events.ignored)
        self._events.clear()

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

    def _last_words(self) -> str:
        return f"it last wrote: {self._host.log[-1]}" if self._host.log else ""


def _rising(frames: int) -> NDArray[np.float32]:
    """A gain from silence to one."""
    return np.linspace(0.0, 1.0, frames, dtype=np.float32)


_play: Any = ffi.cast("int32_t(*)(void *)", foreign_calls().call_guarded)
