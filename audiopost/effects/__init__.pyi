# ruff: noqa: N802
# Written by `python -m audiopost.effects.stubs` from the catalogue.
"""The words that draw effects, for editors and type checkers: see ``__init__.py``."""

from typing import Literal as Literal

from audiopost.effects.splits import on_channels as on_channels
from audiopost.effects.splits import on_mid_side as on_mid_side
from audiopost.effects.words import draw as draw
from audiopost.graph.algebra import Graph
from audiopost.graph.algebra import through as through

EFFECT_MODULES: tuple[str, ...]

def bit_crusher(
    *,
    bits: float = 8.0,
    rate_hz: float = 12000.0,
    mix_percent: float = 100.0,
) -> Graph:
    """Fewer bits and a lower sample rate, unfiltered: early samplers, toys, broken links.

    Parameters
    ----------
    bits
        word length; 1 to 24.
    rate_hz
        samples a second; the stream's own rate at most; 200 to 192000 Hz.
    mix_percent
        share of the effect; 0 to 100 %.

    Notes
    -----
    - Exception (smoothing): steps of the wave are the effect.
    """

def bus() -> Graph:
    """A named place where wires meet and are summed: a group, a send, the end of a sub-graph."""

def channel(
    *,
    label: str = "1",
) -> Graph:
    """Takes one channel out, by its label or its number, as mono.

    Parameters
    ----------
    label
        L, R, C, LFE, Ls ..., or its number from 1.
    """

def channel_map(
    *,
    channels: str = "L,R",
    layout: str = "",
) -> Graph:
    """Selects channels and puts them into another order, by labels or numbers.

    Parameters
    ----------
    channels
        the source of each output channel: R,L or 1,2,3 ...; - is silence.
    layout
        of the output; by default the one with these labels.
    """

def chorus(
    *,
    voices: Literal[1, 2, 3, 4, 6] = 3,
    rate_hz: float = 0.6,
    delay_ms: float = 12.0,
    depth_ms: float = 4.0,
    spread_deg: float = 90.0,
    mix_percent: float = 50.0,
) -> Graph:
    """Thickens a sound by voices that drift in time and pitch.

    Parameters
    ----------
    voices
        voices a channel.
    rate_hz
        swings a second; 0.02 to 5 Hz.
    delay_ms
        delay of the nearest voice; 1 to 40 ms.
    depth_ms
        how far a voice swings; 0 to 10 ms.
    spread_deg
        swing from channel to channel; 0 to 180 deg.
    mix_percent
        share of the effect, in amplitude; 0 to 100 %.
    """

def comb(
    *,
    frequency_hz: float = 110.0,
    decay_s: float = 1.0,
    damping_percent: float = 30.0,
    mix_percent: float = 50.0,
) -> Graph:
    """Rings at a pitch and all its harmonics, like a string beside the sound.

    Parameters
    ----------
    frequency_hz
        pitch; 20 to 4000 Hz.
    decay_s
        time of decay by 60 dB; 0.05 to 10 s.
    damping_percent
        how much faster highs decay; 0 to 100 %.
    mix_percent
        share of what rings; 0 to 100 %.
    """

def compressor(
    *,
    detector: Literal["peak", "rms"] = "peak",
    threshold_db: float = -18.0,
    ratio: float = 3.0,
    attack_ms: float = 10.0,
    release_ms: float = 120.0,
    knee_db: float = 6.0,
    makeup_db: float = 0.0,
) -> Graph:
    """Evens out levels above a threshold; can be steered by another signal (side-chain).

    Parameters
    ----------
    detector
        what the level is taken from.
    threshold_db
        level at which the reduction begins, dBFS; -60 to 0 dB.
    ratio
        dB in for one dB out, above the threshold; 1 to 100.
    attack_ms
        time to 63 % of more reduction; 0.05 to 500 ms.
    release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    knee_db
        width of the bend around the threshold; 0 to 24 dB.
    makeup_db
        gain behind the reduction; -12 to 36 dB.

    Notes
    -----
    - Side input: sidechain.
    """

def convolution(
    *,
    impulse_response: str,
    normalize: bool = True,
    mix_percent: float = 100.0,
    gain_db: float = 0.0,
) -> Graph:
    """Convolves with an impulse response from a file, without latency.

    Parameters
    ----------
    impulse_response
        an audio file with the impulse response; required.
    normalize
        set the response to unit energy.
    mix_percent
        share of the convolved sound; 0 to 100 %.
    gain_db
        level of the convolved sound; -60 to 24 dB.
    """

