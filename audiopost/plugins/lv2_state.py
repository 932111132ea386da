"""What an LV2 plug-in keeps beside its ports: properties by name, each with a type, as bytes.

Numbers for names differ from process to process, so names are kept. Properties that hold pointers are not.

Source: LV2 ``state.h``.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from audiopost.plugins.lv2_abi import ffi
from audiopost.plugins.lv2_callbacks import name_of_number, number_of

__all__ = ["restore_properties", "save_properties"]

IS_PLAIN_DATA, IS_PORTABLE = 1, 2
SUCCESS, NO_PROPERTY = 0, 5
BAD_FLAGS = 3


def save_properties(interface: Any, handle: Any, features: Any) -> bytes | None:
    """The properties that an instance saves; None where it says that it failed."""
    kept: dict[str, list[object]] = {}

    @ffi.callback(  # type: ignore[untyped-decorator]
        "int(void *, uint32_t, const void *, size_t, uint32_t, uint32_t)", error=1
    )
    def store(_handle: Any, key: int, value: Any, size: int, kind: int, flags: int) -> int:
        if not flags & IS_PLAIN_DATA:
            return BAD_FLAGS
        data = base64.b64encode(bytes(ffi.buffer(value, size))).decode("ascii")
        kept[name_of_number(key)] = [name_of_number(kind), flags, data]
        return SUCCESS

    if interface.save(handle, store, ffi.NULL, IS_PLAIN_DATA | IS_PORTABLE, features) != SUCCESS:
        return None
    return json.dumps(kept, separators=(",", ":")).encode()


def restore_properties(interface: Any, handle: Any, data: bytes, features: Any) -> bool:
    """Give an instance its properties back; False where they are damaged or it refuses."""
    try:
        read = {
            number_of(str(key)): (base64.b64decode(value, validate=True), number_of(str(kind)), int(flags))
            for key, (kind, flags, value) in json.loads(data).items()
        }
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return False
    memory = {key: ffi.new("char[]", value) for key, (value, _, _) in read.items()}

    @ffi.callback("const void *(void *, uint32_t, size_t *, uint32_t *, uint32_t *)")  # type: ignore[untyped-decorator]
    def retrieve(_handle: Any, key: int, size: Any, kind: Any, flags: Any) -> Any:
        if key not in read:
            return ffi.NULL
        value, kind_number, kept_flags = read[key]
        for place, number in ((size, len(value)), (kind, kind_number), (flags, kept_flags)):
            if place != ffi.NULL:
                place[0] = number
        return ffi.cast("const void *", memory[key])

    result = interface.restore(handle, retrieve, ffi.NULL, 0, features)
    return bool(result in (SUCCESS, NO_PROPERTY))
