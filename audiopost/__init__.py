"""Sound design and audio post: a graph of effects that plays live and renders offline, and loudness delivery.

The same words as on the command line::

    import audiopost
    from audiopost import effects as fx

    audiopost.measure("mix.wav").loudness.integrated_lufs
    chain = fx.highpass(frequency_hz=80) >> fx.compressor(threshold_db=-20)
    louder = chain.render(samples, 48_000)          # samples of shape (channels, frames)

Every name here is fetched from its room when it is first used, so ``import audiopost`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audiopost import effects as effects
    from audiopost import errors as errors
    from audiopost.effects.plugin_presets import save_plugin_preset as save_plugin_preset
    from audiopost.effects.python_effect import effect as effect
    from audiopost.effects.python_effect import kernel as kernel
    from audiopost.graph.algebra import Graph as Graph
    from audiopost.jobs.check import check as check
    from audiopost.jobs.convert import convert as convert
    from audiopost.jobs.match_adr import match_adr as match_adr
    from audiopost.jobs.match_eq import match_eq as match_eq
    from audiopost.jobs.measure import measure as measure
    from audiopost.jobs.normalize import normalize as normalize
    from audiopost.jobs.preview import preview as preview
    from audiopost.jobs.render import render as render
    from audiopost.library.chains import load_chain as load_chain
    from audiopost.library.chains import save_chain as save_chain
    from audiopost.library.targets import load_target as load_target
    from audiopost.live.desk import Desk as Desk
    from audiopost.live.host import LiveHost as LiveHost
    from audiopost.loudness.meter import LoudnessMeter as LoudnessMeter

__all__ = [
    "Desk",
    "Graph",
    "LiveHost",
    "LoudnessMeter",
    "__version__",
    "check",
    "convert",
    "effect",
    "effects",
    "errors",
    "kernel",
    "load_chain",
    "load_target",
    "match_adr",
    "match_eq",
    "measure",
    "normalize",
    "preview",
    "render",
    "save_chain",
    "save_plugin_preset",
]

_HOMES = {
    "Desk": "live.desk",
    "Graph": "graph.algebra",
    "LiveHost": "live.host",
    "LoudnessMeter": "loudness.meter",
    "check": "jobs.check",
    "convert": "jobs.convert",
    "effect": "effects.python_effect",
    "kernel": "effects.python_effect",
    "load_chain": "library.chains",
    "load_target": "library.targets",
    "match_adr": "jobs.match_adr",
    "match_eq": "jobs.match_eq",
    "measure": "jobs.measure",
    "normalize": "jobs.normalize",
    "preview": "jobs.preview",
    "render": "jobs.render",
    "save_chain": "library.chains",
    "save_plugin_preset": "effects.plugin_presets",
}
"""The module of each public name; a test holds it equal to what the types above say."""


def __getattr__(name: str) -> Any:
    if name in ("effects", "errors"):
        return importlib.import_module(f"audiopost.{name}")
    if name == "__version__":
        from importlib.metadata import version

        return version("audiopost")
    if name not in _HOMES:
        raise AttributeError(f"module 'audiopost' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"audiopost.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
