"""LV2 bundles as lilv reads them: which plug-ins they hold, their ports, what they need.

A bundle is a folder of descriptions beside the code. Only the bundle in question and the specifications are read, not
everything that is installed. Where presets are asked for, bundles are read besides whose manifest speaks of presets and
of the plug-in: what other hosts have saved lies there.

Source: LV2 ``lv2core``, ``units``, ``port-props``, ``port-groups``, ``resize-port``, ``presets``; lilv ``lilv.h``.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from audiopost.errors import PluginLoadError
from audiopost.plugins.locate import preset_bundles, standard_folders
from audiopost.plugins.lv2_abi import Uri, ffi, lilv

__all__ = ["Bundle", "BundledPlugin", "PortDescription", "open_bundle"]

_UNITS = {
    "bar": "bar", "beat": "beat", "bpm": "bpm", "cent": "cent", "db": "dB", "degree": "deg", "frame": "frames",
    "hz": "Hz", "inch": "in", "khz": "kHz", "m": "m", "mhz": "MHz", "midiNote": "note", "min": "min", "ms": "ms",
    "oct": "oct", "pc": "%", "s": "s", "semitone12TET": "semitones",
}  # fmt: skip


@dataclass(frozen=True)
class PortDescription:
    """One port: what it carries, which way, and for a control its range.

    `kind` is ``"audio"``, ``"control"``, ``"cv"``, ``"atom"`` or ``"other"``; `choices` are the labels of its values.
    """

    index: int
    symbol: str
    name: str
    kind: str
    is_input: bool
    is_side: bool = False
    takes_notes: bool = False
    minimum: float = 0.0
    maximum: float = 1.0
    default: float = 0.0
    unit: str = ""
    toggled: bool = False
    integer: bool = False
    enumeration: bool = False
    logarithmic: bool = False
    by_rate: bool = False
    role: str = ""
    """``"latency"``, ``"enabled"`` or ``"free"`` (``freeWheeling``): what the host looks after."""
    choices: tuple[tuple[float, str], ...] = ()
    least_bytes: int = 0
    """Of memory for events, where the plug-in says that it needs so much (``resize-port``)."""

    @property
    def is_knob(self) -> bool:
        """Whether a value goes in there: by block for a control, by frame for a CV, where it is held for a block."""
        return self.is_input and self.kind in ("control", "cv")


@dataclass(frozen=True)
class BundledPlugin:
    """One plug-in of a bundle; `native` is lilv's own."""

    uri: str
    name: str
    vendor: str
    version: str
    category: str
    required: tuple[str, ...]
    native: Any


