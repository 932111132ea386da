import inspect
import re
import subprocess
import sys
from pathlib import Path

from audiopost import effects
from audiopost.effects.stubs import STUBS, stub_text
from audiopost.graph.catalogue import CATALOGUE

REPOSITORY = Path(__file__).parents[3]


def test_the_file_is_what_the_catalogue_makes() -> None:
    mend = "run: python -m audiopost.effects.stubs"
    assert STUBS.read_text(encoding="utf-8") == stub_text(), mend


def test_every_effect_and_every_word_has_its_stub() -> None:
    # A fresh interpreter: other tests decorate effects of their own.
    program = "import audiopost.effects as fx; print(*dir(fx), *dir(fx.pedalboard))"
    words = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert len(words) > 50
    text = stub_text()
    for word in words:
        assert re.search(rf"(^| )(def {word}\(|as {word}$|{word}: )", text, re.MULTILINE), word


def test_no_module_of_the_room_hides_the_word_of_an_effect() -> None:
    """``fx.NAME`` would give the module."""
    modules = {path.stem for path in Path(effects.__file__).parent.glob("*.py")}
    assert not modules & set(CATALOGUE.names())


def test_ranges_units_and_defaults_stand_in_the_stub() -> None:
    text = stub_text()
    assert "    threshold_db: float = -18.0,\n" in text
    assert "        level at which the reduction begins, dBFS; -60 to 0 dB.\n" in text
    assert "    slope_db_per_octave: Literal[12, 24, 48] = 12,\n" in text
    assert "    impulse_response: str,\n" in text


def test_a_type_checker_takes_right_keywords_and_refuses_wrong_ones(tmp_path: Path) -> None:
    program = tmp_path / "drawing.py"
    program.write_text(
        inspect.cleandoc(
            """
            from audiopost import effects as fx
            from audiopost.graph.algebra import Graph

            chain: Graph = fx.highpass(frequency_hz=80, slope_db_per_octave=24) >> fx.pedalboard.Chorus(rate_hz=0.8)
            dry_and_wet: Graph = fx.through() & fx.on_mid_side(side=fx.gain(gain_db=-3)) * 0.5
            hosted: Graph = fx.plugin("ZamHeadX2.vst3", azimuth=30, tail_s=1.0)
            fx.highpass(frequenzy_hz=80)
            fx.highpass(slope_db_per_octave=13)
            fx.higpass()
            fx.pedalboard.Chorus(rate=1)
            fx.convolution()
            """
        ),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml", str(program)]
    checked = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    refused = {int(line.split(":")[1]): line for line in checked.stdout.splitlines() if ": error:" in line}
    assert sorted(refused) == [7, 8, 9, 10, 11], checked.stdout + checked.stderr
    assert 'Unexpected keyword argument "frequenzy_hz"' in refused[7]
    assert "Literal[12, 24, 48]" in refused[8]
    assert 'no attribute "higpass"' in refused[9]
    assert 'Unexpected keyword argument "rate"' in refused[10]
    assert 'Missing named argument "impulse_response"' in refused[11]
