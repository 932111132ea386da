"""Which channels share an instance of a plug-in."""

import pytest

from audiopost.errors import LayoutError
from audiopost.layouts import discrete_layout, layout_named
from audiopost.plugins.channel_groups import channel_groups
from audiopost.plugins.plugin import ANY_CHANNELS


def shared(layout: str, widths: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
    return [(group.channels, group.width) for group in channel_groups(layout_named(layout), widths)]


def test_a_plugin_that_takes_the_layout_gets_it_whole() -> None:
    assert shared("5.1", (2, 6)) == [((0, 1, 2, 3, 4, 5), 6)]
    assert shared("7.1.4", ANY_CHANNELS) == [(tuple(range(12)), 12)]


def test_a_mono_plugin_gets_one_instance_a_channel() -> None:
    assert shared("stereo", (1,)) == [((0,), 1), ((1,), 1)]


def test_a_stereo_plugin_gets_mirror_images_together_and_a_single_channel_twice() -> None:
    assert shared("5.1", (2,)) == [((0, 1), 2), ((2,), 2), ((3,), 2), ((4, 5), 2)]


def test_a_plugin_for_both_gets_a_single_channel_once() -> None:
    assert shared("3.0", (1, 2)) == [((0, 1), 2), ((2,), 1)]


def test_images_are_found_by_place_and_not_by_order() -> None:
    assert shared("5.1-film", (2,)) == [((0, 2), 2), ((1,), 2), ((3, 4), 2), ((5,), 2)]


def test_heights_are_not_paired_with_the_floor() -> None:
    pairs = [channels for channels, _ in shared("7.1.4", (2,)) if len(channels) == 2]
    assert pairs == [(0, 1), (4, 5), (6, 7), (8, 9), (10, 11)]


@pytest.mark.parametrize("layout", ["mono", "stereo", "quad", "5.1", "7.1", "9.1.6", "22.2"])
@pytest.mark.parametrize("widths", [(1,), (2,), (1, 2), ANY_CHANNELS])
def test_every_channel_is_played_exactly_once(layout: str, widths: tuple[int, ...]) -> None:
    played = [channel for channels, _ in shared(layout, widths) for channel in channels]
    assert sorted(played) == list(range(layout_named(layout).channels))


def test_more_channels_than_the_host_takes_are_cut_into_groups() -> None:
    groups = channel_groups(discrete_layout(64), ANY_CHANNELS)
    assert [group.width for group in groups] == [16, 16, 16, 16]


def test_a_linked_plugin_refuses_what_it_cannot_link() -> None:
    with pytest.raises(LayoutError, match="cannot link 64 channels"):
        channel_groups(discrete_layout(64), ANY_CHANNELS, linked=True, name="Limiter")


def test_a_plugin_for_other_layouts_only_refuses_and_says_which() -> None:
    with pytest.raises(LayoutError, match=r"Dome does not take stereo.*6, 8"):
        channel_groups(layout_named("stereo"), (6, 8), name="Dome")