def delay(
    *,
    delay_ms: float = 350.0,
    feedback_percent: float = 30.0,
    mix_percent: float = 30.0,
) -> Graph:
    """Echoes, up to 5 s apart.

    Parameters
    ----------
    delay_ms
        time between echoes; 1 to 5000 ms.
    feedback_percent
        each echo's share of the one before; 0 to 98 %.
    mix_percent
        share of the echoes; 0 to 100 %.
    """

def distance(
    *,
    temperature_c: float = 20.0,
    humidity_percent: float = 50.0,
    reference_m: float = 1.0,
    travel: bool = False,
    distance_m: float = 20.0,
    falloff_db: float = 6.0,
) -> Graph:
    """Sets a sound back by up to 1 km: level, highs lost in air, and with travel its delay and doppler.

    Parameters
    ----------
    temperature_c
        of the air, -20 to 50 degrees Celsius.
    humidity_percent
        relative humidity of the air, 10 to 100.
    reference_m
        distance at which the level is untouched, 0.5 to 100 m.
    travel
        come as late as sound travels.
    distance_m
        from the source to the ear; 0.5 to 1000 m.
    falloff_db
        loss with every doubling; 0 to 12 dB.
    """

def downmix(
    *,
    to: Literal["stereo", "mono", "5.1"] = "stereo",
    centre_db: float = -3.0102999566398116,
    surround_db: float = -3.0102999566398116,
    height_db: float = -3.0102999566398116,
    lfe_db: float = -120.0,
) -> Graph:
    """Folds surround and immersive sound down to stereo, mono or 5.1 by ITU-R BS.775.

    Parameters
    ----------
    to
        the layout to fold to.
    centre_db
        C in each of left and right; -120 dB leaves it out; -120 to 12 dB.
    surround_db
        surrounds in left and right; -120 dB leaves them out; -120 to 12 dB.
    height_db
        heights in the channels below them; -120 dB leaves them out; -120 to 12 dB.
    lfe_db
        LFE in each of left and right; -120 dB leaves it out; -120 to 12 dB.
    """

def early_reflections(
    *,
    room_size_m: float = 8.0,
    distance_m: float = 2.0,
    absorption_percent: float = 40.0,
    dry_db: float = 0.0,
    wet_db: float = -6.0,
) -> Graph:
    """The first reflections of a room, by its size and the distance of the source, in any layout.

    Parameters
    ----------
    room_size_m
        length of the room; 2 to 60 m.
    distance_m
        from source to listener; at most to the wall; 0.3 to 20 m.
    absorption_percent
        energy that a wall takes; 1 to 99 %.
    dry_db
        of the direct sound; -120 to 12 dB.
    wet_db
        of the reflections; -120 to 12 dB.
    """

def equalizer(
    *,
    low_frequency_hz: float = 120.0,
    low_gain_db: float = 0.0,
    mid1_frequency_hz: float = 500.0,
    mid1_gain_db: float = 0.0,
    mid1_q: float = 1.0,
    mid2_frequency_hz: float = 3000.0,
    mid2_gain_db: float = 0.0,
    mid2_q: float = 1.0,
    high_frequency_hz: float = 8000.0,
    high_gain_db: float = 0.0,
) -> Graph:
    """Parametric equaliser: low shelf, two peaks, high shelf.

    Parameters
    ----------
    low_frequency_hz
        frequency of half the gain; 10 to 20000 Hz.
    low_gain_db
        boost or cut; -30 to 30 dB.
    mid1_frequency_hz
        centre; 10 to 20000 Hz.
    mid1_gain_db
        boost or cut; -30 to 30 dB.
    mid1_q
        width: higher is narrower; 0.1 to 20.
    mid2_frequency_hz
        centre; 10 to 20000 Hz.
    mid2_gain_db
        boost or cut; -30 to 30 dB.
    mid2_q
        width: higher is narrower; 0.1 to 20.
    high_frequency_hz
        frequency of half the gain; 10 to 20000 Hz.
    high_gain_db
        boost or cut; -30 to 30 dB.
    """

def flanger(
    *,
    rate_hz: float = 0.25,
    delay_ms: float = 0.5,
    depth_ms: float = 3.0,
    feedback_percent: float = 40.0,
    spread_deg: float = 0.0,
    mix_percent: float = 50.0,
) -> Graph:
    """Sweeps a comb through the sound: the jet of two tapes.

    Parameters
    ----------
    rate_hz
        swings a second; 0.02 to 5 Hz.
    delay_ms
        delay where it is least; 0.1 to 10 ms.
    depth_ms
        how far the delay swings; 0 to 10 ms.
    feedback_percent
        share that goes round again; -95 to 95 %.
    spread_deg
        swing from channel to channel; 0 to 180 deg.
    mix_percent
        share of the effect, in amplitude; 0 to 100 %.
    """

