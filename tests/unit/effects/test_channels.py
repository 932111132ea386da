import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError, UnknownNameError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from tests.running import SAMPLE_RATE
from tests.signals import white_noise
from tests.tolerances import ONE_UNIT_IN_THE_LAST_PLACE

# --- Mid and side ----------------------------------------------------------------------------------------------------


def pcm(bits: int, channels: int = 2, frames: int = 20_000) -> AudioBlock:
    full = 2 ** (bits - 1)
    words = np.random.default_rng(bits).integers(-full, full, (channels, frames))
    words[:, :4] = [[-full, full - 1, -full, full - 1], [-full, full - 1, full - 1, -full]]
    return (words / full).astype(np.float32)


@pytest.mark.parametrize("bits", [16, 24])
def test_encoded_and_decoded_every_word_of_a_file_comes_back(bits: int) -> None:
    there_and_back = fx.mid_side_encode() >> fx.mid_side_decode()
    np.testing.assert_array_equal(there_and_back.render(pcm(bits), SAMPLE_RATE), pcm(bits))


def test_float_samples_come_back_to_one_unit_in_the_last_place_of_the_louder_channel() -> None:
    given = white_noise(2, 20_000)
    back = (fx.mid_side_encode() >> fx.mid_side_decode()).render(given, SAMPLE_RATE)
    louder = np.abs(given).max(axis=0)
    assert (np.abs(back - given) <= ONE_UNIT_IN_THE_LAST_PLACE * louder).all()


def test_a_sound_in_the_middle_is_all_mid_and_one_out_of_phase_all_side() -> None:
    both = np.array([[0.5, 0.5], [0.5, -0.5]], dtype=np.float32)
    assert fx.mid_side_encode().render(both, SAMPLE_RATE).tolist() == [[0.5, 0.0], [0.0, 0.5]]


def test_mid_and_side_are_never_summed_with_left_and_right() -> None:
    with pytest.raises(LayoutError, match="mid-side"):
        (fx.mid_side_encode() & fx.gain()).render(white_noise(2, 10), SAMPLE_RATE)
    with pytest.raises(LayoutError, match="no left and right"):
        (fx.mid_side_encode() >> fx.mid_side_encode().named("again")).render(white_noise(2, 10), SAMPLE_RATE)


# --- Single channels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "index"), [("C", 2), ("c", 2), ("Ls", 4), ("4", 3), ("LFE", 3)])
def test_a_channel_is_found_by_label_or_number(label: str, index: int) -> None:
    given = white_noise(6, 50)
    np.testing.assert_array_equal(
        fx.channel(label=label).render(given, SAMPLE_RATE, layout="5.1"), given[index : index + 1]
    )


def test_a_channel_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(LayoutError, match=r"stereo has no channel 'LFE'.*take L, R, or a number from 1 to 2"):
        fx.channel(label="LFE").render(white_noise(2, 10), SAMPLE_RATE)
    with pytest.raises(UnknownNameError, match=r"did you mean 5\.1"):
        fx.place(layout="5.11").render(white_noise(1, 10), SAMPLE_RATE)


def test_place_puts_mono_into_one_channel_and_nothing_into_the_others() -> None:
    given = white_noise(1, 50)
    placed = fx.place(label="C", layout="5.1").render(given, SAMPLE_RATE)
    np.testing.assert_array_equal(placed[2:3], given)
    assert not np.delete(placed, 2, axis=0).any()


