"""`within` and `lasts`: a check that may fail at first, since a server needs a moment, or must not fail later."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from grader.core import clock
from grader.core.errors import Failure, TimedOut
from grader.core.quantities import show_seconds

if TYPE_CHECKING:
    from grader.core.check import Check

_FIRST_RETRY: Final = 0.05
_LONGEST_RETRY: Final = 0.25


def until_it_holds(check: Check, target: Any) -> None:
    """Run a check; with `within`, again and again until it holds or the time is up; with `lasts`, go on looking.

    Raises what the check raised last.
    """
    if check.within is None:
        check.run(target)
    else:
        _reach(check, target, check.within)
    if check.lasts is not None:
        _stay(check, target, check.lasts)


def run_part(part: Check, target: Any) -> None:
    """Run a check of a group as if it stood alone, with its own `timeout` only where it has one.

    A failure says which check it is of.
    """
    own = "timeout" in part.model_fields_set
    try:
        with clock.limit(part.timeout, "the limit of one part of the check") if own else nullcontext():
            until_it_holds(part, target)
    except Failure as failure:
        failure.check = failure.check or part
        raise


def _reach(check: Check, target: Any, within: float) -> None:
    end = time.monotonic() + within
    pause = _FIRST_RETRY
    while True:
        try:
            check.run(target)
        except TimedOut:
            raise
        except Failure as failure:
            # A failure with its reason says more than that the time was up.
            if check.fixed or failure.final or time.monotonic() + pause >= end or not _has_time(pause):
                raise failure.with_traceback(None) from None
        else:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_RETRY)


def _stay(check: Check, target: Any, lasts: float) -> None:
    """Look again until the time is over, and once more at its end."""
    started = time.monotonic()
    over = False
    while not over:
        left = started + lasts - time.monotonic()
        over = left <= _LONGEST_RETRY
        time.sleep(clock.remaining(max(0.0, min(left, _LONGEST_RETRY))))
        try:
            check.run(target)
        except Failure as failure:
            held = show_seconds(time.monotonic() - started)
            failure.message = f"this held at first, but no longer after {held}: {failure.message}"
            failure.args = (failure.message,)
            raise


def _has_time(seconds: float) -> bool:
    try:
        return clock.remaining(seconds) >= seconds
    except TimedOut:
        return False