def fly_by(
    *,
    speed_m_s: float = 30.0,
    closest_m: float = 8.0,
    pass_s: float = 2.5,
    direction: Literal["left to right", "right to left"] = "left to right",
    temperature_c: float = 20.0,
    humidity_percent: float = 50.0,
) -> Graph:
    """A source that passes by: doppler, distance, air, from one side to the other.

    Parameters
    ----------
    speed_m_s
        speed of the source, 0 to 300 m/s.
    closest_m
        distance where it passes, 1 to 200 m.
    pass_s
        time from the beginning until it passes, 0.1 to 30 s.
    direction
        its way.
    temperature_c
        of the air, -20 to 50 degrees Celsius.
    humidity_percent
        relative humidity of the air, 10 to 100.

    Notes
    -----
    - Exception (latency): sound arrives after its travel through the air, which is the effect.
    """

def frequency_shifter(
    *,
    shift_hz: float = 40.0,
    mix_percent: float = 100.0,
) -> Graph:
    """Moves every partial by the same number of Hz: metallic, out of tune, or slowly rotating.

    Parameters
    ----------
    shift_hz
        up, or below 0 down; -2000 to 2000 Hz.
    mix_percent
        share of the effect, in amplitude; 0 to 100 %.
    """

def gain(
    *,
    gain_db: float = 0.0,
) -> Graph:
    """Changes the level of all channels alike.

    Parameters
    ----------
    gain_db
        level change; -120 dB is silence; -120 to 48 dB.
    """

def gate(
    *,
    threshold_db: float = -40.0,
    range_db: float = 60.0,
    attack_ms: float = 1.0,
    hold_ms: float = 50.0,
    release_ms: float = 150.0,
    hysteresis_db: float = 4.0,
) -> Graph:
    """Lowers what lies below a threshold: spill, hiss, breath between words.

    Parameters
    ----------
    threshold_db
        level at which it opens, dBFS; -90 to 0 dB.
    range_db
        how far it lowers when closed; 0 to 100 dB.
    attack_ms
        time to open; 0.05 to 200 ms.
    hold_ms
        time for which it stays open below the threshold; 0.1 to 2000 ms.
    release_ms
        time to close; 1 to 5000 ms.
    hysteresis_db
        how far below the threshold it closes; 0 to 24 dB.

    Notes
    -----
    - Side input: sidechain.
    """

def haas(
    *,
    delay_ms: float = 12.0,
    late_side_db: float = 0.0,
) -> Graph:
    """Places and widens a sound by delaying one side.

    Parameters
    ----------
    delay_ms
        above 0 right is late, below left; -40 to 40 ms.
    late_side_db
        level of the late side; -24 to 6 dB.
    """

def high_shelf(
    *,
    frequency_hz: float = 8000.0,
    gain_db: float = 0.0,
    q: float = 0.7071,
) -> Graph:
    """Lifts or lowers the treble.

    Parameters
    ----------
    frequency_hz
        frequency of half the gain; 10 to 20000 Hz.
    gain_db
        boost or cut; -30 to 30 dB.
    q
        steepness of the shelf; 0.1 to 20.
    """

def highpass(
    *,
    slope_db_per_octave: Literal[12, 24, 48] = 12,
    frequency_hz: float = 80.0,
) -> Graph:
    """Removes rumble: Butterworth high pass, 12, 24 or 48 dB per octave.

    Parameters
    ----------
    slope_db_per_octave
        steepness: 12, 24 or 48 dB per octave (Butterworth).
    frequency_hz
        corner frequency; 10 to 20000 Hz.
    """

def limiter(
    *,
    lookahead_ms: float = 2.0,
    ceiling_dbtp: float = -1.0,
    release_ms: float = 100.0,
    input_gain_db: float = 0.0,
) -> Graph:
    """Keeps the true peak under a ceiling, with look-ahead and without distortion below it.

    Parameters
    ----------
    lookahead_ms
        time in which the gain moves to a peak, 0.1 to 10 ms.
    ceiling_dbtp
        highest true peak; -30 to 0 dBTP.
    release_ms
        time to 37 % of a reduction in dB; 1 to 2000 ms.
    input_gain_db
        gain ahead of the limiter; -24 to 36 dB.
    """

def low_shelf(
    *,
    frequency_hz: float = 120.0,
    gain_db: float = 0.0,
    q: float = 0.7071,
) -> Graph:
    """Lifts or lowers the bass.

    Parameters
    ----------
    frequency_hz
        frequency of half the gain; 10 to 20000 Hz.
    gain_db
        boost or cut; -30 to 30 dB.
    q
        steepness of the shelf; 0.1 to 20.
    """

