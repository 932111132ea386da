"""Every tolerance of the tests, with its unit and its reason. The default is exact equality."""

FLOAT32_SUM = 1e-5
"""Linear, relative to the largest sample: a graph sums in float32, its reference in float64."""

FLOAT32_ROUNDING = 2.0**-24 * 1.01
"""Linear, relative to the largest sample: one rounding to float32, and what two orders of float64 sums differ by."""

# --- Loudness --------------------------------------------------------------------------------------------------------

EBU_LOUDNESS_LU = 0.1
"""LU: EBU Tech 3341 v4, table 1, and ITU-R BS.2217 for the same measures."""

EBU_RANGE_LU = 1.0
"""LU: EBU Tech 3342 v4, table 1."""

EBU_TRUE_PEAK_ABOVE_DB = 0.2
EBU_TRUE_PEAK_BELOW_DB = 0.4
"""dB: EBU Tech 3341 v4, table 1, signals 15 to 23."""

OWN_LOUDNESS_LU = 0.02
"""LU, against the exact value: the bilinear transform moves K-weighting at 1 kHz by 0.006 dB between the rates."""

OWN_RANGE_LU = 0.1
"""LU: the synthetic signals have exact ranges; a wrong rank or grid misses by more."""

OWN_TRUE_PEAK_ABOVE_DB = 0.05
OWN_TRUE_PEAK_BELOW_DB = 0.10
"""dB, against the exact crest of a faded tone: half of the finest grid's worst case, and its fade's side lobes."""

OWN_BURST_TRUE_PEAK_DB = 0.03
"""dB, against the band-limited crest of signals 20 to 23; the largest found is 0.011."""

K_WEIGHTING_TABLE = 1e-10
"""Linear: the prototypes meet the Recommendation's fourteen decimals to 2e-11."""

K_WEIGHTING_BETWEEN_RATES_DB = 0.008
"""dB, 44.1 to 192 kHz up to 20 kHz: the bilinear transform's bend of the shelf, worst at 3 kHz and 192 kHz."""

THREE_DECIMALS_DB = 0.001
"""dB: the curve as printed with three decimals."""

PASS_BAND_RIPPLE_DB = 0.0035
"""dB: a Kaiser window of 70 dB; up to 20 kHz at 48 kHz."""

FLOAT64_RECURSION = 1e-9
"""Linear, full scale 1: a double pole near 1 magnifies the rounding of either order of sums to about 3e-11."""

FLOAT64_SUM = 1e-12
"""Relative: the same few hundred numbers, added in another order."""

TRUE_PEAK_FLOAT32 = 2e-6
"""Relative: 48 products in float32, against the same in float64."""

SHELF_SUM_LU = 0.005
"""LU: a sweep's mean over the curve, against the same integral on a grid of frequencies."""

PEER_LOUDNESS_LU = 0.1
"""LU: what two meters may differ by (EBU R 128, workflow)."""

PEER_TRUE_PEAK_DB = 0.2
"""dB: libebur128 and FFmpeg interpolate four times with shorter filters."""

PEER_RANGE_LU = 0.2
"""LU: FFmpeg adds no silence at the end and prints one decimal."""

COARSE_PEER_RANGE_LU = 0.5
"""LU: libebur128 looks once a second where Tech 3342 asks for ten times."""

SAME_FILTERS_LU = 1e-6
"""LU: pyloudnorm with De Man's filters computes the same numbers sample by sample."""

DITHER_MEAN_STEPS = 0.004
"""Steps of the word: five standard errors of the mean of 400 000 values whose power is 1/4 step squared."""

DITHER_POWER_STEPS = 0.004
"""Steps squared: five standard errors of the mean square of the same values, whose fourth power is 5/16 at most."""

DITHER_TONE_STEPS = 0.013
"""Steps of the word: five standard errors of a line of the spectrum of 96 000 values of that power."""

