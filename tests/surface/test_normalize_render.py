"""``normalize`` and ``render``: what they write, what they say of it, and that it is true."""

import json
from pathlib import Path

import numpy as np
import pytest

import audiopost
from audiopost.media.audio_file import open_audio, read_audio
from tests.recordings import recording, recordings
from tests.signals import tones, white_noise
from tests.surface.conftest import Run, write_wave
from tests.system import require_system
from tests.tolerances import R128_QC_LU, THREE_STEMS_24_BIT


def test_a_file_is_brought_to_its_target(tone: Path, run: Run, tmp_path: Path) -> None:
    answer = run("normalize", tone, "--target", "ebu-r128", "--output", "out", "--json")
    (group,) = answer.document["groups"]
    (file,) = group["files"]
    assert answer.code == 0
    assert (group["target"], group["mode"], group["passed"]) == ("ebu-r128", "linear", True)
    assert round(group["gain_db"], 1) == 3.0
    assert round(file["before"]["integrated_lufs"], 1) == -26.0
    assert file["output"] == "out/tone.wav"
    written = audiopost.measure(tmp_path / "out" / "tone.wav").loudness
    assert file["after"]["integrated_lufs"] == written.integrated_lufs
    assert round(written.integrated_lufs or 0.0, 1) == -23.0


def test_the_table_says_what_was_done(tone: Path, run: Run) -> None:
    answer = run("normalize", tone, "--target", "ebu-r128", "--output", "out")
    assert answer.out.splitlines()[1].split()[:4] == ["out/tone.wav", "2.99", "0.0", "-26.0"]
    assert "passes ebu-r128" in answer.out


def test_a_target_out_of_reach_is_exit_code_1_with_two_ways_out(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "quiet.wav", tones((-40.0, 2.0), (-3.0, 0.01)))
    answer = run("normalize", path, "--target", "apple-podcasts", "--output", "out")
    assert answer.code == 1
    assert answer.message.startswith(f"audiopost: {path}: apple-podcasts: ")
    assert "--mode limit --max-limiting" in answer.message
    assert not (tmp_path / "out").exists()


def test_limiting_is_done_only_where_it_is_allowed(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "loud.wav", white_noise(2, 96_000, peak_linear=0.5))
    call = ("normalize", path, "--target", "apple-podcasts", "--output", "out", "--json", "--in-tolerance", "process")
    assert run(*call).document["groups"][0]["limiting_max_db"] == 0.0
    limited = run(*call, "--mode", "limit", "--exists", "number").document["groups"][0]
    assert limited["files"][0]["output"] == "out/loud-2.wav"
    assert limited["files"][0]["after"]["true_peak_dbtp"] <= -1.0


def test_stems_still_sum_to_the_delivered_mix(run: Run, tmp_path: Path) -> None:
    stems = [write_wave(tmp_path / f"{name}.wav", white_noise(2, 96_000, seed=name)) for name in (1, 2, 3)]
    call = ("normalize", *stems, "--target", "ebu-r128", "--output", "out", "--group", "stems")
    answer = run(*call, "--json")
    (group,) = answer.document["groups"]
    assert answer.code == 0
    assert round(group["sum"]["after"]["integrated_lufs"], 1) == -23.0
    assert group["sum"]["null_dbfs"] < -120.0
    before = np.sum([read_audio(path)[0] for path in stems], axis=0)
    after = np.sum([read_audio(tmp_path / "out" / path.name)[0] for path in stems], axis=0)
    np.testing.assert_allclose(after, before * 10 ** (group["gain_db"] / 20), rtol=0, atol=THREE_STEMS_24_BIT)
    assert "sum of the stems" in run(*call, "--exists", "replace").out


def test_an_album_keeps_its_balance(run: Run, tmp_path: Path) -> None:
    paths = [write_wave(tmp_path / f"{level}.wav", tones((-float(level), 2.0))) for level in (26, 30)]
    (group,) = run(
        "normalize", *paths, "--target", "ebu-r128", "--output", "out", "--group", "album", "--json"
    ).document["groups"]
    loud, quiet = (file["after"]["integrated_lufs"] for file in group["files"])
    assert round(loud - quiet, 2) == 4.0


def test_a_wrong_file_among_many_leaves_the_others_delivered(tone: Path, run: Run, tmp_path: Path) -> None:
    answer = run("normalize", tone, "missing.wav", "--target", "ebu-r128", "--output", "out", "--json")
    good, wrong = answer.document["groups"]
    assert answer.code == 3
    assert (good["passed"], wrong["passed"]) == (True, False)
    assert wrong["error"] == "missing.wav: no such file; check the path"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tone.wav"]


def test_form_of_the_output(tone: Path, run: Run, tmp_path: Path) -> None:
    options = ("--format", "flac", "--bits", "16", "--rate", "44100")
    assert run("normalize", tone, "--target", "ebu-r128", "--output", "out", *options).code == 0
    with open_audio(tmp_path / "out" / "tone.flac") as reader:
        assert (reader.container_name, reader.stored_bits, reader.sample_rate) == ("flac", "16", 44_100)


