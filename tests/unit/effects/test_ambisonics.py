"""Scenes: what is placed is heard there, turned, mirrored, listened to, converted, and played on loudspeakers."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.dsp.ambisonic_decoding import velocity_matrix
from audiopost.dsp.spherical import harmonics, unit_vectors
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.layouts import layout_named
from tests.running import SAMPLE_RATE, prepared
from tests.signals import white_noise
from tests.tolerances import CROSSOVER_GAIN, GAIN, TURNED_BACK_DB, UHJ_GAIN

CLICK = np.ones((1, 1), dtype=np.float32)


def gains(graph: Graph, samples: np.ndarray = CLICK, layout: str = "mono") -> np.ndarray:
    """What a click of 1 gives in each channel."""
    return graph.render(samples, SAMPLE_RATE, layout=layout)[:, 0].astype(np.float64)


def scene(order: int = 3, **angles: float) -> Graph:
    return fx.ambisonic_encode(order=order, **angles)


def test_a_source_ahead_left_and_above() -> None:
    np.testing.assert_allclose(gains(scene(1)), [1, 0, 0, 1], atol=GAIN)
    np.testing.assert_allclose(gains(scene(1, azimuth_deg=90)), [1, 1, 0, 0], atol=GAIN)
    np.testing.assert_allclose(gains(scene(1, elevation_deg=90)), [1, 0, 1, 0], atol=GAIN)
    np.testing.assert_allclose(gains(scene(1, spread_deg=180)), [1, 0, 0, 0], atol=GAIN)


def test_a_bed_is_its_loudspeakers_without_lfe() -> None:
    bed = np.eye(6, dtype=np.float32)
    placed = fx.ambisonic_encode(order=2).render(bed, SAMPLE_RATE, layout="5.1")
    for index, speaker in enumerate(layout_named("5.1").speakers):
        alone = gains(scene(2, azimuth_deg=speaker.azimuth_deg)) * (0.0 if speaker.lfe else 1.0)
        np.testing.assert_allclose(placed[:, index], alone, atol=GAIN)


@pytest.mark.parametrize("order", range(1, 6))
def test_a_turned_scene_is_one_whose_source_moved(order: int) -> None:
    turned = scene(order, azimuth_deg=20) >> fx.ambisonic_rotate(yaw_deg=70)
    np.testing.assert_allclose(gains(turned), gains(scene(order, azimuth_deg=90)), atol=GAIN)
    lifted = scene(order) >> fx.ambisonic_rotate(pitch_deg=35)
    np.testing.assert_allclose(gains(lifted), gains(scene(order, elevation_deg=35)), atol=GAIN)
    leaning = scene(order, azimuth_deg=90) >> fx.ambisonic_rotate(roll_deg=25)
    np.testing.assert_allclose(gains(leaning), gains(scene(order, azimuth_deg=90, elevation_deg=25)), atol=GAIN)


@pytest.mark.parametrize("order", range(1, 6))
def test_a_head_that_turns_and_a_scene_that_turns_with_it_leave_the_sound(order: int) -> None:
    angles = {"yaw_deg": 130.0, "pitch_deg": -20.0, "roll_deg": 65.0}
    there_and_back = fx.ambisonic_rotate(**angles) >> fx.ambisonic_rotate(follow_head=True, **angles)
    noise = white_noise((order + 1) ** 2, 4800)
    left = there_and_back.render(noise, SAMPLE_RATE, layout=f"ambisonics-{order}") - noise
    assert 20.0 * np.log10(np.abs(left).max()) < TURNED_BACK_DB


def test_a_turn_takes_the_shorter_way_and_arrives() -> None:
    node = prepared("ambisonic_rotate", "ambisonics-1", parameters={"yaw_deg": 170.0})
    ahead = np.zeros((4, 2400), dtype=np.float32)
    ahead[[0, 3]] = 1.0
    out = np.empty_like(ahead)
    node.set_parameter("yaw_deg", -170.0)
    node.process(ahead, out)
    assert out[3].max() < -0.98, "it stayed behind on the way"
    np.testing.assert_allclose(out[:, -1], gains(scene(1, azimuth_deg=-170)), atol=GAIN)


@pytest.mark.parametrize(
    ("axis", "moved"),
    [
        ("left_right_percent", {"azimuth_deg": -40.0, "elevation_deg": 25.0}),
        ("front_back_percent", {"azimuth_deg": 140.0, "elevation_deg": 25.0}),
        ("up_down_percent", {"azimuth_deg": 40.0, "elevation_deg": -25.0}),
    ],
)
def test_a_mirrored_source_is_on_the_other_side(axis: str, moved: dict[str, float]) -> None:
    mirrored = scene(5, azimuth_deg=40, elevation_deg=25) >> fx.ambisonic_mirror(**{axis: 100})
    np.testing.assert_allclose(gains(mirrored), gains(scene(5, **moved)), atol=GAIN)


@pytest.mark.parametrize("pattern", ["basic", "max-re", "in-phase"])
@pytest.mark.parametrize("order", range(1, 6))
def test_a_microphone_hears_best_where_it_looks(order: int, pattern: str) -> None:
    heard = []
    for azimuth_deg in range(0, 360, 15):
        beam = fx.ambisonic_beam(azimuth_deg=60, pattern=pattern)
        heard.append(abs(gains(scene(order, azimuth_deg=(azimuth_deg + 180) % 360 - 180) >> beam)[0]))
    assert heard[4] == pytest.approx(1.0, abs=GAIN)
    assert int(np.argmax(heard)) == 4
    if pattern == "in-phase":
        assert heard[16] < GAIN, "nothing from behind"


def test_other_conventions_come_in_and_go_out() -> None:
    noise = white_noise(16, 480)
    for convention in ("n3d", "fuma"):
        out = fx.ambisonic_convert(given="ambix", wanted=convention)
        back = (out >> fx.ambisonic_convert(given=convention)).render(noise, SAMPLE_RATE, layout="ambisonics-3")
        np.testing.assert_allclose(back, noise, atol=GAIN)
    ahead = gains(scene(1) >> fx.ambisonic_convert(given="ambix", wanted="fuma"))
    np.testing.assert_allclose(ahead, [np.sqrt(0.5), 1, 0, 0], atol=GAIN)  # W X Y Z
    with pytest.raises(LayoutError, match="FuMa has no order 4"):
        prepared("ambisonic_convert", "ambisonics-4")


@pytest.mark.parametrize("layout", ["stereo", "5.1", "7.1.4", "22.2"])
def test_a_decoder_plays_a_source_where_it_is_and_leaves_lfe_silent(layout: str) -> None:
    speakers = layout_named(layout).speakers
    for index, speaker in enumerate(speakers):
        if speaker.lfe or speaker.elevation_deg or abs(speaker.azimuth_deg) not in (30, 90):
            continue
        placed = scene(5, azimuth_deg=speaker.azimuth_deg)
        played = np.abs(gains(placed >> fx.ambisonic_decode(to=layout, method="allrad")))
        assert int(np.argmax(played)) == index
        assert all(played[number] == 0.0 for number, each in enumerate(speakers) if each.lfe)


@pytest.mark.parametrize(
    ("graph", "layout", "words"),
    [
        (fx.ambisonic_encode(), "ambisonics-1", "scene already"),
        (fx.ambisonic_rotate(), "quad", "no Ambisonic scene"),
        (fx.ambisonic_decode(to="mono"), "ambisonics-1", "no layout of loudspeakers"),
        (fx.ambisonic_decode(to="ambisonics-1"), "ambisonics-1", "no layout of loudspeakers"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_mend(graph: Graph, layout: str, words: str) -> None:
    with pytest.raises(LayoutError, match=words) as caught:
        graph.render(np.zeros((layout_named(layout).channels, 16), dtype=np.float32), SAMPLE_RATE, layout=layout)
    assert caught.value.mend


POINTS = 16_384
"""Of a spectrum of what a click leaves: long enough for the all-passes to die away."""


def spectra(graph: Graph, azimuth_deg: float, order: int = 1) -> np.ndarray:
    """Of each output, from a click in that direction."""
    click = np.zeros((1, POINTS), np.float32)
    click[0, 0] = 1.0
    heard = (scene(order, azimuth_deg=azimuth_deg) >> graph).render(click, SAMPLE_RATE, layout="mono", tail=False)
    return np.fft.rfft(heard.astype(np.float64), axis=1)


def bins(*frequencies_hz: float) -> list[int]:
    return [round(hz * POINTS / SAMPLE_RATE) for hz in frequencies_hz]


def low_gains(name: str, azimuth_deg: float, order: int) -> np.ndarray:
    """Of a source at the horizon, by velocity alone; LFE gets none."""
    layout = layout_named(name)
    heard = [index for index, each in enumerate(layout.speakers) if not each.lfe]
    places = [(layout.speakers[index].azimuth_deg, layout.speakers[index].elevation_deg) for index in heard]
    matrix = velocity_matrix(*np.array(places).T, order)
    assert matrix is not None
    gains = np.zeros(layout.channels)
    gains[heard] = matrix @ harmonics(order, unit_vectors(np.array([azimuth_deg]), np.zeros(1)))[0]
    return gains


@pytest.mark.parametrize("order", [1, 3])
def test_two_decoders_meet_at_the_crossover_and_each_has_its_side(order: int) -> None:
    low, middle, high = bins(40.0, 400.0, 4_000.0)
    for azimuth_deg in (0.0, 70.0):
        both = spectra(fx.ambisonic_decode(to="7.1.4", crossover_hz=400.0), azimuth_deg, order)
        sharp = spectra(fx.ambisonic_decode(to="7.1.4"), azimuth_deg, order)
        basic = low_gains("7.1.4", azimuth_deg, order)[:, np.newaxis] * np.ones_like(sharp)
        np.testing.assert_allclose(np.abs(both[:, low]), np.abs(basic[:, low]), atol=CROSSOVER_GAIN)
        np.testing.assert_allclose(np.abs(both[:, high]), np.abs(sharp[:, high]), atol=CROSSOVER_GAIN)
        # In phase with each other, half of each: neither a hole nor a bump.
        np.testing.assert_allclose(
            np.abs(both[:, middle]), np.abs(basic[:, middle] + sharp[:, middle]) / 2.0, atol=CROSSOVER_GAIN
        )


def test_below_the_crossover_the_velocity_is_right_and_above_it_the_energy_comes_from_there() -> None:
    """Gerzon's vectors on four loudspeakers in a square; one decoder for all has the one or the other."""
    square = layout_named("quad")
    low, high = bins(40.0, 4_000.0)
    vectors = np.exp(1j * np.radians([each.azimuth_deg for each in square.speakers]))
    decoder = fx.ambisonic_decode(to="quad", method="mode-matching", crossover_hz=400.0)
    gains = spectra(decoder, 30.0)
    velocity_low, velocity_high = ((gains[:, at] * vectors).sum() / gains[:, at].sum() for at in (low, high))
    powers = np.abs(gains) ** 2
    energy_low, energy_high = ((powers[:, at] * vectors).sum() / powers[:, at].sum() for at in (low, high))
    there = np.exp(1j * np.radians(30.0))
    assert np.abs(velocity_low - there) < 0.02
    assert np.abs(velocity_high - there) > 0.3
    assert np.degrees(np.angle(energy_high)) == pytest.approx(30.0, abs=0.5)
    assert np.abs(np.degrees(np.angle(energy_low)) - 30.0) > 10.0


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 90.0, 135.0, 180.0, -60.0])
def test_uhj_is_gerzons(azimuth_deg: float) -> None:
    """Levels of both channels and the angle between them, by the coefficients of 1985 (W at -3 dB)."""
    w, x, y = np.sqrt(0.5), np.cos(np.radians(azimuth_deg)), np.sin(np.radians(azimuth_deg))
    total = 0.9396926 * w + 0.1855740 * x
    difference = 1j * (-0.3420201 * w + 0.5098604 * x) + 0.6554516 * y
    wanted = np.array([total + difference, total - difference]) / 2.0
    heard = spectra(fx.ambisonic_uhj(), azimuth_deg)
    for place in bins(100.0, 1_000.0, 10_000.0):
        left, right = heard[:, place]
        np.testing.assert_allclose(np.abs([left, right]), np.abs(wanted), atol=UHJ_GAIN)
        assert np.abs(left * np.conj(right) - wanted[0] * np.conj(wanted[1])) < UHJ_GAIN


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 90.0, 150.0, 180.0, -60.0])
def test_uhj_is_opened_to_a_scene_from_where_it_came(azimuth_deg: float) -> None:
    """The velocity vector points to the source again; by the coefficients its length is a half."""
    folded = fx.ambisonic_uhj() >> fx.ambisonic_uhj().named("opened")
    heard = spectra(folded, azimuth_deg)
    assert heard.shape[0] == 4
    for place in bins(100.0, 1_000.0, 10_000.0):
        w, y, z, x = heard[:, place]
        ahead, left = (x / w).real, (y / w).real
        assert np.degrees(np.arctan2(left, ahead)) == pytest.approx(azimuth_deg, abs=1.0) or azimuth_deg == 180.0
        assert np.hypot(left, ahead) == pytest.approx(0.51, abs=0.02)
        assert 0.8 < np.abs(w) < 1.15
        assert np.abs(z) < GAIN
    if azimuth_deg == 180.0:
        assert ahead < 0.0
        assert abs(left) < 0.02