DITHER_TONE_DB = 0.3
"""dB: five standard errors of a line of -100 dBFS in ten seconds of 16-bit noise, some -150 dBFS a line."""

SHAPED_MEAN_DB = 0.01
"""dB: the mean over frequency of a minimum-phase response is 0; a sum over a grid stands for the integral."""

RESAMPLED_TONE = 5e-6
"""Linear: the resampler computes in float32, 24 bits of a full-scale tone with the error of some hundred taps."""

RESAMPLED_ALIAS_DBFS = -120.0
"""dBFS: what remains of a full-scale tone above the new Nyquist frequency; 24 bits reach to -138."""

METER_MEMORY_MIB = 250.0
"""MiB: a whole process of `audiopost measure`, however long the file; 180 measured for 10 h."""

# --- Live ------------------------------------------------------------------------------------------------------------

LIVE_PATIENCE_S = 30.0
"""s: time-out of anything that processes do for each other; they start within 1 s when the machine is free."""

LIVE_STOP_S = 10.0
"""s: time-out until every process of a session is gone after its end, also after its control was killed."""

LIVE_GROWTH_MIB = 24.0
"""MiB, over all seven processes of a session: each may keep a few of what it freed, by the allocator's habits."""

LIVE_ENGINE_BACK_S = 1.0
"""s of output: from the first block without a lost engine until its chain is heard again, and nothing else."""

LIVE_DEVICE_BACK_S = 3.0
"""s: time-out until sound is back after a sound server's return."""

CROSSFADE_LEVEL_DB = 0.01
"""dB: level of a tone after a swap or a restart, over whole periods, against the chain's gain in float32."""

FADE_OF_EQUALS = 2.0**-22
"""Linear, full scale 1: a fade between two sounds that are equal in every bit is rounded four times in float32."""

FLOAT32_TONE = 2e-6
"""Linear, full scale 1: a tone of float32 samples through unity gains, against its definition."""

# --- Effects ---------------------------------------------------------------------------------------------------------

SILENCE_DBFS = -110.0
"""dBFS: after a declared tail, which is a decay by 120 dB of a sound that may have been built up by 10 dB."""

EXCUSED_SPLIT_DBFS = -120.0
"""dBFS: difference between splits for effects that state why they are not bit-equal; under 20 bits."""

JUMP_STEPS = 17.0
"""Factor: over 140 dB, the widest knob, a straight line in dB is 16 times as steep at its top as one of amplitude."""

ALLOCATION_BYTES = 6000
"""Bytes: Python's own numbers, tuples and views; a block of the test is 16 kB a channel."""

HELD_LEVEL_DB = 1.5
"""dB: level of white noise behind an effect that is set to keep it; reading between frames takes 1 dB, all of it in the
highest octave."""

COMB_DB = 0.05
"""dB: a comb against its formula; the tap lies on a whole frame, the impulse response is float32."""

NOTCH_DB = -50.0
"""dB: where the formula says nothing is left; what is there comes from float32 and from a response of one second."""

MODULATED_PITCH = 0.02
"""Relative: the extreme of a swinging pitch, read from zero crossings 24 frames apart."""

SIDE_BAND_DB = -80.0
"""dBFS: lines that a carrier must not make; the pair of all-passes leaves 0.01 degrees, -81 dB under -6 dBFS."""

ALIAS_DB = -80.0
"""dB under the fundamental: what folds back of a sine at nearly 5 kHz, the hardest a curve is asked."""

OVERSAMPLED_LEVEL_DB = 0.01
"""dB: up and down by half-bands whose pass band is flat within 1e-10; the impulse itself is bent a little."""

TUNING_CENTS = 3.0
"""Cents: half of what a trained ear notices; the peak of a decaying tone is read by a parabola."""

ISO_9613_2_DIGITS = 0.006
"""Relative: table 2 of ISO 9613-2 prints three digits; with one decimal, 0.05 dB/km and its rounding besides."""

