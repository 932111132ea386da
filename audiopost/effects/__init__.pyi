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

def ambisonic_beam(
    *,
    pattern: Literal["basic", "max-re", "in-phase"] = "max-re",
    azimuth_deg: float = 0.0,
    elevation_deg: float = 0.0,
) -> Graph:
    """Listens to an Ambisonic scene in one direction.

    Parameters
    ----------
    pattern
        basic: sharpest; max-re: least from elsewhere; in-phase: no lobe behind (a cardioid at order 1).
    azimuth_deg
        to the left; 180 is behind; -180 to 180 deg.
    elevation_deg
        upwards; -90 to 90 deg.
    """

def ambisonic_convert(
    *,
    given: Literal["ambix", "n3d", "fuma"] = "fuma",
    wanted: Literal["ambix", "n3d", "fuma"] = "ambix",
) -> Graph:
    """Turns N3D or FuMa B-format into ambiX, or back.

    Parameters
    ----------
    given
        what comes in.
    wanted
        what shall go out.
    """

def ambisonic_decode(
    *,
    to: str = "5.1",
    method: Literal["allrad", "mode-matching", "sampling"] = "allrad",
    weighting: Literal["basic", "max-re", "in-phase"] = "max-re",
    crossover_hz: float = 0.0,
) -> Graph:
    """Plays an Ambisonic scene on the loudspeakers of any layout.

    Parameters
    ----------
    to
        the layout: stereo, quad, 5.1, 7.1.4, 22.2 .
    method
        allrad for any layout; mode-matching and sampling for even ones.
    weighting
        max-re for most rooms; basic near one listener; in-phase for large audiences.
    crossover_hz
        by velocity below, as weighted above; 0: no crossover.
    """

def ambisonic_encode(
    *,
    order: int = 3,
    azimuth_deg: float = 0.0,
    elevation_deg: float = 0.0,
    spread_deg: float = 0.0,
) -> Graph:
    """Places a sound, or the loudspeakers of a bed, in an Ambisonic scene.

    Parameters
    ----------
    order
        of the scene, 1 (4 channels) to 5 (36 channels).
    azimuth_deg
        to the left; 180 is behind; -180 to 180 deg.
    elevation_deg
        upwards; -90 to 90 deg.
    spread_deg
        half the width; 180: from everywhere; 0 to 180 deg.
    """

def ambisonic_mirror(
    *,
    left_right_percent: float = 0.0,
    front_back_percent: float = 0.0,
    up_down_percent: float = 0.0,
) -> Graph:
    """Exchanges left and right, front and back, up and down of an Ambisonic scene.

    Parameters
    ----------
    left_right_percent
        100: left and right exchanged; 0 to 100 %.
    front_back_percent
        100: front and back exchanged; 0 to 100 %.
    up_down_percent
        100: up and down exchanged; 0 to 100 %.
    """

def ambisonic_rotate(
    *,
    follow_head: bool = False,
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
    roll_deg: float = 0.0,
) -> Graph:
    """Turns an Ambisonic scene, or keeps it still while a tracked head turns.

    Parameters
    ----------
    follow_head
        the angles are those of the listener's head.
    yaw_deg
        to the left; -180 to 180 deg.
    pitch_deg
        the front upwards; -180 to 180 deg.
    roll_deg
        the left side upwards; -180 to 180 deg.
    """

def ambisonic_uhj() -> Graph:
    """Makes UHJ stereo of a scene, which plays anywhere; or a scene of UHJ stereo."""

def beep(
    *,
    start_hz: float = 880.0,
    end_hz: float = 880.0,
    beep_ms: float = 90.0,
    gap_ms: float = 60.0,
    count: int = 2,
    timbre_percent: float = 20.0,
    fade_percent: float = 30.0,
    level_dbfs: float = -12.0,
) -> Graph:
    """Beeps of machines and screens: one or several, steady or gliding.

    Parameters
    ----------
    start_hz
        pitch at its beginning, 20 to 16000 Hz.
    end_hz
        pitch at its end, 20 to 16000 Hz.
    beep_ms
        length of a beep, 2 to 10000 ms.
    gap_ms
        silence behind each, 0 to 10000 ms.
    count
        how many, 1 to 1000.
    timbre_percent
        from a sine to bright, 0 to 100.
    fade_percent
        how far each fades, 0 to 100.
    level_dbfs
        level where it is loudest; -80 to 0 dBFS.
    """

def binaural(
    *,
    head_radius_m: float = 0.0875,
    hrtf: str = "",
    between: Literal["interpolated", "nearest"] = "interpolated",
) -> Graph:
    """Plays a scene or loudspeakers on headphones, with a head of your own.

    Parameters
    ----------
    head_radius_m
        0.05 to 0.15 m; larger: left and right further apart.
    hrtf
        a SOFA file with the responses of a head; empty: a sphere.
    between
        what is heard between the directions of the file.

    Notes
    -----
    - Exception (latency): the near ear hears a source 0.26 ms before the middle of the head would, and filters ring
      before.
    """

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

def blend(
    *,
    mix_percent: float = 100.0,
) -> Graph:
    """Mixes a sound (wet) with what it was before (dry), aligned in time: dry/wet for any effect or chain.

    Parameters
    ----------
    mix_percent
        share of the wet sound; 0 to 100 %.

    Notes
    -----
    - Side input: dry.
    """

def blur(
    *,
    seed: int = 1,
    decay_s: float = 2.0,
    mix_percent: float = 50.0,
) -> Graph:
    """Smears a sound into a cloud of its own spectrum.

    Parameters
    ----------
    seed
        another seed is another shimmer.
    decay_s
        time of decay by 60 dB; 0.1 to 30 s.
    mix_percent
        share of the cloud; 0 to 100 %.
    """

