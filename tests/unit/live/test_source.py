from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import resample
from audiopost.errors import FileError, UnknownNameError, UsageError
from audiopost.layouts import Layout, default_layout, layout_named
from audiopost.live.itinerary import Itinerary, StemSource
from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing
from audiopost.live.source import SEAM_S, FileStream, Look, Reel
from audiopost.media.adm import rendering
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import USUAL_LAYOUT, open_rendering
from audiopost.media.adm.write import Bed, Mover, Point, adm_writer
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise

RATE_HZ = 48_000
LENGTH_S = 0.625
FRAMES = 30_000


def write(path: Path, samples: AudioBlock, rate: int = RATE_HZ) -> Path:
    with AudioWriter(path, rate, default_layout(samples.shape[0]), bits="32f") as writer:
        writer.write(samples)
    return path


@pytest.fixture
def noise(tmp_path: Path) -> tuple[Path, AudioBlock]:
    samples = white_noise(2, FRAMES)
    return write(tmp_path / "noise.wav", samples), samples


def pull(
    stems: list[StemSource],
    itinerary: Itinerary,
    frames: int = 10**6,
    rate: int = RATE_HZ,
    played_frames: int = 0,
    layout: Layout | None = None,
) -> AudioBlock:
    """Pull through a small ring until it ends or there is enough."""
    ring = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(2 * 10_000, np.float32), 2)
    reel = Reel(ring, stems, itinerary, rate, played_frames, layout)
    pieces = []
    got = 0
    while got < frames and not (ring.ended and ring.readable == 0):
        reel.advance()
        out = np.empty((2, min(997, frames - got)), np.float32)
        count = ring.read(out)
        pieces.append(out[:, :count])
        got += count
    reel.close()
    return np.concatenate(pieces, axis=1)


