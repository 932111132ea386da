"""What C code prints does not reach the terminal."""

import os
import threading

import pytest

from audiopost.plugins.captured_streams import captured_streams


def test_both_streams_lead_into_the_file_and_back(capfd: pytest.CaptureFixture[str]) -> None:
    with captured_streams() as file:
        os.write(1, b"one ")
        os.write(2, b"two")
        file.seek(0)
        assert file.read() == b"one two"
    os.write(2, b"three")
    assert capfd.readouterr() == ("", "three")


def test_inside_one_another_they_come_back_in_order(capfd: pytest.CaptureFixture[str]) -> None:
    with captured_streams(), captured_streams():
        os.write(2, b"inner")
    os.write(2, b"outside")
    assert capfd.readouterr().err == "outside"


def test_threads_wait_for_each_other(capfd: pytest.CaptureFixture[str]) -> None:
    def print_captured() -> None:
        for _ in range(50):
            with captured_streams():
                os.write(2, b"x")

    threads = [threading.Thread(target=print_captured) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"
