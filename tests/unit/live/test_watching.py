"""Files watched while they are edited, whichever way the editor writes them."""

from __future__ import annotations

import os
import queue
from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.live.watching import FileWatch
from tests.tolerances import LIVE_PATIENCE_S


def test_a_file_that_is_written_or_put_in_place_is_told_and_no_other(tmp_path: Path) -> None:
    told: queue.Queue[Path] = queue.Queue()
    file, other = tmp_path / "chain.toml", tmp_path / "other.toml"
    file.write_text("a", encoding="utf-8")
    with FileWatch([file], told.put):
        other.write_text("x", encoding="utf-8")
        file.write_text("b", encoding="utf-8")
        assert told.get(timeout=LIVE_PATIENCE_S) == file
        beside = tmp_path / ".chain.toml.swp"
        beside.write_text("c", encoding="utf-8")
        os.replace(beside, file)
        assert told.get(timeout=LIVE_PATIENCE_S) == file
        file.unlink()
        file.write_text("d", encoding="utf-8")
        assert told.get(timeout=LIVE_PATIENCE_S) == file
    file.write_text("e", encoding="utf-8")
    assert told.empty()


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="its folder is not there"):
        FileWatch([tmp_path / "no" / "chain.toml"], print)
