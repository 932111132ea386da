"""A voice made another: its formants moved, and other voices beside it at other pitches.

Notes
-----
Latency: one spectrum, 43 ms at 48 kHz. Realtime: four transforms for each pair of channels in every 11 ms. Sources:
`audiopost.dsp.spectral_envelope`, `audiopost.dsp.peak_shifting`.
"""

from __future__ import annotations

from audiopost.dsp.peak_shifting import PeakShifter
from audiopost.dsp.spectral_envelope import FormantGains
from audiopost.dsp.stft import ShortTimeSpectra
from audiopost.effects.spectral_node import SpectralNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.units import db_to_linear

__all__ = ["FormantShift", "Harmonizer"]

GLIDE_MS = 45.0
"""A new value is heard by and by as spectra made with it come in: four of them overlap."""

SILENT_DB = -60.0
VOICES = 3
USUAL = ((4.0, -9.0), (7.0, -9.0), (-12.0, SILENT_DB))
"""Interval and level of each voice: a major chord."""


def _semitones(name: str, default: float, most: float, summary: str) -> Parameter:
    return Parameter(name, default, -most, most, unit="semitones", smoothing_ms=GLIDE_MS, summary=summary)


def _ratio(semitones: float) -> float:
    return float(2.0 ** (semitones / 12.0))


class FormantShift(SpectralNode):
    """Moves the formants of a voice, and leaves its pitch: a larger or a smaller head.

    Up a few semitones a man's voice becomes a boy's, down a few a giant's. The envelope of the spectrum is moved, its
    partials stay; high voices, whose partials lie further apart than formants do, are followed less exactly.
    """

    name = "formant_shift"
    summary = "Moves the formants of a voice without its pitch: larger or smaller, older or younger."
    parameters = (_semitones("shift_semitones", 0.0, 12.0, "where the formants go"),)

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Make the envelope."""
        self._formants = FormantGains(spectra.size, float(stream.sample_rate))

    def set_gains(self) -> None:
        """Move the envelope."""
        self._formants.fill(self.spectra.powers, self.spectra.gains, _ratio(self.values["shift_semitones"]))


class Harmonizer(SpectralNode):
    """Up to three voices beside a sound, each at its own interval, with the formants of the sound or moved with it.

    Any sound may be chords and noise too: every partial is moved. Attacks are a little softer than they came, by the
    length of a spectrum.
    """

    name = "harmonizer"
    summary = "Puts up to three voices at other pitches beside a sound, with its formants kept."
    parameters = (
        *(
            parameter
            for number, (interval, level_db) in enumerate(USUAL, start=1)
            for parameter in (
                _semitones(f"voice{number}_semitones", interval, 24.0, f"interval of voice {number}"),
                Parameter(
                    f"voice{number}_level_db", level_db, SILENT_DB, 12.0, unit="dB", smoothing_ms=GLIDE_MS,
                    summary=f"level of voice {number}; -60 dB is silence",
                ),
            )
        ),
        Parameter(
            "formants_percent", 100.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS,
            summary="how far the voices keep the formants of the sound; 0: they move with the pitch",
        ),
        Parameter(
            "dry_level_db", 0.0, SILENT_DB, 12.0, unit="dB", smoothing_ms=GLIDE_MS,
            summary="level of the sound itself; -60 dB is silence",
        ),
    )  # fmt: skip

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Make the voices."""
        pairs = (stream.layout.channels + 1) // 2
        self._shifter = PeakShifter(1 + VOICES, pairs, spectra.size, spectra.hop, float(stream.sample_rate))

    def set_gains(self) -> None:
        """Put the voices into the spectrum."""
        values, shifter = self.values, self._shifter
        shifter.levels[0] = _amplitude(values["dry_level_db"])
        for voice in range(1, 1 + VOICES):
            shifter.levels[voice] = _amplitude(values[f"voice{voice}_level_db"])
            shifter.ratios[voice] = _ratio(values[f"voice{voice}_semitones"])
        shifter.process(self.spectra.powers, self.spectra.values, values["formants_percent"] / 100.0)

    def reset_gains(self) -> None:
        """Forget the voices."""
        self._shifter.reset()


def _amplitude(level_db: float) -> float:
    return 0.0 if level_db <= SILENT_DB else db_to_linear(level_db)
