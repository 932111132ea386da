"""``targets``, ``chains``, ``effects``, ``plugins``, ``devices`` and ``doctor``: what there is."""

import re
import tomllib
from pathlib import Path

import pytest

from audiopost.cli import machine_checks
from audiopost.graph.catalogue import CATALOGUE
from audiopost.library.chains import list_chains
from audiopost.library.targets import list_targets
from tests.plugin_builds import built_clap
from tests.recordings import recording
from tests.surface.conftest import Run
from tests.system import require_path


def test_targets(run: Run) -> None:
    listed = run("targets", "--json").document["targets"]
    assert [each["id"] for each in listed] == [each.id for each in list_targets()]
    assert all(set(each) >= {"id", "name", "status", "source", "rules"} for each in listed)
    lines = {line.split()[0]: line for line in run("targets").out.splitlines()}
    assert set(lines) == {"id", *(each["id"] for each in listed)}
    assert lines["ebu-r128"].endswith("current     I -23.0 ±0.2 LUFS; TP ≤ -1.0 dBTP")


def test_one_target_is_explained_with_its_source(run: Run) -> None:
    answer = run("targets", "ebu-r128")
    assert "integrated loudness -23.0 ±0.2 LUFS" in answer.out
    assert "Source: " in answer.out
    assert [each["id"] for each in run("targets", "ebu-r128", "--json").document["targets"]] == ["ebu-r128"]
    assert "did you mean ebu-r128" in run("targets", "ebur128").message


def test_chains(run: Run) -> None:
    listed = run("chains", "--json").document["chains"]
    assert [each["id"] for each in listed] == [each.id for each in list_chains()]
    assert all(set(each) >= {"id", "name", "description", "tags", "path"} for each in listed)
    assert all(Path(each["path"]).is_file() for each in listed)
    lines = run("chains").out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *(each["id"] for each in listed)]


def test_chains_are_found_by_words_and_tags(run: Run) -> None:
    found = [each["id"] for each in run("chains", "kitchen", "--json").document["chains"]]
    lines = run("chains", "kitchen").out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *found]
    tagged = run("chains", "car", "--tag", "adr", "--json").document["chains"]
    assert [each["id"] for each in tagged] == ["adr-car"]
    assert tagged[0]["macros"] == ["Windows"]
    assert tagged[0]["made_for"] == ["speech"]
    answer = run("chains", "--tag", "dialog")
    assert (answer.code, "did you mean dialogue" in answer.message) == (2, True)


def test_a_chain_is_measured_on_a_sound(run: Run, tmp_path: Path) -> None:
    sound = recording("Front_Left")
    answer = run("chains", "adr-car", "--check", sound, "--json")
    (checked,) = answer.document["chains"][0]["checks"]
    assert answer.code == 0
    assert (checked["passed"], checked["faults"]) == (True, [])
    assert checked["change_lu"] == pytest.approx(checked["after_lufs"] - checked["before_lufs"])
    assert checked["neutral_gain_db"] == -checked["change_lu"]
    assert (
        run("chains", "music-bed", "--check", sound)
        .out.splitlines()[1]
        .endswith("lies well below the voice that it carries.")
    )


def test_a_chain_that_jumps_in_level_fails_and_is_told_the_gain(run: Run, tmp_path: Path) -> None:
    loud = 'schema = 1\nchain = ["up"]\n[nodes.up]\neffect = "gain"\ngain_db = 30.0\n'
    (tmp_path / "loud.toml").write_text(loud, encoding="utf-8")
    answer = run("chains", "loud.toml", "--check", recording("Front_Left"))
    assert answer.code == 1
    assert "over its ceiling: put a limiter at its end, or lower it" in answer.out
    assert "it changes the loudness by +30.0 LU: put a gain of -30.0 dB at its end" in answer.out
    assert run("chains", "loud.toml", "--check", "missing.wav").code == 3


def test_one_chain_is_shown_with_its_nodes_and_wires(run: Run) -> None:
    answer = run("chains", "film-room")
    assert "room       reverb" in answer.out
    assert "walls -> output  -11 dB" in answer.out
    assert re.search(r"macro +turns +at 0 +at 1\nWindows +windscreen.mix_percent", run("chains", "adr-car").out)
    (shown,) = run("chains", "film-room", "--json").document["chains"]
    assert shown["graph"]["nodes"]["room"]["effect"] == "reverb"
    assert run("chains", "film-rom").code == 2


def test_effects(run: Run) -> None:
    listed = run("effects", "--json").document["effects"]
    assert [each["name"] for each in listed] == list(CATALOGUE.names())
    for each in listed:
        assert set(each) >= {"name", "summary", "parameters", "latency_frames", "live"}
        assert all(set(knob) >= {"name", "unit", "min", "max", "default"} for knob in each["parameters"])


def test_one_effect_is_explained_with_ranges_and_latency(run: Run) -> None:
    answer = run("effects", "compressor")
    heading, ratio = (
        next(line for line in answer.out.splitlines() if line.startswith(w)) for w in ("parameter", "ratio")
    )
    assert heading.split() == ["parameter", "unit", "min", "max", "default"]
    assert ratio.split()[:2] == ["ratio", "1"]
    assert "side input: sidechain" in answer.out
    assert "latency: 0 frames at 48000 Hz" in answer.out
    assert "did you mean compressor" in run("effects", "compresor").message