def breath_control(
    *,
    reduction_db: float = 12.0,
    softer_db: float = 12.0,
) -> Graph:
    """Lowers breaths between words; vowels, s sounds and room tone stay.

    Parameters
    ----------
    reduction_db
        how far a breath is lowered; 0 to 40 dB.
    softer_db
        how far a breath lies under the voice, at least; 3 to 40 dB.

    Notes
    -----
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
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
    topology: Literal["feed_forward", "feed_back"] = "feed_forward",
    sidechain_filter: Literal["off", "highpass", "lowpass"] = "off",
    lookahead_ms: float = 0.0,
    threshold_db: float = -18.0,
    ratio: float = 3.0,
    attack_ms: float = 10.0,
    release_ms: float = 120.0,
    knee_db: float = 6.0,
    makeup_db: float = 0.0,
    mix_percent: float = 100.0,
    sidechain_frequency_hz: float = 120.0,
) -> Graph:
    """Evens out levels above a threshold; can be steered by another signal (side-chain).

    Parameters
    ----------
    detector
        what the level is taken from.
    topology
        whether the detector hears the input or the output.
    sidechain_filter
        what the detector does not hear: lows, highs, or all is heard.
    lookahead_ms
        time by which a peak is known ahead, 0 to 50 ms.
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
    mix_percent
        share of the compressed sound: less is parallel compression; 0 to 100 %.
    sidechain_frequency_hz
        corner of the side-chain filter, if there is one; 20 to 20000 Hz.

    Notes
    -----
    - Side input: sidechain.
    """

def convolution(
    *,
    impulse_response: str,
    normalize: bool = True,
    trim: bool = False,
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
    trim
        leave out the silence before and the noise behind the response.
    mix_percent
        share of the convolved sound; 0 to 100 %.
    gain_db
        level of the convolved sound; -60 to 24 dB.
    """

def convolution_morph(
    *,
    impulse_response: str,
    other_response: str,
    morph_percent: float = 50.0,
    mix_percent: float = 100.0,
    gain_db: float = 0.0,
) -> Graph:
    """Leads a sound from one impulse response to another, through what lies between.

    Parameters
    ----------
    impulse_response
        an audio file with the response at 0 %; required.
    other_response
        one with the response at 100 %; required.
    morph_percent
        how far it has come; 0 to 100 %.
    mix_percent
        share of the convolved; 0 to 100 %.
    gain_db
        level of the convolved sound; -60 to 24 dB.
    """

def dc_removal(
    *,
    frequency_hz: float = 5.0,
) -> Graph:
    """Takes away an offset (direct current) and nothing that is heard.

    Parameters
    ----------
    frequency_hz
        corner frequency, -3 dB; 1 to 20 Hz.
    """

def de_esser(
    *,
    mode: Literal["split", "wide"] = "split",
    split_frequency_hz: float = 5500.0,
    threshold_db: float = -9.0,
    range_db: float = 10.0,
    attack_ms: float = 1.0,
    release_ms: float = 40.0,
) -> Graph:
    """Softens sharp s and sh sounds, at any level of the voice.

    Parameters
    ----------
    mode
        lower the high band, or the whole sound.
    split_frequency_hz
        border of the band; 1000 to 16000 Hz.
    threshold_db
        level of the band over all that it may have; -40 to 0 dB.
    range_db
        how far it is lowered at most; 0 to 30 dB.
    attack_ms
        time to 63 % of more reduction; 0.05 to 50 ms.
    release_ms
        time to 63 % of less reduction; 5 to 500 ms.
    """

def declick(
    *,
    threshold: float = 8.0,
) -> Graph:
    """Repairs clicks and crackle: vinyl, digital errors, mouth noise.

    Parameters
    ----------
    threshold
        how unusual a click must be: 4 for crackle, 8 for clicks, 20 for the coarsest alone; 2.5 to 40.
    """

def declip(
    *,
    ceiling_dbfs: float = -0.1,
    gain_db: float = -6.0,
) -> Graph:
    """Draws clipped peaks anew; leave room for them with the gain.

    Parameters
    ----------
    ceiling_dbfs
        level at which the peaks were cut; -30 to 0 dBFS.
    gain_db
        gain behind the repair; -24 to 0 dB.
    """

def dehum(
    *,
    harmonics: int = 12,
    track: bool = True,
    frequency_hz: float = 50.0,
    width_hz: float = 0.5,
) -> Graph:
    """Takes out mains hum and its harmonics, following the mains.

    Parameters
    ----------
    harmonics
        how many are cancelled, with the fundamental: 1 to 32.
    track
        follow the hum's frequency.
    frequency_hz
        fundamental: 50 Hz, or 60 Hz in the Americas; 20 to 500 Hz.
    width_hz
        width of each notch; 0.2 to 10 Hz.
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

def denoise(
    *,
    rule: Literal["om_lsa", "wiener"] = "om_lsa",
    noise_profile: str = "",
    reduction_db: float = 18.0,
    strength_db: float = 0.0,
    learn: float | Literal["off", "on"] = 0.0,
) -> Graph:
    """Lowers steady noise under speech or music: followed, learned while it plays, or from a file.

    Parameters
    ----------
    rule
        om_lsa: deeper; wiener: plainer.
    noise_profile
        an audio file with nothing but the noise; none: it is followed.
    reduction_db
        how far noise is lowered; 0 to 40 dB.
    strength_db
        noise counts so much louder than it is: higher takes more noise, and more of the sound; -12 to 12 dB.
    learn
        on: what plays now is nothing but noise; off or on.

    Notes
    -----
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
    """

def dereverb(
    *,
    follow: bool = False,
    reduction_db: float = 12.0,
    decay_s: float = 0.6,
    room_level_db: float = -5.0,
) -> Graph:
    """Lowers the room around a voice: what follows a sound from 50 ms on.

    Parameters
    ----------
    follow
        hear the decay of the room in the sound, as it changes.
    reduction_db
        how far the room is lowered; 0 to 30 dB.
    decay_s
        time in which the room decays by 60 dB; 0.1 to 10 s.
    room_level_db
        how much room there is: 0 far from the speaker, -12 close; -18 to 6 dB.

    Notes
    -----
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
    """

def dialogue_leveler(
    *,
    target_lufs: float = -23.0,
    range_db: float = 12.0,
    gate_lufs: float = -50.0,
    response_s: float = 2.0,
) -> Graph:
    """Rides speech to one loudness and waits in the pauses.

    Parameters
    ----------
    target_lufs
        loudness that speech is brought to; -40 to -10 LUFS.
    range_db
        gain at most, up and down; 0 to 30 dB.
    gate_lufs
        what is quieter is no speech: the gain waits; -80 to -20 LUFS.
    response_s
        time to 63 % of a rise; 0.1 to 20 s.
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

