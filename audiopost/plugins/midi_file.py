"""Standard MIDI Files, read as messages in time and written: what an instrument is to play, and what it played.

::

    MThd · 6 · format · tracks · ticks in a quarter note │ MTrk · bytes │ MTrk ...
                                          events: ticks since the last one · status (left out where it stays) · data

Tempo changes of any track hold for all, as the format says. What is no message of a channel (names, lyrics, system
exclusive) is passed over.

Source: MIDI Manufacturers Association, "Standard MIDI Files 1.0" (RP-001).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audiopost.errors import FileError
from audiopost.plugins.plugin import sentence

__all__ = ["TimedMessage", "read_midi_file", "write_midi_file"]

USUAL_TEMPO_US = 500_000
"""Microseconds of a quarter note until a file says otherwise: 120 a minute."""

EMPTY_TEXT, END_OF_TRACK, SET_TEMPO = 0x01, 0x2F, 0x51
META, SYSEX, SYSEX_REST = 0xFF, 0xF0, 0xF7
LARGEST_BYTES = 64 * 2**20
LONGEST_WAIT = 2**28 - 1
"""Ticks between two events: four bytes of seven bits."""

HIGHEST_DIVISION = 2**15 - 1


@dataclass(frozen=True)
class TimedMessage:
    """A message of a channel, `time_s` seconds after the start."""

    time_s: float
    message: bytes


def read_midi_file(path: str) -> tuple[TimedMessage, ...]:
    """The messages of all tracks in order of time; those of one time in order of tracks.

    Raises
    ------
    FileError
        If the file cannot be read, or is no whole Standard MIDI File.
    """
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise FileError(path, f"is larger than any MIDI file ({LARGEST_BYTES >> 20} MiB)")
        data = file.read_bytes()
    except OSError as error:
        raise FileError(path, error.strerror or sentence(error), "give a Standard MIDI File (.mid)") from error
    try:
        return _messages(data)
    except (IndexError, ValueError) as error:
        raise FileError(path, "is no whole Standard MIDI File", "save it again as .mid") from error


def write_midi_file(path: Path, messages: Iterable[tuple[int, bytes]], sample_rate: int) -> None:
    """Write messages at frames, rising, as a file of one track whose ticks are frames: read again, none has moved.

    Raises
    ------
    FileError
        If it cannot be written.

    Notes
    -----
    Accuracy: exact at every rate that is a number of ticks a quarter note at 60, 120, 240, 480 or 960 a minute (all
    usual ones); else one part in 50 000.
    """
    tempo_us, division = _frames_as_ticks(sample_rate)
    track = bytearray(_written(0) + bytes([META, SET_TEMPO, 3]) + tempo_us.to_bytes(3))
    now = 0
    for frame, message in messages:
        while frame - now > LONGEST_WAIT:
            track += _written(LONGEST_WAIT) + bytes([META, EMPTY_TEXT, 0])
            now += LONGEST_WAIT
        track += _written(frame - now) + message
        now = frame
    track += _written(0) + bytes([META, END_OF_TRACK, 0])
    header = b"MThd" + (6).to_bytes(4) + b"".join(each.to_bytes(2) for each in (0, 1, division))
    try:
        path.write_bytes(header + b"MTrk" + len(track).to_bytes(4) + track)
    except OSError as error:
        raise FileError(str(path), f"cannot be written: {error.strerror or sentence(error)}") from error


def _frames_as_ticks(sample_rate: int) -> tuple[int, int]:
    """Microseconds and ticks of a quarter note, so that a tick is a frame."""
    for tempo_us in (1_000_000, 500_000, 250_000, 125_000, 62_500):
        division, rest = divmod(sample_rate * tempo_us, 1_000_000)
        if not rest and 0 < division <= HIGHEST_DIVISION:
            return tempo_us, division
    return round(HIGHEST_DIVISION * 1_000_000 / sample_rate), HIGHEST_DIVISION


def _written(number: int) -> bytes:
    """A number in seven bits a byte, the highest first; all but the last have their eighth bit set."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _messages(data: bytes) -> tuple[TimedMessage, ...]:
    if data[:4] != b"MThd":
        raise ValueError("no header")
    header = 8 + int.from_bytes(data[4:8])
    form, tracks, division = (int.from_bytes(data[at : at + 2]) for at in (8, 10, 12))
    events: list[tuple[int, int, bytes]] = []
    place = header
    for _ in range(tracks):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8])
        body = data[place + 8 : place + 8 + size]
        if len(body) != size or not name:
            raise ValueError("a track is cut short")
        if name == b"MTrk":
            # Format 2 holds pieces that are played one after the other.
            start = max((ticks for ticks, _, _ in events), default=0) if form == 2 else 0
            events.extend((start + ticks, index, message) for index, (ticks, message) in enumerate(_track(body)))
        place += 8 + size
    events.sort(key=lambda event: event[0])
    return tuple(_timed([(ticks, message) for ticks, _, message in events], division))


def _track(body: bytes) -> list[tuple[int, bytes]]:
    """Ticks since the start, and the message (a change of tempo too)."""
    events: list[tuple[int, bytes]] = []
    place = ticks = status = 0
    while place < len(body):
        wait, place = _number(body, place)
        ticks += wait
        if body[place] & 0x80:
            status = body[place]
            place += 1
        if status in (META, SYSEX, SYSEX_REST):
            kind = body[place] if status == META else 0
            size, start = _number(body, place + (status == META))
            place = start + size
            if status == META and kind == SET_TEMPO and size == 3:
                events.append((ticks, bytes([META]) + body[start:place]))
            status = 0
            continue
        size = 1 if status & 0xE0 == 0xC0 else 2  # program change and channel pressure have one byte of data
        if not 0x80 <= status < 0xF0 or place + size > len(body):
            raise ValueError("a message is cut short")
        events.append((ticks, bytes([status]) + body[place : place + size]))
        place += size
    return events


def _number(body: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place after it."""
    value = 0
    for _ in range(4):
        value = value << 7 | body[place] & 0x7F
        place += 1
        if not body[place - 1] & 0x80:
            return value, place
    raise ValueError("a number is too long")


def _timed(events: list[tuple[int, bytes]], division: int) -> list[TimedMessage]:
    if division & 0x8000:
        frames, ticks_a_frame = 256 - (division >> 8), division & 0xFF
        # 29 stands for drop-frame time code, whose frames last 1001/30 000 s
        fixed_s = (1001 / 30_000 if frames == 29 else 1.0 / frames) / ticks_a_frame
        return [TimedMessage(ticks * fixed_s, message) for ticks, message in events if message[0] != META]
    timed = []
    tempo_us, since_ticks, since_s = USUAL_TEMPO_US, 0, 0.0
    for ticks, message in events:
        now_s = since_s + (ticks - since_ticks) * tempo_us / 1e6 / division
        if message[0] == META:
            tempo_us, since_ticks, since_s = int.from_bytes(message[1:]), ticks, now_s
        else:
            timed.append(TimedMessage(now_s, message))
    return timed