AIR_FILTER_DB = 0.6
"""dB down to -40 dB: a filter of 2 ms against the loss in air; where it is 40 dB the slope is steep."""

TEXTURE_LEVEL_DB = 2.0
"""dB: three stretches of 30 s of weather that changes by itself; the stated bound."""

ONE_SHOT_LEVEL_DB = 3.0
"""dB: level of an impact, a beep, a whoosh; the stated bound, for each blow is another by chance."""

ROOM_TONE_DB = 1.5
"""dB: octaves of learnt room tone against the room; the quietest tenth of a noise lies a little under its mean."""

# --- Delivery --------------------------------------------------------------------------------------------------------

AAC_ERROR = 0.35
"""Relative, RMS: noise through AAC twice at 192 kbit/s, whose highest octave the encoder leaves out."""

ROUNDED_STEPS = 0.5 + 1e-6
"""Steps of the word: one rounding; the product before it is taken in float64."""

DITHERED_STEPS = 1.5 + 1e-6
"""Steps of the word: one rounding, after a dither of one step to either side."""

DELIVERED_LOUDNESS_LU = 0.05
"""LU: how near to its aim a written file must come before it is published; linear gain alone comes far closer."""

LINEAR_GAIN_LU = 0.001
"""LU: loudness follows a gain exactly, save for the rounding and dither of 24 bits and the blocks at the gates."""

CEILING_DB = 0.005
"""dB: what judging at 0.01 dB does not see."""

RESAMPLED_LOUDNESS_LU = 0.02
"""LU: the K-weighting of two sample rates."""

BLURRED_ONSET_FRAMES = 2
"""Frames: lag of best agreement of a hosted effect against its declared latency; its filter may delay by a few."""

THREE_STEMS_24_BIT = 1e-6
"""Linear: three files of 24 bits with dither, 1.5 steps of 2^-23 off each, and a sum of theirs in float32."""

R128_QC_LU = 0.2
"""LU: what EBU R 128 allows a delivered programme to be off (EBU Tech 3343, quality control)."""

CUT_OFF_DB = 0.05
"""dB: what an engineer asks of a corner frequency; the design itself is exact."""

SLOPE_DB = 0.1
"""dB, an octave from the corner at 1/100 of the sample rate: the bilinear transform's bend."""

CENTRE_GAIN_DB = 0.01
"""dB: gain at a centre or an end of a shelf; the design is exact, the impulse response is float32."""

SKIRT_DB = 0.05
"""dB: half-gain points of a peak at 1/48 of the sample rate against the analogue bandwidth."""

MATCHED_DB = 1.25
"""dB: a matched section against the analogue one, 20 Hz to 20 kHz at 48 kHz; the largest, at 20 kHz, was 1.0."""

DRAWN_DB = 0.1
"""dB: what the window of a drawn response rounds off at bends that are some 10 Hz wide."""

SLIDER_DB = 0.4
"""dB: sliders of 80 to 125 Hz are 20 Hz apart, and a drawn response rounds off their corners; above, 0.1."""

FLAT_SUM_DB = 0.001
"""dB: bands of a crossover against the whole; states in float64, each band rounded to float32."""

DUCKED_LU = 0.5
"""LU: a distance in loudness that was measured with a one-pole mean of 100 ms, and the scatter of noise in it."""

MATCHED_SPECTRUM_DB = 1.5
"""dB: levels of thirds of an octave behind a matching equaliser; its curve is smoothed over three of them."""

DECAY_PART = 0.15
"""Of a room's decay that is heard in speech: falls of 0.2 s scatter by as much. Heard is a difference of 0.05."""

BREATH_LOWERED_DB = 1.5
"""dB for each 10 dB that a breath is lowered by: its beginning and its end, which are as soft as the room, stay."""

ROOM_FALL_DB = 0.7
"""dB: how far speech falls behind its peaks, beside its model; a fiftieth of the room's share is about 0.4 dB."""