def drone(
    *,
    chord: Literal["octaves", "fifths", "minor", "harmonic", "cluster"] = "fifths",
    seed: int = 1,
    frequency_hz: float = 55.0,
    detune_cents: float = 12.0,
    brightness_percent: float = 40.0,
    motion_percent: float = 60.0,
    level_dbfs: float = -22.0,
) -> Graph:
    """A dark bed of beating tones that never stands still.

    Parameters
    ----------
    chord
        pitches of the voices.
    seed
        another seed is another sound of the same kind.
    frequency_hz
        pitch; 20 to 880 Hz.
    detune_cents
        how far the voices drift; 0 to 100 cents.
    brightness_percent
        level of the upper voices; 0 to 100 %.
    motion_percent
        how far voices come and go; 0 to 100 %.
    level_dbfs
        level, AES17; -80 to 0 dBFS.
    """

def ducker(
    *,
    lookahead_ms: float = 200.0,
    distance_lu: float = 10.0,
    depth_db: float = 18.0,
    speech_gate_lufs: float = -45.0,
    attack_ms: float = 80.0,
    hold_ms: float = 400.0,
    release_ms: float = 600.0,
) -> Graph:
    """Keeps music a distance in LU under speech, down before the first word.

    Parameters
    ----------
    lookahead_ms
        time by which speech is known ahead, 0 to 1000 ms.
    distance_lu
        how far the bed lies under speech, at least; 0 to 30 LU.
    depth_db
        how far it is lowered at most; 0 to 60 dB.
    speech_gate_lufs
        a side-chain that is quieter is no speech; -80 to -20 LUFS.
    attack_ms
        time to 63 % of more reduction; 1 to 2000 ms.
    hold_ms
        pauses that are passed over; 0.1 to 5000 ms.
    release_ms
        time to 63 % of less reduction; 5 to 10000 ms.

    Notes
    -----
    - Side input: sidechain.
    """

def dynamic_equalizer(
    *,
    band1_kind: Literal["bell", "low_shelf", "high_shelf"] = "low_shelf",
    band2_kind: Literal["bell", "low_shelf", "high_shelf"] = "bell",
    band3_kind: Literal["bell", "low_shelf", "high_shelf"] = "bell",
    band4_kind: Literal["bell", "low_shelf", "high_shelf"] = "high_shelf",
    band1_frequency_hz: float = 120.0,
    band1_q: float = 1.0,
    band1_gain_db: float = 0.0,
    band1_threshold_db: float = -30.0,
    band1_ratio: float = 2.0,
    band1_attack_ms: float = 10.0,
    band1_release_ms: float = 120.0,
    band2_frequency_hz: float = 400.0,
    band2_q: float = 1.0,
    band2_gain_db: float = 0.0,
    band2_threshold_db: float = -30.0,
    band2_ratio: float = 2.0,
    band2_attack_ms: float = 10.0,
    band2_release_ms: float = 120.0,
    band3_frequency_hz: float = 3000.0,
    band3_q: float = 1.0,
    band3_gain_db: float = 0.0,
    band3_threshold_db: float = -30.0,
    band3_ratio: float = 2.0,
    band3_attack_ms: float = 10.0,
    band3_release_ms: float = 120.0,
    band4_frequency_hz: float = 8000.0,
    band4_q: float = 1.0,
    band4_gain_db: float = 0.0,
    band4_threshold_db: float = -30.0,
    band4_ratio: float = 2.0,
    band4_attack_ms: float = 10.0,
    band4_release_ms: float = 120.0,
) -> Graph:
    """Four bands that lower what is too loud within them, and only then.

    Parameters
    ----------
    band1_kind
        shape.
    band2_kind
        shape.
    band3_kind
        shape.
    band4_kind
        shape.
    band1_frequency_hz
        centre of a bell, corner of a shelf; 20 to 20000 Hz.
    band1_q
        width of a bell: higher is narrower; a shelf has none; 0.2 to 10.
    band1_gain_db
        gain while the band is quiet; -24 to 24 dB.
    band1_threshold_db
        level within the band from which it is lowered, dBFS; -80 to 0 dB.
    band1_ratio
        dB in for one dB out, above the threshold; 1: a plain equaliser; 1 to 20.
    band1_attack_ms
        time to 63 % of more reduction; 0.1 to 500 ms.
    band1_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band2_frequency_hz
        centre of a bell, corner of a shelf; 20 to 20000 Hz.
    band2_q
        width of a bell: higher is narrower; a shelf has none; 0.2 to 10.
    band2_gain_db
        gain while the band is quiet; -24 to 24 dB.
    band2_threshold_db
        level within the band from which it is lowered, dBFS; -80 to 0 dB.
    band2_ratio
        dB in for one dB out, above the threshold; 1: a plain equaliser; 1 to 20.
    band2_attack_ms
        time to 63 % of more reduction; 0.1 to 500 ms.
    band2_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band3_frequency_hz
        centre of a bell, corner of a shelf; 20 to 20000 Hz.
    band3_q
        width of a bell: higher is narrower; a shelf has none; 0.2 to 10.
    band3_gain_db
        gain while the band is quiet; -24 to 24 dB.
    band3_threshold_db
        level within the band from which it is lowered, dBFS; -80 to 0 dB.
    band3_ratio
        dB in for one dB out, above the threshold; 1: a plain equaliser; 1 to 20.
    band3_attack_ms
        time to 63 % of more reduction; 0.1 to 500 ms.
    band3_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band4_frequency_hz
        centre of a bell, corner of a shelf; 20 to 20000 Hz.
    band4_q
        width of a bell: higher is narrower; a shelf has none; 0.2 to 10.
    band4_gain_db
        gain while the band is quiet; -24 to 24 dB.
    band4_threshold_db
        level within the band from which it is lowered, dBFS; -80 to 0 dB.
    band4_ratio
        dB in for one dB out, above the threshold; 1: a plain equaliser; 1 to 20.
    band4_attack_ms
        time to 63 % of more reduction; 0.1 to 500 ms.
    band4_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
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

def expander(
    *,
    threshold_db: float = -40.0,
    ratio: float = 2.0,
    range_db: float = 24.0,
    knee_db: float = 6.0,
    hysteresis_db: float = 3.0,
    attack_ms: float = 2.0,
    hold_ms: float = 50.0,
    release_ms: float = 150.0,
) -> Graph:
    """Lowers what lies below a threshold by a ratio: spill, room and hiss between words, without a gate's switch.

    Parameters
    ----------
    threshold_db
        level below which it lowers, dBFS; -90 to 0 dB.
    ratio
        dB out for one dB in, below the threshold; 1 to 20.
    range_db
        how far it lowers at most; 0 to 100 dB.
    knee_db
        width of the bend around the threshold; 0 to 24 dB.
    hysteresis_db
        how far below the threshold it begins to close; 0 to 24 dB.
    attack_ms
        time to 63 % of opening; 0.05 to 200 ms.
    hold_ms
        time for which it stays open below the threshold; 0.1 to 2000 ms.
    release_ms
        time to 63 % of closing; 1 to 5000 ms.

    Notes
    -----
    - Side input: sidechain.
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

