"""The files of a folder, one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.live.folder import Folder


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    for name in ("take 1.wav", "take 2.WAV", "take 10.flac", "Notes.txt", ".hidden.wav"):
        (tmp_path / name).touch()
    (tmp_path / "folder.wav").mkdir()
    return tmp_path


def test_numbers_are_read_as_a_person_reads_them(takes: Path) -> None:
    folder = Folder(takes)
    assert folder.names() == ["take 1.wav", "take 2.WAV", "take 10.flac"]
    assert folder.present == takes / "take 1.wav"
    assert Folder.sorted_names(["b.wav", "A.wav", "2.wav", "10.wav"]) == ["2.wav", "10.wav", "A.wav", "b.wav"]


def test_steps_go_round_the_ends_and_see_what_came_and_went(takes: Path) -> None:
    folder = Folder(takes / "take 10.flac")
    assert folder.step(1).name == "take 1.wav"
    assert folder.step(-1).name == "take 2.WAV"
    (takes / "take 3.wav").touch()
    assert folder.step(-1).name == "take 3.wav"
    (takes / "take 10.flac").unlink()
    assert folder.step(1).name == "take 1.wav"
    assert folder.step(-1).name == "take 3.wav"


def test_a_folder_without_sound_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no audio file in this folder"):
        Folder(tmp_path)
    (tmp_path / "a.wav").touch()
    folder = Folder(tmp_path)
    (tmp_path / "a.wav").unlink()
    with pytest.raises(FileError, match="any more"):
        folder.step(1)
    with pytest.raises(FileError, match="cannot be read"):
        Folder(tmp_path / "gone" / "a.wav").names()
