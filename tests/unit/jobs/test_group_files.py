"""Files of a group: together or not at all, whenever the process is killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.jobs.group_files import published_together, sha256_of, undo_unfinished

NAMES = ("a.wav", "b.wav", "c.wav")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES if (folder / name).exists()}


def publish(folder: Path, exists: str = "fail", text: bytes = b"new") -> None:
    with published_together([folder / name for name in NAMES], exists, about={"target": "t"}) as new:  # type: ignore[arg-type]
        for each in new:
            each.temporary.write_bytes(text + each.path.stem.encode())


def test_a_group_comes_with_a_manifest_that_knows_every_file(tmp_path: Path) -> None:
    publish(tmp_path)
    assert names(tmp_path) == {*NAMES, "a.manifest.json"}
    manifest = json.loads((tmp_path / "a.manifest.json").read_text(encoding="utf-8"))
    assert manifest["target"] == "t"
    assert manifest["files"] == [
        {"name": name, "bytes": 4, "sha256": sha256_of(tmp_path / name)} for name in NAMES
    ]  # fmt: skip


def test_one_file_has_no_manifest(tmp_path: Path) -> None:
    with published_together([tmp_path / "a.wav"], "fail") as (new,):
        new.temporary.write_bytes(b"sound")
    assert names(tmp_path) == {"a.wav"}


def test_files_of_a_group_appear_together_or_not_at_all(tmp_path: Path) -> None:
    def publish_too_late() -> None:
        with published_together([tmp_path / name for name in NAMES], "fail") as new:
            for each in new:
                each.temporary.write_bytes(b"sound")
            (tmp_path / "b.wav").write_bytes(b"someone else was quicker")

    with pytest.raises(FileError):
        publish_too_late()
    assert names(tmp_path) == {"b.wav"}
    assert (tmp_path / "b.wav").read_bytes() == b"someone else was quicker"


def test_where_replacing_fails_the_old_files_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, text=b"old")
    replace = os.replace

    def fail_at_the_second(source: str, target: Path) -> None:
        if Path(target).name == "b.wav" and str(source).endswith(".part"):
            raise OSError(5, "input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_at_the_second)
    with pytest.raises(FileError):
        publish(tmp_path, "replace")
    assert contents(tmp_path) == {name: b"old" + name[:1].encode() for name in NAMES}
    assert names(tmp_path) == {*NAMES, "a.manifest.json"}


KILLED = """
import os, signal, sys
from pathlib import Path
from audiopost.jobs import group_files
left = int(sys.argv[2])
def counted(name):
    real = getattr(os, name)
    def call(*arguments, **words):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **words)
    setattr(os, name, call)
for name in ("link", "replace", "unlink", "rename", "fsync"):
    counted(name)
folder = Path(sys.argv[1])
with group_files.published_together([folder / name for name in ("a.wav", "b.wav", "c.wav")], sys.argv[3]) as new:
    for each in new:
        each.temporary.write_bytes(b"new" + each.path.stem.encode())
"""


def killed_at(folder: Path, call: int, exists: str) -> bool:
    """Publish in a process that kills itself before its n-th change of the disk; False if it came to its end."""
    script = [sys.executable, "-c", KILLED, str(folder), str(call), exists]
    return subprocess.run(script, check=False, capture_output=True).returncode != 0


@pytest.mark.parametrize("exists", ["fail", "replace"])
def test_a_killed_process_leaves_a_group_that_the_next_run_undoes_and_does_again(tmp_path: Path, exists: str) -> None:
    old = {name: b"old" + name[:1].encode() for name in NAMES} if exists == "replace" else {}
    new = {name: b"new" + name[:1].encode() for name in NAMES}
    caught = 0
    for call in (1, 3, 5, 8, 11, 14, 17, 20, 23, 26):
        folder = tmp_path / str(call)
        folder.mkdir()
        for name, text in old.items():
            (folder / name).write_bytes(text)
        killed = killed_at(folder, call, exists)
        # At any moment every name holds the old file whole, or the new one whole.
        assert all(text in (old.get(name), new[name]) for name, text in contents(folder).items())
        assert set(old) <= contents(folder).keys()
        caught += killed and contents(folder) not in (old, new)
        finished = (folder / "a.manifest.json").exists()
        undo_unfinished(folder)
        assert contents(folder) == (new if finished else old)
        assert not [name for name in names(folder) if name.endswith((".journal", ".aside"))]
        if not finished:
            publish(folder, exists)
            assert contents(folder) == new
    assert caught >= 2  # groups that really were caught between two names


def test_a_group_that_another_process_is_naming_is_left_alone(tmp_path: Path) -> None:
    import fcntl

    publish(tmp_path)
    journal = tmp_path / ".audiopost-1234.journal"
    identity = [(tmp_path / "a.wav").lstat().st_dev, (tmp_path / "a.wav").lstat().st_ino]
    file = {"path": str(tmp_path / "a.wav"), "temporary": str(tmp_path / ".x"), "aside": "", "identity": identity}
    journal.write_text(json.dumps({"manifest": str(tmp_path / "z.json"), "run": "other", "files": [file]}))
    with journal.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        undo_unfinished(tmp_path)
        assert (tmp_path / "a.wav").exists()
    undo_unfinished(tmp_path)
    assert not (tmp_path / "a.wav").exists()
    assert not journal.exists()
