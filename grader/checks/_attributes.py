"""How exercises write the attributes of files and images: paths, modes, owners, ports."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator

_PORT: Final = re.compile(r"([0-9]{1,5})(?:/(tcp|udp|sctp))?")
_RWX: Final = re.compile(r"[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]")


def _mode(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-7]{3,4}", value):
        return value.zfill(4)
    if isinstance(value, str) and _RWX.fullmatch(value):
        bits = sum(1 << 8 - n for n, char in enumerate(value) if char in "rwxst")
        special = sum(1 << 11 - n // 3 for n, char in enumerate(value) if char in "sStT")
        return f"{bits | special:04o}"
    # Without quotes, YAML reads 0755 as the number 493.
    raise ValueError('write the mode in quotes: "0755" or "rwxr-xr-x"')


def _owner(value: object) -> str:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]+(:[0-9]+)?", str(value)):
        raise ValueError('write the owner in numbers: 1000 or "1000:1000"')
    return str(value)


def _port(value: object) -> str:
    match = _PORT.fullmatch(str(value))
    if match is None or not 1 <= int(match[1]) <= 65535:  # noqa: PLR2004 - the range of ports
        raise ValueError(f"'{value}' is not a port; write 3000 or 53/udp")
    return f"{int(match[1])}/{match[2] or 'tcp'}"


def _absolute(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("the path must be absolute: start it with /")
    return value


Mode: TypeAlias = Annotated[str, BeforeValidator(_mode, json_schema_input_type=str)]
"""Permissions, as four octal digits."""
Owner: TypeAlias = Annotated[str, BeforeValidator(_owner, json_schema_input_type=int | str)]
"""A user, or `user:group`, in numbers."""
ExposedPort: TypeAlias = Annotated[str, BeforeValidator(_port, json_schema_input_type=int | str)]
"""A port with its protocol, as EXPOSE has it."""
AbsolutePath: TypeAlias = Annotated[str, AfterValidator(_absolute)]
"""A path in an image, from its root."""
