"""What matchers are made of: a parsed expectation, and how values are read, compared and shown."""

from __future__ import annotations

import json
import math
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from grader.core.text import clip, folded, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

Problem: TypeAlias = "str | None"
"""What is wrong with a value, as the end of a sentence that starts with its name; None when nothing is."""


FOUND: Final[ContextVar[dict[str, str] | None]] = ContextVar("found", default=None)
"""What was compared, by what it is: for who has to say what is there where nothing failed; None: nobody asks."""


def noted(subject: str, actual: object) -> None:
    """Note what was compared, if anybody asks."""
    found = FOUND.get()
    if found is not None:
        found[subject] = short(actual)


class Matcher:
    """A parsed expectation."""

    def __init__(self, raw: object, problem: Callable[[Any], Problem], words: str) -> None:
        self.raw = raw
        self.problem = problem
        """Says what is wrong with an actual value, or None."""
        self.words = words
        """The expectation for a person: `contains 'ok'`."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Matcher) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(repr(self.raw))

    def __repr__(self) -> str:
        return f"Matcher({self.raw!r})"


def show(value: object, limit: int = 2_000) -> str:
    """Write a value for a person: text as it is, unless it is too long, and anything else as JSON."""
    if isinstance(value, str):
        return value if len(value) <= limit else clip(folded(value), limit)
    try:
        return clip(json.dumps(value, ensure_ascii=False, default=str), limit)
    except (ValueError, RecursionError):
        return "a value nested too deeply to show"


def short(value: object) -> str:
    """Write a value for a sentence."""
    return f"'{one_line(value)}'" if isinstance(value, str) else one_line(show(value))


def plain(value: object) -> object:
    """Bring values to one form: text without the line ends at its end, which nobody sees."""
    if isinstance(value, tuple):
        return list(value)
    return value.rstrip("\r\n") if isinstance(value, str) else value


def same(actual: object, wanted: object) -> bool:
    """Whether two values are equal as a person sees it."""
    actual, wanted = plain(actual), plain(wanted)
    if isinstance(actual, str) and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return actual == str(wanted)  # `env: {PORT: 3000}`: YAML has a number where Docker has text
    if isinstance(actual, str) and isinstance(wanted, bool):
        return actual.lower() == str(wanted).lower()
    return isinstance(actual, bool) == isinstance(wanted, bool) and actual == wanted  # for Python, True equals 1


def text(value: object) -> str:
    """Write a value of YAML as text."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def number(value: object, where: str) -> float:
    """Take a number of an author; `where` names the matcher."""
    if measured(value) is None or not isinstance(value, int | float):
        raise ValueError(f"{where} takes a number")
    return value


def measured(actual: object) -> float | None:
    """Read a number, also from text; None if it is none."""
    if isinstance(actual, str):
        try:
            actual = float(actual)
        except ValueError:
            return None
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return None
    # Neither larger nor smaller than anything, "nan" would pass every comparison.
    return None if isinstance(actual, float) and not math.isfinite(actual) else actual
