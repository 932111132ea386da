"""One instance of an LV2 plug-in.

A plug-in reads and writes memory that it was told once, port by port (`audiopost.plugins.lv2_ports`). Knobs are read
when a block begins, so a knob turns at its frame because the graph begins a block there. How late the sound comes is
told by a port after a block was played: so whenever an instance starts, a block of silence is played and forgotten.

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
from audiopost.plugins.loading import watched_loading
from audiopost.plugins.lv2_abi import Uri, ffi, lilv
from audiopost.plugins.lv2_callbacks import SUPPORTED, Features
from audiopost.plugins.lv2_knobs import knobs_of
from audiopost.plugins.lv2_ports import PortMemory
from audiopost.plugins.lv2_presets import give_preset
from audiopost.plugins.lv2_state import restore_properties, save_properties
from audiopost.plugins.lv2_world import Bundle, BundledPlugin, open_bundle
from audiopost.plugins.other_builds import values_here
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.saved_state import SavedState, is_saved_state
from audiopost.plugins.streams import PRIMING_FRAMES

__all__ = ["Lv2Plugin", "load_lv2", "plugin_names"]

MOST_FRAMES = 4096
"""Of a block: longer ones are cut. Some plug-ins (LSP's samplers and delay compensators, 1.2) write beyond their own
memory in blocks of 8192 frames, whatever they were told of the largest one."""

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
        largest_frames = min(largest_frames, MOST_FRAMES)
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
        self._active = self._was_active = False
        self._to_hold_back = self.reported_latency_frames = 0
        self._memory = PortMemory(self._ports, sample_rate, largest_frames)
        for port, address in zip(self._ports, self._memory.addresses, strict=True):
            self._descriptor.connect_port(self._handle, port.index, address)
        self.output_width = len(self._memory.outputs)
        self.knobs: tuple[Knob, ...] = ()
        self._knob_named: dict[str, tuple[Knob, int]] = {}
        self.loading_remarks: list[str] = []

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
        return (len(self._memory.mains),) if self._memory.outputs else ()

    @property
    def side_inputs(self) -> tuple[tuple[str, int], ...]:
        """The side-chain, where there is one."""
        sides = len(self._memory.sides)
        return (("sidechain", sides),) if sides else ()

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""
        return bool(self._memory.outputs) and not self._memory.mains and self.hears_notes

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
        return tuple(self.loading_remarks)

    def automates(self, name: str) -> bool:
        """True: an input port may change at any block."""
        return name in self._knob_named

    # Playing.

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`. Rows after the main input's are those of its side."""
        if not self._active:
            self._activate()
        rows, frames = block.shape
        given = self._memory.given
        if rows not in (given.shape[0], len(self._memory.mains)):
            raise PluginError(self.name, f"does not take {rows} channels")
        if frames > self._largest_frames:
            pieces = range(0, frames, self._largest_frames)
            return np.concatenate([self.run(block[:, at : at + self._largest_frames]).copy() for at in pieces], axis=1)
        given[:rows, :frames] = block
        if rows < given.shape[0]:
            given[rows:, :frames] = 0.0
        self._play(frames)
        played = self._memory.played[:, :frames]
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
        self._memory.turn(index, knob.place_of(value))

    def send_midi(self, message: bytes, frame: int) -> None:
        """Play a note or turn a controller at a frame of the next block; dropped where the memory is full."""
        self._memory.send_midi(message, frame)

    # States.

    def state(self) -> bytes:
        """Everything that the plug-in would save in a session, and its knobs."""
        data = None
        if self._state is not None:
            data = save_properties(self._state, self._handle, self._features.for_state)
        values = {
            name: knob.value_of(float(self._memory.values[index])) for name, (knob, index) in self._knob_named.items()
        }
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
        place = {port.symbol: port.index for port in self._ports if port.is_knob}

        def set_control(symbol: str, value: float) -> None:
            if symbol in place:
                self._memory.turn(place[symbol], value)

        give_preset(self._bundle, self._described, name, self._instance, self._features.for_state, set_control)
        self._do_work()

    def preset(self) -> bytes:
        """There is none; raises PluginError."""
        raise PluginError(self.name, "gives no .vstpreset", "keep its state in a chain")

    # Living and dying.

    def prepare_knobs(self, known: tuple[Knob, ...] | None = None) -> None:
        """Read the knobs where they stand now."""
        made = knobs_of(self._ports, self._rate, self._memory.values)
        self.knobs = made if known is None else known
        self._knob_named = {knob.parameter.name: (knob, int(knob.parameter.native)) for knob in self.knobs}

    def close(self) -> None:
        """Let the plug-in go. The object is of no use afterwards."""
        if self._instance is None:
            return
        if not self._was_active:
            self._start()  # some free at the end what they take here alone, and would free what is nowhere
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
            self._memory.given[:] = 0.0
            self._play(self._largest_frames)
            self.reported_latency_frames = max(0, int(self._memory.values[latency]))
            self._deactivate()
            self._start()
        self._to_hold_back = self.reported_latency_frames

    def _start(self) -> None:
        if self._descriptor.activate != ffi.NULL:
            self._descriptor.activate(self._handle)
        self._active = self._was_active = True

    def _deactivate(self) -> None:
        if self._active and self._descriptor.deactivate != ffi.NULL:
            self._descriptor.deactivate(self._handle)
        self._active = False

    def _play(self, frames: int) -> None:
        self._memory.before_block()
        self._call.pass_second(frames)
        _play(self._call_address)
        self._memory.after_block()
        if self._worker is not None and self._features.work_waits:
            self._do_work()

    def _do_work(self) -> None:
        if self._worker is not None:
            self._features.do_work(self._worker, self._handle)

    def _interface(self, uri: str, kind: str) -> Any:
        if self._descriptor.extension_data == ffi.NULL:
            return None
        found = self._descriptor.extension_data(uri.encode())
        return None if found == ffi.NULL else ffi.cast(f"{kind} *", found)


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
    with watched_loading() as loading:
        try:
            bundle = open_bundle(path)
            plugin = Lv2Plugin(bundle, bundle.plugin(plugin_name), sample_rate, largest_frames)
        except PluginLoadError as error:
            loading.printed.seek(0)
            lines = loading.printed.read().decode(errors="replace").strip().splitlines()
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
    plugin.loading_remarks = loading.remarks
    return plugin


_play: Any = ffi.cast("int32_t(*)(void *)", foreign_calls().call_guarded)
