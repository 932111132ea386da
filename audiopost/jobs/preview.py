"""What services will do to a file: how it is coded, what the codec makes of its peaks, by how much players turn it.

::

    file ─▶ stereo ─▶ rate of the codec ─▶ code ─▶ decode ─▶ measure ─┬─▶ gain of service 1 ─▶ peak, clipping, file
                                                                      └─▶ gain of service 2 ...

Services take integers: what lies beyond full scale, in a float file or after folding down, is clipped first and told.
A service measures what it was given, and its player turns what was decoded: so the gain follows from the source, and
the peaks from the decoded sound. Every coding is done once, however many services use it.
"""

from __future__ import annotations

import importlib
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.delivery.playback import Coding, PlaybackGain, PlaybackRules, playback_gain, target_lufs
from audiopost.dsp.resampling import Resampler
from audiopost.effects.fold_down import downmix_matrix
from audiopost.errors import FileError, UsageError
from audiopost.jobs.job import Progress, Stage, reported_blocks, settle_layout
from audiopost.jobs.limited_gain import LimitedGain
from audiopost.jobs.linear_gain import with_gain
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.outputs import output_folder
from audiopost.layouts import Layout, layout_named
from audiopost.library.playback import list_services, load_playback
from audiopost.library.targets import load_target
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import Loudness
from audiopost.media.audio_file import AudioReader
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.joined_files import open_programme
from audiopost.media.new_file import Exists

__all__ = ["PreviewResult", "ServicePreview", "preview"]

FULL_SCALE_DB = 0.0


@dataclass(frozen=True)
class ServicePreview:
    """One service with one of its codings."""

    service: str
    name: str
    target_lufs: float
    gain: PlaybackGain
    coding: Coding
    decoded: Loudness
    """Of the decoded sound, before the player's gain."""
    played: Loudness
    """Of what the player sends on: decoded, turned, limited where the service limits."""
    clipped_samples: int
    """Samples beyond full scale: of the decoded sound, or of what is played, whichever has more."""
    output: Path | None = None
    note: str = ""

    @property
    def clips(self) -> bool:
        """Whether the decoded samples exceed full scale (a decoder with integer output cuts them), or what is played
        has a true peak above it (a converter without room above full scale distorts).
        """
        return self.clipped_samples > 0 or self.played.true_peak_dbtp > FULL_SCALE_DB

    def to_json(self) -> dict[str, Any]:
        """The service's object in the document of ``audiopost preview --json``."""
        return {
            "service": self.service,
            "name": self.name,
            "target_lufs": self.target_lufs,
            "gain_db": self.gain.gain_db,
            "gain_reason": self.gain.reason,
            **asdict(self.coding),
            "decoded_true_peak_dbtp": _defined(self.decoded.true_peak_dbtp),
            "decoded_sample_peak_dbfs": _defined(self.decoded.sample_peak_dbfs),
            "played_lufs": self.played.integrated_lufs,
            "played_true_peak_dbtp": _defined(self.played.true_peak_dbtp),
            "clipped_samples": self.clipped_samples,
            "clips": self.clips,
            "output": None if self.output is None else str(self.output),
            "service_note": self.note,
        }