def lowpass(
    *,
    slope_db_per_octave: Literal[12, 24, 48] = 12,
    frequency_hz: float = 12000.0,
) -> Graph:
    """Removes hiss and edge: Butterworth low pass, 12, 24 or 48 dB per octave.

    Parameters
    ----------
    slope_db_per_octave
        steepness: 12, 24 or 48 dB per octave (Butterworth).
    frequency_hz
        corner frequency; 10 to 20000 Hz.
    """

def meter() -> Graph:
    """A loudness and true-peak meter; the sound passes unchanged.

    Notes
    -----
    - Exception (allocation): the meter keeps a history that grows with the programme.
    """

def mid_side(
    *,
    mid_gain_db: float = 0.0,
    side_gain_db: float = 0.0,
) -> Graph:
    """Sets the levels of the mid and the side of a stereo sound: width without a change of tone.

    Parameters
    ----------
    mid_gain_db
        level of left + right; -120 to 48 dB.
    side_gain_db
        level of left - right; -120 dB makes mono; -120 to 48 dB.
    """

def mid_side_decode() -> Graph:
    """Turns mid and side, encoded or as a microphone pair recorded them, into left and right."""

def mid_side_encode() -> Graph:
    """Turns left and right into mid and side, so that an effect can treat either."""

def noise(
    *,
    colour: Literal["white", "pink"] = "white",
    seed: int = 1,
    level_dbfs: float = -20.0,
) -> Graph:
    """White or pink noise, repeatable by its seed.

    Parameters
    ----------
    colour
        white or pink (-3 dB an octave).
    seed
        another seed is another noise.
    level_dbfs
        level, AES17: a full-scale sine is 0; -120 to 0 dBFS.
    """

def pan(
    *,
    position: float = 0.0,
) -> Graph:
    """Places a mono sound in stereo at constant power, or balances a stereo sound.

    Parameters
    ----------
    position
        -1 left, 0 centre, 1 right; -1 to 1.
    """

def peak(
    *,
    frequency_hz: float = 1000.0,
    gain_db: float = 0.0,
    q: float = 1.0,
) -> Graph:
    """Lifts or lowers a band around a frequency.

    Parameters
    ----------
    frequency_hz
        centre; 10 to 20000 Hz.
    gain_db
        boost or cut; -30 to 30 dB.
    q
        width: higher is narrower; 0.1 to 20.
    """

def phase_rotation(
    *,
    angle_deg: float = 45.0,
) -> Graph:
    """Turns all frequencies by the same angle: evens out the peaks of a voice, mends a pair of microphones.

    Parameters
    ----------
    angle_deg
        180 inverts; -180 to 180 deg.
    """

def phaser(
    *,
    stages: Literal[2, 4, 6, 8, 12] = 6,
    rate_hz: float = 0.4,
    centre_hz: float = 800.0,
    depth_octaves: float = 1.5,
    feedback_percent: float = 30.0,
    spread_deg: float = 0.0,
    mix_percent: float = 50.0,
) -> Graph:
    """Sweeps notches through the sound, two stages for each.

    Parameters
    ----------
    stages
        all-pass filters.
    rate_hz
        swings a second; 0.02 to 8 Hz.
    centre_hz
        middle of the sweep; 50 to 8000 Hz.
    depth_octaves
        how far it sweeps each way; 0 to 3.
    feedback_percent
        sharpens the peaks between the notches; -90 to 90 %.
    spread_deg
        swing from channel to channel; 0 to 180 deg.
    mix_percent
        share of the effect, in amplitude; 0 to 100 %.
    """

def place(
    *,
    label: str = "1",
    layout: str = "stereo",
) -> Graph:
    """Puts a mono sound into one channel of a layout; the others stay silent.

    Parameters
    ----------
    label
        L, R, C, LFE, Ls ..., or its number from 1.
    layout
        stereo, 5.1, 7.1.4 ..., or mid-side.
    """

def rain(
    *,
    seed: int = 1,
    density_hz: float = 120.0,
    size_percent: float = 35.0,
    hiss_percent: float = 40.0,
    level_dbfs: float = -24.0,
) -> Graph:
    """Rain, from single drops to a downpour.

    Parameters
    ----------
    seed
        another seed is another sound of the same kind.
    density_hz
        drops a second; 0.2 to 2000 Hz.
    size_percent
        from drizzle to heavy drops; 0 to 100 %.
    hiss_percent
        the many drops far away; 0 to 100 %.
    level_dbfs
        level, AES17; -80 to 0 dBFS.

    Notes
    -----
    - Exception (smoothing): drops begin at random times, each with an edge.
    """

