from __future__ import annotations

from audiopost import effects as fx
from audiopost.layouts import layout_named
from audiopost.live.desk import Desk
from audiopost.ui.scene_view import loudspeakers_of, places_of, scene_point_of
from tests.desks import Noted


def test_sources_and_a_tracked_head_have_a_place_and_other_effects_have_none() -> None:
    chain = fx.gain() >> fx.object_panner(ahead_m=2, to="ambisonics-3") >> fx.ambisonic_rotate(follow_head=True)
    desk = Desk(Noted(), chain >> fx.ambisonic_rotate() >> fx.ambisonic_decode(to="7.1.4"))
    source, head = places_of(desk.drawing, desk.knobs)
    assert (source.node, source.kind) == ("object_panner", "metres")
    assert [axis.path for axis in source.axes] == [f"object_panner.{name}" for name in ("ahead_m", "left_m", "up_m")]
    assert (source.axes[0].lowest, source.axes[0].highest) == (-200.0, 200.0)
    assert (head.node, head.kind) == ("ambisonic_rotate", "head")


def test_loudspeakers_are_those_that_the_chain_ends_in() -> None:
    speakers = layout_named("5.1").speakers
    found = loudspeakers_of(fx.object_panner(to="5.1") >> fx.gain())
    assert [each is None for each in found] == [speaker.lfe for speaker in speakers]
    assert found[0] == (30.0, 0.0)
    assert loudspeakers_of(fx.ambisonic_encode() >> fx.binaural()) == ()
    assert loudspeakers_of(fx.object_panner(to="ambisonics-1")) == ()


def test_a_scene_is_looked_at_before_it_is_decoded_else_where_the_chain_ends() -> None:
    turned = fx.ambisonic_encode() >> fx.ambisonic_rotate().named("turn")
    assert scene_point_of(turned >> fx.gain() >> fx.binaural()) == "gain"
    assert scene_point_of(turned >> fx.ambisonic_decode(to="5.1") >> fx.limiter()) == "turn"
    assert scene_point_of(fx.binaural() >> fx.gain()) == "input"
    assert scene_point_of(turned) == "engine"
    assert scene_point_of(fx.object_panner(to="ambisonics-3")) == "engine"
    assert scene_point_of(fx.object_panner(to="7.1.4")) is None
    assert scene_point_of(fx.gain()) is None
