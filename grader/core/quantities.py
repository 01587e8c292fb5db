"""Sizes and times as people write them in YAML: `256MiB`, `1.5GB`, `10s`, `500ms`, `2m`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer

_UNITS: Final = {
    "": 1, "b": 1,
    "kb": 1000, "mb": 1000**2, "gb": 1000**3, "tb": 1000**4,
    "k": 1024, "m": 1024**2, "g": 1024**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4,
}  # fmt: skip
_TIMES: Final = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
# Meets authors' text only, and can't backtrack: a number, then letters.
_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)")


def parse_bytes(value: object) -> int:
    """Read a size; a bare number is bytes. Raises ValueError."""
    number, unit = _split(value, "a size such as 256MiB or 10MB")
    if unit.lower() not in _UNITS:
        raise ValueError(f"unknown unit '{unit}'; write B, kB, MB, GB, KiB, MiB or GiB")
    return int(number * _UNITS[unit.lower()])


def parse_seconds(value: object) -> float:
    """Read a time; a bare number is seconds. Raises ValueError."""
    number, unit = _split(value, "a time such as 10s, 500ms or 2m")
    if (unit or "s") not in _TIMES:
        raise ValueError(f"unknown unit '{unit}'; write ms, s, m, h or d")
    return float(number * _TIMES[unit or "s"])


def _split(value: object, wanted: str) -> tuple[Decimal, str]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected {wanted}")  # noqa: TRY004 - pydantic reports ValueError
    match = _QUANTITY.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"expected {wanted}")
    return Decimal(match[1]), match[2]


def show_bytes(count: int) -> str:
    """Write a size for a person: `1.5 MiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - what the units mean
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def show_seconds(seconds: float) -> str:
    """Write a time for a person: `0.4 s`, `2 min 5 s`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s" if seconds < 10 and seconds != int(seconds) else f"{seconds:.0f} s"  # noqa: PLR2004
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def show_duration(seconds: float) -> str:
    """Write a long time for a person: `40 s`, `2 min 5 s`, `1 h 20 min`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def show_points(points: Decimal) -> str:
    """Write points for a person: `2`, `0.5`."""
    return f"{points.normalize():f}"


def _number(value: Decimal) -> int | float:
    # A short decimal survives the way to a JSON number and back unchanged; points have four decimals at the most.
    return int(value) if value == value.to_integral_value() else float(value)


def _decimal(value: object) -> object:
    # str() of a float is its shortest decimal: 0.1 stays 0.1.
    return Decimal(str(value)) if isinstance(value, float) else value


Bytes = Annotated[int, BeforeValidator(parse_bytes, json_schema_input_type=int | str)]
"""A size in bytes."""
Seconds = Annotated[float, BeforeValidator(parse_seconds, json_schema_input_type=float | str)]
"""A time in seconds."""
Points = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=0, decimal_places=4), PlainSerializer(_number, return_type=int | float)
]
"""Points: exact decimals in memory, plain numbers in JSON."""
