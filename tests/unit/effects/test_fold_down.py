import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.fold_down import FoldLevels, downmix_matrix
from audiopost.errors import LayoutError
from audiopost.layouts import LAYOUTS, layout_named
from tests.running import SAMPLE_RATE, prepared, sine
from tests.signals import white_noise
from tests.tolerances import FLOAT32_SUM, HUNDREDTH_DB

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
    own_steps = np.abs(np.diff(tone[0])).max() * (1.0 + 2.0 * np.sqrt(0.5))
    glide_steps = np.sqrt(0.5) * np.abs(tone).max() / (0.020 * SAMPLE_RATE)  # a switch would step 960 times that
    assert steps.max() <= own_steps + glide_steps + FLOAT32_SUM
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
