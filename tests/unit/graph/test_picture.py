from __future__ import annotations

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
