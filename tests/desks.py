"""A host for tests of what works on one: it only notes what it is asked."""

from __future__ import annotations

from audiopost.errors import GraphError, UsageError
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import GraphSpec

__all__ = ["Clock", "Noted"]


class Noted:
    """Notes what it is asked; `broken`: takes no other chain."""

    def __init__(self) -> None:
        self.turned: list[tuple[str, float]] = []
        self.swapped: list[GraphSpec] = []
        self.broken = False

    def set_parameter(self, path: str, value: float, *, wait: bool = True) -> int | None:
        self.turned.append((path, value))
        return 0 if wait else None

    def plugin_knobs(self) -> dict[str, tuple[Parameter, ...]]:
        return {}

    def plugin_state(self, node: str) -> str:
        raise UsageError(f"{node} is no plug-in")

    def swap(self, chain: GraphSpec, *, keep: bool = False) -> None:
        assert keep, "what both chains have goes on from where it is"
        if self.broken:
            raise GraphError("cannot be built")
        self.swapped.append(chain)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 10.0
        return self.now_s
