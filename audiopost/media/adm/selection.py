"""From a programme to what is rendered: each track with the channel that it is, and from when to when it sounds.

::

    programme ─▶ contents ─▶ objects ─▶ inner objects ─▶ tracks
    no programme: all objects · no objects: all tracks

Of objects that stand for each other (complementary objects: languages) the first is rendered. What cannot be rendered
is an error that names the element, or a note where the rest is still right.

Source: ITU-R BS.2127-1, section 5 (determination of rendering items).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from audiopost.errors import FileError, UnknownNameError
from audiopost.media.adm.definitions import defined_channel, defined_pack
from audiopost.media.adm.model import Adm, AudioObject, ChannelFormat, Programme, SceneBlock, SpeakerBlock, TrackUid
from audiopost.media.adm.object_blocks import ObjectBlocks

__all__ = ["Item", "Selection", "chosen_programme", "select"]


@dataclass(frozen=True)
class Item:
    """One channel to render: its track (from 0), its pack, when its object begins and ends, and the object's gain."""

    track: int
    channel: ChannelFormat
    pack_id: str
    object_id: str
    start: Fraction = Fraction(0)
    end: Fraction | None = None
    gain: float = 1.0


@dataclass(frozen=True)
class Selection:
    """What a programme comes to."""

    programme: Programme | None
    speakers: tuple[Item, ...]
    objects: tuple[Item, ...]
    scenes: tuple[tuple[Item, ...], ...]
    """The components of each scene together."""
    notes: tuple[str, ...] = ()

    @property
    def bed_pack(self) -> str | None:
        """The pack of a programme that is one bed and nothing else."""
        packs = {item.pack_id for item in self.speakers}
        return next(iter(packs)) if len(packs) == 1 and not self.objects and not self.scenes else None


def chosen_programme(adm: Adm, name: str | None) -> Programme | None:
    """The programme of an id or a name; without one the first, None where the file has none.

    Raises UnknownNameError if it has others only.
    """
    if name is None:
        return next(iter(adm.programmes.values()), None)
    for programme in adm.programmes.values():
        if name in (programme.id, programme.name):
            return programme
    known = tuple(word for each in adm.programmes.values() for word in (each.id, each.name))
    raise UnknownNameError(kind="audioProgramme", name=name, known=known, where="--adm")


def select(adm: Adm, channels: int, path: str, programme: str | None = None) -> Selection:
    """What is rendered of a file.

    Parameters
    ----------
    adm
        The model.
    channels
        Tracks that the file has.
    path
        Names the file in errors.
    programme
        Id or name of an audioProgramme.

    Raises
    ------
    UnknownNameError
        If there is no such programme.
    FileError
        If a track is not in the file, or is of a kind that cannot be rendered.
    """
    chosen = chosen_programme(adm, programme)
    return _Selecting(adm, channels, path).run(chosen)


