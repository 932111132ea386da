"""A drawing as text: a readable list of its wires, or Mermaid for documents. Pure.

>>> from audiopost.graph.spec import GraphSpec, NodeSpec
>>> print(as_text(GraphSpec.series(("hp", NodeSpec.of("highpass", {"frequency_hz": 80})))))
input -> hp: highpass frequency_hz=80
hp -> output
"""

from __future__ import annotations

from audiopost.graph.spec import INPUT, MAIN, OUTPUT, EdgeSpec, GraphSpec, NodeSpec, is_input, is_output

__all__ = ["as_mermaid", "as_text"]


def as_text(spec: GraphSpec) -> str:
    """One line for each node, in the order of the drawing: what feeds it, its effect, what is not at its default."""
    lines = [spec.name] if spec.name else []
    for name, node in spec.nodes:
        feeds = " + ".join(_feed(edge) for edge in spec.edges if edge.target == name) or "(nothing)"
        lines.append(f"{feeds} -> {name}: {_effect(node)}")
    for end in sorted({edge.target for edge in spec.edges if is_output(edge.target)}):
        feeds = " + ".join(_feed(edge) for edge in spec.edges if edge.target == end)
        lines.append(f"{feeds} -> {end}")
    lines += [
        f"{lane.parameter} moves " + ", ".join(f"{value:g} at {time_s:g} s" for time_s, value in lane.points)
        for lane in spec.automation
    ]
    return "\n".join(lines)


def as_mermaid(spec: GraphSpec) -> str:
    """The drawing in Mermaid's flowchart language; side-chains are dotted, feedback is thick.

    >>> from audiopost.graph.spec import GraphSpec, NodeSpec
    >>> print(as_mermaid(GraphSpec.series(("hp", NodeSpec("highpass")))))
    flowchart LR
        input([input])
        output([output])
        n0["hp<br/>highpass"]
        input --> n0
        n0 --> output
    """
    # Numbered identifiers: a node may bear a word that Mermaid keeps for itself, such as "end".
    ends = sorted({INPUT, OUTPUT, *(end for edge in spec.edges for end in (edge.source, edge.target) if _is_end(end))})
    identifiers = {end: end.replace(".", "_") for end in ends}
    identifiers |= {name: f"n{index}" for index, name in enumerate(spec.node_names)}
    lines = ["flowchart LR", *(f"    {identifiers[end]}([{_escaped(end)}])" for end in ends)]
    for name, node in spec.nodes:
        lines.append(f'    {identifiers[name]}["{_escaped(name)}<br/>{_escaped(_effect(node))}"]')
    for edge in spec.edges:
        arrow = "==>" if edge.delay_s is not None else "-.->" if edge.input != MAIN else "-->"
        label = _label(edge)
        text = f"|{_escaped(label)}|" if label else ""
        lines.append(f"    {identifiers[edge.source]} {arrow}{text} {identifiers[edge.target]}")
    return "\n".join(lines)


def _is_end(end: str) -> bool:
    return is_input(end) or is_output(end)


def _effect(node: NodeSpec) -> str:
    values = [f"{name}={value:g}" for name, value in node.parameters]
    values += [f"{name}={value}" for name, value in node.settings if name != "state"]
    return " ".join([node.effect, *values, *(["(bypassed)"] if node.bypass else [])])


def _feed(edge: EdgeSpec) -> str:
    label = _label(edge)
    return f"{edge.source} ({label})" if label else edge.source


def _label(edge: EdgeSpec) -> str:
    parts = [edge.input] if edge.input != MAIN else []
    if edge.gain_db != 0.0:
        parts.append(f"{edge.gain_db:+.1f} dB")
    if edge.delay_s is not None:
        parts.append(f"{edge.delay_s * 1000:g} ms ago")
    return ", ".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("|", "&#124;")
