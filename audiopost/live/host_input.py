"""`LiveHost`'s words for where the sound comes from: files, what comes in, or the chain alone."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from audiopost.errors import AudiopostError, UsageError
from audiopost.live.comparison import Comparison
from audiopost.live.host_transport import TransportWords
from audiopost.live.order import Order
from audiopost.live.resettling import at_input, standing_of
from audiopost.live.rig import Rig

__all__ = ["InputWords"]

RETRY_S = 1.0


class InputWords(TransportWords):
    """From files to files `open` goes without a gap. Another kind of input needs other buffers and another stream of
    the device, so the session is built anew around what a person has set.
    """

    _order: Order
    _stopping: threading.Event
    _mover: threading.Thread | None
    _last_statistics: dict[str, Any] | None

    @abstractmethod
    def statistics(self) -> dict[str, Any]:
        """See `LiveHost`."""

    @abstractmethod
    def problem(self, sentence: str) -> None:
        """See `LiveHost`."""

    @abstractmethod
    def _compare_again(self) -> None:
        """See `LiveHost`."""

    @property
    def plays_files(self) -> bool:
        """Whether a file plays, which alone has a transport."""
        return bool(self._order.sources)

    @property
    def live_input(self) -> bool:
        """Whether what comes in is played."""
        return self._order.live_input

    def take_input(
        self,
        source: str | Path | Sequence[str | Path] | None = None,
        *,
        live_input: bool = False,
        input_device: str | int | None = None,
    ) -> tuple[str, ...]:
        """Play from another input; what is odd about files, in sentences.

        Parameters
        ----------
        source
            A file, or several that play together.
        live_input, input_device
            What comes in, from which device. Without files and without it, the chain must make its own sound.

        Raises
        ------
        UsageError
            If both are asked for.
        AudiopostError
            If the input cannot be had; then the one before plays on.

        Notes
        -----
        From files to files there is no gap. Else it is silent for about a second; effects begin without their tails,
        recordings go on in numbered files, and frames are counted from 0 again.
        """
        files = (source,) if isinstance(source, str | Path) else tuple(source or ())
        if files and live_input:
            raise UsageError("a file and live input at once", mend="choose one source")
        if files and self.plays_files:
            return self.open(files)
        wanted = replace(
            self._order, sources=tuple(map(Path, files)), live_input=live_input, input_device=input_device,
            start_s=0.0, region=None, source_speed=1.0, loop=True,
        )  # fmt: skip
        failures: list[AudiopostError] = []
        # On a thread of the host's, as at a new rate: so long as it runs, the session counts as one that plays.
        self._mover = threading.Thread(target=self._settle_at, args=(wanted, failures), name="audiopost live input")
        self._mover.start()
        self._mover.join()
        if failures:
            raise failures[0]
        return ()

    def _settle_at(self, wanted: Order, failures: list[AudiopostError]) -> None:
        rig = self._running
        standing, matched = standing_of(rig), self._comparing.matched
        self._last_statistics = self.statistics()
        self._comparing.end()
        self._rig = None
        rig.stop()
        order = wanted
        while not self._stopping.is_set():
            try:
                new = at_input(rig, standing, order, self)  # type: ignore[arg-type]
            except AudiopostError as error:
                if order is wanted:
                    failures.append(error)
                    order = rig.order
                else:
                    self.problem(f"not yet: {error}")
                    self._stopping.wait(RETRY_S)
            else:
                self._settled(new, matched=matched, with_b="b" in standing.specs)
                return

    def _settled(self, new: Rig, *, matched: bool, with_b: bool) -> None:
        self._order, self._comparison, self._rig = new.order, Comparison(new), new
        self._comparison.matched = matched
        if with_b:
            self._compare_again()
