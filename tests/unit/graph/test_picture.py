from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from audiopost.graph.algebra import Graph
from audiopost.graph.picture import as_mermaid, as_text

DUCKING = (
    Graph(name="Ducking")
    .add("end", Graph.of("gain", {"gain_db": -3}))
    .add("duck", Graph.of("compressor"))
    .connect("input", "end")
    .connect("end", "duck", gain_db=-6.0)
    .connect("input", "duck", input="sidechain")
    .connect("duck", "duck", delay_s=0.01)
    .connect("duck", "output")
    .automate("end.gain_db", [(0, -3), (2.5, 0)])
)


def test_a_drawing_reads_as_a_list_of_what_feeds_what():
    assert as_text(DUCKING).splitlines() == [
        "Ducking",
        "input -> end: gain gain_db=-3",
        "end (-6.0 dB) + input (sidechain) + duck (10 ms ago) -> duck: compressor",
        "duck -> output",
        "end.gain_db moves -3 at 0 s, 0 at 2.5 s",
    ]
    assert str(DUCKING) == as_text(DUCKING)


def test_mermaid_is_safe_from_its_own_words_and_marks():
    lines = as_mermaid(DUCKING).splitlines()
    assert '    n0["end<br/>gain gain_db=-3"]' in lines
    assert "    input -.->|sidechain| n1" in lines
    assert "    n1 ==>|10 ms ago| n1" in lines
    odd = Graph.of("plugin", settings={"path": 'a"b|<c>.vst3'})
    assert as_mermaid(odd).count('"') == 2


def boxes(graph: Graph) -> dict[str, tuple[float, float]]:
    """Name -> corner of every box in the picture."""
    picture = ET.fromstring(graph._repr_html_())
    found = {}
    for group in picture.iter("{http://www.w3.org/2000/svg}g"):
        rectangle = group.find("{http://www.w3.org/2000/svg}rect")
        title = group.findtext("{http://www.w3.org/2000/svg}title") or ""
        if rectangle is not None:
            found[title.splitlines()[0]] = (float(rectangle.get("x", "")), float(rectangle.get("y", "")))
    return found


def test_a_picture_flows_from_left_to_right_and_no_box_hides_another():
    drawn = boxes(DUCKING)
    assert set(drawn) == {"input", "end", "duck", "output"}
    assert drawn["input"][0] < drawn["end"][0] < drawn["duck"][0] < drawn["output"][0]
    wide = Graph()
    for index in range(5):
        wide = wide.add(f"n{index}", Graph.of("gain")).connect("input", f"n{index}").connect(f"n{index}", "output")
    assert len(set(boxes(wide).values())) == 7


def test_a_wire_passes_boxes_by():
    """input ─▶ a ─▶ b ─▶ c ─▶ output, and past them all from the input to the output."""
    graph = Graph.of("a") >> Graph.of("b") >> Graph.of("c")
    graph = graph.connect("input", "output")
    drawn = boxes(graph)
    paths = re.findall(r"<title>input -&gt; output</title><path d=\"([^\"]+)", graph._repr_html_())
    heights = {float(height) for height in re.findall(r"L[\d.]+ ([\d.]+)", paths[0])}
    middles = {y + 22 for x, y in drawn.values() if 16 < x < max(each for each, _ in drawn.values())}
    assert heights
    assert not heights & middles


def test_a_picture_escapes_names_and_shows_circles_too():
    graph = Graph().add("<b>&", Graph.of("gain")).connect("<b>&", "<b>&").connect("<b>&", "output")
    assert "<b>" not in graph._repr_html_()
    assert set(boxes(graph)) == {"<b>&", "input", "output"}
