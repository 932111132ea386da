"""An effect on a part of a sound only: on mid or side, on single channels of a layout.

::

    input ─▶ encode ─┬▶ channel M ─▶ effect ─▶ place M ─┐
                     └▶ channel S ───────────▶ place S ─┴▶ decode ─▶ output

Drawn with the effects of `audiopost.effects.channels`; where nothing is done, the sound that leaves is the one that
entered. Parts of different latency stay aligned: the graph compensates every join.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiopost.effects.channels import MID_SIDE, Channel, ChannelMap, MidSideDecode, MidSideEncode, Place
from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import layout_named

__all__ = ["on_channels", "on_mid_side"]


def on_mid_side(mid: GraphSpec | None = None, side: GraphSpec | None = None) -> Graph:
    """A stereo sound with one drawing on its mid and another on its side; both are mono.

    Examples
    --------
    >>> from audiopost import effects as fx
    >>> wide = on_mid_side(side=fx.highpass(frequency_hz=120))
    >>> wide.render([[0.25, 0.5], [0.25, -0.5]], 48_000).shape
    (2, 2)
    """
    parts = {"M": mid, "S": side}
    split = _split(MID_SIDE.name, MID_SIDE.labels, {label: each for label, each in parts.items() if each is not None})
    return Graph.of(MidSideEncode.name) >> split >> Graph.of(MidSideDecode.name)


def on_channels(layout: str, effects: Mapping[str, GraphSpec]) -> Graph:
    """A sound of that layout with a drawing of its own on each named channel; all others pass unchanged.

    Parameters
    ----------
    layout
        Name of a layout; the input must have it.
    effects
        Label -> drawing that takes mono and gives mono.

    Raises
    ------
    UnknownNameError
        If there is no such layout, or it has no such channel.
    GraphError
        If no channel is named.

    Examples
    --------
    >>> from audiopost import effects as fx
    >>> quieter = on_channels("5.1", {"C": fx.gain(gain_db=-120.0)})
    >>> quieter.render([[0.5]] * 6, 48_000).ravel().tolist()
    [0.5, 0.5, 0.0, 0.5, 0.5, 0.5]
    """
    labels = layout_named(layout).labels
    for label in effects:
        if label not in labels:
            raise UnknownNameError(kind="channel", name=label, known=labels, where=layout)
    if not effects:
        raise GraphError("no channel is named", where="on_channels", mend=f"name some of {', '.join(labels)}")
    return _split(layout, labels, effects)


def _split(layout: str, labels: tuple[str, ...], effects: Mapping[str, GraphSpec]) -> Graph:
    """The treated channels one by one, and all the others in one piece beside them."""
    rest = ",".join("-" if label in effects else label for label in labels)
    split = Graph.of(ChannelMap.name, settings={"channels": rest, "layout": layout}).named("rest")
    for label, each in effects.items():
        taken = Graph.of(Channel.name, settings={"label": label}).named(f"take_{label}")
        placed = Graph.of(Place.name, settings={"label": label, "layout": layout}).named(f"place_{label}")
        split = split & (taken >> each >> placed)
    return split
