"""Programmes of the Audio Definition Model as sound: what `open_audio` is for plain files.

::

    tracks ─▶ courses (gains over time) ─▶ direct ──────────────────────▶ + ─▶ loudspeakers
                                       └─▶ diffuse ─▶ decorrelation ────▶ ┘

Every output frame follows from the frames around it alone, so that a reader may go anywhere; the past is not kept.

Notes
-----
Latency: none; the delay of the decorrelation is taken out. Memory: that of a block, and the model.
Source: ITU-R BS.2127-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.decorrelation import (
    DECORRELATION_DELAY_FRAMES,
    DECORRELATION_TAPS,
    convolve_all,
    decorrelation_filters,
)
from audiopost.dsp.gain_courses import add_weighed
from audiopost.layouts import discrete_layout
from audiopost.media.adm.adm_file import AdmFile, dolby_of, model_of
from audiopost.media.adm.courses import Course
from audiopost.media.adm.definitions import BED_PACKS
from audiopost.media.adm.model import Adm, Block, ObjectBlock, SceneBlock, SpeakerBlock
from audiopost.media.adm.object_blocks import ObjectBlocks
from audiopost.media.adm.objects import ObjectPanner
from audiopost.media.adm.scenes import decoder_of_scene
from audiopost.media.adm.selection import Item, Selection, select
from audiopost.media.adm.speakers import speaker_gains
from audiopost.media.adm.systems import RENDERED_LAYOUTS, System, system_of
from audiopost.media.audio_file import AudioReader, open_audio

__all__ = ["RENDERER", "USUAL_LAYOUT", "TrackRenderer", "open_rendering", "usual_layout"]

Values = NDArray[np.float64]

RENDERER = "ITU-R BS.2127-1"
"""What is named beside a loudness: others read up to 6 LU apart (BS.1770-5, Annex 4)."""

USUAL_LAYOUT = "7.1.4"
"""What objects and scenes are rendered to where nobody says otherwise: the least that streaming services monitor on."""

_AT_ONCE = 8_192
"""Frames rendered at a time: the sums of a layout stay in the cache."""


class TrackRenderer:
    """Tracks to loudspeakers.

    Parameters
    ----------
    selection
        What is rendered.
    system
        What it is rendered to.
    sample_rate
        Of the tracks, in Hz.
    """

    def __init__(self, selection: Selection, system: System, sample_rate: int) -> None:
        self.channels = len(system.labels)
        self._courses = _courses(selection, system, sample_rate)
        self._add = add_weighed.ready()

    @classmethod
    def of_file(cls, file: AdmFile, sample_rate: int) -> TrackRenderer:
        """For the tracks of a file at another rate; raises what `open_rendering` does."""
        with open_audio(file.path) as tracks:
            return _prepared(file, tracks.channels, sample_rate).renderer

    def weigh(self, block: AudioBlock, position: int, width: int) -> Values:
        """All tracks weighed and added, ``(width, frames)``: direct channels, then diffuse ones where they are asked.

        `position` is the block's first frame.
        """
        sums = np.zeros((width, block.shape[1]))
        for course in self._courses:
            track = block[course.track]
            for each in course.stretches(position, position + block.shape[1]):
                samples = track[each.begin - position : each.end - position]
                before, after = each.before[:width], each.after[:width]
                self._add(samples, before, after, each.share, each.step, sums, each.begin - position)
        return sums

    def render(self, block: AudioBlock, position: int) -> Values:
        """The loudspeakers ``(channels, frames)``, diffuse parts as if they were direct: for what looks at levels."""
        sums = self.weigh(block, position, 2 * self.channels)
        return np.asarray(sums[: self.channels] + sums[self.channels :])


class AdmSource:
    """Where an `AudioReader` has a rendered programme from.

    Parameters
    ----------
    tracks
        The file's channels as they lie.
    prepared
        What makes loudspeakers of them.
    """

    frames_exact = True

    def __init__(self, tracks: AudioReader, prepared: _Prepared) -> None:
        self.frames = tracks.frames
        self.notes = (*tracks.notes, *prepared.selection.notes)
        self._tracks = tracks
        self._prepared = prepared  # kept, so that whoever opens the file beside this has it too
        self._renderer = prepared.renderer
        self._channels = self._renderer.channels
        paths = [item.channel.blocks for item in prepared.selection.objects]
        diffuse = any(blocks.diffuse for blocks in paths if isinstance(blocks, ObjectBlocks))
        self._filters = decorrelation_filters(prepared.system.labels) if diffuse else None

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` ``(channels, frames)`` from a frame on."""
        end = frame + out.shape[1]
        if self._filters is None:
            out[:] = self._sums(frame, end, self._channels)
            return int(out.shape[1])
        before = DECORRELATION_TAPS - 1 - DECORRELATION_DELAY_FRAMES
        sums = self._sums(frame - before, end + DECORRELATION_DELAY_FRAMES, 2 * self._channels)
        direct = sums[: self._channels, before : before + out.shape[1]]
        out[:] = direct + convolve_all(sums[self._channels :], self._filters)
        return int(out.shape[1])

    def _sums(self, begin: int, end: int, width: int) -> Values:
        """All courses weighed and added, ``(width, frames)``; there is silence before the file and after it."""
        sums = np.zeros((width, end - begin))
        for low in range(max(begin, 0), min(end, self.frames), _AT_ONCE):
            self._tracks.seek(low)
            block = self._tracks.read(min(_AT_ONCE, end - low))
            part = self._renderer.weigh(block, low, width)
            sums[:, low - begin : low - begin + block.shape[1]] = part
        return sums

    def close(self) -> None:
        """Close the file."""
        self._tracks.close()


