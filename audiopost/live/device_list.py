"""The audio devices of this machine, asked for in a process of its own: PortAudio may talk, hang or die there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from audiopost.errors import DeviceError
from audiopost.live.crew import child_environment

__all__ = ["list_devices"]

LIST_PATIENCE_S = 15.0


def list_devices() -> tuple[Mapping[str, Any], ...]:
    """Every audio device (the fields of `audiopost.live.device.DeviceInfo`), asked for in a process of its own.

    Raises
    ------
    DeviceError
        If PortAudio is missing or does not answer.
    """
    command = [sys.executable, "-P", "-m", "audiopost.live.child", "list-devices"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, capture_output=True, timeout=LIST_PATIENCE_S, check=True, env=child_environment()
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise DeviceError("PortAudio", f"the devices cannot be listed: {error}") from error
    document = json.loads(done.stdout)
    if "error" in document:
        raise DeviceError(*document["error"])
    return tuple(document["devices"])
