"""What restoration gains on real speech, beside noisereduce (spectral gating) and pyrnnoise (a neural network).

Speech is the voice of alsa-utils; the noises are its own recorded pink noise, the surface noise of a record
(sonic-pi-samples, where it is installed), white noise and mains hum, each at several ratios. SNR is the power of the
clean speech over that of the difference from it, in dB; STOI (C. H. Taal et al., IEEE Trans. ASLP 19, 2011) is 1 for
what is as intelligible as clean speech; PESQ (ITU-T P.862.2, wide band) goes from 1 to 4.6.

The rivals belong in an environment of their own: audiopost needs none of them.

    python -m venv rivals && rivals/bin/pip install -e . noisereduce pyrnnoise pystoi pesq
    rivals/bin/python benchmarks/bench_restoration.py [--quick] [--table FILE.md]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from compare import arguments

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import resample
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
RECORD = Path("/usr/share/sonic-pi/samples/vinyl_hiss.flac")
SCORES = ("stoi", "pesq")
SETTLING_S = 1.0
"""Not judged: what follows the noise by itself must have heard some of it."""

Treatment = Callable[[AudioBlock], AudioBlock]


@dataclass(frozen=True)
class Row:
    """One treatment of one mixture."""

    noise: str
    treatment: str
    snr_db: float
    gained_db: float
    stoi: float
    stoi_before: float
    pesq: float
    pesq_before: float
    speed: float


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=Path, metavar="FILE.md", help="write the results as a table of Markdown too")
    options = arguments(__doc__ or "", parser)
    speech = np.concatenate([read_audio(FOLDER / f"{name}.wav")[0] for name in VOICES], axis=1)
    print(f"{'noise':8}{'SNR dB':>8}  {'treatment':28}{'gained dB':>10}{'STOI':>14}{'PESQ':>14}{'x real time':>12}")
    rows = []
    for noise_name, noise in noises(speech.shape[1]).items():
        for ratio_db in RATIOS_DB[1 if options.quick else 0 : 2 if options.quick else None]:
            scale = np.sqrt(power(speech) / power(noise)) * 10.0 ** (-ratio_db / 20.0)
            for row in compared(noise_name, speech, (scale * noise).astype(np.float32)):
                rows.append(row)
                print(
                    f"{row.noise:8}{row.snr_db:8.1f}  {row.treatment:28}{row.gained_db:10.1f}"
                    f"{row.stoi_before:7.3f}{row.stoi:7.3f}{row.pesq_before:7.2f}{row.pesq:7.2f}{row.speed:12.0f}",
                    flush=True,
                )
    if options.table:
        options.table.write_text(markdown(rows), encoding="utf-8")


def markdown(rows: list[Row]) -> str:
    """A line for each treatment, its mean over the ratios; what was there before the treatment as "untouched"."""
    lines = ["| noise | treatment | SNR gained | STOI | PESQ |", "|---|---|---|---|---|"]
    for noise in dict.fromkeys(row.noise for row in rows):
        of_noise = [row for row in rows if row.noise == noise]
        stoi_before, pesq_before = (np.mean([getattr(row, f"{name}_before") for row in of_noise]) for name in SCORES)
        lines.append(f"| {noise} | untouched | | {stoi_before:.3f} | {pesq_before:.2f} |")
        for treatment in dict.fromkeys(row.treatment for row in of_noise):
            same = [row for row in of_noise if row.treatment == treatment]
            gained = np.mean([row.gained_db for row in same])
            kept, quality = (np.mean([getattr(row, name) for row in same]) for name in SCORES)
            lines.append(f"| {noise} | {treatment} | {gained:+.1f} dB | {kept:.3f} | {quality:.2f} |")
    return "\n".join(lines) + "\n"


def noises(frames: int) -> dict[str, AudioBlock]:
    """One row each."""
    phase = 2.0 * np.pi * 49.9 * np.arange(frames) / RATE
    found = {"pink": repeated(read_audio(FOLDER / "Noise.wav"), frames)}
    if RECORD.exists():
        found["record"] = repeated(read_audio(RECORD), frames)
    return {
        **found,
        "white": np.random.default_rng(1).normal(0.0, 0.1, (1, frames)).astype(np.float32),
        "hum": sum(np.sin(h * phase + h) / h for h in (1, 2, 3, 5, 7, 9))[np.newaxis].astype(np.float32),
    }


def repeated(recording: tuple[AudioBlock, int], frames: int) -> AudioBlock:
    """The first channel, as long as the speech."""
    samples = resample(recording[0][:1], recording[1], RATE)
    return np.tile(samples, (1, 1 + frames // samples.shape[1]))[:, :frames]


def compared(noise_name: str, speech: AudioBlock, noise: AudioBlock) -> Iterator[Row]:
    noisy = speech + noise
    before_db, before = snr_db(speech, noisy), (stoi(speech, noisy), pesq(speech, noisy))
    for name, treat in treatments(noise_name, noise).items():
        if name != "pyrnnoise":
            treat(noisy[:, :RATE])  # what is compiled or planned at first is no part of the time
        began = time.perf_counter()
        heard = treat(noisy)
        speed = speech.shape[1] / RATE / (time.perf_counter() - began)
        gained_db, kept, quality = snr_db(speech, heard) - before_db, stoi(speech, heard), pesq(speech, heard)
        yield Row(noise_name, name, before_db, gained_db, kept, before[0], quality, before[1], speed)


def treatments(noise_name: str, noise: AudioBlock) -> dict[str, Treatment]:
    """What is set side by side; each gives back as many frames as it takes. One is told what the noise is."""
    import noisereduce

    made: dict[str, Treatment] = {
        "denoise om_lsa": rendered(fx.denoise()),
        "denoise wiener": rendered(fx.denoise(rule="wiener")),
        "denoise om_lsa, 12 dB": rendered(fx.denoise(reduction_db=12.0)),
        "denoise om_lsa, noise given": given(noise),
        "noisereduce, noise given": lambda noisy: noisereduce.reduce_noise(
            y=noisy, sr=RATE, stationary=True, y_noise=noise
        ),
        "noisereduce stationary": lambda noisy: noisereduce.reduce_noise(y=noisy, sr=RATE, stationary=True),
        "noisereduce non-stationary": lambda noisy: noisereduce.reduce_noise(y=noisy, sr=RATE, stationary=False),
    }
    made["pyrnnoise"] = rnnoise
    if noise_name == "hum":
        made["dehum"] = rendered(fx.dehum())
    if noise_name == "record":
        made["declick, denoise om_lsa"] = rendered(fx.declick() >> fx.denoise())
    return made


def rendered(graph: Graph) -> Treatment:
    return lambda noisy: graph.render(noisy, RATE, layout="mono", tail=False)


def given(noise: AudioBlock) -> Treatment:
    """Told what the noise is: it learns from the noise alone, as from a take of room tone."""

    def treat(noisy: AudioBlock) -> AudioBlock:
        learnt = fx.denoise().automate("denoise.learn", [(0.0, 1.0), (noise.shape[1] / RATE, 0.0)], curve="step")
        both = np.concatenate([noise, noisy], axis=1)
        return learnt.render(both, RATE, layout="mono", tail=False)[:, noise.shape[1] :]

    return treat


def rnnoise(noisy: AudioBlock) -> AudioBlock:
    """RNNoise, with its delay taken off: it answers two frames of 10 ms late, or one, by its version."""
    from pyrnnoise import RNNoise

    words = np.round(np.clip(noisy, -1.0, 1.0) * 32767.0).astype(np.int16)
    frames = [frame for _, frame in RNNoise(RATE).denoise_chunk(words, partial=True)]
    heard = np.atleast_2d(np.concatenate(frames, axis=-1)).astype(np.float32) / 32767.0
    padded = np.zeros((1, noisy.shape[1] + 2 * RATE), np.float32)
    padded[:, : heard.shape[1]] = heard[:, : padded.shape[1]]
    late = max(range(RATE // 20), key=lambda lag: float(padded[0, lag : lag + 4 * RATE] @ noisy[0, : 4 * RATE]))
    return padded[:, late : late + noisy.shape[1]]


def power(samples: AudioBlock) -> float:
    return float(np.mean(samples.astype(np.float64) ** 2))


def snr_db(clean: AudioBlock, heard: AudioBlock) -> float:
    late = slice(int(SETTLING_S * RATE), None)
    return float(10.0 * np.log10(power(clean[:, late]) / power(heard[:, late] - clean[:, late])))


def stoi(clean: AudioBlock, heard: AudioBlock) -> float:
    from pystoi import stoi as measured

    late = slice(int(SETTLING_S * RATE), None)
    return float(measured(clean[0, late], heard[0, late], RATE))


def pesq(clean: AudioBlock, heard: AudioBlock) -> float:
    from pesq import pesq as measured

    late = int(SETTLING_S * RATE)
    narrow = (resample(np.ascontiguousarray(each[:, late:], np.float32), RATE, 16_000)[0] for each in (clean, heard))
    return float(measured(16_000, *narrow, "wb"))


if __name__ == "__main__":
    main()
