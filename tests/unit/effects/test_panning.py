"""Sources between loudspeakers: where they are heard, how loud, how wide, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import LayoutError
from audiopost.layouts import layout_named
from tests.running import SAMPLE_RATE, prepared
from tests.tolerances import GAIN

ONE = np.ones((1, 1), dtype=np.float32)


def gains(to: str, **place: float) -> dict[str, float]:
    """What a source there gives each loudspeaker."""
    played = fx.panner(to=to, **place).render(ONE, SAMPLE_RATE)[:, 0]
    return dict(zip(layout_named(to).labels, map(float, played), strict=True))


@pytest.mark.parametrize("to", ["stereo", "5.1", "7.1.4"])
def test_at_a_loudspeaker_it_plays_alone_and_lfe_never(to: str) -> None:
    for speaker in layout_named(to).speakers:
        heard = gains(to, azimuth_deg=speaker.azimuth_deg, elevation_deg=speaker.elevation_deg)
        alone = [label for label, gain in heard.items() if abs(gain) > GAIN]
        if not speaker.lfe:
            assert alone == [speaker.label]
            assert heard[speaker.label] == pytest.approx(1.0, abs=GAIN)
        assert all(heard[label] == 0.0 for label in heard if label.startswith("LFE"))


def test_half_way_between_two_both_play_at_half_the_power() -> None:
    heard = gains("7.1.4", azimuth_deg=112.5)
    assert heard["Lss"] == pytest.approx(np.sqrt(0.5), abs=GAIN)
    assert heard["Lrs"] == pytest.approx(np.sqrt(0.5), abs=GAIN)


def test_a_wide_source_is_as_loud_and_plays_on_more() -> None:
    point, wide = gains("7.1.4", azimuth_deg=30.0), gains("7.1.4", azimuth_deg=30.0, spread_deg=60.0)
    assert sum(gain > GAIN for gain in wide.values()) > sum(gain > GAIN for gain in point.values())
    assert sum(gain**2 for gain in wide.values()) == pytest.approx(1.0, abs=GAIN)


@pytest.mark.parametrize(
    ("to", "given", "words"),
    [("mono", "mono", "no layout of loudspeakers"), ("5.1", "stereo", "is not one source")],
)
def test_what_cannot_be_panned_is_refused_with_a_mend(to: str, given: str, words: str) -> None:
    with pytest.raises(LayoutError, match=words) as caught:
        prepared("panner", given, settings={"to": to})
    assert caught.value.mend
