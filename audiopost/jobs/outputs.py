"""Where results go, and in which form: names decided and checked before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from audiopost.dsp.dither import Dither
from audiopost.errors import FileError, UsageError
from audiopost.jobs.extent import WHOLE, Extent
from audiopost.jobs.fold import folded_layout
from audiopost.layouts import Layout
from audiopost.media.audio_file import AudioReader
from audiopost.media.carried import NOTHING_CARRIED, Carried, Coding, carried_by
from audiopost.media.containers import Bits, Container, FileKind, container_for
from audiopost.media.file_faults import fault
from audiopost.media.joined_files import ChannelFiles
from audiopost.media.new_file import Exists, clear_unfinished
from audiopost.media.programme_files import ProgrammePath, apart, files_of, together, with_files
from audiopost.media.sample_positions import Move

__all__ = [
    "OutputForm",
    "OutputPlace",
    "carried_to",
    "kept_apart",
    "output_folder",
    "output_form",
    "refuse_collisions",
]


@dataclass(frozen=True)
class OutputForm:
    """How one file is written."""

    container: Container
    bits: Bits
    sample_rate: int
    suffix: str
    as_input: bool
    """Whether the input has this form already, so that a copy of its bytes will do."""
    dither: Dither = "tpdf"
    carried: tuple[Carried, ...] = ()
    """What the output holds beside its sound; of a programme in several files, each of them."""
    notes: tuple[str, ...] = ()
    """What of it had to be left out."""

    @property
    def bits_told(self) -> str:
        """What a reader says of the words: ``lossy`` where there are none."""
        return "lossy" if self.container.lossy else self.bits

    @property
    def clips(self) -> bool:
        """Whether samples beyond full scale are cut off."""
        return self.bits != "32f" or self.container.lossy


def output_form(
    reader: AudioReader,
    format: str | None,  # noqa: A002
    bits: Bits | None,
    rate: int | None,
    *,
    dither: Dither = "tpdf",
    tags: Sequence[str] = (),
    channels: str | None = None,
    kind: FileKind | None = None,
    extent: Extent = WHOLE,
) -> OutputForm:
    """The form of the output: the input's, save for what is asked otherwise.

    `channels` and `kind` are those of `audiopost.jobs.convert.convert`; `extent` is what is written.

    Raises
    ------
    UnknownNameError, UsageError
        If there is no such format, or it cannot hold such sound.
    FileError
        If the disk fails.
    """
    container = reader.container if format is None else container_for(reader.path, format)
    words = container.nearest_bits(reader.bits) if bits is None else bits
    layout = reader.layout if channels is None else folded_layout(channels)
    container.check(layout.channels, words, str(reader.path))
    sample_rate = rate or container.nearest_rate(reader.sample_rate)
    notes: list[str] = []
    head_frames = 0 if extent == WHOLE else extent.frames_of(reader)[0]
    if container.muxer and extent != WHOLE:
        raise UsageError("a film keeps its length", str(reader.path), "take a part of its sound: --format wav")
    coding = Coding(sample_rate, words, layout.channels, same_channels=layout.labels == reader.layout.labels)
    carried = tuple(
        carried_to(reader, container, coding, notes.append, add_bext="bext" in tags, head_frames=head_frames, path=path)
        for path in reader.files
    )
    own_suffix = reader.path.suffix
    return OutputForm(
        container,
        words,
        sample_rate,
        own_suffix if own_suffix.lower() in container.suffixes else container.suffixes[0],
        as_input=(format is None or container.name == reader.container_name)
        and bits in (None, reader.stored_bits)
        and rate in (None, reader.sample_rate)
        and not tags
        and channels is None
        and extent == WHOLE
        and kind in (None, "monos" if len(reader.files) > 1 else "poly"),
        dither=dither,
        carried=carried,
        notes=tuple(dict.fromkeys(notes)),
    )


def carried_to(
    reader: AudioReader,
    container: Container,
    coding: Coding,
    tell: Callable[[str], None],
    *,
    add_bext: bool = False,
    head_frames: int = 0,
    speed: Fraction = Fraction(1),
    path: Path | None = None,
) -> Carried:
    """What the output of an input is to carry beside its sound; `tell` hears of what is left out.

    `head_frames` are cut from the beginning, in frames of the input, and it plays `speed` times as fast; `path` is the
    file of a programme in several that is meant. Raises FileError if the disk fails.
    """
    if reader.picture is not None:
        return Carried(picture=reader.picture) if container.muxer else NOTHING_CARRIED
    carried = carried_by(path or reader.path, tell)
    if reader.renderer:
        coding = replace(coding, same_channels=False)
    move = Move(reader.sample_rate, coding.sample_rate, head_frames, speed=speed)
    if container.wave_form is None:
        held = ("LIST", "id3 ") if container.tagged else ()
        left_out = dict.fromkeys(chunk.id.strip() for chunk in carried.chunks if chunk.id not in held)
        if left_out:
            tell(f"{container.name} does not hold {', '.join(left_out)}: left out")
        if carried.tags and not container.tagged:
            tell(f"{container.name} does not hold tags: left out")
        return replace(carried, move=move)
    return carried.for_output(move, coding, tell, add_bext=add_bext)


@dataclass(frozen=True)
class OutputPlace:
    """The folder that results go to, and what to do where a name is taken there."""

    folder: Path
    exists: Exists
    protected: tuple[Path, ...] = ()
    """The inputs: never overwritten."""
    lasting: bool = True
    """False where results are moved on from here: see `audiopost.media.new_file.NewFile`."""
    apart_from: Path | None = None
    """Results keep the folders that their inputs lie in below this one; None puts all into one folder."""

    def path_of(
        self, source: ProgrammePath, suffix: str, layout: Layout, kind: FileKind | None = None
    ) -> ProgrammePath:
        """The output of an input: its name in the folder, in as many files as are asked for, or as it has.

        Raises UsageError where the channels of one file cannot be told apart by name.
        """
        folder = self.folder_of(source)
        if isinstance(source, ChannelFiles):
            if kind != "poly" and layout.labels == source.layout.labels:
                return with_files(source, [folder / (part.stem + suffix) for part in source.parts])
            whole = folder / (together(source).stem + suffix)
            return apart(whole, layout) if kind != "poly" and layout.channels > 1 else whole
        named = folder / (files_of(source)[0].stem + suffix)
        if kind == "monos" and layout.channels > 1:
            return apart(named, layout)
        return with_files(source, [named])

    def folder_of(self, source: ProgrammePath) -> Path:
        """The folder for the output of an input."""
        if self.apart_from is None:
            return self.folder
        return self.folder / Path(os.path.abspath(files_of(source)[0].parent)).relative_to(self.apart_from)


def kept_apart(place: OutputPlace, sources: Sequence[Path]) -> OutputPlace:
    """The place with every result in the folders in which the inputs differ; as it is where they do not.

    >>> reels = [Path("/film/reel-1/mix.wav"), Path("/film/reel-2/mix.wav")]
    >>> kept_apart(OutputPlace(Path("out"), "fail"), reels).apart_from.as_posix()
    '/film'
    """
    try:
        common = Path(os.path.commonpath([os.path.abspath(source.parent) for source in sources]))
    except ValueError:  # two drives have no folder in common
        return place
    return replace(place, apart_from=common)


def refuse_collisions(outputs: Iterable[tuple[Path, Path]]) -> None:
    """Raise UsageError if two inputs would be written under one name; pairs of input and output."""
    taken: dict[Path, Path] = {}
    for source, output in outputs:
        if output in taken:
            raise UsageError(
                f"{taken[output]} and {source} would both be written as {output}",
                "--output",
                "give them in two runs with two folders, or rename one",
            )
        taken[output] = source


@contextmanager
def output_folder(folder: Path) -> Iterator[Path]:
    """The folder, made where it is missing; taken away again if nothing came to lie in it.

    What a killed process left in it before it had a name goes first.

    Raises
    ------
    FileError
        If it cannot be made, or is a file.
    """
    made: list[Path] = []
    try:
        missing = folder
        while not missing.exists():
            made.append(missing)
            missing = missing.parent
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FileError(str(folder), "this is a file, not a folder", "name a folder") from error
    except OSError as error:
        raise fault(folder, error) from error
    clear_unfinished(folder)
    try:
        yield folder
    finally:
        for each in made:
            with os.scandir(each) as entries:
                if any(entries):
                    break
            each.rmdir()
