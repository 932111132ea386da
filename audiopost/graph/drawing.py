"""A drawing as a picture: SVG for notebooks and documents. Pure.

Nodes stand in columns, each behind all that feeds it; within a column they stand near what feeds them. Side-chains
are dashed, feedback runs back below in thick lines. Lines and letters take the colour of the text around the
picture, so that it is readable on light and dark pages; no meaning rests on colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise

from audiopost.graph.schedule import forward_edges
from audiopost.graph.spec import INPUT, MAIN, EdgeSpec, GraphSpec, NodeSpec, is_input, is_output

__all__ = ["as_svg"]

BOX_WIDTH = 150
BOX_HEIGHT = 44
COLUMN_GAP = 70
ROW_GAP = 22
MARGIN = 16
SHOWN_LETTERS = 22
"""What fits into a box; the whole text stands in the tooltip."""


@dataclass(frozen=True)
class _Place:
    x: float
    y: float


def as_svg(spec: GraphSpec) -> str:
    """The drawing as an SVG element. A drawing that runs in a circle is drawn too: that is when one wants to look.

    >>> from audiopost.graph.spec import GraphSpec, NodeSpec
    >>> as_svg(GraphSpec.series(("hp", NodeSpec("highpass")))).count("<rect")
    3
    """
    columns, ways = _columns(spec)
    places = {
        name: _Place(MARGIN + column * (BOX_WIDTH + COLUMN_GAP), MARGIN + row * (BOX_HEIGHT + ROW_GAP))
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }
    late = any(edge.delay_s is not None for edge in spec.edges)
    width = 2 * MARGIN + len(columns) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP
    height = 2 * MARGIN + max(map(len, columns)) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP + (46 if late else 0)
    nodes = dict(spec.nodes)
    parts = [_wire(edge, [places[stop] for stop in ways[edge]], height) for edge in dict.fromkeys(spec.edges)]
    parts += [_box(name, nodes.get(name), place) for name, place in places.items() if not name.startswith(_PASSAGE)]
    title = escape(spec.name or "graph")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{title}" font-family="sans-serif" font-size="12" fill="none" stroke="currentColor">'
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor" stroke="none"/>'
        f"</marker></defs>{''.join(parts)}</svg>"
    )


_PASSAGE = "\0"
"""Begins the name of a place that a wire passes through in a column between its ends; no node is called so."""


def _columns(spec: GraphSpec) -> tuple[list[list[str]], dict[EdgeSpec, list[str]]]:
    """What stands in each column, from top to bottom, and for each wire its stops from end to end."""
    column = _column_of(spec)
    ways: dict[EdgeSpec, list[str]] = {}
    sources: dict[str, list[str]] = {name: [] for name in column}
    for edge in spec.edges:
        between = range(column[edge.source] + 1, column[edge.target]) if edge.delay_s is None else ()
        passages = [f"{_PASSAGE}{edge}{each}" for each in between]
        column.update(zip(passages, between, strict=True))
        ways[edge] = [edge.source, *passages, edge.target]
        if edge.delay_s is None:
            for before, after in pairwise(ways[edge]):
                sources.setdefault(after, []).append(before)
    columns = [[name for name in column if column[name] == each] for each in sorted(set(column.values()))]
    row: dict[str, float] = {}
    for members in columns:
        members.sort(key=lambda name: (_mean([row.get(source, 0.0) for source in sources[name]]), name))
        row.update({name: float(index) for index, name in enumerate(members)})
    return columns, ways


def _column_of(spec: GraphSpec) -> dict[str, int]:
    """Every end and node with its column: the longest way from an input; outputs stand in the last one."""
    ends = {end for edge in spec.edges for end in (edge.source, edge.target)}
    names = sorted({INPUT, *spec.node_names, *(end for end in ends if is_input(end) or is_output(end))})
    wires = forward_edges(spec)
    column = {name: 0 if is_input(name) else 1 for name in names}
    for _ in names:  # the longest way has no more steps than there are names; in a circle the count just ends
        for edge in wires:
            column[edge.target] = max(column[edge.target], min(column[edge.source] + 1, len(names)))
    last = max(column.values())
    column |= {name: last for name in names if is_output(name)}
    used = sorted(set(column.values()))
    return {name: used.index(each) for name, each in column.items()}


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _box(name: str, node: NodeSpec | None, place: _Place) -> str:
    corner = BOX_HEIGHT / 2 if node is None else 6
    effect = "" if node is None else node.effect + (" (bypassed)" if node.bypass else "")
    values = [] if node is None else [f"{key} = {value:g}" for key, value in node.parameters]
    tooltip = escape("\n".join([name, *([effect] if effect else []), *values]))
    dash = ' stroke-dasharray="3 3"' if node is not None and node.bypass else ""
    middle = place.x + BOX_WIDTH / 2
    name_y = place.y + (18 if effect else 27)
    lines = f'<text x="{middle}" y="{name_y}" {_TEXT} font-weight="bold">{_short(name)}</text>'
    if effect:
        lines += f'<text x="{middle}" y="{place.y + 34}" {_TEXT} font-size="11">{_short(effect)}</text>'
    return (
        f'<g><title>{tooltip}</title><rect x="{place.x}" y="{place.y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" '
        f'rx="{corner}"{dash}/>{lines}</g>'
    )


_TEXT = 'text-anchor="middle" fill="currentColor" stroke="none"'


def _short(text: str) -> str:
    return escape(text if len(text) <= SHOWN_LETTERS else text[: SHOWN_LETTERS - 1] + "…")


def _wire(edge: EdgeSpec, stops: list[_Place], height: float) -> str:
    """A wire through its stops; what is fed back runs below everything."""
    x0, y0 = stops[0].x + BOX_WIDTH, stops[0].y + BOX_HEIGHT / 2
    x1, y1 = stops[-1].x, stops[-1].y + BOX_HEIGHT / 2
    if edge.delay_s is not None:
        low = height - MARGIN
        down = f"M{x0} {y0} C{x0 + 40} {low} {x0} {low} {x0 - 20} {low}"
        path = f"{down} L{x1 + 20} {low} C{x1} {low} {x1 - 40} {low} {x1} {y1}"
        style, label_x, label_y = 'stroke-width="2.5"', (x0 + x1) / 2, low - 6
    else:
        path = f"M{x0} {y0}"
        for before, after in pairwise(stops):
            start, end = before.y + BOX_HEIGHT / 2, after.y + BOX_HEIGHT / 2
            bend = before.x + BOX_WIDTH + COLUMN_GAP / 2
            path += f" C{bend} {start} {bend} {end} {after.x} {end}"
            if after is not stops[-1]:
                path += f" L{after.x + BOX_WIDTH} {end}"
        style = 'stroke-dasharray="6 4"' if edge.input != MAIN else ""
        label_x, label_y = x1 - COLUMN_GAP / 2, (stops[-2].y + stops[-1].y + BOX_HEIGHT) / 2 - 5
    label = _wire_label(edge)
    text = f'<text x="{label_x}" y="{label_y}" {_TEXT} font-size="10">{escape(label)}</text>' if label else ""
    return f'<g><title>{escape(str(edge))}</title><path d="{path}" {style} marker-end="url(#tip)"/>{text}</g>'


def _wire_label(edge: EdgeSpec) -> str:
    parts = [edge.input] if edge.input != MAIN else []
    if edge.gain_db:
        parts.append(f"{edge.gain_db:+.1f} dB")
    if edge.delay_s is not None:
        parts.append(f"{edge.delay_s * 1000:g} ms")
    return " ".join(parts)
