"""pedalboard's built-in effects as data: knobs, ranges, channels, how they must be fed, how long they ring.

Stands apart from the library so that the catalogue can be listed, and drawings checked, without loading it. A
test holds every row against the real class: its existence, attributes, defaults and ranges.

Names are pedalboard's with our units at the end (``delay_seconds`` is ``delay_s``). What changes the latency or
restarts an effect is a setting, not a knob. A range is the narrower of what the library takes and what makes sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audiopost.plugins import tails
from audiopost.plugins.plugin import ANY_CHANNELS, PluginParameter, PluginSetting
from audiopost.plugins.streams import PRIMING_FRAMES

__all__ = ["BUILT_INS", "HIGHEST_CUT_OFF", "BuiltIn", "Segments"]


@dataclass(frozen=True)
class Segments:
    """Durations in seconds of the parts of a segment: see `audiopost.plugins.segments`."""

    hop_s: float
    before_s: float
    after_s: float
    fade_s: float


@dataclass(frozen=True)
class BuiltIn:
    """One built-in.

    `segments` is set for one that must be given whole sounds. `fixed_block_frames` is 0 for one that returns every
    frame, else the block it is fed; `probe_s` is how long its first blocks are watched to measure what it holds back,
    `spare_s` latency added because that may still grow. `tail_beyond_latency_s` is added to the derived `tail`.
    """

    name: str
    summary: str
    parameters: tuple[PluginParameter, ...] = ()
    settings: tuple[PluginSetting, ...] = ()
    channels: tuple[int, ...] = ANY_CHANNELS
    linked: bool = False
    priming_frames: int = PRIMING_FRAMES
    fixed_block_frames: int = 0
    segments: Segments | None = None
    probe_s: float = 0.0
    spare_s: float = 0.0
    tail: tails.Tail = tails.none
    tail_beyond_latency_s: float = 0.0
    live: bool = True
    exceptions: Mapping[str, str] = field(default_factory=dict)


HIGHEST_CUT_OFF = 0.45
"""Of the sample rate: a cut-off beyond half of it would make the filters unstable."""

RAMP_MS = 20.0
"""Time over which the host spreads a jump of a knob."""


def _knob(name: str, default: float, minimum: float, maximum: float, unit: str = "", **more: object) -> PluginParameter:
    return PluginParameter(name, default, minimum, maximum, unit, **{"smoothing_ms": RAMP_MS, **more})  # type: ignore[arg-type]


def _level(name: str, default: float, minimum: float, maximum: float, summary: str = "") -> PluginParameter:
    return _knob(name, default, minimum, maximum, "dB", summary=summary)


def _time(name: str, default: float, minimum: float, maximum: float) -> PluginParameter:
    return _knob(name, default, minimum, maximum, "ms", taper="log")


def _cut_off(name: str, default: float) -> PluginParameter:
    return _knob(name, default, 20.0, 20_000.0, "Hz", taper="log", below_nyquist=True)


def _share(name: str, default: float, summary: str = "") -> PluginParameter:
    return _knob(name, default, 0.0, 1.0, summary=summary)


_FEEDBACK = _knob("feedback", 0.0, -0.98, 0.98, summary="negative inverts")
_EQUALIZER = (
    _cut_off("cutoff_frequency_hz", 440.0),
    _level("gain_db", 0.0, -24.0, 24.0),
    _knob("q", 0.7071067690849304, 0.1, 20.0, taper="log"),
)
_QUALITIES = (
    "ZeroOrderHold", "Linear", "CatmullRom", "Lagrange", "WindowedSinc8", "WindowedSinc16", "WindowedSinc32",
    "WindowedSinc64", "WindowedSinc128", "WindowedSinc256",
)  # fmt: skip
_CLEARS = {"split": "state below -160 dBFS is cleared at the end of each block: samples are equal within -130 dBFS"}
_PER_BLOCK = {"smoothing": "the maker's algorithm jumps: a new value is heard at once"}

BUILT_INS: dict[str, BuiltIn] = {
    each.name: each
    for each in (
        BuiltIn(
            "Bitcrush", "Coarser word length: fewer steps between silence and full scale",
            (PluginParameter("bit_depth", 8.0, 0.0, 32.0, "bit"),), exceptions=_PER_BLOCK,
        ),
        BuiltIn(
            "BrickwallLimiter", "Look-ahead peak limiter with a ceiling, all channels under one gain",
            (_level("ceiling_db", -1.0, -40.0, 0.0), _time("release_ms", 100.0, 1.0, 5000.0)),
            (
                PluginSetting("lookahead_ms", "number", 5.0, summary="above 0, at most 100 ms; becomes latency"),
                PluginSetting("true_peak", "flag", False, summary="also between samples, four times oversampled"),
            ),
            linked=True, fixed_block_frames=32, probe_s=0.25,
        ),
        BuiltIn(
            "Chorus", "Chorus, or flanger with a short delay and feedback",
            (
                _knob("rate_hz", 1.0, 0.0, 100.0, "Hz"), _share("depth", 0.25),
                _knob("centre_delay_ms", 7.0, 1.0, 50.0, "ms", smoothing_ms=0.0), _FEEDBACK, _share("mix", 0.5),
            ),
            tail=tails.chorus, exceptions=_PER_BLOCK,
        ),
        BuiltIn(
            "Clipping", "Hard clipping at a level", (_level("threshold_db", -6.0, -60.0, 0.0),),
        ),
        BuiltIn(
            "Compressor", "Downward compressor, each channel for itself",
            (
                _level("threshold_db", 0.0, -80.0, 0.0), _knob("ratio", 1.0, 1.0, 100.0, taper="log"),
                _time("attack_ms", 1.0, 0.1, 1000.0), _time("release_ms", 100.0, 1.0, 5000.0),
            ),
        ),
        BuiltIn(
            "Convolution", "Convolution with an impulse response, which is scaled to a fixed energy (about -18 dB)",
            (_share("mix", 1.0),),
            (PluginSetting("impulse_response", "path", summary="the sound file of the impulse response"),),
            # Partitions as long as the priming block: 512 costs least over all block sizes from 64 to 8192.
            channels=(1, 2), priming_frames=512,
            exceptions={"split": "partial partitions are summed in another order: samples are equal within -130 dBFS"},
        ),
        BuiltIn(
            "Delay", "Echo with feedback",
            (
                _knob("delay_s", 0.5, 0.0, 30.0, "s", smoothing_ms=0.0, native="delay_seconds"),
                _share("feedback", 0.0), _share("mix", 0.5),
            ),
            tail=tails.delay, exceptions=_PER_BLOCK,
        ),
        BuiltIn("Distortion", "Soft saturation (hyperbolic tangent)", (_level("drive_db", 25.0, 0.0, 60.0),)),
        BuiltIn(
            "GSMFullRateCompressor", "The sound of a 2G telephone, each channel through its own codec",
            settings=(PluginSetting("quality", "text", "WindowedSinc8", _QUALITIES, "of the conversion to 8 kHz"),),
            # Multiples of the codec's frame of 20 ms, so that the frames of all segments lie on one grid.
            channels=(1,), segments=Segments(0.2, 0.4, 0.06, 0.0), tail_beyond_latency_s=0.7, live=False,
        ),
        BuiltIn("Gain", "Louder or softer", (_level("gain_db", 1.0, -100.0, 40.0),)),
        BuiltIn(
            "HighShelfFilter", "High shelf", _EQUALIZER, tail=tails.shelf(+1),
            exceptions=_CLEARS | {"smoothing": "its state lags its coefficients: 12 dB in 20 ms clicks"},
        ),
        BuiltIn(
            "HighpassFilter", "High-pass of first order, 6 dB/octave",
            (_cut_off("cutoff_frequency_hz", 50.0),), tail=tails.first_order, exceptions=_CLEARS,
        ),
        BuiltIn("Invert", "Reversed polarity"),
        BuiltIn(
            "LadderFilter", "Analogue-style ladder filter",
            (
                _cut_off("cutoff_hz", 200.0), _share("resonance", 0.0),
                _knob("drive", 1.0, 1.0, 100.0, taper="log"),
            ),
            (PluginSetting("mode", "text", "LPF12", ("LPF12", "HPF12", "BPF12", "LPF24", "HPF24", "BPF24")),),
            tail=tails.ladder,
        ),
        BuiltIn(
            "Limiter", "Loudness maximiser: two compressors, make-up gain and a hard clip at full scale",
            (_level("threshold_db", -10.0, -60.0, 0.0), _time("release_ms", 100.0, 1.0, 5000.0)),
        ),
        BuiltIn("LowShelfFilter", "Low shelf", _EQUALIZER, tail=tails.shelf(-1), exceptions=_CLEARS),
        BuiltIn(
            "LowpassFilter", "Low-pass of first order, 6 dB/octave",
            (_cut_off("cutoff_frequency_hz", 50.0),), tail=tails.first_order, exceptions=_CLEARS,
        ),
        BuiltIn(
            "MP3Compressor", "The artefacts of MP3 at a variable bit rate",
            settings=(PluginSetting("vbr_quality", "number", 2.0, summary="0 (best) to 9.9"),),
            channels=(1, 2), fixed_block_frames=32, probe_s=0.5, tail_beyond_latency_s=0.25,
        ),
        BuiltIn(
            "NoiseGate", "Downward expander, each channel for itself",
            (
                _level("threshold_db", -100.0, -100.0, 0.0), _knob("ratio", 10.0, 1.0, 100.0, taper="log"),
                _time("attack_ms", 1.0, 0.1, 1000.0), _time("release_ms", 100.0, 1.0, 5000.0),
            ),
            exceptions={"smoothing": "below the threshold its ratio makes ten dB of gain out of each dB of the knob"},
        ),
        BuiltIn("PeakFilter", "Bell", _EQUALIZER, tail=tails.peak, exceptions=_CLEARS),
        BuiltIn(
            "Phaser", "Six all-pass stages swept by an oscillator",
            (
                _knob("rate_hz", 1.0, 0.0, 100.0, "Hz"), _share("depth", 0.5),
                _cut_off("centre_frequency_hz", 1300.0), _FEEDBACK, _share("mix", 0.5),
            ),
            tail=tails.phaser,
        ),
        BuiltIn(
            "PitchShift", "Pitch without time (Rubber Band), in segments of 5 s joined by a cross-fade; not for live",
            (PluginParameter("semitones", 0.0, -72.0, 72.0, "st"),),
            segments=Segments(5.0, 1.0, 0.5, 0.05), tail_beyond_latency_s=6.5, live=False,
            exceptions={"smoothing": "a new value is heard from the next segment on"},
        ),
        BuiltIn(
            "Resample", "Down to a lower sample rate and back, with what that does to the sound",
            settings=(
                PluginSetting("target_sample_rate_hz", "number", 8000.0),
                PluginSetting("quality", "text", "WindowedSinc32", _QUALITIES),
            ),
            fixed_block_frames=32, probe_s=0.5, spare_s=0.001, tail_beyond_latency_s=0.1,
        ),
        BuiltIn(
            "Reverb", "Freeverb: combs and all-passes; 5.1 and more: one for each pair of mirror images",
            (
                _share("room_size", 0.5), _share("damping", 0.5), _share("wet_level", 0.33), _share("dry_level", 0.4),
                _share("width", 1.0), _share("freeze_mode", 0.0, "from 0.5: rings for ever"),
            ),
            channels=(1, 2), tail=tails.reverb,
            exceptions={"tail": "a constant residual near -119 dBFS stays"},
        ),
    )
}  # fmt: skip
"""Every built-in by pedalboard's class name. Its ``IIRFilter`` (abstract), ``Chain`` and ``Mix`` are no effects."""
