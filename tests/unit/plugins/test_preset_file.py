from __future__ import annotations

import struct
from pathlib import Path

import pytest

from audiopost.errors import FileError, PresetError
from audiopost.plugins.preset_file import read_preset

CLASS_ID = b"2046504473616C633251455A00000000"
INFO = b'<MetaInfo><Attribute id="PlugInName" value="Mend &amp; &quot;Make&quot;" type="string"/></MetaInfo>'


def preset(*chunks: tuple[bytes, bytes], class_id: bytes = CLASS_ID) -> bytes:
    """A file by the format's definition, written without the reader's own constants."""
    body, entries = b"", b""
    for name, content in chunks:
        entries += name + struct.pack("<qq", 48 + len(body), len(content))
        body += content
    head = b"VST3" + struct.pack("<i", 1) + class_id + struct.pack("<q", 48 + len(body))
    return head + body + b"List" + struct.pack("<i", len(chunks)) + entries


WHOLE = preset((b"Comp", b"state"), (b"Cont", b""), (b"Info", INFO))


def written(folder: Path, data: bytes, name: str = "warm.vstpreset") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_a_preset_tells_whose_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    read = read_preset(path)
    assert (read.class_id, read.path, read.data) == (CLASS_ID.decode(), path, WHOLE)
    assert read.owner == 'Mend & "Make"'


def test_without_a_name_the_class_id_stands_for_the_owner(tmp_path: Path) -> None:
    read = read_preset(written(tmp_path, preset((b"Comp", b"x"), class_id=CLASS_ID.lower())))
    assert read.owner == f"the plug-in with the class id {CLASS_ID.decode()}"


def test_every_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(PresetError) as refused:
            read_preset(written(tmp_path, WHOLE[:length]))
        assert "warm.vstpreset" in str(refused.value)


@pytest.mark.parametrize(
    "damaged",
    [
        b"hello",
        WHOLE.replace(b"VST3", b"VST4", 1),
        preset((b"Comp", b"x"), class_id=b"no class id at all.............."),
        preset((b"Cont", b"x")),
        WHOLE.replace(b"List", b"Lost"),
        WHOLE.replace(b"List\x03", b"List\xff"),
        WHOLE.replace(b"Comp" + struct.pack("<qq", 48, 5), b"Comp" + struct.pack("<qq", 48, 5000)),
        WHOLE.replace(b"Comp" + struct.pack("<qq", 48, 5), b"Comp" + struct.pack("<qq", 48, -5)),
        WHOLE.replace(b"Comp" + struct.pack("<qq", 48, 5), b"Comp" + struct.pack("<qq", -1, 5)),
    ],
)
def test_what_is_no_preset_is_refused_by_name(tmp_path: Path, damaged: bytes) -> None:
    assert damaged != WHOLE
    with pytest.raises(PresetError, match=r"warm\.vstpreset") as refused:
        read_preset(written(tmp_path, damaged))
    assert "saved by this plug-in" in refused.value.mend


def old_preset(*values: float, kind: bytes = b"FxCk") -> bytes:
    body = struct.pack(f">{len(values)}f", *values)
    head = kind + struct.pack(">iiii28s", 1, 0x7A616D65, 1, len(values), b"warm")
    return b"CcnK" + struct.pack(">i", len(head) + len(body)) + head + body


def test_an_older_preset_gives_the_places_of_the_knobs(tmp_path: Path) -> None:
    assert read_preset(written(tmp_path, old_preset(0.0, 0.25, 1.0), "old.fxp")).values == (0.0, 0.25, 1.0)


def test_an_older_preset_that_is_cut_short_or_beyond_its_range_is_refused(tmp_path: Path) -> None:
    whole = old_preset(0.5, 0.5)
    damaged = [whole[:length] for length in range(len(whole))]
    for data in (*damaged, old_preset(), old_preset(1.5), old_preset(float("nan"))):
        with pytest.raises(PresetError, match=r"old\.fxp"):
            read_preset(written(tmp_path, data, "old.fxp"))


@pytest.mark.parametrize("name", ["old.fxp", "renamed.vstpreset"])
def test_presets_of_the_older_format_are_refused_for_what_they_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(PresetError, match=f"{name}: is a VST2 preset") as refused:
        read_preset(written(tmp_path, b"CcnK" + struct.pack(">i", 52) + b"FPCh" + bytes(48), name))
    assert "save the same sound as .vstpreset" in refused.value.mend


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere"):
        read_preset(str(tmp_path / "nowhere.vstpreset"))
    with pytest.raises(FileError):
        read_preset(str(tmp_path))