def formant_shift(
    *,
    shift_semitones: float = 0.0,
) -> Graph:
    """Moves the formants of a voice without its pitch: larger or smaller, older or younger.

    Parameters
    ----------
    shift_semitones
        where the formants go; -12 to 12 semitones.

    Notes
    -----
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
    """

def freeze(
    *,
    seed: int = 1,
    freeze: float | Literal["off", "on"] = 0.0,
    level_db: float = 0.0,
    dry_percent: float = 0.0,
) -> Graph:
    """Holds the sound of a moment, without a loop.

    Parameters
    ----------
    seed
        another seed is another shimmer.
    freeze
        hold what sounds now; off or on.
    level_db
        level of what is held; -60 to 12 dB.
    dry_percent
        what passes while it is held; 0 to 100 %.
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

def granular(
    *,
    seed: int = 1,
    density_hz: float = 40.0,
    grain_ms: float = 90.0,
    position_ms: float = 100.0,
    spray_ms: float = 300.0,
    pitch_semitones: float = 0.0,
    spread_semitones: float = 0.1,
    width_percent: float = 70.0,
    mix_percent: float = 60.0,
) -> Graph:
    """Scatters a sound into grains of its last seconds: clouds, shimmers, stutters.

    Parameters
    ----------
    seed
        another seed scatters otherwise.
    density_hz
        grains a second; 0.5 to 200 Hz.
    grain_ms
        length of a grain; 5 to 500 ms.
    position_ms
        how far back grains look; 0 to 2000 ms.
    spray_ms
        how much farther, by chance; 0 to 2000 ms.
    pitch_semitones
        pitch of the grains; -24 to 24 semitones.
    spread_semitones
        how far their pitch strays, by chance; 0 to 12 semitones.
    width_percent
        place of the grains; 0 to 100 %.
    mix_percent
        share of the grains; 0 to 100 %.
    """

def graphic_equalizer(
    *,
    phase: Literal["minimum", "linear"] = "minimum",
    band_20_hz_db: float = 0.0,
    band_25_hz_db: float = 0.0,
    band_31_5_hz_db: float = 0.0,
    band_40_hz_db: float = 0.0,
    band_50_hz_db: float = 0.0,
    band_63_hz_db: float = 0.0,
    band_80_hz_db: float = 0.0,
    band_100_hz_db: float = 0.0,
    band_125_hz_db: float = 0.0,
    band_160_hz_db: float = 0.0,
    band_200_hz_db: float = 0.0,
    band_250_hz_db: float = 0.0,
    band_315_hz_db: float = 0.0,
    band_400_hz_db: float = 0.0,
    band_500_hz_db: float = 0.0,
    band_630_hz_db: float = 0.0,
    band_800_hz_db: float = 0.0,
    band_1000_hz_db: float = 0.0,
    band_1250_hz_db: float = 0.0,
    band_1600_hz_db: float = 0.0,
    band_2000_hz_db: float = 0.0,
    band_2500_hz_db: float = 0.0,
    band_3150_hz_db: float = 0.0,
    band_4000_hz_db: float = 0.0,
    band_5000_hz_db: float = 0.0,
    band_6300_hz_db: float = 0.0,
    band_8000_hz_db: float = 0.0,
    band_10000_hz_db: float = 0.0,
    band_12500_hz_db: float = 0.0,
    band_16000_hz_db: float = 0.0,
    band_20000_hz_db: float = 0.0,
) -> Graph:
    """Thirty-one sliders, one for each third of an octave; minimum or linear phase.

    Parameters
    ----------
    phase
        minimum: not late; linear: no phase shift, late by 85 ms at 48 kHz.
    band_20_hz_db
        level around 20 Hz; -24 to 24 dB.
    band_25_hz_db
        level around 25 Hz; -24 to 24 dB.
    band_31_5_hz_db
        level around 31.5 Hz; -24 to 24 dB.
    band_40_hz_db
        level around 40 Hz; -24 to 24 dB.
    band_50_hz_db
        level around 50 Hz; -24 to 24 dB.
    band_63_hz_db
        level around 63 Hz; -24 to 24 dB.
    band_80_hz_db
        level around 80 Hz; -24 to 24 dB.
    band_100_hz_db
        level around 100 Hz; -24 to 24 dB.
    band_125_hz_db
        level around 125 Hz; -24 to 24 dB.
    band_160_hz_db
        level around 160 Hz; -24 to 24 dB.
    band_200_hz_db
        level around 200 Hz; -24 to 24 dB.
    band_250_hz_db
        level around 250 Hz; -24 to 24 dB.
    band_315_hz_db
        level around 315 Hz; -24 to 24 dB.
    band_400_hz_db
        level around 400 Hz; -24 to 24 dB.
    band_500_hz_db
        level around 500 Hz; -24 to 24 dB.
    band_630_hz_db
        level around 630 Hz; -24 to 24 dB.
    band_800_hz_db
        level around 800 Hz; -24 to 24 dB.
    band_1000_hz_db
        level around 1000 Hz; -24 to 24 dB.
    band_1250_hz_db
        level around 1250 Hz; -24 to 24 dB.
    band_1600_hz_db
        level around 1600 Hz; -24 to 24 dB.
    band_2000_hz_db
        level around 2000 Hz; -24 to 24 dB.
    band_2500_hz_db
        level around 2500 Hz; -24 to 24 dB.
    band_3150_hz_db
        level around 3150 Hz; -24 to 24 dB.
    band_4000_hz_db
        level around 4000 Hz; -24 to 24 dB.
    band_5000_hz_db
        level around 5000 Hz; -24 to 24 dB.
    band_6300_hz_db
        level around 6300 Hz; -24 to 24 dB.
    band_8000_hz_db
        level around 8000 Hz; -24 to 24 dB.
    band_10000_hz_db
        level around 10000 Hz; -24 to 24 dB.
    band_12500_hz_db
        level around 12500 Hz; -24 to 24 dB.
    band_16000_hz_db
        level around 16000 Hz; -24 to 24 dB.
    band_20000_hz_db
        level around 20000 Hz; -24 to 24 dB.
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

