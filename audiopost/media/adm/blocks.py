"""Block formats out of XML: where a channel is, and from when to when.

Source: ITU-R BS.2076-2, sections 5.4.3 (audioBlockFormat) and 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

from audiopost.media.adm.model import (
    Block,
    Bound,
    Divergence,
    ObjectBlock,
    SceneBlock,
    SpeakerBlock,
    TypeName,
    Zone,
)
from audiopost.media.adm.times import read_time
from audiopost.media.adm.xml_tree import Element
from audiopost.units import db_to_linear

__all__ = ["BlockReader"]

_POLAR = ("azimuth", "elevation", "distance")
_CARTESIAN = ("X", "Y", "Z")
_COORDINATES = frozenset((*_POLAR, *_CARTESIAN))
_ANYWHERE = (-math.inf, math.inf)
_HIGHEST_ORDER = 15
_LIMITS = {"azimuth": (-180.0, 180.0), "elevation": (-90.0, 90.0), "distance": (0.0, 1000.0)}


class BlockReader:
    """Reads what stands in blocks, and the words that other elements share with them.

    Parameters
    ----------
    fail
        Called with an id and what is wrong with its element; raises.
    note
        Called with a sentence about what is odd.
    """

    def __init__(self, fail: Callable[[str, str], NoReturn], note: Callable[[str], None]) -> None:
        self.fail = fail
        self._note = note
        self._makers: dict[str, Callable[[Element, dict[str, Any]], Block]] = {
            "DirectSpeakers": self._speaker, "Objects": self._object, "HOA": self._scene,
        }  # fmt: skip

    def number(self, identifier: str, name: str, text: str) -> float:
        """A finite number."""
        try:
            value = float(text)
        except ValueError:
            self.fail(identifier, f"{name} {text.strip()!r} is no number")
        if not math.isfinite(value):
            self.fail(identifier, f"{name} {text.strip()!r} is not finite")
        return value

    def whole_number(self, identifier: str, word: str | None) -> int | None:
        """A whole number, None where there is no word."""
        return None if word is None else int(self.number(identifier, "a number", word))

    def time(self, identifier: str, word: str | None) -> Fraction | None:
        """Seconds, None where there is no word."""
        if word is None:
            return None
        try:
            return read_time(word)
        except ValueError as error:
            self.fail(identifier, str(error))

    def gain(self, identifier: str, element: Element | None) -> float:
        """Linear; 1 where there is none."""
        if element is None:
            return 1.0
        if element.attributes.get("gainUnit", "linear") == "dB":
            if element.text.strip().lower() == "-inf":
                return 0.0
            return db_to_linear(self.number(identifier, "gain", element.text))
        return self.number(identifier, "gain", element.text)

    def block(self, channel_id: str, kind: TypeName, index: int, element: Element) -> Block:
        """One block of a channel; it may have one of its times alone."""
        identifier = element.attributes.get("audioBlockFormatID") or f"block {index + 1} of {channel_id}"
        common: dict[str, Any] = {
            "id": identifier,
            "rtime": self.time(identifier, element.attributes.get("rtime")),
            "duration": self.time(identifier, element.attributes.get("duration")),
            "gain": self.gain(identifier, element.first("gain")),
        }
        return self._makers.get(kind, _plain)(element, common)

    def _place(self, element: Element, identifier: str) -> tuple[bool, dict[str, dict[str, float]], tuple[str, ...]]:
        """Whether it is in X, Y, Z; value, min and max of each coordinate; screen edges that it is locked to."""
        found: dict[str, dict[str, float]] = {}
        edges = []
        for position in element.all("position"):
            name = position.attributes.get("coordinate", "")
            if name not in _COORDINATES:
                self.fail(identifier, f"unknown coordinate {name!r}")
            value = self.number(identifier, name, position.text)
            lowest, highest = _LIMITS.get(name, _ANYWHERE)
            if not lowest <= value <= highest:
                self.fail(identifier, f"{name} {value:g} is not from {lowest:g} to {highest:g}")
            found.setdefault(name, {})[position.attributes.get("bound", "value")] = value
            if "screenEdgeLock" in position.attributes:
                edges.append(position.attributes["screenEdgeLock"])
        cartesian = "X" in found or "Y" in found
        needed = ("X", "Y") if cartesian else ("azimuth", "elevation")
        for name in needed:
            if "value" not in found.get(name, {}):
                self.fail(identifier, f"it has no {name}")
        return cartesian, found, tuple(edges)

    def _speaker(self, element: Element, common: dict[str, Any]) -> SpeakerBlock:
        cartesian, found, edges = self._place(element, common["id"])
        names = _CARTESIAN if cartesian else _POLAR
        rest = 0.0 if cartesian else 1.0
        bounds = [
            Bound(each.get("value", rest), each.get("min"), each.get("max"))
            for each in (found.get(name, {}) for name in names)
        ]
        labels = tuple(element.texts("speakerLabel"))
        return SpeakerBlock(
            **common, labels=labels, cartesian=cartesian, position=(bounds[0], bounds[1], bounds[2]), screen_edges=edges
        )

    def _object(self, element: Element, common: dict[str, Any]) -> ObjectBlock:
        identifier = common["id"]
        cartesian, found, edges = self._place(element, identifier)
        first, second, third = (found.get(name, {}) for name in (_CARTESIAN if cartesian else _POLAR))
        position = (first["value"], second["value"], third.get("value", 0.0 if cartesian else 1.0))
        if all(child.name == "position" for child in element.children):  # most blocks of a path: be quick
            return ObjectBlock(**common, cartesian=cartesian, position=position, screen_edges=edges)
        jump, interpolation = self._jump(element, identifier)
        if interpolation > (common["duration"] or interpolation):
            self.fail(identifier, "its interpolationLength is longer than the block")
        lock = element.first("channelLock")
        distance = None if lock is None else lock.attributes.get("maxDistance")
        return ObjectBlock(
            **common, cartesian=cartesian, position=position,
            width=self._size(element, identifier, "width", 1.0 if cartesian else 360.0),
            height=self._size(element, identifier, "height", 1.0 if cartesian else 360.0),
            depth=self._size(element, identifier, "depth", 1.0),
            diffuse=self._size(element, identifier, "diffuse", 1.0),
            jump=jump, interpolation=interpolation,
            channel_lock=lock is not None and lock.text.strip() == "1",
            lock_distance=None if distance is None else self.number(identifier, "maxDistance", distance),
            divergence=self._divergence(element, identifier),
            zones=self._zones(element, identifier),
            screen_ref=element.texts("screenRef") == ["1"],
            screen_edges=edges,
        )  # fmt: skip

    def _size(self, element: Element, identifier: str, name: str, highest: float) -> float:
        child = element.first(name)
        if child is None:
            return 0.0
        value = self.number(identifier, name, child.text)
        if not 0.0 <= value <= highest:
            self.fail(identifier, f"{name} {value:g} is not from 0 to {highest:g}")
        return value

    def _jump(self, element: Element, identifier: str) -> tuple[bool, Fraction]:
        child = element.first("jumpPosition")
        if child is None or child.text.strip() != "1":
            return False, Fraction(0)
        word = child.attributes.get("interpolationLength")
        if word is None:
            return True, Fraction(0)
        seconds = self.number(identifier, "interpolationLength", word)
        if seconds < 0.0:
            self.fail(identifier, "its interpolationLength is negative")
        return True, Fraction(word.strip())

    def _divergence(self, element: Element, identifier: str) -> Divergence | None:
        child = element.first("objectDivergence")
        if child is None:
            return None
        value = self.number(identifier, "objectDivergence", child.text)
        if not 0.0 <= value <= 1.0:
            self.fail(identifier, f"objectDivergence {value:g} is not from 0 to 1")
        azimuth, distance = child.attributes.get("azimuthRange"), child.attributes.get("positionRange")
        return Divergence(
            value,
            None if azimuth is None else self.number(identifier, "azimuthRange", azimuth),
            None if distance is None else self.number(identifier, "positionRange", distance),
        )

    def _zones(self, element: Element, identifier: str) -> tuple[Zone, ...]:
        within = element.first("zoneExclusion")
        found = []
        for zone in [] if within is None else within.all("zone"):
            cartesian = "minX" in zone.attributes
            names = _CARTESIAN if cartesian else ("Azimuth", "Elevation")
            ranges = []
            for name in names:
                words = [zone.attributes.get(f"{end}{name}") for end in ("min", "max")]
                if words[0] is None or words[1] is None:
                    self.fail(identifier, f"a zone has no min{name} or no max{name}")
                ranges.append(tuple(self.number(identifier, name, str(word)) for word in words))
            found.append(Zone(cartesian, tuple((each[0], each[1]) for each in ranges)))
        return tuple(found)

    def _scene(self, element: Element, common: dict[str, Any]) -> SceneBlock:
        identifier = common["id"]
        equation = element.texts("equation")
        words = {name: element.texts(name) for name in ("order", "degree", "normalization", "nfcRefDist", "screenRef")}
        if not words["order"] or not words["degree"]:
            self.fail(identifier, "it has no order or no degree" + (", only an equation" if equation else ""))
        order = int(self.number(identifier, "order", words["order"][0]))
        degree = int(self.number(identifier, "degree", words["degree"][0]))
        if not 0 <= order <= _HIGHEST_ORDER or abs(degree) > order:
            self.fail(identifier, f"there is no component of order {order} and degree {degree}")
        normalization = words["normalization"][0] if words["normalization"] else "SN3D"
        if normalization not in ("SN3D", "N3D", "FuMa"):
            self.fail(identifier, f"unknown normalization {normalization!r}")
        distance = self.number(identifier, "nfcRefDist", words["nfcRefDist"][0]) if words["nfcRefDist"] else 0.0
        return SceneBlock(
            **common, order=order, degree=degree, normalization=normalization, nfc_distance=distance,
            screen_ref=words["screenRef"] == ["1"], equation=equation[0] if equation else "",
        )  # fmt: skip


def _plain(_element: Element, common: dict[str, Any]) -> Block:
    """A block of a type that is not rendered: its times."""
    return Block(**common)
