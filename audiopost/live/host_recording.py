"""`LiveHost`'s words for recordings: of what is heard, of stems, and of what was heard a moment ago."""

from __future__ import annotations

from pathlib import Path

from audiopost.live import messages as say
from audiopost.live.host_base import HostBase
from audiopost.live.order import Order
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists
from audiopost.units import seconds_to_frames

__all__ = ["RecordingWords"]


class RecordingWords(HostBase):
    """Files are written by the media process: no disk can make anybody wait who plays."""

    _order: Order
    _early: list[say.Record]

    @property
    def recordings(self) -> dict[str, Path]:
        """Point -> file of what is being recorded now."""
        return dict(self._running.recorder.paths)

    def record(
        self, path: str | Path, *, tap: str = "output", bits: Bits | None = None, exists: Exists = "fail"
    ) -> None:
        """Record into a file (WAV, FLAC ... by its suffix) until `stop_recording` or `stop`.

        Parameters
        ----------
        tap
            ``"output"``: what the device gets, 24 bits. ``"engine"``: the bare answers of the engine that is heard,
            before alignment, fades and guard, as 32-bit floats. ``"input"``: what the engines get, as 32-bit floats. A
            named output of the chain, or a node after `watch`: a stem. Called before `start`, it begins at frame 0.
        bits
            ``"16"``, ``"24"`` or ``"32f"``.
        exists
            ``"fail"``, ``"replace"`` or ``"number"``.
        """
        chosen: Bits = bits or ("32f" if tap in ("engine", "input") else "24")
        request = say.Record(0, Path(path), tap, 0, None, chosen, exists, self._order.sources)
        if self._rig is None:
            self._early.append(request)
        else:
            self._rig.record(request)

    def stop_recording(self, tap: str = "output") -> tuple[Path, int]:
        """Complete a recording; its path and frames. Raises FileError if it could not be written."""
        recorded = self._running.recorder.stop(tap)
        return recorded.path, recorded.frames

    def keep(
        self, path: str | Path, seconds: float = 30.0, *, bits: Bits = "24", exists: Exists = "number"
    ) -> tuple[Path, float]:
        """Write what was just heard, at most the last `seconds` (60 at most), into a file; its path and length in s.

        Silence (below -70 dBFS) at both ends is left out. Raises FileError if nothing was heard.
        """
        rig = self._running
        frames = seconds_to_frames(seconds, rig.stage.sample_rate)
        recorded = rig.recorder.keep(say.Keep(0, Path(path), frames, bits, exists, self._order.sources))
        return recorded.path, recorded.frames / rig.stage.sample_rate
