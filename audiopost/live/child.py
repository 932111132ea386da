"""The entry of every child process: ``python -P -m audiopost.live.child ROLE SLOT CHANNEL SEGMENT PARENT``.

Not for people. Children are never made by `multiprocessing`, which would run the user's script a second time in
each of them, or would fork a process that has threads.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socket
import sys
import threading
import traceback

from audiopost.live.channel import Channel, ChannelFullError
from audiopost.live.memory import Segment
from audiopost.live.priority import die_with_parent

__all__ = ["main"]

CHILD_CRASHED = 70


def main(arguments: list[str]) -> int:
    """Run one child; its exit code."""
    faulthandler.enable()
    role = arguments[0]
    if role == "list-devices":
        return _list_devices()
    if role == "loopback":
        return _measure_loopback(arguments[1])
    slot, channel_descriptor, segment_descriptor, parent_pid = map(int, arguments[1:5])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.excepthook = _end_with_trace
    # A recording must be finished even when control was killed: media goes by the end of the channel.
    if role != "media":
        die_with_parent(parent_pid, signal.SIGKILL)
    channel = Channel(socket.socket(fileno=channel_descriptor))
    segment = Segment(segment_descriptor)
    try:
        _run(role, slot, channel, segment)
    except (EOFError, ChannelFullError):
        return 0  # control is gone
    return 0


def _run(role: str, slot: int, channel: Channel, segment: Segment) -> None:
    if role == "device":
        from audiopost.live.device_process import DeviceProcess

        DeviceProcess(channel, segment).run()
    elif role == "engine":
        from audiopost.live.engine import EngineProcess

        EngineProcess(slot, channel, segment).run()
    elif role == "meters":
        from audiopost.live.meter_process import MeterProcess

        MeterProcess(channel, segment).run()
    else:
        from audiopost.live.media_process import MediaProcess

        MediaProcess(channel, segment).run()


def _list_devices() -> int:
    from audiopost.errors import DeviceError
    from audiopost.live.device import as_data, device_table

    try:
        document: dict[str, object] = {"devices": [as_data(device) for device in device_table()]}
    except DeviceError as error:
        document = {"error": [error.device, error.what, error.mend]}
    os.write(sys.stdout.fileno(), json.dumps(document).encode())
    return 0


def _measure_loopback(request: str) -> int:
    from dataclasses import asdict

    from audiopost.errors import DeviceError, UnknownNameError
    from audiopost.live.loopback import probe_devices

    try:
        document: dict[str, object] = asdict(probe_devices(request))
    except DeviceError as error:
        document = {"error": [error.device, error.what, error.mend]}
    except UnknownNameError as error:
        document = {"error": [error.name, str(error), ""]}
    os.write(sys.stdout.fileno(), json.dumps(document).encode())
    return 0


def _end_with_trace(arguments: threading.ExceptHookArgs) -> None:
    """An audio thread that raises must not leave a process behind that looks alive."""
    traceback.print_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    os._exit(CHILD_CRASHED)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # No clean-up of libraries: PortAudio's may hang when its server has died.
    os._exit(code)
