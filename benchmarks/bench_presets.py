"""What the shipped chains cost: how many times faster than it plays each renders, on one thread, and how late it is.

The material is the music of the demo's scene, stereo, at 48 kHz. The fastest turn of each chain counts: it is the one
that nothing disturbed. A chain must be ten times as fast as its sound at least, to leave room for others live.

    python benchmarks/bench_presets.py [--quick]
"""

from __future__ import annotations

from compare import arguments, take_turns

from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import BLOCK_FRAMES, render
from audiopost.graph.renderer import GraphRenderer
from audiopost.jobs.demo_material import SAMPLE_RATE, music_stem
from audiopost.layouts import layout_named
from audiopost.library.chains import list_chains, load_chain

LEAST_SPEED = 10.0


def main() -> None:
    options = arguments(__doc__ or "")
    seconds = 4 if options.quick else 12
    sound = music_stem()[:, : seconds * SAMPLE_RATE]
    print(f"{'chain':28}  {'faster than it plays':>20}  {'late':>9}  nodes")
    slow = []
    for chain in list_chains():
        graph = load_chain(chain.id)
        # Each against nothing but itself: a table of ninety contenders in turn would take as long as all of them.
        taken = take_turns({chain.id: lambda graph=graph: render(graph, sound, SAMPLE_RATE, threads=1)}, options.rounds)
        speed = seconds / min(taken[chain.id])
        renderer = GraphRenderer(graph, StreamFormat(SAMPLE_RATE, layout_named("stereo"), BLOCK_FRAMES))
        late_ms = 1000.0 * renderer.latency_frames / SAMPLE_RATE
        print(f"{chain.id:28}  {speed:18.0f} x  {late_ms:6.1f} ms  {len(graph.nodes)}")
        if speed < LEAST_SPEED:
            slow.append(chain.id)
    print(f"\nslower than {LEAST_SPEED:.0f} x: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
