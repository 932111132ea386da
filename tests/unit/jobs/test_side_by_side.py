"""Several files at a time: the same outputs, one progress, and all end together."""

from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.jobs.job import Stage
from audiopost.jobs.normalize import normalize
from audiopost.jobs.side_by_side import side_by_side
from tests.programmes import write_sound
from tests.signals import noise_with_bursts


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    return [write_sound(tmp_path / f"{seed}.wav", noise_with_bursts(2, 2.0, seed=seed)) for seed in range(5)]


@pytest.mark.parametrize("mode", ["linear", "limit"])
def test_no_output_depends_on_how_many_are_worked_on_at_a_time(tmp_path: Path, sources: list[Path], mode: str) -> None:
    words = {"target": "spotify-normal", "mode": mode, "max_limiting_db": 24.0, "bits": "16"}
    for jobs in (1, 4):
        normalize(sources, output=tmp_path / str(jobs), jobs=jobs, **words)  # type: ignore[arg-type]
    if mode == "linear":
        assert not (tmp_path / "1").exists()  # all of them are refused
        return
    for path in sources:
        assert (tmp_path / "1" / path.name).read_bytes() == (tmp_path / "4" / path.name).read_bytes()


def test_results_come_in_the_order_of_the_files_and_a_wrong_one_keeps_no_other(
    tmp_path: Path, sources: list[Path]
) -> None:
    sources[1].write_bytes(b"RIFF")
    results = normalize(sources, "ebu-r128", tmp_path / "out", jobs=3)
    assert [result.files[0].path for result in results] == sources
    assert [result.error is None for result in results] == [True, False, True, True, True]
    assert isinstance(results[1].error, FileError)


def test_progress_of_all_never_falls_and_comes_to_its_end(tmp_path: Path, sources: list[Path]) -> None:
    seen: list[float] = []
    normalize(sources, "ebu-r128", tmp_path / "out", jobs=3, progress=lambda fraction, _: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


class StoppedError(Exception):
    """What a listener raises to give up."""


def test_giving_up_ends_all_and_leaves_nothing_half_done(tmp_path: Path, sources: list[Path]) -> None:
    def give_up(fraction: float, _: str) -> None:
        if fraction > 0.05:
            raise StoppedError

    with pytest.raises(StoppedError):
        normalize(sources, "ebu-r128", tmp_path / "out", jobs=2, progress=give_up)
    assert not list(tmp_path.glob("out/.*.part"))


def test_what_has_not_begun_does_not_begin_after_a_failure() -> None:
    begun: list[int] = []

    def work(piece: int, stage: Stage) -> None:
        begun.append(piece)
        if piece == 0:
            raise StoppedError
        while True:
            stage.report(0, 1)

    with pytest.raises(StoppedError):
        side_by_side(work, list(range(50)), None, 2)
    assert len(begun) < 50