def test_uhj_is_made_of_scenes_and_opened_from_stereo_alone() -> None:
    assert fx.ambisonic_uhj().render(np.zeros((2, 64), np.float32), SAMPLE_RATE, layout="stereo").shape[0] == 4
    with pytest.raises(LayoutError, match=r"5\.1 is no Ambisonic scene"):
        fx.ambisonic_uhj().render(np.zeros((6, 64), np.float32), SAMPLE_RATE, layout="5.1")


def test_a_crossover_out_of_its_range_is_refused() -> None:
    with pytest.raises(UsageError, match="crossover_hz = 10 is out of range"):
        prepared("ambisonic_decode", "ambisonics-1", settings={"crossover_hz": 10.0})


def test_an_order_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="order = 6"):
        gains(scene(6))


def test_a_moving_source_moves_without_steps() -> None:
    """A jump of 180 degrees under a constant: each channel goes there in 20 ms, evenly."""
    node = prepared("ambisonic_encode", "mono", settings={"order": 3})
    constant, out = np.ones((1, 960), dtype=np.float32), np.empty((16, 960), dtype=np.float32)
    node.set_parameter("azimuth_deg", 180.0)
    node.process(constant, out)
    np.testing.assert_allclose(out[:, -1], gains(scene(3, azimuth_deg=180)), atol=GAIN)
    assert np.abs(np.diff(out, axis=1)).max() < 2.0 / 960 + GAIN
