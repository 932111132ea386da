"""What the parts of `LiveHost` have in common: the session that runs."""

from __future__ import annotations

from audiopost.errors import UsageError
from audiopost.live.comparison import Comparison
from audiopost.live.rig import Rig

__all__ = ["HostBase"]


class HostBase:
    """A host that plays or does not."""

    def __init__(self) -> None:
        self._rig: Rig | None = None
        self._comparison: Comparison | None = None

    @property
    def _running(self) -> Rig:
        if self._rig is None:
            raise UsageError("the host does not play", mend="call start() or open it with `with`")
        return self._rig

    @property
    def _comparing(self) -> Comparison:
        assert self._running is not None
        assert self._comparison is not None
        return self._comparison
