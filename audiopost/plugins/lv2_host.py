"""One instance of an LV2 plug-in.

A plug-in reads and writes memory that it was told once, port by port: rows of samples, single numbers for knobs,
sequences of events. Knobs are read when a block begins, so a knob turns at its frame because the graph begins a block
there. How late the sound comes is told by a port after a block was played: so a first block of silence is played and
forgotten whenever an instance starts.

Source: LV2 ``lv2.h``, ``atom``, ``state``, ``worker``; the meaning of ports in `audiopost.plugins.lv2_world`.
"""

from __future__ import annotations

import atexit
import weakref
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.foreign_calls import GuardedCall, foreign_calls
from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.knobs import Knob
from audiopost.plugins.lv2_abi import Uri, ffi, lilv
from audiopost.plugins.lv2_callbacks import SUPPORTED, Features, number_of
from audiopost.plugins.lv2_knobs import knobs_of
from audiopost.plugins.lv2_presets import give_preset
from audiopost.plugins.lv2_state import restore_properties, save_properties
from audiopost.plugins.lv2_world import Bundle, BundledPlugin, PortDescription, open_bundle
from audiopost.plugins.other_builds import values_here
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.saved_state import SavedState, is_saved_state
from audiopost.plugins.streams import PRIMING_FRAMES
from audiopost.plugins.surroundings import surroundings_kept

__all__ = ["Lv2Plugin", "load_lv2", "plugin_names"]

EVENT_BYTES = 65_536
"""Memory for the events of one port in one block."""

SEQUENCE_BYTES = 8
"""What an empty sequence holds: its unit, and four bytes without meaning."""

