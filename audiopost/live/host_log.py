"""What `LiveHost` keeps of a session for afterwards: who turned what at which frame, what played, what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audiopost.graph.knobs import knobs_of, turns_between
from audiopost.graph.offline import NoteEvent, ParameterEvent
from audiopost.graph.spec import GraphSpec
from audiopost.live.host_base import HostBase
from audiopost.live.move_log import MoveLog
from audiopost.live.order import Gap
from audiopost.live.transport_state import TransportMove

__all__ = ["ChainStart", "SessionLog"]


@dataclass(frozen=True)
class ChainStart:
    """From this absolute frame on, a fresh machine of this drawing got its input."""

    frame: int
    spec: GraphSpec


class SessionLog(HostBase):
    """What the rig tells (see `audiopost.live.order.Listener`), in lists; they live as long as the host."""

    def __init__(self) -> None:
        super().__init__()
        self.parameter_log = MoveLog()
        self.parameter_log_b = MoveLog()
        self.note_log: list[NoteEvent] = []
        self.note_log_b: list[NoteEvent] = []
        self.chain_log: list[ChainStart] = []
        self.chain_log_b: list[ChainStart] = []
        self.transport_log: list[TransportMove] = []
        self.gaps: list[Gap] = []
        self.problems: list[str] = []
        self._on_problem: Callable[[str], None] | None = None

    @property
    def end_of_first_chain(self) -> int | None:
        """Frame at which another chain took the place of the one that side A began with; None: it never happened.

        A restart of an engine, or a node that is watched, brings the same chain in again.
        """
        first = self.chain_log[0].spec
        knobs = knobs_of(first)
        ends = (start.frame for start in self.chain_log if turns_between(first, start.spec, knobs) is None)
        return next(ends, None)

    def chain_started(self, frame: int, spec: GraphSpec, side: str) -> None:
        """Keep the log of chains."""
        (self.chain_log if side == "a" else self.chain_log_b).append(ChainStart(frame, spec))

    def parameter_moved(self, frame: int, path: str, value: float, side: str) -> None:
        """Keep the log of parameters."""
        try:
            (self.parameter_log if side == "a" else self.parameter_log_b).append(ParameterEvent(frame, path, value))
        except OSError as error:
            sentence = f"{path} was turned, but the log of moves cannot grow ({error.strerror}): free some disk space"
            if sentence not in self.problems:
                self.problem(sentence)

    def note_played(self, frame: int, message: bytes, side: str) -> None:
        """Keep the log of notes."""
        (self.note_log if side == "a" else self.note_log_b).append(NoteEvent(frame, message))

    def transport_moved(self, move: TransportMove) -> None:
        """Keep the log of the source."""
        self.transport_log.append(move)

    def gap(self, gap: Gap) -> None:
        """Keep the list of gaps."""
        self.gaps.append(gap)

    def problem(self, sentence: str) -> None:
        """Keep the sentence and pass it on."""
        self.problems.append(sentence)
        if self._on_problem is None:
            return
        try:
            self._on_problem(sentence)
        except Exception as error:  # noqa: BLE001 - whoever listens must not end the thread that keeps the sound going
            self.problems.append(f"on_problem raised {type(error).__name__}: {error}")
