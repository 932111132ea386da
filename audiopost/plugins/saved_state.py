"""What a plug-in stands at, as text that says whose it is: for formats that keep their state with the host.

Beside the plug-in's own bytes the value of every knob is kept by name. A plug-in that saves nothing itself is restored
from these, and so is another format of the same plug-in, which cannot read the bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from audiopost.errors import UsageError

__all__ = ["SavedState", "is_saved_state"]

FORM = "audiopost plug-in state 1"


@dataclass(frozen=True)
class SavedState:
    """A plug-in's `format`, `id`, its own `data` (None: it keeps none) and its knobs' `values`."""

    format: str
    id: str
    data: bytes | None
    values: Mapping[str, float] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As it is kept in a chain."""
        data = None if self.data is None else base64.b64encode(self.data).decode("ascii")
        form = {"form": FORM, "format": self.format, "id": self.id, "data": data, "values": dict(self.values)}
        return json.dumps(form, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, state: bytes) -> SavedState:
        """From `to_bytes`.

        Raises
        ------
        UsageError
            If it is something else.
        """
        try:
            form = json.loads(state)
            data = None if form["data"] is None else base64.b64decode(form["data"], validate=True)
            values = {str(name): float(value) for name, value in form["values"].items()}
            if form["form"] != FORM or not all(map(math.isfinite, values.values())):
                raise ValueError(form["form"])
            return cls(str(form["format"]), str(form["id"]), data, values)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            mend = "give what was saved from it here, or leave the state out"
            raise UsageError("the state is not one of this plug-in", where="plugin", mend=mend) from error


def is_saved_state(state: bytes) -> bool:
    """Whether these bytes are of this form, rather than a VST3's or an Audio Unit's own."""
    return state.startswith(b'{"form":"' + FORM.encode())
