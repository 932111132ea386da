"""A plug-in that crashes on one file of a batch loses that file and no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.plugin_builds import built_clap
from tests.surface.conftest import Run, write_wave


@pytest.mark.parametrize("files", [8, pytest.param(200, marks=pytest.mark.soak)])
def test_a_plugin_that_crashes_on_one_file_loses_that_file_only(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    plugin = built_clap(tmp_path, "crash on loud")
    (tmp_path / "in").mkdir()
    for number in range(files):
        level = 0.95 if number == 3 else 0.25
        write_wave(tmp_path / "in" / f"{number}.wav", np.full((2, 480), level, dtype=np.float32))
    (tmp_path / "chain.toml").write_text(
        f'schema = 1\nname = "One"\ndescription = "One plug-in."\nchain = ["plug"]\n'
        f'[nodes.plug]\neffect = "plugin"\npath = "{plugin}"\n'
    )
    job = tmp_path / "job.toml"
    job.write_text(f'inputs = ["{tmp_path}/in/*.wav"]\nchain = "{tmp_path}/chain.toml"\noutput = "{tmp_path}/out"\n')
    answer = run("batch", job, "--jobs", "2", "--json")
    assert answer.code == 5
    told = {Path(each["path"]).name: each for each in answer.document["files"]}
    assert [name for name, each in sorted(told.items()) if each["status"] != "done"] == ["3.wav"]
    assert told["3.wav"]["error"] == f"3.wav: the worker ended (SIGABRT) in plug ({plugin})"
    assert len(list((tmp_path / "out").glob("*.wav"))) == files - 1
