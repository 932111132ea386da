"""Plug-ins are tried in a child process: nothing they do can reach this one, and nothing is tried twice."""

import json
import os
from pathlib import Path

import pytest

from audiopost.errors import PluginCrashError, PluginError, PluginLoadError, PluginTimeoutError
from audiopost.plugins import scan
from audiopost.plugins.plugin import PluginInfo, PluginParameter
from audiopost.plugins.scan_cache import Fingerprint, fingerprint, recall, remember
from tests.tolerances import SCAN_PATIENCE_S

GOOD = PluginInfo(
    "VST3-Good", "Good", "/x/Good.vst3", "ok", channels=(1, 2), notes=("a note",),
    parameters=(PluginParameter("mode", 0.0, 0.0, 1.0, choices=("off", "on")),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Good.vst3"
    path.write_bytes(b"x" * 100)
    return path


def child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(scan, "CHILD", ("-c", program))


def scanned(file: Path, timeout_s: float = SCAN_PATIENCE_S) -> PluginInfo:
    (info,) = scan.scan_file(file, timeout_s)
    return info


def test_what_the_child_finds_is_returned_and_remembered(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = json.dumps({"plugins": [GOOD.to_json()]})
    child(monkeypatch, f"print({words!r})")
    assert scanned(file) == GOOD
    child(monkeypatch, "raise SystemExit(1)")
    assert scanned(file) == GOOD
    assert scan.list_plugins([file.parent]) == (GOOD,)


def test_a_crash_says_where_and_how(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, 'import os; print(\'{"stage": "loading Good"}\', flush=True); os.abort()')
    info = scanned(file)
    assert info.status == "crashed"
    assert info.error.startswith("ended by SIGABRT while loading Good")


def test_a_hang_ends_with_the_time_out_though_it_prints_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = "while True: sys.stderr.write('samplerate mismatch\\n')"
    child(monkeypatch, f'import sys\nprint(\'{{"stage": "loading Good"}}\', flush=True)\n{flood}')
    info = scanned(file, timeout_s=1.0)
    assert info.status == "timeout"
    assert info.error == "no answer within 1 s while loading Good (it last printed: samplerate mismatch)"


def test_what_crashed_is_not_touched_again_until_its_file_changes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import os; os.abort()")
    assert scanned(file).status == "crashed"
    child(monkeypatch, f"print({json.dumps({'plugins': [GOOD.to_json()]})!r})")
    assert scanned(file).status == "crashed"
    os.utime(file, ns=(1, 1))
    assert scanned(file).status == "ok"


def test_a_rescan_tries_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import os; os.abort()")
    scanned(file)
    child(monkeypatch, f"print({json.dumps({'plugins': [GOOD.to_json()]})!r})")
    assert scan.scan_file(file, SCAN_PATIENCE_S, rescan=True) == (GOOD,)


def test_a_text_named_like_a_plugin_fails_without_harm(file: Path) -> None:
    assert scanned(file).status == "failed"


def test_a_missing_library_is_named_with_the_mend() -> None:
    error = "libzita-convolver.so.4: cannot open shared object file: No such file or directory"
    info = PluginInfo("VST3-X", "ZamVerb", "/x", "failed", error=error)
    with pytest.raises(PluginLoadError, match=r"ZamVerb: .*; install the library libzita-convolver\.so\.4"):
        scan.require_ok(info)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("timeout", PluginTimeoutError), ("crashed", PluginCrashError), ("instrument", PluginLoadError)],
)
def test_what_the_scan_refused_may_not_be_loaded(status: str, kind: type[PluginError]) -> None:
    with pytest.raises(kind):
        scan.require_ok(PluginInfo("VST3-X", "X", "/x", status, error="why"))


def test_what_was_never_scanned_is_listed_as_such(file: Path) -> None:
    (info,) = scan.list_plugins([file.parent])
    assert (info.name, info.status, info.format) == ("Good", "not scanned", "VST3")


def test_the_plugin_of_a_file_is_found_by_name(file: Path) -> None:
    other = PluginInfo("VST3-Other", "Other", str(file), "ok")
    remember(file, fingerprint(file, scan.host_version()), (GOOD, other))
    assert scan.plugin_info(str(file), "Other") == other
    with pytest.raises(PluginLoadError, match="it holds Other"):
        scan.plugin_info(str(file), "Othr")


def test_the_cache_forgets_what_changed_and_survives_rubbish(file: Path, own_cache: Path) -> None:
    now = fingerprint(file, "1.0")
    remember(file, now, (GOOD,))
    assert recall(file, now) == (GOOD,)
    assert recall(file, Fingerprint(now.size, now.changed_ns, "2.0")) is None
    (entry,) = (own_cache / "plugins").iterdir()
    entry.write_text("{")
    assert recall(file, now) is None


def test_a_cache_that_cannot_be_written_costs_nothing(file: Path, own_cache: Path) -> None:
    own_cache.write_text("a file where the folder should be")
    remember(file, fingerprint(file, "1.0"), (GOOD,))
    assert recall(file, fingerprint(file, "1.0")) is None


def test_a_bundle_changes_with_any_file_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "B.vst3/Contents/x86_64-linux/B.so"
    inner.parent.mkdir(parents=True)
    inner.write_bytes(b"1")
    before = fingerprint(tmp_path / "B.vst3", "1.0")
    inner.write_bytes(b"22")
    assert fingerprint(tmp_path / "B.vst3", "1.0") != before
