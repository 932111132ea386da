from pathlib import Path

import pytest
import soundfile

from audiopost.errors import UnknownNameError
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.containers import CONTAINERS, container_for, container_of_reading


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.wav", "wav"), ("A.WAV", "wav"), ("a.b.aif", "aiff"), ("a.w64", "w64"), ("a.oga", "ogg"), ("a.opus", "opus")],
)
def test_the_suffix_chooses_the_format(path: str, name: str) -> None:
    assert container_for(Path(path)).name == name


def test_a_named_format_outweighs_the_suffix() -> None:
    assert container_for(Path("a.wav"), "FLAC").name == "flac"


def test_an_unknown_format_comes_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean flac"):
        container_for(Path("a.flacc"))


def test_no_suffix_belongs_to_two_formats_save_that_of_wave() -> None:
    suffixes = [suffix for each in CONTAINERS.values() for suffix in each.suffixes]
    assert suffixes.count(".wav") == 3
    assert container_for(Path("a.wav")).name == "wav"
    suffixes = [suffix for suffix in suffixes if suffix != ".wav"]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("name", [name for name in CONTAINERS if name != "bw64"])  # ours alone
def test_this_libsndfile_knows_every_format(name: str) -> None:
    container = CONTAINERS[name]
    subtype = container.lossy_subtype or "PCM_24"
    assert soundfile.check_format(container.sndfile_format, subtype)
    assert container_of_reading(container.sndfile_format, subtype) is container


@pytest.mark.parametrize("name", ["flac", "ogg", "opus"])
def test_the_orders_of_a_format_hold_its_numbers_of_channels(name: str) -> None:
    orders = CONTAINERS[name].orders
    assert sorted(orders) == list(range(1, 9))
    assert all(layout.channels == channels for channels, layout in orders.items())


def test_vorbis_puts_the_centre_second_and_the_lfe_last() -> None:
    assert CONTAINERS["ogg"].orders[6] == layout_named("5.1-film")
    assert CONTAINERS["ogg"].orders[8].labels == ("L", "C", "R", "Lss", "Rss", "Lrs", "Rrs", "LFE")


@pytest.mark.parametrize(
    "layout", [layout_named("7.1-wave"), layout_named("stereo"), discrete_layout(8), layout_named("5.1.2")]
)
def test_channels_stay_where_nothing_has_to_move_or_nothing_fits(layout: object) -> None:
    assert CONTAINERS["flac"].channel_order(layout) is None


def test_the_order_says_which_channel_goes_where() -> None:
    assert CONTAINERS["flac"].channel_order(layout_named("7.1")) == (0, 1, 2, 3, 6, 7, 4, 5)
