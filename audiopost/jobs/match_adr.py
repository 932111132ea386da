"""ADR that sits in its production sound: the room of the reference around the line, then its spectrum.

::

    reference ─▶ decay of its room ─────────┐
              └▶ fall behind its peaks ─┐   ▼
    sound ──────────────────────────────┴▶ reverb, its share found by trial ─▶ match of the spectrum ─▶ level

The share of the room is that with which the sound falls behind its peaks as far as the reference does. Both say much
the same words, as ADR does. The spectrum is matched behind the room, so that the room's colour is not counted twice.

Sources: `audiopost.dsp.decay_estimation`, `audiopost.dsp.room_level`, `audiopost.effects.equalizer_matching`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.decay_estimation import DecayEstimation
from audiopost.dsp.octave_spectrum import OctaveSpectrum
from audiopost.dsp.room_level import RoomLevel
from audiopost.dsp.stft import ShortTimeSpectra
from audiopost.effects.equalizer_matching import matching_equalizer, matching_gains_db, third_octave_levels_db
from audiopost.effects.words import draw
from audiopost.errors import UsageError
from audiopost.graph.algebra import Graph
from audiopost.jobs.match_eq import check_amounts
from audiopost.jobs.measure import measure_samples
from audiopost.media.audio_file import open_audio
from audiopost.units import seconds_to_frames

__all__ = ["AdrMatch", "match_adr"]

LONGEST_S = 60.0
"""From the beginning of each file: more tells no more about a room."""

MOST_MIX_PERCENT = 60.0
"""Beyond this the dry sound is lost in its room, and its share cannot be told any more."""

TRIALS = 7

SAME_FALL_DB = 0.5
"""What one recording and the next of the same words differ by in the same room."""

NO_ROOM = "no room is heard in the reference: its spectrum alone is matched"
ROOMIER = "the sound has as much room as the reference already: its spectrum alone is matched; dereverb takes room away"


@dataclass(frozen=True)
class AdrMatch:
    """A chain for the line, and what was found."""

    graph: Graph
    decay_s: float | None
    """In which the room of the reference decays by 60 dB; None where none is heard."""
    mix_percent: float
    """Share of the room that the chain adds."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Heard:
    decay_s: float | None
    fall_db: float | None
    levels_db: NDArray[np.float64]


def match_adr(
    reference: str | os.PathLike[str],
    sound: str | os.PathLike[str],
    *,
    strength_percent: float = 100.0,
    most_db: float = 12.0,
    phase: str = "minimum",
) -> AdrMatch:
    """A drawing that puts `sound` into the room of `reference` and gives it its long-term spectrum, at its own level.

    Parameters
    ----------
    reference, sound
        Audio files of any rate and layout; some seconds of the same voice in each, better of the same words.
    strength_percent
        Part of the difference of the spectra that is made up, and of the room that is added, 0 to 100.
    most_db
        Largest boost and cut, 0 to 24 dB.
    phase
        ``"minimum"`` (no latency) or ``"linear"``.

    Raises
    ------
    FileError
        If a file cannot be read.
    UsageError
        If one is silent.
    ParameterRangeError
        If a number is out of its range.

    Notes
    -----
    Accuracy: decay within 15 % between 0.3 and 3 s where the room stands 20 dB over the noise.
    """
    check_amounts(strength_percent, most_db)
    wanted = _heard(*_beginning(reference))
    dry, rate = _beginning(sound)
    room, mix_percent = None, 0.0
    notes: tuple[str, ...] = (NO_ROOM,)
    if wanted.decay_s is not None and wanted.fall_db is not None:
        share = _share_of_room(dry, rate, wanted.decay_s, wanted.fall_db)
        mix_percent = round(strength_percent / 100.0 * share, 1)
        notes = () if share > 0.0 else (ROOMIER,)
        if mix_percent > 0.0:
            room = _room(wanted.decay_s, mix_percent)
    roomy = dry if room is None else room.render(dry, rate, tail=False)
    gains_db = matching_gains_db(
        _heard(roomy, rate).levels_db, wanted.levels_db, strength=strength_percent / 100.0, most_db=most_db
    )
    graph = matching_equalizer(gains_db, phase=phase)
    if room is not None:
        graph = room >> graph
    graph = graph >> draw("gain", gain_db=_own_level_db(graph, dry, rate))
    described = f"Puts a line like {Path(sound).name} into the room of {Path(reference).name}, with its spectrum."
    drawn = replace(
        graph, name=f"ADR: {Path(reference).stem}", description=described, tags=("adr", "dialogue"),
        made_for=("speech",),
    )  # fmt: skip
    return AdrMatch(drawn, wanted.decay_s, mix_percent, notes)


def _room(decay_s: float, mix_percent: float) -> Graph:
    """A room whose walls are the further away the longer it rings, as V / S of ordinary rooms grows with the decay."""
    return draw(
        "reverb", decay_s=round(decay_s, 2), mix_percent=mix_percent,
        room_size_percent=round(min(100.0, max(15.0, 50.0 * decay_s)), 0), predelay_ms=3.0,
    )  # fmt: skip


def _share_of_room(dry: AudioBlock, rate: int, decay_s: float, fall_db: float) -> float:
    """The share in percent with which `dry` falls by `fall_db` behind its peaks; halved interval by interval."""
    dry_db = _heard(dry, rate).fall_db
    if dry_db is None or dry_db <= fall_db + SAME_FALL_DB:
        return 0.0
    low, high = 0.0, MOST_MIX_PERCENT
    for _ in range(TRIALS):
        middle = 0.5 * (low + high)
        heard_db = _heard(_room(decay_s, middle).render(dry, rate, tail=False), rate).fall_db
        if heard_db is None or heard_db <= fall_db:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def _beginning(path: str | os.PathLike[str]) -> tuple[AudioBlock, int]:
    with open_audio(path) as reader:
        blocks, left = [], seconds_to_frames(LONGEST_S, reader.sample_rate)
        for block in reader.blocks():
            blocks.append(block[:, :left].copy())
            left -= blocks[-1].shape[1]
            if left <= 0:
                break
        if not blocks:
            raise UsageError("the sound is silent", where=str(path), mend="give some seconds of what is to be compared")
        return np.ascontiguousarray(np.concatenate(blocks, axis=1)), reader.sample_rate


def _heard(samples: AudioBlock, rate: int) -> _Heard:
    spectra = ShortTimeSpectra(samples.shape[0], rate)
    hop_s = spectra.hop / rate
    decay = DecayEstimation(spectra.frequencies_hz, hop_s)
    room = RoomLevel(spectra.frequencies_hz, hop_s)

    def listen() -> None:
        decay.process(spectra.powers)
        room.process(spectra.powers)

    spectra.process(samples, np.empty_like(samples), listen)
    spectrum = OctaveSpectrum(rate)
    spectrum.process(samples)
    return _Heard(decay.decay_s, room.fall_db(), third_octave_levels_db(spectrum, rate))


def _own_level_db(graph: Graph, dry: AudioBlock, rate: int) -> float:
    """The gain that makes it as loud as it was."""
    before = measure_samples(dry, rate).integrated_lufs
    after = measure_samples(graph.render(dry, rate, tail=False), rate).integrated_lufs
    return 0.0 if before is None or after is None else round(before - after, 2)