class _Selecting:
    def __init__(self, adm: Adm, channels: int, path: str) -> None:
        self._adm = adm
        self._channels = channels
        self._path = path
        self._notes: list[str] = []
        self._rendered: set[str] = set()

    def _fail(self, identifier: str, what: str) -> FileError:
        return FileError(self._path, f"ADM: {identifier}: {what}", "measure the channels as they lie: --adm off")

    def run(self, programme: Programme | None) -> Selection:
        items = list(self._items(programme))
        speakers = tuple(item for item in items if item.channel.type == "DirectSpeakers")
        objects = tuple(item for item in items if item.channel.type == "Objects")
        scenes: dict[tuple[str, str], list[Item]] = {}
        for item in items:
            if item.channel.type == "HOA":
                scenes.setdefault((item.object_id, item.pack_id), []).append(item)
        if not items:
            raise self._fail(programme.id if programme else "axml", "nothing in it has a track")
        whole = tuple(self._scene(components) for components in scenes.values())
        return Selection(programme, speakers, objects, whole, tuple(dict.fromkeys(self._notes)))

    def _items(self, programme: Programme | None) -> Iterator[Item]:
        adm = self._adm
        if programme is not None:
            roots = [identifier for content in programme.contents for identifier in adm.contents[content].objects]
        else:
            inner = {identifier for each in adm.objects.values() for identifier in each.objects}
            roots = [identifier for identifier in adm.objects if identifier not in inner]
        if not adm.objects:
            for uid in adm.tracks.values():
                yield self._item(uid, None, 1.0)
            return
        others = {identifier for each in adm.objects.values() for identifier in each.complements}
        for root in dict.fromkeys(roots):
            yield from self._of_object(adm.objects[root], others, 1.0)

    def _of_object(self, each: AudioObject, others: set[str], gain: float) -> Iterator[Item]:
        if each.id in self._rendered:
            return  # named by two of its kind: heard once
        self._rendered.add(each.id)
        if each.id in others:
            self._notes.append(f"ADM: {each.id} ({each.name}) stands for another object: not rendered")
            return
        if each.mute:
            self._notes.append(f"ADM: {each.id} ({each.name}) is muted")
            return
        if each.has_offset:
            self._notes.append(f"ADM: {each.id}: positionOffset is not supported: rendered without it")
        for uid in each.tracks:
            yield self._item(self._adm.tracks[uid], each, gain * each.gain)
        for inner in each.objects:
            yield from self._of_object(self._adm.objects[inner], others, gain * each.gain)

    def _item(self, uid: TrackUid, owner: AudioObject | None, gain: float) -> Item:
        if not 1 <= uid.track <= self._channels:
            where = f"track {uid.track}" if uid.track else "no track"
            raise self._fail(uid.uid, f"it lies on {where} of a file of {self._channels}")
        channel = self._adm.channels.get(uid.channel_id) or defined_channel(uid.channel_id)
        assert channel is not None, "references were looked up when the file was read"
        if channel.type not in ("DirectSpeakers", "Objects", "HOA"):
            raise self._fail(channel.id, f"{channel.type} channels are not rendered")
        self._note_screens(channel)
        start = Fraction(0) if owner is None or owner.start is None else owner.start
        end = None if owner is None or owner.duration is None else start + owner.duration
        return Item(uid.track - 1, channel, uid.pack_id, "" if owner is None else owner.id, start, end, gain)

    def _note_screens(self, channel: ChannelFormat) -> None:
        """Say where a place is tied to a screen, which no layout here has."""
        blocks = channel.blocks
        if isinstance(blocks, ObjectBlocks):
            locked, scaled = blocks.screen_edges, blocks.screen_ref
        else:
            locked, scaled = any(isinstance(each, SpeakerBlock) and each.screen_edges for each in blocks), False
        if locked and channel.id in self._adm.channels:
            self._notes.append(f"ADM: {channel.id}: screenEdgeLock is not supported: rendered without it")
        if scaled:
            self._notes.append(f"ADM: {channel.id}: screenRef is not supported: rendered without it")

    def _scene(self, components: list[Item]) -> tuple[Item, ...]:
        """The components of one scene, which must fit together."""
        blocks = [block for item in components for block in item.channel.blocks[:1] if isinstance(block, SceneBlock)]
        pack = self._adm.packs.get(components[0].pack_id) or defined_pack(components[0].pack_id)
        seen: dict[tuple[int, int], str] = {}
        for block, item in zip(blocks, components, strict=True):
            if (block.order, block.degree) in seen:
                raise self._fail(item.channel.id, f"order {block.order}, degree {block.degree} is there twice")
            seen[block.order, block.degree] = item.channel.id
            if block.normalization == "FuMa" and block.order > 3:
                raise self._fail(item.channel.id, "FuMa's normalisation ends at order 3")
        if len({block.normalization for block in blocks}) > 1:
            raise self._fail(components[0].pack_id or components[0].channel.id, "its normalisations differ")
        if any(block.nfc_distance for block in blocks) or (pack is not None and pack.nfc_distance):
            self._notes.append(f"ADM: {components[0].pack_id}: nfcRefDist is not supported: decoded without it")
        if any(block.screen_ref for block in blocks):
            self._notes.append(f"ADM: {components[0].pack_id}: screenRef is not supported: decoded without it")
        return tuple(components)