FEEDBACK_CURVE_DB = 0.3
"""dB: a loop's level on a sine, whose falling peak ripples by half of that from crest to crest."""

STATIC_CURVE_DB = 0.02
"""dB: a compressor's output level on a sine; the sine's samples miss its peak by up to 0.01 dB."""

BALLISTICS = 0.01
"""Relative: attack and release times, read to the next frame of at least 96."""

GAIN_RIPPLE_DB = 0.01
"""dB: how far a steady sine may move a compressor's gain."""

LIMITER_OVER_DB = 0.05
"""dB above the ceiling, by any true-peak meter, for sound up to 0.42 of the sample rate."""

UNDER_CEILING_DB = 0.5
"""dB: a limiter that stays this far below its ceiling on loud material gives away level."""

DECAY_TIME = 0.10
"""Relative: a reverb's T60 in the octaves of 500 Hz and 1 kHz; the fit of a noisy decay takes half of it."""

DECORRELATION = 0.1
"""Correlation of two reverb channels over seconds: independent noise of that bandwidth gives 0.01."""

REVERB_LEVEL_DB = 3.0
"""dB: level of a reverberated steady noise against its source; damping takes some highs."""

CONVOLUTION_DBFS = -110.0
"""dB under the peak: float32 sums of some thousand products, against float64."""

NOISE_LEVEL_DB = 0.05
"""dB: RMS of 480 000 samples of white noise: standard error 0.006 dB."""

NOISE_BAND_DB = 0.3
"""dB: mean power in a band of several thousand bins: standard error 0.07 dB."""

PINK_SLOPE_DB = 0.3
"""dB: the filter's stated deviation from -3.01 dB an octave, 20 Hz to 0.4 of the sample rate."""

NOISE_CORRELATION = 0.01
"""Correlation of two channels of 480 000 independent samples: standard error 0.0015."""

SWEPT_PITCH = 0.01
"""Relative: pitch of a sweep read from zero crossings over 20 ms."""

GOLDEN_DBFS = -100.0
"""dBFS: a stored output against today's on another processor, whose exponential and logarithm differ in a last bit."""

# --- Plug-ins --------------------------------------------------------------------------------------------------------

SCAN_PATIENCE_S = 60.0
"""s: time-out of the scan of one plug-in in a test; it takes 1 to 3 s when the machine is free."""

CROSS_FADE_SUM = 2e-7
"""Linear, full scale 1: two float32 products whose weights sum to 1, against the sample itself."""

BUILT_IN_SPLIT = 3.2e-7
"""Linear (-130 dBFS): pedalboard's filters clear state below 1e-8 at the end of each block, its convolution sums
partial partitions in another order; stated as an exception in the catalogue."""

HOSTED_SILENCE = 1e-6
"""Linear (-120 dBFS): what counts as silence behind a plug-in's tail; its tail is declared for that level."""

REVERB_RESIDUAL = 1e-5
"""Linear (-100 dBFS): Freeverb's guard against denormals never lets it fall silent; stated as an exception."""

# --- Measures besides loudness ---------------------------------------------------------------------------------------

M_WEIGHTING_DB_OFF = 0.01
"""dB: the filter against the points of the table; the table's own tolerances are 0.2 to 2 dB, and none at 6.3 kHz."""

LEQ_M_TONE_DB = 0.02
"""dB: that, and what the ends of a tone of some seconds spread over the spectrum."""

# --- Channels --------------------------------------------------------------------------------------------------------

HUNDREDTH_DB = 0.005
"""dB: a level as an engineer writes it, with two decimals."""

ONE_UNIT_IN_THE_LAST_PLACE = 2.0**-23
"""Relative to the louder channel: mid and side are each rounded once to float32, and so is their sum."""

GATE_EDGE_S = 0.02
"""s: a line under a stem's gate begins and ends within the hop of 10 ms that it begins and ends in."""