def test_once_plays_the_file_and_ends(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    np.testing.assert_array_equal(pull([StemSource(path)], Itinerary(LENGTH_S, loop=False)), samples)


def test_a_loop_begins_again_without_a_gap(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    wanted = np.concatenate((samples, samples, samples), axis=1)[:, :70_000]
    np.testing.assert_array_equal(pull([StemSource(path)], Itinerary(LENGTH_S), 70_000), wanted)


def test_a_region_is_looped_with_a_faded_seam(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    played = pull([StemSource(path)], Itinerary(LENGTH_S, region=(0.1, 0.2), start_s=0.15), 3 * 4800)
    seam = round(SEAM_S * RATE_HZ)
    np.testing.assert_array_equal(played[:, :2400], samples[:, 7200:9600])
    rising = np.arange(1, seam + 1) / seam
    faded = samples[:, 4800 : 4800 + seam] * rising + samples[:, 9600 : 9600 + seam] * (1 - rising)
    np.testing.assert_allclose(played[:, 2400 : 2400 + seam], faded, atol=1e-6)
    np.testing.assert_array_equal(played[:, 2400 + seam : 7200], samples[:, 4800 + seam : 9600])


def test_backwards_is_the_file_turned_round(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    once = Itinerary(LENGTH_S, speed=-1.0, loop=False)
    np.testing.assert_array_equal(pull([StemSource(path)], once), samples[:, ::-1])
    around = pull([StemSource(path)], Itinerary(LENGTH_S, speed=-1.0, start_s=0.1), 40_000)
    wanted = np.concatenate((samples[:, :4800][:, ::-1], samples[:, ::-1], samples[:, ::-1]), axis=1)[:, :40_000]
    np.testing.assert_array_equal(around, wanted)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_another_rate_is_resampled_as_one_stream(noise: tuple[Path, AudioBlock], rate: int) -> None:
    path, samples = noise
    streamed = pull([StemSource(path)], Itinerary(LENGTH_S, loop=False), rate=rate)
    np.testing.assert_array_equal(streamed, resample(samples, RATE_HZ, rate))


@pytest.mark.parametrize("speed", [2.0, 0.5, -2.0])
def test_speed_is_the_resampling_of_the_file(noise: tuple[Path, AudioBlock], speed: float) -> None:
    path, samples = noise
    played = pull([StemSource(path)], Itinerary(LENGTH_S, speed=speed, loop=False))
    turned = np.ascontiguousarray(samples[:, ::-1]) if speed < 0 else samples
    np.testing.assert_array_equal(played, resample(turned, round(RATE_HZ * abs(speed)), RATE_HZ))


def test_stems_are_summed_with_their_levels_and_the_shorter_one_waits(
    noise: tuple[Path, AudioBlock], tmp_path: Path
) -> None:
    path, samples = noise
    mono = white_noise(1, 12_000, seed=5)
    stems = [StemSource(path, 0.5), StemSource(write(tmp_path / "mono.wav", mono)), StemSource(path, 0.0)]
    played = pull(stems, Itinerary(LENGTH_S, loop=False))
    wanted = np.float32(0.5) * samples
    wanted[:, :12_000] += mono
    np.testing.assert_array_equal(played, wanted)


def test_stems_of_other_rates_loop_in_step(tmp_path: Path) -> None:
    """A click at the start of each file: after fifty loops of an odd length they still fall together."""
    stems = []
    for rate in (48_000, 44_100):
        samples = np.zeros((2, rate), np.float32)
        samples[:, rate // 10] = 1.0
        stems.append(StemSource(write(tmp_path / f"{rate}.wav", samples, rate)))
    region = (0.05, 0.1503)
    frames = 50 * 4800
    clicks = [np.abs(pull([stem], Itinerary(1.0, region=region), frames)[0]) for stem in stems]
    together = [np.abs(pull([StemSource(s.path, float(s is stem)) for s in stems], Itinerary(1.0, region=region), frames)[0]) for stem in stems]  # fmt: skip  # noqa: E501
    last = [int(np.flatnonzero(click[-4800:] > 0.5 * click[-4800:].max())[0]) for click in together]
    assert abs(last[0] - last[1]) <= 1
    assert all(click.max() > 0.5 for click in clicks)


def test_it_goes_on_from_what_was_played(noise: tuple[Path, AudioBlock]) -> None:
    path, samples = noise
    wanted = np.concatenate((samples, samples), axis=1)[:, 40_000:50_000]
    np.testing.assert_array_equal(pull([StemSource(path)], Itinerary(LENGTH_S), 10_000, played_frames=40_000), wanted)


def test_files_are_looked_at(noise: tuple[Path, AudioBlock], tmp_path: Path) -> None:
    other = write(tmp_path / "short.wav", white_noise(1, 4410), 44_100)
    look = Look([noise[0], other])
    assert (look.layout, look.length_s, look.notes) == (layout_named("stereo"), LENGTH_S, ())
    look.close()
    with pytest.raises(FileError, match=r"nowhere\.wav"):
        Look([tmp_path / "nowhere.wav"])


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """A stereo bed, and an object that flies from left to right with a part of it diffuse."""
    path = tmp_path / "master.wav"
    way = [Point(0.0, 90.0, diffuse=0.5), Point(0.4, -90.0, 30.0)]
    with adm_writer(path, RATE_HZ, [Bed("Music", "stereo"), Mover("Fly", way)], FRAMES, bits="32f") as writer:
        writer.write(white_noise(3, FRAMES))
    return path


def test_objects_are_rendered_as_they_are_played(master: Path) -> None:
    """At any place and turned round, as the renderer of files does it."""
    stereo = layout_named("stereo")
    with open_rendering(AdmFile(master, "stereo")) as reader:
        rendered = reader.read(FRAMES)
    assert np.abs(rendered).max() > 0.1
    played = pull([StemSource(master)], Itinerary(LENGTH_S), FRAMES, layout=stereo)
    np.testing.assert_allclose(played, rendered, atol=1e-6)
    backwards = pull([StemSource(master)], Itinerary(LENGTH_S, LENGTH_S, -1.0), 20_000, layout=stereo)
    np.testing.assert_allclose(backwards, rendered[:, ::-1][:, :20_000], atol=1e-6)


def test_metadata_are_read_once_while_they_are_in_use(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    model_of = rendering.model_of
    monkeypatch.setattr(rendering, "model_of", lambda path: read.append(path) or model_of(path))
    look = Look([master])
    assert look.layout == layout_named(USUAL_LAYOUT)
    stream = FileStream(master, RATE_HZ, Itinerary(LENGTH_S), layout=look.layout)
    look.close()
    FileStream(master, RATE_HZ, Itinerary(LENGTH_S, 0.3), layout=layout_named(USUAL_LAYOUT)).close()
    stream.close()
    assert read == [master]


def test_tracks_as_they_lie_and_programmes_by_name(master: Path) -> None:
    look = Look([master], adm="off")
    assert look.layout.channels == 3
    look.close()
    stream = FileStream(master, RATE_HZ, Itinerary(LENGTH_S), adm="off")
    np.testing.assert_array_equal(stream.read(4800), white_noise(3, FRAMES)[:, :4800])
    stream.close()
    with pytest.raises(UnknownNameError, match="'Mian'"):
        Look([master], layout_named("stereo"), "Mian")


def test_what_objects_cannot_be_rendered_to_is_said(master: Path) -> None:
    with pytest.raises(UsageError, match="ambisonics-1"):
        Look([master], layout_named("ambisonics-1"))