def resonator(
    *,
    frequency_hz: float = 220.0,
    decay_s: float = 1.0,
    damping_percent: float = 30.0,
    mix_percent: float = 50.0,
    body: float | Literal["string", "tube", "bar", "membrane", "bell"] = 0.0,
) -> Graph:
    """Rings like a string, a tube, a bar, a skin or a bell that the sound strikes.

    Parameters
    ----------
    frequency_hz
        pitch; 20 to 4000 Hz.
    decay_s
        time of decay by 60 dB; 0.05 to 10 s.
    damping_percent
        how much faster highs decay; 0 to 100 %.
    mix_percent
        share of what rings; 0 to 100 %.
    body
        what rings; string or tube or bar or membrane or bell.
    """

def reverb(
    *,
    room_size_percent: float = 50.0,
    decay_s: float = 1.5,
    damping_percent: float = 30.0,
    predelay_ms: float = 10.0,
    mix_percent: float = 25.0,
) -> Graph:
    """A room, from a booth to a hall, in any layout.

    Parameters
    ----------
    room_size_percent
        distance of the walls; 0 to 100 %.
    decay_s
        time of decay by 60 dB; 0.1 to 20 s.
    damping_percent
        how much faster the highs decay; 0 to 100 %.
    predelay_ms
        silence before the room answers; 0 to 500 ms.
    mix_percent
        share of the room; 0 to 100 %.
    """

def ring_modulator(
    *,
    frequency_hz: float = 140.0,
    mix_percent: float = 100.0,
) -> Graph:
    """Multiplies the sound by a sine: robots, bells, broken radios.

    Parameters
    ----------
    frequency_hz
        of the carrier; 1 to 8000 Hz.
    mix_percent
        share of the effect, in amplitude; 0 to 100 %.
    """

def rumble(
    *,
    seed: int = 1,
    frequency_hz: float = 60.0,
    motion_percent: float = 50.0,
    grit_percent: float = 20.0,
    level_dbfs: float = -20.0,
) -> Graph:
    """A deep rumble that swells and shakes: earth, machines, far thunder.

    Parameters
    ----------
    seed
        another seed is another sound of the same kind.
    frequency_hz
        it lies below this; 20 to 300 Hz.
    motion_percent
        swelling and shaking; 0 to 100 %.
    grit_percent
        stones in it; 0 to 100 %.
    level_dbfs
        level, AES17; -80 to 0 dBFS.
    """

def saturation(
    *,
    oversampling: Literal[1, 2, 4, 8, 16] = 8,
    drive_db: float = 12.0,
    curve: float | Literal["tanh", "soft", "hard", "fold", "diode"] = 0.0,
    bias_percent: float = 0.0,
    output_db: float = -6.0,
    mix_percent: float = 100.0,
) -> Graph:
    """Warms or tears a sound by a curve, oversampled so that nothing folds back.

    Parameters
    ----------
    oversampling
        times the sample rate it runs at.
    drive_db
        level into the curve; 0 to 48 dB.
    curve
        form of the curve; tanh or soft or hard or fold or diode.
    bias_percent
        place on it: even harmonics; -100 to 100 %.
    output_db
        level behind it; -48 to 12 dB.
    mix_percent
        share of the effect; 0 to 100 %.

    Notes
    -----
    - Exception (latency): its filters spread an onset over some frames; declared is the delay of low frequencies.
    """

def stereo_width(
    *,
    width_percent: float = 140.0,
    bass_mono_hz: float = 0.0,
) -> Graph:
    """Narrows or widens a stereo sound, and keeps its bass in the middle.

    Parameters
    ----------
    width_percent
        0 mono, 100 as it is; 0 to 200 %.
    bass_mono_hz
        below this all is mono; 0: off; 0 to 500 Hz.
    """

def sweep(
    *,
    start_hz: float = 20.0,
    end_hz: float = 20000.0,
    duration_s: float = 5.0,
    level_dbfs: float = -20.0,
) -> Graph:
    """A logarithmic sine sweep, once, for measuring rooms and devices.

    Parameters
    ----------
    start_hz
        first pitch.
    end_hz
        last pitch.
    duration_s
        length.
    level_dbfs
        level, AES17: a full-scale sine is 0; -120 to 0 dBFS.
    """

def tone(
    *,
    frequency_hz: float = 1000.0,
    level_dbfs: float = -20.0,
) -> Graph:
    """A sine: line-up tone, test tone.

    Parameters
    ----------
    frequency_hz
        pitch; 1 to 20000 Hz.
    level_dbfs
        level, AES17: a full-scale sine is 0; -120 to 0 dBFS.
    """

