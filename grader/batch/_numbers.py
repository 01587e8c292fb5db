"""Numbers of exercises: `7`, or `1.7` for the seventh of part one."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

Number: TypeAlias = "tuple[int, ...]"
"""One number, or the part's and the exercise's."""

_NUMBER: Final = re.compile(r"0*([0-9]{1,3})(?:[._-]0*([0-9]{1,3}))?")


def parse(text: str) -> Number:
    """Read `7`, `1.7` or `1-07`. Raises ValueError."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError('must be a number such as 7, or "1.7" for the seventh of part 1')
    return tuple(int(part) for part in match.groups() if part is not None)


def show(number: Number) -> str:
    """Write a number as people do."""
    return ".".join(str(part) for part in number)
