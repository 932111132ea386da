"""One file through a chain into another file.

::

    AudioReader ─▶ GraphRenderer ─▶ latency cut ─▶ Resampler ─▶ AudioWriter
                        ▲ silence for latency and tail, after the input has ended
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory, clear_non_finite
from audiopost.dsp.dither import Dither
from audiopost.dsp.resampling import Resampler
from audiopost.graph.chance import with_seed
from audiopost.graph.fingerprint import Fingerprint, conditions
from audiopost.graph.node import StreamFormat
from audiopost.graph.non_finite import NonFinite
from audiopost.graph.offline import tail_frames_to_render, useful_block_frames, useful_threads
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.jobs.chain_values import with_values
from audiopost.jobs.job import Progress, Stage, layout_to_write, reported_blocks, settle_layout
from audiopost.jobs.outputs import carried_to
from audiopost.layouts import Layout
from audiopost.library.chains import load_chain
from audiopost.media.adm_choice import as_heard
from audiopost.media.audio_file import AudioReader
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Coding
from audiopost.media.containers import Bits, Container, container_for
from audiopost.media.joined_files import open_programme
from audiopost.media.new_file import Exists, clear_unfinished

__all__ = ["RenderResult", "render"]


@dataclass(frozen=True)
class RenderResult:
    """What was rendered and what was met on the way."""

    input: Path
    output: Path
    sample_rate_hz: int
    layout: str
    frames: int
    """Of the output, in its own rate."""
    bits: str
    container: str
    latency_frames: int
    """Of the chain, in the rate of the input; cut off."""
    tail_frames: int
    """Rendered after the end of the input, in the rate of the input."""
    clipped_samples: int
    """Limited to the range of the output's integers."""
    non_finite_samples: int
    """NaN or infinite in the input, taken as 0."""
    non_finite_first_s: float | None
    """Where the first of them is."""
    non_finite_nodes: tuple[NonFinite, ...]
    """What effects made of finite samples that was not finite, taken as 0."""
    sha256: str
    """Of the rendered samples before they became words: float32, little-endian, interleaved."""
    made_with: Mapping[str, str]
    """Package versions and processor under which another machine should find the same fingerprint."""
    buffers: int = 0
    """Blocks of memory that the graph worked with."""
    notes: tuple[str, ...] = ()
    seed: int | None = None
    """What was mixed into everything that the chain leaves to chance; None: it played as drawn."""

    @property
    def duration_s(self) -> float:
        """Length of the output in seconds."""
        return self.frames / self.sample_rate_hz

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **{name: value for name, value in vars(self).items() if name not in ("input", "output", "notes")},
            "input": str(self.input),
            "output": str(self.output),
            "duration_s": self.duration_s,
            "non_finite_nodes": [entry._asdict() for entry in self.non_finite_nodes],
            "notes": list(self.notes),
        }


def render(
    input: str | os.PathLike[str],
    output: str | os.PathLike[str],
    chain: GraphSpec | str | os.PathLike[str],
    *,
    parameters: Mapping[str, float | str] | None = None,
    format: str | None = None,  # noqa: A002
    bits: Bits | None = None,
    sample_rate: int | None = None,
    layout: str | Layout | None = None,
    tail: bool = True,
    seed: int | None = None,
    dither: Dither = "tpdf",
    exists: Exists = "fail",
    lasting: bool = True,
    progress: Progress | None = None,
) -> RenderResult:
    """Render a file through a chain.

    Parameters
    ----------
    input
        Any file that `open_audio` reads; one of the Audio Definition Model is rendered to `layout` first.
    output
        The file to be made; its suffix chooses the format. Without one it is the input's.
    chain
        A drawing, the id of a shipped chain, or the path of a chain file.
    parameters
        Values beside the chain, see `with_values`.
    format, bits, sample_rate
        Of the output; by default the input's, or the nearest that the format can hold. The chain runs at the
        rate of the input.
    layout
        Overrides what the input says of its channels.
    tail
        True: the output goes on until effects have rung out (`audiopost.graph.offline.LONGEST_TAIL_S` at most).
    seed
        Mixed into everything that the chain leaves to chance, see `audiopost.graph.chance.with_seed`.
    dither
        ``tpdf``, ``shaped`` or ``none``, where words are shortened.
    exists
        What to do when the output exists; the input is never overwritten.
    lasting
        False where the output is moved on at once: it need not be on the disk when it gets its name.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    FileError
        If the input cannot be read or the output not written; then nothing of the output remains.
    UsageError
        If chain, parameters, layout or format are wrong.
    PluginError, EffectError
        If an effect fails.
    """
    protected = [Path(input)]
    if not isinstance(chain, GraphSpec):
        protected.append(Path(chain))
        chain = load_chain(chain if isinstance(chain, str) else Path(chain))
    spec = with_seed(with_values(chain, parameters or {}), seed)
    output = Path(output)
    with open_programme(as_heard(input, layout)) as reader, ExitStack() as stack:
        source_layout = settle_layout(reader, layout)
        threads = useful_threads(spec)
        stream = StreamFormat(reader.sample_rate, source_layout, useful_block_frames(spec, source_layout, threads))
        renderer = stack.enter_context(closing(GraphRenderer(spec, stream, threads=threads)))
        container = _container(output, format, reader)
        clear_unfinished(output.parent)
        run = _Run(reader, renderer, tail_frames_to_render(renderer) if tail else 0, seed)
        rate = container.nearest_rate(reader.sample_rate) if sample_rate is None else sample_rate
        resampler = Resampler(renderer.output_layout.channels, reader.sample_rate, rate)
        written_bits = bits or container.nearest_bits(reader.bits)
        written_layout = layout_to_write(reader, renderer.output_layout)
        same_channels = renderer.output_layout.labels == source_layout.labels
        coding = Coding(rate, written_bits, written_layout.channels, same_channels)
        writer = AudioWriter(
            output, rate, written_layout, written_bits, container.name, exists, protected,
            dither=dither, carried=carried_to(reader, container, coding, reader.note), lasting=lasting,
        )  # fmt: skip
        samples = Fingerprint()
        with writer:
            for block in _resampled(run.blocks(Stage(progress, f"rendering {reader.path.name}")), resampler):
                samples.add(block)
                writer.write(block)
        return run.result(writer, "lossy" if container.lossy else written_bits, container.name, samples.hexdigest())


