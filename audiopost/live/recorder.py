"""Control's side of recordings: which files are being written, from which point, through which ring."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

from audiopost.errors import AudiopostError, DeviceError, UsageError
from audiopost.layouts import Layout, default_layout
from audiopost.live import messages as say
from audiopost.live.order import Gap
from audiopost.live.session import KEPT_S, RECORDINGS
from audiopost.live.stage import PATIENCE_S, STOP_PATIENCE_S, Stage
from audiopost.live.statistics import Count
from audiopost.units import seconds_to_frames

__all__ = ["Recorder"]


class Recorder:
    """The recordings of one session."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._going: dict[str, say.Record] = {}
        self._begun_at: dict[str, int] = {}
        """Tap -> frames of it that another file has, where a new media process went on."""
        self._changing = threading.RLock()

    @property
    def taps(self) -> tuple[say.StartTap, ...]:
        """What the device must feed."""
        with self._changing:
            return tuple(_tap(request) for request in self._going.values())

    @property
    def requests(self) -> tuple[say.Record, ...]:
        """What is being recorded, as it was asked for."""
        return tuple(self._going.values())

    @property
    def paths(self) -> dict[str, Path]:
        """Point -> file of what is being recorded."""
        return {tap: request.path for tap, request in self._going.items()}

    def start(self, request: say.Record, layout: Layout | None) -> None:
        """Open a recording, from the next block on; `layout` of the point, None where it is unknown.

        Raises AudiopostError.
        """
        stage = self._stage
        with self._changing:
            if request.tap in self._going:
                raise DeviceError(str(request.path), f"{request.tap!r} is being recorded already")
            if layout is None:
                mend = "watch the node first, or name an output of the chain"
                raise UsageError(f"nothing is heard at {request.tap!r}", mend=mend)
            used = {each.number for each in self._going.values()}
            free = [number for number in range(RECORDINGS) if number not in used]
            if not free:
                raise DeviceError(str(request.path), f"{RECORDINGS} recordings go on already")
            whole = replace(request, number=free[0], layout=layout)
            stage.memory.recording(whole.number, layout.channels).clear()
            stage.ask_media(whole)
            self._going[request.tap] = whole
            self._begun_at.pop(request.tap, None)
            if stage.playing:
                self._open_tap(whole)

    def _open_tap(self, request: say.Record) -> None:
        try:
            self._stage.ask_device(_tap(request))
        except DeviceError:
            if self._stage.device.dead:
                return  # its successor is told by its start
            del self._going[request.tap]
            self._stage.ask_media(say.StopRecording(0, request.tap, 0))
            raise

    def stop(self, tap: str) -> say.Recorded:
        """Close a recording; all that was heard until now is in the file. Raises AudiopostError."""
        stage = self._stage
        with self._changing:
            if tap not in self._going:
                raise DeviceError(tap, "nothing is being recorded")
            self._going.pop(tap)
            try:
                tapped: say.Tapped = stage.ask_device(say.StopTap(0, f"record {tap}"), STOP_PATIENCE_S)
                frames = tapped.frames
            except DeviceError:
                frames = sys.maxsize  # the device is gone: what lies in the ring is all there is
            patience_s = 2 * STOP_PATIENCE_S if stage.stopping else PATIENCE_S
            recorded: say.Recorded = stage.ask_media(say.StopRecording(0, tap, frames), patience_s)
            return recorded

    def stop_all(self) -> None:
        """At the end: close what can be closed, and say what cannot."""
        for tap, path in self.paths.items():
            try:
                self.stop(tap)
            except AudiopostError as error:
                self._stage.listener.problem(f"the recording {path} may be incomplete: {error}")

    def keep(self, request: say.Keep) -> say.Recorded:
        """Write what was heard up to now into a file. Raises AudiopostError."""
        longest = seconds_to_frames(KEPT_S, self._stage.sample_rate)
        recorded: say.Recorded = self._stage.ask_media(replace(request, frames=min(request.frames, longest)))
        return recorded

    @property
    def places(self) -> dict[str, int]:
        """Tap -> frames that the device has given for it."""
        with self._changing:
            return {
                tap: self._stage.memory.recording(request.number, _channels(request)).written
                for tap, request in self._going.items()
            }

    def mark_gap(self, places: dict[str, int], duration_s: float) -> None:
        """The device was away for so long when it had given so many frames for each tap: a marker, and a sentence."""
        listener = self._stage.listener
        for tap, frames in places.items():
            request = self._going.get(tap)
            if request is None:
                continue  # it was stopped meanwhile
            frame = frames - self._begun_at.get(tap, 0)
            listener.gap(Gap(request.path, frame, duration_s))
            at_s = frame / self._stage.sample_rate
            listener.problem(
                f"{request.path}: {duration_s:.2f} s are missing at {at_s:.3f} s (frame {frame}): there was no device"
            )
            try:
                self._stage.ask_media(say.Mark(0, tap, frames, f"gap of {duration_s:.2f} s"))
            except AudiopostError as error:
                listener.problem(f"{request.path}: the gap is not marked in the file: {error}")

    def go_on(self) -> None:
        """A new media process goes on with what its predecessor had not taken, in files of their own."""
        with self._changing:
            for tap, request in tuple(self._going.items()):
                again = replace(request, exists="number")
                self._begun_at[tap] = self._stage.memory.recording(request.number, _channels(request)).taken
                try:
                    self._stage.ask_media(again)
                except AudiopostError as error:
                    del self._going[tap]
                    self._stage.listener.problem(f"the recording {request.path} has ended: {error}")
                else:
                    frame = self._stage.memory.statistics[Count.FRAMES]
                    self._stage.listener.problem(
                        f"the recording {request.path} broke off near frame {frame} and goes on in a numbered file"
                    )

    def layout_of(self, tap: str, voice: say.Voice) -> Layout | None:
        """The layout of a point; None if there is no such point."""
        plan = self._stage.memory.plan
        match tap:
            case "output" | "a" | "b":
                return default_layout(plan.output_channels)
            case "input":
                return plan.layout
            case "engine":
                return voice.layout
        return dict(voice.buses).get(tap)


def _channels(request: say.Record) -> int:
    assert request.layout is not None
    return request.layout.channels


def _tap(request: say.Record) -> say.StartTap:
    return say.StartTap(0, f"record {request.tap}", request.tap, request.number, _channels(request))
