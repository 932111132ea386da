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
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.delivery.playback import Coding, PlaybackGain, PlaybackRules, playback_gain, target_lufs
from audiopost.dsp.resampling import Resampler
from audiopost.effects.fold_down import downmix_matrix
from audiopost.errors import FileError, UsageError
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.further_measures import NOTHING_FURTHER, Further, FurtherMeters
from audiopost.jobs.job import Progress, Stage, settle_layout
from audiopost.jobs.limited_gain import LimitedGain
from audiopost.jobs.linear_gain import with_gain
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.outputs import output_folder
from audiopost.jobs.side_by_side import side_by_side, usual_jobs
from audiopost.layouts import Layout, layout_named
from audiopost.library.playback import list_services, load_playback
from audiopost.library.targets import load_target
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import Loudness
from audiopost.media.adm_choice import as_heard
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
    dual_mono: bool = False,
    extent: Extent = WHOLE,
    further: Further = NOTHING_FURTHER,
    exists: Exists = "fail",
    jobs: int | None = None,
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
    layout, dual_mono
        As in `audiopost.jobs.measure.measure`.
    extent
        The part of the file that the services are given.
    further
        What to measure of the source besides loudness.
    exists
        What to do where an output is there already.
    jobs
        Codings worked on at a time; one a processor unless given. Nothing that is found depends on it.
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
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="audiopost-"))
        path = as_heard(path, layout)
        reader = opened.enter_context(open_programme(path))
        if output is not None:
            opened.enter_context(output_folder(Path(output)))
        run = _Run(path, reader, settle_layout(reader, layout, dual_mono=dual_mono), extent, Path(folder))
        source = run.measure(further, stage.part(0.0, 0.1, f"measuring {reader.path.name}"))
        wanted = [(service, coding) for service in chosen for coding in (*codings,) or known[service].codings]
        different = list(dict.fromkeys(_bare(coding) for _, coding in wanted))
        at_a_time = jobs or usual_jobs(len(different))
        made = side_by_side(run.decoded, different, stage.part(0.1, 0.6).progress(), at_a_time)
        decoded = dict(zip(different, made, strict=True))

        def played(one: tuple[str, Coding], own: Stage) -> ServicePreview:
            service, coding = one
            return run.played(service, known[service], coding, decoded[_bare(coding)], output, exists, own)

        found = side_by_side(played, wanted, stage.part(0.6, 1.0, "turning").progress(), at_a_time)
        stage.report(1, 1)
        return PreviewResult(source, found)


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

    def __init__(
        self, path: str | os.PathLike[str], reader: AudioReader, layout: Layout, extent: Extent, folder: Path
    ) -> None:
        self._path = path
        self._reader = reader
        self._extent = extent
        self._layout = layout
        self._folder = folder
        self._matrix = downmix_matrix(layout, layout_named("stereo")) if layout.channels > 2 else None
        self._heard = layout_named("stereo") if layout.channels > 1 else layout
        self._source: Loudness | None = None
        self._beyond = 0

    def measure(self, further: Further, stage: Stage) -> FileMeasurement:
        """The loudness of what is given to the services: the file, folded to stereo where it is wider."""
        meter = LoudnessMeter(self._reader.sample_rate, self._heard)
        meters = FurtherMeters(further, self._reader.sample_rate, self._heard, self._extent)
        for block in self._blocks(self._reader, stage):
            self._beyond += int(np.count_nonzero(np.abs(block) > 1.0))
            block = _within_full_scale(block)
            meter.process(block)
            meters.process(block)
        self._source = meter.result()
        if self._matrix is not None:
            self._reader.note(f"{self._layout} is folded to stereo by ITU-R BS.775 before it is coded")
        if self._beyond:
            self._reader.note(f"{self._beyond} samples beyond full scale are clipped before it is coded")
        found = measurement_of(self._reader, self._heard, self._source, float(self._extent.start_s))
        duration_s = self._source.frames / self._reader.sample_rate
        return replace(found, duration_s=duration_s, further=meters.finish())

    def _blocks(self, reader: AudioReader, stage: Stage) -> Iterator[NDArray[np.floating]]:
        """What is given to the services, before it is clipped."""
        for block in blocks_within(reader, self._extent, stage):
            clear_non_finite(block)
            if self._matrix is None:
                yield block
            else:
                yield np.einsum("oc,cf->of", self._matrix, block.astype(np.float64))

    def decoded(self, coding: Coding, stage: Stage) -> _Decoded:
        """Code, decode and measure."""
        codec = _codec_door()
        path = (
            self._folder / f"{coding.codec}-{coding.sample_rate_hz}-{coding.kbps}{codec.CODEC_SUFFIXES[coding.codec]}"
        )
        words = f"coding as {coding.in_words}"
        rate, channels = coding.sample_rate_hz, self._heard.channels
        frames = 0

        def counted(reader: AudioReader) -> Iterator[AudioBlock]:
            nonlocal frames
            resampler = Resampler(channels, reader.sample_rate, rate)
            for block in self._blocks(reader, stage.part(0.0, 0.7, words)):
                made = resampler.process(_within_full_scale(block))
                frames += made.shape[1]
                yield made
            rest = resampler.finish()
            frames += rest.shape[1]
            yield rest

        with open_programme(self._path) as own:  # several codings read at a time
            codec.coded(counted(own), path, coding.codec, rate, channels, coding.kbps)
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
        with AudioWriter(
            place, through.rate, self._heard, "24", exists=exists, protected=[self._reader.path]
        ) as writer:
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


def _within_full_scale(block: NDArray[np.floating]) -> AudioBlock:
    return np.ascontiguousarray(np.clip(block, -1.0, 1.0), np.float32)


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
