"""Chains: the shipped ones, and the TOML form both ways."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import FileError, GraphError, UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.modulation import FollowerSpec, LfoSpec, LinkSpec, StepsSpec
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.spec import MacroSpec
from audiopost.library.chains import find_chains, list_chains, load_chain, save_chain

SHIPPED = [each.id for each in list_chains()]
SAMPLE_RATE = 48_000
USES = (
    "dialogue", "adr", "music", "effects", "ambience", "trailer", "podcast", "audiobook", "radio", "stems", "repair",
    "game", "creature", "sci-fi", "telephone", "speakers", "worldising", "underwater", "dream", "restoration",
)  # fmt: skip


def speechlike(channels: int) -> np.ndarray:
    """Half a second of bursts of noise at -20 dBFS."""
    rng = np.random.default_rng(1)
    bursts = np.sin(np.pi * np.arange(24_000) / 3_000) ** 2
    return (0.1 * rng.standard_normal((channels, 24_000)) * bursts).astype(np.float32)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_chains_are_found_by_words_and_tags() -> None:
    assert [each.id for each in find_chains(["Radio", "PRESENTER"])] == ["radio-voice"]
    assert [each.id for each in find_chains(["radio-voice"])] == ["radio-voice"]
    adr = find_chains(tags=["adr", "film"])
    assert len(adr) >= 5
    assert all({"adr", "film"} <= set(each.tags) for each in adr)
    assert set(find_chains(["car"], ["adr"])) < set(adr)


@pytest.mark.parametrize(
    ("words", "tags", "said"),
    [
        (["film-rom"], [], "unknown chain 'film-rom'; did you mean film-room"),
        ([], ["dialog"], "unknown tag 'dialog'; did you mean dialogue"),
        (["car"], ["trailr"], "unknown tag 'trailr'; did you mean trailer"),
        (["no", "such", "thing"], [], "`audiopost chains` lists them"),
    ],
)
def test_what_is_not_found_names_its_near_misses(words: list[str], tags: list[str], said: str) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(said)):
        find_chains(words, tags)


def test_every_use_has_its_chains() -> None:
    found = {tag: len(find_chains(tags=[tag])) for tag in USES}
    assert {tag: number for tag, number in found.items() if number < 2} == {}
    assert len(SHIPPED) >= 80


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_chain_says_what_it_is_for(name: str) -> None:
    chain = load_chain(name)
    assert chain.name
    assert chain.description.endswith(".")
    assert chain.tags


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_chain_renders_mono_and_stereo(name: str, channels: int) -> None:
    out = load_chain(name).render(speechlike(channels), SAMPLE_RATE)
    assert out.shape[1] == 24_000
    assert np.isfinite(out).all()
    assert 0.01 < np.abs(out).max() <= 1.0


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_chain_survives_being_saved_and_read(name: str, tmp_path: Path) -> None:
    chain = load_chain(name)
    save_chain(chain, tmp_path / "saved.toml")
    assert load_chain(tmp_path / "saved.toml") == chain


def test_everything_that_a_drawing_holds_survives(tmp_path: Path) -> None:
    drawing = replace(
        (fx.highpass(frequency_hz=120, slope_db_per_octave=24) & fx.delay(delay_ms=30) * 0.5)
        .automate("highpass.frequency_hz", [(0.0, 80.0), (2.5, 400.0)], curve="step")
        .bypassed("delay")
        .modulate(
            LfoSpec("delay.delay_ms", 20.0, 40.0, 0.5, "triangle"),
            StepsSpec("highpass.frequency_hz", (80.0, 160.0), 0.25),
            FollowerSpec("delay.mix_percent", "highpass", 0.0, 50.0, release_ms=300.0),
            LinkSpec("delay.feedback_percent", "delay.mix_percent", 0.0, 30.0),
        ),
        macros=(MacroSpec("Depth", (("delay.mix_percent", 0.0, 80.0), ("delay.feedback_percent", 0.0, 40.0))),),
        name="All of it",
        description="One of everything.",
        tags=("test",),
        made_for=("speech", "effects"),
        level_change="It is a test.",
    )
    drawing = drawing.connect("delay", "highpass", gain_db=-12.0, delay_s=0.25)
    drawing = drawing.connect("input.music", "output").connect("highpass", "output.dry")
    save_chain(drawing, tmp_path / "all.toml")
    assert load_chain(tmp_path / "all.toml") == drawing


def test_a_side_chain_survives(tmp_path: Path) -> None:
    drawing = (
        Graph(name="ducking")
        .add("duck", fx.compressor(threshold_db=-30))
        .connect("input", "duck")
        .connect("input", "duck", input="sidechain")
        .connect("duck", "output")
    )
    save_chain(drawing, tmp_path / "ducking.toml")
    assert load_chain(tmp_path / "ducking.toml") == drawing


def test_saving_over_a_file_keeps_its_comments(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.toml",
        '# for the trailer\nschema = 1\nname = "mine"\ndescription = ""\nchain = ["hp"]\n\n'
        '[nodes.hp]\neffect = "highpass" # rumble\nfrequency_hz = 80.0 # by ear\n',
    )
    save_chain(load_chain(path).with_parameter("hp.frequency_hz", 95.0), path)
    text = path.read_text(encoding="utf-8")
    assert "# for the trailer" in text
    assert "# rumble" in text
    assert "frequency_hz = 95.0 # by ear" in text


def test_saving_adds_what_was_not_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.toml", 'schema = 1\nchain = ["hp"]\n[nodes.hp]\neffect = "highpass"\n')
    longer = replace(load_chain(path) >> fx.gain(gain_db=-3), name="longer", tags=("a",))
    save_chain(longer, path)
    assert load_chain(path) == longer


def test_a_row_of_nodes_is_written_in_short(tmp_path: Path) -> None:
    save_chain(fx.highpass() >> fx.gain(), tmp_path / "row.toml")
    data = tomllib.loads((tmp_path / "row.toml").read_text(encoding="utf-8"))
    assert data["chain"] == ["highpass", "gain"]
    assert "edges" not in data


def test_paths_in_a_chain_count_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "hall.wav").write_bytes(b"")
    text = 'schema = 1\nchain = ["hall"]\n[nodes.hall]\neffect = "convolution"\nimpulse_response = "hall.wav"\n'
    chain = load_chain(write(tmp_path / "hall.toml", text))
    assert dict(chain.node("hall").settings)["impulse_response"] == str(tmp_path / "hall.wav")
    save_chain(chain, tmp_path / "copy.toml")
    assert 'impulse_response = "hall.wav"' in (tmp_path / "copy.toml").read_text(encoding="utf-8")


def test_an_effect_that_only_this_program_holds_is_not_saved(tmp_path: Path) -> None:
    class Mine(Node):
        name = "mine"

        def prepare(self, stream: StreamFormat) -> None: ...

        def process(self, block: np.ndarray, out: np.ndarray, *side: np.ndarray) -> None: ...

    with pytest.raises(GraphError, match="a file cannot name it"):
        save_chain(Graph.of("mine", definition=Mine), tmp_path / "mine.toml")
    assert list(tmp_path.iterdir()) == []


def test_saving_where_nothing_can_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no folder"):
        save_chain(fx.gain(), tmp_path / "no" / "such" / "folder.toml")


def test_an_unknown_chain_names_its_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean dialogue-clear"):
        load_chain("dialog-clear")