def harmonizer(
    *,
    voice1_semitones: float = 4.0,
    voice1_level_db: float = -9.0,
    voice2_semitones: float = 7.0,
    voice2_level_db: float = -9.0,
    voice3_semitones: float = -12.0,
    voice3_level_db: float = -60.0,
    formants_percent: float = 100.0,
    dry_level_db: float = 0.0,
) -> Graph:
    """Puts up to three voices at other pitches beside a sound, with its formants kept.

    Parameters
    ----------
    voice1_semitones
        interval of voice 1; -24 to 24 semitones.
    voice1_level_db
        level of voice 1; -60 dB is silence; -60 to 12 dB.
    voice2_semitones
        interval of voice 2; -24 to 24 semitones.
    voice2_level_db
        level of voice 2; -60 dB is silence; -60 to 12 dB.
    voice3_semitones
        interval of voice 3; -24 to 24 semitones.
    voice3_level_db
        level of voice 3; -60 dB is silence; -60 to 12 dB.
    formants_percent
        how far the voices keep the formants of the sound; 0: they move with the pitch; 0 to 100 %.
    dry_level_db
        level of the sound itself; -60 dB is silence; -60 to 12 dB.

    Notes
    -----
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
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

def impact(
    *,
    size_percent: float = 60.0,
    hardness_percent: float = 40.0,
    thump_percent: float = 70.0,
    dust_percent: float = 30.0,
    seed: int = 1,
    level_dbfs: float = -12.0,
) -> Graph:
    """A blow, from a tap on wood to a trailer's boom.

    Parameters
    ----------
    size_percent
        how big the struck thing is, 0 to 100.
    hardness_percent
        from felt to metal, 0 to 100.
    thump_percent
        the low end, 0 to 100.
    dust_percent
        the noise of the blow, 0 to 100.
    seed
        another seed is another sound of the same kind.
    level_dbfs
        level where it is loudest; -80 to 0 dBFS.
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