class Bundle:
    """An open bundle."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._lilv = lilv()
        self.world = self._lilv.lilv_world_new()
        self._nodes: dict[str, Any] = {}
        self._lilv.lilv_world_load_specifications(self.world)
        self._read: set[Path] = set()
        self._load(Path(path))
        plugins = self._lilv.lilv_world_get_all_plugins(self.world)
        natives = self._each("plugins", plugins)
        self.plugins = {_text(self._lilv.lilv_plugin_get_uri(native)): native for native in natives}

    def names(self) -> dict[str, str]:
        """URI -> name of every plug-in, in lilv's order."""
        return {uri: self._own(self._lilv.lilv_plugin_get_name(native)) or uri for uri, native in self.plugins.items()}

    def plugin(self, name: str = "") -> BundledPlugin:
        """The plug-in of that URI or name; the only one without a name.

        Raises
        ------
        PluginLoadError
            If there is none, or no name was given and there are several.
        """
        names = self.names()
        uris = [uri for uri, known in names.items() if name in ("", uri, known)]
        if not uris or (not name and len(uris) > 1):
            what = "holds several plug-ins" if uris else "is not here"
            some = ", ".join(list(names.values())[:6]) + (", ..." if len(names) > 6 else "")
            raise PluginLoadError(name or Path(self.path).name, what, f"name one with plugin_name: {some}")
        native = self.plugins[uris[0]]
        library = self._lilv
        required = self._texts(library.lilv_plugin_get_required_features(native))
        version = [self._number(native, f"{Uri.CORE}{part}Version") for part in ("minor", "micro")]
        return BundledPlugin(
            uris[0],
            names[uris[0]],
            self._own(library.lilv_plugin_get_author_name(native)),
            ".".join(version) if all(version) else "",
            "|".join(self._kinds(native)),
            tuple(required),
            native,
        )

    def ports(self, plugin: BundledPlugin) -> tuple[PortDescription, ...]:
        """Every port in the plug-in's order."""
        library, native = self._lilv, plugin.native
        count = library.lilv_plugin_get_num_ports(native)
        ranges = [ffi.new("float[]", max(1, count)) for _ in range(3)]
        library.lilv_plugin_get_port_ranges_float(native, *ranges)
        limits = zip(*(list(each)[:count] for each in ranges), strict=True)
        return tuple(self._port(native, index, *limit) for index, limit in enumerate(limits))

    def presets(self, plugin: BundledPlugin) -> dict[str, str]:
        """URI -> name of the plug-in's presets, in this bundle and in others, in the order of their names."""
        for bundle in preset_bundles(plugin.uri, dict.fromkeys((Path(self.path).parent, *standard_folders()))):
            self._load(bundle)
        related = self._lilv.lilv_plugin_get_related(plugin.native, self.node(Uri.PRESET))
        found: dict[str, str] = {}
        for uri in self._texts(related):
            self._lilv.lilv_world_load_resource(self.world, self.node(uri))
            label = self._lilv.lilv_world_get(self.world, self.node(uri), self.node(Uri.LABEL), ffi.NULL)
            found[uri] = self._own(label) or uri
        return dict(sorted(found.items(), key=lambda each: each[1].casefold()))

    def node(self, uri: str) -> Any:
        """Lilv's node of a URI, kept."""
        if uri not in self._nodes:
            self._nodes[uri] = self._lilv.lilv_new_uri(self.world, uri.encode())
        return self._nodes[uri]

    def _load(self, folder: Path) -> None:
        """Read a bundle's descriptions, once."""
        if folder not in self._read:
            self._read.add(folder)
            node = self._lilv.lilv_new_file_uri(self.world, ffi.NULL, f"{folder}/".encode())
            self._lilv.lilv_world_load_bundle(self.world, node)
            self._lilv.lilv_node_free(node)

    def _port(self, native: Any, index: int, minimum: float, maximum: float, default: float) -> PortDescription:
        library = self._lilv
        port = library.lilv_plugin_get_port_by_index(native, index)

        def has(uri: str) -> bool:
            return bool(library.lilv_port_has_property(native, port, self.node(uri)))

        def is_a(uri: str) -> bool:
            return bool(library.lilv_port_is_a(native, port, self.node(uri)))

        kinds = {"audio": Uri.AUDIO_PORT, "control": Uri.CONTROL_PORT, "cv": Uri.CV_PORT, "atom": Uri.ATOM_PORT}
        kind = next((name for name, uri in kinds.items() if is_a(uri)), "other")
        return PortDescription(
            index,
            _text(library.lilv_port_get_symbol(native, port)),
            self._own(library.lilv_port_get_name(native, port)),
            kind,
            is_input=is_a(Uri.INPUT_PORT),
            is_side=kind == "audio" and (has(f"{Uri.CORE}isSideChain") or self._in_side_group(native, port)),
            takes_notes=kind == "atom" and library.lilv_port_supports_event(native, port, self.node(Uri.MIDI_EVENT)),
            minimum=_given(minimum, 0.0),
            maximum=_given(maximum, 1.0),
            default=_given(default, _given(minimum, 0.0)),
            unit=self._unit(native, port) if kind in ("control", "cv") else "",
            toggled=has(f"{Uri.CORE}toggled"),
            integer=has(f"{Uri.CORE}integer"),
            enumeration=has(f"{Uri.CORE}enumeration"),
            logarithmic=has(f"{Uri.PORT_PROPERTIES}logarithmic"),
            by_rate=has(f"{Uri.CORE}sampleRate"),
            role=self._role(native, port, has(f"{Uri.CORE}reportsLatency")),
            choices=self._choices(native, port) if kind in ("control", "cv") else (),
            least_bytes=self._least_bytes(native, port) if kind == "atom" else 0,
        )

    def _role(self, native: Any, port: Any, reports_latency: bool) -> str:
        words = self._values(native, port, f"{Uri.CORE}designation")
        roles = {f"{Uri.CORE}latency": "latency", f"{Uri.CORE}enabled": "enabled", f"{Uri.CORE}freeWheeling": "free"}
        return "latency" if reports_latency else next((roles[word] for word in words if word in roles), "")

    def _in_side_group(self, native: Any, port: Any) -> bool:
        for group in self._values(native, port, f"{Uri.GROUPS}group"):
            side = self._lilv.lilv_world_get(
                self.world, self.node(group), self.node(f"{Uri.GROUPS}sideChainOf"), ffi.NULL
            )
            if self._own(side):
                return True
        return False

    def _least_bytes(self, native: Any, port: Any) -> int:
        return max((int(word) for word in self._values(native, port, Uri.MINIMUM_SIZE) if word.isdigit()), default=0)

    def _unit(self, native: Any, port: Any) -> str:
        for unit in self._values(native, port, f"{Uri.UNITS}unit"):
            if unit.startswith(Uri.UNITS):
                return _UNITS.get(unit.removeprefix(Uri.UNITS), "")
        return ""

    def _choices(self, native: Any, port: Any) -> tuple[tuple[float, str], ...]:
        library = self._lilv
        points = library.lilv_port_get_scale_points(native, port)
        found = {
            library.lilv_node_as_float(library.lilv_scale_point_get_value(point)): _text(
                library.lilv_scale_point_get_label(point)
            )
            for point in self._each("scale_points", points)
        }
        if points != ffi.NULL:
            library.lilv_scale_points_free(points)
        return tuple(sorted(found.items()))

    def _values(self, native: Any, port: Any, predicate: str) -> list[str]:
        return self._texts(self._lilv.lilv_port_get_value(native, port, self.node(predicate)))

    def _kinds(self, native: Any) -> list[str]:
        """What sort of plug-in it says it is: ``["ReverbPlugin"]``."""
        types = self._texts(self._lilv.lilv_plugin_get_value(native, self.node(Uri.TYPE)))
        return [
            each.removeprefix(Uri.CORE) for each in types if each.startswith(Uri.CORE) and each != f"{Uri.CORE}Plugin"
        ]

    def _number(self, native: Any, predicate: str) -> str:
        return next(iter(self._texts(self._lilv.lilv_plugin_get_value(native, self.node(predicate)))), "")

    def _texts(self, nodes: Any) -> list[str]:
        """The texts of a collection, which goes."""
        texts = [_text(node) for node in self._each("nodes", nodes)]
        if nodes != ffi.NULL:
            self._lilv.lilv_nodes_free(nodes)
        return texts

    def _own(self, node: Any) -> str:
        """The text of a node that is ours, which goes."""
        text = _text(node)
        if node != ffi.NULL:
            self._lilv.lilv_node_free(node)
        return text

    def _each(self, kind: str, collection: Any) -> Iterator[Any]:
        if collection == ffi.NULL:
            return
        begin, is_end, get, after = (
            getattr(self._lilv, f"lilv_{kind}_{name}") for name in ("begin", "is_end", "get", "next")
        )
        place = begin(collection)
        while not is_end(collection, place):
            yield get(collection, place)
            place = after(collection, place)


@cache
def open_bundle(path: str) -> Bundle:
    """The bundle, read at the first call; raises PluginLoadError where lilv is missing."""
    return Bundle(path)


def _given(value: float, otherwise: float) -> float:
    """A limit as it is described; lilv says NaN where none is."""
    return otherwise if math.isnan(value) else float(value)


def _text(node: Any) -> str:
    if node == ffi.NULL:
        return ""
    with contextlib.suppress(UnicodeDecodeError):
        return str(ffi.string(lilv().lilv_node_as_string(node)).decode())
    return ""
