"""The list of devices, asked for by a process of its own.

PortAudio talks on standard error while it looks for devices, keeps what it found for the life of its process, and may
hang on a broken driver. None of it reaches whoever calls `list_devices`.
"""

from __future__ import annotations

import json
import subprocess
import sys

from audiopost.errors import DeviceError
from audiopost.live.device import DeviceInfo, as_data, device_table

__all__ = ["list_devices"]

PATIENCE_S = 20.0
"""PortAudio asks every driver; a sleeping sound card or a network one takes seconds to answer."""


def list_devices() -> tuple[DeviceInfo, ...]:
    """Every device that PortAudio finds now.

    Raises
    ------
    DeviceError
        If PortAudio is missing, or does not answer.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "audiopost.live.device_list"], capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        mend = "a driver hangs: unplug or restart its device"
        raise DeviceError("PortAudio", f"did not answer within {PATIENCE_S:g} s", mend) from error
    try:
        answer = json.loads(child.stdout)
    except ValueError as error:
        raise DeviceError("PortAudio", f"ended with code {child.returncode} while it looked for devices") from error
    if "error" in answer:
        raise DeviceError(*answer["error"])
    return tuple(DeviceInfo(**each) for each in answer["devices"])


def _main() -> None:
    try:
        answer: dict[str, object] = {"devices": [as_data(each) for each in device_table()]}
    except DeviceError as error:
        answer = {"error": (error.device, error.what, error.mend)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
