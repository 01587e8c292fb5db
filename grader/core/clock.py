"""Deadlines on the monotonic clock, and the budgets of an attempt's phases.

Every wait in the sandbox asks `remaining()` how long it may take, so that no call can outlive the check or the
phase it belongs to. Building or starting something on behalf of a check runs on a budget of its own: the deadline of
the check that happened to need it first stands still meanwhile.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from grader.core.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Deadline:
    def __init__(self, seconds: float, what: str, parent: _Deadline | None) -> None:
        self.end = time.monotonic() + seconds
        self.seconds = seconds
        self.what = what
        self.parent = parent

    def chain(self) -> Iterator[_Deadline]:
        link: _Deadline | None = self
        while link is not None:
            yield link
            link = link.parent


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)
_spent: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)


@contextmanager
def limit(seconds: float, what: str) -> Iterator[None]:
    """Let the work inside take `seconds` at most, or less where an enclosing limit ends sooner."""
    token = _current.set(_Deadline(seconds, what, _current.get()))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def budget(phase: str, seconds: float) -> Iterator[None]:
    """Run a phase on a clock of its own; enclosing deadlines are put off by the time it takes."""
    outer = _current.get()
    token = _current.set(_Deadline(seconds, f"the {phase} limit", None))
    spent = _spent.get()
    before = sum(spent.values()) if spent is not None else 0.0
    started = time.monotonic()
    try:
        yield
    finally:
        _current.reset(token)
        took = time.monotonic() - started
        if outer is not None:
            for link in outer.chain():
                link.end += took
        if spent is not None:
            # What phases inside took is theirs.
            inside = sum(spent.values()) - before
            spent[phase] = spent.get(phase, 0.0) + took - inside


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Collect the seconds that each phase inside takes."""
    spent: dict[str, float] = {}
    token = _spent.set(spent)
    try:
        yield spent
    finally:
        _spent.reset(token)


def remaining(most: float) -> float:
    """Seconds that the caller may still wait, `most` at the most.

    Raises TimedOut, naming the limit, when there are none left.
    """
    deadline = _current.get()
    if deadline is None:
        return most
    nearest = min(deadline.chain(), key=lambda link: link.end)
    left = nearest.end - time.monotonic()
    if left <= 0:
        raise TimedOut(f"not finished within {nearest.seconds:g} s ({nearest.what})")
    return min(left, most)