def linear_phase_equalizer(
    *,
    band1_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "low_shelf",
    band1_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band2_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band2_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band3_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band3_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band4_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band4_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band5_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band5_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band6_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band6_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band7_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band7_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band8_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "high_shelf",
    band8_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band1_frequency_hz: float = 80.0,
    band1_gain_db: float = 0.0,
    band1_q: float = 0.7071067811865476,
    band2_frequency_hz: float = 160.0,
    band2_gain_db: float = 0.0,
    band2_q: float = 1.0,
    band3_frequency_hz: float = 400.0,
    band3_gain_db: float = 0.0,
    band3_q: float = 1.0,
    band4_frequency_hz: float = 1000.0,
    band4_gain_db: float = 0.0,
    band4_q: float = 1.0,
    band5_frequency_hz: float = 2500.0,
    band5_gain_db: float = 0.0,
    band5_q: float = 1.0,
    band6_frequency_hz: float = 5000.0,
    band6_gain_db: float = 0.0,
    band6_q: float = 1.0,
    band7_frequency_hz: float = 9000.0,
    band7_gain_db: float = 0.0,
    band7_q: float = 1.0,
    band8_frequency_hz: float = 12000.0,
    band8_gain_db: float = 0.0,
    band8_q: float = 0.7071067811865476,
) -> Graph:
    """Eight bands of any kind without phase shift; late by 85 ms at 48 kHz.

    Parameters
    ----------
    band1_kind
        what the band does.
    band1_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band2_kind
        what the band does.
    band2_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band3_kind
        what the band does.
    band3_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band4_kind
        what the band does.
    band4_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band5_kind
        what the band does.
    band5_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band6_kind
        what the band does.
    band6_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band7_kind
        what the band does.
    band7_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band8_kind
        what the band does.
    band8_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band1_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band1_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band1_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band2_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band2_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band2_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band3_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band3_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band3_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band4_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band4_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band4_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band5_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band5_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band5_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band6_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band6_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band6_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band7_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band7_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band7_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band8_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band8_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band8_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
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

def multiband_compressor(
    *,
    low_split_frequency_hz: float = 120.0,
    mid_split_frequency_hz: float = 1000.0,
    high_split_frequency_hz: float = 5000.0,
    band1_threshold_db: float = -24.0,
    band1_ratio: float = 2.0,
    band1_attack_ms: float = 20.0,
    band1_release_ms: float = 200.0,
    band1_gain_db: float = 0.0,
    band2_threshold_db: float = -24.0,
    band2_ratio: float = 2.0,
    band2_attack_ms: float = 10.0,
    band2_release_ms: float = 150.0,
    band2_gain_db: float = 0.0,
    band3_threshold_db: float = -24.0,
    band3_ratio: float = 2.0,
    band3_attack_ms: float = 5.0,
    band3_release_ms: float = 100.0,
    band3_gain_db: float = 0.0,
    band4_threshold_db: float = -24.0,
    band4_ratio: float = 2.0,
    band4_attack_ms: float = 2.0,
    band4_release_ms: float = 80.0,
    band4_gain_db: float = 0.0,
) -> Graph:
    """Four compressors, one for each band; the bands sum flat.

    Parameters
    ----------
    low_split_frequency_hz
        border between two bands; 20 to 20000 Hz.
    mid_split_frequency_hz
        border between two bands; 20 to 20000 Hz.
    high_split_frequency_hz
        border between two bands; 20 to 20000 Hz.
    band1_threshold_db
        level at which the reduction begins, dBFS; -60 to 0 dB.
    band1_ratio
        dB in for one dB out, above the threshold; 1 to 100.
    band1_attack_ms
        time to 63 % of more reduction; 0.05 to 500 ms.
    band1_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band1_gain_db
        level of the band behind its compressor; -24 to 24 dB.
    band2_threshold_db
        level at which the reduction begins, dBFS; -60 to 0 dB.
    band2_ratio
        dB in for one dB out, above the threshold; 1 to 100.
    band2_attack_ms
        time to 63 % of more reduction; 0.05 to 500 ms.
    band2_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band2_gain_db
        level of the band behind its compressor; -24 to 24 dB.
    band3_threshold_db
        level at which the reduction begins, dBFS; -60 to 0 dB.
    band3_ratio
        dB in for one dB out, above the threshold; 1 to 100.
    band3_attack_ms
        time to 63 % of more reduction; 0.05 to 500 ms.
    band3_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band3_gain_db
        level of the band behind its compressor; -24 to 24 dB.
    band4_threshold_db
        level at which the reduction begins, dBFS; -60 to 0 dB.
    band4_ratio
        dB in for one dB out, above the threshold; 1 to 100.
    band4_attack_ms
        time to 63 % of more reduction; 0.05 to 500 ms.
    band4_release_ms
        time to 63 % of less reduction; 5 to 5000 ms.
    band4_gain_db
        level of the band behind its compressor; -24 to 24 dB.
    """

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

def object_panner(
    *,
    to: str = "5.1",
    travel: bool = False,
    reflections: int = 0,
    reference_m: float = 1.0,
    temperature_c: float = 20.0,
    humidity_percent: float = 50.0,
    ahead_m: float = 3.0,
    left_m: float = 0.0,
    up_m: float = 0.0,
    size_m: float = 0.0,
    falloff_db: float = 6.0,
    room_size_m: float = 12.0,
    absorption_percent: float = 40.0,
    room_db: float = 0.0,
) -> Graph:
    """Places a mono sound in metres: direction, distance, air, doppler, size and the walls of a room.

    Parameters
    ----------
    to
        stereo, 5.1, 7.1.4, 22.2 ..., or a scene: ambisonics-1 to -5.
    travel
        come as late as sound travels, with doppler.
    reflections
        walls that a sound meets at most: 0, 1 (6 images) or 2 (24).
    reference_m
        distance at which the level is untouched, 0.5 to 100 m.
    temperature_c
        of the air, -20 to 50 degrees Celsius.
    humidity_percent
        relative humidity of the air, 10 to 100.
    ahead_m
        in front of the listener; below 0 behind; -200 to 200 m.
    left_m
        to the left; below 0 to the right; -200 to 200 m.
    up_m
        above the ears; -200 to 200 m.
    size_m
        radius of the source; 0 to 50 m.
    falloff_db
        loss with every doubling; 0 to 12 dB.
    room_size_m
        length of the room; 2 to 60 m.
    absorption_percent
        energy that a wall takes; 1 to 99 %.
    room_db
        of the walls; -60: silent; -60 to 12 dB.
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

def panner(
    *,
    to: str = "5.1",
    azimuth_deg: float = 0.0,
    elevation_deg: float = 0.0,
    spread_deg: float = 0.0,
) -> Graph:
    """Places a mono sound between the loudspeakers of any layout.

    Parameters
    ----------
    to
        the layout: stereo, quad, 5.1, 7.1.4, 22.2 .
    azimuth_deg
        to the left; 180 is behind; -180 to 180 deg.
    elevation_deg
        upwards; -90 to 90 deg.
    spread_deg
        half the width; 180: from everywhere; 0 to 180 deg.
    """

