from pathlib import Path

import pytest

from audiopost.errors import PresetError, UnknownNameError
from audiopost.library import presets
from audiopost.library.presets import list_presets, parse_toml, read_preset, read_toml, updated_text

ROUND_TABLE = """\
# a comment
name = "x"
text = \"\"\"
[not.a.table]
key = 1
\"\"\"
list = [
    "a = b",
]
[nodes.hp]
effect = "highpass"
[[rules]]
measure = "a"
[[rules]]
"quoted key" = 1
[rules.when]
layouts = ["5.1"]
[[macros]]
[[macros.map]]
parameter = "a.b"
[[macros.map]]
parameter = "c.d"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("name",), 2),
        (("list",), 7),
        (("nodes", "hp", "effect"), 11),
        (("rules", 0, "measure"), 13),
        (("rules", 1, "quoted key"), 15),
        (("rules", 1, "when", "layouts"), 17),
        (("macros", 0, "map", 1, "parameter"), 22),
        (("rules", 1, "when", "absent"), 16),
        (("rules", 1, "absent"), 14),
        (("absent",), None),
        (("key",), None),
    ],
)
def test_every_key_has_its_line_and_a_missing_one_that_of_its_table(key: tuple[str | int, ...], line: int) -> None:
    assert parse_toml(ROUND_TABLE, "x.toml").line_of(key) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ('a = 1\nb = """never closed\n', 3), ("[x\n", 1)],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(PresetError) as caught:
        parse_toml(text, "mine.toml")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"mine.toml:{line}: is not TOML: ")
    assert "(at " not in str(caught.value)


def test_an_id_is_found_among_the_packed_presets() -> None:
    assert read_preset("targets", "ebu-r128").data["id"] == "ebu-r128"


def test_a_misspelt_id_is_answered_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="unknown target 'ebu-r182'; did you mean ebu-r128"):
        read_preset("targets", "ebu-r182")


def test_what_looks_like_a_path_is_never_taken_for_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PresetError, match=r"ebu-r128\.toml: no such file"):
        read_preset("targets", "ebu-r128.toml")


@pytest.mark.parametrize("make", ["folder", "binary"])
def test_what_cannot_be_read_as_text_is_a_preset_error(tmp_path: Path, make: str) -> None:
    path = tmp_path / "x.toml"
    if make == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match=r"x\.toml: (cannot be read|is not UTF-8 text)"):
        read_preset("targets", path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfname = 'x'\r\n[a]\r\nb = 1\r\n")
    file = read_toml(path)
    assert file.data == {"name": "x", "a": {"b": 1}}
    assert file.line_of(("a", "b")) == 3


def test_presets_are_found_in_the_package_first_and_in_the_repository_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "presets" / "targets"
    packed.mkdir(parents=True)
    (packed / "only.toml").write_text("")
    (packed / "readme.txt").write_text("")
    monkeypatch.setattr(presets.resources, "files", lambda _: tmp_path)
    assert [name for name, _ in list_presets("targets")] == ["only"]
    monkeypatch.setattr(presets.resources, "files", lambda _: tmp_path / "nowhere")
    assert "ebu-r128" in dict(list_presets("targets"))


def test_an_update_keeps_comments_and_changes_only_what_changed() -> None:
    text = "# mine\ngain_db = 1.0  # to taste\n\n[nodes.a]  # first\nx = 1\ngone = 2\n"
    assert updated_text(text, {"gain_db": 2.0, "nodes": {"a": {"x": 1, "y": 3}}}) == (
        "# mine\ngain_db = 2.0  # to taste\n\n[nodes.a]  # first\nx = 1\ny = 3\n"
    )


def test_an_unknown_key_is_answered_with_what_resembles_it() -> None:
    file = parse_toml("[format]\nbit = 24\n", "x.toml")
    assert str(file.unknown_key(("format", "bit"), ("bits", "layouts"))) == (
        "x.toml:2: format.bit: unknown key 'bit'; did you mean bits?"
    )
    assert str(file.unknown_key(("format", "zzz"), ("bits", "layouts"))) == (
        "x.toml:1: format.zzz: unknown key 'zzz'; known here: bits, layouts"
    )