@dataclass(frozen=True)
class PreviewResult:
    """A file, and what every service does to it."""

    source: FileMeasurement
    services: tuple[ServicePreview, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of ``audiopost preview --json``, without its schema number."""
        return {"source": self.source.to_json(), "services": [each.to_json() for each in self.services]}


def preview(
    path: str | os.PathLike[str],
    services: Sequence[str] = (),
    *,
    output: str | os.PathLike[str] | None = None,
    codings: Sequence[Coding] = (),
    layout: str | Layout | None = None,
    exists: Exists = "fail",
    progress: Progress | None = None,
) -> PreviewResult:
    """Tell what services will do to a file.

    Parameters
    ----------
    path
        Any file that `open_audio` reads, or the `ChannelFiles` of one programme; more than two channels are folded to
        stereo by ITU-R BS.775.
    services
        Ids of `list_services`; all without any.
    output
        A folder for what is heard, a 24-bit WAVE file for each service and coding; made if missing.
    codings
        Instead of those that the services are known or assumed to use.
    layout
        Overrides what the file says of its channels.
    exists
        What to do where an output is there already.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    UnknownNameError
        If a service is not known.
    FileError
        If the file cannot be read, an output not written, or PyAV is missing.
    UsageError
        If a codec does not take such sound.
    """
    chosen = tuple(dict.fromkeys(services)) or list_services()
    known = {service: load_playback(service) for service in chosen}
    stage = Stage(progress, "coding")
    with open_programme(path) as reader, tempfile.TemporaryDirectory(prefix="audiopost-") as folder:
        run = _Run(reader, settle_layout(reader, layout), Path(folder))
        source = run.measure(stage.part(0.0, 0.1, f"measuring {reader.path.name}"))
        wanted = [(service, coding) for service in chosen for coding in (*codings,) or known[service].codings]
        different = list(dict.fromkeys(_bare(coding) for _, coding in wanted))
        decoded = {}
        for index, coding in enumerate(different):
            part = stage.part(0.1 + 0.5 * index / len(different), 0.1 + 0.5 * (index + 1) / len(different))
            decoded[coding] = run.decoded(coding, part)
        found = []
        for index, (service, coding) in enumerate(wanted):
            part = stage.part(0.6 + 0.4 * index / len(wanted), 0.6 + 0.4 * (index + 1) / len(wanted), service)
            through = decoded[_bare(coding)]
            found.append(run.played(service, known[service], coding, through, output, exists, part))
        stage.report(1, 1)
        return PreviewResult(source, tuple(found))


@dataclass(frozen=True)
class _Decoded:
    """What came out of a codec."""

    path: Path
    frames: int
    rate: int
    loudness: Loudness
    beyond_full_scale: int


class _Run:
    """One file through all codecs."""

    def __init__(self, reader: AudioReader, layout: Layout, folder: Path) -> None:
        self._reader = reader
        self._layout = layout
        self._folder = folder
        self._matrix = downmix_matrix(layout, layout_named("stereo")) if layout.channels > 2 else None
        self._heard = layout_named("stereo") if layout.channels > 1 else layout
        self._source: Loudness | None = None
        self._beyond = 0

    def measure(self, stage: Stage) -> FileMeasurement:
        """The loudness of what is given to the services: the file, folded to stereo where it is wider."""
        meter = LoudnessMeter(self._reader.sample_rate, self._heard)
        for block in self._blocks(stage):
            meter.process(block)
        self._source = meter.result()
        if self._matrix is not None:
            self._reader.note(f"{self._layout} is folded to stereo by ITU-R BS.775 before it is coded")
        if self._beyond:
            self._reader.note(f"{self._beyond} samples beyond full scale are clipped before it is coded")
        return measurement_of(self._reader, self._heard, self._source)

    def _blocks(self, stage: Stage) -> Iterator[AudioBlock]:
        self._reader.seek(0)
        for block in reported_blocks(self._reader, stage):
            clear_non_finite(block)
            if self._matrix is not None:
                block = np.einsum("oc,cf->of", self._matrix, block.astype(np.float64))
            self._beyond += int(np.count_nonzero(np.abs(block) > 1.0))
            yield np.ascontiguousarray(np.clip(block, -1.0, 1.0), np.float32)

    def decoded(self, coding: Coding, stage: Stage) -> _Decoded:
        """Code, decode and measure."""
        codec = _codec_door()
        path = (
            self._folder / f"{coding.codec}-{coding.sample_rate_hz}-{coding.kbps}{codec.CODEC_SUFFIXES[coding.codec]}"
        )
        words = f"coding as {coding.in_words}"
        rate, channels = coding.sample_rate_hz, self._heard.channels
        frames = 0

        def counted() -> Iterator[AudioBlock]:
            nonlocal frames
            resampler = Resampler(channels, self._reader.sample_rate, rate)
            for block in self._blocks(stage.part(0.0, 0.7, words)):
                made = resampler.process(block)
                frames += made.shape[1]
                yield made
            rest = resampler.finish()
            frames += rest.shape[1]
            yield rest

        codec.coded(counted(), path, coding.codec, rate, channels, coding.kbps)
        meter = LoudnessMeter(rate, self._heard)
        beyond = 0
        for block in codec.decoded_blocks(path, frames):
            beyond += int(np.count_nonzero(np.abs(block) > 1.0))
            meter.process(block)
            stage.report(0.7 + 0.3 * meter.frames / max(frames, 1), 1.0)
        return _Decoded(path, frames, rate, meter.result(), beyond)

    def played(
        self,
        service: str,
        rules: PlaybackRules,
        coding: Coding,
        through: _Decoded,
        output: str | os.PathLike[str] | None,
        exists: Exists,
        stage: Stage,
    ) -> ServicePreview:
        """What the player of a service makes of decoded sound; written where a folder is named."""
        assert self._source is not None, "the source is measured first"
        target = load_target(service)
        aim = target_lufs(target)
        if aim is None:
            raise UsageError(f"{service} states no loudness to turn to", mend="choose another service")
        gain = playback_gain(self._source, aim, rules)
        place = None if output is None else Path(output) / f"{self._reader.path.stem}.{service}.{coding.codec}.wav"
        loudness, beyond, written = self._through_player(through, gain, rules, place, exists)
        stage.report(1, 1)
        return ServicePreview(
            service, target.name, aim, gain, coding, through.loudness, loudness,
            max(beyond, through.beyond_full_scale), written, rules.note,
        )  # fmt: skip

    def _through_player(
        self, through: _Decoded, gain: PlaybackGain, rules: PlaybackRules, place: Path | None, exists: Exists
    ) -> tuple[Loudness, int, Path | None]:
        meter = LoudnessMeter(through.rate, self._heard)
        if place is None:
            beyond = sum(_metered(block, meter) for block in self._turned(through, gain, rules))
            return meter.result(), beyond, None
        with output_folder(place.parent):
            writer = AudioWriter(place, through.rate, self._heard, "24", exists=exists, protected=[self._reader.path])
            with writer:
                beyond = 0
                for block in self._turned(through, gain, rules):
                    beyond += _metered(block, meter)
                    writer.write(block)
        return meter.result(), beyond, writer.path

    def _turned(self, through: _Decoded, gain: PlaybackGain, rules: PlaybackRules) -> Iterator[AudioBlock]:
        parts: Iterable[tuple[AudioBlock, ...]] = (
            (block,) for block in _codec_door().decoded_blocks(through.path, through.frames)
        )
        if gain.limited:
            limiter = LimitedGain(through.rate, self._heard.channels, gain.gain_db, rules.headroom_dbtp)
            turned = limiter.process(parts)
        else:
            turned = with_gain(parts, gain.gain_db, None, through.rate)
        for (block,) in turned:
            yield np.ascontiguousarray(block, np.float32)


def _metered(block: AudioBlock, meter: LoudnessMeter) -> int:
    """Measure a block; returns how many of its samples lie beyond full scale."""
    meter.process(block)
    return int(np.count_nonzero(np.abs(block) > 1.0))


def _codec_door() -> Any:
    try:
        return importlib.import_module("audiopost.media.codec")
    except ImportError as error:
        raise FileError("preview", "codecs need PyAV", "pip install 'audiopost[video]'") from error


def _bare(coding: Coding) -> Coding:
    """The coding without what is said of it."""
    return Coding(coding.codec, coding.sample_rate_hz, coding.kbps)


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None
