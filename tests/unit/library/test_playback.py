import pytest

from audiopost.delivery.playback import target_lufs
from audiopost.errors import UnknownNameError
from audiopost.library.playback import list_services, load_playback
from audiopost.library.targets import list_targets, load_target


@pytest.mark.parametrize("service", list_services())
def test_a_service_has_a_playback_target_with_a_loudness_and_a_codec(service: str) -> None:
    target = load_target(service)
    assert target.status == "playback"
    assert target_lufs(target) is not None
    rules = load_playback(service)
    assert rules.codings
    for coding in rules.codings:
        assert coding.confidence == "primary" or coding.note


def test_every_music_and_video_service_is_there() -> None:
    others = {"aes-td1004", "replaygain2", "replay-home-31"}  # recommendations and players, no services
    assert {target.id for target in list_targets() if target.status == "playback"} - others == set(list_services())


def test_an_unknown_service_comes_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean spotify-normal"):
        load_playback("spotify-norma")