_living: weakref.WeakSet[Lv2Plugin] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Let every plug-in go while Python still stands."""
    with captured_streams():
        for plugin in list(_living):
            plugin.close()


def plugin_names(path: str) -> dict[str, str]:
    """URI -> name of the plug-ins in a bundle; raises PluginLoadError."""
    return open_bundle(path).names()


class Lv2Plugin:
    """See the module. Made by `load_lv2`.

    Attributes
    ----------
    knobs
        What a person may turn; defaults are where they stood when it was loaded.
    side_inputs
        One name and the channels of all inputs that are side-chains.
    """

    output_width: int

    def __init__(self, bundle: Bundle, plugin: BundledPlugin, sample_rate: int, largest_frames: int) -> None:
        self.name = plugin.name
        self._bundle = bundle
        self._described = plugin
        self._rate = sample_rate
        self._largest_frames = largest_frames
        self._home_thread = get_ident()
        self._features = Features(float(sample_rate), largest_frames)
        missing = [uri for uri in plugin.required if uri not in SUPPORTED]
        if missing:
            raise PluginLoadError(self.name, "needs what this host has not: " + ", ".join(missing))
        self._ports = bundle.ports(plugin)
        self._instance = lilv().lilv_plugin_instantiate(plugin.native, float(sample_rate), self._features.array)
        if self._instance == ffi.NULL:
            raise PluginLoadError(self.name, "refuses to start")
        _living.add(self)
        self._descriptor, self._handle = self._instance.descriptor, self._instance.handle
        self._worker = self._interface(Uri.WORKER, "lv2_worker")
        self._state = self._interface(f"{Uri.STATE}interface", "lv2_state")
        run, handle = (int(ffi.cast("uintptr_t", each)) for each in (self._descriptor.run, self._handle))
        self._call = GuardedCall(run, handle, 0)
        self._call_address = ffi.cast("void *", self._call.address)
        self._active = False
        self._to_hold_back = self.reported_latency_frames = 0
        self._connect()
        self.knobs: tuple[Knob, ...] = ()
        self._knob_named: dict[str, tuple[Knob, int]] = {}
        self._told: list[str] = []

    # What it is.

    @property
    def facts(self) -> dict[str, str]:
        """What the plug-in says about itself: id, name, vendor, version, category."""
        known = self._described
        return {
            "id": known.uri, "name": known.name, "vendor": known.vendor, "version": known.version,
            "category": known.category,
        }  # fmt: skip

    @property
    def parameters(self) -> tuple[PluginParameter, ...]:
        """Every parameter that can be turned."""
        return tuple(knob.parameter for knob in self.knobs)

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of channels of its main input; 0 for a source."""
        return (len(self._mains),) if self._outputs else ()

    @property
    def side_inputs(self) -> tuple[tuple[str, int], ...]:
        """The side-chain, where there is one."""
        return (("sidechain", len(self._sides)),) if self._sides else ()

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""
        return not self._mains and self.hears_notes

    @property
    def hears_notes(self) -> bool:
        """Whether it has a port for MIDI."""
        return any(port.takes_notes and port.is_input for port in self._ports)

    @property
    def presets(self) -> tuple[str, ...]:
        """Names of the presets that its maker, or another host here, has saved."""
        return tuple(self._bundle.presets(self._described).values())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of how it behaved."""
        return tuple(self._told)

    def automates(self, name: str) -> bool:
        """True: an input port may change at any block."""
        return name in self._knob_named

    # Playing.

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`. Rows after the main input's are those of its side."""
        if not self._active:
            self._activate()
        rows, frames = block.shape
        if rows != self._given.shape[0] and rows != len(self._mains):
            raise PluginError(self.name, f"does not take {rows} channels")
        if frames > self._largest_frames:
            pieces = range(0, frames, self._largest_frames)
            return np.concatenate([self.run(block[:, at : at + self._largest_frames]).copy() for at in pieces], axis=1)
        self._given[:rows, :frames] = block
        if rows < self._given.shape[0]:
            self._given[rows:, :frames] = 0.0
        self._play(frames)
        played = self._played[:, :frames]
        if self._to_hold_back:
            held = min(self._to_hold_back, frames)
            self._to_hold_back -= held
            return played[:, held:]
        return played

    def reset(self) -> None:
        """Forget all sound, by a stop and a start; the plug-in must not be played by another thread meanwhile."""
        self._deactivate()
        self._activate()

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob; heard from the next block on."""
        knob, index = self._knob_named[name]
        self._controls[index] = knob.place_of(value)

    def send_midi(self, message: bytes, frame: int) -> None:
        """Play a note or turn a controller at a frame of the next block; dropped where the memory is full."""
        for memory in self._note_inputs:
            end = 8 + int(memory[0])
            size = 16 + (len(message) + 7) // 8 * 8
            if end + size <= EVENT_BYTES:
                raw = memory.view(np.uint8)
                memory[end // 4 : end // 4 + 4] = frame, 0, len(message), number_of(Uri.MIDI_EVENT)
                raw[end + 16 : end + 16 + len(message)] = list(message)
                memory[0] += size

    # States.

    def state(self) -> bytes:
        """Everything that the plug-in would save in a session, and its knobs."""
        data = None
        if self._state is not None:
            data = save_properties(self._state, self._handle, self._features.for_state)
        values = {name: knob.value_of(float(self._controls[index])) for name, (knob, index) in self._knob_named.items()}
        return SavedState("LV2", self._described.uri, data, values).to_bytes()

    def restore(self, state: bytes) -> None:
        """Take over what `state` gave here, or the knobs of what another format of the plug-in gave.

        Raises
        ------
        UsageError
            If it is no such state.
        PluginLoadError
            If it belongs to a format that keeps no knobs, or the plug-in refuses it.
        """
        if not is_saved_state(state):
            raise PluginLoadError(self.name, "the state belongs to another format", "save it again from the LV2")
        saved = SavedState.from_bytes(state)
        own = saved.format == "LV2" and saved.id == self._described.uri
        if own and saved.data is not None and self._state is not None:
            if not restore_properties(self._state, self._handle, saved.data, self._features.for_state):
                raise PluginLoadError(self.name, "refuses its state", "leave the state out")
            self._do_work()
        for name, value in values_here(saved.values, self.parameters)[0].items():
            self.set_parameter(name, value)

    def take_preset(self, name: str) -> None:
        """Stand as the preset of this name or URI says; raises UnknownNameError, PluginError."""
        place = {port.symbol: port.index for port in self._ports if port.kind == "control" and port.is_input}

        def set_control(symbol: str, value: float) -> None:
            if symbol in place:
                self._controls[place[symbol]] = value

        give_preset(self._bundle, self._described, name, self._instance, self._features.for_state, set_control)
        self._do_work()

    def preset(self) -> bytes:
        """There is none; raises PluginError."""
        raise PluginError(self.name, "gives no .vstpreset", "keep its state in a chain")

    # Living and dying.

    def prepare_knobs(self, known: tuple[Knob, ...] | None = None) -> None:
        """Read the knobs where they stand now."""
        made = knobs_of(self._ports, self._rate, self._controls)
        self.knobs = made if known is None else known
        self._knob_named = {knob.parameter.name: (knob, int(knob.parameter.native)) for knob in self.knobs}

    def note_changes(self, changed: list[str]) -> None:
        """Keep for `remarks` what it changed of the process, and what was put back."""
        self._told.extend(f"changed {each} while it was loaded; it was put back" for each in changed)

    def close(self) -> None:
        """Let the plug-in go. The object is of no use afterwards."""
        if self._instance is None:
            return
        self._deactivate()
        lilv().lilv_instance_free(self._instance)
        self._instance = None

    def __del__(self) -> None:
        """Let the plug-in go; see `close`."""
        if getattr(self, "_instance", None) not in (None, ffi.NULL) and hasattr(self, "_active"):
            with captured_streams():
                self.close()

    def _activate(self) -> None:
        self._start()
        latency = next((port.index for port in self._ports if port.role == "latency" and not port.is_input), None)
        if latency is not None:
            self._given[:] = 0.0
            self._play(self._largest_frames)
            self.reported_latency_frames = max(0, int(self._controls[latency]))
            self._deactivate()
            self._start()
        self._to_hold_back = self.reported_latency_frames

    def _start(self) -> None:
        if self._descriptor.activate != ffi.NULL:
            self._descriptor.activate(self._handle)
        self._active = True

    def _deactivate(self) -> None:
        if self._active and self._descriptor.deactivate != ffi.NULL:
            self._descriptor.deactivate(self._handle)
        self._active = False

    def _play(self, frames: int) -> None:
        for memory in self._event_outputs:
            memory[0], memory[1] = EVENT_BYTES - 8, self._chunk
        self._call.pass_second(frames)
        _play(self._call_address)
        for memory in self._event_inputs:
            memory[0] = SEQUENCE_BYTES
        if self._worker is not None and self._features.work_waits:
            self._do_work()

    def _do_work(self) -> None:
        if self._worker is not None:
            self._features.do_work(self._worker, self._handle)

    def _connect(self) -> None:
        """Memory for every port, and the plug-in told where it lies."""
        ports = self._ports
        audio = [port for port in ports if port.kind == "audio"]
        self._outputs = [port for port in audio if not port.is_input]
        self._mains, self._sides = _told_apart([port for port in audio if port.is_input], len(self._outputs))
        self.output_width = len(self._outputs)
        self._given = np.zeros((len(self._mains) + len(self._sides), self._largest_frames), dtype=np.float32)
        self._played = np.zeros((len(self._outputs), self._largest_frames), dtype=np.float32)
        self._controls = np.zeros(len(ports), dtype=np.float32)
        self._unheard = np.zeros((len(ports), self._largest_frames), dtype=np.float32)
        self._event_inputs: list[Any] = []
        self._event_outputs: list[Any] = []
        self._note_inputs: list[Any] = []
        self._chunk = number_of(f"{Uri.ATOM}Chunk")
        rows = {port.index: self._given[row] for row, port in enumerate((*self._mains, *self._sides))}
        rows.update({port.index: self._played[row] for row, port in enumerate(self._outputs)})
        for port in ports:
            self._descriptor.connect_port(self._handle, port.index, self._memory_for(port, rows))

    def _memory_for(self, port: PortDescription, rows: dict[int, Any]) -> Any:
        if port.kind == "audio":
            memory = rows[port.index]
        elif port.kind == "control":
            rate = self._rate if port.by_rate else 1
            self._controls[port.index] = port.default * rate
            if port.role == "enabled" and port.is_input:
                self._controls[port.index] = 1.0
            memory = self._controls[port.index :]
        elif port.kind == "cv":
            memory = self._unheard[port.index]
        elif port.kind == "atom":
            memory = self._event_memory(port)
        else:
            return ffi.NULL
        return ffi.cast("void *", int(memory.ctypes.data))

    def _event_memory(self, port: PortDescription) -> Any:
        memory = np.zeros(EVENT_BYTES // 4, dtype=np.uint32)
        if not port.is_input:
            self._event_outputs.append(memory)
            return memory
        memory[:4] = SEQUENCE_BYTES, number_of(f"{Uri.ATOM}Sequence"), 0, 0
        self._event_inputs.append(memory)
        if port.takes_notes:
            self._note_inputs.append(memory)
        return memory

    def _interface(self, uri: str, kind: str) -> Any:
        if self._descriptor.extension_data == ffi.NULL:
            return None
        found = self._descriptor.extension_data(uri.encode())
        return None if found == ffi.NULL else ffi.cast(f"{kind} *", found)


def _told_apart(inputs: list[PortDescription], outputs: int) -> tuple[list[PortDescription], list[PortDescription]]:
    """Main inputs and side-chains: as described; where nothing is, what comes after as many inputs as outputs."""
    sides = [port for port in inputs if port.is_side]
    mains = [port for port in inputs if not port.is_side]
    if sides or not 0 < outputs < len(mains):
        return mains, sides
    return mains[:outputs], mains[outputs:]


def load_lv2(
    path: str,
    sample_rate: int,
    plugin_name: str = "",
    state: bytes = b"",
    knobs: tuple[Knob, ...] | None = None,
    largest_frames: int = PRIMING_FRAMES,
    preset: str = "",
) -> Lv2Plugin:
    """Load an LV2 plug-in into this process. Scan it first: see `audiopost.plugins.scan`.

    Parameters
    ----------
    path
        Of the bundle.
    sample_rate
        In Hz; the instance is for this rate alone.
    plugin_name
        Its name or URI, where the bundle holds several.
    state
        What `Lv2Plugin.state` gave, to be restored.
    knobs
        Those of another instance of the same plug-in and state.
    largest_frames
        The size of the largest block.
    preset
        The name or URI of one of its presets, instead of a state.

    Raises
    ------
    PluginLoadError
        If it cannot be loaded (and what it wrote), needs what the host has not, or refuses the state.
    UnknownNameError, PluginError
        If it has no such preset, or it cannot be read.
    """
    with surroundings_kept() as changed, captured_streams() as written:
        try:
            bundle = open_bundle(path)
            plugin = Lv2Plugin(bundle, bundle.plugin(plugin_name), sample_rate, largest_frames)
        except PluginLoadError as error:
            written.seek(0)
            lines = written.read().decode(errors="replace").strip().splitlines()
            if error.mend or not lines:
                raise
            raise PluginLoadError(error.plugin or Path(path).name, error.what, f"it wrote: {lines[-1]}") from error
        plugin.prepare_knobs()
        if state:
            plugin.restore(state)
            plugin.prepare_knobs()
        if preset:
            plugin.take_preset(preset)
            plugin.prepare_knobs()
        if knobs is not None:
            plugin.prepare_knobs(knobs)
    plugin.note_changes(changed)
    return plugin


_play: Any = ffi.cast("int32_t(*)(void *)", foreign_calls().call_guarded)
