"""``audiopost report`` as a person uses it."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from audiopost.cli.main import main
from tests.batch_material import STEMS, stem_job, write_scenes
from tests.programmes import speech, write_sound
from tests.recordings import recording


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "mix.wav", speech())


def test_a_page_and_its_numbers_are_written(mix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = mix.with_name("report.html")
    assert main(["report", str(mix), "--target", "ebu-r128", "--output", str(output), "--fps", "25"]) == 1
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert written == [output, output.with_suffix(".json"), output.with_suffix(".csv")]
    document = json.loads(written[1].read_text(encoding="utf-8"))
    (entry,) = document["files"]
    assert entry["outcome"] == "fails"
    assert entry["measurement"]["integrated_lufs"] == pytest.approx(-21.5, abs=1.0)
    assert document["target"]["id"] == "ebu-r128"
    with written[2].open(encoding="utf-8", newline="") as text:
        lines = list(csv.DictReader(text))
    assert float(lines[-1]["time_s"]) == pytest.approx(entry["measurement"]["duration_s"], abs=0.1)


def test_a_wrong_file_is_reported_with_the_others(mix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = mix.with_name("torn.wav")
    torn.write_bytes(b"RIFF")
    output = mix.with_name("report.html")
    assert main(["report", str(mix), str(torn), str(recording()), "--output", str(output)]) == 3
    assert "torn.wav" in capsys.readouterr().err
    html = output.read_text(encoding="utf-8")
    assert html.index("torn.wav") < html.index("mix.wav") < html.index("</table>")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "report.doc"], "neither .html nor .pdf"),
        (["--output", "report.html", "--target", "ebu-r129"], "did you mean ebu-r128"),
    ],
)
def test_what_is_wrong_is_told(mix: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(mix), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_nothing_is_overwritten_unasked_and_nothing_half_is_left(mix: Path) -> None:
    taken = mix.with_name("report.csv")
    taken.write_text("mine", encoding="utf-8")
    assert main(["report", str(mix), "--output", str(mix.with_name("report.html"))]) == 3
    assert taken.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in mix.parent.iterdir()) == ["mix.wav", "report.csv"]


def test_a_delivery_is_reported_as_a_page_with_its_json(mix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, report = mix.with_name("out"), mix.with_name("delivery.html")
    order = ["normalize", str(mix), "--target", "ebu-r128", "--output", str(output), "--report", str(report)]
    assert main([*order, "--service", "youtube"]) == 0
    assert "report: " in capsys.readouterr().err
    html = report.read_text(encoding="utf-8")
    for words in ("Before and after", "What services will do to it", "YouTube"):
        assert words in html
    assert "Passes EBU R 128." in html
    document = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    assert document["kind"] == "audiopost normalize"
    assert main([*order[:-1], str(mix.with_name("run.json")), "--service", "youtube"]) == 2
    assert "--report FILE.html" in capsys.readouterr().err
    assert main(["normalize", "--repeat", str(report.with_suffix(".json")), "--output", str(mix.with_name("b"))]) == 0
    assert (output / "mix.wav").read_bytes() == (mix.with_name("b") / "mix.wav").read_bytes()


def test_metadata_hash_and_what_a_service_will_do_stand_in_it(mix: Path) -> None:
    made, output = mix.with_name("out"), mix.with_name("report.html")
    assert main(["normalize", str(mix), "--target", "ebu-r128", "--output", str(made), "--tags", "bext"]) == 0
    arguments = ["report", str(made / "mix.wav"), "--output", str(output), "--service", "spotify-normal"]
    assert main(arguments) == 0
    (entry,) = json.loads(output.with_suffix(".json").read_text(encoding="utf-8"))["files"]
    assert entry["sha256"] == hashlib.sha256((made / "mix.wav").read_bytes()).hexdigest()
    assert entry["info"]["bext"]["loudness_value_lufs"] == pytest.approx(-23.0, abs=0.2)
    assert {each["service"] for each in entry["preview"]} == {"spotify-normal"}
    html = output.read_text(encoding="utf-8")
    assert entry["sha256"] in html
    for words in ("What the file says of itself", "bext", "What services will do to it", entry["preview"][0]["name"]):
        assert words in html
    assert '<a href="out/mix.wav">mix.wav</a>' in html
    assert main(["report", str(mix), "--output", str(output), "--service", "spotifi"]) == 2


def test_a_batch_reports_each_programme_with_its_stems(tmp_path: Path) -> None:
    write_scenes(tmp_path / "stems", 2, seconds=3.0)
    job = stem_job(tmp_path, 'report = "delivered/report.html"\nservices = ["youtube"]\n')
    assert main(["batch", str(job), "--serial"]) == 0
    html = (tmp_path / "delivered" / "report.html").read_text(encoding="utf-8")
    overview, _, pages = html.partition("</table>")
    assert overview.count("✓ passes") == 2
    assert overview.count('href="#programme-') == 2
    links = [unquote(address) for address in re.findall(r'<a href="([^"#]+)"', pages)]
    assert len(links) == 2 * len(STEMS)
    assert all((tmp_path / "delivered" / link).is_file() for link in links)
    assert pages.count("Null of the stems") == 2
    assert pages.count("What services will do to it") == 2
    assert pages.count("<h3>Loudness over time</h3>") == 2


def test_a_programme_that_failed_is_one_line_with_its_files(tmp_path: Path) -> None:
    write_scenes(tmp_path / "stems", 2, seconds=3.0)
    (tmp_path / "stems" / "sc001_dx.wav").write_bytes(b"junk")
    job = stem_job(tmp_path, 'report = "delivered/report.html"\n')
    assert main(["batch", str(job), "--serial"]) == 3
    html = (tmp_path / "delivered" / "report.html").read_text(encoding="utf-8")
    overview, _, pages = html.partition("</table>")
    assert overview.count('href="#programme-') == 2
    assert overview.index("scene=sc001: 5 files") < overview.index("scene=sc000: sum of 5 stems")
    assert "sc001_dx.wav: this is no sound file" in pages
    assert all(f"sc001_{stem}.wav</a>" in pages for stem in STEMS)


def test_a_batch_reports_an_album_as_one(tmp_path: Path) -> None:
    for name, gain in (("one", 0.5), ("two", 0.25)):
        write_sound(tmp_path / f"{name}.wav", speech() * gain)
    job = tmp_path / "album.toml"
    job.write_text('inputs = ["*.wav"]\ngroup = "album"\ntarget = "ebu-r128"\noutput = "out"\nreport = "out/r.html"\n')
    assert main(["batch", str(job), "--serial"]) == 0
    html = (tmp_path / "out" / "r.html").read_text(encoding="utf-8")
    assert "album of 2 files" in html
    assert "Passes EBU R 128." in html
    assert all(f'<a href="{name}.wav">' in html for name in ("one", "two"))
