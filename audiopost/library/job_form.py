"""The form of a job file: which keys there are and what they may hold."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

from audiopost.delivery.settings import USUAL_DELIVERY, DeliverySettings
from audiopost.library.schema import Field, Table, model_validator, table_with

__all__ = ["COMPANIONS", "KEYS", "JobTable"]

MOST_ATTEMPTS = 100


KEYS = {"start": "from", "end": "to", "frames_per_second": "fps"}
"""Settings of a delivery that a job file names as the command line does; all others bear their own name."""

COMPANIONS = {"dialogue_stem": "dialogue_stem", "full_mix": "full_mix", "gain_from": "gain_from", "programme": "around"}
"""Keys for a file beside each group (a template, filled like the output's), and the keyword of `normalize` for it."""


class _JobTable(Table):
    """A whole job file: what is worked on, what is done to it, and where it goes."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str = ""
    inputs: list[str] = Field(min_length=1)
    exclude: list[str] = Field(default_factory=list)
    group: Literal["each", "album", "stems"] | None = None
    pattern: str | None = None
    group_by: str | list[str] | None = None
    chain: str | None = None
    parameters: dict[str, float | str] = Field(default_factory=dict)
    seed: int | None = None
    effects: list[str] = Field(default_factory=list)
    target: str | None = None
    dialogue_stem: str | None = None
    full_mix: str | None = None
    gain_from: str | None = None
    programme: str | None = None
    output: str = Field(min_length=1)
    exists: Literal["fail", "replace"] = "fail"
    report: str | None = None
    services: list[str] = Field(default_factory=list)
    attempts: int = Field(default=3, ge=1, le=MOST_ATTEMPTS)
    patience_s: float = Field(default=300.0, gt=0.0)

    @model_validator(mode="after")
    def _groups_make_sense(self) -> _JobTable:
        if self.full_mix is not None and (self.group in ("each", "album") or self.chain is not None):
            raise ValueError("full_mix is compared with stems as they are: not with other groups, nor behind a chain")
        if self.services and not (self.report or "").endswith((".html", ".pdf")):
            raise ValueError('services are told on a page: add report = "report.html" (or .pdf)')
        if self.group_by is not None and self.group == "each":
            raise ValueError('group_by says what belongs together, group = "each" that nothing does')
        if self.group_by not in (None, "folder") and self.pattern is None:
            raise ValueError('group_by needs a pattern that has this field, such as pattern = "{scene}_{stem}.wav"')
        if self.pattern is not None and self.group_by is None and self.group in ("album", "stems"):
            raise ValueError("a pattern needs group_by: the field that the files of one group share")
        return self


def _delivery_keys() -> dict[str, Any]:
    """Every setting of a delivery as a key of the file: its type, and its default."""
    types = get_type_hints(DeliverySettings)
    keys: dict[str, Any] = {}
    for name, default in USUAL_DELIVERY.as_words().items():
        kind: Any = types[name]
        if get_origin(kind) is tuple:  # TOML has lists
            kind, default = list[get_args(kind)[0]], list(default)  # type: ignore[misc]
        keys[name] = (kind, Field(default=default, alias=KEYS.get(name)))
    return keys


JobTable = table_with(_JobTable, "JobTable", _delivery_keys())
"""With all that a delivery may be asked for, which has its home in `audiopost.delivery.settings`."""
