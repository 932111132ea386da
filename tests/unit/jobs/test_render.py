import hashlib
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import EffectError, FileError, UnknownNameError, UsageError
from audiopost.graph.offline import render as render_array
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.jobs.render import render
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.nodes import Echo, Faulty, Late, Scale
from tests.signals import white_noise

WIRE = GraphSpec.series(("same", NodeSpec.of("scale", definition=Scale)))


def sound(path: Path, block: AudioBlock, bits: str = "24", rate: int = 48_000) -> Path:
    with AudioWriter(path, rate, layout_named("mono" if len(block) == 1 else "stereo"), bits) as writer:
        writer.write(block)
    return path


@pytest.mark.parametrize(
    ("suffix", "bits"), [(".wav", "16"), (".wav", "24"), (".wav", "32f"), (".flac", "24"), (".aiff", "16")]
)
def test_a_chain_that_changes_nothing_gives_the_file_bit_for_bit(tmp_path: Path, suffix: str, bits: str) -> None:
    path = sound(tmp_path / f"a{suffix}", white_noise(2, 10_000), bits)
    result = render(path, tmp_path / f"b{suffix}", WIRE)
    assert (result.bits, result.container, result.frames) == (bits, suffix.lstrip("."), 10_000)
    assert np.array_equal(read_audio(result.output)[0], read_audio(path)[0])


def test_latency_is_cut_and_the_tail_rings_out(tmp_path: Path) -> None:
    spec = GraphSpec.series(
        ("late", NodeSpec.of("late", settings={"frames": 5000}, definition=Late)),
        ("echo", NodeSpec.of("echo", settings={"frames": 7000}, definition=Echo)),
    )
    noise = white_noise(1, 20_000)
    path = sound(tmp_path / "a.wav", noise, "32f")
    result = render(path, tmp_path / "b.wav", spec)
    assert (result.latency_frames, result.tail_frames, result.frames) == (5000, 7000, 27_000)
    expected = np.zeros((1, 27_000), np.float32)
    expected[:, :20_000] += noise
    expected[:, 7000:] += noise
    assert np.array_equal(read_audio(result.output)[0], expected)
    without = render(path, tmp_path / "c.wav", spec, tail=False)
    assert (without.tail_frames, without.frames) == (0, 20_000)
    assert np.array_equal(read_audio(without.output)[0], expected[:, :20_000])


def test_the_hash_is_that_of_the_interleaved_float_samples(tmp_path: Path) -> None:
    noise = white_noise(2, 10_000)
    result = render(sound(tmp_path / "a.wav", noise, "32f"), tmp_path / "b.wav", WIRE, bits="16")
    assert result.sha256 == hashlib.sha256(np.ascontiguousarray(noise.T).tobytes()).hexdigest()


@pytest.mark.parametrize("frames", [1, 2, 4095, 4096, 4097])
def test_any_length(tmp_path: Path, frames: int) -> None:
    noise = white_noise(1, frames)
    result = render(sound(tmp_path / "a.wav", noise, "32f"), tmp_path / "b.wav", WIRE)
    assert np.array_equal(read_audio(result.output)[0], noise)


