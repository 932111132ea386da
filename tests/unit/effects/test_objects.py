"""Objects in metres: direction, level, air, doppler, size and the walls of a room, each against its own formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.dsp.image_sources import EAR, RATIOS
from audiopost.dsp.object_paths import image_cells
from audiopost.dsp.spherical import harmonics, unit_vectors
from audiopost.errors import LayoutError, UsageError
from audiopost.layouts import layout_named
from tests import tolerances
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise

SPEED_M_S = 343.2


def placed(ahead_m: float, left_m: float, up_m: float = 0.0, **more: float) -> dict[str, float]:
    return {"ahead_m": ahead_m, "left_m": left_m, "up_m": up_m, **more}


def heard(to: str, sound: np.ndarray, parameters: dict[str, float], **settings: bool | int | float) -> np.ndarray:
    return run(prepared("object_panner", "mono", parameters=parameters, settings={"to": to, **settings}), sound)


def tone(frequency_hz: float, seconds: float = 0.5) -> np.ndarray:
    time_s = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)[np.newaxis]


@pytest.mark.parametrize(
    "place", [(3.0, 0.0, 0.0), (0.0, 5.0, 0.0), (-4.0, 4.0, 0.0), (2.0, -2.0, 1.633), (1.0, 1.0, 0.0), (2.0, 1.0, 0.5)]
)
def test_it_is_heard_from_where_it_is_and_as_loud_as_it_is_near(place: tuple[float, float, float]) -> None:
    """On loudspeakers of 7.1.4 and between them (Gerzon's velocity vector, kept by amplitude panning); in a scene."""
    distance_m = math.hypot(*place)
    out = heard("7.1.4", tone(200.0), placed(*place)).astype(np.float64)
    speakers = [(out[index], each) for index, each in enumerate(layout_named("7.1.4").speakers) if not each.lfe]
    gains = np.array([np.sqrt((sound**2).mean()) for sound, _ in speakers])
    places = np.array([(each.azimuth_deg, each.elevation_deg) for _, each in speakers], dtype=float)
    velocity = gains @ unit_vectors(places[:, 0], places[:, 1])
    cosine = velocity @ np.array(place) / (distance_m * np.linalg.norm(velocity))
    assert np.degrees(np.arccos(min(1.0, cosine))) < tolerances.OBJECT_DIRECTION_DEG
    wanted = np.sqrt((tone(200.0).astype(np.float64) ** 2).mean()) / distance_m
    assert 20 * np.log10(np.linalg.norm(gains) / wanted) == pytest.approx(0.0, abs=tolerances.OBJECT_LEVEL_DB)
    scene = heard("ambisonics-3", tone(200.0), placed(*place))
    shares = harmonics(3, np.array([place]) / distance_m)[0]
    np.testing.assert_allclose(scene, shares[:, np.newaxis] * scene[:1], atol=1e-5)


def test_twice_as_far_is_6_db_softer_and_duller() -> None:
    sound = white_noise(1, SAMPLE_RATE // 2)
    spectra = [
        np.abs(np.fft.rfft(heard("ambisonics-1", sound, placed(distance_m, 0.0))[0])) ** 2
        for distance_m in (80.0, 160.0)
    ]
    frequencies_hz = np.fft.rfftfreq(sound.shape[1], 1.0 / SAMPLE_RATE)
    lows, highs = (frequencies_hz < 500.0) & (frequencies_hz > 50.0), frequencies_hz > 8_000.0
    lower_db, duller_db = (10 * np.log10(spectra[0][band].sum() / spectra[1][band].sum()) for band in (lows, highs))
    assert lower_db == pytest.approx(20 * np.log10(2.0), abs=0.2)
    assert duller_db > lower_db + 5.0


@pytest.mark.parametrize("speed_m_s", [30.0, -30.0])
def test_what_comes_nearer_sounds_higher(speed_m_s: float) -> None:
    """By 1 + v / c, while it is heard to fly straight ahead; at its own height without `travel`."""
    for travel, wanted_hz in ((True, 1_000.0 * (1.0 + speed_m_s / SPEED_M_S)), (False, 1_000.0)):
        node = prepared("object_panner", "mono", parameters=placed(100.0, 0.0), settings={"travel": travel})
        sound, pieces = tone(1_000.0, 1.5), []
        for start in range(0, sound.shape[1] - 479, 480):
            node.set_parameter("ahead_m", 100.0 - speed_m_s * start / SAMPLE_RATE)
            piece = np.zeros((6, 480), np.float32)
            node.process(np.ascontiguousarray(sound[:, start : start + 480]), piece)
            pieces.append(piece)
        late = np.concatenate(pieces, axis=1)[2, 36_000:68_000].astype(np.float64)
        spectrum = np.abs(np.fft.rfft(late * np.hanning(late.size), 8 * late.size))
        found_hz = float(np.argmax(spectrum)) * SAMPLE_RATE / (8 * late.size)
        assert found_hz == pytest.approx(wanted_hz, abs=tolerances.DOPPLER_HZ)


@pytest.mark.parametrize("reflections", [1, 2])
def test_walls_are_heard_when_and_from_where_their_images_are(reflections: int) -> None:
    """Each image on its own: those that no other comes within a millisecond of."""
    length_m, place = 20.0, np.array([4.0, 1.5, 0.5])
    click = np.zeros((1, SAMPLE_RATE // 3), np.float32)
    click[0, 100] = 1.0
    parameters = placed(*place, room_size_m=length_m, absorption_percent=1.0)
    scene = heard("ambisonics-1", click, parameters, reflections=reflections).astype(np.float64)
    sides, stands = length_m * np.array(RATIOS), length_m * np.array(RATIOS) * np.array(EAR)
    images = []
    for cell in image_cells(reflections)[1:]:
        source = stands + place
        at = cell * sides + np.where(cell % 2 == 0, source, sides - source) - stands
        images.append((np.linalg.norm(at), at / np.linalg.norm(at)))
    assert len(images) == {1: 6, 2: 24}[reflections]
    images.sort(key=lambda each: each[0])
    frames = [100 + (metres - np.linalg.norm(place)) / SPEED_M_S * SAMPLE_RATE for metres, _ in images]
    alone = 0
    for number, (frame, (_, direction)) in enumerate(zip(frames, images, strict=True)):
        others = [abs(frame - each) for at, each in enumerate(frames) if at != number]
        if min(others) < 48 or frame - 100 < 48:
            continue
        alone += 1
        window = scene[:, round(frame) - 12 : round(frame) + 24]
        assert abs(int(np.argmax(np.abs(window[0]))) - 12) <= 2
        energy = window @ window[0]
        found = energy[[3, 1, 2]] / energy[0]
        assert np.degrees(np.arccos(np.clip(found @ direction, -1.0, 1.0))) < tolerances.IMAGE_DIRECTION_DEG
    assert alone >= 3


def test_a_large_source_is_wide_near_and_a_point_far_away() -> None:
    def focus(distance_m: float) -> float:
        scene = heard("ambisonics-1", tone(200.0), placed(distance_m, 0.0, size_m=4.0)).astype(np.float64)
        return float(np.sqrt((scene[3] ** 2).mean() / (scene[0] ** 2).mean()))

    assert focus(0.05) < 0.6
    assert focus(60.0) > 0.99


def test_a_path_behind_the_head_has_no_seam() -> None:
    """Angles jump there from 180 to -180 degrees; coordinates do not."""
    node = prepared("object_panner", "mono", parameters=placed(-3.0, 1.0), settings={"to": "7.1.4"})
    pieces = []
    sound = 0.5 * np.ones((1, 480), np.float32)
    for step in range(60):
        node.set_parameter("left_m", 1.0 - step / 30.0)
        piece = np.zeros((12, 480), np.float32)
        node.process(sound, piece)
        pieces.append(piece)
    out = np.concatenate(pieces, axis=1)[:, 4800:]
    assert np.abs(np.diff(out, axis=1)).max() < tolerances.SEAM


def test_what_it_cannot_be_is_refused() -> None:
    with pytest.raises(LayoutError, match="stereo is not one source"):
        prepared("object_panner", "stereo")
    with pytest.raises(UsageError, match="reflections = 5 is out of range"):
        prepared("object_panner", "mono", settings={"reflections": 5})