def parametric_equalizer(
    *,
    band1_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "low_shelf",
    band1_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band2_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band2_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band3_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band3_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band4_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band4_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band5_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band5_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band6_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band6_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band7_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "bell",
    band7_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band8_kind: Literal[
        "off",
        "bell",
        "low_shelf",
        "high_shelf",
        "low_cut",
        "high_cut",
        "notch",
        "band_pass",
    ] = "high_shelf",
    band8_slope_db_per_octave: Literal[6, 12, 18, 24, 36, 48, 72, 96] = 24,
    band1_frequency_hz: float = 80.0,
    band1_gain_db: float = 0.0,
    band1_q: float = 0.7071067811865476,
    band2_frequency_hz: float = 160.0,
    band2_gain_db: float = 0.0,
    band2_q: float = 1.0,
    band3_frequency_hz: float = 400.0,
    band3_gain_db: float = 0.0,
    band3_q: float = 1.0,
    band4_frequency_hz: float = 1000.0,
    band4_gain_db: float = 0.0,
    band4_q: float = 1.0,
    band5_frequency_hz: float = 2500.0,
    band5_gain_db: float = 0.0,
    band5_q: float = 1.0,
    band6_frequency_hz: float = 5000.0,
    band6_gain_db: float = 0.0,
    band6_q: float = 1.0,
    band7_frequency_hz: float = 9000.0,
    band7_gain_db: float = 0.0,
    band7_q: float = 1.0,
    band8_frequency_hz: float = 12000.0,
    band8_gain_db: float = 0.0,
    band8_q: float = 0.7071067811865476,
) -> Graph:
    """Eight bands of any kind: bells, shelves, cuts to 96 dB per octave, notches; true to analogue at the top.

    Parameters
    ----------
    band1_kind
        what the band does.
    band1_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band2_kind
        what the band does.
    band2_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band3_kind
        what the band does.
    band3_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band4_kind
        what the band does.
    band4_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band5_kind
        what the band does.
    band5_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band6_kind
        what the band does.
    band6_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band7_kind
        what the band does.
    band7_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band8_kind
        what the band does.
    band8_slope_db_per_octave
        steepness of a cut (Butterworth); other kinds have none.
    band1_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band1_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band1_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band2_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band2_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band2_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band3_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band3_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band3_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band4_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band4_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band4_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band5_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band5_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band5_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band6_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band6_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band6_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band7_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band7_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band7_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
    band8_frequency_hz
        centre, corner, or frequency of half the gain; 10 to 20000 Hz.
    band8_gain_db
        boost or cut of a bell or a shelf; -30 to 30 dB.
    band8_q
        width: higher is narrower; a shelf takes up to 1, a cut has none; 0.1 to 20.
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

def plosive_control(
    *,
    split_frequency_hz: float = 120.0,
    threshold_db: float = -3.0,
    range_db: float = 18.0,
    attack_ms: float = 2.0,
    release_ms: float = 60.0,
) -> Graph:
    """Lowers pops of p and b, wind and handling noise; vowels keep their lows.

    Parameters
    ----------
    split_frequency_hz
        border of the band; 40 to 400 Hz.
    threshold_db
        level of the band over all that it may have; -40 to 0 dB.
    range_db
        how far it is lowered at most; 0 to 30 dB.
    attack_ms
        time to 63 % of more reduction; 0.05 to 50 ms.
    release_ms
        time to 63 % of less reduction; 5 to 500 ms.
    """

def polarity(
    *,
    invert: float | Literal["off", "on"] = 1.0,
) -> Graph:
    """Inverts the polarity.

    Parameters
    ----------
    invert
        other side of zero; off or on.
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

def room_tone(
    *,
    recording: str,
    where: Literal["gaps", "always"] = "gaps",
    seed: int = 1,
    threshold_dbfs: float = -80.0,
    level_db: float = 0.0,
) -> Graph:
    """Fills the gaps of an edit with the tone of the room, learnt from a recording.

    Parameters
    ----------
    recording
        an audio file in which the room is heard; required.
    where
        in gaps only, or all the time.
    seed
        another seed is another stretch of the same tone.
    threshold_dbfs
        peaks below this are a gap; -120 to -20 dBFS.
    level_db
        against that of the recording; -24 to 12 dB.

    Notes
    -----
    - Exception (latency): silence before a sound is filled, which is the effect.
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

def sampler(
    *,
    sounds: str,
    order: Literal["chance", "turns"] = "chance",
    midi_key: int = 60,
    seed: int = 1,
    every_s: float = 0.5,
    stray_percent: float = 10.0,
    pitch_semitones: float = 0.0,
    pitch_spread_semitones: float = 0.5,
    level_spread_db: float = 3.0,
    level_db: float = 0.0,
) -> Graph:
    """Plays the recorded sounds of a folder by turns or by chance, with pitch and level that stray.

    Parameters
    ----------
    sounds
        a sound file, or a folder of them; required.
    order
        which comes next.
    midi_key
        the key at which a sound has its own pitch.
    seed
        another seed is another row of sounds.
    every_s
        between sounds; 0: notes alone; 0 to 60 s.
    stray_percent
        unevenness of that time; 0 to 100 %.
    pitch_semitones
        pitch of all; -24 to 24 semitones.
    pitch_spread_semitones
        how far a sound may lie from that; 0 to 12 semitones.
    level_spread_db
        how much softer a sound may be; 0 to 24 dB.
    level_db
        level of all; -60 to 12 dB.

    Notes
    -----
    - Exception (smoothing): its sounds begin, with steps of their own, at any time.
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

def shepard_tone(
    *,
    rate_octaves: float = 0.1,
    centre_hz: float = 400.0,
    width_octaves: float = 1.4,
    level_dbfs: float = -22.0,
) -> Graph:
    """A tone that rises, or falls, for ever.

    Parameters
    ----------
    rate_octaves
        octaves a second; below 0 it falls; -1 to 1.
    centre_hz
        middle of the bell; 100 to 2000 Hz.
    width_octaves
        half width of the bell; 0.5 to 3.
    level_dbfs
        level, AES17; -80 to 0 dBFS.
    """

