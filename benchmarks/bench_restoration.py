"""What restoration gains on real speech, beside noisereduce (spectral gating): SNR, intelligibility (STOI), time.

Speech is the voice of alsa-utils; the noises are its own recording, white noise and mains hum, each at several ratios.
SNR is the power of the clean speech over that of the difference from it; STOI is 1 for what is as intelligible as
clean speech.

    pip install noisereduce pystoi
    python benchmarks/bench_restoration.py [--quick] [--rounds N]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from compare import arguments

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.graph.algebra import Graph
from audiopost.media.audio_file import read_audio

RATE = 48_000
FOLDER = Path("/usr/share/sounds/alsa")
VOICES = (
    "Front_Center",
    "Front_Left",
    "Front_Right",
    "Rear_Center",
    "Rear_Left",
    "Rear_Right",
    "Side_Left",
    "Side_Right",
)
RATIOS_DB = (20.0, 10.0, 5.0)
SETTLING_S = 1.0
"""Not judged: what follows the noise by itself must have heard some of it."""

Treatment = Callable[[AudioBlock], AudioBlock]


def main() -> None:
    options = arguments(__doc__ or "")
    speech = np.concatenate([read_audio(FOLDER / f"{name}.wav")[0] for name in VOICES], axis=1)
    print(f"{'noise':8}{'SNR dB':>8}  {'treatment':30}{'gained dB':>10}{'STOI':>7}{'(before)':>9}{'x real time':>12}")
    for noise_name, noise in noises(speech.shape[1]).items():
        for ratio_db in RATIOS_DB[: 1 if options.quick else None]:
            scale = np.sqrt(power(speech) / power(noise)) * 10.0 ** (-ratio_db / 20.0)
            compare(noise_name, speech, (scale * noise).astype(np.float32))


def noises(frames: int) -> dict[str, AudioBlock]:
    """One row each."""
    recorded, _ = read_audio(FOLDER / "Noise.wav")
    phase = 2.0 * np.pi * 49.9 * np.arange(frames) / RATE
    return {
        "recorded": np.tile(recorded[:1], (1, 1 + frames // recorded.shape[1]))[:, :frames],
        "white": np.random.default_rng(1).normal(0.0, 0.1, (1, frames)).astype(np.float32),
        "hum": sum(np.sin(h * phase + h) / h for h in (1, 2, 3, 5, 7, 9))[np.newaxis].astype(np.float32),
    }


def compare(noise_name: str, speech: AudioBlock, noise: AudioBlock) -> None:
    noisy = speech + noise
    before_db, before_stoi = snr_db(speech, noisy), stoi(speech, noisy)
    for name, treat in treatments(noise_name, noise).items():
        began = time.perf_counter()
        heard = treat(noisy)
        took_s = time.perf_counter() - began
        gained_db = snr_db(speech, heard) - before_db
        print(
            f"{noise_name:8}{before_db:8.1f}  {name:30}{gained_db:10.2f}{stoi(speech, heard):7.3f}{before_stoi:9.3f}"
            f"{speech.shape[1] / RATE / took_s:12.0f}"
        )


def treatments(noise_name: str, noise: AudioBlock) -> dict[str, Treatment]:
    """What is set side by side; each gives back as many frames as it takes. One is told what the noise is."""
    import noisereduce

    made: dict[str, Treatment] = {
        "denoise om_lsa": rendered(fx.denoise()),
        "denoise wiener": rendered(fx.denoise(rule="wiener")),
        "denoise om_lsa, 12 dB": rendered(fx.denoise(reduction_db=12.0)),
        "noisereduce, noise given": lambda noisy: noisereduce.reduce_noise(
            y=noisy, sr=RATE, stationary=True, y_noise=noise
        ),
        "noisereduce stationary": lambda noisy: noisereduce.reduce_noise(y=noisy, sr=RATE, stationary=True),
        "noisereduce non-stationary": lambda noisy: noisereduce.reduce_noise(y=noisy, sr=RATE, stationary=False),
    }
    if noise_name == "hum":
        made["dehum"] = rendered(fx.dehum())
    return made


def rendered(graph: Graph) -> Treatment:
    return lambda noisy: graph.render(noisy, RATE, layout="mono", tail=False)


def power(samples: AudioBlock) -> float:
    return float(np.mean(samples.astype(np.float64) ** 2))


def snr_db(clean: AudioBlock, heard: AudioBlock) -> float:
    late = slice(int(SETTLING_S * RATE), None)
    return float(10.0 * np.log10(power(clean[:, late]) / power(heard[:, late] - clean[:, late])))


def stoi(clean: AudioBlock, heard: AudioBlock) -> float:
    from pystoi import stoi as measured

    late = slice(int(SETTLING_S * RATE), None)
    return float(measured(clean[0, late], heard[0, late], RATE))


if __name__ == "__main__":
    main()
