"""What can be turned on an effect (`Parameter`) and what is fixed when it is made (`Setting`).

The range, unit and default of every knob stand once, in the effect's own `Parameter`; command line, presets,
documentation and user interface are made from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from audiopost.errors import ParameterRangeError, UsageError, near_misses

__all__ = ["Parameter", "Setting", "SettingValue", "parameter_named"]

Taper = Literal["linear", "log"]
SettingValue = str | int | float | bool


@dataclass(frozen=True)
class Parameter:
    """One knob of an effect.

    Parameters
    ----------
    name
        Ends in its unit (``frequency_hz``, ``threshold_db``, ``attack_ms``) unless it has none (``ratio``, ``mix``).
    default, minimum, maximum
        In `unit`. Both ends are allowed values.
    unit
        ``"dB"``, ``"Hz"``, ``"ms"``, ``"s"``, ``"%"``, ``"deg"``, ``"LU"`` ... or empty.
    taper
        How a knob covers the range: ``"linear"`` or ``"log"`` (frequencies, times).
    smoothing_ms
        A jump of the value is spread over this time by the effect itself. 0: takes effect at once.
    choices
        Names of the values 0, 1, 2 ... of a switch; then `minimum` is 0 and `maximum` their number less one.
    summary
        One short phrase for a person.
    """

    name: str
    default: float
    minimum: float
    maximum: float
    unit: str = ""
    taper: Taper = "linear"
    smoothing_ms: float = 20.0
    choices: tuple[str, ...] = ()
    summary: str = ""

    def __post_init__(self) -> None:
        if not self.minimum <= self.default <= self.maximum:
            raise ParameterRangeError(
                parameter=self.name, value=self.default, minimum=self.minimum, maximum=self.maximum, unit=self.unit
            )

    def checked(self, value: float | str | bool, where: str = "") -> float:
        """The value as a float, if it is one that the parameter may take.

        `value` may be the name of a choice. `where` names the node for the error.

        Raises
        ------
        ParameterRangeError
            If the value is not finite or outside the range.
        UsageError
            If it is no number and no choice.

        >>> Parameter("ratio", 2.0, 1.0, 20.0).checked("4")
        4.0
        """
        if isinstance(value, str):
            value = self._read(value, where)
        number = float(value)
        if not math.isfinite(number) or not self.minimum <= number <= self.maximum:
            raise ParameterRangeError(
                where=where,
                parameter=self.name,
                value=number,
                minimum=self.minimum,
                maximum=self.maximum,
                unit=self.unit,
            )
        return float(round(number)) if self.choices else number

    def position_of(self, value: float) -> float:
        """Where a knob from 0 to 1 stands for a value, by the taper. Values outside the range stand at its ends.

        >>> Parameter("frequency_hz", 1000.0, 20.0, 20_000.0, taper="log").position_of(632.4555320336759)
        0.5
        """
        value = min(max(value, self.minimum), self.maximum)
        if self.maximum == self.minimum:
            return 0.0
        if self._by_ratios:
            return math.log(value / self.minimum) / math.log(self.maximum / self.minimum)
        return (value - self.minimum) / (self.maximum - self.minimum)

    def value_at(self, position: float) -> float:
        """The value of a knob at a position from 0 to 1; a switch stands at the nearest of its choices.

        >>> Parameter("gain_db", 0.0, -60.0, 20.0).value_at(0.5)
        -20.0
        """
        position = min(max(position, 0.0), 1.0)
        if position in (0.0, 1.0):  # the ends exactly, without rounding
            return self.maximum if position else self.minimum
        if self._by_ratios:
            value = self.minimum * (self.maximum / self.minimum) ** position
        else:
            value = self.minimum + position * (self.maximum - self.minimum)
        value = min(max(value, self.minimum), self.maximum)
        return float(round(value)) if self.choices else value

    @property
    def _by_ratios(self) -> bool:
        """Equal turns are equal ratios; a range from 0 on has none, whatever its taper says."""
        return self.taper == "log" and self.minimum > 0.0

    def _read(self, text: str, where: str) -> float:
        if text in self.choices:
            return float(self.choices.index(text))
        try:
            return float(text)
        except ValueError:
            if self.choices:
                mend = "allowed: " + ", ".join(near_misses(text, self.choices) or self.choices)
            else:
                mend = f"give a number from {self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()
            raise UsageError(f"{self.name} = {text!r} is not a value", where=where, mend=mend) from None


@dataclass(frozen=True)
class Setting:
    """Something fixed when an effect is made: a path, a mode that changes its latency, a number of bands.

    `kind` is the type of its value; a ``"path"`` is resolved against the folder of the preset that names it.
    """

    name: str
    kind: Literal["text", "path", "integer", "number", "flag"]
    default: SettingValue | None = None
    """None: the setting must be given."""
    choices: tuple[str, ...] = ()
    summary: str = ""

    def checked(self, value: object, where: str = "") -> SettingValue:
        """The value, if it has the type of `kind` and is one of the choices.

        Raises
        ------
        UsageError
            If it has not or is not.
        """
        wanted: dict[str, tuple[type, ...]] = {
            "text": (str,), "path": (str,), "integer": (int,), "number": (int, float), "flag": (bool,),
        }  # fmt: skip
        fits = isinstance(value, wanted[self.kind]) and (self.kind == "flag" or not isinstance(value, bool))
        if not fits or (self.choices and str(value) not in self.choices):
            allowed = ", ".join(self.choices) if self.choices else f"a {self.kind}"
            raise UsageError(f"{self.name} = {value!r} is not allowed", where=where, mend=f"allowed: {allowed}")
        assert isinstance(value, str | int | float | bool)
        return value


def parameter_named(parameters: tuple[Parameter, ...], name: str) -> Parameter | None:
    """The parameter of that name, or None."""
    return next((parameter for parameter in parameters if parameter.name == name), None)