def slate(
    *,
    recording: str = "",
    tone_s: float = 3.0,
    slate_s: float = 4.0,
    programme_s: float = 10.0,
    picture_hz: float = 25.0,
    frequency_hz: float = 1000.0,
    level_dbfs: float = -20.0,
    slate_gain_db: float = 0.0,
) -> Graph:
    """Puts line-up tone, a spoken slate and the 2-pop before a programme.

    Parameters
    ----------
    recording
        an audio file in which somebody says what it is; empty: none.
    tone_s
        length of the line-up tone from the beginning; 0: none.
    slate_s
        where the recording begins.
    programme_s
        where the programme begins; the pop is 2 s before.
    picture_hz
        pictures a second: how long the pop is.
    frequency_hz
        of tone and pop.
    level_dbfs
        of tone and pop, AES17; -60 to 0 dBFS.
    slate_gain_db
        level of the recording; -60 to 24 dB.

    Notes
    -----
    - Exception (latency): the programme comes behind its leader, which is the effect.
    """

def spectral_morph(
    *,
    how: Literal["morph", "cross"] = "morph",
    morph_percent: float = 50.0,
) -> Graph:
    """Leads a sound to another one, or plays it through the other, spectrum by spectrum.

    Parameters
    ----------
    how
        to the other sound, or through it as a filter.
    morph_percent
        how far it has come; 0 to 100 %.

    Notes
    -----
    - Side input: other.
    - Exception (latency): a weighted spectrum spreads an onset over its frame: what is left of it may begin up to
      43 ms early.
    """

def speech_gate(
    *,
    lookahead_ms: float = 200.0,
    over_noise_db: float = 6.0,
    voiced_percent: float = 40.0,
    range_db: float = 60.0,
    attack_ms: float = 10.0,
    hold_ms: float = 500.0,
    release_ms: float = 80.0,
) -> Graph:
    """Lets speech through and nothing else: a side-chain that no door trips.

    Parameters
    ----------
    lookahead_ms
        time by which speech is known ahead, 10 to 1000 ms.
    over_noise_db
        how far speech lies over the noise of the room, at least; 0 to 40 dB.
    voiced_percent
        how voiced a sound must be: 20 for noise, 60 to 90 for vowels; 10 to 90 %.
    range_db
        how far it closes; 0 to 100 dB.
    attack_ms
        time to 63 % of opening; 0.1 to 500 ms.
    hold_ms
        pauses that are passed over; 50 to 5000 ms.
    release_ms
        time to 63 % of closing; 1 to 5000 ms.
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

def tilt(
    *,
    tilt_db: float = 0.0,
    pivot_frequency_hz: float = 650.0,
) -> Graph:
    """Tips the whole spectrum: brighter and thinner, or darker and fuller, about one frequency.

    Parameters
    ----------
    tilt_db
        highs over lows; -18 to 18 dB.
    pivot_frequency_hz
        frequency that keeps its level; 100 to 5000 Hz.
    """

def time_align(
    *,
    delay_ms: float = 0.0,
) -> Graph:
    """Delays a sound to the frame, to bring it in step with another.

    Parameters
    ----------
    delay_ms
        how much later; 0 to 2000 ms.
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

def transient_shaper(
    *,
    attack_db: float = 0.0,
    sustain_db: float = 0.0,
) -> Graph:
    """More or less attack and sustain, at any level: drums, footsteps, impacts, room on a recording.

    Parameters
    ----------
    attack_db
        gain of beginnings; -24 to 24 dB.
    sustain_db
        gain of what follows them; -24 to 24 dB.
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

def two_pop(
    *,
    tone_s: float = 5.0,
    programme_s: float = 10.0,
    picture_hz: float = 25.0,
    frequency_hz: float = 1000.0,
    level_dbfs: float = -20.0,
) -> Graph:
    """Line-up tone and 2-pop before a programme.

    Parameters
    ----------
    tone_s
        length of the line-up tone from the beginning; 0: none.
    programme_s
        where the programme begins; the pop is 2 s before.
    picture_hz
        pictures a second: how long the pop is.
    frequency_hz
        of tone and pop.
    level_dbfs
        of tone and pop, AES17; -60 to 0 dBFS.
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

def vocoder(
    *,
    formant_semitones: float = 0.0,
    release_ms: float = 25.0,
    gain_db: float = 0.0,
    mix_percent: float = 100.0,
) -> Graph:
    """Lets a sound speak with a voice from the side input.

    Parameters
    ----------
    formant_semitones
        size of the speaker; -12 to 12 semitones.
    release_ms
        how long a band lasts; 2 to 1000 ms.
    gain_db
        level of what speaks; -24 to 24 dB.
    mix_percent
        share of what speaks; 0 to 100 %.

    Notes
    -----
    - Side input: modulator.
    """

def whoosh(
    *,
    duration_s: float = 1.2,
    peak_percent: float = 60.0,
    low_hz: float = 180.0,
    high_hz: float = 2200.0,
    sharpness_percent: float = 40.0,
    turbulence_percent: float = 40.0,
    direction: Literal["left to right", "right to left", "centre"] = "left to right",
    seed: int = 1,
    level_dbfs: float = -12.0,
) -> Graph:
    """A pass-by of air: sword, cape, arrow, title card.

    Parameters
    ----------
    duration_s
        length, 0.1 to 20 s.
    peak_percent
        where in its time it is loudest, 0 to 100.
    low_hz
        pitch at its ends, 20 to 5000 Hz.
    high_hz
        pitch at its loudest, 50 to 16000 Hz.
    sharpness_percent
        from a broad wind to a whistle, 0 to 100.
    turbulence_percent
        unevenness, 0 to 100.
    direction
        way.
    seed
        another seed is another sound of the same kind.
    level_dbfs
        level where it is loudest; -80 to 0 dBFS.

    Notes
    -----
    - Exception (smoothing): it is loud for a moment only, with noise's own steps.
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
