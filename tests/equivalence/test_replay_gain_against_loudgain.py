"""ReplayGain values of tracks and album, against loudgain (libebur128), on real voices and noise."""

import csv
import subprocess

import pytest

from audiopost.jobs.album import measure_album
from audiopost.jobs.measure import measure
from audiopost.loudness.replay_gain import replay_gain
from audiopost.units import linear_to_db
from tests.recordings import recording
from tests.system import require_system
from tests.tolerances import PEER_TRUE_PEAK_DB, TWO_DECIMALS_DB

TRACKS = ("Front_Left", "Noise", "Side_Right")


def test_tracks_and_album_get_the_gain_that_loudgain_gives_them() -> None:
    program = require_system("loudgain", package="loudgain")
    paths = [recording(name) for name in TRACKS]
    printed = subprocess.run([program, "-a", "-O", *map(str, paths)], capture_output=True, text=True, check=True)
    *peers, peer_album = csv.DictReader(printed.stdout.splitlines(), delimiter="\t")
    measured = [measure(path) for path in paths]
    album = measure_album(measured).loudness
    for mine, peer in zip(measured, peers, strict=True):
        gain = replay_gain(mine.loudness, album)
        assert gain.track_gain_db == pytest.approx(number(peer["Gain"]), abs=TWO_DECIMALS_DB)
        assert gain.album_gain_db == pytest.approx(number(peer_album["Gain"]), abs=TWO_DECIMALS_DB)
        off_db = linear_to_db(gain.track_peak_linear) - linear_to_db(number(peer["True_Peak"]))
        assert abs(off_db) <= PEER_TRUE_PEAK_DB


def number(text: str) -> float:
    """``"3.51 dB"`` is 3.51."""
    return float(text.split()[0])