DETECTED_DIALOGUE_LU = 0.5
"""LU: loudness under the detector's gate against that under a clean stem; measured 0.2."""

DETECTED_SHARE = 0.06
"""Share of a programme: the detector answers late by a frame or two and holds through pauses; measured 0.03."""

TONE_RMS_DB = 0.002
"""dB: a tone at -26 dBFS of whole periods, and the dither of 24 bits far below it."""

TWO_DECIMALS_DB = 0.0051
"""dB: loudgain prints gains with two decimals."""

# --- Roads of the meter ----------------------------------------------------------------------------------------------

SAME_ROAD_POWER = 1e-11
"""Relative to the loudest: float64 sums in another order; a warm-up of 200 ms leaves 1e-20 of what was before."""

SAME_ROAD_LU = 1e-9
"""LU: what that makes of a level."""

TRUE_PEAK_FLOAT32_DB = 3e-5
"""dB: 48 products in float32, summed in another order (see TRUE_PEAK_FLOAT32)."""

# --- Leaks -----------------------------------------------------------------------------------------------------------

LEAK_MIB = 4.0
"""MiB of resident memory over 10 000 cycles, 420 bytes each: less than the smallest block of the test (1 KiB).
Measured 0; what remains is room for the allocator's own habits."""

PLUGIN_LEAK_MIB = 8.0
"""MiB over 60 renderers of one plug-in file, some 400 loadings of it, once what was freed has gone back to the system.
Measured -0.9 to 1.1; what remains is room for the allocator. Two leaks of ours, 132 MiB, were found so."""

LEAK_BYTES_PER_CYCLE = 64
"""Bytes that Python and numpy hold more after each cycle; measured 9. The smallest block of the test has 1 KiB."""

MOVE_LOG_BYTES = 3 << 20
"""Memory of a log of any length: a megabyte of records, twice while they go over to a file, and the file's buffer."""

# --- Reports ---------------------------------------------------------------------------------------------------------

BAND_LEVEL_DB = 0.05
"""dB: what a Hann window leaks out of a band of a sixth of an octave, and the scatter of ten seconds of noise."""

NOISE_BAND_DB = 1.0
"""dB: the scatter of 20 s of noise in a band of 12 Hz is 0.3 dB."""

# --- Immersive sound -------------------------------------------------------------------------------------------------

LATTICE_ORTHOGONALITY = 2e-3
"""Sums over 2000 directions of a Fibonacci lattice for the integral over the sphere; measured 0.8e-3 at order 5."""

PANNED_ANGLE_DEG = {"5.1.4": 42.0, "7.1.4": 21.0, "9.1.6": 21.0, "22.2": 10.5}
"""deg: largest angle from a panned source to its energy vector between the horizon and the heights, half way between
loudspeakers that stand 140 (behind, 5.1.4), 60 and 30 degrees apart. Measured 41.6, 20.6, 20.6, 10.2."""

ALLRAD_POWER_DB = 2.1
"""dB: how far the power of a source of the upper half may be from the mean. Measured 2.02 at most."""

ALLRAD_MEAN_ANGLE_DEG = {"5.1.4": 13.5, "7.1.4": 8.0, "9.1.6": 7.5, "22.2": 9.5}
"""deg: mean angle from a source of the upper half to its energy vector, over orders 1 to 5. Measured 13.2, 7.8, 7.1,
9.0 at most."""

ALLRAD_ANGLE_DEG = {"5.1": 24.0, "7.1": 11.5, "5.1.4": 42.0, "7.1.4": 18.5, "9.1.6": 17.5, "22.2": 17.5}
"""deg: the largest such angle. Measured 23, 11, 41, 18, 17, 17 at most."""

ALLRAD_MEAN_LENGTH = {1: 0.47, 2: 0.63, 3: 0.69, 4: 0.72, 5: 0.74}
"""Mean length of the energy vector by order, at least: how sharply a source is heard. Measured 0.48 ... 0.75."""

