"""Dialogue-gated loudness: how loud a programme is while somebody speaks.

::

    programme ── K-weighting ── energy of every 10 ms ──┐
    programme ── speech detector ┐                      ├─ mean over the speech ── loudness
    or stem ──── momentary level ┴── speech or not ─────┘
                                          └── share of the programme

The mean is that of ITU-R BS.1770-1: no level gate, neither absolute nor relative, only the speech. It is taken over
the whole programme, music and effects under the speech included.

What decides is either a dialogue stem (exact, as far as the stem is clean) or an open detector. Either way the result
is an approximation of what other meters call dialogue loudness: Dolby Dialogue Intelligence is another detector, and
quiet lines are where the two differ most.

Source: ITU-R BS.1770-1 (2007), Annex 1; ATSC A/85, section 5 (speech gate without level gate for long-form content).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.layouts import Layout
from audiopost.loudness.gating import loudness_lufs, power_at
from audiopost.loudness.loudness_range import loudness_range_lu
from audiopost.loudness.signal_path import SignalPath
from audiopost.loudness.windows import (
    HOPS_PER_MARK,
    HOPS_PER_SECOND,
    MOMENTARY_HOPS,
    SHORT_TERM_HOPS,
    complete_hops,
    hop_edges,
    sliding_sums,
)

__all__ = [
    "STEM_THRESHOLD_LUFS",
    "DialogueLoudness",
    "DialogueMeter",
    "HopPowers",
    "KnownSpeech",
    "SpeechGate",
    "StemActivity",
]

STEM_THRESHOLD_LUFS = -50.0
"""Momentary loudness above which a dialogue stem counts as speaking: some 25 LU below dialogue at delivery level, above
the room tone between the lines."""


@dataclass(frozen=True)
class DialogueLoudness:
    """Loudness under the speech.

    Attributes
    ----------
    share
        Part of the programme that holds speech, 0 to 1.
    loudness_lkfs
        Loudness of that part (BS.1770-1); None where nobody speaks.
    detector
        What decided, with its threshold.
    range_lu
        Loudness range (Tech 3342) of the windows of 3 s that hold speech for at least half; None where there is none.
    deviation_lu
        Largest distance of those windows' loudness from `loudness_lkfs`.
    approximate
        Whether an open detector decided, which other meters' detectors may contradict.
    speech
        Whether each 10 ms holds speech, to gate another version of the programme alike.
    """

    share: float
    loudness_lkfs: float | None
    detector: str
    range_lu: float | None = None
    deviation_lu: float | None = None
    approximate: bool = False
    speech: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "share": self.share,
            "loudness_lkfs": self.loudness_lkfs,
            "detector": self.detector,
            "range_lu": self.range_lu,
            "evidence": "approximate" if self.approximate else "measured",
            "method": "BS.1770-1 under the speech gate; an approximation, not Dolby Dialogue Intelligence",
        }


class SpeechGate(Protocol):
    """Decides where speech is; made for one programme."""

    name: str
    approximate: bool
    """Whether other meters may well decide otherwise."""

    def process(self, block: AudioBlock) -> None:
        """Take in a block of the programme."""

    def speech(self, hops: int) -> NDArray[np.bool_]:
        """Whether each of the programme's hops of 10 ms holds speech, ``(hops,)``; asked once, at the end."""


