"""How exercises write the attributes of files and images: paths, modes, owners, ports."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from grader.core.globs import Glob
from grader.core.matchers import Expectation

_PORT: Final = re.compile(r"([0-9]{1,5})(?:/(tcp|udp|sctp))?")
_NAME: Final = re.compile(r"[^\s:/]+")
_OWNER: Final = re.compile(r"[^\s:/]+(:[^\s:/]+)?")
_TEXTS: Final = frozenset({"matches", "starts_with", "ends_with", "contains", "length"})
"""Matchers whose argument is no mode."""
_RWX: Final = re.compile(r"[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]")


def _mode(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-7]{3,4}", value):
        return value.zfill(4)
    if isinstance(value, str) and _RWX.fullmatch(value):
        bits = sum(1 << 8 - n for n, char in enumerate(value) if char in "rwxst")
        special = sum(1 << 11 - n // 3 for n, char in enumerate(value) if char in "sStT")
        return f"{bits | special:04o}"
    # Without quotes, YAML reads 0755 as the number 493.
    wrong = f"'{value}' is no mode: write four octal digits or nine letters" if isinstance(value, str) else ""
    raise ValueError(f'{wrong or "write the mode in quotes"}: "0755" or "rwxr-xr-x"')


def _modes(raw: object) -> object:
    """Read the modes in an expectation; patterns are left as they are."""
    if isinstance(raw, dict):
        return {name: value if name in _TEXTS else _modes(value) for name, value in raw.items()}
    return [_modes(value) for value in raw] if isinstance(raw, list) else _mode(raw)


def _owner(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not _OWNER.fullmatch(str(value)):
        raise ValueError('write the owner as a name or a number, with or without a group: app, 1000 or "1000:1000"')
    return str(value)


def _group(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not _NAME.fullmatch(str(value)):
        raise ValueError("write the group as a name or a number: app or 1000")
    return str(value)


def _glob(value: str) -> str:
    glob = Glob(value)
    if not glob.wild:
        raise ValueError(f"'{value}' has no wildcard in it (*, ?, [ or **): write it as path")
    return value


def _port(value: object) -> str:
    match = _PORT.fullmatch(str(value))
    if match is None or not 1 <= int(match[1]) <= 65535:  # noqa: PLR2004 - the range of ports
        raise ValueError(f"'{value}' is not a port; write 3000 or 53/udp")
    return f"{int(match[1])}/{match[2] or 'tcp'}"


def _absolute(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("the path must be absolute: start it with /")
    return value


ModeExpectation: TypeAlias = Annotated[Expectation, BeforeValidator(_modes)]
"""An expectation on permissions, as four octal digits."""
Owner: TypeAlias = Annotated[str, BeforeValidator(_owner, json_schema_input_type=int | str)]
"""A user, or `user:group`, each by name or number."""
GroupName: TypeAlias = Annotated[str, BeforeValidator(_group, json_schema_input_type=int | str)]
"""A group, by name or number."""
PathPattern: TypeAlias = Annotated[str, AfterValidator(_glob)]
"""A pattern of paths in an image (`grader.core.globs`)."""
ExposedPort: TypeAlias = Annotated[str, BeforeValidator(_port, json_schema_input_type=int | str)]
"""A port with its protocol, as EXPOSE has it."""
AbsolutePath: TypeAlias = Annotated[str, AfterValidator(_absolute)]
"""A path in an image, from its root."""
