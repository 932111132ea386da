"""Steady noise and late reverberation, taken out of the short-time spectrum.

Notes
-----
Latency: one spectrum, 43 ms at 48 kHz. Realtime: two transforms for each pair of channels in every 11 ms. All channels
have one set of gains, so nothing shifts in the picture. Sources: `audiopost.dsp.stft`,
`audiopost.dsp.noise_suppression`, `audiopost.dsp.late_reverberation`, `audiopost.dsp.decay_estimation`.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.dsp.decay_estimation import DecayEstimation
from audiopost.dsp.late_reverberation import LateReverberation
from audiopost.dsp.noise_suppression import OM_LSA, WIENER, NoiseSuppression
from audiopost.dsp.resampling import resample
from audiopost.dsp.stft import ShortTimeSpectra
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.effects.spectral_node import SpectralNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear

__all__ = ["Denoise", "Dereverb"]

ROOM_MEMORY_S = 15.0
"""A cut to another room is heard within some words."""

ROOM_GLIDE_S = 0.5


class Denoise(SpectralNode):
    """Lowers steady noise: hiss, hum, air, ventilation, camera, tape.

    What the noise is, is known in one of three ways: followed by itself, in the pauses and between the partials of
    speech (the default); from ``noise_profile``, a file with nothing but noise; or learned from what plays while
    ``learn`` is on. It is lowered by `reduction_db` and no further, for a floor of noise sounds better than none.
    """

    name = "denoise"
    summary = "Lowers steady noise under speech or music: followed, learned while it plays, or from a file."
    parameters = (
        Parameter(
            "reduction_db", 18.0, 0.0, 40.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="how far noise is lowered"
        ),
        Parameter(
            "strength_db", 0.0, -12.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS,
            summary="noise counts so much louder than it is: higher takes more noise, and more of the sound",
        ),
        Parameter(
            "learn", 0.0, 0.0, 1.0, smoothing_ms=0.0, choices=("off", "on"),
            summary="on: what plays now is nothing but noise",
        ),
    )  # fmt: skip
    settings = (
        Setting("rule", "text", "om_lsa", choices=("om_lsa", "wiener"), summary="om_lsa: deeper; wiener: plainer"),
        Setting("noise_profile", "path", "", summary="an audio file with nothing but the noise; none: it is followed"),
    )

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Read the profile, if there is one.

        Raises
        ------
        FileError
            If the file cannot be read.
        UsageError
            If it is shorter than a spectrum.
        """
        self._suppression = NoiseSuppression(spectra.powers.size, spectra.hop / stream.sample_rate)
        self._rule = OM_LSA if self.setting_values["rule"] == "om_lsa" else WIENER
        path = str(self.setting_values["noise_profile"])
        if path:
            self._suppression.set_profile(_profile(path, stream.sample_rate))

    def set_gains(self) -> None:
        """Track the noise and weigh."""
        self._suppression.set_gains(
            self.spectra.powers,
            self.spectra.gains,
            rule=self._rule,
            floor=db_to_linear(-self.values["reduction_db"]),
            over=db_to_linear(2.0 * self.values["strength_db"]),
            learn=self.values["learn"] > 0.5,
        )

    def reset_gains(self) -> None:
        """Forget the noise, save that of a file."""
        self._suppression.reset()


def _profile(path: str, sample_rate: int) -> np.ndarray:
    """Mean power of every bin over a file."""
    samples, rate = read_audio(path)
    samples = np.ascontiguousarray(resample(samples, rate, sample_rate), dtype=np.float32)
    spectra = ShortTimeSpectra(samples.shape[0], sample_rate)
    if samples.shape[1] < spectra.size:
        raise UsageError(
            f"the noise profile is shorter than {1000 * spectra.size // sample_rate} ms",
            where=path,
            mend="give half a second of noise or more",
        )
    total, heard = np.zeros_like(spectra.powers), 0

    def add() -> None:
        nonlocal total, heard
        heard += 1
        if heard >= spectra.size // spectra.hop:  # earlier ones reach back before the beginning of the file
            total = total + spectra.powers

    spectra.process(samples, np.empty_like(samples), add)
    return total / (heard - spectra.size // spectra.hop + 1)


class Dereverb(SpectralNode):
    """Lowers late reverberation: the room that follows a sound, from 50 ms behind it on.

    The room is foretold from what was heard: power that decays by 60 dB in `decay_s`. With ``follow`` that time is
    heard in the sound itself, and `decay_s` serves until some falls of the level were heard. Early reflections, the
    colour of the room, stay.

    Attributes
    ----------
    decay_s : float
        The time that is counted with now.
    """

    name = "dereverb"
    summary = "Lowers the room around a voice: what follows a sound from 50 ms on."
    parameters = (
        Parameter(
            "reduction_db", 12.0, 0.0, 30.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="how far the room is lowered"
        ),
        Parameter(
            "decay_s", 0.6, 0.1, 10.0, unit="s", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="time in which the room decays by 60 dB",
        ),
        Parameter(
            "room_level_db", -5.0, -18.0, 6.0, unit="dB", smoothing_ms=SMOOTHING_MS,
            summary="how much room there is: 0 far from the speaker, -12 close",
        ),
    )  # fmt: skip
    settings = (Setting("follow", "flag", False, summary="hear the decay of the room in the sound, as it changes"),)

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Make room for the past."""
        hop_s = spectra.hop / stream.sample_rate
        self._room = LateReverberation(spectra.powers.size, hop_s)
        self._decay = DecayEstimation(spectra.frequencies_hz, hop_s, ROOM_MEMORY_S)
        self._follow = bool(self.setting_values["follow"])
        self._keep = math.exp(-hop_s / ROOM_GLIDE_S)
        self.decay_s = self.values["decay_s"]

    def set_gains(self) -> None:
        """Foretell the room and weigh."""
        wanted_s = self.values["decay_s"]
        if self._follow:
            found_s = self._decay.process(self.spectra.powers) or wanted_s
            self.decay_s = found_s * (self.decay_s / found_s) ** self._keep
        else:
            self.decay_s = wanted_s
        self._room.set_gains(
            self.spectra.powers,
            self.spectra.gains,
            decay_s=self.decay_s,
            level=db_to_linear(2.0 * self.values["room_level_db"]),
            floor=db_to_linear(-self.values["reduction_db"]),
        )

    def reset_gains(self) -> None:
        """Forget all sound, and the room."""
        self._room.reset()
        self._decay.reset()
        self.decay_s = self.values["decay_s"]
