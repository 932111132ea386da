import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.effects.fold_down import FoldLevels, downmix_matrix
from audiopost.errors import LayoutError, UnknownNameError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import LAYOUTS, layout_named
from tests.running import SAMPLE_RATE, prepared, sine
from tests.signals import white_noise
from tests.tolerances import HUNDREDTH_DB, ONE_UNIT_IN_THE_LAST_PLACE

SILENT = -np.inf


def one_channel_at_a_time_db(layout: str, to: str, **parameters: float) -> dict[str, dict[str, float]]:
    """Source label -> target label -> level in dB, heard by playing full scale in one channel after another."""
    node = prepared("downmix", layout, settings={"to": to}, parameters=parameters)
    heard = {}
    for index, label in enumerate(layout_named(layout).labels):
        block = np.zeros((layout_named(layout).channels, 8), dtype=np.float32)
        block[index] = 1.0
        out = np.empty((layout_named(to).channels, 8), dtype=np.float32)
        node.process(block, out)
        with np.errstate(divide="ignore"):
            levels = 20.0 * np.log10(out[:, 0])
        heard[label] = {name: float(level) for name, level in zip(layout_named(to).labels, levels, strict=True)}
    return heard


def levels_of(heard: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Without the silent ones, in hundredths of a dB."""
    return {
        label: {name: round(level, 2) for name, level in into.items() if level > SILENT}
        for label, into in heard.items()
    }


def test_5_1_to_stereo_is_lo_ro_of_bs_775() -> None:
    assert levels_of(one_channel_at_a_time_db("5.1", "stereo")) == {
        "L": {"L": 0.0}, "R": {"R": 0.0}, "C": {"L": -3.01, "R": -3.01}, "LFE": {},
        "Ls": {"L": -3.01}, "Rs": {"R": -3.01},
    }  # fmt: skip


def test_5_1_to_mono_has_the_row_of_bs_775() -> None:
    assert levels_of(one_channel_at_a_time_db("5.1", "mono")) == {
        "L": {"M": -3.01}, "R": {"M": -3.01}, "C": {"M": 0.0}, "LFE": {}, "Ls": {"M": -6.02}, "Rs": {"M": -6.02},
    }  # fmt: skip


def test_7_1_4_to_5_1_joins_sides_and_rears_and_lays_the_heights_down() -> None:
    assert levels_of(one_channel_at_a_time_db("7.1.4", "5.1")) == {
        "L": {"L": 0.0}, "R": {"R": 0.0}, "C": {"C": 0.0}, "LFE": {"LFE": 0.0},
        "Lss": {"Ls": 0.0}, "Rss": {"Rs": 0.0}, "Lrs": {"Ls": 0.0}, "Rrs": {"Rs": 0.0},
        "Ltf": {"L": -3.01}, "Rtf": {"R": -3.01}, "Ltr": {"Ls": -3.01}, "Rtr": {"Rs": -3.01},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parameter", "value_db", "label", "expected_db"),
    [
        ("centre_db", -6.0, "C", -6.0),
        ("surround_db", -6.0, "Lss", -6.0),
        ("height_db", 0.0, "Ltf", 0.0),
        ("height_db", 0.0, "Ltr", -3.0103),
        ("lfe_db", -10.0, "LFE", -10.0),
        ("centre_db", -120.0, "C", SILENT),
    ],
)
def test_a_level_says_what_is_heard_in_the_left(
    parameter: str, value_db: float, label: str, expected_db: float
) -> None:
    heard = one_channel_at_a_time_db("7.1.4", "stereo", **{parameter: value_db})
    assert heard[label]["L"] == pytest.approx(expected_db, abs=HUNDREDTH_DB)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if not name.startswith("ambisonics")])
def test_mono_is_the_sum_of_lo_and_ro_3_db_down(layout: str) -> None:
    if layout_named(layout).channels == 1:
        assert downmix_matrix(layout_named(layout), layout_named("mono")).tolist() == [[1.0]]
        return
    stereo = downmix_matrix(layout_named(layout), layout_named("stereo"))
    mono = downmix_matrix(layout_named(layout), layout_named("mono"))
    np.testing.assert_array_equal(mono[0], np.sqrt(0.5) * (stereo[0] + stereo[1]))


@pytest.mark.parametrize("to", ["stereo", "mono", "5.1"])
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if not name.startswith("ambisonics")])
def test_every_channel_but_lfe_is_heard_and_left_mirrors_right(layout: str, to: str) -> None:
    source, target = layout_named(layout), layout_named(to)
    matrix = downmix_matrix(source, target)
    for column, speaker in zip(matrix.T, source.speakers, strict=True):
        assert column.any() == (not speaker.lfe or to == "5.1"), speaker.label
    if source.channels > 1 and target.channels > 1:
        mirrored_rows = [target.labels.index(_mirrored(label)) for label in target.labels]
        mirrored_columns = [source.labels.index(_mirrored(label)) for label in source.labels]
        if "LFE2" not in source.labels:
            np.testing.assert_array_equal(matrix, matrix[np.ix_(mirrored_rows, mirrored_columns)])


def _mirrored(label: str) -> str:
    if label in ("C", "Cs", "Ctf", "Ctr", "Cb", "Tc") or label.startswith("LFE"):
        return label
    return {"L": "R", "R": "L"}[label[0]] + label[1:]


def test_what_the_target_has_is_not_touched_and_what_the_source_lacks_is_not_invented() -> None:
    stereo = white_noise(2, 100)
    np.testing.assert_array_equal(fx.downmix(to="stereo").render(stereo, SAMPLE_RATE), stereo)
    wide = fx.downmix(to="5.1").render(stereo, SAMPLE_RATE)
    np.testing.assert_array_equal(wide[:2], stereo)
    assert not wide[2:].any()


def test_mono_comes_from_both_sides_at_constant_power_and_from_the_centre_of_5_1() -> None:
    assert levels_of(one_channel_at_a_time_db("mono", "stereo")) == {"M": {"L": -3.01, "R": -3.01}}
    assert levels_of(one_channel_at_a_time_db("mono", "5.1")) == {"M": {"C": 0.0}}


def test_coherent_full_scale_sums_to_7_7_db() -> None:
    everywhere = np.ones((6, 16), dtype=np.float32)
    peak = fx.downmix().render(everywhere, SAMPLE_RATE, layout="5.1").max()
    assert 20.0 * np.log10(peak) == pytest.approx(7.66, abs=HUNDREDTH_DB)


def test_a_downmix_that_moves_glides_and_arrives_at_the_same_samples_as_one_that_stands() -> None:
    node = prepared("downmix", "5.1")
    tone = sine(100.0, 0.2, channels=6)
    out, still = np.empty((2, tone.shape[1] // 4), np.float32), np.empty((2, tone.shape[1] // 4), np.float32)
    pieces = np.ascontiguousarray(np.array(np.split(tone, 4, axis=1)))
    node.process(pieces[0], out)
    last = out[:, -1].copy()
    node.set_parameter("centre_db", -120.0)
    node.process(pieces[1], out)
    steps = np.abs(np.diff(out, axis=1, prepend=last[:, np.newaxis]))
    assert steps.max() < 0.02  # the tone's own steps are 0.0158 at most; a switch would step by up to 0.35
    node.process(pieces[2], out)
    prepared("downmix", "5.1", parameters={"centre_db": -120.0}).process(pieces[2], still)
    np.testing.assert_array_equal(out, still)


@pytest.mark.parametrize("layout", ["ambisonics-1", "ambisonics-3"])
def test_what_is_no_loudspeaker_is_refused_by_the_name_of_its_channel(layout: str) -> None:
    with pytest.raises(LayoutError, match="W"):
        prepared("downmix", layout)


def test_levels_stand_for_themselves() -> None:
    matrix = downmix_matrix(layout_named("22.2"), layout_named("stereo"), FoldLevels(1.0, 1.0, 1.0, 0.5))
    labels = layout_named("22.2").labels
    assert matrix[:, labels.index("LFE2")].tolist() == [0.5, 0.5]
    assert matrix[:, labels.index("Tc")].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(matrix[:, labels.index("Cs")], np.sqrt(0.5), rtol=1e-15)


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
