"""MIDI ports, real and virtual. The door to mido and python-rtmidi.

What arrives is handed over as bytes on a thread of the driver.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audiopost.errors import DeviceError

__all__ = ["MidiPorts", "list_midi_ports"]

CLIENT = "audiopost"
VIRTUAL = "virtual"

_NUMBERED = re.compile(r"-\d\d$")

Message = tuple[int, ...]


class MidiPorts:
    """An input, and the output of the same name where there is one.

    Parameters
    ----------
    name
        A part of a port's name, its number in `list_midi_ports`, or ``virtual``: a port of our own, to which other
        programs connect.
    on_message
        Called with the bytes of each message, on the driver's thread.
    own_name
        What a port of our own is called.

    Raises
    ------
    DeviceError
        If mido or python-rtmidi is not installed, or there is no such port.
    """

    def __init__(self, name: str, on_message: Callable[[Message], None], own_name: str = "control") -> None:
        self._on_message = on_message
        self._output: Any = None
        if name == VIRTUAL:
            # To mido a port with a client's name is a virtual one.
            self.name, backend = CLIENT, _backends()[0]
            self._input = _opened(backend, "input", own_name, client_name=CLIENT, callback=self._heard)
            self._output = _opened(backend, "output", own_name, client_name=CLIENT)
            return
        self.name, backend = _found(name, _inputs())
        self._input = _opened(backend, "input", self.name, callback=self._heard)
        outputs = [(each, used) for each, used in _outputs() if _same_device(each, self.name) and used == backend]
        if outputs:
            self._output = _opened(backend, "output", outputs[0][0])

    def send(self, messages: Sequence[Message]) -> None:
        """Send to the controller; nothing where it has no input of its own."""
        if self._output is None:
            return
        import mido

        for message in messages:
            self._output.send(mido.Message.from_bytes(message))

    def close(self) -> None:
        """Close both."""
        self._input.close()
        if self._output is not None:
            self._output.close()

    def _heard(self, message: Any) -> None:
        self._on_message(tuple(message.bytes()))


def list_midi_ports() -> tuple[str, ...]:
    """Names of the ports that can be listened to.

    Raises
    ------
    DeviceError
        If mido or python-rtmidi is not installed, or the system has no MIDI at all.
    """
    return tuple(name for name, _ in _inputs())


def _backends() -> list[str]:
    """The drivers that work here, as mido names them."""
    try:
        import mido.backends.rtmidi as rtmidi
    except ImportError as error:
        raise DeviceError(
            "MIDI", "mido and python-rtmidi are not installed; pip install 'audiopost[control]'"
        ) from error
    names = [f"mido.backends.rtmidi/{api}" for api in rtmidi.get_api_names() if _is_there(api)]
    if not names:
        raise DeviceError("MIDI", "the system has none: neither /dev/snd/seq (snd-seq) nor a JACK server")
    return names


def _is_there(api: str) -> bool:
    if api == "LINUX_ALSA":
        # Asked without it, ALSA complains on standard error.
        return Path("/dev/snd/seq").exists()
    return api != "RTMIDI_DUMMY"


def _inputs() -> list[tuple[str, str]]:
    return _names("get_input_names")


def _outputs() -> list[tuple[str, str]]:
    return _names("get_output_names")


def _names(method: str) -> list[tuple[str, str]]:
    """``(port, backend)`` of every driver that answers."""
    import mido

    found = []
    failed = []
    for backend in _backends():
        try:
            found += [(name, backend) for name in dict.fromkeys(getattr(mido.Backend(backend), method)())]
        except (OSError, RuntimeError, SystemError) as error:
            failed.append(f"{backend.rpartition('/')[2]}: {error}")
    if not found and failed:
        raise DeviceError("MIDI", "; ".join(failed))
    return found


def _found(wanted: str, ports: list[tuple[str, str]]) -> tuple[str, str]:
    if wanted.isdecimal() and int(wanted) < len(ports):
        return ports[int(wanted)]
    exact = [port for port in ports if port[0] == wanted]
    close = exact or [port for port in ports if wanted.casefold() in port[0].casefold()]
    if not close:
        known = ", ".join(f"{number}: {name}" for number, (name, _) in enumerate(ports)) or "none; `virtual` makes one"
        raise DeviceError("MIDI", f"no port is called {wanted!r}; there are {known}")
    return close[0]


def _same_device(output: str, device: str) -> bool:
    """By the client's name; JACK numbers the clients of one name (``faders``, ``faders-01``)."""
    first, second = (_NUMBERED.sub("", name.partition(":")[0]) for name in (output, device))
    return first == second


def _opened(backend: str, kind: str, name: str, **options: Any) -> Any:
    import mido

    try:
        return getattr(mido.Backend(backend), f"open_{kind}")(name, **options)
    except (OSError, RuntimeError, SystemError, NotImplementedError) as error:
        hint = " (virtual ports are not to be had on Windows)" if sys.platform == "win32" else ""
        raise DeviceError("MIDI", f"{name!r} cannot be opened: {error}{hint}") from error
