"""``axml`` and ``chna`` as the model: every reference found, every number looked at.

What is wrong is told once, by the id of the element that is wrong: a file of 100 objects is mended by its id only.

Source: ITU-R BS.2076-2, sections 5 and 8.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn, TypeVar, get_args

from audiopost.errors import FileError
from audiopost.media.adm.blocks import BlockReader
from audiopost.media.adm.channel_blocks import ChannelBlocks
from audiopost.media.adm.chna import TrackOfFile
from audiopost.media.adm.definitions import defined_channel, defined_pack
from audiopost.media.adm.model import (
    Adm,
    AudioObject,
    ChannelFormat,
    Content,
    PackFormat,
    Programme,
    TrackUid,
    TypeName,
)
from audiopost.media.adm.xml_tree import Element, parse_xml

__all__ = ["read_adm"]

_TYPES = {f"{number:04}": name for number, name in enumerate(get_args(TypeName), 1)}
_COMMON_TRACK = re.compile(r"AT_(000[1-5][0-9a-fA-F]{4})_\d\d")
_LOUDNESS = ("integratedLoudness", "loudnessRange", "maxTruePeak", "maxMomentary", "maxShortTerm", "dialogueLoudness")

T = TypeVar("T")


def read_adm(axml: Iterable[bytes], tracks: Sequence[TrackOfFile], path: str) -> Adm:
    """The model of a file.

    Parameters
    ----------
    axml
        The chunk, piece by piece.
    tracks
        Of ``chna``.
    path
        Names the file in errors.

    Raises
    ------
    FileError
        If the XML is wrong, an element lacks what it must have, or an id is named that nothing has.
    """
    return _Reading(axml, path).adm(tracks)


class _Reading:
    def __init__(self, axml: Iterable[bytes], path: str) -> None:
        self._path = path
        self._notes: list[str] = []
        self._blocks = BlockReader(self.fail, self._notes.append)
        self._blocks_in: dict[int, ChannelBlocks] = {}  # by the identity of the channel's element, which the tree keeps
        self._root = parse_xml(axml, path, {"audioBlockFormat": self._take_block})
        self._format = _find(self._root, "audioFormatExtended")
        if self._format is None:
            self.fail("axml", "there is no audioFormatExtended in it")

    def fail(self, identifier: str, what: str) -> NoReturn:
        """Raise FileError."""
        raise FileError(
            self._path, f"ADM: {identifier}: {what}", "export the file again, or take its tracks as they lie: --adm off"
        )

    def adm(self, tracks: Sequence[TrackOfFile]) -> Adm:
        assert self._format is not None
        channels = self._by_id("audioChannelFormat", self._channel)
        packs = self._by_id("audioPackFormat", self._pack)
        streams = self._channel_of_track()
        uids = self._tracks(tracks, streams)
        for uid in uids.values():
            self._known(uid.uid, uid.channel_id, channels, defined_channel)
            if uid.pack_id:
                self._known(uid.uid, uid.pack_id, packs, defined_pack)
        objects = self._by_id("audioObject", self._object)
        contents = self._by_id("audioContent", self._content)
        programmes = self._by_id("audioProgramme", self._programme)
        found = Adm(
            programmes, contents, objects, packs, channels, uids,
            self._format.attributes.get("version", ""), self._profile(), tuple(dict.fromkeys(self._notes)),
        )  # fmt: skip
        self._check_references(found)
        return found

    def _by_id(self, name: str, make: Callable[[str, Element], T]) -> dict[str, T]:
        assert self._format is not None
        found: dict[str, T] = {}
        for element in self._format.all(name):
            identifier = self._id_of(element)
            if identifier in found:
                self.fail(identifier, "the id is there twice")
            found[identifier] = make(identifier, element)
        return found

    def _id_of(self, element: Element) -> str:
        identifier = element.attributes.get(f"{element.name}ID", "")
        if not identifier:
            self.fail(f"{element.name} in line {element.line}", f"it has no {element.name}ID")
        return identifier

    def _take_block(self, within: Element, element: Element) -> None:
        if within.name == "audioChannelFormat":
            self._blocks_of(within).add(element)

    def _blocks_of(self, channel: Element) -> ChannelBlocks:
        found = self._blocks_in.get(id(channel))
        if found is None:
            identifier = self._id_of(channel)
            found = ChannelBlocks(self._blocks, identifier, self._type(identifier, channel))
            self._blocks_in[id(channel)] = found
        return found

    def _programme(self, identifier: str, element: Element) -> Programme:
        return Programme(
            identifier,
            element.attributes.get("audioProgrammeName", ""),
            element.attributes.get("audioProgrammeLanguage", ""),
            tuple(element.texts("audioContentIDRef")),
            self._blocks.time(identifier, element.attributes.get("start")),
            self._blocks.time(identifier, element.attributes.get("end")),
            self._loudness(identifier, element),
        )

    def _content(self, identifier: str, element: Element) -> Content:
        dialogue = element.first("dialogue")
        kind = "" if dialogue is None else {"0": "none", "1": "dialogue", "2": "mixed"}.get(dialogue.text.strip(), "")
        return Content(
            identifier,
            element.attributes.get("audioContentName", ""),
            element.attributes.get("audioContentLanguage", ""),
            tuple(element.texts("audioObjectIDRef")),
            kind,
            self._loudness(identifier, element),
        )

    def _loudness(self, identifier: str, element: Element) -> dict[str, float]:
        within = element.first("loudnessMetadata")
        if within is None:
            return {}
        found = {}
        for name in _LOUDNESS:
            child = within.first(name)
            if child is not None:
                found[name] = self._blocks.number(identifier, name, child.text)
        return found

    def _object(self, identifier: str, element: Element) -> AudioObject:
        mute = element.first("mute")
        attributes = element.attributes
        return AudioObject(
            identifier,
            attributes.get("audioObjectName", ""),
            self._blocks.time(identifier, attributes.get("start")),
            self._blocks.time(identifier, attributes.get("duration")),
            tuple(element.texts("audioObjectIDRef")),
            tuple(element.texts("audioComplementaryObjectIDRef")),
            tuple(element.texts("audioPackFormatIDRef")),
            tuple(each for each in element.texts("audioTrackUIDRef") if each != "ATU_00000000"),
            self._blocks.gain(identifier, element.first("gain")),
            mute is not None and mute.text.strip() == "1",
            self._blocks.whole_number(identifier, attributes.get("importance")),
            self._blocks.whole_number(identifier, attributes.get("dialogue")),
            element.first("positionOffset") is not None,
        )

    def _type(self, identifier: str, element: Element) -> TypeName:
        word = element.attributes.get("typeDefinition", "") or _TYPES.get(element.attributes.get("typeLabel", ""), "")
        found: TypeName | None = next((name for name in get_args(TypeName) if word == name), None)
        if found is not None:
            return found
        return self.fail(identifier, f"unknown type {word or element.attributes.get('typeLabel', '')!r}")

    def _pack(self, identifier: str, element: Element) -> PackFormat:
        normalization, distance = element.first("normalization"), element.first("nfcRefDist")
        return PackFormat(
            identifier,
            element.attributes.get("audioPackFormatName", ""),
            self._type(identifier, element),
            tuple(element.texts("audioChannelFormatIDRef")),
            tuple(element.texts("audioPackFormatIDRef")),
            None if normalization is None else normalization.text.strip(),
            None if distance is None else self._blocks.number(identifier, "nfcRefDist", distance.text),
        )

    def _channel(self, identifier: str, element: Element) -> ChannelFormat:
        kind = self._type(identifier, element)
        limits = {"lowPass": None, "highPass": None} | {
            each.attributes.get("typeDefinition", ""): self._blocks.number(identifier, "frequency", each.text)
            for each in element.all("frequency")
        }
        blocks = self._blocks_of(element).finished()
        name = element.attributes.get("audioChannelFormatName", "")
        return ChannelFormat(identifier, name, kind, blocks, limits["lowPass"], limits["highPass"])

    def _channel_of_track(self) -> dict[str, str]:
        """Channel by track format, through the stream format that lies between them."""
        assert self._format is not None
        of_stream: dict[str, str] = {}
        of_track: dict[str, str] = {}
        for element in self._format.all("audioStreamFormat"):
            identifier = element.attributes.get("audioStreamFormatID", "")
            for channel in element.texts("audioChannelFormatIDRef"):
                of_stream[identifier] = channel
                of_track |= dict.fromkeys(element.texts("audioTrackFormatIDRef"), channel)
        for element in self._format.all("audioTrackFormat"):
            identifier = element.attributes.get("audioTrackFormatID", "")
            for stream in element.texts("audioStreamFormatIDRef"):
                common = f"AC_{stream[3:]}"
                if stream not in of_stream and defined_channel(common) is None:
                    self.fail(identifier, f"it names {stream}, which is not there")
                of_track[identifier] = of_stream.get(stream, common)
        return of_track

    def _tracks(self, tracks: Sequence[TrackOfFile], of_track: Mapping[str, str]) -> dict[str, TrackUid]:
        assert self._format is not None
        described = {each.attributes.get("UID", ""): each for each in self._format.all("audioTrackUID")}
        places = {each.uid: each for each in tracks}
        found = {}
        for uid in dict.fromkeys((*places, *described)):
            place, element = places.get(uid), described.get(uid)
            words = [] if element is None else element.texts("audioTrackFormatIDRef")
            words += [] if element is None else element.texts("audioChannelFormatIDRef")
            packs = [] if element is None else element.texts("audioPackFormatIDRef")
            format_id = words[0] if words else place.format_id if place is not None else ""
            if not format_id:
                self.fail(uid, "neither axml nor chna says which channel it is")
            pack_id = packs[0] if packs else place.pack_id if place is not None else ""
            number = place.track if place is not None else 0
            found[uid] = TrackUid(uid, number, self._channel_id(uid, format_id, of_track), pack_id)
        return found

    def _channel_id(self, uid: str, format_id: str, of_track: Mapping[str, str]) -> str:
        if format_id.startswith("AC_"):
            return format_id.removesuffix("_00") if len(format_id) > 11 else format_id
        if format_id in of_track:
            return of_track[format_id]
        common = _COMMON_TRACK.fullmatch(format_id)
        if common is None or defined_channel(f"AC_{common[1]}") is None:
            self.fail(uid, f"it names {format_id}, which is not there")
        return f"AC_{common[1]}"

    def _known(self, by: str, identifier: str, own: Mapping[str, object], common: Callable[[str], object]) -> None:
        if identifier not in own and common(identifier) is None:
            self.fail(by, f"it names {identifier}, which is not there")

    def _check_references(self, adm: Adm) -> None:
        for programme in adm.programmes.values():
            self._all_there(programme.id, programme.contents, adm.contents)
        for content in adm.contents.values():
            self._all_there(content.id, content.objects, adm.objects)
        for each in adm.objects.values():
            self._all_there(each.id, (*each.objects, *each.complements), adm.objects)
            self._all_there(each.id, each.tracks, adm.tracks)
        done: set[str] = set()
        for each in adm.objects.values():
            self._no_circle(each.id, adm.objects, (), done)
        for pack in adm.packs.values():
            for channel in pack.channels:
                self._known(pack.id, channel, adm.channels, defined_channel)

    def _all_there(self, by: str, identifiers: Iterable[str], known: Mapping[str, object]) -> None:
        for identifier in identifiers:
            if identifier not in known:
                self.fail(by, f"it names {identifier}, which is not there")

    def _no_circle(
        self, identifier: str, objects: Mapping[str, AudioObject], above: tuple[str, ...], done: set[str]
    ) -> None:
        if identifier in done:
            return
        if identifier in above:
            self.fail(identifier, "it contains itself")
        if len(above) > 32:
            self.fail(identifier, "objects are nested more than 32 deep")
        for inner in objects[identifier].objects:
            self._no_circle(inner, objects, (*above, identifier), done)
        done.add(identifier)

    def _profile(self) -> str:
        listed = _find(self._root, "profileList")
        profile = None if listed is None else listed.first("profile")
        if profile is None:
            return ""
        words = (profile.attributes.get("profileName", ""), profile.attributes.get("profileVersion", ""))
        return " ".join(word for word in words if word) or profile.text.strip()


def _find(root: Element, name: str) -> Element | None:
    """The first element of that name, nearest to the root."""
    waiting = deque([root])
    while waiting:
        element = waiting.popleft()
        if element.name == name:
            return element
        if element.name != "audioFormatExtended":
            waiting.extend(element.children)
    return None
