"""Our Lo/Ro against FFmpeg's, which folds by the same Recommendation when it is told to leave levels alone."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.layouts import layout_named
from tests.running import SAMPLE_RATE
from tests.signals import white_noise
from tests.system import require_system
from tests.tolerances import FLOAT32_SUM

ASKED = "aresample=ochl={to}:clev=0.70710678:slev=0.70710678:lfe_mix_level={lfe}:rematrix_maxval=1000"


@pytest.mark.parametrize("lfe_db", [-120.0, -6.0])
@pytest.mark.parametrize("to", ["stereo", "mono"])
@pytest.mark.parametrize(
    ("layout", "theirs"), [("5.0", "5.0"), ("5.1", "5.1"), ("5.1", "5.1(side)"), ("7.1-wave", "7.1")]
)
def test_lo_and_ro_are_ffmpeg_s(layout: str, theirs: str, to: str, lfe_db: float) -> None:
    ffmpeg = require_system("ffmpeg", package="ffmpeg")
    channels = layout_named(layout).channels
    given = white_noise(channels, 4800)
    # Its level is that of LFE in both sides together, each 3 dB below it; ours is that in each side.
    lfe_linear = 0.0 if lfe_db == -120.0 else np.sqrt(2.0) * 10.0 ** (lfe_db / 20.0)
    asked = ASKED.format(to=to, lfe=lfe_linear)
    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE)]
    command = [ffmpeg, "-v", "error", *raw, "-channel_layout", theirs, "-i", "-", "-af", asked, *raw, "-"]
    heard = subprocess.run(command, input=given.T.astype("<f4").tobytes(), capture_output=True, check=True)
    expected = np.frombuffer(heard.stdout, "<f4").reshape(4800, -1).T
    ours = fx.downmix(to=to, lfe_db=lfe_db).render(given, SAMPLE_RATE, layout=layout)
    np.testing.assert_allclose(ours, expected, atol=FLOAT32_SUM)
