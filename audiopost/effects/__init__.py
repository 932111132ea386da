"""The catalogue of effects, and the words that draw them.

``from audiopost import effects as fx`` gives one word for each effect: ``fx.highpass(frequency_hz=80)`` is a
`Graph` of that one effect; ``fx.pedalboard.Chorus(rate_hz=0.8)`` is a built-in of pedalboard;
``fx.plugin("ZamHeadX2.vst3", azimuth=30)`` is a plug-in file.

An effect joins the catalogue by being a `Node` with a `name` in a module of `EFFECT_MODULES`; a module may
also list entries that are no classes of their own in a function `entries()`. Packs that are installed beside
audiopost join by themselves (`audiopost.effects.packs`), loaded when a name is not found or all names are wanted.

What an editor shows of all this stands in ``__init__.pyi``, which ``python -m audiopost.effects.stubs`` writes.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from audiopost.effects.packs import entries_of, load_packs
from audiopost.effects.splits import on_channels, on_mid_side
from audiopost.effects.words import draw, pedalboard, plugin, word
from audiopost.graph.algebra import Graph, through
from audiopost.graph.catalogue import CATALOGUE

__all__ = ["EFFECT_MODULES", "draw", "on_channels", "on_mid_side", "pedalboard", "plugin", "through"]

EFFECT_MODULES: tuple[str, ...] = (
    "mixing",
    "channels",
    "equalization",
    "equalizer_parametric",
    "equalizer_drawn",
    "equalizer_dynamic",
    "dynamics",
    "compression",
    "multiband",
    "expansion",
    "voice_bands",
    "dialogue",
    "speech_gates",
    "restoration_noise",
    "restoration_repair",
    "breaths",
    "limiting",
    "space",
    "response_morphs",
    "modulation",
    "waveforms",
    "resonance",
    "moving_sources",
    "ambisonics",
    "uhj",
    "headphones",
    "panning",
    "objects",
    "reflections",
    "generators",
    "textures",
    "one_shots",
    "drones",
    "spectral",
    "morphing",
    "voices",
    "grains",
    "samplers",
    "speech_bands",
    "editing",
    "gaps",
    "metering",
    "hosted",
)
"""Modules of this room whose node classes, and whose `entries()` where they have them, make up the catalogue."""


def __getattr__(name: str) -> Callable[..., Graph]:
    if name.startswith("_"):
        raise AttributeError(name)
    return word(name)


def __dir__() -> list[str]:
    return [*__all__, *(name for name in CATALOGUE.names() if "." not in name)]


def _fill() -> None:
    for module_name in EFFECT_MODULES:
        for entry in entries_of(importlib.import_module(f"audiopost.effects.{module_name}")):
            CATALOGUE.add(entry)
    CATALOGUE.load_on_demand(lambda: load_packs(CATALOGUE))


_fill()
