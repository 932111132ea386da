from pathlib import Path

from tests.surface.conftest import Run


def test_a_table_for_people_and_a_document_for_programs(run: Run, tone: Path, tmp_path: Path) -> None:
    answer = run("preview", tone, "--service", "youtube", "--service", "deezer")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == f"{tone}: -26.0 LUFS, -26.0 dBTP"
    assert [line.split()[0] for line in lines[2:5]] == ["youtube", "youtube", "deezer"]
    document = run("preview", tone, "--service", "deezer", "--codec", "mp3:128", "--output", "heard", "--json").document
    (service,) = document["services"]
    assert (service["codec"], service["kbps"], document["schema"]) == ("mp3", 128, 1)
    assert service["gain_db"] == service["target_lufs"] - document["source"]["integrated_lufs"]
    assert (tmp_path / service["output"]).exists()


def test_what_is_wrong_is_told_in_one_line(run: Run, tone: Path) -> None:
    answer = run("preview", tone, "--service", "spotfy-normal")
    assert (answer.code, answer.out) == (2, "")
    assert "did you mean spotify-normal" in answer.message
    assert run("preview", tone, "--codec", "wma").code == 2
    assert run("preview", tone, "--codec", "aac:9999").code == 2
    assert run("preview", "gone.wav").code == 3
