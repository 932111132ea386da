import os
import stat
from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.media import new_file
from audiopost.media.new_file import NewFile, writing_text


def make(path: Path, text: str = "new", **how: object) -> Path:
    new = NewFile(path, **how)
    new.temporary.write_text(text)
    return new.publish()


def test_the_file_has_its_name_only_when_it_is_published(tmp_path: Path) -> None:
    new = NewFile(tmp_path / "a.wav")
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    new.publish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_the_temporary_name_owes_nothing_to_the_final_one(tmp_path: Path) -> None:
    longest = tmp_path / ("x" * 251 + ".wav")
    assert len(NewFile(longest).temporary.name) < 20
    assert make(longest).read_text() == "new"


def test_discarding_leaves_nothing_and_may_be_done_twice(tmp_path: Path) -> None:
    new = NewFile(tmp_path / "a.wav")
    new.discard()
    new.discard()
    assert list(tmp_path.iterdir()) == []


def test_discarding_after_publishing_leaves_the_file(tmp_path: Path) -> None:
    new = NewFile(tmp_path / "a.wav")
    new.publish()
    new.discard()
    assert (tmp_path / "a.wav").exists()


def test_an_existing_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("old")
    with pytest.raises(FileError, match="exists already; choose another name"):
        NewFile(tmp_path / "a.wav")


def test_a_file_that_appeared_meanwhile_is_refused_and_nothing_remains(tmp_path: Path) -> None:
    new = NewFile(tmp_path / "a.wav")
    (tmp_path / "a.wav").write_text("theirs")
    with pytest.raises(FileError, match="exists already"):
        new.publish()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["theirs"]


def test_an_existing_file_is_replaced_where_that_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("old")
    assert make(tmp_path / "a.wav", exists="replace").read_text() == "new"


def test_numbers_are_counted_up(tmp_path: Path) -> None:
    made = [make(tmp_path / "a.b.wav", str(count), exists="number") for count in range(3)]
    assert [path.name for path in made] == ["a.b.wav", "a.b-2.wav", "a.b-3.wav"]
    assert [path.read_text() for path in made] == ["0", "1", "2"]


@pytest.mark.parametrize("exists", ["fail", "replace"])
@pytest.mark.parametrize("spelling", ["same", "through a folder", "symbolic link", "hard link"])
def test_an_input_is_never_overwritten(tmp_path: Path, exists: str, spelling: str) -> None:
    source = tmp_path / "in.wav"
    source.write_text("precious")
    (tmp_path / "sub").mkdir()
    output = {"same": source, "through a folder": tmp_path / "sub" / ".." / "in.wav"}.get(
        spelling, tmp_path / "out.wav"
    )
    if spelling == "symbolic link":
        output.symlink_to(source)
    if spelling == "hard link":
        output.hardlink_to(source)
    with pytest.raises(FileError, match="this is an input, which is never overwritten"):
        NewFile(output, exists, (source,))
    assert source.read_text() == "precious"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"there is no folder '.*none'; make it first"):
        NewFile(tmp_path / "none" / "a.wav")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="this is a folder"):
        NewFile(tmp_path, "replace")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(FileError, match="there is no folder"):
        NewFile(tmp_path / "a" / "b.wav")


def test_a_folder_that_may_not_be_written_to_is_named(open_folder: Path, as_nobody: None) -> None:
    with pytest.raises(FileError, match="may not be written to; change its permissions"):
        NewFile(open_folder / "a.wav")


def test_a_name_that_is_too_long_is_refused_and_nothing_remains(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the name is too long"):
        make(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


def test_permissions_follow_the_umask_of_the_user(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        path = make(tmp_path / "a.wav")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_disk_without_hard_links_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(new_file.os, "link", refuse)
    assert make(tmp_path / "a.wav", "1", exists="number").name == "a.wav"
    assert make(tmp_path / "a.wav", "2", exists="number").name == "a-2.wav"
    with pytest.raises(FileError):
        make(tmp_path / "a.wav", "3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.wav", "a.wav"]


def test_text_appears_whole(tmp_path: Path) -> None:
    with writing_text(NewFile(tmp_path / "a.csv")) as text:
        text.write("ä\n")
        assert not (tmp_path / "a.csv").exists()
    assert (tmp_path / "a.csv").read_bytes() == b"\xc3\xa4\n"


def test_text_does_not_appear_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), writing_text(NewFile(tmp_path / "a.csv")):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def left_behind(folder: Path, name: str = ".0123abcd.part") -> Path:
    """A temporary file as a killed process leaves it, an hour old."""
    path = folder / name
    path.write_bytes(b"half")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600.0))
    return path


@pytest.mark.skipif(os.name != "posix", reason="files are held by locks on POSIX systems only")
def test_what_a_killed_process_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    dead = left_behind(tmp_path)
    living = NewFile(tmp_path / "a.wav")
    os.utime(living.temporary, (0.0, 0.0))
    others = [left_behind(tmp_path, name) for name in ("mix.part", ".hidden.part", ".0123abcd.part.wav")]
    new_file.clear_unfinished(tmp_path)
    assert not dead.exists()
    assert living.temporary.exists()
    assert all(other.exists() for other in others)
    assert living.publish().exists()


@pytest.mark.skipif(os.name != "posix", reason="files are held by locks on POSIX systems only")
def test_a_new_temporary_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".0123abcd.part").write_bytes(b"just made, not held yet")
    new_file.clear_unfinished(tmp_path)
    assert (tmp_path / ".0123abcd.part").exists()


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for number in range(20):
        make(tmp_path / f"{number}.wav")
        NewFile(tmp_path / "b.wav").discard()
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)
