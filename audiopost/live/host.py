"""`LiveHost`: a chain that plays, and the words to work on it while it plays.

::

    control (this)  ──commands──▶  device · engines · media          each a process of its own
         ▲                              │
         └── events, statistics ◀───────┘ shared memory

Control may stall as it likes: commands go through it, sound never does.
"""

from __future__ import annotations

import atexit
import math
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from audiopost.errors import AudiopostError, DeviceError, UsageError
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout, layout_named
from audiopost.live import messages as say
from audiopost.live.blind import Vote
from audiopost.live.comparison import Comparison
from audiopost.live.drawing import as_spec
from audiopost.live.engine_pool import Knobs
from audiopost.live.host_comparison import ComparisonWords
from audiopost.live.host_input import InputWords
from audiopost.live.host_log import SessionLog
from audiopost.live.host_meters import MeterWords
from audiopost.live.host_recording import RecordingWords
from audiopost.live.midi_map import is_channel_message
from audiopost.live.order import Order
from audiopost.live.resettling import resettled, standing_of
from audiopost.live.rig import Rig
from audiopost.live.statistics import statistics_document
from audiopost.live.statistics_file import StatisticsFile
from audiopost.timecode import timecode_of_seconds
from audiopost.units import db_to_linear

__all__ = ["LiveHost"]

RESETTLE_RETRY_S = 1.0
"""Pause between two attempts to go on at another sample rate."""


