"""Expectations on the resources of a container, of which there may be no limit at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator

from grader.checks._problems import Problem
from grader.core.matchers import Expectation
from grader.core.matching import Matcher, same
from grader.core.quantities import parse_bytes, show_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _sizes(raw: object) -> object:
    """Read the sizes in an expectation: `{at_most: 256MiB}` is about bytes."""
    if isinstance(raw, str):
        return parse_bytes(raw)
    if isinstance(raw, dict):
        return {name: _sizes(value) for name, value in raw.items()}
    return [_sizes(value) for value in raw] if isinstance(raw, list) else raw


ByteExpectation: TypeAlias = Annotated[Expectation, BeforeValidator(_sizes)]
"""An expectation on a size, which may be written as `256MiB`."""


def limit(subject: str, name: str, value: float, wanted: Matcher | None, option: str) -> Iterator[Problem]:
    """Compare a limit, of which 0 means that there is none; `option` is that of `docker run`."""
    if wanted is None or (not value and same(0, wanted.raw)):
        return
    written: Callable[[Any], str] = (lambda size: show_bytes(int(size))) if name == "memory" else (lambda n: f"{n:g}")
    plain = isinstance(wanted.raw, int | float)
    words = wanted.words if not plain else written(wanted.raw) if wanted.raw else "no limit"
    if not value:
        # Without a limit, "at most" does not hold, though 0 is a small number.
        message = f"{subject} has no {name} limit ({option})"
        yield Problem(name, message, words, "no limit")
    elif wanted.problem(value) is not None:
        message = f"the {name} limit of {subject} is {written(value)}, expected {words} ({option})"
        yield Problem(name, message, words, written(value))