def tremolo(
    *,
    rate_hz: float = 5.0,
    depth_percent: float = 60.0,
    shape: float | Literal["sine", "triangle", "square"] = 0.0,
    spread_deg: float = 0.0,
) -> Graph:
    """Swings the level, in all channels together or from side to side.

    Parameters
    ----------
    rate_hz
        swings a second; 0.02 to 20 Hz.
    depth_percent
        how far the level falls; 0 to 100 %.
    shape
        form of the swing; sine or triangle or square.
    spread_deg
        swing from channel to channel; 0 to 180 deg.
    """

def vibrato(
    *,
    rate_hz: float = 5.0,
    depth_cents: float = 25.0,
    spread_deg: float = 0.0,
) -> Graph:
    """Swings the pitch.

    Parameters
    ----------
    rate_hz
        swings a second; 0.5 to 14 Hz.
    depth_cents
        swing of the pitch each way; 0 to 100 cents.
    spread_deg
        swing from channel to channel; 0 to 180 deg.

    Notes
    -----
    - Exception (latency): the pitch is bent by a delay from 2 frames to 38 ms, which is a part of the effect.
    """

def wind(
    *,
    seed: int = 1,
    strength_percent: float = 50.0,
    gusts_percent: float = 60.0,
    howl_percent: float = 25.0,
    level_dbfs: float = -24.0,
) -> Graph:
    """Wind, from a breath to a storm, with gusts and howling.

    Parameters
    ----------
    seed
        another seed is another sound of the same kind.
    strength_percent
        from a breeze to a storm; 0 to 100 %.
    gusts_percent
        how uneven it blows; 0 to 100 %.
    howl_percent
        whistling around edges; 0 to 100 %.
    level_dbfs
        level, AES17; -80 to 0 dBFS.
    """

def plugin(
    path: str,
    /,
    *,
    plugin_name: str = "",
    state: str = "",
    midi: str = "",
    midi_channel: int = 0,
    preset: str = "",
    offline: bool = False,
    block_frames: int = 0,
    latency_frames: int = -1,
    tail_s: float = -1.0,
    **parameters: float | str | bool,
) -> Graph:
    """A CLAP, LV2, VST3 or Audio Unit plug-in file.

    Parameters
    ----------
    path
        of the file, or its bare name in the plug-in folders, in whatever format; required.
    plugin_name
        which one, where the file holds several.
    state
        the plug-in's own state, base64.
    midi
        notes and controllers for it: a Standard MIDI File, from the stream's start.
    midi_channel
        the MIDI channel that it listens to, 1 to 16; 0: all.
    preset
        a .vstpreset or .fxp file, or the name of an LV2's own, instead of a state.
    offline
        a CLAP plug-in may take its time: a render then differs from live.
    block_frames
        feed it blocks of this size; 0: only where the scan asks for it.
    latency_frames
        how late it answers; -1: as long as it holds sound back.
    tail_s
        how long it rings; -1: as measured, at least 10 s for delays and reverbs.

    Notes
    -----
    - Exception (smoothing): a jump of a knob is left to the plug-in.
    - Exception (tail): measured with the plug-in's defaults; set tail_s where knobs make it longer.
    """

