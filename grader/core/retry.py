"""`within`: a check that may fail at first, since a server needs a moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from grader.core import clock
from grader.core.errors import Failure, TimedOut

if TYPE_CHECKING:
    from grader.core.check import Check

_FIRST_RETRY: Final = 0.05
_LONGEST_RETRY: Final = 0.25


def until_it_holds(check: Check, target: Any) -> None:
    """Run a check; with `within`, again and again until it holds or the time is up. Raises what it raised last."""
    if check.within is None:
        check.run(target)
        return
    end = time.monotonic() + check.within
    pause = _FIRST_RETRY
    while True:
        try:
            check.run(target)
        except TimedOut:
            raise
        except Failure as failure:
            # A failure with its reason says more than that the time was up.
            if time.monotonic() + pause >= end or not _has_time(pause):
                raise failure.with_traceback(None) from None
        else:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_RETRY)


def _has_time(seconds: float) -> bool:
    try:
        return clock.remaining(seconds) >= seconds
    except TimedOut:
        return False