class HopPowers:
    """K-weighted, summed energy of every 10 ms of a stream.

    Parameters
    ----------
    sample_rate, layout
        Of the stream.
    """

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        self._path = SignalPath(sample_rate, layout)
        self._energies: list[NDArray[np.float64]] = []

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; samples that are no numbers count as 0."""
        self._energies += [passage.hop_energies for passage in self._path.push(block)]

    def energies(self) -> NDArray[np.float64]:
        """Weighted sum of squares of every complete hop so far, ``(hops,)``. More may be pushed afterwards."""
        path = copy.deepcopy(self._path)
        hops = complete_hops(path.frames, path.sample_rate)
        after = path.push(np.zeros((path.channels, path.tile_frames), dtype=np.float32))
        return np.concatenate([np.zeros(0), *self._energies, *(passage.hop_energies for passage in after)])[:hops]

    def powers_of_marks(self) -> NDArray[np.float64]:
        """Weighted mean square of every 100 ms so far, ``(marks,)``; the last may be shorter."""
        energies = self.energies()
        starts = np.arange(0, len(energies), HOPS_PER_MARK)
        if not len(starts):
            return np.zeros(0)
        frames = self.frames_of_hops(len(energies)).astype(np.float64)
        return np.asarray(np.add.reduceat(energies, starts) / np.add.reduceat(frames, starts))

    def frames_of_hops(self, hops: int) -> NDArray[np.int64]:
        """Length of each of the first hops in frames: they differ where 10 ms are no whole number."""
        return np.diff(hop_edges(0, hops, self._path.sample_rate))


class StemActivity:
    """A gate by a dialogue stem that runs beside the programme: speech is where the stem is heard.

    Parameters
    ----------
    sample_rate, layout
        Of the stem; it may differ from the programme in both.
    threshold_lufs
        Momentary loudness of the stem (0.4 s about each 10 ms) above which it is heard.

    Notes
    -----
    The window hears a line 0.2 s before it begins and after it ends. That much is taken off again, so that pauses
    below 0.4 s are bridged and the music about a line is not counted with it.
    """

    approximate = False

    def __init__(self, sample_rate: int, layout: Layout, threshold_lufs: float = STEM_THRESHOLD_LUFS) -> None:
        self.name = f"dialogue stem, momentary loudness above {threshold_lufs:g} LUFS"
        self._least_energy = power_at(threshold_lufs) * sample_rate * MOMENTARY_HOPS / HOPS_PER_SECOND
        self._powers = HopPowers(sample_rate, layout)

    def process(self, block: AudioBlock) -> None:
        """The programme itself says nothing here."""

    def take_in(self, block: AudioBlock) -> None:
        """Take in a block of the stem ``(channels, frames)``; all of it before `speech` is asked."""
        self._powers.process(block)

    def speech(self, hops: int) -> NDArray[np.bool_]:
        """Whether each hop lies in a line; where the stem has ended it is silent."""
        energies = self._powers.energies()[:hops]
        around = np.pad(energies, (MOMENTARY_HOPS, MOMENTARY_HOPS - 1 + hops - len(energies)))
        # Window k is centred on hop k - 20: some before the first and behind the last are needed below.
        heard = sliding_sums(around, MOMENTARY_HOPS) > self._least_energy
        in_a_line = sliding_sums(heard.astype(np.float64), MOMENTARY_HOPS) == MOMENTARY_HOPS
        return np.asarray(in_a_line[1:])


class KnownSpeech:
    """A gate that was found before, on another version of the same programme: after a gain the words are the same."""

    def __init__(self, found: DialogueLoudness) -> None:
        assert found.speech is not None, "a meter's result"
        self.name = found.detector
        self.approximate = found.approximate
        self._speech = found.speech

    def process(self, block: AudioBlock) -> None:
        """The version itself says nothing new."""

    def speech(self, hops: int) -> NDArray[np.bool_]:
        """As found; a version that is longer ends in silence."""
        return np.pad(self._speech[:hops], (0, max(0, hops - len(self._speech))))


class DialogueMeter:
    """Streaming meter of dialogue-gated loudness.

    Parameters
    ----------
    sample_rate, layout
        Of the programme.
    gate
        Decides where speech is.

    Notes
    -----
    Accuracy: of the loudness of what the gate lets through, that of `LoudnessMeter`; of the gate, 10 ms with a stem
    (and the 0.4 s of its window), 32 ms with the detector.
    Memory: 8 bytes for each 10 ms.
    """

    def __init__(self, sample_rate: int, layout: Layout, gate: SpeechGate) -> None:
        self._powers = HopPowers(sample_rate, layout)
        self._gate = gate

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)`` of the programme."""
        self._powers.process(block)
        self._gate.process(block)

    def finish(self) -> DialogueLoudness:
        """The result; the meter is then spent."""
        energies = self._powers.energies()
        frames = self._powers.frames_of_hops(len(energies))
        speech = self._gate.speech(len(energies))
        spoken = int(frames[speech].sum())
        if not spoken:
            return DialogueLoudness(
                0.0, None, self._gate.name, approximate=self._gate.approximate, speech=speech
            )  # fmt: skip
        energy = float(energies[speech].sum())
        loudness = loudness_lufs(energy / spoken) if energy else None
        windows = _spoken_windows(energies, frames, speech)
        return DialogueLoudness(
            spoken / int(frames.sum()), loudness, self._gate.name, loudness_range_lu(windows),
            None if loudness is None or not windows.any() else _deviation_lu(windows, loudness),
            self._gate.approximate, speech,
        )  # fmt: skip


def _spoken_windows(
    energies: NDArray[np.float64], frames: NDArray[np.int64], speech: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean powers of the windows of 3 s, every 100 ms, that hold speech for at least half, ``(windows,)``."""
    if len(energies) < SHORT_TERM_HOPS:
        return np.zeros(0)
    powers = sliding_sums(energies, SHORT_TERM_HOPS) / sliding_sums(frames.astype(np.float64), SHORT_TERM_HOPS)
    spoken = sliding_sums(speech.astype(np.float64), SHORT_TERM_HOPS) >= SHORT_TERM_HOPS / 2
    return np.asarray(powers[::HOPS_PER_MARK][spoken[::HOPS_PER_MARK]])


def _deviation_lu(windows: NDArray[np.float64], mean_lufs: float) -> float:
    heard = windows[windows > 0.0]
    return max(abs(loudness_lufs(float(edge)) - mean_lufs) for edge in (heard.min(), heard.max()))
