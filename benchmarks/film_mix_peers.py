"""The film mix of `bench_graph` in other hosts of audio graphs, as far as they have the nodes. Both are optional.

- DawDreamer: no bell (a shelf stands for it), no side-chain in its compressor, no limiter, no meter: it does less.
- signalflow: no shelves beyond a three-band EQ, no reverb (four combs and two all-passes stand for it), no true-peak
  limiter, no meter: it does less.

Their sound is not compared: their filters, detectors and reverbs are others. Each renders the whole input at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audiopost import Graph
from audiopost import effects as fx
from audiopost.blocks import AudioBlock

__all__ = ["GROUPS", "STEMS", "built_in_mix", "peers"]

STEMS = 24
GROUPS = ("dialogue", "music", "effects")
BLOCK_FRAMES = 512


def peers(samples: AudioBlock, rate: int) -> dict[str, Callable[[], object]]:
    """A call that renders the mix over `samples` for each host that is installed; says how to get the others."""
    contenders: dict[str, Callable[[], object]] = {}
    for name, make in (("dawdreamer", dawdreamer_mix), ("signalflow", signalflow_mix)):
        try:
            contenders[name] = make(samples, rate)
        except ImportError:
            print(f"  ({name} is not installed: pip install {name})")
    return contenders


def built_in_mix() -> Graph:
    """What DawDreamer is given, of pedalboard's built-ins: both rest on JUCE, so what differs is the engine."""
    built_in = fx.pedalboard
    graph = Graph(name="film mix of built-ins").bus(*GROUPS, "send")
    for index in range(STEMS):
        strip = (
            built_in.HighpassFilter(cutoff_frequency_hz=60 + index)
            >> built_in.LowShelfFilter(cutoff_frequency_hz=1000, gain_db=2.0)
            >> built_in.HighShelfFilter(cutoff_frequency_hz=8000, gain_db=-1.0)
            >> built_in.Compressor(threshold_db=-24, ratio=2, attack_ms=10)
        )
        name = f"stem{index}"
        graph = graph.add(name, strip).connect("input", name).connect(name, "send", gain_db=-18.0)
        graph = graph.connect(name, GROUPS[index % len(GROUPS)])
    for group in GROUPS:
        graph = graph.add(f"{group}-glue", built_in.Compressor(threshold_db=-18, ratio=1.5, attack_ms=10))
        graph = graph.connect(group, f"{group}-glue")
    graph = graph.add("duck", built_in.Compressor(threshold_db=-30, ratio=3, attack_ms=10))
    graph = graph.add("room", built_in.Reverb(wet_level=1.0, dry_level=0.0)).connect("send", "room")
    graph = graph.connect("music-glue", "duck")
    for source in ("dialogue-glue", "duck", "effects-glue", "room"):
        graph = graph.connect(source, "output")
    return graph


def dawdreamer_mix(samples: AudioBlock, rate: int) -> Callable[[], object]:
    import dawdreamer

    engine = dawdreamer.RenderEngine(rate, BLOCK_FRAMES)
    nodes = [(engine.make_playback_processor("input", samples), [])]

    def node(processor: object, *inputs: str) -> None:
        nodes.append((processor, list(inputs)))

    for index in range(STEMS):
        name = f"stem{index}"
        node(engine.make_filter_processor(f"{name}-hp", "high", 60.0 + index, 0.7071), "input")
        node(engine.make_filter_processor(f"{name}-mid", "low_shelf", 1000.0, 0.7071, 1.26), f"{name}-hp")
        node(engine.make_filter_processor(f"{name}-high", "high_shelf", 8000.0, 0.7071, 0.89), f"{name}-mid")
        node(engine.make_compressor_processor(name, -24.0, 2.0, 10.0, 100.0), f"{name}-high")
    stems = [f"stem{index}" for index in range(STEMS)]
    for number, group in enumerate(GROUPS):
        node(engine.make_add_processor(f"{group}-sum", [1.0] * (STEMS // 3)), *stems[number::3])
        node(engine.make_compressor_processor(group, -18.0, 1.5, 10.0, 100.0), f"{group}-sum")
    node(engine.make_compressor_processor("duck", -30.0, 3.0, 10.0, 100.0), "music")
    node(engine.make_add_processor("send", [0.126] * STEMS), *stems)
    node(engine.make_reverb_processor("room", 0.5, 0.5, 1.0, 0.0), "send")
    node(engine.make_add_processor("mix", [1.0] * 4), "dialogue", "duck", "effects", "room")
    engine.load_graph(nodes)
    duration_s = samples.shape[1] / rate

    def run() -> None:
        engine.render(duration_s)
        if not np.any(engine.get_audio()):
            raise RuntimeError("DawDreamer rendered silence")

    return run


def signalflow_mix(samples: AudioBlock, rate: int) -> Callable[[], object]:
    import signalflow as sf

    graph = sf.AudioGraph(output_device=sf.AudioOut_Dummy(2, rate, BLOCK_FRAMES), start=False)
    source = sf.BufferPlayer(sf.Buffer(samples), loop=True)

    def total(nodes: list) -> object:
        result = nodes[0]
        for each in nodes[1:]:
            result = result + each
        return result

    def squeezed(node: object, threshold_db: float, ratio: float, sidechain: object = None) -> object:
        return sf.Compressor(node, 10 ** (threshold_db / 20), ratio, 0.01, 0.1, sidechain)

    stems = []
    for index in range(STEMS):
        bands = sf.EQ(sf.SVFilter(source, "high_pass", 60 + index, 0.0), 1.0, 1.26, 0.89)
        stems.append(squeezed(bands, -24, 2.0))
    dialogue, music, effects = (squeezed(total(stems[number::3]), -18, 1.5) for number in range(3))
    send = total(stems) * 0.126
    room = total([sf.CombDelay(send, each, 0.8, 0.1) for each in (0.0297, 0.0371, 0.0411, 0.0437)])
    for each in (0.005, 0.0017):
        room = sf.AllpassDelay(room, each, 0.7, 0.1)
    graph.play(total([dialogue, squeezed(music, -30, 3.0, dialogue), effects, room]))
    result = sf.Buffer(2, samples.shape[1])

    def run() -> None:
        graph.render_to_buffer(result)
        if not np.any(result.data):
            raise RuntimeError("signalflow rendered silence")

    return run