def test_an_effect_with_look_ahead_states_its_latency(run: Run) -> None:
    (limiter,) = run("effects", "limiter", "--json").document["effects"]
    assert limiter["latency_frames"] > 0


def test_plugins_are_listed_without_being_loaded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_path("/usr/lib/vst3/ZamComp.vst3", package="zam-plugins")
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    listed = run("plugins", "list", "--json").document["plugins"]
    assert {"id", "name", "vendor", "version", "format", "path", "status"} <= set(listed[0])
    assert {each["status"] for each in listed} == {"not scanned"}
    assert run("plugins", "--json").document["plugins"] == listed
    assert "`audiopost plugins scan` finds out" in run("plugins").out


def test_one_plugin_is_explained(run: Run) -> None:
    require_path("/usr/lib/vst3/ZamComp.vst3", package="zam-plugins")
    answer = run("plugins", "info", "ZamComp")
    assert answer.code == 0
    assert "threshold_db" in answer.out
    assert run("plugins", "info", "ZamComp", "--json").document["status"] == "ok"


def test_a_plugin_that_is_not_there_is_exit_code_5(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    answer = run("plugins", "info", "NoSuchPlugin")
    assert answer.code == 5
    assert "NoSuchPlugin: no such plug-in" in answer.message


def test_what_a_plugin_keeps_of_the_laws_is_told_and_a_lie_is_found(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    answer = run("plugins", "probe", built_clap(tmp_path, "wrong latency"))
    assert answer.code == 1
    rows = [re.split(r"  +", line)[:2] for line in answer.out.splitlines()]
    assert rows[0][0].startswith("Known Gain, CLAP: ")
    assert [name for name, kept in rows[1:] if kept == "broken"] == ["latency as declared"]
    assert sum(kept == "kept" for _, kept in rows[1:]) == 7, "all but one of eight"


def test_a_plugin_that_crashes_while_the_laws_are_tried_is_exit_code_5(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It crashes at 0.9 and more; a scan plays half of full scale."""
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "cache"))
    answer = run("plugins", "probe", built_clap(tmp_path, "crash on loud"), "--json")
    assert answer.code == 5
    assert "Known Gain: ended its process while it was tried" in answer.message


def test_a_folder_without_plugins_is_scanned_to_nothing(run: Run, tmp_path: Path) -> None:
    assert run("plugins", "scan", tmp_path, "--json").document == {"plugins": []}
    assert run("plugins", "scan", tmp_path / "missing").code == 2


def test_devices(run: Run) -> None:
    answer = run("devices")
    assert answer.code == 0
    assert "no hardware, always there" in answer.out
    assert isinstance(run("devices", "--json").document["devices"], list)


def test_the_doctor_looks_at_everything_and_tells_the_mend(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = list(machine_checks.examine_machine())
    monkeypatch.setattr(machine_checks, "examine_machine", lambda: iter(findings))
    answer = run("doctor", "--json")
    checks = {each["name"]: each for each in answer.document["checks"]}
    assert answer.code == 0
    assert list(checks) == [
        "PortAudio", "sound card", "JACK", "real-time priority", "ffmpeg", "loudgain", "codecs", "browser", "plug-ins",
        "processors", "extra report", "extra ui", "extra video", "extra control", "extra dialogue", "extra binaural",
        "extra cluster", "cache folder", "compiled kernels",
    ]  # fmt: skip
    for each in checks.values():
        assert each["state"] in ("ok", "limited", "missing")
        assert bool(each["mend"]) == (each["state"] != "ok")
    assert all(name in run("doctor").out for name in checks)


def test_the_doctor_names_the_package_of_a_missing_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    finding = machine_checks.program("loudgain", "--version", "a second opinion")
    assert (finding.state, finding.mend) == ("limited", "sudo apt-get install loudgain")


def test_the_doctor_looks_for_codecs_and_a_browser() -> None:
    assert machine_checks.codecs().state == "ok"
    assert machine_checks.codecs(lambda _: None).mend == "pip install 'audiopost[video]'"
    assert machine_checks.browser(lambda name: name if name == "firefox" else None, "linux").found == "firefox"
    assert "apt-get install chromium" in machine_checks.browser(lambda _: None, "linux").mend


def test_the_doctor_names_the_extra_of_a_missing_package() -> None:
    findings = {each.name: each for each in machine_checks.extras(lambda name: None if name == "weasyprint" else name)}
    assert findings["extra report"].mend == "pip install 'audiopost[report]'"
    assert "weasyprint not installed" in findings["extra report"].found
    assert findings["extra ui"].state == "ok"


def test_the_extras_that_the_doctor_looks_for_are_those_that_pip_knows() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(machine_checks.EXTRAS) == set(project["optional-dependencies"]) - {"all"}


def test_the_doctor_tells_a_running_jack_from_an_installed_one() -> None:
    running = ({"host_api": "JACK Audio Connection Kit", "name": "system", "output_channels": 2},)
    assert machine_checks.jack(running).state == "ok"
    assert "jackd -R" in machine_checks.jack((), find=lambda name: f"/usr/bin/{name}").mend
    assert "apt-get install jackd2" in machine_checks.jack((), find=lambda name: None).mend


def test_the_doctor_finds_a_cache_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert machine_checks.cache_folder().state == "limited"