def _container(output: Path, format: str | None, reader: AudioReader) -> Container:  # noqa: A002
    """What is asked for; else the input's own where the suffix allows it: BW64 stays BW64."""
    if format is None and (not output.suffix or output.suffix.lower() in reader.container.suffixes):
        return reader.container
    return container_for(output, format)


class _Run:
    """The graph fed from a file: its latency cut from the beginning, silence after the end until it has rung out."""

    def __init__(self, reader: AudioReader, renderer: GraphRenderer, tail_frames: int, seed: int | None) -> None:
        self._reader = reader
        self._renderer = renderer
        self._tail_frames = tail_frames
        self._seed = seed
        self._to_cut = renderer.latency_frames
        self._block_frames = renderer.useful_frames
        self._out = BlockMemory(renderer.output_layout.channels, self._block_frames)
        self._non_finite_samples = 0
        self._non_finite_first: int | None = None

    def blocks(self, stage: Stage) -> Iterator[AudioBlock]:
        """Rendered blocks; each is good until the next is asked for."""
        position = 0
        for block in reported_blocks(self._reader, stage, self._block_frames):
            count, first = clear_non_finite(block)
            if count and self._non_finite_first is None:
                self._non_finite_first = position + first
            self._non_finite_samples += count
            position += block.shape[1]
            yield self._rendered(block)
        silence = BlockMemory(self._reader.channels, self._block_frames)
        remaining = self._renderer.latency_frames + self._tail_frames
        while remaining:
            frames = min(self._block_frames, remaining)
            remaining -= frames
            yield self._rendered(silence.block(frames))

    def _rendered(self, block: AudioBlock) -> AudioBlock:
        out = self._out.block(block.shape[1])
        self._renderer.process(block, out)
        cut = min(self._to_cut, out.shape[1])
        self._to_cut -= cut
        return np.ascontiguousarray(out[:, cut:]) if cut else out

    def result(self, writer: AudioWriter, bits: str, container: str, sha256: str) -> RenderResult:
        """What happened, once the writer has been closed."""
        rate = self._reader.sample_rate
        first = self._non_finite_first
        return RenderResult(
            input=self._reader.path,
            output=writer.path,
            sample_rate_hz=writer.sample_rate,
            layout=self._renderer.output_layout.name,
            frames=writer.frames,
            bits=bits,
            container=container,
            latency_frames=self._renderer.latency_frames,
            tail_frames=self._tail_frames,
            clipped_samples=writer.clipped_samples,
            non_finite_samples=self._non_finite_samples,
            non_finite_first_s=None if first is None else first / rate,
            non_finite_nodes=tuple(self._renderer.non_finite),
            sha256=sha256,
            made_with=conditions(),
            buffers=self._renderer.buffers,
            notes=(*self._reader.notes, *self._renderer.notes),
            seed=self._seed,
        )


def _resampled(blocks: Iterator[AudioBlock], resampler: Resampler) -> Iterator[AudioBlock]:
    for block in blocks:
        yield resampler.process(block)
    yield resampler.finish()
