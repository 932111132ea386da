import pytest

from audiopost.delivery.playback import PlaybackRules, Up, playback_gain, target_lufs
from audiopost.library.targets import load_target
from tests.programmes import measured


@pytest.mark.parametrize(
    ("up", "loudness", "peak", "gain", "limited"),
    [
        ("never", -9.0, 0.0, -5.0, False),
        ("never", -20.0, -10.0, 0.0, False),
        ("headroom", -9.0, 1.0, -5.0, False),
        ("headroom", -20.0, -10.0, 6.0, False),
        ("headroom", -20.0, -4.0, 3.0, False),
        ("headroom", -20.0, 0.0, 0.0, False),
        ("limiter", -20.0, -4.0, 6.0, True),
        ("limiter", -20.0, -10.0, 6.0, False),
        ("freely", -20.0, 0.0, 6.0, False),
    ],
)
def test_a_player_turns_down_always_and_up_as_its_rules_allow(
    up: Up, loudness: float, peak: float, gain: float, limited: bool
) -> None:
    found = playback_gain(measured(loudness, peak), -14.0, PlaybackRules(up, -1.0))
    assert (found.gain_db, found.limited) == (gain, limited)


def test_silence_is_left_as_it_is() -> None:
    found = playback_gain(measured(None), -14.0, PlaybackRules("freely"))
    assert (found.gain_db, found.reason) == (0.0, "no loudness to go by: left as it is")


def test_the_aim_is_that_of_the_target() -> None:
    assert target_lufs(load_target("spotify-normal")) == -14.0
    assert target_lufs(load_target("itu-h872")) is None
