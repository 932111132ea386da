"""Loudness: the family of ITU-R BS.1770 and EBU R 128, as one streaming meter.

::

    lane_path       blocks of any size -> hop energies and peaks, compiled; lane_scan does it, several streams in step
    signal_path     the same in numpy, where there is no machine code
      k_weighting     the two filters before the energy
      true_peak       the waveform between the samples
    windows         hops of 10 ms -> momentary (0.4 s) and short-term (3 s) power
    gating          blocks that count -> integrated loudness
    loudness_range  short-term loudness -> how far apart quiet and loud lie
    peak_history    peaks over time, peak to short-term ratio
    meter           all of it behind `process` and `result`
    album           several programmes as one
    segments        a stored programme, in segments side by side; lane_memory and mark_tasks serve it

What is measured beside it, where it is asked for::

    dialogue        loudness under speech, by a stem or by the speech_detector
    leq_m           Leq(m) of cinema, behind m_weighting
    rms             RMS level and noise floor of audiobooks
    replay_gain     loudness and peak as a music player wants them

`LoudnessMeter` is the door; the steps are pure functions and small classes that can be used alone.
"""

from audiopost.loudness.album import album_loudness
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import Loudness, LoudnessHistory, Programme

__all__ = ["Loudness", "LoudnessHistory", "LoudnessMeter", "Programme", "album_loudness"]