def test_other_meters_agree_on_what_was_delivered(run: Run, tmp_path: Path) -> None:
    from audiopost.jobs.other_meters import second_opinions

    require_system("loudgain", package="loudgain")
    require_system("ffmpeg", package="ffmpeg")
    voices = [path for path in recordings() if path.stem != "Noise"]
    answer = run("normalize", *voices, "--target", "ebu-r128", "--output", "out", "--json")
    assert answer.code == 0
    for group in answer.document["groups"]:
        output = tmp_path / group["files"][0]["output"]
        opinions = second_opinions(output)
        assert {opinion.meter for opinion in opinions} == {"loudgain", "ffmpeg"}
        for opinion in opinions:
            assert abs((opinion.integrated_lufs or 0.0) - -23.0) <= R128_QC_LU


def test_a_render_is_what_the_chain_makes_of_the_samples(tone: Path, run: Run, tmp_path: Path) -> None:
    answer = run("render", tone, "out.wav", "--chain", "music-bed", "--bits", "32f", "--json")
    document = answer.document
    assert answer.code == 0
    assert (document["output"], document["bits"]) == ("out.wav", "32f")
    assert document["frames"] == 96_000 + document["tail_frames"]
    samples, sample_rate = read_audio(tone)
    rendered, _ = read_audio(tmp_path / "out.wav")
    expected = audiopost.load_chain("music-bed").render(samples, sample_rate, tail=True)
    np.testing.assert_array_equal(rendered, expected[:, : rendered.shape[1]])


def test_a_parameter_can_be_set_beside_the_chain(tone: Path, run: Run) -> None:
    plain = run("render", tone, "a.wav", "--chain", "worldising-wall", "--json").document
    thick = run(
        "render", tone, "b.wav", "--chain", "worldising-wall", "--set", "macro.Thickness=1.0", "--json"
    ).document
    bright = run(
        "render", tone, "c.wav", "--chain", "worldising-wall", "--set", "wall.frequency_hz=4000", "--json"
    ).document
    assert len({plain["sha256"], thick["sha256"], bright["sha256"]}) == 3


def test_the_same_call_gives_the_same_samples(tone: Path, run: Run) -> None:
    first = run("render", tone, "a.wav", "--chain", "film-room", "--json").document["sha256"]
    assert run("render", tone, "b.wav", "--chain", "film-room", "--json").document["sha256"] == first


def test_a_seed_makes_another_noise_and_is_recorded(tone: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "hiss.toml").write_text(
        'schema = 1\nname = "hiss"\n[nodes.hiss]\neffect = "noise"\n'
        '[[edges]]\nfrom = "hiss"\nto = "output"\n[[edges]]\nfrom = "input"\nto = "output"\n'
    )

    def made(name: str, *seed: str) -> dict[str, object]:
        return run("render", tone, name, "--chain", "hiss.toml", *seed, "--json").document

    drawn, first, second = made("a.wav"), made("b.wav", "--seed", "1"), made("c.wav", "--seed", "2")
    assert [each["seed"] for each in (drawn, first, second)] == [None, 1, 2]
    assert len({each["sha256"] for each in (drawn, first, second)}) == 3
    assert made("d.wav", "--seed", "1")["sha256"] == first["sha256"]


def test_a_real_voice_through_every_kind_of_call(run: Run, tmp_path: Path) -> None:
    answer = run("render", recording("Front_Center"), "voice.flac", "--chain", "radio-voice")
    assert answer.code == 0
    assert answer.out == f"voice.flac: mono, 48000 Hz, 16 bit, {_duration(tmp_path / 'voice.flac'):.2f} s\n"


def _duration(path: Path) -> float:
    with open_audio(path) as reader:
        return reader.duration_s


def test_samples_beyond_full_scale_are_told(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "loud.wav", white_noise(2, 4_800, peak_linear=0.9))
    chain = {"schema": 1, "chain": ["louder"], "nodes": {"louder": {"effect": "gain", "gain_db": 12.0}}}
    text = f'schema = 1\nchain = {json.dumps(chain["chain"])}\n[nodes.louder]\neffect = "gain"\ngain_db = 12.0\n'
    (tmp_path / "louder.toml").write_text(text, encoding="utf-8")
    answer = run("render", path, "out.wav", "--chain", "louder.toml")
    assert answer.code == 0
    assert "samples were beyond full scale and are clipped" in answer.message
    assert run("render", path, "float.wav", "--chain", "louder.toml", "--bits", "32f").err == ""


def test_a_chain_may_name_the_effects_of_a_python_file(tone: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        'from audiopost import effect\n\n\n@effect\ndef upside_down(block):\n    """Invert."""\n    return -block\n',
        encoding="utf-8",
    )
    (tmp_path / "mine.toml").write_text(
        'schema = 1\nchain = ["a"]\n[nodes.a]\neffect = "upside_down"\n', encoding="utf-8"
    )
    call = ("render", tone, "out.wav", "--chain", "mine.toml")
    assert "unknown effect 'upside_down'" in run(*call).message
    assert run(*call, "--effects", "mine.py", "--bits", "32f").code == 0
    np.testing.assert_array_equal(read_audio(tmp_path / "out.wav")[0], -read_audio(tone)[0])


@pytest.mark.parametrize("code", [0, 2])
def test_a_python_file_that_fails_is_named_with_its_line(code: int, tone: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "\n" + ("1 / 0\n" if code else "from audiopost import effect\n"), encoding="utf-8"
    )
    answer = run("render", tone, "out.wav", "--chain", "film-room", "--effects", "mine.py")
    assert answer.code == 2
    assert ("mine.py:2: ZeroDivisionError" if code else "decorates no effect") in answer.message