class LiveHost(SessionLog, InputWords, MeterWords, ComparisonWords, RecordingWords):
    """Plays a chain on a device, in processes of its own.

    Parameters
    ----------
    chain
        A drawing (``fx.highpass() >> fx.compressor()``), or the id or path of a chain preset.
    source
        A sound file, or several that play together (stems); None for live input (`live_input`) or for a chain that
        makes its own sound.
    device
        None: the default sound card, or the null device where there is none. ``"null"``; ``"jack"``; a part of a
        device's name, or its number (see ``audiopost devices``).
    sample_rate, block_frames
        In Hz; frames of one block, 16 to 8192.
    layout
        Of the input where no file says it; stereo without it. Of a master of objects what it is rendered to.
    adm
        Which programme of such a master, by its id or name; ``"off"``: its tracks as they lie. None: the first.
    loop, region
        Of a file: whether it begins again, and ``(start, end)`` in s to play.
    start_s, source_speed
        Where in the file it begins, and how fast it plays (see `set_speed`).
    live_input, input_device
        Play what comes in.
    output_channels
        Of the device; without it two, or as many as the source has. See `audiopost.live.routing`.
    speed
        Of the null device: 1 keeps time, 0 runs as fast as the answers come and drops nothing.
    duration_s
        The session is finished after this time; else when the source has ended and its tail has rung.
    engines
        Engine processes kept resident, so that a swap or a restart needs no new process: 2 or more, 3 for A/B.
    ceiling_dbfs
        No sample leaves above it.
    cap_dbfs
        RMS over 0.2 s that may last; what is louder (feedback, a generator at full scale) is turned down. None: no cap.
    safe
        The engines may be late by one block, which is added to the latency: for machines unfit for real time.
    priority
        Whether the audio threads ask for a real-time schedule, where the system allows it.
    frames_per_second
        Of time code: 24, 25, 29.97 ... Without it positions are told in h, min, s and ms.
    statistics_path
        A file that gets the document of `statistics` at the start and once a second.
    on_problem
        Called with a sentence when something happened that playing survives; on a thread of the host.

    Attributes
    ----------
    parameter_log, parameter_log_b : sequence of ParameterEvent
        Parameter moves of each side with the absolute frame of the block from which they were heard.
    note_log, note_log_b : list of NoteEvent
        Notes and controllers played to each side, likewise.
    chain_log, chain_log_b : list of ChainStart
        Which drawing ran from which frame on. All together make an offline render equal to what was played.
    transport_log : list of TransportMove
        Moves of the source with the absolute frame at which each began.
    gaps : list of Gap
        Breaks of the device while recordings went on.
    votes : list of Vote
        Of blind tests.
    on_editor_turn : function, or None
        Told path, value and side of what was turned in a plug-in's window, on a thread that must not wait.
    problems : list of str
        The sentences that `on_problem` got.

    Examples
    --------
    >>> from audiopost import effects as fx
    >>> with LiveHost(fx.gain(gain_db=-6), source="speech.wav", device="null") as host:  # doctest: +SKIP
    ...     host.set_parameter("gain.gain_db", -12.0)
    ...     host.wait(2.0)
    """

    def __init__(
        self,
        chain: GraphSpec | str | Path,
        source: str | Path | Sequence[str | Path] | None = None,
        device: str | int | None = None,
        *,
        sample_rate: int = 48_000,
        block_frames: int = 128,
        layout: Layout | str | None = None,
        adm: str | None = None,
        loop: bool = True,
        region: tuple[float, float] | None = None,
        start_s: float = 0.0,
        source_speed: float = 1.0,
        live_input: bool = False,
        input_device: str | int | None = None,
        output_channels: int | None = None,
        speed: float = 1.0,
        duration_s: float | None = None,
        engines: int = 3,
        ceiling_dbfs: float = 0.0,
        cap_dbfs: float | None = -6.0,
        safe: bool = False,
        priority: bool = True,
        frames_per_second: float | None = None,
        statistics_path: str | Path | None = None,
        on_problem: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.votes: list[Vote] = []
        self._spec = as_spec(chain)
        self._order = Order(
            sources=_paths(source),
            start_s=start_s,
            source_speed=source_speed,
            device=device,
            sample_rate=sample_rate,
            block_frames=block_frames,
            layout=layout_named(layout) if isinstance(layout, str) else layout,
            adm=adm,
            loop=loop,
            region=region,
            live_input=live_input,
            input_device=input_device,
            output_channels=output_channels,
            speed=speed,
            duration_s=duration_s,
            engines=engines,
            ceiling_linear=db_to_linear(ceiling_dbfs),
            cap_linear=math.inf if cap_dbfs is None else db_to_linear(cap_dbfs),
            safe=safe,
            priority=priority,
            frames_per_second=frames_per_second,
        )
        _check(self._order)
        self._statistics_path = None if statistics_path is None else Path(statistics_path)
        self._on_problem = on_problem
        self.on_editor_turn: Callable[[str, float, str], None] | None = None
        self._early: list[say.Record] = []
        self._last_statistics: dict[str, Any] | None = None
        self._stopping = threading.Event()
        self._statistics_file: StatisticsFile | None = None
        self._mover: threading.Thread | None = None

    # -- start and stop --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the processes and the sound; nothing if it plays already.

        Raises
        ------
        AudiopostError
            If the chain, the source, the device or a recording is wrong; then nothing runs.
        """
        if self._rig is not None:
            return
        rig = Rig(self._order, self)
        try:
            rig.start(self._spec, self._early)
        except BaseException:
            rig.stop()
            raise
        self._early = []
        self._rig = rig
        self._comparison = Comparison(rig)
        self._stopping.clear()
        _PLAYING.add(self)
        if self._statistics_path is not None:
            self._statistics_file = StatisticsFile(self._statistics_path, self.statistics, self.problem)

    def stop(self) -> None:
        """Fade out, close recordings, end every process. Returns within seconds, whatever has happened to them."""
        self._stopping.set()
        if self._mover is not None:
            self._mover.join()
            self._mover = None
        if self._statistics_file is not None:
            self._statistics_file.end()
            self._statistics_file = None
        _PLAYING.discard(self)
        rig = self._rig
        if rig is None:
            return
        self._last_statistics = self.statistics()
        self._comparing.end()
        self._rig = self._comparison = None
        rig.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def playing(self) -> bool:
        """Whether `start` was called and `stop` was not."""
        return self._rig is not None or (self._mover is not None and self._mover.is_alive())

    @property
    def device_name(self) -> str:
        """What plays: ``null``, or host API and name."""
        return self._running.opened.name

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the session is finished (True) or the time has passed (False).

        A device that is lost meanwhile is waited for: see `problems`.
        """
        assert self.playing or self._running is not None  # raises UsageError where nothing plays
        # In slices, so that Ctrl-C is heard at once on every system.
        limit = None if seconds is None else time.monotonic() + seconds
        while True:
            rig = self._rig
            if rig is not None and rig.finished.is_set() and rig is self._rig:
                return True
            remaining = 0.5 if limit is None else min(0.5, limit - time.monotonic())
            if remaining <= 0.0 or not self.playing:
                return False
            if rig is None:
                self._stopping.wait(remaining)
            else:
                rig.finished.wait(remaining)

    # -- while it plays --------------------------------------------------------------------------------------------

    def set_parameter(self, path: str, value: float, *, wait: bool = True, side: str | None = None) -> int | None:
        """Turn ``node.parameter`` or ``macro.name``, smoothed by the effect; of the side that is heard, or of `side`.

        Returns
        -------
        int or None
            The absolute frame at which it took effect; it stands in `parameter_log` too. None with ``wait=False``,
            where a wrong name or value is told by `problems` only, and when the engine died at that moment (its
            successor begins with the new value).

        Raises
        ------
        UnknownNameError, ParameterRangeError
            Then nothing has changed.
        """
        return self._running.chains.set_parameter(path, value, side, wait=wait)

    def play_midi(self, message: bytes, *, side: str | None = None) -> None:
        """Send a MIDI message of a channel (a note, a controller) to every instrument and effect that hears notes.

        It takes effect with the next block and stands in `note_log` then. From any thread; waits for nothing.

        Raises
        ------
        UsageError
            If it is no message of a channel.
        """
        if not is_channel_message(message):
            raise UsageError(f"{bytes(message).hex()} is no MIDI message of a channel", mend="give its 2 or 3 bytes")
        self._running.chains.play_midi(bytes(message), side)

    def plugin_knobs(self, *, side: str | None = None) -> Knobs:
        """Node -> parameters of each plug-in file that plays; their defaults are where they stood when it was loaded.

        Nothing while nothing plays: what a file has is known once it is loaded.
        """
        return {} if self._rig is None else self._rig.chains.knobs(side)

    def plugin_state(self, node: str, *, side: str | None = None) -> str:
        """How a plug-in file stands now, as it would save itself: for its setting ``state``, base64.

        Raises UnknownNameError if there is no such node, UsageError if it is no plug-in that plays, PluginError if it
        cannot save itself.
        """
        return self._running.chains.plugin_state(node, side)

    def open_editor(self, node: str, *, side: str | None = None) -> None:
        """Open the own window of the plug-in that a node plays (a CLAP, where X11 has a display); it plays on.

        What is turned there stands in `spec` and `parameter_log`, like what is turned here.

        Raises
        ------
        AudiopostError
            If there is no such node, no window or no display.
        """
        self._running.chains.open_editor(node, side)

    @property
    def spec(self) -> GraphSpec:
        """The drawing that is heard, with its parameters as they were turned."""
        return self._running.chains.present.spec

    def swap(self, chain: GraphSpec | str | Path, *, side: str | None = None, keep: bool = False) -> None:
        """Crossfade to another chain, on the side that is heard or on `side`; returns when it alone is heard there.

        With `keep`, nodes that both chains have under one name go on from where they are to the frame: an echo rings
        on, an oscillator keeps its phase. Plug-ins and nodes that remember more than 4 MB begin anew, and warm up.

        Raises
        ------
        AudiopostError
            If the chain cannot be built: the old sound plays on.
        """
        self._running.chains.swap(as_spec(chain), side, keep=keep)

    def statistics(self) -> dict[str, Any]:
        """The document of ``audiopost live --stats``; after `stop`, the last one."""
        rig = self._rig
        if rig is not None:
            try:
                return self._statistics_of(rig)
            except DeviceError:
                # It ended while it was asked: what it said last stands.
                if self._last_statistics is None:
                    raise
        if self._last_statistics is None:
            raise UsageError("nothing has played yet", mend="call start() first")
        return self._last_statistics

    def _statistics_of(self, rig: Rig) -> dict[str, Any]:
        control = {
            "engine_restarts": rig.chains.engine_restarts,
            "device_restarts": rig.device_restarts,
            "quarantined": list(rig.chains.quarantined),
            "transport": rig.transport.state.document if rig.order.sources else None,
        }
        return statistics_document(
            rig.stage.memory.statistics,
            sample_rate=self._order.sample_rate,
            block_frames=self._order.block_frames,
            control=control,
            pids=rig.pids(),
        )

    # -- what the rig tells (see `audiopost.live.order.Listener`) ----------------------------------------------------

    def turned_in_editor(self, path: str, value: float, side: str) -> None:
        """Tell whoever works on the chain."""
        if self.on_editor_turn is not None:
            self.on_editor_turn(path, value, side)

    def rate_changed(self, sample_rate: int) -> None:
        """Go on at the device's new rate, on a thread: the rig that asks for it must be ended."""
        self._mover = threading.Thread(
            target=self._resettle, args=(sample_rate,), name="audiopost live rate", daemon=True
        )
        self._mover.start()

    def _resettle(self, sample_rate: int) -> None:
        rig = self._running
        standing, matched = standing_of(rig), self._comparing.matched
        self._last_statistics = self.statistics()
        self._comparing.end()
        self._rig = None
        rig.stop()
        self.problem(f"{rig.opened.name} now runs at {sample_rate} Hz: everything goes on at that rate, from frame 0")
        while not self._stopping.is_set():
            try:
                new = resettled(rig, standing, sample_rate, self)
            except AudiopostError as error:
                self.problem(f"not yet: {error}")
                self._stopping.wait(RESETTLE_RETRY_S)
            else:
                self._order, self._comparison, self._rig = new.order, Comparison(new), new
                self._comparison.matched = matched
                if "b" in standing.specs:
                    self._compare_again()
                return

    def _compare_again(self) -> None:
        try:
            self._comparing.begin()
        except AudiopostError as error:
            self.problem(f"the loudness of A and B is not compared: {error}")


def _check(order: Order) -> None:
    """Refuse what can be known to be wrong before anything is started."""
    if not 16 <= order.block_frames <= 8192:
        raise UsageError(f"block_frames = {order.block_frames} is out of range", mend="allowed: 16 to 8192")
    if order.sample_rate < 8000:
        raise UsageError(f"sample_rate = {order.sample_rate} Hz is out of range", mend="allowed: from 8000 Hz")
    if order.engines < 2:
        raise UsageError(f"engines = {order.engines}", mend="a swap needs 2 or more")
    if order.frames_per_second is not None:
        timecode_of_seconds(0.0, order.frames_per_second)  # refuses what no film has
    if order.sources and order.live_input:
        raise UsageError("a file and live input at once", mend="choose one source")
    if order.speed < 0.0:
        raise UsageError(f"speed = {order.speed:g}", mend="allowed: 0 and above")
    endless = order.duration_s is None and (not order.sources or order.loop)
    if order.speed == 0.0 and endless:
        raise UsageError("a device that keeps no time would never end", mend="give duration_s, or loop=False")


def _paths(source: str | Path | Sequence[str | Path] | None) -> tuple[Path, ...]:
    if source is None:
        return ()
    return (Path(source),) if isinstance(source, str | Path) else tuple(map(Path, source))


_PLAYING: weakref.WeakSet[LiveHost] = weakref.WeakSet()


def _stop_all() -> None:
    for host in tuple(_PLAYING):
        try:
            host.stop()
        except AudiopostError:
            continue


atexit.register(_stop_all)
