"""Head trackers over OSC: what they send, as turns of the scene's rotation. Pure.

::

    /ypr fff              yaw, pitch, roll in degrees: to the left, upwards, the left side upwards
    /yaw f /pitch f /roll f   one of them
    /quaternion ffff      w x y z; x is ahead, y left, z up. Also /quaternions

Each also below a name, as in ``/SceneRotator/ypr``: so the scene rotators of plug-in suites are addressed, and a
tracker that is set up for one of them works here too; below ``/SceneRotator`` pitch is positive downwards, as the IEM
Plug-in Suite has it. They turn every `ambisonic_rotate` of the chain that is heard;
its setting `follow_head` says whether the angles are those of a head or of the scene.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from audiopost.errors import UsageError

__all__ = ["ROTATION", "angles_of_rotation", "around", "head_angles"]

ROTATION = "ambisonic_rotate"
"""The effect that is turned."""

_PITCH_DOWNWARDS = "SceneRotator"
_AXES = ("yaw_deg", "pitch_deg", "roll_deg")
_FORMS = {
    "ypr": 3, "yaw": 1, "pitch": 1, "roll": 1, "quaternion": 4, "quaternions": 4,
}  # fmt: skip


def head_angles(address: str, arguments: Sequence[object]) -> Mapping[str, float] | None:
    """Parameters of `ROTATION` and where they shall stand, in degrees; None for an address that is no tracker's.

    Raises
    ------
    UsageError
        If the arguments do not fit the address.

    >>> head_angles("/SceneRotator/ypr", [30.0, -10.0, 0.0])
    {'yaw_deg': 30.0, 'pitch_deg': 10.0, 'roll_deg': 0.0}
    >>> head_angles("/yaw", [190.0])
    {'yaw_deg': -170.0}
    """
    parts = address.strip("/").split("/")
    form = parts[-1]
    if len(parts) > 2 or form not in _FORMS:
        return None
    numbers = [float(each) for each in arguments if isinstance(each, int | float)]
    if len(numbers) != _FORMS[form] or len(arguments) != len(numbers) or not all(map(math.isfinite, numbers)):
        raise UsageError(f"{address} takes {_FORMS[form]} numbers, not {', '.join(map(repr, arguments)) or 'none'}")
    if form.startswith("quaternion"):
        if not any(numbers):
            raise UsageError(f"{address} takes a rotation, and 0 0 0 0 is none")
        return dict(zip(_AXES, angles_of_rotation(*numbers), strict=True))
    axes = _AXES if form == "ypr" else (f"{form}_deg",)
    found = {axis: around(number) for axis, number in zip(axes, numbers, strict=True)}
    if parts[0] == _PITCH_DOWNWARDS and "pitch_deg" in found:
        found["pitch_deg"] = -found["pitch_deg"]
    return found


def angles_of_rotation(w: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a rotation about axes ahead, to the left and upwards, which are not all 0."""
    length = math.sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / length, x / length, y / length, z / length
    yaw = math.atan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (y * y + z * z))
    pitch = math.asin(max(-1.0, min(1.0, 2.0 * (x * z - w * y))))
    roll = math.atan2(2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def around(angle_deg: float) -> float:
    """The same angle from -180 to 180."""
    return angle_deg if -180.0 <= angle_deg <= 180.0 else (angle_deg + 180.0) % 360.0 - 180.0