def test_the_output_is_the_input_in_kind_where_nothing_else_is_said(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.flac", white_noise(2, 1000), "16", 44_100)
    with open_audio(render(path, tmp_path / "b", WIRE).output) as reader:
        assert (reader.container_name, reader.bits, reader.sample_rate) == ("flac", "16", 44_100)


@pytest.mark.parametrize(
    ("bits", "name", "written"), [("32f", "b.flac", "24"), ("16", "b.flac", "16"), ("24", "b.mp3", "lossy")]
)
def test_the_word_length_is_the_nearest_that_the_format_has(tmp_path: Path, bits: str, name: str, written: str) -> None:
    path = sound(tmp_path / "a.wav", white_noise(2, 10_000), bits)
    result = render(path, tmp_path / name, WIRE)
    assert result.bits == written
    with open_audio(result.output) as reader:
        assert reader.stored_bits == written


def test_format_word_length_and_rate_can_be_chosen(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(2, 48_000))
    result = render(path, tmp_path / "b.bin", WIRE, format="aiff", bits="16", sample_rate=44_100)
    assert (result.sample_rate_hz, result.frames, result.duration_s) == (44_100, 44_100, 1.0)
    with open_audio(result.output) as reader:
        assert (reader.container_name, reader.bits, reader.frames) == ("aiff", "16", 44_100)


def test_what_is_clipped_is_counted(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", np.array([[0.4, -0.9, 0.9, 0.1]], np.float32))
    result = render(path, tmp_path / "b.wav", WIRE, parameters={"same.factor": 2.0})
    assert result.clipped_samples == 2


def test_what_is_no_number_is_counted_with_its_time_and_taken_as_silence(tmp_path: Path) -> None:
    noise = white_noise(1, 12_000)
    path = sound(tmp_path / "a.wav", noise, "32f")
    raw = bytearray(path.read_bytes())
    for frame, value in ((6000, np.nan), (6001, np.inf), (11_999, -np.inf)):
        at = len(raw) - noise.nbytes + 4 * frame
        raw[at : at + 4] = np.float32(value).tobytes()
        noise[0, frame] = 0.0
    path.write_bytes(raw)
    result = render(path, tmp_path / "b.wav", WIRE)
    assert (result.non_finite_samples, result.non_finite_first_s, result.non_finite_nodes) == (3, 0.125, ())
    assert np.array_equal(read_audio(result.output)[0], noise)


@pytest.mark.parametrize("bits", ["16", "24", "32f"])
def test_the_same_render_gives_the_same_file(tmp_path: Path, bits: str) -> None:
    path = sound(tmp_path / "a.wav", white_noise(2, 20_000))
    made = [
        render(path, tmp_path / name, WIRE, parameters={"same.factor": 0.7}, bits=bits) for name in ("b.wav", "c.wav")
    ]
    assert made[0].output.read_bytes() == made[1].output.read_bytes()
    assert made[0].sha256 == made[1].sha256


def test_what_an_effect_makes_that_is_no_number_is_told_with_its_name(tmp_path: Path) -> None:
    block = np.array([[0.5, 2.5, 0.25]], np.float32)
    spec = GraphSpec.series(("bad", NodeSpec.of("faulty", definition=Faulty)))
    result = render(sound(tmp_path / "a.wav", block, "32f"), tmp_path / "b.wav", spec)
    assert [tuple(each) for each in result.non_finite_nodes] == [("bad", 1, 1)]
    assert result.non_finite_samples == 0
    assert read_audio(result.output)[0].tolist() == [[0.5, 0.0, 0.25]]


def test_notes_of_the_file_are_handed_on(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(2, 20_000), "16")
    path.write_bytes(path.read_bytes()[:-40_000])
    result = render(path, tmp_path / "b.wav", WIRE)
    assert result.frames == 10_000
    assert "the file breaks off" in result.notes[0]


def test_an_assumed_layout_is_not_written_as_a_fact(tmp_path: Path) -> None:
    with AudioWriter(tmp_path / "a.wav", 48_000, discrete_layout(6)) as writer:
        writer.write(white_noise(6, 1000))
    for name, layout, assumed in (("b.wav", None, True), ("c.wav", "5.1", False)):
        result = render(tmp_path / "a.wav", tmp_path / name, WIRE, layout=layout)
        assert result.layout == "5.1"
        with open_audio(result.output) as reader:
            assert (reader.layout, reader.layout_assumed) == (layout_named("5.1"), assumed)


def test_the_result_is_plain_data(tmp_path: Path) -> None:
    data = render(sound(tmp_path / "a.wav", white_noise(1, 480)), tmp_path / "b.wav", WIRE).to_json()
    assert (data["input"], data["output"]) == (str(tmp_path / "a.wav"), str(tmp_path / "b.wav"))
    assert (data["duration_s"], data["notes"], data["non_finite_nodes"]) == (0.01, [], [])


@pytest.mark.parametrize("exists", ["fail", "replace"])
def test_the_input_is_never_overwritten(tmp_path: Path, exists: str) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 100))
    before = path.read_bytes()
    with pytest.raises(FileError, match="never overwritten"):
        render(path, path, WIRE, exists=exists)
    assert path.read_bytes() == before


def test_a_render_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 200_000))

    def give_up(fraction: float, _: str) -> None:
        if fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(path, tmp_path / "b.wav", WIRE, progress=give_up)
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_a_render_whose_effect_fails_leaves_nothing(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", np.full((1, 10_000), 4.0, np.float32), "32f")
    with pytest.raises(EffectError, match="bad: ZeroDivisionError: too loud for me"):
        render(path, tmp_path / "b.wav", GraphSpec.series(("bad", NodeSpec.of("faulty", definition=Faulty))))
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(
    ("output", "how", "words"),
    [
        ("b.xyz", {}, "unknown format 'xyz'"),
        ("b.flac", {"bits": "32f"}, "flac is not written with '32f' bits"),
        ("b.wav", {"parameters": {"same.facto": 1}}, "unknown parameter 'facto'; did you mean factor"),
        ("b.wav", {"parameters": {"same.factor": 11}}, "factor = 11 is out of range"),
        ("b.wav", {"layout": "5.1"}, "5.1 has 6 channels"),
        ("b.wav", {"sample_rate": 0}, "0 Hz is no sample rate"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_written(tmp_path: Path, output: str, how: dict, words: str) -> None:
    path = sound(tmp_path / "a.wav", white_noise(2, 1000))
    with pytest.raises(UsageError, match=words):
        render(path, tmp_path / output, WIRE, **how)
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_a_chain_is_found_by_its_id_and_an_unknown_one_named(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", white_noise(1, 4800))
    assert render(path, tmp_path / "b.wav", "dialogue-clear").frames >= 4800
    with pytest.raises(UnknownNameError, match="did you mean dialogue-clear"):
        render(path, tmp_path / "c.wav", "dialog-clear")


def test_a_missing_input_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        render(tmp_path / "a.wav", tmp_path / "b.wav", WIRE)


def test_the_blocks_of_the_file_leave_no_trace(tmp_path: Path) -> None:
    spec = GraphSpec.series(("hp", NodeSpec.of("highpass", {"frequency_hz": 200.0})))
    noise = white_noise(2, 30_000)
    result = render(sound(tmp_path / "a.wav", noise, "32f"), tmp_path / "b.wav", spec)
    assert np.array_equal(read_audio(result.output)[0], render_array(spec, noise, 48_000, tail=True, block_frames=777))
