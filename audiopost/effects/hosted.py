"""Plug-in files in the catalogue, as ``plugin``; pedalboard's built-ins stand in `hosted_built_ins`.

What a plug-in does not keep of a node's laws is made good below (`audiopost.plugins.streams`,
`audiopost.plugins.channel_groups`) or stated in `exceptions`. The library itself is loaded with the first node.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from audiopost.effects.hosted_built_ins import built_in_entries
from audiopost.effects.hosted_latency import HeldBack, latency_notes, scan_notes
from audiopost.effects.hosted_node import HostedNode, knob_parameter
from audiopost.errors import LayoutError, PluginError, UsageError
from audiopost.graph.catalogue import EffectEntry
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Setting, SettingValue, parameter_named
from audiopost.layouts import Layout, default_layout
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.channel_groups import ChannelGroup, channel_groups
from audiopost.plugins.choice import build_with_sides, choose_plugin
from audiopost.plugins.formats import load_plugin
from audiopost.plugins.latency import measured_latency
from audiopost.plugins.midi_file import TimedMessage, read_midi_file
from audiopost.plugins.other_builds import name_here, values_here
from audiopost.plugins.plugin import ModulatedPlugin, RingingPlugin, with_editor
from audiopost.plugins.preset_file import PresetFile, read_preset
from audiopost.plugins.saved_state import SavedState, is_saved_state
from audiopost.plugins.scored import ScoredStream
from audiopost.plugins.streams import (
    FIXED_BLOCK_FRAMES,
    PRIMING_FRAMES,
    FixedBlockStream,
    SteadyStream,
    Stream,
    held_back,
)
from audiopost.units import seconds_to_frames

if TYPE_CHECKING:
    from audiopost.plugins.formats import LoadedPlugin
    from audiopost.plugins.knobs import Knob
    from audiopost.plugins.reloading import ReloadingPlugin

__all__ = ["PluginNode", "entries"]

UNKNOWN_TAIL_S = 10.0
"""Least tail of a delay or reverb in a plug-in file: it depends on knobs whose meaning the file does not tell."""

SCAN_RATE_HZ = 48_000
"""The rate at which a scan measures."""


class PluginNode(HostedNode):
    """A CLAP, LV2, VST3 or Audio Unit file. Its parameters are known once it is made: from the scan, or from its state.

    Side-chains are its side inputs. A plug-in in CLAP takes automation at its very frame.

    Raises
    ------
    PluginLoadError, PluginTimeoutError, PluginCrashError
        When it is made: no such file, or the scan found that it cannot be used.
    PresetError, PluginError
        When it is made: the setting ``preset`` names a file that is no preset, or one of another plug-in.
    """

    name = "plugin"
    summary = "A CLAP, LV2, VST3 or Audio Unit plug-in file"
    trusted = False
    settings = (
        Setting("path", "path", summary="of the file, or its bare name in the plug-in folders, in whatever format"),
        Setting("plugin_name", "text", "", summary="which one, where the file holds several"),
        Setting("state", "text", "", summary="the plug-in's own state, base64"),
        Setting(
            "midi", "path", "", summary="notes and controllers for it: a Standard MIDI File, from the stream's start"
        ),
        Setting("midi_channel", "integer", 0, summary="the MIDI channel that it listens to, 1 to 16; 0: all"),
        Setting(
            "preset", "path", "", summary="a .vstpreset or .fxp file, or the name of an LV2's own, instead of a state"
        ),
        Setting("offline", "flag", False, summary="a CLAP plug-in may take its time: a render then differs from live"),
        Setting(
            "block_frames", "integer", 0, summary="feed it blocks of this size; 0: only where the scan asks for it"
        ),
        Setting("latency_frames", "integer", -1, summary="how late it answers; -1: as long as it holds sound back"),
        Setting(
            "tail_s", "number", -1.0, summary="how long it rings; -1: as measured, at least 10 s for delays and reverbs"
        ),
    )
    exceptions: ClassVar[Mapping[str, str]] = {
        "smoothing": "a jump of a knob is left to the plug-in",
        "tail": "measured with the plug-in's defaults; set tail_s where knobs make it longer",
    }

    def __init__(self, settings: Mapping[str, SettingValue] | None = None) -> None:
        given = dict(settings or {})
        self._choose = str(given.get("plugin_name", ""))
        self._state = _decoded(str(given.get("state", "")))
        self._info, chosen = choose_plugin(str(given.get("path", "")), self._choose, self._state)
        if self._info.format in ("CLAP", "LV2"):
            self._choose = self._info.id
        preset = str(given.get("preset", ""))
        if preset and self._state:
            raise UsageError("a state and a preset are given", where="plugin", mend="leave one of them out")
        self._preset: PresetFile | str | None = None
        if preset:
            self._preset = preset if self._info.format == "LV2" and not Path(preset).is_file() else read_preset(preset)
        self._offline = bool(given.get("offline", False))
        self._midi_channel = int(given.get("midi_channel", 0))
        if not 0 <= self._midi_channel <= 16:
            raise UsageError(f"midi_channel = {self._midi_channel}", where="plugin", mend="give 1 to 16, or 0 for all")
        self._score = self._read_score(str(given.get("midi", "")))
        self._first: LoadedPlugin | ReloadingPlugin | None = None
        self._moved: ModulatedPlugin | None = None
        self._ringing: RingingPlugin | None = None
        self._knobs: tuple[Knob, ...] | None = None
        declared = self._info.parameters
        if self._state or self._preset is not None:
            # What the knobs stand at is known only once the plug-in has read its state.
            known = {each.name for each in declared}
            restored = self._load(SCAN_RATE_HZ)
            declared = tuple(each for each in restored.parameters if each.name in known)
        self._defaults = {each.name: each.default for each in declared}
        self.parameters = tuple(knob_parameter(each) for each in declared)
        super().__init__(settings)
        self.side_inputs = self._info.side_inputs
        self.side_widths = self._info.side_channels
        self._chosen = (*chosen, *self._lost_in_another_build())
        self.notes: tuple[str, ...] = (*self._chosen, *self._info.notes)
        """What a person should know: a latency that is not the reported one, fixed blocks."""

    def _lost_in_another_build(self) -> tuple[str, ...]:
        """A note where the state is one of another format and has knobs that cannot be found for certain here."""
        if not is_saved_state(self._state):
            return ()
        saved = SavedState.from_bytes(self._state)
        lost = values_here(saved.values, self._info.parameters)[1] if saved.format != self._info.format else ()
        here = f"the {self._info.format} build of {self._info.name} has no such knob"
        return (f"its state was saved from the {saved.format} build: {', '.join(lost)}: {here}",) if lost else ()

    def own_name(self, name: str, values: Iterable[float]) -> str:
        """A name of another build is taken where there is no doubt which knob it means, with a note."""
        place = name_here(name, values, self._info.parameters) or name
        note = f"{name} is {place} in the {self._info.format} build of {self._info.name}"
        if place != name and note not in self._chosen:
            self._chosen = (*self._chosen, note)
            self.notes = (*self.notes, note)
        return place

    @property
    def plays_notes(self) -> bool:
        """Whether it is an instrument: it needs no sound, and makes its own."""
        return self._info.status == "instrument"

    def _read_score(self, midi: str) -> tuple[TimedMessage, ...]:
        if midi and not self._info.hears_notes:
            raise UsageError(f"{self._info.name} hears no notes", where="plugin", mend="leave midi out")
        return tuple(each for each in read_midi_file(midi) if self._listens_to(each.message)) if midi else ()

    def _listens_to(self, message: bytes) -> bool:
        return self._midi_channel in (0, (message[0] & 0x0F) + 1)

    @property
    def hears_notes(self) -> bool:
        """Whether `play_midi` reaches the plug-in."""
        return self._info.hears_notes

    def play_midi(self, message: bytes) -> None:
        """Send it a note or a controller at the next frame, beside its score; dropped where it listens elsewhere.

        Notes
        -----
        Realtime: 2 us.
        """
        if self._listens_to(message):
            for stream in self.streams:
                stream.send_midi(message)

    def modulate(self, name: str, value: float) -> None:
        """See `Node`: what a CLAP calls modulatable is heard elsewhere, and its knob and its state stay.

        Raises
        ------
        UnknownNameError, ParameterRangeError
            As `set_parameter`.
        """
        parameter = parameter_named(self.parameters, name)
        if parameter is None or self._moved is None or not self._moved.modulates(name):
            self.set_parameter(name, value)
            return
        checked = parameter.checked(value, self.name)
        for stream in self.streams:
            stream.modulate(name, checked)

    def open_editor(self, title: str) -> None:
        """Open the plug-in's own window, that of its first instance; after `prepare`, on the same thread.

        Raises
        ------
        PluginError, DeviceError
            If it has none here, or there is no display.
        """
        edited = with_editor(self._first)
        if edited is None:
            raise PluginError(self._info.name, f"as {self._info.format} opens no window here", "turn its knobs here")
        edited.open_editor(title)

    def close_editor(self) -> None:
        """Close the window, if it is open."""
        edited = with_editor(self._first)
        if edited is not None:
            edited.close_editor()

    def turned_in_editor(self) -> dict[str, float]:
        """Knobs of the node that a person has turned in the window since it was asked last."""
        edited = with_editor(self._first)
        turned = edited.turned_in_editor() if edited is not None else {}
        return {name: value for name, value in turned.items() if name in self._defaults}

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of channels that one instance plays."""
        return self._info.channels

    def inputs_elsewhere(self) -> str:
        """Which other format of the plug-in has side inputs, where this one has none; empty for none."""
        if self.side_inputs:
            return ""
        other = build_with_sides(self._info)
        if other is None:
            return ""
        ports = ", ".join(other.side_inputs)
        return f"as {self._info.format} it plays its main bus only; its {other.format} build has {ports}: {other.path}"

    def state(self) -> str:
        """The plug-in's own state as base64, for the setting ``state``, as of its last block. After `prepare`."""
        assert self._first is not None, "prepare comes before state"
        return base64.b64encode(self._first.state()).decode("ascii")

    def preset(self) -> bytes:
        """The same state as the bytes of a ``.vstpreset`` file. After `prepare`; raises PluginError where none is."""
        assert self._first is not None, "prepare comes before preset"
        return self._first.preset()

    def prepare(self, stream: StreamFormat) -> None:
        """See `HostedNode`."""
        self._first = None
        with captured_streams():
            super().prepare(stream)
            self._moved = self._first if isinstance(self._first, ModulatedPlugin) else None
            held = self.latency_frames
            self._take_latency()
            late = self._latency_notes(held)
        self.notes = (*self._chosen, *scan_notes(self._info), *late)
        if self._block_frames() and not self.plays_notes:
            self.notes += (f"fed blocks of {self._block_frames()} frames, because its sound depends on their size",)

    def _take_latency(self) -> None:
        """The latency that the drawing states, for a plug-in that is later than it says: it is then compensated."""
        wanted = int(self.setting_values["latency_frames"])
        if wanted < 0:
            return
        if wanted < self.latency_frames:
            raise UsageError(
                f"latency_frames = {wanted}, but {self._info.name} holds back {self.latency_frames}",
                where="plugin",
                mend="leave it out, or give what was measured",
            )
        self.latency_frames = wanted

    def _latency_notes(self, held_frames: int) -> tuple[str, ...]:
        if self.plays_notes:
            return ()
        first = self._instances[0]

        def click() -> int | None:
            played, sides = first.played, sum(self.side_widths)
            return measured_latency(first.stream, first.group.width, sides, played.channels, played.maximum_frames)

        stated = int(self.setting_values["latency_frames"])
        held = HeldBack(
            held_frames,
            max(0, self._block_frames() - 1),
            stated if stated >= 0 else None,
            bool(self._state) or self._preset is not None,
        )
        return latency_notes(self._info, held, click)

    def reset(self) -> None:
        """See `HostedNode`; some plug-ins print when they start anew."""
        with captured_streams():
            super().reset()

    def share_out(self, stream: StreamFormat) -> tuple[ChannelGroup, ...]:
        """By the widths that it played in the scan."""
        if self.plays_notes:
            return (ChannelGroup((), 0),)
        if self._info.output_channels:
            return (ChannelGroup(tuple(range(stream.layout.channels)), self._info.channels[0]),)
        return channel_groups(stream.layout, self._info.channels, name=self._info.name)

    def output_layout(self, layout: Layout) -> Layout:
        """The same, unless the plug-in gives another number of channels than it takes; an instrument's is its own.

        A mono plug-in hears the mean of several channels; any other must be given as many as it takes.
        """
        given = self._info.output_channels
        if self.plays_notes:
            return default_layout(given)
        if not given:
            return layout
        taken = self._info.channels[0]
        if taken not in (1, layout.channels):
            raise LayoutError(f"{self._info.name} does not take {layout.name}", mend=f"it takes {taken} channels")
        return layout if layout.channels == given else default_layout(given)

    def output_width(self, width: int) -> int:
        """See `HostedNode`."""
        return self._info.output_channels or width

    def make_stream(self, width: int, sample_rate: int) -> Stream:
        """Steady, or in fixed blocks where the scan or the setting asks for it; with its score, if it has one."""
        stream = self._unscored(width, sample_rate)
        if not self._score:
            return stream
        return ScoredStream(
            stream, [(seconds_to_frames(each.time_s, sample_rate), each.message) for each in self._score]
        )

    def _unscored(self, width: int, sample_rate: int) -> SteadyStream | FixedBlockStream:
        block_frames = self._block_frames()
        plugin = self._instance(sample_rate, block_frames or PRIMING_FRAMES, width)
        channels = width + sum(self.side_widths)
        if self._first is None:
            self._first = plugin
            self._ringing = plugin if isinstance(plugin, RingingPlugin) else None
        for name, value in self.values.items():
            # Only what differs: a value that went through the plug-in's texts may not be quite the one it held.
            if value != self._defaults[name]:
                plugin.set_parameter(name, value)
        if not block_frames:
            return SteadyStream(plugin, channels)
        plugin.reset()
        held = held_back(plugin, channels, block_frames, PRIMING_FRAMES)
        return FixedBlockStream(plugin, channels, block_frames, held, self.output_width(width))

    def _instance(self, sample_rate: int, largest_frames: int, width: int) -> LoadedPlugin | ReloadingPlugin:
        from audiopost.plugins.reloading import ReloadingPlugin

        if self._info.wants_predecessor:
            # It sounds right only from the second instance on that is told this block size.
            predecessor = self._load(sample_rate, largest_frames, width)
            predecessor.run(np.zeros((self._info.channels[0], largest_frames), dtype=np.float32))
        if self._info.resets is False or self._info.wants_predecessor:
            return ReloadingPlugin(self._loader(sample_rate, largest_frames, width))
        return self._load(sample_rate, largest_frames, width)

    def ringing_frames(self) -> int:
        """As set; or as measured in the scan, and as long as the plug-in itself says where that is longer."""
        wanted_s = float(self.setting_values["tail_s"])
        if wanted_s >= 0.0:
            return math.ceil(wanted_s * self._rate)
        told = None if self._ringing is None else self._ringing.reported_tail_frames
        if self._info.tail_frames < 0 or told == INFINITE_TAIL:
            return INFINITE_TAIL
        rings = self.plays_notes or any(word in self._info.category for word in ("Delay", "Reverb"))
        least_s = UNKNOWN_TAIL_S if rings else 0.0
        return max(told or 0, math.ceil(max(self._info.tail_frames / SCAN_RATE_HZ, least_s) * self._rate))

    def _block_frames(self) -> int:
        wanted = int(self.setting_values["block_frames"])
        # Of an instrument the scan can tell nothing: in fixed blocks no split can show in its sound.
        return wanted or (FIXED_BLOCK_FRAMES if self._info.block_dependent or self.plays_notes else 0)

    def _load(self, sample_rate: int, largest_frames: int = PRIMING_FRAMES, width: int = 0) -> LoadedPlugin:
        plugin = self._loader(sample_rate, largest_frames, width)()
        self._knobs = plugin.knobs
        return plugin

    def _loader(self, sample_rate: int, largest_frames: int, width: int = 0) -> Callable[[], LoadedPlugin]:
        """Loads an instance; holds nothing of the node, which a plug-in would else keep from going with its graph."""
        return partial(
            load_plugin,
            self._info.path, sample_rate, self._choose, self._state, self._knobs, largest_frames, self._preset, width,
            self._offline,
        )  # fmt: skip


def entries() -> Iterator[EffectEntry]:
    """The catalogue's entries of hosted effects: one for each built-in, and ``plugin``."""
    yield from built_in_entries()
    yield replace(EffectEntry.of(PluginNode), open_parameters=True)


def _decoded(state: str) -> bytes:
    try:
        return base64.b64decode(state, validate=True)
    except binascii.Error as error:
        raise UsageError(
            "state is not base64", where="plugin", mend="give what the plug-in saved, or leave it out"
        ) from error
