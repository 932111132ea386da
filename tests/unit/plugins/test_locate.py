"""Plug-in files found by path or bare name."""

from pathlib import Path

import pytest

from audiopost.errors import PluginLoadError
from audiopost.plugins.locate import find_plugin, plugin_files, standard_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for bundle in ("ZamTube.vst3", "Vendor/ZamHeadX2.vst3", "Vendor/Old.component"):
        (tmp_path / bundle / "Contents").mkdir(parents=True)
    (tmp_path / "Single.vst3").write_bytes(b"one file")
    (tmp_path / "ZamTube.vst3/Contents/Inner.vst3").write_bytes(b"not a plug-in of its own")
    (tmp_path / "readme.txt").write_text("no plug-in")
    return tmp_path


def test_bundles_and_single_files_are_found_and_bundles_are_not_entered(folder: Path) -> None:
    found = [file.relative_to(folder).as_posix() for file in plugin_files([folder])]
    assert found == ["Single.vst3", "ZamTube.vst3", "Vendor/Old.component", "Vendor/ZamHeadX2.vst3"]


@pytest.mark.parametrize("name", ["ZamHeadX2.vst3", "ZamHeadX2", "zamheadx2"])
def test_a_bare_name_is_looked_up_in_the_folders(folder: Path, name: str) -> None:
    assert find_plugin(name, [folder]) == folder / "Vendor/ZamHeadX2.vst3"


def test_a_path_is_taken_as_it_is(folder: Path) -> None:
    assert find_plugin(str(folder / "ZamTube.vst3"), []) == folder / "ZamTube.vst3"


def test_a_misspelt_name_is_answered_with_near_misses(folder: Path) -> None:
    with pytest.raises(PluginLoadError, match="no such plug-in; did you mean ZamHeadX2"):
        find_plugin("ZamHedX2.vst3", [folder])


def test_a_path_that_is_not_there_is_not_looked_up(folder: Path) -> None:
    with pytest.raises(PluginLoadError, match="no such plug-in file"):
        find_plugin(str(folder / "ZamHeadX2.vst3"), [folder])


def test_folders_of_the_environment_come_first() -> None:
    folders = standard_folders("linux", {"AUDIOPOST_PLUGIN_PATH": "/my/own:/other"}, Path("/home/me"))
    assert [str(each) for each in folders] == [
        "/my/own", "/other", "/home/me/.vst3", "/usr/local/lib/vst3", "/usr/lib/vst3",
        "/home/me/.clap", "/usr/local/lib/clap", "/usr/lib/clap",
        "/home/me/.lv2", "/usr/local/lib/lv2", "/usr/lib/lv2",
    ]  # fmt: skip


def test_every_system_has_its_folders() -> None:
    mac = standard_folders("darwin", {}, Path("/Users/me"))
    assert Path("/Library/Audio/Plug-Ins/Components") in mac
    windows = standard_folders("win32", {"CommonProgramFiles": "C:/Common"}, Path("C:/me"))
    assert Path("C:/Common/VST3") in windows
