"""Many variations of one sound, bounced at once: each a file of sound, and the chain file that makes it again.

::

    door.wav ─┬─▶ chain, knobs by chance 1 ─▶ door-var01.wav   door-var01.toml
              ├─▶ chain, knobs by chance 2 ─▶ door-var02.wav   door-var02.toml
              └─▶ ...                                          numbers that are taken are passed over
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import audiopost.effects as _catalogue_is_filled  # noqa: F401 - the knobs of every effect there is
from audiopost.errors import FileError, UsageError
from audiopost.graph.knobs import knobs_of, randomised, with_turns
from audiopost.graph.spec import GraphSpec
from audiopost.jobs.render import RenderResult, render
from audiopost.library.chains import save_chain
from audiopost.media.containers import Bits

__all__ = ["Variation", "render_variations"]

MOST = 999


@dataclass(frozen=True)
class Variation:
    """One variation: its seed, the knobs that were turned, the sound, and the chain file that makes it again."""

    seed: int
    values: Mapping[str, float]
    chain: Path
    rendered: RenderResult


def render_variations(
    input: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    chain: GraphSpec,
    *,
    count: int = 8,
    amount: float = 0.2,
    seed: int = 1,
    locked: Collection[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    format: str | None = None,  # noqa: A002
    bits: Bits | None = None,
    workers: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[Variation, ...]:
    """Render a file through so many variations of a chain.

    Parameters
    ----------
    input
        The sound.
    folder
        Where the files go; it is made if it is not there.
    chain
        The drawing that is varied.
    count
        1 to 999.
    amount, locked, ranges
        How far chance may go; see `audiopost.graph.knobs.randomised`.
    seed
        Of the first variation; the next ones follow it. The same seed gives the same variation.
    format, bits
        As `audiopost.jobs.render.render`.
    workers
        Renders that run at the same time; as many as there are cores without it. No sample depends on it.
    progress
        Told the share that is done, on the calling thread.

    Returns
    -------
    tuple of Variation
        In the order of the seeds.

    Raises
    ------
    UsageError
        If the count, the amount or a range is wrong.
    GraphError
        If the chain holds an effect that no file can name.
    FileError, PluginError, EffectError
        As `render`; then variations that were complete stay, others leave nothing.
    """
    if not 1 <= count <= MOST:
        raise UsageError(f"count = {count} is out of range", mend=f"allowed: 1 to {MOST}")
    source, into = Path(input), Path(folder)
    knobs = knobs_of(chain)
    turned = [
        randomised(chain, knobs, seed=seed + each, amount=amount, locked=locked, ranges=ranges) for each in range(count)
    ]
    suffix = f".{format}" if format is not None else source.suffix
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(str(into), f"cannot be made: {error.strerror}") from error
    places = _free_places(into, source.stem, suffix, count)

    def one(number: int) -> Variation:
        place, spec = places[number], with_turns(chain, turned[number])
        try:
            save_chain(spec, place)
            rendered = render(source, place.with_suffix(suffix), spec, format=format, bits=bits)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return Variation(seed + number, turned[number], place, rendered)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="variation") as pool:
        begun = [pool.submit(one, number) for number in range(count)]
        try:
            for done, each in enumerate(as_completed(begun), 1):
                each.result()
                if progress is not None:
                    progress(done / count, f"{done} of {count} variations")
        except BaseException:
            for number, each in enumerate(begun):
                if each.cancel():
                    places[number].unlink(missing_ok=True)
            raise
    return tuple(each.result() for each in begun)


def _free_places(folder: Path, stem: str, suffix: str, count: int) -> list[Path]:
    """Chain files that are now ours, empty: whoever else looks for numbers passes them over."""
    places: list[Path] = []
    number = 0
    while len(places) < count:
        number += 1
        place = folder / f"{stem}-var{number:02}.toml"
        if place.with_suffix(suffix).exists():
            continue
        try:
            place.open("x").close()
        except FileExistsError:
            continue
        except OSError as error:
            for each in places:
                each.unlink()
            raise FileError(str(place), f"cannot be written: {error.strerror}") from error
        places.append(place)
    return places