TURNED_BACK_DB = -120.0
"""dB of full scale: what a turn of a scene and the turn back may leave of noise. Measured -136."""

GAIN = 1e-6
"""Of gains near 1, told in float32 samples: eight times their rounding."""

EAR_LEVEL_DB = {1: 1.2, 3: 0.5, 5: 1.0}
"""dB: the level at an ear that the source can see, from 150 Hz to 12 kHz, against the formula, by order. Measured 1.12,
0.44, 0.94."""

EAR_SHADOW_DB = {1: 3.2, 3: 1.8, 5: 2.3}
"""dB: the same at the ear in the shadow, where a scene of low order cannot be as sharp as the sound behind a sphere.
Measured 3.12, 1.77, 2.23."""

EAR_TIME_US = {1: 37.0, 3: 5.0, 5: 5.0}
"""us: how much earlier the near ear hears low tones, against the formula, by order. Measured 36.3, 4.0, 0.6 of 750."""

ADM_BLOCK_BYTES = 200.0
"""Of an object's block, read and ready to be rendered: 108 bytes of columns, 40 of its frames, and room to grow in."""

ADM_RENDERER = 10.0 ** (-90.0 / 20.0)
"""Linear, of full scale, against EBU's ADM Renderer at -26 dB of noise in every track: objects and beds come out within
the last of 24 bits (-138 dB), scenes within -121 dB, which is 16 bits in the directions of the decoder."""

PANNED_ENERGY_VECTOR_DEG = 6.0
"""Degrees, the mean over the upper half of space on 22.2: amplitude panning keeps the velocity vector, not this one."""

QUANTISED_24_BIT = 2.0**-24 * 4.0
"""Linear: one rounding to 24 bits, with dither."""

FADED_STEP = 0.0021
"""Between two samples of a constant 1 that fades over 500 of them, which is 1/499."""

SPEECH_POWER_PASSED = 0.97
"""Of the power of a voice, at noise 10 to 40 dB under it. Measured 0.99 at least."""

SPEECH_TIME_PASSED = 0.85
"""Of the time in which an open detector hears speech. Measured 0.9 at least: it holds on longer after a word."""

MORPHED_DECAY = 0.02
"""Of the time of a decay half way between two rooms. Measured 0.007."""

MORPHED_LEVEL_DB = 0.1
"""dB: of noise, all the way from one room to the other. Measured 0.03."""

MEASURED_SCENE_DB = 1.3
"""Of a third-order scene at the ears, from 150 Hz to 12 kHz, a sphere from a file of 400 directions against the sphere
itself. Measured 0.98."""

MEASURED_LOUDSPEAKER_DB = 2.2
"""Of loudspeakers, likewise, in the shadow too. Measured 1.85; 0.84 at the ear in the sun."""

MEASURED_NEAREST_DB = 3.0
"""The same with the nearest of the directions, up to 6 degrees off. Measured 2.3."""

MEASURED_LEAD_US = 5.0
NEAREST_LEAD_US = 90.0
"""By how much the lead of the near ear may differ, of up to 750 us. Measured 3.6 and 71."""

CROSSOVER_GAIN = 0.01
"""Linear: ten times below and above a crossover of fourth order, and in its middle."""

UHJ_GAIN = 0.005
"""Linear, of a sound at full scale; 1 % of the channels' levels."""

OBJECT_DIRECTION_DEG = 0.1
"""Of an object's velocity vector, on loudspeakers and between them."""

OBJECT_LEVEL_DB = 0.1
"""Of an object's level against its distance, with the first milliseconds in which filters fill. Measured 0.05."""

DOPPLER_HZ = 1.0
"""At 1 kHz: a bin of the spectrum in which the pitch is looked for is 0.2 Hz wide."""

IMAGE_DIRECTION_DEG = 6.0
"""Of an image in a room, with what little of others falls into its window."""

SEAM = 0.001
"""From sample to sample of a constant 0.5 while a source passes behind the head."""
