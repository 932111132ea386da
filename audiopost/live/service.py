"""What runs beside a session while a ``with`` lasts: controllers, watched files, head trackers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

__all__ = ["Service"]


class Service(ABC):
    """Begins where the ``with`` begins, and ends with it."""

    def start(self) -> None:  # noqa: B027 - one that works as soon as it is made has nothing to begin
        """Begin."""

    @abstractmethod
    def stop(self) -> None:
        """End."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
