"""Pieces of sentences that several causes need."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Final

from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_NAME: Final = 200
"""Characters of a name that others are compared with."""

EXAMPLES: Final = {
    "COPY": "COPY server.py /app/",
    "ENV": "ENV NAME=value",
    "EXPOSE": "EXPOSE 3000",
    "FROM": "FROM python:3-slim",
    "HEALTHCHECK": "HEALTHCHECK CMD python check.py",
    "USER": "USER nobody",
    "WORKDIR": "WORKDIR /app",
}
"""An instruction that is right, for those that beginners get wrong."""


def array(words: Sequence[str]) -> str:
    """Write words as the JSON array of a CMD."""
    return json.dumps(list(words), ensure_ascii=False)


def nearest(name: str, names: Iterable[str], cutoff: float = 0.7) -> str | None:
    """Find what was probably meant: the same name in other case, or a similar one."""
    known = sorted(names)
    same = [one for one in known if one.lower() == name.lower()]
    # The comparison takes time by the square of the length, and no name that a person would mistype is long.
    short = name if len(name) <= MAX_NAME else ""
    return next(iter(same or difflib.get_close_matches(short, known, n=1, cutoff=cutoff)), None)


def base(path: str) -> str:
    """Give the last part of a path."""
    return path.rstrip("/").rsplit("/", 1)[-1]


def has_number(text: str, number: int) -> bool:
    """Say whether a number stands in a text, by itself."""
    return re.search(rf"(?<![\d.]){number}(?![\d.])", text) is not None


def swap_number(text: str, old: int, new: int) -> str:
    """Replace a number that stands by itself."""
    return re.sub(rf"(?<![\d.]){old}(?![\d.])", str(new), text)


def last_line(text: str) -> str:
    """Give the last line that says anything, short enough for a sentence."""
    lines = [line for line in text.splitlines() if line.strip() and "A complete log of this run" not in line]
    return one_line(lines[-1]) if lines else ""
