"""The screen of ``live``, as lines."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from audiopost import effects as fx
from audiopost.cli.live_screen import Shown, lines_of
from audiopost.graph.knobs import knobs_of, values_of
from audiopost.graph.parameter import Parameter
from audiopost.live.meter_board import Reading
from audiopost.live.metering import MeterReadings, NodeReading
from audiopost.live.transport_state import TransportState

CHAIN = fx.highpass(frequency_hz=80) >> fx.compressor(threshold_db=-24)
KNOBS = {"macro.Far": Parameter("Far", 0.0, 0.0, 1.0), **knobs_of(CHAIN)}


def reading(point: str, peak_dbfs: float) -> Reading:
    return Reading(
        point, 48_000, -23.04, -23.4, None, None, -20.0, -22.0, -1.25, -1.5, 0.5, 0, (peak_dbfs, -math.inf), ()
    )  # fmt: skip


SHOWN = Shown(
    title="Close",
    side="",
    place="null  48000 Hz",
    drawing=CHAIN,
    knobs=KNOBS,
    values={"macro.Far": 0.5, **values_of(CHAIN, KNOBS)},
    counted={"xruns": 0, "missed": 2, "load": 0.123, "restarts": 0},
    transport=TransportState(True, 83.45, 0, 1.0, True, (1.0, 4.5), 180.0, ()),
    file="speech.wav",
    meters=MeterReadings(
        {"output": reading("output", -12.0), "input": reading("input", 0.0)},
        {"highpass": NodeReading(0.02, None), "compressor": NodeReading(0.05, 3.14)},
    ),
    selected="compressor.ratio",
    said="undone",
)


def text(shown: Shown, width: int = 100, height: int = 30) -> list[str]:
    lines = lines_of(shown, width, height)
    assert len(lines) == height
    assert all(line.cell_len <= width for line in lines)
    return [line.plain.rstrip() for line in lines]


def test_everything_has_its_place() -> None:
    lines = text(SHOWN)
    assert lines[0].startswith("Close")
    assert lines[0].endswith("null  48000 Hz")
    assert "▶ 0:01:23.4 / 0:03:00.0  speech.wav  loop 1.00-4.50 s" in lines[1]
    assert lines[1].endswith("xruns 0  missed 2  load 12 %")
    assert "-12.0  M -23.0 S -23.4 I    -- LRA    -- TP  -1.2 r   0.5" in lines[2].replace("-1.3", "-1.2")
    joined = "\n".join(lines)
    assert "compressor  load 5 %  reduction 3.1 dB" in joined
    assert "frequency_hz" in joined
    assert "80 Hz" in joined
    assert "undone" in lines[-2]
    assert lines[-1].endswith("? keys  q end")


def test_places_are_time_code_where_the_frames_a_second_are_known() -> None:
    assert SHOWN.transport is not None
    film = replace(SHOWN, transport=replace(SHOWN.transport, frames_per_second=25.0))
    assert "00:01:23:11 / 00:03:00:00  speech.wav" in lines_of(film, 100, 20)[1].plain


def test_a_meter_is_as_long_as_the_sound_is_loud() -> None:
    bars = [line.count("█") + line.count("─") for line in text(SHOWN)[2:4]]
    lit = [line.count("█") for line in text(SHOWN)[2:4]]
    assert lit == [round(bars[0] * 48 / 60), bars[1]]
    silent = replace(SHOWN, meters=MeterReadings({"output": reading("output", -math.inf)}, {}))
    assert "█" not in text(silent)[2]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (200, 60), (20, 5)])
def test_it_fits_every_terminal_and_shows_what_is_chosen(width: int, height: int) -> None:
    lines = text(SHOWN, width, height)
    if height >= 10:
        assert any(line.lstrip().startswith("ratio") for line in lines)


def test_what_is_off_locked_learned_or_typed_shows() -> None:
    lines = text(
        replace(
            SHOWN,
            drawing=CHAIN.bypassed("compressor"),
            side="b",
            locks=frozenset({"highpass.frequency_hz", "compressor"}),
            learning="compressor.ratio",
            typed="take far",
            comparison="B is +2.0 LU",
            extra=("dry",),
        )
    )
    joined = "\n".join(lines)
    assert lines[0].startswith("Close  [B]  B is +2.0 LU  dry")
    assert "compressor  off  locked" in joined
    assert "80 Hz  locked" in joined
    assert "move a MIDI control" in joined
    assert lines[-2] == ": take far"


def test_a_terminal_without_unicode_gets_none() -> None:
    assert "".join(text(replace(SHOWN, ascii=True))).isascii()
    assert "".join(text(replace(SHOWN, ascii=True, help=True))).isascii()


def test_help_names_every_key() -> None:
    joined = "\n".join(text(replace(SHOWN, help=True)))
    assert "space  play, pause" in joined
    assert "q  end" in joined
