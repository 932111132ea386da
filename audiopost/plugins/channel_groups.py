"""Which channels of a layout each instance of a plug-in gets.

::

    mono plug-in on 5.1          (L) (R) (C) (LFE) (Ls) (Rs)       six instances
    stereo plug-in on 5.1        (L R) (C C) (LFE LFE) (Ls Rs)     mirror images share an instance; a single channel
                                                                   is given twice and the left output is taken

Why the left output and not the mean of both: the mean of two decorrelated outputs is a comb filter.
"""

from __future__ import annotations

from dataclasses import dataclass

from audiopost.errors import LayoutError
from audiopost.layouts import Layout, Speaker
from audiopost.plugins.plugin import ANY_CHANNELS

__all__ = ["ChannelGroup", "channel_groups"]

HOST_LIMIT = 32
"""pedalboard refuses more channels in one block."""


@dataclass(frozen=True)
class ChannelGroup:
    """One instance: the stream's `channels` that it plays, and the `width` of the blocks that it is given.

    `width` is larger than the number of channels only where a single channel is given twice.
    """

    channels: tuple[int, ...]
    width: int


def channel_groups(
    layout: Layout, widths: tuple[int, ...], linked: bool = False, name: str = ""
) -> tuple[ChannelGroup, ...]:
    """Share the channels of a layout out among instances that accept `widths`.

    Parameters
    ----------
    layout
        Of the stream.
    widths
        Numbers of channels that an instance accepts; `ANY_CHANNELS` for all up to 32.
    linked
        True where all channels must share one instance, because they share one gain.
    name
        Of the plug-in, for the error.

    Raises
    ------
    LayoutError
        If no instance fits.

    >>> from audiopost.layouts import layout_named
    >>> [group.channels for group in channel_groups(layout_named("5.1"), (2,))]
    [(0, 1), (2,), (3,), (4, 5)]
    """
    count = layout.channels
    everything = (ChannelGroup(tuple(range(count)), count),)
    if count in widths or (widths == ANY_CHANNELS and count < HOST_LIMIT):
        return everything
    if linked:
        raise LayoutError(f"{name} cannot link {count} channels", mend=f"use a layout of at most {HOST_LIMIT - 1}")
    if widths == ANY_CHANNELS:
        half = HOST_LIMIT // 2
        starts = range(0, count, half)
        return tuple(_group(tuple(range(start, min(start + half, count)))) for start in starts)
    if 2 in widths:
        alone = 1 if 1 in widths else 2
        return tuple(ChannelGroup(each, 2 if len(each) == 2 else alone) for each in _mirror_images(layout))
    if 1 in widths:
        return tuple(_group((channel,)) for channel in range(count))
    accepted = ", ".join(map(str, widths))
    raise LayoutError(f"{name} does not take {layout.name}", mend=f"it takes these numbers of channels: {accepted}")


def _group(channels: tuple[int, ...]) -> ChannelGroup:
    return ChannelGroup(channels, len(channels))


def _mirror_images(layout: Layout) -> list[tuple[int, ...]]:
    """Channels in order, each left speaker together with its right image; what has none stays alone."""
    free = dict(enumerate(layout.speakers))
    groups: list[tuple[int, ...]] = []
    for channel, speaker in enumerate(layout.speakers):
        if channel not in free:
            continue
        del free[channel]
        image = next((other for other, each in free.items() if _mirrors(speaker, each)), None)
        if image is None:
            groups.append((channel,))
            continue
        del free[image]
        groups.append((channel, image) if speaker.azimuth_deg > 0.0 else (image, channel))
    return groups


def _mirrors(one: Speaker, other: Speaker) -> bool:
    at_the_side = 0.0 < abs(one.azimuth_deg) < 180.0 and not one.lfe and not other.lfe
    return at_the_side and one.azimuth_deg == -other.azimuth_deg and one.elevation_deg == other.elevation_deg
