"""THE contract of an effect.

A node is made with its settings, told the stream it will run on (`prepare`), and then run block by block
(`process`) on the audio thread. Two methods are required: `prepare` and `process`. The laws that every node
keeps are tested over the whole catalogue in ``tests/laws``:

- any split of the input into blocks (0, 1 and 2 frames too) gives the same samples;
- after `reset` a node is as new;
- measured latency = `latency_frames`; after `tail_frames` of silent input the output is silent;
- finite input gives finite output; NaN and infinity never get in (the renderer keeps them out);
- the input block is not touched; `out` may not be the same memory as any input;
- a jump of a parameter makes no step larger than its smoothing allows.

Audio thread: inside `process` no file, lock, log, print, import, compile, array allocation or wait.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audiopost.blocks import AudioBlock
from audiopost.errors import UnknownNameError
from audiopost.graph.parameter import Parameter, Setting, SettingValue, parameter_named
from audiopost.layouts import Layout

__all__ = ["INFINITE_TAIL", "FusedProcess", "Node", "StreamFormat"]

FusedProcess = Callable[[AudioBlock, AudioBlock], None]
"""``process`` of several nodes in a row: block, out."""

INFINITE_TAIL = -1
"""`tail_frames` of a node that may ring for ever (a generator, a freeze)."""


@dataclass(frozen=True)
class StreamFormat:
    """What `prepare` must know: rate in Hz, layout of the main input, largest block, layouts of the side inputs."""

    sample_rate: int
    layout: Layout
    maximum_frames: int
    side_layouts: tuple[Layout, ...] = ()
    """One for each of the node's `side_inputs`, in order; an unconnected one has the layout of the main input."""


class Node(ABC):
    """An effect. Subclass it, name it, declare its knobs, and write `prepare` and `process`."""

    name: ClassVar[str] = ""
    """The catalogue name, lower case with underscores: ``"highpass"``. Empty for abstract bases."""
    summary: ClassVar[str] = ""
    """One sentence for a person."""
    parameters: tuple[Parameter, ...] = ()
    settings: ClassVar[tuple[Setting, ...]] = ()
    side_inputs: tuple[str, ...] = ()
    """Names of inputs besides the main one (``("sidechain",)``); unconnected, each is fed the main input."""
    generates: ClassVar[bool] = False
    """True for a source that needs no main input; it is then fed silence of the graph's input layout."""
    live: ClassVar[bool] = True
    """False for an effect whose latency or cost forbids playing it live."""
    trusted: ClassVar[bool] = True
    """False for user code and plug-ins: the renderer catches what they raise, and NaN and infinity behind them."""
    exceptions: ClassVar[Mapping[str, str]] = {}
    """Laws that the effect cannot keep, each with the reason: ``{"split": "depends on the block size"}``."""

    latency_frames: int = 0
    tail_frames: int = 0
    notes: tuple[str, ...] = ()
    """What a person should know of it once it is prepared."""

    def __init__(self, settings: Mapping[str, SettingValue] | None = None) -> None:
        self.setting_values: dict[str, SettingValue] = {
            setting.name: setting.default for setting in self.settings if setting.default is not None
        }
        self.setting_values.update(settings or {})
        self.values: dict[str, float] = {parameter.name: parameter.default for parameter in self.parameters}

    def output_layout(self, layout: Layout) -> Layout:
        """The layout of the output for that of the main input. Raises LayoutError if it cannot take it."""
        return layout

    @abstractmethod
    def prepare(self, stream: StreamFormat) -> None:
        """Allocate and compile for the stream, take over `values` without smoothing, and be as after `reset`.

        The only place that may allocate. Sets `latency_frames` and `tail_frames`. May be called again.
        """

    @abstractmethod
    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Fill `out` from `block` and the side inputs; all have the same number of frames, 0 to the maximum."""

    def reset(self) -> None:  # noqa: B027 - a node without memory has nothing to forget
        """Forget all sound and finish all smoothing; parameters keep their values."""

    def set_parameter(self, name: str, value: float) -> None:
        """Turn a knob: checked against its range, smoothed by the effect, heard from the next block on.

        Raises UnknownNameError or ParameterRangeError; then nothing has changed.
        """
        parameter = parameter_named(self.parameters, name)
        if parameter is None:
            known = tuple(each.name for each in self.parameters)
            raise UnknownNameError(kind="parameter", name=name, known=known, where=self.name)
        self.values[name] = parameter.checked(value, self.name)
        self.parameter_changed(name)

    def modulate(self, name: str, value: float) -> None:
        """Have a parameter heard at `value`. Turns it; a plug-in may keep its knob, and its state, where they stand."""
        self.set_parameter(name, value)

    def fused_with(self, followers: Iterable[Node]) -> tuple[int, FusedProcess] | None:  # noqa: ARG002 - a subclass may
        """One call that does what this node and the first few of `followers` would do, bit for bit; None if none does.

        Before the call stands how many followers it takes, 1 or more.
        Asked once, after all were prepared and before they are reset; they stay in charge of parameters and state.
        """
        return None

    def parameter_changed(self, name: str) -> None:  # noqa: B027 - a node may look into `values` instead
        """Hook: `values[name]` has a new value. Allocation-free; called between blocks on the audio thread."""