class _Pedalboard:
    """pedalboard's built-ins under their own names."""

    def Bitcrush(
        self,
        *,
        bit_depth: float = 8.0,
    ) -> Graph:
        """Coarser word length: fewer steps between silence and full scale.

        Parameters
        ----------
        bit_depth
            0 to 32 bit.

        Notes
        -----
        - Exception (smoothing): the maker's algorithm jumps: a new value is heard at once.
        """

    def BrickwallLimiter(
        self,
        *,
        lookahead_ms: float = 5.0,
        true_peak: bool = False,
        ceiling_db: float = -1.0,
        release_ms: float = 100.0,
    ) -> Graph:
        """Look-ahead peak limiter with a ceiling, all channels under one gain.

        Parameters
        ----------
        lookahead_ms
            above 0, at most 100 ms; becomes latency.
        true_peak
            also between samples, four times oversampled.
        ceiling_db
            -40 to 0 dB.
        release_ms
            1 to 5000 ms.
        """

    def Chorus(
        self,
        *,
        rate_hz: float = 1.0,
        depth: float = 0.25,
        centre_delay_ms: float = 7.0,
        feedback: float = 0.0,
        mix: float = 0.5,
    ) -> Graph:
        """Chorus, or flanger with a short delay and feedback.

        Parameters
        ----------
        rate_hz
            0 to 100 Hz.
        depth
            0 to 1.
        centre_delay_ms
            1 to 50 ms.
        feedback
            negative inverts; -0.98 to 0.98.
        mix
            0 to 1.

        Notes
        -----
        - Exception (smoothing): the maker's algorithm jumps: a new value is heard at once.
        """

    def Clipping(
        self,
        *,
        threshold_db: float = -6.0,
    ) -> Graph:
        """Hard clipping at a level.

        Parameters
        ----------
        threshold_db
            -60 to 0 dB.
        """

    def Compressor(
        self,
        *,
        threshold_db: float = 0.0,
        ratio: float = 1.0,
        attack_ms: float = 1.0,
        release_ms: float = 100.0,
    ) -> Graph:
        """Downward compressor, each channel for itself.

        Parameters
        ----------
        threshold_db
            -80 to 0 dB.
        ratio
            1 to 100.
        attack_ms
            0.1 to 1000 ms.
        release_ms
            1 to 5000 ms.
        """

    def Convolution(
        self,
        *,
        impulse_response: str,
        mix: float = 1.0,
    ) -> Graph:
        """Convolution with an impulse response, which is scaled to a fixed energy (about -18 dB).

        Parameters
        ----------
        impulse_response
            the sound file of the impulse response; required.
        mix
            0 to 1.

        Notes
        -----
        - Exception (split): partial partitions are summed in another order: samples are equal within -130 dBFS.
        """

    def Delay(
        self,
        *,
        delay_s: float = 0.5,
        feedback: float = 0.0,
        mix: float = 0.5,
    ) -> Graph:
        """Echo with feedback.

        Parameters
        ----------
        delay_s
            0 to 30 s.
        feedback
            0 to 1.
        mix
            0 to 1.

        Notes
        -----
        - Exception (smoothing): the maker's algorithm jumps: a new value is heard at once.
        """

    def Distortion(
        self,
        *,
        drive_db: float = 25.0,
    ) -> Graph:
        """Soft saturation (hyperbolic tangent).

        Parameters
        ----------
        drive_db
            0 to 60 dB.
        """

    def GSMFullRateCompressor(
        self,
        *,
        quality: Literal[
            "ZeroOrderHold",
            "Linear",
            "CatmullRom",
            "Lagrange",
            "WindowedSinc8",
            "WindowedSinc16",
            "WindowedSinc32",
            "WindowedSinc64",
            "WindowedSinc128",
            "WindowedSinc256",
        ] = "WindowedSinc8",
    ) -> Graph:
        """The sound of a 2G telephone, each channel through its own codec.

        Parameters
        ----------
        quality
            of the conversion to 8 kHz.

        Notes
        -----
        - Not for live.
        """

    def Gain(
        self,
        *,
        gain_db: float = 1.0,
    ) -> Graph:
        """Louder or softer.

        Parameters
        ----------
        gain_db
            -100 to 40 dB.
        """

    def HighShelfFilter(
        self,
        *,
        cutoff_frequency_hz: float = 440.0,
        gain_db: float = 0.0,
        q: float = 0.7071067690849304,
    ) -> Graph:
        """High shelf.

        Parameters
        ----------
        cutoff_frequency_hz
            20 to 20000 Hz.
        gain_db
            -24 to 24 dB.
        q
            0.1 to 20.

        Notes
        -----
        - Exception (split): state below -160 dBFS is cleared at the end of each block: samples are equal within -130
          dBFS.
        - Exception (smoothing): its state lags its coefficients: 12 dB in 20 ms clicks.
        """

    def HighpassFilter(
        self,
        *,
        cutoff_frequency_hz: float = 50.0,
    ) -> Graph:
        """High-pass of first order, 6 dB/octave.

        Parameters
        ----------
        cutoff_frequency_hz
            20 to 20000 Hz.

        Notes
        -----
        - Exception (split): state below -160 dBFS is cleared at the end of each block: samples are equal within -130
          dBFS.
        """

    def Invert(self) -> Graph:
        """Reversed polarity."""

    def LadderFilter(
        self,
        *,
        mode: Literal["LPF12", "HPF12", "BPF12", "LPF24", "HPF24", "BPF24"] = "LPF12",
        cutoff_hz: float = 200.0,
        resonance: float = 0.0,
        drive: float = 1.0,
    ) -> Graph:
        """Analogue-style ladder filter.

        Parameters
        ----------
        mode
            mode.
        cutoff_hz
            20 to 20000 Hz.
        resonance
            0 to 1.
        drive
            1 to 100.
        """

    def Limiter(
        self,
        *,
        threshold_db: float = -10.0,
        release_ms: float = 100.0,
    ) -> Graph:
        """Loudness maximiser: two compressors, make-up gain and a hard clip at full scale.

        Parameters
        ----------
        threshold_db
            -60 to 0 dB.
        release_ms
            1 to 5000 ms.
        """

    def LowShelfFilter(
        self,
        *,
        cutoff_frequency_hz: float = 440.0,
        gain_db: float = 0.0,
        q: float = 0.7071067690849304,
    ) -> Graph:
        """Low shelf.

        Parameters
        ----------
        cutoff_frequency_hz
            20 to 20000 Hz.
        gain_db
            -24 to 24 dB.
        q
            0.1 to 20.

        Notes
        -----
        - Exception (split): state below -160 dBFS is cleared at the end of each block: samples are equal within -130
          dBFS.
        """

    def LowpassFilter(
        self,
        *,
        cutoff_frequency_hz: float = 50.0,
    ) -> Graph:
        """Low-pass of first order, 6 dB/octave.

        Parameters
        ----------
        cutoff_frequency_hz
            20 to 20000 Hz.

        Notes
        -----
        - Exception (split): state below -160 dBFS is cleared at the end of each block: samples are equal within -130
          dBFS.
        """

    def MP3Compressor(
        self,
        *,
        vbr_quality: float = 2.0,
    ) -> Graph:
        """The artefacts of MP3 at a variable bit rate.

        Parameters
        ----------
        vbr_quality
            0 (best) to 9.9.
        """

    def NoiseGate(
        self,
        *,
        threshold_db: float = -100.0,
        ratio: float = 10.0,
        attack_ms: float = 1.0,
        release_ms: float = 100.0,
    ) -> Graph:
        """Downward expander, each channel for itself.

        Parameters
        ----------
        threshold_db
            -100 to 0 dB.
        ratio
            1 to 100.
        attack_ms
            0.1 to 1000 ms.
        release_ms
            1 to 5000 ms.

        Notes
        -----
        - Exception (smoothing): below the threshold its ratio makes ten dB of gain out of each dB of the knob.
        """

    def PeakFilter(
        self,
        *,
        cutoff_frequency_hz: float = 440.0,
        gain_db: float = 0.0,
        q: float = 0.7071067690849304,
    ) -> Graph:
        """Bell.

        Parameters
        ----------
        cutoff_frequency_hz
            20 to 20000 Hz.
        gain_db
            -24 to 24 dB.
        q
            0.1 to 20.

        Notes
        -----
        - Exception (split): state below -160 dBFS is cleared at the end of each block: samples are equal within -130
          dBFS.
        """

    def Phaser(
        self,
        *,
        rate_hz: float = 1.0,
        depth: float = 0.5,
        centre_frequency_hz: float = 1300.0,
        feedback: float = 0.0,
        mix: float = 0.5,
    ) -> Graph:
        """Six all-pass stages swept by an oscillator.

        Parameters
        ----------
        rate_hz
            0 to 100 Hz.
        depth
            0 to 1.
        centre_frequency_hz
            20 to 20000 Hz.
        feedback
            negative inverts; -0.98 to 0.98.
        mix
            0 to 1.
        """

    def PitchShift(
        self,
        *,
        semitones: float = 0.0,
    ) -> Graph:
        """Pitch without time (Rubber Band), in segments of 5 s joined by a cross-fade; not for live.

        Parameters
        ----------
        semitones
            -72 to 72 st.

        Notes
        -----
        - Not for live.
        - Exception (smoothing): a new value is heard from the next segment on.
        """

    def Resample(
        self,
        *,
        target_sample_rate_hz: float = 8000.0,
        quality: Literal[
            "ZeroOrderHold",
            "Linear",
            "CatmullRom",
            "Lagrange",
            "WindowedSinc8",
            "WindowedSinc16",
            "WindowedSinc32",
            "WindowedSinc64",
            "WindowedSinc128",
            "WindowedSinc256",
        ] = "WindowedSinc32",
    ) -> Graph:
        """Down to a lower sample rate and back, with what that does to the sound.

        Parameters
        ----------
        target_sample_rate_hz
            target sample rate hz.
        quality
            quality.
        """

    def Reverb(
        self,
        *,
        room_size: float = 0.5,
        damping: float = 0.5,
        wet_level: float = 0.33,
        dry_level: float = 0.4,
        width: float = 1.0,
        freeze_mode: float = 0.0,
    ) -> Graph:
        """Freeverb: combs and all-passes; 5.1 and more: one for each pair of mirror images.

        Parameters
        ----------
        room_size
            0 to 1.
        damping
            0 to 1.
        wet_level
            0 to 1.
        dry_level
            0 to 1.
        width
            0 to 1.
        freeze_mode
            from 0.5: rings for ever; 0 to 1.

        Notes
        -----
        - Exception (tail): a constant residual near -119 dBFS stays.
        """

pedalboard: _Pedalboard
