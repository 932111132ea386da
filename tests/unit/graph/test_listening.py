from __future__ import annotations

import base64
import io
import re
import wave
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import LayoutError, UnknownNameError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.drawing import as_svg
from audiopost.graph.listening import LARGEST_BYTES, Listening, wave_bytes
from tests.signals import white_noise

RATE = 48_000


def frames_of(html: str) -> tuple[np.ndarray, wave._wave_params]:
    """What the page's player would play, (frames, channels), and the file's header."""
    found = re.search(r'src="data:audio/wav;base64,([A-Za-z0-9+/=]+)"', html)
    assert found is not None
    with wave.open(io.BytesIO(base64.b64decode(found[1], validate=True))) as file:
        header = file.getparams()
        return np.frombuffer(file.readframes(header.nframes), "<i2").reshape(-1, header.nchannels), header


def test_a_notebook_plays_the_rendered_sound_beside_the_drawings_picture():
    graph = fx.gain(gain_db=-6.0) >> fx.delay(delay_ms=10, mix_percent=50)
    samples = 0.5 * white_noise(2, 2_000)
    html = graph.listen(samples, RATE, tail=False)._repr_html_()
    played, header = frames_of(html)
    assert (header.nchannels, header.sampwidth, header.framerate) == (2, 2, RATE)
    assert np.array_equal(played.T, np.rint(graph.render(samples, RATE) * 32_768))
    assert as_svg(graph) in html
    assert "stereo, 48000 Hz, 0.042 s, peak" in html


def test_the_page_is_well_formed_whatever_the_drawing_is_called():
    graph = fx.gain().named("a").bypassed()
    shown = Listening(np.zeros((1, 4), np.float32), RATE, as_svg(graph), 'kick "in" <b> & out')
    figure = ET.fromstring(shown._repr_html_().replace("<audio controls ", '<audio controls="" '))
    assert [child.tag.rpartition("}")[2] for child in figure] == ["svg", "figcaption", "audio"]
    assert figure[1].text.startswith('kick "in" <b> & out: mono, 48000 Hz')


def test_what_rings_after_is_heard_unless_it_is_cut():
    graph, click = fx.delay(delay_ms=100, feedback_percent=0, mix_percent=100), np.ones((1, 10), np.float32)
    assert np.any(graph.listen(click, RATE).samples[:, 10:])
    assert graph.listen(click, RATE, tail=False).samples.shape == (1, 10)


def test_full_scale_and_beyond_is_clipped_and_said():
    loud = np.array([[0.0, 1.0, -1.0, 1.5, -7.0, 0.5]], dtype=np.float32)
    played, _ = frames_of(Listening(loud, RATE)._repr_html_())
    assert played[:, 0].tolist() == [0, 32_767, -32_768, 32_767, -32_768, 16_384]
    assert Listening(loud, RATE).caption.endswith("peak 16.9 dBFS; 2 samples over full scale are clipped here")


def test_a_named_output_is_heard_by_its_name():
    graph = Graph().add("low", fx.gain(gain_db=-6.0)).connect("input", "low").connect("low", "output.quiet")
    graph = graph.connect("input", "output")
    samples = np.full((1, 100), 0.5, np.float32)
    heard = graph.listen(samples, RATE, output="quiet", tail=False).samples
    assert np.array_equal(heard, graph.render_outputs(samples, RATE)["quiet"])
    with pytest.raises(UnknownNameError, match="quite"):
        graph.listen(samples, RATE, output="quite")


def test_what_a_page_cannot_play_is_refused_with_its_mend():
    with pytest.raises(LayoutError, match="6 channels") as refused:
        fx.gain().listen(np.zeros((6, 100), np.float32), RATE)
    assert "downmix" in refused.value.mend
    with pytest.raises(UsageError, match="no sound"):
        Listening(np.zeros((2, 0), np.float32), RATE)
    endless = np.broadcast_to(np.float32(0.0), (2, LARGEST_BYTES // 4 + 1))
    with pytest.raises(UsageError, match="too long") as refused:
        Listening(endless, RATE)
    assert "at most 350 s" in refused.value.mend


def test_bytes_are_the_same_for_the_same_samples():
    samples = white_noise(2, 500)
    assert wave_bytes(samples, RATE) == wave_bytes(samples.copy(), RATE)
    assert wave_bytes(samples, RATE)[:4] == b"RIFF"
