"""`LiveHost`'s words for the source: play, pause, locate, loop, speed, stems, another file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audiopost.live.host_base import HostBase
from audiopost.live.transport_state import Stem, TransportState

__all__ = ["TransportWords"]


class TransportWords(HostBase):
    """Every move is heard within some 0.1 s, by a short crossfade, and stands in `transport_log` with its frame.

    Each of them raises DeviceError where no file is played, or where the device is away just now; FileError where a
    file cannot be read, UsageError where the move makes no sense. Then nothing has changed.
    """

    def play(self) -> None:
        """Go on after a pause; nothing if it plays."""
        self._running.transport.roll(rolling=True)

    def pause(self) -> None:
        """Stop the source where it is; tails of effects ring on, and chains, meters and recordings go on."""
        self._running.transport.roll(rolling=False)

    def locate(self, position: float | str) -> None:
        """Go to a place of the material; within a loop, to its nearer end at most.

        In s from its beginning, or as time code in any form of `audiopost.timecode.seconds_of_timecode`: "1:02.5", and
        "00:01:02:12" where the host was told the `frames_per_second`.
        """
        self._running.transport.locate(position)

    def seek(self, by_s: float) -> None:
        """Go so many seconds on (or back, below 0)."""
        self._running.transport.seek(by_s)

    def set_loop(self, region: tuple[float | str, float | str] | None = None, *, loop: bool = True) -> None:
        """Loop a region, ``(start, end)`` in s or as time code, or all of it; ``loop=False`` plays to its end once.

        The sound goes on where it is if that lies within. The seam is faded over 5 ms; sound that is periodic with the
        region is not changed by that. The whole file is looped frame by frame, as it is.
        """
        transport = self._running.transport
        times_s = None if region is None else (transport.seconds_of(region[0]), transport.seconds_of(region[1]))
        transport.set_loop(times_s, loop=loop)

    def set_speed(self, speed: float) -> None:
        """Another speed from here on: 0.1 to 8, backwards below 0; pitch goes with it, as on tape."""
        self._running.transport.set_speed(speed)

    def open(
        self,
        source: str | Path | Sequence[str | Path],
        *,
        position_s: float = 0.0,
        region: tuple[float, float] | None = None,
    ) -> tuple[str, ...]:
        """Play another file, or several together, through the chain that goes on; what is odd about them, in sentences.

        Other rates are resampled, one channel goes to the first two. What a session has no channel for is not heard.
        """
        paths = (source,) if isinstance(source, str | Path) else tuple(source)
        return self._running.transport.open([Path(path) for path in paths], position_s, region)

    def set_stem(
        self, name: str, *, level_db: float | None = None, mute: bool | None = None, solo: bool | None = None
    ) -> None:
        """Turn one of several files: its level (at most 12 dB), mute, solo; None leaves it as it is.

        While any stem is soloed, only soloed ones are heard. Raises UnknownNameError besides.
        """
        self._running.transport.set_stem(name, level_db, mute, solo)

    @property
    def stems(self) -> tuple[Stem, ...]:
        """The files that play together; their names are those of the files."""
        return self.transport().stems

    def transport(self) -> TransportState:
        """Where the source is (s of the material, time code), how fast it runs, around which loop, and its stems."""
        return self._running.transport.state
