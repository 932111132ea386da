"""The audio ports of a CLAP plug-in: how many channels each has, what else it could be set to, memory for them.

A block for a plug-in holds the channels of its main input, then those of its further inputs (side-chains), one row
each; what it gives is the main output.

Source: CLAP ``ext/audio-ports.h``, ``audio-ports-config.h``, ``configurable-audio-ports.h``, ``ambisonic.h``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.plugins.clap_abi import PortFlag, ffi
from audiopost.plugins.clap_library import text_at
from audiopost.plugins.plain_knobs import name_of

__all__ = ["Arrangement", "Port", "PortMemory", "arrangements", "read_arrangement"]

MOST_PORTS = 64
MOST_CHANNELS = 128
WIDTHS_ASKED_FOR = (1, 2, 4, 6, 8, 9, 10, 12, 16, 25, 36)
"""Numbers of channels that a plug-in with ports to be set is asked for: mono to 7.1.4, and Ambisonics to order 5."""

ACN, SN3D = 1, 1
"""What an Ambisonic port is asked to understand: ambiX."""

_MONO, _STEREO, _SURROUND = (ffi.new("char[]", name) for name in (b"mono", b"stereo", b"surround"))
_AMBISONIC = ffi.new("char[]", b"ambisonic")
_AMBIX = ffi.new("uint32_t[2]", (ACN, SN3D))


def _types_of(width: int) -> tuple[tuple[Any, Any], ...]:
    """The kinds of port, with their details, that so many channels may be: the likeliest first."""
    if width <= 2:
        return ((_MONO if width == 1 else _STEREO, ffi.NULL),)
    is_scene = math.isqrt(width) ** 2 == width
    scene = ((_AMBISONIC, ffi.cast("void *", _AMBIX)),) if is_scene else ()
    return (*scene, (_SURROUND, ffi.NULL))


@dataclass(frozen=True)
class Port:
    """One port: a name to draw wires to, its channels."""

    name: str
    channels: int


@dataclass(frozen=True)
class Arrangement:
    """The ports as they stand: main ones first."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    @property
    def width(self) -> int:
        """Channels of the main input; 0 where there is none."""
        return self.inputs[0].channels if self.inputs else 0

    @property
    def rows(self) -> int:
        """Channels of all inputs."""
        return sum(port.channels for port in self.inputs)

    @property
    def output_width(self) -> int:
        """Channels of the main output."""
        return self.outputs[0].channels if self.outputs else 0

    @property
    def sides(self) -> tuple[Port, ...]:
        """The inputs beside the main one."""
        return self.inputs[1:]


def read_arrangement(plugin: Any) -> tuple[Arrangement, tuple[int, int]]:
    """The ports as they stand, and the places of the main ones in the plug-in's own order."""
    extension = plugin.get_extension(plugin, b"clap.audio-ports")
    if extension == ffi.NULL:
        return Arrangement((), ()), (0, 0)
    ports = ffi.cast("clap_audio_ports *", extension)
    inputs, main_input = _read_side(ports, plugin, True)
    outputs, main_output = _read_side(ports, plugin, False)
    return Arrangement(inputs, outputs), (main_input, main_output)


def _read_side(ports: Any, plugin: Any, is_input: bool) -> tuple[tuple[Port, ...], int]:
    found: list[Port] = []
    main = 0
    info = ffi.new("clap_audio_port *")
    for index in range(min(ports.count(plugin, is_input), MOST_PORTS)):
        if not ports.get(plugin, index, is_input, info):
            continue
        if info.flags & PortFlag.MAIN:
            main = len(found)
        found.append(Port(_port_name(text_at(info.name)), min(info.channel_count, MOST_CHANNELS)))
    return tuple(found[main : main + 1] + found[:main] + found[main + 1 :]), main


def _port_name(title: str) -> str:
    """``"Sidechain Input"`` -> ``sidechain``, as wires in a drawing name it."""
    name = name_of(title).removesuffix("_input").removesuffix("_in")
    return {"side_chain": "sidechain", "sc": "sidechain", "key": "sidechain"}.get(name, name)


