"""What a chain file may say, and what a wrong one is told: file, key, line and near misses."""

from pathlib import Path

import pytest

from audiopost.errors import PresetError
from audiopost.graph.spec import AutomationSpec
from audiopost.library.chains import load_chain


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def fault_of(path: Path, text: str) -> PresetError:
    with pytest.raises(PresetError) as caught:
        load_chain(write(path, text))
    return caught.value


HEAD = 'schema = 1\nchain = ["hp"]\n'
HP = HEAD + '[nodes.hp]\neffect = "highpass"\n'
GAIN = HEAD + '[nodes.hp]\neffect = "gain"\n'
WRONG_FILES = [
    ('schema = 1\nchian = ["hp"]\n', 2, "chian", "did you mean chain?"),
    ("schema = 2\nchain = []\n", 1, "schema", ""),
    ("schema = 1\n", None, "", "neither 'chain' nor 'edges'"),
    (HEAD + '[nodes.hp]\neffect = "higpass"\n', 4, "nodes.hp.effect", "did you mean highpass?"),
    (HEAD + "[nodes.hp]\nfrequency_hz = 80\n", 3, "nodes.hp.effect", "'effect' is missing"),
    (HP + 'frequency_h = 80\n', 5, "nodes.hp.frequency_h", "did you mean frequency_hz"),
    (HP + 'frequency_hz = -4\n', 5, "nodes.hp.frequency_hz", "is out of range"),
    (HP + 'frequency_hz = inf\n', 5, "nodes.hp.frequency_hz", "is out of range"),
    (HP + 'frequency_hz = "low"\n', 5, "nodes.hp.frequency_hz", "is not a value"),
    (HP + 'frequency_hz = [80]\n', 5, "nodes.hp.frequency_hz", "a number is expected"),
    (HP + 'bypass = 1\n', 5, "nodes.hp.bypass", "true or false"),
    ('schema = 1\nchain = ["lp"]\n[nodes.hp]\neffect = "highpass"\n', 2, "chain", "no node is called 'lp'"),
    ('schema = 1\nchain = ["a", "a"]\n[nodes.a]\neffect = "gain"\n', 2, "chain", "'a' stands twice"),
    (GAIN + '[[edges]]\nfrom = "input"\nto = "hp"\n', 5, "edges", "both 'chain' and 'edges'"),
    (
        'schema = 1\n[nodes.a]\neffect = "gain"\n[[edges]]\nfrom = "input"\nto = "b"\n'
        '[[edges]]\nfrom = "a"\nto = "output"\n',
        4, "edges", "unknown node 'b'",
    ),
    (
        'schema = 1\n[nodes.a]\neffect = "gain"\n[nodes.b]\neffect = "gain"\n[[edges]]\nfrom = "a"\nto = "b"\n'
        '[[edges]]\nfrom = "b"\nto = "a"\n[[edges]]\nfrom = "b"\nto = "output"\n',
        6, "edges", "a -> b -> a",
    ),
    (
        'schema = 1\n[nodes.a]\neffect = "gain"\n[[edges]]\nfrom = "input"\nto = "a"\ninput = "key"\n'
        '[[edges]]\nfrom = "a"\nto = "output"\n',
        7, "edges[0].input", "'a' has no input 'key'",
    ),
    (
        HP + '[[automation]]\nparameter = "hp.frequency_h"\npoints = [[0.0, 1.0]]\n',
        6, "automation[0].parameter", "no parameter is called 'hp.frequency_h'",
    ),
    (
        GAIN + '[[automation]]\nparameter = "hp.gain_db"\npoints = [[0.0, 1.0, 2.0]]\n',
        7, "automation[0].points", "has 3",
    ),
    (
        GAIN + '[[macros]]\nname = "Loud"\n[[macros.map]]\nparameter = "lp.gain_db"\n'
        "range = [0.0, 6.0]\n",
        8, "macros[0].map[0].parameter", "unknown node 'lp'",
    ),
    (
        GAIN + '[[modulation]]\nparameter = "hp.gain_db"\n',
        5, "modulation[0]", "give one of lfo, steps, follow, link",
    ),
    (
        GAIN + '[[modulation]]\nparameter = "hp.gain_db"\nlfo = { low = 0, high = 6, rate_hz = 0 }\n',
        7, "modulation[0].lfo.rate_hz", "greater than 0",
    ),
    (
        GAIN + '[[modulation]]\nparameter = "hp.gain_db"\nfollow = { source = "voice", low = 0, high = 6 }\n',
        7, "modulation[0].follow.source", "no node is called 'voice'",
    ),
    (
        GAIN + '[[modulation]]\nparameter = "hp.gain"\nsteps = { values = [0], step_s = 1 }\n',
        6, "modulation[0].parameter", "no parameter is called 'hp.gain'",
    ),
    ("schema = 1\nname = \n", 2, "", "is not TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "words"), WRONG_FILES, ids=lambda each: str(each)[-40:])
def test_a_wrong_file_is_told_file_key_line_and_mend(
    text: str, line: int | None, key: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.toml"
    fault = fault_of(path, text)
    assert (fault.path, fault.line, fault.key) == (str(path), line, key)
    assert words in str(fault)
    assert "\n" not in str(fault)


def test_automation_out_of_range_is_refused(tmp_path: Path) -> None:
    text = GAIN + '[[automation]]\nparameter = "hp.gain_db"\npoints = [[0.0, 1e9]]\n'
    assert "is out of range" in str(fault_of(tmp_path / "wrong.toml", text))


def test_automation_is_read_in_seconds_and_values(tmp_path: Path) -> None:
    text = GAIN + '[[automation]]\nparameter = "hp.gain_db"\npoints = [[0, -6], [2.5, 0.0]]\n'
    assert load_chain(write(tmp_path / "lane.toml", text)).automation == (
        AutomationSpec("hp.gain_db", ((0.0, -6.0), (2.5, 0.0))),
    )
