"""Presets of an LV2 plug-in, as its maker or another host has saved them: values of ports, and a state.

Source: LV2 ``presets``, ``state``; lilv ``lilv_state_new_from_world``, ``lilv_state_restore``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from audiopost.errors import PluginError, UnknownNameError
from audiopost.plugins.lv2_abi import Uri, ffi, lilv
from audiopost.plugins.lv2_callbacks import URID_MAP, name_of_number
from audiopost.plugins.lv2_world import Bundle, BundledPlugin

__all__ = ["give_preset"]

NUMBERS = {f"{Uri.ATOM}{name}": form for name, form in
           (("Float", "f"), ("Double", "d"), ("Int", "i"), ("Long", "q"), ("Bool", "i"))}  # fmt: skip


def give_preset(
    bundle: Bundle,
    plugin: BundledPlugin,
    name: str,
    instance: Any,
    features: Any,
    set_control: Callable[[str, float], None],
) -> None:
    """Let an instance take a preset.

    Parameters
    ----------
    name
        Its name or URI.
    instance, features
        The plug-in's own, and what it is offered for its state.
    set_control
        Called with the symbol and the value of each port that the preset holds.

    Raises
    ------
    UnknownNameError
        If the plug-in has no such preset.
    PluginError
        If it cannot be read.
    """
    presets = bundle.presets(plugin)
    uri = next((uri for uri, label in presets.items() if name in (uri, label)), None)
    if uri is None:
        raise UnknownNameError(kind="preset", name=name, known=tuple(presets.values()), where=plugin.name)
    state = lilv().lilv_state_new_from_world(bundle.world, URID_MAP, bundle.node(uri))
    if state == ffi.NULL:
        raise PluginError(plugin.name, f"its preset {name} cannot be read", "leave it out")

    @ffi.callback("void(const char *, void *, const void *, uint32_t, uint32_t)")  # type: ignore[untyped-decorator]
    def take(symbol: Any, _data: Any, value: Any, size: int, kind: int) -> None:
        form = NUMBERS.get(name_of_number(kind), "")
        if form and struct.calcsize(form) == size:
            set_control(ffi.string(symbol).decode(), float(struct.unpack(form, bytes(ffi.buffer(value, size)))[0]))

    lilv().lilv_state_restore(state, instance, take, ffi.NULL, 0, features)
    lilv().lilv_state_free(state)