def arrangements(plugin: Any, now: Arrangement) -> dict[int, Callable[[], bool]]:
    """Widths that a plug-in can be set to while it is not active, and how; where it has no choice nothing is done."""
    found: dict[int, Callable[[], bool]] = {}
    extension = plugin.get_extension(plugin, b"clap.audio-ports-config")
    if extension != ffi.NULL:
        found.update(_configurations(ffi.cast("clap_ports_configs *", extension), plugin))
    for name in (b"clap.configurable-audio-ports/1", b"clap.configurable-audio-ports.draft1"):
        extension = plugin.get_extension(plugin, name)
        if extension != ffi.NULL:
            found.update(_requests(ffi.cast("clap_configurable_ports *", extension), plugin, set(found)))
            break
    if now.width:
        found.setdefault(now.width, _as_it_is)
    return found


def _as_it_is() -> bool:
    return True


def _configurations(configs: Any, plugin: Any) -> dict[int, Callable[[], bool]]:
    found: dict[int, Callable[[], bool]] = {}
    info = ffi.new("clap_ports_config *")
    for index in range(min(configs.count(plugin), MOST_PORTS)):
        if not configs.get(plugin, index, info) or not info.has_main_input:
            continue
        width = int(info.main_input_channels)
        if width not in found and width == info.main_output_channels:
            found[width] = partial(_truth, configs.select, plugin, int(info.id))
    return found


def _requests(ports: Any, plugin: Any, known: set[int]) -> dict[int, Callable[[], bool]]:
    found: dict[int, Callable[[], bool]] = {}
    for width in WIDTHS_ASKED_FOR:
        for kind, details in () if width in known else _types_of(width):
            requests = ffi.new("clap_port_request[2]")
            for request, is_input in ((requests[0], True), (requests[1], False)):
                request.is_input, request.port_index, request.channel_count = is_input, 0, width
                request.port_type, request.details = kind, details
            if ports.can_apply(plugin, requests, 2):
                found[width] = partial(_truth, ports.apply, plugin, requests, 2)
                break
    return found


def _truth(function: Callable[..., Any], *arguments: Any) -> bool:
    return bool(function(*arguments))


class PortMemory:
    """Memory for all ports at blocks of at most `maximum_frames`, and the pointers that a plug-in reads.

    Attributes
    ----------
    inputs, outputs
        Arrays of ``clap_audio_buffer``, in the plug-in's own order of ports.
    """

    def __init__(self, arrangement: Arrangement, mains: tuple[int, int], maximum_frames: int) -> None:
        self._given = _Rows(arrangement.inputs, mains[0], maximum_frames)
        self._played = _Rows(arrangement.outputs, mains[1], maximum_frames)
        self._output_width = arrangement.output_width
        self.inputs, self.outputs = self._given.buffers, self._played.buffers

    def at(self, frames: int) -> tuple[AudioBlock, AudioBlock]:
        """Blocks of that length: what goes in, main input first, and what comes out of the main output.

        Their channels lie one behind the other, which copies fastest; so blocks of another length lie elsewhere.
        """
        return self._given.at(frames), self._played.at(frames)[: self._output_width]


class _Rows:
    """The channels of all ports of one side in flat memory, the main port's first."""

    def __init__(self, ports: tuple[Port, ...], main: int, maximum_frames: int) -> None:
        channels = sum(port.channels for port in ports)
        self._memory = BlockMemory(channels, maximum_frames)
        self._first = ffi.cast("float *", int(self._memory.view(maximum_frames).ctypes.data))
        self.buffers: Any = ffi.new("clap_audio_buffer[]", max(1, len(ports)))
        starts, row = [], 0
        for port in ports:
            starts.append((row, port.channels))
            row += port.channels
        if starts:
            starts.insert(main, starts.pop(0))
        self._pointers = [(ffi.new("float *[]", max(1, count)), start, count) for start, count in starts]
        for buffer, (pointers, _, count) in zip(self.buffers, self._pointers, strict=False):
            buffer.data32, buffer.channel_count = pointers, count

    def at(self, frames: int) -> AudioBlock:
        """The memory at that length, and the pointers set to it."""
        for pointers, start, count in self._pointers:
            for channel in range(count):
                pointers[channel] = self._first + (start + channel) * frames
        return self._memory.view(frames)