@dataclass(frozen=True, eq=False)
class _Prepared:
    """Of one programme for one layout and rate; it does not change, so that readers share it."""

    adm: Adm
    selection: Selection
    system: System
    renderer: TrackRenderer


_in_use: WeakValueDictionary[tuple[object, ...], _Prepared] = WeakValueDictionary()
"""While any reader has it: an hour of objects that never rest is read for many seconds, and a loop opens it again."""


def _prepared(file: AdmFile, channels: int, sample_rate: int) -> _Prepared:
    """What `open_rendering` and `TrackRenderer.of_file` need of a file; they say what it raises."""
    status = file.path.stat()
    of_file = (status.st_mtime_ns, status.st_size, sample_rate)
    found = _in_use.get((file, *of_file))
    if found is None:
        adm = model_of(file.path)
        selection = select(adm, channels, str(file.path), file.programme)
        system = system_of(file.layout or usual_layout(selection))
        found = _Prepared(adm, selection, system, TrackRenderer(selection, system, sample_rate))
        for known in (file, replace(file, layout=system.layout.name)):
            _in_use[(known, *of_file)] = found
    return found


def _courses(selection: Selection, system: System, sample_rate: int) -> list[Course]:
    panner = ObjectPanner(system)
    found = [
        Course(item, sample_rate, lambda blocks: panner.gains(cast("Sequence[ObjectBlock]", blocks)))
        for item in selection.objects
    ]
    found += [Course(item, sample_rate, _speaker_gains_of(item, system)) for item in selection.speakers]
    for scene in selection.scenes:
        components = [cast("SceneBlock", item.channel.blocks[0]) for item in scene]
        decoder = decoder_of_scene(components, system)
        found += [Course(item, sample_rate, _fixed(column)) for item, column in zip(scene, decoder.T, strict=True)]
    return found


def _speaker_gains_of(item: Item, system: System):  # type: ignore[no-untyped-def]
    def gains(blocks: Sequence[Block]) -> Values:
        rows = [
            block.gain * speaker_gains(item.channel, block, item.pack_id, system)
            for block in blocks
            if isinstance(block, SpeakerBlock)
        ]
        return _beside_nothing(np.array(rows))

    return gains


def _fixed(column: Values):  # type: ignore[no-untyped-def]
    return lambda blocks: _beside_nothing(np.array([block.gain * column for block in blocks]))


def _beside_nothing(direct: Values) -> Values:
    """Gains with none for the diffuse part."""
    return np.concatenate((direct, np.zeros_like(direct)), axis=1)


def usual_layout(selection: Selection) -> str:
    """What a programme is rendered to where nobody says: a bed alone to its own loudspeakers, else `USUAL_LAYOUT`."""
    own = next((name for name, pack in BED_PACKS.items() if pack == selection.bed_pack), None)
    return own if own in RENDERED_LAYOUTS else USUAL_LAYOUT


def open_rendering(file: AdmFile) -> AudioReader:
    """A programme rendered to loudspeakers, open for reading as any sound file.

    Raises
    ------
    FileError
        If the file or its metadata are wrong.
    UsageError, UnknownNameError
        If there is no such programme, or it cannot be rendered to the layout.
    """
    tracks = open_audio(file.path)
    tracks.know_layout(discrete_layout(tracks.channels))
    try:
        prepared = _prepared(file, tracks.channels, tracks.sample_rate)
        source = AdmSource(tracks, prepared)
    except BaseException:
        tracks.close()
        raise
    adm, system = prepared.adm, prepared.system
    channels = prepared.renderer.channels
    reader = AudioReader(file.path, source, tracks.sample_rate, channels, tracks.format, tracks.subtype)
    reader.know_layout(system.layout)
    reader.renderer = RENDERER
    dolby = dolby_of(file.path, adm)
    for note in (*adm.notes, *(() if dolby is None else (dolby.note,))):
        reader.note(note)
    if file.layout is None and prepared.selection.bed_pack is None:
        reader.note(f"objects and scenes are rendered to {system.layout.name} (ITU-R BS.2127); --layout names another")
    return reader
