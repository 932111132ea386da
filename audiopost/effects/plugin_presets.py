"""The sound of a plug-in in a drawing, saved as the preset file that every other host reads."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from audiopost.effects.hosted import PluginNode
from audiopost.errors import UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import StreamFormat
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import default_layout
from audiopost.media.file_faults import fault
from audiopost.media.new_file import Exists, NewFile

__all__ = ["preset_bytes", "save_plugin_preset"]

SETTLING_FRAMES = 4096
"""Frames of silence before the state is taken: some plug-ins read their knobs only while they play."""


def preset_bytes(spec: GraphSpec, node: str = "") -> bytes:
    """The plug-in as it is drawn, all knobs set, as the bytes of a ``.vstpreset`` file.

    Parameters
    ----------
    spec
        The drawing.
    node
        The plug-in's name in it; may be left out where there is just one.

    Raises
    ------
    UsageError
        If there is no such node, it is no plug-in file, or several could be meant.
    PluginError
        If the plug-in cannot be loaded or gives no preset (Audio Units).
    """
    name = node or _only_plugin(spec)
    drawn = spec.node(name)
    made = CATALOGUE.make(name, drawn)
    if not isinstance(made, PluginNode):
        raise UsageError(f"{name} is no plug-in file but {drawn.effect}", mend="presets are for VST3 plug-ins")
    width = made.widths[0] if made.widths else 2
    made.prepare(StreamFormat(48_000, default_layout(width), SETTLING_FRAMES))
    silence = np.zeros((width, SETTLING_FRAMES), dtype=np.float32)
    made.process(silence, np.empty_like(silence))
    return made.preset()


def save_plugin_preset(
    spec: GraphSpec, path: str | os.PathLike[str], node: str = "", *, exists: Exists = "fail"
) -> Path:
    """Write `preset_bytes` to a file, whole or not at all; ``.vstpreset`` is added to a name without it.

    Returns
    -------
    Path
        The name that the file got.

    Raises
    ------
    UsageError, PluginError
        As `preset_bytes`; then nothing is written.
    FileError
        If the file exists already (see `exists`) or cannot be written.
    """
    wanted = Path(path)
    if wanted.suffix != ".vstpreset":
        wanted = wanted.with_name(wanted.name + ".vstpreset")
    data = preset_bytes(spec, node)
    new = NewFile(wanted, exists)
    try:
        new.temporary.write_bytes(data)
    except OSError as error:
        new.discard()
        raise fault(wanted, error) from error
    return new.publish()


def _only_plugin(spec: GraphSpec) -> str:
    names = [name for name, node in spec.nodes if node.effect == PluginNode.name]
    if len(names) == 1:
        return names[0]
    if not names:
        raise UsageError("there is no plug-in file in this drawing", where=spec.name, mend="draw one: fx.plugin(path)")
    raise UsageError("which plug-in?", where=spec.name, mend="name one of " + ", ".join(names))
