import pytest

from audiopost.errors import DeviceError, UnknownNameError
from audiopost.live.device import DeviceInfo, choose_device


def device(index: int, name: str, api: str, inputs: int, outputs: int, *, default: bool = False) -> DeviceInfo:
    return DeviceInfo(index, name, api, inputs, outputs, 48_000.0, 5.0, 5.0, default and inputs > 0, default)


TABLE = (
    device(0, "HDMI", "ALSA", 0, 8),
    device(1, "Scarlett 2i2", "ALSA", 2, 2, default=True),
    device(2, "system", "JACK Audio Connection Kit", 2, 2, default=True),
    device(3, "Built-in Microphone", "ALSA", 1, 0),
)


@pytest.mark.parametrize(
    ("wanted", "index"), [(None, 1), ("jack", 2), ("JACK", 2), ("scarlett", 1), ("hdmi", 0), (0, 0), ("0", 0)]
)
def test_the_output_that_a_person_means(wanted: str | int | None, index: int) -> None:
    assert choose_device(TABLE, wanted).index == index


def test_an_input_is_chosen_among_inputs() -> None:
    assert choose_device(TABLE, "built-in", recording=True).index == 3


def test_a_misspelt_device_is_answered_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean system\?"):
        choose_device(TABLE, "sistem")


def test_jack_without_a_server_says_so() -> None:
    with pytest.raises(UnknownNameError, match="jack"):
        choose_device(TABLE[:2], "jack")


def test_no_device_at_all() -> None:
    with pytest.raises(DeviceError, match="null"):
        choose_device((), None)