@pytest.mark.parametrize(
    ("settings", "layout", "order", "result"),
    [
        ({"channels": "R,L"}, "stereo", [1, 0], "stereo"),
        ({"channels": "L, C, R, Ls, Rs, LFE"}, "5.1", [0, 2, 1, 4, 5, 3], "5.1-film"),
        ({"channels": "L,R,C,LFE,Ls,Rs"}, "5.1-film", [0, 2, 1, 5, 3, 4], "5.1"),
        ({"channels": "3"}, "5.1", [2], "mono"),
        ({"channels": "1,1"}, "mono", [0, 0], "stereo"),
        ({"channels": "1,2,3,4,5,6", "layout": "5.1"}, "6.1", [0, 1, 2, 3, 4, 5], "5.1"),
        ({"channels": "L,R,-,-,Ls,Rs", "layout": "5.1"}, "quad", [0, 1, None, None, 2, 3], "5.1"),
    ],
)
def test_channels_are_put_into_the_order_that_is_named(
    settings: dict[str, str], layout: str, order: list[int | None], result: str
) -> None:
    given = white_noise(layout_named(layout).channels, 50)
    drawing = fx.channel_map(**settings)
    out = drawing.render(given, SAMPLE_RATE, layout=layout)
    expected = np.array([np.zeros(50) if index is None else given[index] for index in order], dtype=np.float32)
    np.testing.assert_array_equal(out, expected)
    stream = StreamFormat(SAMPLE_RATE, layout_named(layout), 64)
    assert GraphRenderer(drawing, stream).output_layout.name == result


def test_a_map_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"2 channels are not 5\.1"):
        fx.channel_map(channels="L,R", layout="5.1").render(white_noise(2, 10), SAMPLE_RATE)


# --- Drawn as graphs -------------------------------------------------------------------------------------------------


def test_a_mid_side_split_drawn_by_hand_gives_the_original() -> None:
    """encode ─┬▶ channel M ─▶ place M ─┐
    └▶ channel S ─▶ place S ─┴▶ decode
    """
    mid = fx.channel(label="M") >> fx.gain() >> fx.place(label="M", layout="mid-side")
    side = fx.channel(label="S") >> fx.gain() >> fx.place(label="S", layout="mid-side")
    drawing = fx.mid_side_encode() >> (mid & side) >> fx.mid_side_decode()
    np.testing.assert_array_equal(drawing.render(pcm(24), SAMPLE_RATE), pcm(24))


def test_a_split_into_all_channels_gives_the_original() -> None:
    labels = layout_named("5.1").labels
    drawing = fx.channel(label="L") >> fx.place(label="L", layout="5.1")
    for label in labels[1:]:
        drawing = drawing & (fx.channel(label=label) >> fx.gain() >> fx.place(label=label, layout="5.1"))
    given = white_noise(6, 5000)
    np.testing.assert_array_equal(drawing.render(given, SAMPLE_RATE, layout="5.1"), given)
    np.testing.assert_array_equal(
        fx.on_channels("5.1", {label: fx.gain() for label in labels}).render(given, SAMPLE_RATE, layout="5.1"), given
    )


def test_an_effect_on_the_side_leaves_the_mid_alone() -> None:
    given = pcm(16)
    narrow = fx.on_mid_side(side=fx.gain(gain_db=-120)).render(given, SAMPLE_RATE)
    np.testing.assert_array_equal(narrow[0], narrow[1])
    np.testing.assert_array_equal(narrow[0], (given[0] + given[1]) / 2)
    np.testing.assert_array_equal(
        narrow, fx.mid_side(side_gain_db=-120).render(given, SAMPLE_RATE)
    )  # the same by the other road


def test_a_late_effect_on_one_channel_keeps_all_channels_aligned() -> None:
    given = 0.1 * white_noise(6, 4000)
    out = fx.on_channels("5.1", {"C": fx.limiter(ceiling_dbtp=-1.0)}).render(given, SAMPLE_RATE, layout="5.1")
    np.testing.assert_array_equal(np.delete(out, 2, axis=0), np.delete(given, 2, axis=0))
    assert np.argmax(np.correlate(out[2], given[2], "full")) == given.shape[1] - 1


def test_a_channel_that_the_layout_lacks_cannot_be_treated() -> None:
    with pytest.raises(UnknownNameError, match="channel 'Lsx'"):
        fx.on_channels("5.1", {"Lsx": fx.gain()})
    with pytest.raises(UsageError, match="no channel is named"):
        fx.on_channels("5.1", {})
