"""``audiopost batch``: the plan, the run, its resuming, and what it answers."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from audiopost.jobs.check import check
from audiopost.media.audio_file import read_audio
from tests.batch_material import STEMS, contents, stem_job, write_scenes
from tests.programmes import speech, write_sound
from tests.signals import tones
from tests.surface.conftest import Run

SCENES = 2


@pytest.fixture
def job(tmp_path: Path) -> Path:
    write_scenes(tmp_path / "stems", SCENES)
    return stem_job(tmp_path)


def test_scenes_are_delivered_counted_and_skipped_the_next_time(run: Run, job: Path, tmp_path: Path) -> None:
    first = run("batch", job, "--serial", "--json")
    assert first.code == 0
    assert {key: first.document[key] for key in ("done", "failed", "skipped")} == {
        "done": SCENES * len(STEMS), "failed": 0, "skipped": 0,
    }  # fmt: skip
    made = contents(tmp_path / "delivered")
    assert {file["output"]: file["sha256"] for file in first.document["files"]} == {
        str(tmp_path / "delivered" / name): sha256 for name, sha256 in made.items()
    }
    assert sorted(made) == [f"sc{scene:03d}/sc{scene:03d}_{stem}.wav" for scene in range(2) for stem in sorted(STEMS)]
    again = run("batch", job, "--serial", "--json")
    assert (again.document["skipped"], again.document["done"]) == (SCENES * len(STEMS), 0)
    assert contents(tmp_path / "delivered") == made
    assert not list((tmp_path / "delivered" / ".audiopost").glob("*.work/*"))


def test_only_what_changed_is_done_again(run: Run, job: Path, tmp_path: Path) -> None:
    run("batch", job, "--serial")
    write_scenes(tmp_path / "stems", 1, seconds=1.5)
    statuses = {file["group"]: file["status"] for file in run("batch", job, "--serial", "--json").document["files"]}
    assert statuses == {"scene=sc000": "done", "scene=sc001": "skipped"}
    stem_job(tmp_path, 'bits = "16"\n')
    assert run("batch", job, "--serial", "--json").document["done"] == SCENES * len(STEMS)
    (tmp_path / "delivered/sc001/sc001_dx.wav").unlink()
    statuses = {file["group"]: file["status"] for file in run("batch", job, "--serial", "--json").document["files"]}
    assert statuses == {"scene=sc000": "skipped", "scene=sc001": "done"}


def test_verify_finds_an_output_that_was_altered_behind_our_back(run: Run, job: Path, tmp_path: Path) -> None:
    run("batch", job, "--serial")
    made = contents(tmp_path / "delivered")
    path = tmp_path / "delivered/sc000/sc000_dx.wav"
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run("batch", job, "--serial", "--json").document["done"] == 0
    assert run("batch", job, "--serial", "--verify", "--json").document["done"] == len(STEMS)
    assert contents(tmp_path / "delivered") == made


def test_bad_files_cost_their_groups_only_and_are_given_up_in_the_end(run: Run, job: Path, tmp_path: Path) -> None:
    (tmp_path / "stems/sc000_dx.wav").write_bytes(b"junk")
    answer = run("batch", job, "--serial")
    assert answer.code == 3
    assert "sc000_dx.wav: this is no sound file" in answer.message
    assert sorted(contents(tmp_path / "delivered")) == [f"sc001/sc001_{stem}.wav" for stem in sorted(STEMS)]
    for _ in range(4):
        document = run("batch", job, "--serial", "--json").document
    assert {(file["status"], file["attempts"]) for file in document["files"]} == {("failed", 3), ("skipped", 0)}
    write_scenes(tmp_path / "stems", 1)
    assert run("batch", job, "--serial").code == 0


def test_the_plan_is_shown_and_nothing_written(run: Run, job: Path, tmp_path: Path) -> None:
    (tmp_path / "stems/sc000_dx.wav").write_bytes(b"junk")
    (tmp_path / "stems/odd.wav").touch()
    before = contents(tmp_path)
    answer = run("batch", job, "--dry-run")
    assert answer.code == 3
    assert answer.out.splitlines()[0].split() == ["group", "files", "size", "target", "output", "takes", "about"]
    assert "sc000_dx.wav: this is no sound file" in answer.err
    assert "odd.wav: the name does not fit the pattern" in answer.err
    document = run("batch", job, "--dry-run", "--json").document
    assert [group["action"] for group in document["groups"]] == ["do", "do"]
    assert document["groups"][1]["files"][0]["duration_s"] == pytest.approx(1.0)
    assert contents(tmp_path) == before
    assert not (tmp_path / "delivered").exists()


def test_two_inputs_under_one_name_stop_the_job_before_it_begins(run: Run, tmp_path: Path) -> None:
    for name in ("one/a.wav", "two/a.wav"):
        write_sound(tmp_path / name, speech())
    job = tmp_path / "job.toml"
    job.write_text('inputs = ["*/a.wav"]\noutput = "out/{name}"\ntarget = "ebu-r128"\n')
    answer = run("batch", job, "--serial")
    assert answer.code == 2
    assert "two/a.wav: would be written as" in answer.message
    assert not contents(tmp_path / "out")
    assert run("batch", job, "--dry-run").code == 2


def test_a_strangers_file_is_never_replaced(run: Run, job: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "delivered/sc000/sc000_dx.wav"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    answer = run("batch", job, "--serial")
    assert answer.code == 3
    assert "none of this job's" in answer.message
    assert stranger.read_text() == "mine"
    stem_job(tmp_path, 'exists = "replace"\n')
    assert run("batch", job, "--serial").code == 0


def test_chain_and_target_a_table_and_a_chain_alone(run: Run, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "voice.wav", speech()[:, :192_000], bits="16")
    (tmp_path / "list.csv").write_text("path,target\nvoice.wav,ebu-r128\nvoice.wav,atsc-a85-short\n")
    (tmp_path / "chain.toml").write_text('schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "pedalboard.Chorus"\n')
    job = tmp_path / "job.toml"
    job.write_text('inputs = ["list.csv"]\noutput = "out/{target}/{name}"\nchain = "./chain.toml"\n')
    answer = run("batch", job, "--serial", "--json")
    assert answer.code == 0, answer.out
    for file in answer.document["files"]:
        target = Path(file["output"]).parent.name
        verdict = check(file["output"], target)
        assert verdict.passed, verdict
        assert verdict.measurement.bits == "16"
    job.write_text('inputs = ["voice.wav"]\noutput = "wet/"\nchain = "./chain.toml"\n')
    alone = run("batch", job, "--serial", "--json")
    run("render", voice, tmp_path / "by-hand.wav", "--chain", "./chain.toml")
    (sha256,) = [file["sha256"] for file in alone.document["files"]]
    assert sha256 == contents(tmp_path)["by-hand.wav"]


def test_a_seed_makes_another_take_and_the_one_of_a_render(run: Run, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "voice.wav", speech()[:, :48_000], bits="16")
    (tmp_path / "chain.toml").write_text('schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "rain"\n')
    job = tmp_path / "job.toml"
    hashes = []
    for seed in (7, 8):
        job.write_text(f'inputs = ["voice.wav"]\noutput = "take{seed}/"\nchain = "./chain.toml"\nseed = {seed}\n')
        (file,) = run("batch", job, "--serial", "--json").document["files"]
        hashes.append(file["sha256"])
    run("render", voice, tmp_path / "by-hand.wav", "--chain", "./chain.toml", "--seed", 7)
    assert hashes[0] == contents(tmp_path)["by-hand.wav"] != hashes[1]


def test_a_target_out_of_reach_is_a_failure_and_a_verdict_is_told(run: Run, tmp_path: Path) -> None:
    click = speech() * 0.01
    click[:, 5000] = 0.9
    write_sound(tmp_path / "click.wav", click)
    job = tmp_path / "job.toml"
    job.write_text('inputs = ["click.wav"]\noutput = "out"\ntarget = "ebu-r128"\n')
    answer = run("batch", job, "--serial", "--json")
    assert answer.code == 1
    (file,) = answer.document["files"]
    assert (file["status"], file["output"]) == ("failed", None)
    assert "true peak" in file["error"]


def test_a_job_may_ask_for_all_that_normalize_does(run: Run, tmp_path: Path) -> None:
    write_sound(tmp_path / "in/mix.wav", tones((-23.0, 3.0), (-32.0, 6.0), (-20.0, 6.0)))
    job = tmp_path / "job.toml"
    job.write_text(
        'inputs = ["in/*.wav"]\noutput = "out"\ntarget = "ebu-r128"\nmode = "level"\nmax_range_lu = 6.0\n'
        'max_riding_db = 12.0\ntags = ["bext", "replaygain"]\nkind = "monos"\nfrom = "3"\ntrim = true\n'
    )
    answer = run("batch", job, "--serial", "--json")
    assert answer.code == 0, answer.err
    made = contents(tmp_path / "out")
    assert set(made) == {"mix.L.wav", "mix.R.wav", "mix.L.gain.csv"}
    by_hand = run(
        "normalize", "in/mix.wav", "--target", "ebu-r128", "--mode", "level", "--max-range", "6", "--max-riding", "12",
        "--tags", "bext", "--tags", "replaygain", "--kind", "monos", "--from", "3", "--trim", "--output", "by-hand",
    )  # fmt: skip
    assert by_hand.code == 0
    same = contents(tmp_path / "by-hand")
    assert {name: same[name] for name in made} == made
    assert run("batch", job, "--serial", "--json").document["skipped"] == 1
    (tmp_path / "out/mix.L.gain.csv").unlink()
    assert run("batch", job, "--serial", "--json").document["done"] == 1
    assert contents(tmp_path / "out") == made


def test_files_beside_a_group_are_listened_to(run: Run, tmp_path: Path) -> None:
    paths = write_scenes(tmp_path / "stems", 2, stems=("dx", "mx"), seconds=4.0)
    for scene in range(2):
        stems = [read_audio(path)[0] for path in paths if path.name.startswith(f"sc{scene:03d}")]
        write_sound(tmp_path / f"mixes/sc{scene:03d}.wav", sum(stems) * np.float32(1.0 if scene == 0 else 0.5))
    job = stem_job(tmp_path, 'full_mix = "mixes/{scene}.wav"\ndialogue_stem = "stems/{scene}_dx.wav"\n')
    (tmp_path / "mixes/sc001.wav").rename(tmp_path / "mixes/away.wav")
    planned = run("batch", job, "--dry-run")
    assert planned.code == 3
    assert "mixes/sc001.wav: no such file; scene=sc001 is to listen to it" in planned.message
    (tmp_path / "mixes/away.wav").rename(tmp_path / "mixes/sc001.wav")
    answer = run("batch", job, "--serial", "--json")
    assert answer.code == 1
    errors = {file["group"]: file["error"] for file in answer.document["files"]}
    assert errors["scene=sc000"] is None
    assert "do not sum to sc001.wav" in errors["scene=sc001"]
    write_sound(tmp_path / "mixes/sc001.wav", read_audio(paths[2])[0] + read_audio(paths[3])[0])
    again = run("batch", job, "--serial", "--json")
    assert (again.code, again.document["done"], again.document["skipped"]) == (0, 2, 2)


def test_progress_as_lines_of_json(run: Run, job: Path) -> None:
    answer = run("batch", job, "--serial", "--progress", "json", "--json")
    events = [json.loads(line) for line in answer.err.splitlines()]
    counts = Counter(event["event"] for event in events)
    assert (counts["begun"], counts["started"], counts["ended"]) == (1, SCENES, SCENES)
    assert events[0]["size_bytes"] == sum(path.stat().st_size for path in (job.parent / "stems").iterdir())
    assert (events[-1]["fraction"], events[-1]["left_s"]) == (1.0, 0.0)
    assert answer.document["done"] == SCENES * len(STEMS)


def test_the_report_of_a_run_is_one_document_and_a_page(run: Run, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "in/voice.wav", speech()[:, :96_000])
    (tmp_path / "in/junk.wav").write_bytes(b"junk")
    job = tmp_path / "job.toml"
    job.write_text(
        'inputs = ["in/*.wav"]\noutput = "out"\ntarget = "ebu-r128"\nmode = "limit"\nreport = "r/night.html"\n'
    )
    printed = run("batch", job, "--serial", "--json").document
    written = json.loads((tmp_path / "r/night.json").read_text())
    assert written == printed
    page = (tmp_path / "r/night.html").read_text()
    assert voice.name in page
    assert "no sound file" in page
    job.write_text(job.read_text().replace("night.html", "night.doc"))
    assert run("batch", job, "--serial").code == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('inputs = ["x.wav"]\noutput = "o"\ntarget = "ebu-r-128"', "did you mean ebu-r128"),
        ('inputs = ["x.wav"]\noutput = "o"\nchain = "no-such"', "unknown chain 'no-such'"),
        ('inputs = ["x.wav"]\noutput = "o"\nchain = "dialogue-clear"\n[parameters]\n"highpass.x" = 1', "highpass"),
        ('inputs = ["x.wav"]\noutput = "{nam}"\ntarget = "ebu-r128"', "did you mean name?"),
        ('inputs = ["y*.wav"]\noutput = "o"\ntarget = "ebu-r128"', "nothing matches"),
    ],
)
def test_a_wrong_job_is_one_line(run: Run, tmp_path: Path, text: str, words: str) -> None:
    write_sound(tmp_path / "x.wav", speech())
    (tmp_path / "job.toml").write_text(text)
    answer = run("batch", "job.toml", "--serial")
    assert answer.code in (2, 3)
    assert words in answer.message
    assert run("batch", "none.toml").code == 2
